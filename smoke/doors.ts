import type { Signal, Way } from "./items";

/** Where to send: one URL per way; a way without one is not tried. */
export interface Door {
  /** `front door` or `gateway`: the reports' word. */
  readonly name: string;
  readonly urls: Readonly<Partial<Record<Way, string>>>;
  /** Ingest token of the guard. */
  readonly token?: string;
}

/** Where to read: one base URL per signal, as Grafana's data sources have them. */
export interface ReadingRoom {
  readonly urls: Readonly<Partial<Record<Signal, string>>>;
  /** `Authorization` header, where one is needed. */
  readonly authorization?: string;
}

/** The output `urls` of a stack (components/describeStack.ts). */
interface StackUrls {
  readonly grafana?: string;
  readonly push?: Readonly<Record<string, string>>;
  readonly gateway?: Readonly<Record<string, string>>;
}

const pushKeys: Readonly<Partial<Record<Way, string>>> = {
  "remote-write": "prometheusRemoteWrite",
  "otlp-metrics": "otlpMetrics",
  "loki-push": "lokiPush",
  "otlp-logs": "otlpLogs",
  "otlp-grpc-traces": "otlpGrpcTraces",
  "otlp-http-traces": "otlpTraces",
};

/** uids of the provisioned data sources (configs/grafana/dataSources.ts). */
const dataSourceUids: Readonly<Record<Signal, string>> = {
  metrics: "mimir",
  logs: "loki",
  traces: "tempo",
  profiles: "pyroscope",
};

/** The ways through the load balancer. @param outputs `outputs` of plan.json, or of `pulumi stack output --json`. */
export function frontDoorOf(outputs: unknown, token?: string): Door {
  const { push = {} } = urlsOf(outputs);
  return {
    name: "front door",
    urls: Object.fromEntries(
      Object.entries(pushKeys).flatMap(([way, key]) => {
        const url = push[key];
        return url === undefined
          ? []
          : [[way, way === "otlp-grpc-traces" ? `https://${url}` : url]];
      }),
    ),
    token,
  };
}

/** The ways through Alloy, inside the VPC. */
export function gatewayOf(outputs: unknown): Door {
  const { gateway = {} } = urlsOf(outputs);
  const { otlpHttp, otlpGrpc, prometheusRemoteWrite, lokiPush, profiles } = gateway;
  const urls: Partial<Record<Way, string | undefined>> = {
    "remote-write": prometheusRemoteWrite,
    "otlp-metrics": otlpHttp && `${otlpHttp}/v1/metrics`,
    "loki-push": lokiPush,
    "otlp-logs": otlpHttp && `${otlpHttp}/v1/logs`,
    "otlp-grpc-traces": otlpGrpc,
    "otlp-http-traces": otlpHttp && `${otlpHttp}/v1/traces`,
    profiles: profiles && `${profiles}/ingest`,
  };
  return { name: "gateway", urls: urls };
}

/** Grafana's data-source proxy. */
export function grafanaOf(outputs: unknown, password: string): ReadingRoom {
  const { grafana } = urlsOf(outputs);
  return grafana === undefined ? { urls: {} } : grafanaAt(grafana, password);
}

/** Grafana's data-source proxy at a URL; the user is `admin`. */
export function grafanaAt(url: string, password: string): ReadingRoom {
  const base = url.replace(/\/+$/, "");
  return {
    urls: Object.fromEntries(
      Object.entries(dataSourceUids).map(([signal, uid]) => [
        signal,
        `${base}/api/datasources/proxy/uid/${uid}`,
      ]),
    ),
    authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`,
  };
}

function urlsOf(outputs: unknown): StackUrls {
  return (outputs as { urls?: StackUrls } | undefined)?.urls ?? {};
}
