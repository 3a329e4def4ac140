import type { ProductName } from "../stacks/types";
import { removedMimirKeys } from "./mimir/removedKeys";

/** A key that a range of versions needs or refuses. */
export interface KeyRule {
  readonly product: ProductName;
  /** First version that the rule holds for; absent = all before {@link before}. */
  readonly from?: string;
  /** First version that the rule does not hold for any more. */
  readonly before?: string;
  /** Dotted path; `*` stands for any steps. For Grafana the name of an environment variable. */
  readonly key: string;
  readonly expect: "present" | "absent";
  /** The rule holds only for files that have this key: a role's file has only what the role reads. */
  readonly when?: string;
  readonly why: string;
  readonly source: string;
}

const tempo3 = "grafana/tempo docs/sources/tempo/release-notes/v3-0.md of v3.0.3";

/** Which keys a product's configuration must and must not have, by version. */
export const keyRules: readonly KeyRule[] = [
  // Tempo 2 against 3: 3 reads strictly too, so one block of 2 stops its start.
  ...["ingester", "compactor"].map((key) =>
    gone(
      "tempo",
      "3.0.0",
      key,
      "removed with its component: 3 wants Kafka for services of their own",
      tempo3,
    ),
  ),
  ...["metrics_generator.query_timeout", "query_frontend.search.query_ingesters_until"].map((key) =>
    gone("tempo", "3.0.0", key, "removed", tempo3),
  ),
  ...["live_store.ring", "backend_worker.compaction", "memory"].map((key): KeyRule => ({
    product: "tempo",
    before: "3.0.0",
    key,
    expect: "absent",
    why: "a block of Tempo 3",
    source: "grafana/tempo cmd/tempo/app/config.go of v2.10.8",
  })),
  needed("tempo", "2.0.0", "3.0.0", "ingester.lifecycler.ring.replication_factor", "default 1"),
  needed(
    "tempo",
    "2.0.0",
    "3.0.0",
    "overrides.defaults.metrics_generator.processors",
    "none by default (D4)",
  ),
  needed("tempo", "2.0.0", undefined, "metrics_generator.ring.instance_interface_names", "S23"),
  {
    ...needed(
      "tempo",
      "2.0.0",
      "3.0.0",
      "ingester.flush_all_on_shutdown",
      "S14: a stop loses what is not flushed",
    ),
    when: "ingester.lifecycler.id",
  },

  // Mimir 2.17 against 3.0 and 3.1.
  ...removedMimirKeys.map(({ key, since, note }) =>
    gone(
      "mimir",
      `${since}.0`,
      key,
      note,
      "grafana/mimir CHANGELOG.md; configs/mimir/removedKeys.ts",
    ),
  ),
  {
    product: "mimir",
    before: "3.0.0",
    key: "querier.ring",
    expect: "absent",
    why: "a ring of Mimir 3",
    source: "cmd/mimir/config-descriptor.json of 2.17",
  },
  ...[
    "querier.query_store_after",
    "blocks_storage.bucket_store.ignore_blocks_within",
    "blocks_storage.bucket_store.sync_interval",
    "compactor.cleanup_interval",
  ].map((key) =>
    needed(
      "mimir",
      "2.0.0",
      undefined,
      key,
      "S22: all four together, or a replaced task's samples are invisible",
    ),
  ),
  needed(
    "mimir",
    "2.0.0",
    undefined,
    "ingester.ring.instance_id",
    "S16: Mimir never forgets a dead ingester",
  ),

  // Loki 3.7, and what 3.8 takes away.
  ...[
    "limits_config.allow_deletes",
    "limits_config.unordered_writes",
    "chunk_store_config.write_dedupe_cache_config",
    "storage_config.index_queries_cache_config",
    "storage_config.index_cache_validity",
  ].map((key) =>
    gone("loki", "3.8.0", key, "removed", "grafana/loki CHANGELOG.md, 3.8.0, breaking changes"),
  ),
  {
    ...needed(
      "loki",
      "3.0.0",
      undefined,
      "common.ring.kvstore.store",
      "S23: without it Loki exits",
    ),
    when: "common.instance_interface_names",
  },
  {
    ...needed("loki", "3.0.0", undefined, "storage_config.tsdb_shipper.resync_interval", "S22"),
    when: "storage_config.tsdb_shipper",
  },
  {
    ...needed("loki", "3.0.0", undefined, "ingester.lifecycler.readiness_check_ring_health", "S16"),
    when: "ingester.lifecycler.id",
  },

  // Pyroscope 1 against 2.
  {
    product: "pyroscope",
    before: "2.0.0",
    key: "architecture_storage",
    expect: "absent",
    why: "1 has storage v1 only and does not know the key",
    source: "reference-configuration-parameters of v1.21.1 and release-notes/v2-0.md (#5038)",
  },
  ...["architecture_storage", "limits.write_path"].map((key) =>
    needed(
      "pyroscope",
      "2.0.0",
      undefined,
      key,
      "its default is storage v2, whose index dies with the task (S5)",
    ),
  ),
  needed("pyroscope", "1.0.0", undefined, "querier.query_store_after", "S22"),

  // Grafana's keys are environment variables.
  ...["GF_PLUGINS_PREINSTALL_DISABLED", "GF_PLUGINS_PREINSTALL_AUTO_UPDATE"].map((key) =>
    needed(
      "grafana",
      "13.2.0",
      undefined,
      key,
      "since 13.2 data sources are plugins, renewed from grafana.com at each start",
    ),
  ),
];

function gone(
  product: ProductName,
  from: string,
  key: string,
  why: string,
  source: string,
): KeyRule {
  return { product, from, key, expect: "absent", why: `${why}; gone since ${from}`, source };
}

function needed(
  product: ProductName,
  from: string,
  before: string | undefined,
  key: string,
  why: string,
): KeyRule {
  return {
    product,
    from,
    ...(before === undefined ? {} : { before }),
    key,
    expect: "present",
    why,
    source: "docs/requirements.md",
  };
}
