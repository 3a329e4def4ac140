import { portNumbers } from "../../stacks/endpoints";
import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";
import { idleTimeout, idleTimeoutReason } from "../timeouts";

/** OTLP over gRPC and HTTP. */
export function distributorSection(config: StackConfig): Section {
  return {
    settings: {
      distributor: {
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
      "distributor.receivers.otlp.protocols.grpc.endpoint":
        "The default listens on localhost only, and without `http` there is no 4318 at all.",
      "distributor.receivers.otlp.protocols.http.idle_timeout": idleTimeoutReason("1m"),
    },
  };
}
