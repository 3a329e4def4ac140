import { endpoints } from "../../stacks/endpoints";
import type { RoleId } from "../../stacks/types";

/** Roles of Loki; each runs one target. */
export type LokiRoleId = Extract<RoleId, `loki-${string}`>;

/** Value of Loki's `target` per role. */
export const lokiTargets: Readonly<Record<LokiRoleId, string>> = {
  "loki-distributor": "distributor",
  "loki-ingester": "ingester",
  "loki-querier": "querier",
  "loki-query-frontend": "query-frontend",
  "loki-compactor": "compactor",
};

/** All roles, in the order of the write and then the read path. */
export const lokiRoleIds = Object.keys(lokiTargets) as readonly LokiRoleId[];

/** A role gossips exactly where it listens for gossip: all but the query-frontend, which is in no ring (measured). */
export const gossips = (role: LokiRoleId): boolean =>
  endpoints[role].ports.some((port) => port.name === "gossip");

/** Reads or writes the bucket itself. */
export const usesBucket = (role: LokiRoleId): boolean =>
  role === "loki-ingester" || role === "loki-querier" || role === "loki-compactor";

/** Settings of a role's task. */
export const lokiRoleSettings = {
  "loki-distributor": "distributor",
  "loki-ingester": "ingester",
  "loki-querier": "querier",
  "loki-query-frontend": "queryFrontend",
  "loki-compactor": "compactor",
} as const satisfies Record<LokiRoleId, string>;
