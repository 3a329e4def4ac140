import { s3Endpoint } from "../objectStore";
import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";

/** Seconds between two looks at the bucket's list of blocks (S22). */
export const blocklistPollSeconds = 30;

/** Prefix of Tempo's objects in the bucket (B2), without the slash: Tempo lists with the raw text. */
export const tempoPrefix = "ftt-tempo";

export function storageSection(config: StackConfig): Section {
  const { kmsKeyArn } = config.storage;
  return {
    settings: {
      storage: {
        trace: {
          backend: "s3",
          blocklist_poll: `${blocklistPollSeconds}s`,
          wal: { path: "/data/wal" },
          s3: {
            endpoint: s3Endpoint(config.region),
            region: config.region,
            bucket: config.bucketName,
            prefix: tempoPrefix,
            enable_dual_stack: false,
            ...(kmsKeyArn === undefined ? {} : { sse: { type: "SSE-KMS", kms_key_id: kmsKeyArn } }),
          },
        },
      },
    },
    reasons: {
      "storage.trace.blocklist_poll":
        "Default 5 m, and a flushed block needs two polls (the compactor's index, then the querier's look):\nuntil then its traces cannot be found.",
      "storage.trace.s3.enable_dual_stack":
        "Dual-stack names pass by the VPC's S3 gateway endpoint (grafana/tempo#3720).",
    },
  };
}

/** @param replica Number of the ring replica, from 0. */
export function ingesterSection(replica: number): Section {
  return {
    settings: {
      ingester: {
        lifecycler: { id: `tempo-ingester-${replica}`, readiness_check_ring_health: false },
        flush_all_on_shutdown: true,
        max_block_duration: "5m",
        max_block_bytes: 100 * 1024 * 1024,
        complete_block_timeout: `${10 * blocklistPollSeconds}s`,
      },
    },
    reasons: {
      "ingester.lifecycler.id":
        "Default: the host name, new in each task. A dead ingester is never forgotten in 2.x, and with the only one\ndead every push and look-up fails until somebody does; with a fixed id its successor takes over (measured).",
      "ingester.lifecycler.readiness_check_ring_health":
        "Default true: while one ingester is down, each restarted one stays unready (503 for 100 s, measured).",
      "ingester.flush_all_on_shutdown":
        "Default false: a stop only cuts to the WAL on the task's disk, which Fargate throws away.",
      "ingester.max_block_duration":
        "Default 30 m. Bounds what a kill loses, and what a stop has to upload within 120 s.",
      "ingester.max_block_bytes": "Default 500 MiB, for the same reason.",
      "ingester.complete_block_timeout":
        "A flushed block stays readable here until every querier must have seen it in the bucket.",
    },
  };
}

export function compactorSection(config: StackConfig): Section {
  return {
    settings: {
      compactor: { compaction: { block_retention: `${config.tempo.retentionDays * 24}h` } },
    },
    reasons: {
      "compactor.compaction.block_retention": "Default 336 h (14 days).",
    },
  };
}
