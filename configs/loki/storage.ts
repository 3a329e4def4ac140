import { s3Client, s3ClientReasons } from "../objectStore";
import { joinSections, type Section } from "../section";
import { deletionDelayHours } from "../stack/retention";
import type { StackConfig } from "../stack/schema";
import { chunkCacheSection } from "./caches";
import { usesBucket, type LokiRoleId } from "./roles";

/** Prefix of everything that Loki keeps in the bucket (B2). */
export const lokiPrefix = "ftt-loki";

/** Index and bucket: the schema everywhere, the bucket for the roles that use it. */
export function storageSections(config: StackConfig, role: LokiRoleId): Section {
  return joinSections([
    schemaSection(config),
    ...(usesBucket(role) ? [bucketSection(config)] : []),
    // The compactor reads no chunks.
    ...(role === "loki-ingester" || role === "loki-querier"
      ? [chunkCacheSection(config, role)]
      : []),
  ]);
}

function schemaSection(config: StackConfig): Section {
  return {
    settings: {
      schema_config: {
        configs: [
          {
            from: config.loki.schemaFrom,
            store: "tsdb",
            object_store: "s3",
            schema: "v13",
            index: { prefix: "index_", period: "24h" },
          },
        ],
      },
    },
    reasons: {
      "schema_config.configs.0.from":
        "Constant for the life of the bucket: another day hides what was written before it.",
      "schema_config.configs.0.index.period": "Retention needs one index per day.",
    },
  };
}

function bucketSection(config: StackConfig): Section {
  const s3 = "storage_config.object_store.s3";
  return {
    settings: {
      storage_config: {
        use_thanos_objstore: true,
        object_store: { storage_prefix: lokiPrefix, s3: s3Client(config) },
        tsdb_shipper: { resync_interval: "30s" },
      },
    },
    reasons: {
      "storage_config.use_thanos_objstore": "Only this client knows a prefix (grafana/loki#5889).",
      [`${s3}.endpoint`]: s3ClientReasons.endpoint,
      [`${s3}.region`]: s3ClientReasons.region,
      [`${s3}.dualstack_enabled`]: s3ClientReasons.dualstack_enabled,
      "storage_config.tsdb_shipper.resync_interval":
        "Default 5m: for 4 minutes what a replaced ingester flushed is missing, with HTTP 200 (measured).\nThe compactor waits by it before it drops what queriers may still look up.",
    },
  };
}

/** The compactor's own work, and for the readers that deletions exist. */
export function retentionSection(role: LokiRoleId): Section {
  if (role === "loki-compactor") {
    return {
      settings: {
        compactor: {
          retention_enabled: true,
          delete_request_store: "s3",
          retention_delete_delay: `${deletionDelayHours.loki}h`,
          deletion_marker_object_store_prefix: "deletion-markers/",
        },
      },
      reasons: {
        "compactor.deletion_marker_object_store_prefix":
          "Default: on the task's disk. Lost with it, chunks stay in the bucket for ever (grafana/helm-charts#3228).",
      },
    };
  }
  if (role === "loki-querier" || role === "loki-query-frontend") {
    return {
      settings: { compactor: { retention_enabled: true, delete_request_store: "s3" } },
      reasons: {
        "compactor.retention_enabled":
          "Leaves out lines that a delete request names; asks the compactor for them.",
      },
    };
  }
  return { settings: {}, reasons: {} };
}
