import type { PublishedMetric } from "../dashboards/metrics";

const pyroscope = (path: string, line: number, as?: string): PublishedMetric => ({
  repository: "github.com/grafana/pyroscope",
  version: "v2.2.1 (680d072b1c0f)",
  path,
  line,
  ...(as === undefined ? {} : { as }),
});
const grafana = (commit: string, path: string, line: number, as?: string): PublishedMetric => ({
  repository: "github.com/grafana/grafana",
  version: commit.slice(0, 12),
  path,
  line,
  ...(as === undefined ? {} : { as }),
});
const alertmanager = (line: number, as: string) =>
  grafana("049d311056ac", "pkg/services/ngalert/metrics/multi_org_alertmanager.go", line, as);
const scheduler = (line: number, as: string) =>
  grafana("35b27b0193be", "pkg/services/ngalert/metrics/scheduler.go", line, as);
const mixin = "operations/pyroscope/jsonnet/pyroscope-mixin/pyroscope-mixin/dashboards";

/**
 * Metrics of repositories that are no Go modules to download: read there by hand, by the family's name. `as` is what the
 * line says where a prefix is put before it elsewhere.
 */
export const elsewhere: Readonly<Record<string, PublishedMetric>> = {
  up: {
    repository: "github.com/prometheus/docs",
    version: "prometheus.io/docs/concepts/jobs_instances",
    path: "docs/concepts/jobs_instances.md",
    line: 1,
    as: "Automatically generated labels and time series",
  },
  pyroscope_bucket_blocks_count: pyroscope("pkg/compactor/blocks_cleaner.go", 124),
  pyroscope_bucket_blocks_marked_for_deletion_count: pyroscope(
    "pkg/compactor/blocks_cleaner.go",
    128,
  ),
  pyroscope_compactor_block_cleanup_last_successful_run_timestamp_seconds: pyroscope(
    "pkg/compactor/blocks_cleaner.go",
    98,
  ),
  pyroscope_compactor_last_successful_run_timestamp_seconds: pyroscope(
    "pkg/compactor/compactor.go",
    343,
  ),
  pyroscope_compactor_runs_completed_total: pyroscope("pkg/compactor/compactor.go", 329),
  pyroscope_compactor_runs_failed_total: pyroscope("pkg/compactor/compactor.go", 333),
  pyroscope_discarded_bytes_total: pyroscope(
    "pkg/validation/validate.go",
    94,
    "discarded_bytes_total",
  ),
  pyroscope_discarded_samples_total: pyroscope(
    "pkg/validation/validate.go",
    104,
    "discarded_samples_total",
  ),
  pyroscope_distributor_received_compressed_bytes: pyroscope(
    `${mixin}/pyroscope-writes.libsonnet`,
    43,
  ),
  pyroscope_head_size_bytes: pyroscope(`${mixin}/pyroscope-writes.libsonnet`, 100),
  pyroscope_query_scheduler_queue_duration_seconds: pyroscope("pkg/scheduler/scheduler.go", 149),
  pyroscope_query_scheduler_queue_length: pyroscope("pkg/scheduler/scheduler.go", 134),
  pyroscope_request_duration_seconds: pyroscope(`${mixin}/pyroscope-writes.libsonnet`, 63),
  pyroscope_ring_members: pyroscope(
    "pkg/pyroscope/modules.go",
    387,
    'WrapRegistererWithPrefix("pyroscope_" … around dskit\'s ring_members',
  ),
  pyroscope_shipper_upload_failures_total: pyroscope("pkg/phlaredb/shipper/shipper.go", 59),
  pyroscope_shipper_uploads_total: pyroscope("pkg/phlaredb/shipper/shipper.go", 55),
  grafana_http_request_duration_seconds: grafana(
    "001f3709aec6",
    "pkg/middleware/request_metrics.go",
    38,
    "http_request_duration_seconds",
  ),
  grafana_alerting_notifications_total: alertmanager(151, "%s_%s_notifications_total"),
  grafana_alerting_notifications_failed_total: alertmanager(
    130,
    "%s_%s_notifications_failed_total",
  ),
  grafana_alerting_scheduler_behind_seconds: scheduler(44, "scheduler_behind_seconds"),
  grafana_alerting_rule_evaluations_total: scheduler(53, "rule_evaluations_total"),
  grafana_alerting_rule_evaluation_failures_total: scheduler(64, "rule_evaluation_failures_total"),
  grafana_alerting_rule_evaluation_duration_seconds: scheduler(
    70,
    "rule_evaluation_duration_seconds",
  ),
};
