import { addressOf } from "../../stacks/endpoints";
import { memoryMiBOf } from "../goRuntime";
import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";
import { lokiRoleSettings, type LokiRoleId } from "./roles";

/**
 * Largest item that Loki stores in memcached, in MiB; memcached's own limit must not be below (`-I`). Chunks aim at 1.5 MB,
 * above memcached's default of 1 MB.
 */
export const cacheItemLimitMiB = 2;

/** Bytes waiting to be written to memcached, in MiB: a sixteenth of the task's memory. */
export const writeBackMiB = (memoryGb: number): number => Math.floor(memoryMiBOf(memoryGb) / 16);

const memcached = (config: StackConfig, role: LokiRoleId) => ({
  background: {
    writeback_size_limit: `${writeBackMiB(config.loki[lokiRoleSettings[role]].memoryGb)}MB`,
  },
  memcached: { batch_size: 256, parallelism: 10 },
  memcached_client: {
    addresses: `dns+${addressOf(config, "memcached", "memcached")}`,
    timeout: "500ms",
    max_item_size: cacheItemLimitMiB * 1024 * 1024,
  },
  embedded_cache: { enabled: false },
});

/** Chunks: written by ingesters, read by queriers. They never change, so they leave when memcached is full. */
export function chunkCacheSection(config: StackConfig, role: LokiRoleId): Section {
  const path = "chunk_store_config.chunk_cache_config";
  return {
    settings: {
      chunk_store_config: {
        chunk_cache_config: { default_validity: "0s", ...memcached(config, role) },
      },
    },
    reasons: {
      [`${path}.background.writeback_size_limit`]: writeBackReason,
      [`${path}.memcached_client.max_item_size`]: "Not above memcached's own limit.",
      [`${path}.embedded_cache`]: embeddedReason,
    },
  };
}

/** Results of metric queries, kept by the query-frontend; its caches of statistics, series and labels follow. */
export function resultsCacheSection(config: StackConfig): Section {
  const path = "query_range.results_cache.cache";
  return {
    settings: {
      query_range: {
        cache_results: true,
        results_cache: {
          cache: { default_validity: "12h", ...memcached(config, "loki-query-frontend") },
        },
      },
    },
    reasons: {
      [`${path}.background.writeback_size_limit`]: writeBackReason,
      [`${path}.embedded_cache`]: embeddedReason,
    },
  };
}

const writeBackReason =
  "Default 500MB: a quarter and more of a task's memory while memcached is slow.";
const embeddedReason = "Loki turns on 100 MB of its own where it sees no other cache.";
