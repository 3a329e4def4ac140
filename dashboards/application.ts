import {
  type DashboardBuilder,
  PanelBuilder,
  VariableRefresh,
  VariableSort,
  QueryVariableBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as NodeGraph } from "@grafana/grafana-foundation-sdk/nodegraph";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { DataqueryBuilder as TempoQuery } from "@grafana/grafana-foundation-sdk/tempo";
import { explore } from "./explore";
import {
  dashboard,
  dataSourceRefs,
  graph,
  heading,
  lines,
  profileTarget,
  stat,
  target,
} from "./panels";
import { latencies, perSecond, promql, quantile, share } from "./servers";

/** Metrics that Tempo's generator makes of spans (D4). */
const calls = "traces_spanmetrics_calls_total";
const latency = "traces_spanmetrics_latency";
const of = 'service="$service"';
const incoming = `${of}, span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"`;
const failed = 'status_code="STATUS_CODE_ERROR"';
/** The gateway's logs carry `namespace/service` where there is a namespace. */
const logs = '{service_name=~"(.+/)?$service"}';
const traces = 'resource.service.name = "$service"';
const profile = {
  labels: '{service_name="$service"}',
  type: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
};

/** Ways from a number to what is behind it. */
const behind = [
  explore("Failed traces", { source: "tempo", query: `{ ${traces} && status = error }` }),
  explore("Slow traces", { source: "tempo", query: `{ ${traces} && duration > 1s }` }),
  explore("Logs", { source: "loki", expr: logs }),
  explore("Profile", {
    source: "pyroscope",
    labelSelector: profile.labels,
    profileTypeId: profile.type,
  }),
];

/** The golden signals of one service, from its spans, with the way to its traces, logs and profiles. */
export function application(): DashboardBuilder {
  return dashboard(
    "lgtm-application",
    "Application",
    "Traffic, errors, latency and saturation of a service that sends traces; a click on a line or an exemplar leads on.",
  )
    .withVariable(
      new QueryVariableBuilder("service")
        .label("Service")
        .datasource(dataSourceRefs.mimir)
        .query({ query: `label_values(${calls}, service)`, refId: "service" })
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc),
    )
    .withPanel(
      stat("Requests", promql(perSecond(calls, incoming)), {
        span: 6,
        unit: "reqps",
        dataLinks: behind,
      }),
    )
    .withPanel(
      stat(
        "Errors",
        promql(
          `(${share(perSecond(calls, `${incoming}, ${failed}`), perSecond(calls, incoming))}) or vector(0)`,
        ),
        {
          span: 6,
          unit: "percentunit",
          thresholds: { warn: 0.01, bad: 0.05 },
          dataLinks: behind,
        },
      ),
    )
    .withPanel(
      stat("Latency, p95", promql(quantile(0.95, latency, incoming)), {
        span: 6,
        unit: "s",
        dataLinks: behind,
      }),
    )
    .withPanel(
      stat(
        "Failed requests, last hour",
        {
          promql: `sum(increase(${calls}{${incoming}, ${failed}}[1h])) or vector(0)`,
        },
        { span: 6, dataLinks: behind },
      ),
    )
    .withRow(heading("Golden signals"))
    .withPanel(
      graph(
        "Traffic",
        [
          {
            promql: perSecond(calls, incoming, "span_name"),
            legend: "{{span_name}}",
            exemplars: true,
          },
        ],
        { span: 8, unit: "reqps", stacked: true, dataLinks: behind },
      ),
    )
    .withPanel(
      graph(
        "Errors",
        [
          {
            promql: perSecond(calls, `${incoming}, ${failed}`, "span_name"),
            legend: "{{span_name}}",
            exemplars: true,
          },
        ],
        { span: 8, unit: "reqps", dataLinks: behind },
      ),
    )
    .withPanel(
      graph(
        "Latency",
        latencies(latency, incoming).map((query) => ({ ...query, exemplars: true })),
        {
          span: 8,
          unit: "s",
          description: "The dots are exemplars: single requests, with a link to their trace.",
          dataLinks: behind,
        },
      ),
    )
    .withPanel(
      graph(
        "Calls to others",
        [
          promql(
            `sum by (server) (rate(traces_service_graph_request_total{client="$service"}[$__rate_interval]))`,
            "{{server}}",
          ),
          promql(
            `sum by (server) (rate(traces_service_graph_request_failed_total{client="$service"}[$__rate_interval]))`,
            "{{server}} failed",
          ),
        ],
        { span: 8, unit: "reqps" },
      ),
    )
    .withPanel(
      graph(
        "Latency of others, p95",
        [
          promql(
            quantile(
              0.95,
              "traces_service_graph_request_client_seconds",
              'client="$service"',
              "server",
            ),
            "{{server}}",
          ),
        ],
        { span: 8, unit: "s" },
      ),
    )
    .withPanel(
      graph(
        "Work under way (saturation)",
        [promql(`sum(rate(${latency}_sum{${incoming}}[$__rate_interval]))`, "requests at once")],
        {
          span: 8,
          description:
            "Seconds of work per second, from spans: the mean number of requests under way. CPU and memory are the application's own metrics.",
        },
      ),
    )
    .withRow(heading("Whom it talks to"))
    .withPanel(
      new NodeGraph()
        .title("Service graph")
        .datasource(dataSourceRefs.tempo)
        .height(10)
        .span(24)
        .targets([
          new TempoQuery()
            .refId("A")
            .datasource(dataSourceRefs.tempo)
            .queryType("serviceMap")
            .serviceMapQuery('{client="$service"}'),
        ]),
    )
    .withRow(heading("Traces"))
    .withPanel(traceTable("Failed", `{ ${traces} && status = error }`))
    .withPanel(traceTable("Slower than a second", `{ ${traces} && duration > 1s }`))
    .withRow(heading("Logs"))
    .withPanel(
      graph(
        "Lines by level",
        [{ logql: `sum by (level) (count_over_time(${logs} [$__auto]))`, legend: "{{level}}" }],
        { span: 24, stacked: true },
      ),
    )
    .withPanel(
      lines("Warnings and errors", '{service_name=~"(.+/)?$service", level=~"warn|error|fatal"}'),
    )
    .withRow(heading("Profile"))
    .withPanel(
      new PanelBuilder()
        .type("flamegraph")
        .title("CPU")
        .datasource(dataSourceRefs.pyroscope)
        .height(14)
        .span(24)
        .targets([profileTarget(profile.labels, profile.type)]),
    );
}

/** A list of traces; a click on an id opens it. */
const traceTable = (title: string, traceql: string) =>
  new TablePanel()
    .title(title)
    .datasource(dataSourceRefs.tempo)
    .height(10)
    .span(12)
    .targets([target({ traceql }, 0)]);
