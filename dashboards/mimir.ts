import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { graph, heading } from "./panels";
import {
  age,
  bucket,
  jobOf,
  perSecond,
  promql,
  requests,
  rings,
  serverDashboard,
  share,
} from "./servers";

const of = jobOf("mimir");

/** Metrics: one role that does everything, three times. */
export function mimir(): DashboardBuilder {
  const board = serverDashboard(
    "mimir",
    "Mimir",
    "Metrics: what comes in, what is asked, and how it gets into the bucket.",
  );
  rings(board, "mimir", {
    members: "cortex_ring_members",
    gossip: "memberlist_client_cluster_members_count",
  });
  board
    .withRow(heading("Ingest"))
    .withPanel(
      graph(
        "Samples",
        [
          promql(perSecond("cortex_distributor_received_samples_total", of), "received"),
          promql(perSecond("cortex_discarded_samples_total", of, "reason"), "refused: {{reason}}"),
        ],
        { span: 8, description: "Per second. Refused samples are gone: the client gets a 400." },
      ),
    )
    .withPanel(
      graph(
        "Series in memory",
        [
          promql(`sum by (instance) (cortex_ingester_memory_series{${of}})`, "{{instance}}"),
          promql(
            `max(cortex_limits_defaults{${of}, limit_name="max_global_series_per_user"}) * max(cortex_distributor_replication_factor{${of}}) / count(up{${of}} == 1)`,
            "limit, per task",
          ),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Exemplars in memory",
        [
          promql(
            `sum by (instance) (cortex_ingester_tsdb_exemplar_exemplars_in_storage{${of}})`,
            "{{instance}}",
          ),
        ],
        { span: 8, description: "None: clicks from a metric to its trace do not work." },
      ),
    );
  requests(board, of, {
    histogram: "cortex_request_duration_seconds",
    route: "api_v1_push|otlp_v1_metrics",
    what: "Pushes",
  });
  board.withRow(heading("Queries"));
  requests(board, of, {
    histogram: "cortex_request_duration_seconds",
    route: "prometheus_api_v1_.*",
    what: "Queries",
  });
  board
    .withPanel(
      graph(
        "Queries that wait",
        [
          promql(`sum(cortex_query_scheduler_queue_length{${of}})`, "scheduler"),
          promql(`sum(cortex_query_frontend_queue_length{${of}})`, "query-frontend"),
        ],
        { span: 12 },
      ),
    )
    .withPanel(
      graph(
        "Blocks that a query asked for and did not get",
        [
          promql(
            perSecond("cortex_querier_blocks_consistency_checks_failed_total", of),
            "failed consistency checks",
          ),
        ],
        { span: 12, description: "Such a query fails rather than answer short." },
      ),
    )
    .withRow(heading("Write-ahead log and blocks"))
    .withPanel(
      graph(
        "Blocks on the tasks' disks",
        [promql(`cortex_ingester_tsdb_storage_blocks_bytes{${of}}`, "{{instance}}")],
        { span: 8, unit: "bytes" },
      ),
    )
    .withPanel(
      graph(
        "Write-ahead log: failures",
        [
          promql(perSecond("cortex_ingester_tsdb_wal_writes_failed_total", of), "writes"),
          promql(perSecond("cortex_ingester_tsdb_wal_truncations_failed_total", of), "truncations"),
          promql(perSecond("cortex_ingester_tsdb_wal_corruptions_total", of), "corruptions"),
          promql(
            perSecond("cortex_ingester_tsdb_checkpoint_creations_failed_total", of),
            "checkpoints",
          ),
          promql(
            perSecond("cortex_ingester_tsdb_compactions_failed_total", of),
            "head compactions",
          ),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Blocks to the bucket",
        [
          promql(perSecond("cortex_ingester_shipper_uploads_total", of), "uploads"),
          promql(perSecond("cortex_ingester_shipper_upload_failures_total", of), "failures"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Since the last upload of a block",
        [
          promql(
            age("cortex_ingester_shipper_last_successful_upload_timestamp_seconds", of, "instance"),
            "{{instance}}",
          ),
        ],
        {
          span: 12,
          unit: "s",
          description: "A block covers two hours, so 2 to 3 hours is what a healthy task shows.",
        },
      ),
    )
    .withPanel(
      graph(
        "Age of the oldest block not uploaded",
        [
          promql(
            age("cortex_ingester_oldest_unshipped_block_timestamp_seconds", of, "instance"),
            "{{instance}}",
          ),
        ],
        { span: 12, unit: "s" },
      ),
    );
  bucket(board, of, {
    operations: "thanos_objstore_bucket_operations_total",
    failures: "thanos_objstore_bucket_operation_failures_total",
    duration: "thanos_objstore_bucket_operation_duration_seconds",
  });
  board
    .withRow(heading("Compaction and retention"))
    .withPanel(
      graph(
        "Since the last successful run",
        [
          promql(
            age("cortex_compactor_last_successful_run_timestamp_seconds", of, "job"),
            "compaction",
          ),
          promql(
            age("cortex_compactor_block_cleanup_last_successful_run_timestamp_seconds", of, "job"),
            "clean-up (retention)",
          ),
          promql(
            age("cortex_bucket_stores_blocks_last_successful_sync_timestamp_seconds", of, "job"),
            "store-gateway sync",
          ),
        ],
        { span: 8, unit: "s" },
      ),
    )
    .withPanel(
      graph(
        "Compactor runs",
        [
          promql(perSecond("cortex_compactor_runs_completed_total", of), "completed"),
          promql(perSecond("cortex_compactor_runs_failed_total", of), "failed"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Blocks",
        [
          promql(`max(cortex_bucket_blocks_count{${of}})`, "in the bucket"),
          promql(`sum(cortex_bucket_store_blocks_loaded{${of}})`, "loaded by the store-gateways"),
          promql(
            perSecond("cortex_compactor_blocks_marked_for_deletion_total", of),
            "marked for deletion, per second",
          ),
        ],
        { span: 8 },
      ),
    )
    .withRow(heading("Caches, rules and alerts"))
    .withPanel(
      graph(
        "Index cache: hits",
        [
          promql(
            share(
              perSecond("thanos_store_index_cache_hits_total", of, "item_type"),
              perSecond("thanos_store_index_cache_requests_total", of, "item_type"),
            ),
            "{{item_type}}",
          ),
        ],
        { span: 8, unit: "percentunit", max: 1 },
      ),
    )
    .withPanel(
      graph(
        "Rule evaluations",
        [
          promql(perSecond("cortex_prometheus_rule_evaluations_total", of), "all"),
          promql(perSecond("cortex_prometheus_rule_evaluation_failures_total", of), "failed"),
          promql(perSecond("cortex_prometheus_rule_group_iterations_missed_total", of), "missed"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Alertmanager's notifications",
        [
          promql(
            perSecond("cortex_alertmanager_notifications_total", of, "integration"),
            "{{integration}}",
          ),
          promql(
            perSecond("cortex_alertmanager_notifications_failed_total", of, "integration"),
            "{{integration}} failed",
          ),
        ],
        { span: 8 },
      ),
    );
  return board;
}
