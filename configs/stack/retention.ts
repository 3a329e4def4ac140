import type { StackSettings } from "./schema";

/**
 * How long each server itself keeps what its retention has passed, before it deletes it from the bucket. The renderers
 * write these values, and S3's own end must lie behind them (B3).
 */
export const deletionDelayHours = {
  /** `compactor.deletion_delay` of Mimir; its default. */
  mimir: 12,
  /** `compactor.retention_delete_delay` of Loki; its default. */
  loki: 2,
  /** `compactor.compaction.compacted_block_retention` of Tempo; its default. */
  tempo: 1,
  /** `compactor.deletion_delay` of Pyroscope; its default. */
  pyroscope: 12,
} as const;

/**
 * Hours until the server that deletes has surely run: a block spans up to a day, and it is marked only after its whole
 * range has passed the retention; Loki works through an index table of a day.
 */
const deletedObjectSpanHours = 24;

/** S3's own end of a prefix, in days, must not be below this: retention, what an object spans, and the delay. */
export function earliestExpiryDays(retentionDays: number, delayHours: number): number {
  return Math.floor((retentionDays * 24 + deletedObjectSpanHours + delayHours) / 24) + 1;
}

/** One prefix of the bucket that S3 expires behind the server. */
export interface Expiry {
  /** Section of `storage`. */
  readonly section: "metrics" | "logs" | "traces" | "profiles";
  readonly retentionPath: string;
  readonly retentionDays: number;
  readonly delayHours: number;
  readonly expireAfterDays: number;
}

export function expiries(settings: StackSettings): readonly Expiry[] {
  const { storage } = settings;
  return [
    {
      section: "metrics",
      retentionPath: "mimir.retentionDays",
      retentionDays: settings.mimir.retentionDays,
      delayHours: deletionDelayHours.mimir,
      expireAfterDays: storage.metrics.expireAfterDays,
    },
    {
      section: "logs",
      retentionPath: "loki.retentionDays",
      retentionDays: settings.loki.retentionDays,
      delayHours: deletionDelayHours.loki,
      expireAfterDays: storage.logs.expireAfterDays,
    },
    {
      section: "traces",
      retentionPath: "tempo.retentionDays",
      retentionDays: settings.tempo.retentionDays,
      delayHours: deletionDelayHours.tempo,
      expireAfterDays: storage.traces.expireAfterDays,
    },
    {
      section: "profiles",
      retentionPath: "pyroscope.retentionDays",
      retentionDays: settings.pyroscope.retentionDays,
      delayHours: deletionDelayHours.pyroscope,
      expireAfterDays: storage.profiles.expireAfterDays,
    },
  ];
}
