import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { cloudwatchJob } from "../configs/alloy/cloudwatch";
import { exporterMetricName } from "../configs/alloy/cloudwatchMetrics";
import { dashboard, graph, heading, stat, type Link, type PanelOptions } from "./panels";
import { age, jobOf, perSecond, promql, quantile, share } from "./servers";

/** Every server of the stack. */
const all = 'job=~"lgtm/.+"';

const to = (uid: string, title: string): readonly Link[] => [
  { title: `${title} in detail`, url: `/d/${uid}` },
];

const counted = (uid: string, title: string, bad = 1): PanelOptions => ({
  span: 4,
  thresholds: { warn: bad, bad },
  dataLinks: to(uid, title),
});

const unhealthy = (metric: string, job: string) =>
  promql(`sum(max by (name) (${metric}{${job}, state="Unhealthy"})) or vector(0)`);

/** Is the stack well? One screen, with the way to each product. */
export function overview(): DashboardBuilder {
  const mimir = jobOf("mimir");
  const loki = jobOf("loki");
  const tempo = jobOf("tempo");
  const pyroscope = jobOf("pyroscope");
  const ecs = "ECS/ContainerInsights";
  const service = `job="${cloudwatchJob}", dimension_ServiceName!=""`;
  return dashboard(
    "lgtm-overview",
    "LGTM overview",
    "Is the stack well: what is up, what comes in, what fails, and how it gets into the bucket.",
  )
    .withPanel(
      stat("Tasks that do not answer", promql(`sum(1 - up{${all}}) or vector(0)`), {
        span: 4,
        thresholds: { warn: 1, bad: 2 },
      }),
    )
    .withPanel(
      stat(
        "Mimir: dead ring members",
        unhealthy("cortex_ring_members", mimir),
        counted("lgtm-mimir", "Mimir"),
      ),
    )
    .withPanel(
      stat(
        "Loki: dead ring members",
        unhealthy("loki_ring_members", loki),
        counted("lgtm-loki", "Loki"),
      ),
    )
    .withPanel(
      stat(
        "Tempo: dead ring members",
        unhealthy("tempo_ring_members", tempo),
        counted("lgtm-tempo", "Tempo"),
      ),
    )
    .withPanel(
      stat(
        "Metrics behind",
        promql(
          `max(prometheus_remote_storage_highest_timestamp_in_seconds{${jobOf("alloy")}}) - min(prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${jobOf("alloy")}} > 0)`,
        ),
        {
          span: 4,
          unit: "s",
          thresholds: { warn: 30, bad: 120 },
          dataLinks: to("lgtm-alloy", "Alloy"),
        },
      ),
    )
    .withPanel(
      stat(
        "Alert rules that fail",
        promql(
          `sum(increase(grafana_alerting_rule_evaluation_failures_total{${jobOf("grafana")}}[10m])) or vector(0)`,
        ),
        counted("lgtm-grafana", "Grafana"),
      ),
    )
    .withRow(heading("Tasks"))
    .withPanel(
      graph("Tasks that answer", [promql(`sum by (role) (up{${all}})`, "{{role}}")], { span: 8 }),
    )
    .withPanel(
      graph(
        "Missing tasks",
        [
          promql(
            `${exporterMetricName(ecs, "DesiredTaskCount", "Maximum")}{${service}} - on (dimension_ClusterName, dimension_ServiceName) ${exporterMetricName(ecs, "RunningTaskCount", "Minimum")}{${service}}`,
            "{{dimension_ServiceName}}",
          ),
        ],
        {
          span: 8,
          description: "As ECS counts them, a few minutes late.",
          dataLinks: to("lgtm-aws", "AWS"),
        },
      ),
    )
    .withPanel(
      graph(
        "Memory by role",
        [promql(`max by (role) (process_resident_memory_bytes{${all}})`, "{{role}}")],
        { span: 8, unit: "bytes", description: "The largest task of each role." },
      ),
    )
    .withRow(heading("What comes in"))
    .withPanel(
      graph(
        "Samples",
        [
          promql(perSecond("cortex_distributor_received_samples_total", mimir), "received"),
          promql(perSecond("cortex_discarded_samples_total", mimir), "refused"),
        ],
        { span: 6, dataLinks: to("lgtm-mimir", "Mimir") },
      ),
    )
    .withPanel(
      graph(
        "Log bytes",
        [
          promql(perSecond("loki_distributor_bytes_received_total", loki), "received"),
          promql(perSecond("loki_discarded_bytes_total", loki), "refused"),
        ],
        { span: 6, unit: "Bps", dataLinks: to("lgtm-loki", "Loki") },
      ),
    )
    .withPanel(
      graph(
        "Spans",
        [
          promql(perSecond("tempo_distributor_spans_received_total", tempo), "received"),
          promql(perSecond("tempo_discarded_spans_total", tempo), "refused"),
        ],
        { span: 6, dataLinks: to("lgtm-tempo", "Tempo") },
      ),
    )
    .withPanel(
      graph(
        "Profile bytes",
        [
          promql(
            perSecond("pyroscope_distributor_received_compressed_bytes_sum", pyroscope),
            "received",
          ),
          promql(perSecond("pyroscope_discarded_bytes_total", pyroscope), "refused"),
        ],
        { span: 6, unit: "Bps", dataLinks: to("lgtm-pyroscope", "Pyroscope") },
      ),
    )
    .withRow(heading("What fails, and what is slow"))
    .withPanel(
      graph(
        "Share of 5xx",
        [
          ["cortex_request_duration_seconds_count", mimir, "mimir"],
          ["loki_request_duration_seconds_count", loki, "loki"],
          ["tempo_request_duration_seconds_count", tempo, "tempo"],
          ["pyroscope_request_duration_seconds_count", pyroscope, "pyroscope"],
        ].map(([metric, job, legend]) =>
          promql(
            share(perSecond(metric!, `${job}, status_code=~"5.."`), perSecond(metric!, job!)),
            legend,
          ),
        ),
        { span: 8, unit: "percentunit", thresholds: { warn: 0.01, bad: 0.05 } },
      ),
    )
    .withPanel(
      graph(
        "Query latency, p99",
        [
          promql(
            quantile(
              0.99,
              "cortex_request_duration_seconds",
              `${mimir}, route=~"prometheus_api_v1_query.*"`,
            ),
            "mimir",
          ),
          promql(
            quantile(
              0.99,
              "loki_request_duration_seconds",
              `${loki}, route=~"loki_api_v1_query.*"`,
            ),
            "loki",
          ),
          promql(
            quantile(0.99, "tempo_request_duration_seconds", `${tempo}, route=~"api_.*"`),
            "tempo",
          ),
          promql(
            quantile(
              0.99,
              "pyroscope_request_duration_seconds",
              `${pyroscope}, route=~".*querier.*"`,
            ),
            "pyroscope",
          ),
        ],
        { span: 8, unit: "s" },
      ),
    )
    .withPanel(
      graph(
        "S3: failed operations",
        [
          promql(perSecond("thanos_objstore_bucket_operation_failures_total", mimir), "mimir"),
          promql(perSecond("loki_objstore_bucket_operation_failures_total", loki), "loki"),
          promql(
            perSecond(
              "tempodb_backend_request_duration_seconds_count",
              `${tempo}, status_code=~"5..|403"`,
            ),
            "tempo",
          ),
          promql(perSecond("objstore_bucket_operation_failures_total", pyroscope), "pyroscope"),
        ],
        { span: 8, unit: "ops" },
      ),
    )
    .withRow(heading("Into the bucket, and out of it"))
    .withPanel(
      graph(
        "Failed flushes",
        [
          promql(perSecond("cortex_ingester_shipper_upload_failures_total", mimir), "mimir"),
          promql(perSecond("loki_ingester_chunks_flush_failures_total", loki), "loki"),
          promql(perSecond("tempo_ingester_failed_flushes_total", tempo), "tempo"),
          promql(perSecond("pyroscope_shipper_upload_failures_total", pyroscope), "pyroscope"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Since the compactor's last success",
        [
          promql(
            age("cortex_compactor_last_successful_run_timestamp_seconds", mimir, "job"),
            "mimir",
          ),
          promql(
            age(
              "loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds",
              loki,
              "job",
            ),
            "loki",
          ),
          promql(
            age("pyroscope_compactor_last_successful_run_timestamp_seconds", pyroscope, "job"),
            "pyroscope",
          ),
        ],
        {
          span: 8,
          unit: "s",
          description: "Tempo's compactor tells no time: see its retention runs.",
        },
      ),
    )
    .withPanel(
      graph(
        "Write-ahead logs",
        [
          promql(
            `max by (instance) (cortex_ingester_tsdb_storage_blocks_bytes{${mimir}})`,
            "mimir {{instance}}",
          ),
          promql(
            `max by (instance) (loki_ingester_wal_bytes_in_use{${loki}, role="loki-ingester"})`,
            "loki {{instance}}",
          ),
        ],
        { span: 8, unit: "bytes" },
      ),
    );
}
