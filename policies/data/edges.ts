/**
 * Who may call whom, as the requirements' security-group table and the measured minimal edges have it (separate Loki
 * services; each was found by watching dropped connections until none was left). Not taken from the program's own
 * catalog: a mistake there is to be caught here.
 *
 * A part is written `product/target`; `product` alone is every part of it. `load-balancer`, `database`, `endpoints` and
 * `clients` (of the gateway) are no parts.
 */
export interface AllowedEdge {
  readonly to: string;
  readonly port: number;
  readonly from: readonly string[];
  /** Without it something breaks, wherever both sides are there. */
  readonly needed: boolean;
  readonly why: string;
}

const HTTP = { mimir: 9009, loki: 3100, tempo: 3200, pyroscope: 4040, grafana: 3000, alloy: 12345 };
export const GRPC = 9095;
export const GOSSIP = 7946;

/** Ports that only members of the same product may reach. */
export const insideProductPorts: ReadonlySet<number> = new Set([GRPC, GOSSIP]);

/** Ports on which the gateway takes telemetry in (D6). */
export const gatewayPorts: ReadonlySet<number> = new Set([4317, 4318, 9999, 3500, 4041]);

const edge = (
  to: string,
  port: number,
  from: readonly string[],
  needed: boolean,
  why: string,
): AllowedEdge => ({ to, port, from, needed, why });

const lokiRing = ["loki/distributor", "loki/ingester", "loki/querier", "loki/compactor"];
const tempoRing = [
  "tempo/distributor",
  "tempo/ingester",
  "tempo/querier",
  "tempo/metrics-generator",
];
/** Starts memberlist only where usage reports are on. */
const tempoFrontend = "tempo/query-frontend";

export const allowedEdges: readonly AllowedEdge[] = [
  // Front door (G2–G6); which of them a stack needs follows from its target groups.
  edge("mimir", HTTP.mimir, ["load-balancer"], false, "remote write from outside"),
  edge("loki/distributor", HTTP.loki, ["load-balancer"], false, "log push from outside"),
  edge("loki/query-frontend", HTTP.loki, ["load-balancer"], false, "queries from outside"),
  edge("tempo/query-frontend", HTTP.tempo, ["load-balancer"], false, "trace queries"),
  edge("tempo/distributor", HTTP.tempo, ["load-balancer"], false, "health check of 4318"),
  edge("tempo/distributor", 4317, ["load-balancer"], false, "OTLP over gRPC from outside"),
  edge("tempo/distributor", 4318, ["load-balancer"], false, "OTLP over HTTP from outside"),
  edge("grafana", HTTP.grafana, ["load-balancer"], false, "users"),

  // Mimir (measured, section 5).
  edge("mimir", HTTP.mimir, ["alloy/gateway", "alloy/collector"], true, "remote write"),
  edge("mimir", HTTP.mimir, ["grafana"], true, "queries"),
  edge("mimir", HTTP.mimir, ["tempo/metrics-generator"], true, "span metrics"),
  edge("mimir", GRPC, ["mimir"], true, "reads and writes between replicas"),
  edge("mimir", GOSSIP, ["mimir"], true, "memberlist"),

  // Loki as separate services (measured, section 15).
  edge("loki/distributor", HTTP.loki, ["alloy/gateway", "alloy/collector"], true, "log push"),
  edge("loki/query-frontend", HTTP.loki, ["grafana"], true, "queries"),
  edge("loki/query-frontend", GRPC, ["loki/querier"], true, "queriers fetch work"),
  edge("loki/ingester", GRPC, ["loki/distributor", "loki/querier"], true, "writes, recent reads"),
  edge("loki/querier", HTTP.loki, ["loki/query-frontend"], false, "live tail"),
  edge("loki/compactor", GRPC, ["loki/query-frontend", "loki/querier"], true, "deletes"),
  ...lokiRing.map((to) => edge(to, GOSSIP, lokiRing, true, "memberlist")),
  edge("memcached", 11211, ["loki/querier", "loki/ingester"], true, "chunks"),
  edge("memcached", 11211, ["loki/query-frontend"], false, "results of metric queries"),

  // Tempo (measured, sections 4 and 5).
  edge("tempo/query-frontend", HTTP.tempo, ["grafana"], true, "queries"),
  edge("tempo/query-frontend", GRPC, ["tempo/querier"], true, "queriers fetch work"),
  edge("tempo/distributor", 4317, ["alloy/gateway"], true, "traces"),
  edge("tempo/distributor", 4318, ["alloy/gateway"], false, "traces over HTTP"),
  edge("tempo/ingester", GRPC, ["tempo/distributor", "tempo/querier"], true, "writes and reads"),
  edge("tempo/metrics-generator", GRPC, ["tempo/distributor"], true, "spans for metrics"),
  edge("tempo/metrics-generator", GRPC, ["tempo/querier"], false, "TraceQL metrics"),
  ...tempoRing.map((to) => edge(to, GOSSIP, tempoRing, true, "memberlist")),
  ...tempoRing.map((to) => edge(to, GOSSIP, [tempoFrontend], false, "usage reports")),
  edge(tempoFrontend, GOSSIP, [tempoFrontend, ...tempoRing], false, "usage reports"),

  edge("pyroscope", HTTP.pyroscope, ["alloy/gateway", "grafana"], true, "profiles"),
  edge("database", 5432, ["grafana"], true, "Grafana's database"),
  edge("grafana", 9094, ["grafana"], false, "alerts of two Grafanas, once each"),

  // The collector scrapes every server (D7; measured, section 12).
  ...(Object.keys(HTTP) as (keyof typeof HTTP)[]).map((product) =>
    edge(product, HTTP[product], ["alloy/collector"], product !== "alloy", "scrape"),
  ),
  ...[...gatewayPorts].map((port) => edge("alloy/gateway", port, ["clients"], false, "clients")),
  edge("endpoints", 443, ["*"], true, "AWS APIs without NAT"),
];

/** Edges by product of the callee and port. */
const byTarget = new Map<string, AllowedEdge[]>();
for (const allowed of allowedEdges) {
  const key = `${productOf(allowed.to)}:${allowed.port}`;
  byTarget.set(key, [...(byTarget.get(key) ?? []), allowed]);
}

function productOf(part: string): string {
  return part.split("/")[0] ?? part;
}

/** Whether one part may call another's port. */
export function isAllowed(from: string, to: string, port: number): boolean {
  return (byTarget.get(`${productOf(to)}:${port}`) ?? []).some(
    (allowed) => matches(allowed.to, to) && allowed.from.some((pattern) => matches(pattern, from)),
  );
}

/** `product` covers its parts; a part that is the whole product (`mimir/all`) covers and is covered by each. */
export function matches(pattern: string, part: string): boolean {
  if (pattern === "*" || pattern === part) return true;
  const [patternProduct, patternTarget] = pattern.split("/");
  const [product, target] = part.split("/");
  if (patternProduct !== product) return false;
  return patternTarget === undefined || target === undefined || target === "all";
}
