import { portNumbers } from "../../stacks/endpoints";
import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";
import { idleTimeout, idleTimeoutReason } from "../timeouts";

/**
 * Shortest time of a push, in milliseconds. An ingester takes a trace in some milliseconds. Longer costs: a client that
 * sends one batch after the other gets ten a second through, and a load balancer that counts requests under way tells a
 * distributor that died from a busy one less well (with 200 ms one push was refused in four of seven deaths, measured).
 */
const THIRD_COPY_MS = 100;
const thirdCopyReason =
  "Default 0: a push is answered when two of three ingesters have it, and the end of the request cancels the way to the\n" +
  "third (modules/distributor/distributor.go): of many traces two copies are left, so that one replaced ingester hides\n" +
  "some and a second one loses them (measured). A request that stays open this long lets the third copy arrive.";

/** OTLP over gRPC and HTTP. */
export function distributorSection(config: StackConfig): Section {
  const copies = config.tempo.replicationFactor > 1;
  return {
    settings: {
      distributor: {
        ...(copies ? { artificial_delay: `${THIRD_COPY_MS}ms` } : {}),
        receivers: {
          otlp: {
            protocols: {
              grpc: { endpoint: `0.0.0.0:${portNumbers.otlpGrpc}` },
              http: {
                endpoint: `0.0.0.0:${portNumbers.otlpHttp}`,
                idle_timeout: idleTimeout(config),
              },
            },
          },
        },
      },
    },
    reasons: {
      ...(copies ? { "distributor.artificial_delay": thirdCopyReason } : {}),
      "distributor.receivers.otlp.protocols.grpc.endpoint":
        "The default listens on localhost only, and without `http` there is no 4318 at all.",
      "distributor.receivers.otlp.protocols.http.idle_timeout": idleTimeoutReason("1m"),
    },
  };
}
