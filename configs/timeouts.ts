import type { StackConfig } from "./stack/schema";

type TimeoutConfig = Pick<StackConfig, "queryTimeoutSeconds">;

/**
 * The order of S25: a server's HTTP timeouts ≥ its query timeout ≥ Grafana's, and the load balancer's idle timeout not
 * below either. Then a query that takes too long ends with the server's own message and not with a cut connection.
 */
export const queryTimeout = (config: TimeoutConfig): string => `${config.queryTimeoutSeconds}s`;

/** HTTP read and write timeout of a server: the query timeout and time to send the error. */
export const serverTimeout = (config: TimeoutConfig): string =>
  `${config.queryTimeoutSeconds + 30}s`;

/**
 * How long a server behind the load balancer keeps an idle connection: longer than the load balancer, which else may send
 * a request into a connection that is being closed, and answers 502
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html).
 */
export const idleTimeout = ({ ingress }: Pick<StackConfig, "ingress">): string =>
  `${ingress.idleTimeoutSeconds + 30}s`;

/** @param usual The server's own default. */
export const idleTimeoutReason = (usual: string): string =>
  `Longer than the load balancer's. Default ${usual}: it would send requests into connections that are being closed.`;

/**
 * How long a server that is called by name goes on serving after SIGTERM, in seconds: the TTL of its Cloud Map record
 * (S13). Measured without it: one to three pushes per replacement met a closed port.
 */
export const drainSeconds = 10;

/** Longest wait for requests under way when a server stops, in seconds; part of the 120 that Fargate gives (S14). */
export const gracefulShutdownSeconds = 30;

/**
 * As {@link gracefulShutdownSeconds}, for Tempo's query-frontend, in seconds: after SIGTERM it answers 499 over connections
 * that were kept, and never ends by itself. The sooner it is killed, the sooner another one is asked.
 */
export const tempoFrontendShutdownSeconds = 2;

/**
 * Pings of a query frontend to its queriers, which hold a connection open to it and get their work through that. dskit's
 * default is a ping after 2 h (grafana/dskit:server/server.go, server.grpc.keepalive.time): of a querier that was gone with
 * its machine nothing was heard, and look-ups that it had been given hung for 30 s, until the client gave up (measured).
 */
export const querierPings = {
  grpc_server_keepalive_time: "5s",
  grpc_server_keepalive_timeout: "5s",
} as const;

export const querierPingsReason =
  "Default 2h: what a querier had been given when its machine died hung until the client gave up (measured).";
