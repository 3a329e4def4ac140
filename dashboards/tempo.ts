import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { graph, heading } from "./panels";
import {
  jobOf,
  latencies,
  perSecond,
  promql,
  quantile,
  requests,
  rings,
  serverDashboard,
} from "./servers";

const of = jobOf("tempo");

/** Traces: six roles. */
export function tempo(): DashboardBuilder {
  const board = serverDashboard(
    "tempo",
    "Tempo",
    "Traces: what comes in, what is asked, how it gets into the bucket, and the metrics made of it.",
  );
  rings(board, "tempo", {
    members: "tempo_ring_members",
    gossip: "tempo_memberlist_client_cluster_members_count",
  });
  board
    .withRow(heading("Ingest"))
    .withPanel(
      graph(
        "Spans",
        [
          promql(perSecond("tempo_receiver_accepted_spans", of), "accepted"),
          promql(perSecond("tempo_receiver_refused_spans", of), "refused by the receiver"),
          promql(perSecond("tempo_discarded_spans_total", of, "reason"), "refused: {{reason}}"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Bytes",
        [promql(perSecond("tempo_distributor_bytes_received_total", of), "received")],
        {
          span: 8,
          unit: "Bps",
        },
      ),
    )
    .withPanel(
      graph("Push latency", latencies("tempo_distributor_push_duration_seconds", of), {
        span: 8,
        unit: "s",
      }),
    )
    .withPanel(
      graph(
        "Live traces",
        [promql(`sum by (instance) (tempo_ingester_live_traces{${of}})`, "{{instance}}")],
        { span: 12 },
      ),
    )
    .withPanel(
      graph(
        "Pushes to the generator that wait",
        [promql(`sum by (instance) (tempo_distributor_queue_length{${of}})`, "{{instance}}")],
        {
          span: 12,
          description:
            "A queue that only grows: the generator is in the ring under an address nobody reaches.",
        },
      ),
    )
    .withRow(heading("Queries"));
  requests(board, of, {
    histogram: "tempo_request_duration_seconds",
    route: "api_.*",
    what: "Queries",
  });
  board
    .withPanel(
      graph(
        "Queries that wait",
        [promql(`sum(tempo_query_frontend_queue_length{${of}})`, "query-frontend")],
        { span: 12 },
      ),
    )
    .withPanel(
      graph(
        "Queriers connected to the query-frontends",
        [
          promql(
            `sum by (instance) (tempo_query_frontend_connected_clients{${of}, role="tempo-query-frontend"})`,
            "{{instance}}",
          ),
        ],
        { span: 12 },
      ),
    )
    .withRow(heading("Flushes"))
    .withPanel(
      graph(
        "Blocks flushed",
        [
          promql(perSecond("tempo_ingester_blocks_flushed_total", of), "flushed"),
          promql(perSecond("tempo_ingester_failed_flushes_total", of), "failed"),
          promql(perSecond("tempo_ingester_flush_failed_retries_total", of), "retries failed"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph("Flush latency", latencies("tempo_ingester_flush_duration_seconds", of), {
        span: 8,
        unit: "s",
      }),
    )
    .withPanel(
      graph(
        "Flushes that wait",
        [promql(`sum by (instance) (tempo_ingester_flush_queue_length{${of}})`, "{{instance}}")],
        { span: 8 },
      ),
    )
    .withRow(heading("S3"))
    .withPanel(
      graph(
        "Requests by status",
        [
          promql(
            perSecond(
              "tempodb_backend_request_duration_seconds_count",
              of,
              "operation",
              "status_code",
            ),
            "{{operation}} {{status_code}}",
          ),
        ],
        { span: 12, unit: "reqps", stacked: true },
      ),
    )
    .withPanel(
      graph(
        "Latency, p99",
        [
          promql(
            quantile(0.99, "tempodb_backend_request_duration_seconds", of, "operation"),
            "{{operation}}",
          ),
        ],
        { span: 12, unit: "s" },
      ),
    )
    .withRow(heading("Compaction and retention"))
    .withPanel(
      graph(
        "Blocks",
        [
          promql(`max(tempodb_blocklist_length{${of}})`, "in the list"),
          promql(
            `sum(tempodb_compaction_outstanding_blocks{${of}, role="tempo-compactor"})`,
            "to compact",
          ),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Runs and errors",
        [
          promql(perSecond("tempodb_retention_duration_seconds_count", of), "retention runs"),
          promql(perSecond("tempodb_compaction_errors_total", of), "compaction errors"),
          promql(perSecond("tempodb_retention_errors_total", of), "retention errors"),
          promql(perSecond("tempodb_blocklist_poll_errors_total", of), "block list errors"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Age of the block list's index",
        [promql(`max by (role) (tempodb_blocklist_tenant_index_age_seconds{${of}})`, "{{role}}")],
        { span: 8, unit: "s" },
      ),
    )
    .withRow(heading("Metrics generator"))
    .withPanel(
      graph(
        "Spans",
        [
          promql(perSecond("tempo_metrics_generator_spans_received_total", of), "received"),
          promql(
            perSecond("tempo_metrics_generator_spans_discarded_total", of, "reason"),
            "refused: {{reason}}",
          ),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Series",
        [
          promql(`sum(tempo_metrics_generator_registry_active_series{${of}})`, "active"),
          promql(
            perSecond("tempo_metrics_generator_registry_series_limited_total", of),
            "refused, per second",
          ),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Samples to Mimir",
        [
          promql(perSecond("prometheus_remote_storage_samples_total", of), "sent"),
          promql(perSecond("prometheus_remote_storage_samples_failed_total", of), "lost"),
          promql(perSecond("prometheus_remote_storage_samples_retried_total", of), "tried again"),
        ],
        { span: 8 },
      ),
    );
  return board;
}
