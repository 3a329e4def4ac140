import { portNumbers } from "../../stacks/endpoints";
import type { Section } from "../section";

/** OTLP over gRPC and HTTP. */
export function distributorSection(): Section {
  return {
    settings: {
      distributor: {
        receivers: {
          otlp: {
            protocols: {
              grpc: { endpoint: `0.0.0.0:${portNumbers.otlpGrpc}` },
              http: { endpoint: `0.0.0.0:${portNumbers.otlpHttp}` },
            },
          },
        },
      },
    },
    reasons: {
      "distributor.receivers.otlp.protocols.grpc.endpoint":
        "The default listens on localhost only, and without `http` there is no 4318 at all.",
    },
  };
}
