import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { graph, heading } from "./panels";
import { jobOf, latencies, perSecond, promql, serverDashboard, share } from "./servers";

const of = jobOf("grafana");
const requests = "grafana_http_request_duration_seconds_count";

/** Grafana itself: pages, questions to the data sources, alerts. */
export function grafana(): DashboardBuilder {
  return serverDashboard("grafana", "Grafana", "Pages, and the alerts that Grafana evaluates.")
    .withRow(heading("Requests"))
    .withPanel(
      graph(
        "Requests by status",
        [promql(perSecond(requests, of, "status_code"), "{{status_code}}")],
        { span: 8, unit: "reqps", stacked: true },
      ),
    )
    .withPanel(
      graph(
        "Share of 5xx",
        [
          promql(
            share(
              perSecond(requests, `${of}, status_code=~"5.."`, "job"),
              perSecond(requests, of, "job"),
            ),
            "5xx",
          ),
        ],
        { span: 8, unit: "percentunit", thresholds: { warn: 0.01, bad: 0.05 } },
      ),
    )
    .withPanel(
      graph("Latency", latencies("grafana_http_request_duration_seconds", of), {
        span: 8,
        unit: "s",
      }),
    )
    .withRow(heading("Alerting"))
    .withPanel(
      graph(
        "Rule evaluations",
        [
          promql(perSecond("grafana_alerting_rule_evaluations_total", of), "all"),
          promql(perSecond("grafana_alerting_rule_evaluation_failures_total", of), "failed"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Time of an evaluation",
        latencies("grafana_alerting_rule_evaluation_duration_seconds", of),
        {
          span: 8,
          unit: "s",
        },
      ),
    )
    .withPanel(
      graph(
        "Scheduler behind",
        [promql(`max(grafana_alerting_scheduler_behind_seconds{${of}})`, "behind")],
        { span: 8, unit: "s" },
      ),
    )
    .withPanel(
      graph(
        "Notifications",
        [
          promql(
            perSecond("grafana_alerting_notifications_total", of, "integration"),
            "{{integration}}",
          ),
          promql(
            perSecond("grafana_alerting_notifications_failed_total", of, "integration"),
            "{{integration}} failed",
          ),
        ],
        { span: 24 },
      ),
    );
}
