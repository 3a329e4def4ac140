import type { Product } from "./parts";

/**
 * Paths on which a server says that it can work (S20, G9); its other pages answer while it cannot.
 * Sources: HTTP API references of the servers (grafana.com/docs/{mimir,loki,tempo,pyroscope}/latest), Grafana's
 * developer-resources/api-reference/http-api/other (`/api/health`), alloy/latest/reference/http.
 */
export const readinessPaths: Readonly<Partial<Record<Product, readonly string[]>>> = {
  mimir: ["/ready"],
  loki: ["/ready", "/loki/api/v1/status/buildinfo"],
  tempo: ["/ready", "/api/echo"],
  pyroscope: ["/ready"],
  grafana: ["/api/health", "/healthz"],
  alloy: ["/-/ready", "/-/healthy"],
};

/** Ports that speak something else than the servers' own HTTP pages: OTLP, gRPC and gossip. */
export const portsWithoutPages: ReadonlySet<number> = new Set([4317, 4318, 9095, 7946]);

/** Ports on which targets speak gRPC. */
export const grpcPorts: ReadonlySet<number> = new Set([4317, 9095]);

/** Longest time in which a dead container may count as healthy: interval times retries, in seconds. */
export const MOST_SECONDS_UNNOTICED = 60;
