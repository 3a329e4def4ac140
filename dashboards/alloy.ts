import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { graph, heading } from "./panels";
import { chosen, latencies, perSecond, promql, serverDashboard } from "./servers";

const of = chosen("alloy");

/** Both Alloys: what they take in, what they pass on, what they lose. */
export function alloy(): DashboardBuilder {
  return serverDashboard(
    "alloy",
    "Alloy",
    "The collector and the gateway: what comes in, what is passed on, what is lost on the way.",
  )
    .withRow(heading("Components"))
    .withPanel(
      graph(
        "Components by health",
        [
          promql(
            `sum by (role, health_type) (alloy_component_controller_running_components{${of}})`,
            "{{role}} {{health_type}}",
          ),
        ],
        { span: 24 },
      ),
    )
    .withRow(heading("Metrics"))
    .withPanel(
      graph(
        "Samples to Mimir",
        [
          promql(perSecond("prometheus_remote_storage_samples_total", of, "role"), "{{role}} sent"),
          promql(
            perSecond("prometheus_remote_storage_samples_failed_total", of, "role"),
            "{{role}} lost",
          ),
          promql(
            perSecond("prometheus_remote_storage_samples_retried_total", of, "role"),
            "{{role}} tried again",
          ),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Behind",
        [
          promql(
            `max by (role) (prometheus_remote_storage_highest_timestamp_in_seconds{${of}}) - max by (role) (prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${of}} > 0)`,
            "{{role}}",
          ),
        ],
        {
          span: 8,
          unit: "s",
          description: "Age of what was sent last; it waits in the task's write-ahead log.",
        },
      ),
    )
    .withPanel(
      graph(
        "Series",
        [
          promql(
            `sum by (role) (prometheus_remote_write_wal_storage_active_series{${of}})`,
            "{{role}}",
          ),
        ],
        { span: 8 },
      ),
    )
    .withRow(heading("Logs"))
    .withPanel(
      graph(
        "Lines to Loki",
        [
          promql(perSecond("loki_write_sent_entries_total", of, "role"), "{{role}} sent"),
          promql(
            perSecond("loki_write_dropped_entries_total", of, "role", "reason"),
            "{{role}} lost: {{reason}}",
          ),
        ],
        { span: 12 },
      ),
    )
    .withPanel(
      graph("Push latency", latencies("loki_write_request_duration_seconds", of, "role"), {
        span: 12,
        unit: "s",
      }),
    )
    .withRow(heading("Traces and profiles"))
    .withPanel(
      graph(
        "Spans",
        [
          promql(perSecond("otelcol_receiver_accepted_spans_total", of), "received"),
          promql(perSecond("otelcol_receiver_refused_spans_total", of), "refused"),
          promql(perSecond("otelcol_exporter_sent_spans_total", of), "sent"),
          promql(perSecond("otelcol_exporter_send_failed_spans_total", of), "lost"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Batches that wait for Tempo",
        [
          promql(`sum by (instance) (otelcol_exporter_queue_size{${of}})`, "{{instance}}"),
          promql(`max(otelcol_exporter_queue_capacity{${of}})`, "room"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Profiles to Pyroscope",
        [
          promql(perSecond("pyroscope_write_sent_profiles_total", of), "sent"),
          promql(perSecond("pyroscope_write_dropped_profiles_total", of), "lost"),
        ],
        { span: 8 },
      ),
    );
}
