/** Limits by which a server refuses what it might still carry: the stack file's, or the server's own default. */

import { ingestionRate, maxSeries } from "../../configs/mimir/memoryModel";
import type { StackSettings } from "../../configs/stack/schema";
import type { Demand } from "./demand";
import type { RolePath } from "./formulas";

/** A day's average is lower than its peak, and limits are held every second. */
export const peak = { value: 2, source: "assumed: the peak is twice the day's average" } as const;

const tempoDocs =
  "grafana/tempo@607c7fb69662 docs/sources/tempo/configuration/_index.md (2025-10-08)";
const pyroscopeDocs =
  "https://grafana.com/docs/pyroscope/latest/configure-server/reference-configuration-parameters/ (2026-11-25)";

/** Seconds that a trace stays live in an ingester after its last span. */
const traceIdleSeconds = 5;

export interface Limit {
  readonly role: RolePath;
  /** What is limited, in the setting's words. */
  readonly what: string;
  readonly most: number;
  readonly asked: (demand: Demand) => number;
  readonly source: string;
  /** Setting of the stack file that raises it, where there is one. */
  readonly setting?: string;
}

export function limitsOf(settings: StackSettings): readonly Limit[] {
  const { loki, tempo } = settings;
  const copies = tempo.replicationFactor / tempo.ingester.replicas;
  return [
    {
      role: "mimir",
      what: "active series",
      most: maxSeries(settings),
      asked: ({ series }) => series,
      source: "configs/mimir/limits.ts: max_global_series_per_user",
      setting: "mimir.maxSeries",
    },
    {
      role: "mimir",
      what: "samples/s",
      most: ingestionRate(settings),
      asked: ({ samplesPerSecond }) => samplesPerSecond,
      source: "configs/mimir/limits.ts: ingestion_rate",
      setting: "mimir.ingestionRateSamplesPerSecond",
    },
    {
      role: "loki.distributor",
      what: "MB/s of logs at the peak",
      most: loki.ingestionRateMbPerSecond,
      asked: ({ logsMbPerSecond }) => logsMbPerSecond * peak.value,
      source: `configs/loki/limits.ts: ingestion_rate_mb; ${peak.source}`,
      setting: "loki.ingestionRateMbPerSecond",
    },
    {
      role: "loki.ingester",
      what: "log streams",
      most: loki.maxStreams,
      asked: ({ logStreams }) => logStreams,
      source: "configs/loki/limits.ts: max_global_streams_per_user",
      setting: "loki.maxStreams",
    },
    {
      role: "tempo.distributor",
      what: "MB/s of spans at the peak",
      most: 15 * tempo.distributor.replicas,
      asked: ({ tracesMbPerSecond }) => tracesMbPerSecond * peak.value,
      source: `${tempoDocs}: rate_limit_bytes 15 MB, by distributor; ${peak.source}`,
    },
    {
      role: "tempo.ingester",
      what: "live traces of an ingester at the peak",
      most: 10_000,
      asked: ({ tracesPerSecond }) => tracesPerSecond * traceIdleSeconds * copies * peak.value,
      source: `${tempoDocs}: max_traces_per_user 10,000, trace_idle_period 5 s; ${peak.source}`,
    },
    {
      role: "pyroscope",
      what: "MB/s of profiles at the peak",
      most: 4,
      asked: ({ profilesMbPerSecond }) => profilesMbPerSecond * peak.value,
      source: `${pyroscopeDocs}: ingestion_rate_mb 4; ${peak.source}`,
    },
  ];
}
