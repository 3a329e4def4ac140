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
