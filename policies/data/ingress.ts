import type { Product } from "./parts";

/**
 * TLS policies of a load balancer that take TLS 1.2 and later with forward secrecy only, or TLS 1.3 only.
 * Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
export const modernTlsPolicy =
  /^ELBSecurityPolicy-(TLS13-1-(2(-(Res|FIPS|Res-FIPS|PQ|Res-PQ|FIPS-PQ|Res-FIPS-PQ))*|3(-(FIPS|PQ|FIPS-PQ))*)(-\d{4}-\d{2})?|FS-1-2-Res(-2019-08|-2020-10))$/;

/**
 * One request of each kind that a server takes: what lets things in, and what tells things. A rule whose path patterns
 * match one of them opens it.
 */
export interface ServerPaths {
  readonly ingest: readonly string[];
  readonly query: readonly string[];
}

/** What every dskit server shows beside its own paths; some of it changes the server. */
const administration = [
  "/config",
  "/services",
  "/ingester/ring",
  "/flush",
  "/ingester/shutdown",
  "/metrics",
  "/memberlist",
  "/debug/pprof/heap",
];

/**
 * Source: the servers' HTTP API references (grafana.com/docs/{mimir,loki,tempo,pyroscope}/latest/references), and
 * opentelemetry.io/docs/specs/otlp for the OTLP paths.
 */
export const serverPaths: Readonly<Partial<Record<Product, ServerPaths>>> = {
  mimir: {
    ingest: ["/api/v1/push", "/otlp/v1/metrics"],
    query: [
      "/prometheus/api/v1/query",
      "/prometheus/api/v1/query_range",
      "/prometheus/api/v1/labels",
      "/prometheus/config/v1/rules",
      "/alertmanager/api/v2/alerts",
      "/api/v1/alerts",
      "/api/v1/user_stats",
      ...administration,
    ],
  },
  loki: {
    ingest: ["/loki/api/v1/push", "/otlp/v1/logs", "/api/prom/push"],
    query: [
      "/loki/api/v1/query",
      "/loki/api/v1/query_range",
      "/loki/api/v1/labels",
      "/loki/api/v1/series",
      "/loki/api/v1/tail",
      "/loki/api/v1/delete",
      "/loki/api/v1/rules",
      ...administration,
    ],
  },
  tempo: {
    ingest: ["/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"],
    query: [
      "/api/traces/0af7651916cd43dd8448eb211c80319c",
      "/api/v2/traces/0af7651916cd43dd8448eb211c80319c",
      "/api/search",
      "/api/search/tags",
      "/api/metrics/query_range",
      "/api/mcp",
      ...administration,
    ],
  },
  pyroscope: {
    ingest: ["/ingest", "/push.v1.PusherService/Push"],
    query: [
      "/querier.v1.QuerierService/SelectMergeStacktraces",
      "/pyroscope/render",
      ...administration,
    ],
  },
  alloy: {
    ingest: [
      "/v1/traces",
      "/v1/logs",
      "/v1/metrics",
      "/loki/api/v1/push",
      "/api/v1/metrics/write",
      "/ingest",
    ],
    query: ["/metrics", "/-/reload", "/api/v0/web/components", "/debug/pprof/heap"],
  },
};

/** What a token has to be (G8); a secret that is masked counts as one. */
export const goodToken = /^Bearer [0-9a-z]{32,100}$/;

/** An address block this wide guards nothing: more than a 256th of the Internet. */
export const LEAST_GUARD_PREFIX_BITS = { ipv4: 8, ipv6: 16 } as const;

/** G9: longest time that a target that leaves is waited for, in seconds. */
export const MOST_DEREGISTRATION_SECONDS = 60;
