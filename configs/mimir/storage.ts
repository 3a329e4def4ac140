import { s3Client, s3ClientReasons } from "../objectStore";
import type { Section } from "../section";
import { deletionDelayHours } from "../stack/retention";
import type { StackConfig } from "../stack/schema";
import { mimirCaches } from "./memoryModel";

/** Prefixes in the bucket (B2). Mimir allows letters and digits only. */
export const mimirPrefixes = { blocks: "blocks", rules: "rules", alerts: "alerts" } as const;

/** The bucket, blocks on their way into it, and the compactor. */
export function storageSection(config: StackConfig): Section {
  const caches = mimirCaches(config.mimir.memoryGb);
  const s3 = "common.storage.s3";
  return {
    settings: {
      common: { storage: { backend: "s3", s3: s3Client(config) } },
      blocks_storage: {
        storage_prefix: mimirPrefixes.blocks,
        tsdb: {
          dir: "/data/tsdb",
          flush_blocks_on_shutdown: true,
          series_hash_cache_max_size_bytes: caches.ingesterSeriesHashBytes,
          head_postings_for_matchers_cache_max_bytes: caches.headPostingsBytes,
          block_postings_for_matchers_cache_max_bytes: caches.blockPostingsBytes,
        },
        bucket_store: {
          sync_dir: "/data/sync",
          sync_interval: "30s",
          ignore_blocks_within: "0s",
          series_hash_cache_max_size_bytes: caches.storeSeriesHashBytes,
          index_cache: { backend: "inmemory", inmemory: { max_size_bytes: caches.indexBytes } },
        },
      },
      compactor: {
        data_dir: "/data/compactor",
        cleanup_interval: "30s",
        deletion_delay: `${deletionDelayHours.mimir}h`,
      },
      ruler_storage: { storage_prefix: mimirPrefixes.rules },
      alertmanager_storage: { storage_prefix: mimirPrefixes.alerts },
    },
    reasons: {
      [`${s3}.endpoint`]: s3ClientReasons.endpoint,
      [`${s3}.region`]: s3ClientReasons.region,
      [`${s3}.dualstack_enabled`]: s3ClientReasons.dualstack_enabled,
      "blocks_storage.storage_prefix": "Letters and digits only: Mimir refuses any other prefix.",
      "blocks_storage.tsdb.flush_blocks_on_shutdown":
        "The disk is gone with the task. Default: blocks stay there.",
      "blocks_storage.tsdb.series_hash_cache_max_size_bytes":
        "The caches' defaults are 2.6 GiB before the first series; cut to the task.",
      "blocks_storage.bucket_store.sync_interval":
        "How soon a flushed block is found. Default 15m: a roll leaves a hole of half an hour (measured).",
      "blocks_storage.bucket_store.ignore_blocks_within":
        "Default 10h: what a replaced task flushed stays invisible (measured; grafana/mimir#3843).",
      "compactor.cleanup_interval":
        "Updates the bucket index, the other half of how soon a block is found.",
      ruler_storage:
        "Rules land under rules/rules/, alerts under alerts/: all of Mimir stays below three prefixes.",
    },
  };
}
