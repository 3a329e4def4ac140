/**
 * What each role needs for a load: the servers' published sizing guides as data, each line with its source. Where a guide
 * gives a range the careful end counts; where there is none the line says "assumed", or the role has no line.
 */

import type { rolePaths } from "../../configs/stack/roles";
import type { Demand } from "./demand";

export type RolePath = (typeof rolePaths)[number];

/** What a task may run out of. */
export type Resource = "vcpu" | "memoryGb" | "diskGb";

/** What one line needs of each task of a role. */
export interface Formula {
  readonly role: RolePath;
  readonly resource: Resource;
  /** Of a task without load. */
  readonly idle: number;
  /** Of all tasks together, in proportion to the demand; `copies` is the replication factor. */
  readonly total: (demand: Demand, copies: number) => number;
  /** The line in words. */
  readonly says: string;
  readonly source: string;
}

const mimirGuide =
  "grafana/mimir@4584085047c0 docs/sources/mimir/manage/run-production-environment/planning-capacity.md (2025-05-01)";
const lokiGuide = "grafana/loki v3.7.6 docs/sources/setup/size/_index.md (2026-08-05)";
const tempoGuide =
  "grafana/tempo@607c7fb69662 docs/sources/tempo/set-up-for-tracing/setup-tempo/plan/size.md (2025-10-08)";
const alloyGuide =
  "https://grafana.com/docs/alloy/latest/introduction/estimate-resource-usage (2026-11-25)";
const lokiIdle = "idle: measured, 116 to 163 MiB";

/** Spare that Mimir's guide asks for on memory and disk. */
const spare = 1.5;

/** Loki's first tier: 3 TB a day, three copies. Its table, per MB/s. */
const lokiTierMbPerSecond = 3_000_000 / 86_400;
const lokiTier = (cpu: number, memoryGb: number) => ({
  vcpu: cpu / lokiTierMbPerSecond,
  memoryGb: memoryGb / lokiTierMbPerSecond,
});
const tier = {
  distributor: lokiTier(8, 2),
  ingester: lokiTier(12, 24),
  // This shape has no index gateway and no query-scheduler: their work is the querier's and the query-frontend's.
  querier: lokiTier(10 + 2, 10 + 8),
  queryFrontend: lokiTier(2 + 2, 4 + 1),
  compactor: lokiTier(2, 10),
} as const;

function loki(
  role: RolePath,
  part: keyof typeof tier,
  idleGb: number,
  says: string,
  copied = false,
): Formula[] {
  const factor = (copies: number) => (copied ? copies / 3 : 1);
  const line = (resource: "vcpu" | "memoryGb", idle: number): Formula => ({
    role,
    resource,
    idle,
    total: (demand, copies) => tier[part][resource] * demand.logsMbPerSecond * factor(copies),
    says,
    source: `${lokiGuide}; ${lokiIdle}`,
  });
  return [line("vcpu", 0.02), line("memoryGb", idleGb)];
}

interface TempoLine {
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly says: string;
  readonly copied?: boolean;
  readonly source?: string;
}

function tempo(role: RolePath, line: TempoLine): Formula[] {
  return (["vcpu", "memoryGb"] as const).map((resource) => ({
    role,
    resource,
    idle: resource === "vcpu" ? 0.02 : 0.1,
    total: (demand: Demand, copies: number) =>
      line[resource] * demand.tracesMbPerSecond * (line.copied === true ? copies / 3 : 1),
    says: line.says,
    source: line.source ?? `${tempoGuide}; idle: measured, 72 to 83 MiB`,
  }));
}

/** Disk that the image and the container take of a task's. */
const imageDiskGb = 2;

export const formulas: readonly Formula[] = [
  {
    role: "mimir",
    resource: "vcpu",
    idle: 0.05,
    total: (d, copies) =>
      d.samplesPerSecond / 25_000 +
      (d.series * copies) / 300_000 +
      d.queriesPerSecond * (1 / 250 + 1 / 500 + 1 / 10 + 1 / 10) +
      d.series / 20e6,
    says: "1 core for 25,000 samples/s, for 300,000 series in memory, for 10 queries/s, again for 10 at the store-gateway, for 20 million series in the compactor",
    source: `${mimirGuide}: one process is the sum of its parts`,
  },
  {
    role: "mimir",
    resource: "diskGb",
    idle: imageDiskGb,
    total: (d, copies) => spare * d.series * ((5 * copies) / 300_000 + 13 / 1e6),
    says: "5 GB for 300,000 series in memory, 13 GB for 1 million active series in the store-gateways, half as much again to spare",
    source: mimirGuide,
  },
  ...loki("loki.distributor", "distributor", 0.16, "8 cores and 2 GB for 3 TB a day"),
  ...loki(
    "loki.ingester",
    "ingester",
    0.14,
    "12 cores and 24 GB for 3 TB a day in three copies",
    true,
  ),
  {
    role: "loki.ingester",
    resource: "diskGb",
    idle: imageDiskGb,
    total: (d, copies) => 3 * d.logsMbPerSecond * copies,
    says: "15 GB of write-ahead log for 5 MB/s",
    source: "grafana/loki v3.7.6 docs/sources/operations/storage/wal.md (2026-08-05)",
  },
  ...loki(
    "loki.querier",
    "querier",
    0.13,
    "12 cores and 18 GB for 3 TB a day, the index gateway's among them",
  ),
  ...loki(
    "loki.queryFrontend",
    "queryFrontend",
    0.16,
    "4 cores and 5 GB for 3 TB a day, the query-scheduler's among them",
  ),
  ...loki("loki.compactor", "compactor", 0.12, "2 cores and 10 GB for 3 TB a day"),
  ...tempo("tempo.distributor", {
    vcpu: 2 / 10,
    memoryGb: 2 / 10,
    says: "2 cores and 2 GB for 10 MB/s",
  }),
  ...tempo("tempo.ingester", {
    vcpu: 2.5 / 3,
    memoryGb: 4 / 3,
    copied: true,
    says: "2.5 cores and 4 GB for 3 MB/s in three copies",
  }),
  ...tempo("tempo.querier", {
    vcpu: 1,
    memoryGb: 4,
    says: "a replica of 4 GB for 1 MB/s; one core of it is assumed",
  }),
  ...tempo("tempo.compactor", { vcpu: 1 / 3, memoryGb: 4 / 3, says: "1 core and 4 GB for 3 MB/s" }),
  ...tempo("tempo.metricsGenerator", {
    vcpu: 2 / 10,
    memoryGb: 2 / 10,
    says: "as the distributor",
    source: "assumed: the guide has no line for it",
  }),
  {
    role: "alloy.collector",
    resource: "vcpu",
    idle: 0.02,
    // The guide counts at the default interval of a minute.
    total: (d) => (0.4 * d.scrapedSamplesPerSecond * 60) / 1e6,
    says: "0.4 cores for 1 million series scraped once a minute",
    source: alloyGuide,
  },
  {
    role: "alloy.collector",
    resource: "memoryGb",
    idle: 0.19,
    total: (d) => (11 * d.scrapedSeries) / 1e6,
    says: "11 GB for 1 million series",
    source: `${alloyGuide}; idle: measured, 191 MiB`,
  },
  {
    role: "alloy.gateway",
    resource: "vcpu",
    idle: 0.02,
    total: ({ gateway: g }) =>
      (0.4 * g.samplesPerSecond * 60) / 1e6 +
      g.logsMbPerSecond / 1.048576 +
      (g.tracesMbPerSecond + g.profilesMbPerSecond) / 10,
    says: "0.4 cores for 1 million series once a minute, 1 core for 1 MiB/s of logs; 1 core for 10 MB/s of spans and profiles is assumed",
    source: alloyGuide,
  },
  {
    role: "alloy.gateway",
    resource: "memoryGb",
    idle: 0.19,
    total: ({ gateway: g }) =>
      (11 * g.series) / 1e6 +
      ((g.logsMbPerSecond + g.tracesMbPerSecond + g.profilesMbPerSecond) / 1.048576) * (120 / 1024),
    says: "11 GB for 1 million series, 120 MiB for 1 MiB/s of logs; as much for spans and profiles is assumed",
    source: `${alloyGuide}; idle: measured, 191 MiB`,
  },
];

/** Roles that have no line, and why. */
export const unsized: Readonly<Record<string, string>> = {
  memcached: "a smaller cache only makes queries slower",
  "tempo.queryFrontend": "the guide says: dependent on trace size and queries",
  pyroscope: "nobody publishes a formula for one process; its own ingestion limit is what counts",
  grafana: "nobody publishes a formula by users",
};
