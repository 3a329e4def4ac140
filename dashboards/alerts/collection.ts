import { scrapedRoles } from "../../configs/alloy/collector";
import { jobOf } from "../servers";
import type { Alert } from "./alert";

const alloy = jobOf("alloy");
const subject = "collection";

/** What loses sight: servers that are not scraped, and everything that does not get from Alloy to where it belongs. */
export const collectionAlerts: readonly Alert[] = [
  {
    id: "target-down",
    title: "A server does not answer its scrape",
    subject,
    severity: "critical",
    expr: 'count by (job, role) (up{job=~"lgtm/.+"} == 0)',
    threshold: 0,
    for: "5m",
    summary: "{{ .Labels.role }} is listed in DNS but does not answer its scrape.",
    panel: ["lgtm-overview", "Tasks that answer"],
  },
  {
    id: "role-missing",
    title: "A role has no task",
    subject,
    severity: "critical",
    // absent() knows no "for each": the labels of its answer are the matchers of its question.
    expr: scrapedRoles.map((role) => `absent(up{role="${role}"})`).join(" or "),
    threshold: 0,
    for: "5m",
    summary: "Nothing of {{ .Labels.role }} is scraped: no task runs, or its name has no address.",
    panel: ["lgtm-overview", "Tasks that answer"],
  },
  {
    id: "restarts",
    title: "A server starts again and again",
    subject,
    severity: "warning",
    expr: 'sum by (job, role) (changes(process_start_time_seconds{job=~"lgtm/.+"}[1h]))',
    threshold: 2,
    for: "0s",
    summary: "{{ .Labels.role }} was started more than twice in an hour in the same task.",
    panel: ["lgtm-overview", "Tasks that answer"],
  },
  {
    id: "remote-write-lost",
    title: "Alloy loses metrics",
    subject,
    severity: "critical",
    expr: `sum by (role) (rate(prometheus_remote_storage_samples_failed_total{${alloy}}[5m]))`,
    threshold: 0,
    for: "5m",
    summary: "{{ .Labels.role }} loses samples: Mimir refuses them for good.",
    panel: ["lgtm-alloy", "Samples to Mimir"],
  },
  {
    id: "remote-write-behind",
    title: "Alloy's metrics are late",
    subject,
    severity: "warning",
    expr: `max by (role) (prometheus_remote_storage_highest_timestamp_in_seconds{${alloy}}) - max by (role) (prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${alloy}} > 0)`,
    threshold: 120,
    for: "5m",
    summary: "{{ .Labels.role }} is more than two minutes behind with what it sends to Mimir.",
    panel: ["lgtm-alloy", "Behind"],
  },
  {
    id: "gateway-drops",
    title: "The gateway loses logs, traces or profiles",
    subject,
    severity: "critical",
    expr: [
      `label_replace(sum(rate(loki_write_dropped_entries_total{${alloy}}[5m])), "signal", "logs", "", "")`,
      `label_replace(sum(rate(otelcol_exporter_send_failed_spans_total{${alloy}}[5m])), "signal", "traces", "", "")`,
      `label_replace(sum(rate(pyroscope_write_dropped_profiles_total{${alloy}}[5m])), "signal", "profiles", "", "")`,
    ].join(" or "),
    threshold: 0,
    for: "5m",
    summary: "Alloy gives {{ .Labels.signal }} up that it has accepted.",
    panel: ["lgtm-alloy", "Lines to Loki"],
  },
  {
    id: "gateway-refuses",
    title: "The gateway refuses spans",
    subject,
    severity: "warning",
    expr: `sum(rate(otelcol_receiver_refused_spans_total{${alloy}}[5m]))`,
    threshold: 0,
    for: "10m",
    summary: "The gateway sends spans back to their senders: Tempo does not take them.",
    panel: ["lgtm-alloy", "Spans"],
  },
  {
    id: "alloy-components",
    title: "A component of Alloy is unhealthy",
    subject,
    severity: "warning",
    expr: `sum by (role) (alloy_component_controller_running_components{${alloy}, health_type!="healthy"})`,
    threshold: 0,
    for: "10m",
    summary: "{{ .Labels.role }} has components that are not healthy.",
    panel: ["lgtm-alloy", "Components by health"],
  },
];
