import type { Role } from "./types";

/**
 * S22: at least this long lies between the stop of one ring replica and the next. What a replica flushes is readable
 * for everybody only after the sum of the servers' caches and checks, measured up to 100 s.
 */
export const RING_PAUSE_SECONDS = 120;

/**
 * S22: a ring replica that comes back is empty and answers reads at once, while what its predecessor flushed, and the
 * others may have only once, is not yet found. So it starts this much later, while all others of its ring are up: nobody
 * needs it then. With the seconds that Fargate takes to start a task, more than 90 s lie between the flush and the first
 * answer: the minute of Loki's list of files (indexshipper/storage/cached_client.go, v3.7.6) and a resync of 30 s.
 */
export const SUCCESSOR_WAIT_SECONDS = 75;

/** Whether a role's replicas stand in for one another: they are swapped in turn, and a successor may wait. */
export const isRingOfSeveral = (role: Role): boolean =>
  role.replacement === "ring" && role.instances.length > 1;

/** How ECS replaces the tasks of a role. */
export interface Rollout {
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly availabilityZoneRebalancing: "ENABLED" | "DISABLED";
  /** Only with a target group: ECS refuses it elsewhere. */
  readonly healthCheckGracePeriodSeconds?: number;
  readonly capacityProviderStrategies: readonly {
    readonly capacityProvider: "FARGATE" | "FARGATE_SPOT";
    readonly weight: number;
    readonly base: number;
  }[];
  readonly deploymentCircuitBreaker: { readonly enable: true; readonly rollback: true };
  readonly waitForSteadyState: true;
  /** Longest time `up` waits for the service, in minutes. */
  readonly timeoutMinutes: number;
}

/** Rings were ready after 17 to 64 s (measured); image pulls and a busy zone come on top. */
const HEALTH_GRACE_SECONDS = 180;
/** Two attempts of pull, start, health check and drain, until the circuit breaker decides. */
const TIMEOUT_MINUTES = 30;

/** Rows S15, S19. */
export function rollout(role: Role): Rollout {
  const stopsFirst = role.replacement !== "stateless";
  return {
    // Stop before start: a ring replica's successor takes over its id, and a singleton's would do its work twice.
    minimumHealthyPercent: stopsFirst ? 0 : 100,
    maximumPercent: stopsFirst ? 100 : 200,
    // Rebalancing needs room above 100 %, and is on when nothing is said at creation.
    availabilityZoneRebalancing: stopsFirst ? "DISABLED" : "ENABLED",
    ...(role.exposures.length > 0 ? { healthCheckGracePeriodSeconds: HEALTH_GRACE_SECONDS } : {}),
    // Never launchType: changing between the two replaces the service, changing the strategy does not.
    capacityProviderStrategies: [
      { capacityProvider: role.spot ? "FARGATE_SPOT" : "FARGATE", weight: 1, base: 0 },
    ],
    deploymentCircuitBreaker: { enable: true, rollback: true },
    waitForSteadyState: true,
    timeoutMinutes: TIMEOUT_MINUTES,
  };
}
