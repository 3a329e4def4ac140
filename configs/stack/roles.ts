import type { StackSettings } from "./schema";

/** What a stack file says about one role, wherever it stands in it. */
export interface RoleSettings {
  /** Dotted path, such as `loki.ingester`. */
  readonly path: string;
  readonly replicas: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly autoscaling?: { readonly minReplicas: number; readonly maxReplicas: number };
  readonly spot?: boolean;
}

/** Where each role stands in a stack file. */
export const rolePaths = [
  "mimir",
  "loki.distributor",
  "loki.ingester",
  "loki.querier",
  "loki.queryFrontend",
  "loki.compactor",
  "memcached",
  "tempo.distributor",
  "tempo.ingester",
  "tempo.querier",
  "tempo.queryFrontend",
  "tempo.compactor",
  "tempo.metricsGenerator",
  "pyroscope",
  "grafana",
  "alloy.collector",
  "alloy.gateway",
] as const;

/** Roles of which there must be exactly one task (S15), and why. */
export const singletons: Readonly<Record<string, string>> = {
  "loki.compactor": "two compactors delete and compact the same index",
  "tempo.compactor": "one compactor works without a ring",
  "tempo.metricsGenerator": "two generators split each trace's span metrics",
  pyroscope: "one process with the index of its own disk",
  "alloy.collector": "two collectors fetch, pay for and write every series twice",
};

/** Roles that hold acknowledged data until it is flushed. */
export const dataRoles: readonly string[] = [
  "mimir",
  "loki.ingester",
  "tempo.ingester",
  "pyroscope",
];

/** The settings at a dotted path. */
export function settingAt(settings: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, step) =>
        typeof value === "object" && value !== null
          ? (value as Record<string, unknown>)[step]
          : undefined,
      settings,
    );
}

/** Every role's settings, in the order of `rolePaths`. */
export function rolesIn(settings: StackSettings): readonly RoleSettings[] {
  return rolePaths.map((path) => ({ ...(settingAt(settings, path) as RoleSettings), path }));
}
