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
 * How long a server that is called by name goes on serving after SIGTERM, in seconds: the TTL of its Cloud Map record
 * (S13). Measured without it: one to three pushes per replacement met a closed port.
 */
export const drainSeconds = 10;

/** Longest wait for requests under way when a server stops, in seconds; part of the 120 that Fargate gives (S14). */
export const gracefulShutdownSeconds = 30;
