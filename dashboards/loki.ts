import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { graph, heading } from "./panels";
import {
  age,
  bucket,
  chosen,
  jobOf,
  latencies,
  perSecond,
  promql,
  requests,
  rings,
  serverDashboard,
  share,
} from "./servers";

const of = jobOf("loki");

/** Logs: five roles. */
export function loki(): DashboardBuilder {
  const board = serverDashboard(
    "loki",
    "Loki",
    "Logs: what comes in, what is asked, and how it gets into the bucket.",
  );
  rings(board, "loki", {
    members: "loki_ring_members",
    gossip: "loki_memberlist_client_cluster_members_count",
  });
  board
    .withRow(heading("Ingest"))
    .withPanel(
      graph(
        "Bytes",
        [
          promql(perSecond("loki_distributor_bytes_received_total", of), "received"),
          promql(perSecond("loki_discarded_bytes_total", of, "reason"), "refused: {{reason}}"),
        ],
        { span: 8, unit: "Bps" },
      ),
    )
    .withPanel(
      graph(
        "Lines",
        [
          promql(perSecond("loki_distributor_lines_received_total", of), "received"),
          promql(perSecond("loki_discarded_samples_total", of, "reason"), "refused: {{reason}}"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Streams and chunks in memory",
        [
          promql(`sum by (instance) (loki_ingester_memory_streams{${of}})`, "{{instance}} streams"),
          promql(`sum by (instance) (loki_ingester_memory_chunks{${of}})`, "{{instance}} chunks"),
        ],
        { span: 8 },
      ),
    );
  requests(board, of, {
    histogram: "loki_request_duration_seconds",
    route: "loki_api_v1_push|otlp_v1_logs",
    what: "Pushes",
  });
  board.withRow(heading("Queries"));
  requests(board, of, {
    histogram: "loki_request_duration_seconds",
    route: "loki_api_v1_(query|query_range|labels?|label_.+|series|index_.+|detected_.+)",
    what: "Queries",
  });
  board
    .withPanel(
      graph(
        "Queries under way in the queriers",
        [promql(`sum by (instance) (loki_querier_worker_inflight_queries{${of}})`, "{{instance}}")],
        { span: 12 },
      ),
    )
    .withPanel(
      graph("LogQL by kind", latencies("loki_logql_querystats_latency_seconds", of, "type"), {
        span: 12,
        unit: "s",
      }),
    )
    .withRow(heading("Write-ahead log and flushes"))
    .withPanel(
      graph(
        "Write-ahead log: share of the disk",
        [
          promql(
            `loki_ingester_wal_disk_usage_percent{${of}, role="loki-ingester"}`,
            "{{instance}}",
          ),
        ],
        {
          span: 8,
          unit: "percentunit",
          max: 1,
          thresholds: { warn: 0.7, bad: 0.9 },
          description: "From 90 % on Loki slows writes down (ingester.wal.disk_full_threshold).",
        },
      ),
    )
    .withPanel(
      graph(
        "Write-ahead log: failures",
        [
          promql(perSecond("loki_ingester_wal_disk_full_failures_total", of), "disk full"),
          promql(perSecond("loki_ingester_checkpoint_creations_failed_total", of), "checkpoints"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Chunks flushed, by reason",
        [
          promql(perSecond("loki_ingester_chunks_flushed_total", of, "reason"), "{{reason}}"),
          promql(perSecond("loki_ingester_chunks_flush_failures_total", of), "failures"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Flushes that wait",
        [promql(`sum by (instance) (loki_ingester_flush_queue_length{${of}})`, "{{instance}}")],
        { span: 12 },
      ),
    )
    .withPanel(
      graph("Chunk age at the flush", latencies("loki_ingester_chunk_age_seconds", of), {
        span: 12,
        unit: "s",
        description: "What an unclean death can lose where its two peers die, too.",
      }),
    );
  bucket(board, chosen("loki"), {
    operations: "loki_objstore_bucket_operations_total",
    failures: "loki_objstore_bucket_operation_failures_total",
    duration: "loki_objstore_bucket_operation_duration_seconds",
  });
  board
    .withRow(heading("Compaction, retention and cache"))
    .withPanel(
      graph(
        "Since the last successful run",
        [
          promql(
            age(
              "loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds",
              of,
              "role",
            ),
            "compaction",
          ),
          promql(
            age("loki_compactor_apply_retention_last_successful_run_timestamp_seconds", of, "role"),
            "retention",
          ),
        ],
        { span: 8, unit: "s" },
      ),
    )
    .withPanel(
      graph(
        "Deletion",
        [
          promql(
            `sum(loki_boltdb_shipper_retention_sweeper_marker_files_current{${of}})`,
            "marker files that wait",
          ),
          promql(`sum(loki_compactor_pending_delete_requests_count{${of}})`, "delete requests"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Cache: hits",
        [
          promql(
            share(
              perSecond("loki_cache_hits", of, "name"),
              perSecond("loki_cache_fetched_keys", of, "name"),
            ),
            "{{name}}",
          ),
        ],
        { span: 8, unit: "percentunit", max: 1 },
      ),
    )
    .withPanel(
      graph(
        "memcached: requests by status",
        [
          promql(
            perSecond("loki_memcache_request_duration_seconds_count", of, "method", "status_code"),
            "{{method}} {{status_code}}",
          ),
        ],
        { span: 12, unit: "reqps" },
      ),
    )
    .withPanel(
      graph(
        "memcached: writes given up",
        [promql(perSecond("loki_cache_dropped_background_writes_total", of, "name"), "{{name}}")],
        { span: 12 },
      ),
    );
  return board;
}
