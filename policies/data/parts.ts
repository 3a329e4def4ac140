/** Servers of an LGTM system that the rules know. */
export type Product = "mimir" | "loki" | "memcached" | "tempo" | "pyroscope" | "grafana" | "alloy";

/**
 * Names of the images of each server: the last part of the repository, so that a mirror or a pull-through cache changes
 * nothing.
 * Source: the repositories' names on Docker Hub and in the public ECR gallery (`grafana/loki`, `docker/library/memcached`).
 */
export const imageNames: readonly (readonly [RegExp, Product])[] = [
  [/^mimir\b/, "mimir"],
  [/^loki\b/, "loki"],
  [/^tempo\b(?!-(query|vulture|cli))/, "tempo"],
  [/^pyroscope\b/, "pyroscope"],
  [/^grafana(-enterprise|-oss)?$/, "grafana"],
  [/^alloy\b/, "alloy"],
  [/^memcached\b/, "memcached"],
];

/**
 * How a part of a server may be replaced (S15), and whether acknowledged data lives in its task until it is flushed
 * (S14).
 */
export interface PartClass {
  readonly replacement: "ring" | "singleton" | "stateless";
  readonly holdsData: boolean;
}

const ring: PartClass = { replacement: "ring", holdsData: true };
const singleton: PartClass = { replacement: "singleton", holdsData: false };
const stateless: PartClass = { replacement: "stateless", holdsData: false };

/**
 * Parts by product and `target` (rows S1–S7). A target that is not listed is `stateless`; a process with several is
 * what its most demanding one is.
 */
export const parts: Readonly<Record<Product, Readonly<Record<string, PartClass>>>> = {
  mimir: { all: ring, ingester: ring, write: ring, compactor: singleton, backend: singleton },
  loki: { all: ring, ingester: ring, write: ring, compactor: singleton, backend: singleton },
  tempo: {
    all: ring,
    "scalable-single-binary": ring,
    ingester: ring,
    compactor: singleton,
    // Series that Mimir has not taken yet wait in its write-ahead log.
    "metrics-generator": { replacement: "singleton", holdsData: true },
  },
  pyroscope: { all: { replacement: "singleton", holdsData: true } },
  // SQLite is disposable, but two Grafanas would each have their own (S6).
  grafana: { sqlite: singleton, postgres: stateless },
  // Metrics wait in the write-ahead log on the task's disk; two collectors would fetch everything twice (S7).
  alloy: {
    collector: { replacement: "singleton", holdsData: true },
    gateway: { replacement: "stateless", holdsData: true },
  },
  memcached: { all: stateless },
};

export const classOf = (product: Product, targets: readonly string[]): PartClass => {
  const found = targets.map((target) => parts[product][target] ?? stateless);
  return {
    replacement: found.some((part) => part.replacement === "ring")
      ? "ring"
      : found.some((part) => part.replacement === "singleton")
        ? "singleton"
        : "stateless",
    holdsData: found.some((part) => part.holdsData),
  };
};

/** Products whose parts share work through a hash ring with copies. */
export const ringProducts: readonly Product[] = ["mimir", "loki", "tempo"];

/**
 * Top-level keys that only the server's own configuration has, to tell it from the other files of a task.
 * Source: the servers' configuration references.
 */
export const configurationKeys: Readonly<Partial<Record<Product, readonly string[]>>> = {
  mimir: [
    "target",
    "server",
    "common",
    "limits",
    "blocks_storage",
    "ingester",
    "distributor",
    "querier",
    "memberlist",
    "store_gateway",
    "compactor",
    "ruler",
    "ruler_storage",
    "multitenancy_enabled",
    "no_auth_tenant",
  ],
  loki: [
    "target",
    "server",
    "common",
    "auth_enabled",
    "schema_config",
    "limits_config",
    "storage_config",
    "ingester",
    "memberlist",
    "compactor",
    "querier",
    "frontend",
    "frontend_worker",
    "query_range",
  ],
  tempo: [
    "target",
    "server",
    "storage",
    "distributor",
    "ingester",
    "querier",
    "query_frontend",
    "compactor",
    "overrides",
    "metrics_generator",
    "memberlist",
    "usage_report",
  ],
  pyroscope: [
    "target",
    "server",
    "storage",
    "limits",
    "pyroscopedb",
    "architecture_storage",
    "memberlist",
    "querier",
    "compactor",
    "self_profiling",
    "analytics",
  ],
};

/**
 * Open files and connections that Fargate gives a container by default.
 * Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html, "Resource limits".
 */
export const leastOpenFiles = 65_535;
