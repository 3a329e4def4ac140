import { addressOf } from "../../stacks/endpoints";
import type { RoleId } from "../../stacks/types";
import type { StackConfig } from "../stack/schema";
import { renderYaml, type Tree } from "../yaml";

/** Uids of the data sources: dashboards, alerts and the links between the sources name them. */
export const dataSourceUids = {
  mimir: "mimir",
  alertmanager: "mimir-alertmanager",
  loki: "loki",
  tempo: "tempo",
  pyroscope: "pyroscope",
} as const;

/**
 * Renders the provisioning file of the data sources with every link between them (D1): exemplar → trace, log → trace,
 * trace → logs, metrics, profile and service map.
 */
export function renderDataSources(config: StackConfig): string {
  const sources = [
    mimir(config),
    ...(config.mimir.rules ? [alertmanager(config)] : []),
    loki(config),
    tempo(config),
    pyroscope(config),
  ];
  return renderYaml(
    { apiVersion: 1, prune: true, datasources: sources.map(doubleDollars) },
    {
      prune: "A source that is taken out of this file disappears from Grafana too.",
      "datasources.0.jsonData.timeout": "In seconds, the query timeout of the servers; default 30.",
      "datasources.0.jsonData.exemplarTraceIdDestinations":
        "Tempo's generator calls the label traceID, OpenTelemetry's SDKs trace_id.",
      [`datasources.${sources.length - 2}.jsonData.streamingEnabled`]:
        "Needs HTTP/2 in clear text and stream_over_http_enabled in Tempo.",
      [`datasources.${sources.length - 3}.jsonData.manageAlerts`]: "No Loki ruler runs here.",
    },
    "Data sources. Grafana expands variables in this file, so a dollar sign is written twice.",
  );
}

const source = (
  config: StackConfig,
  name: string,
  uid: string,
  type: string,
  url: string,
  jsonData: Tree,
): Tree => ({
  name,
  uid,
  type,
  access: "proxy",
  url,
  isDefault: uid === dataSourceUids.mimir,
  editable: false,
  jsonData: { timeout: config.queryTimeoutSeconds, ...jsonData },
});

const urlOf = (config: StackConfig, role: RoleId) => `http://${addressOf(config, role, "http")}`;

function mimir(config: StackConfig): Tree {
  const url = `${urlOf(config, "mimir")}/prometheus`;
  const toTrace = (label: string): Tree => ({
    name: label,
    datasourceUid: dataSourceUids.tempo,
    urlDisplayLabel: "View trace",
  });
  return source(config, "Mimir", dataSourceUids.mimir, "prometheus", url, {
    httpMethod: "POST",
    prometheusType: "Mimir",
    timeInterval: `${config.collection.scrapeIntervalSeconds}s`,
    manageAlerts: config.mimir.rules,
    ...(config.mimir.rules ? { alertmanagerUid: dataSourceUids.alertmanager } : {}),
    exemplarTraceIdDestinations: ["trace_id", "traceID"].map(toTrace),
  });
}

function alertmanager(config: StackConfig): Tree {
  return source(
    config,
    "Mimir Alertmanager",
    dataSourceUids.alertmanager,
    "alertmanager",
    urlOf(config, "mimir"),
    { implementation: "mimir" },
  );
}

/** A trace id in a line of text or JSON: `traceid`, `traceId`, `trace_id`, `TraceID`, then `=` or `:`, then 32 hex digits. */
export const traceIdPattern = `[tT]race_?[iI][dD]"?\\s*[:=]\\s*"?([0-9a-fA-F]{32})`;

function loki(config: StackConfig): Tree {
  const toTrace = {
    url: "${__value.raw}",
    datasourceUid: dataSourceUids.tempo,
    urlDisplayLabel: "View trace",
  };
  const url = urlOf(config, "loki-query-frontend");
  return source(config, "Loki", dataSourceUids.loki, "loki", url, {
    maxLines: 1000,
    manageAlerts: false,
    derivedFields: [
      { name: "Trace (in line)", matcherType: "regex", matcherRegex: traceIdPattern, ...toTrace },
      { name: "Trace", matcherType: "label", matcherRegex: "trace_id", ...toTrace },
    ],
  });
}

/**
 * The gateway's logs carry `service_name` as `namespace/service` where there is a namespace, so the label is matched by its
 * last part.
 */
const logsOfSpan = '{service_name=~"(.+/)?${__span.tags["service.name"]}"} |= "${__span.traceId}"';

function tempo(config: StackConfig): Tree {
  const url = urlOf(config, "tempo-query-frontend");
  return source(config, "Tempo", dataSourceUids.tempo, "tempo", url, {
    tracesToLogsV2: {
      datasourceUid: dataSourceUids.loki,
      spanStartTimeShift: "-5m",
      spanEndTimeShift: "5m",
      customQuery: true,
      query: logsOfSpan,
    },
    tracesToMetrics: {
      datasourceUid: dataSourceUids.mimir,
      spanStartTimeShift: "-15m",
      spanEndTimeShift: "15m",
      tags: [{ key: "service.name", value: "service" }],
      queries: [
        {
          name: "Request rate",
          query: "sum(rate(traces_spanmetrics_calls_total{$__tags}[$__rate_interval]))",
        },
        {
          name: "Error rate",
          query:
            'sum(rate(traces_spanmetrics_calls_total{$__tags, status_code="STATUS_CODE_ERROR"}[$__rate_interval]))',
        },
        {
          name: "Duration, 95th percentile",
          query:
            "histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{$__tags}[$__rate_interval])))",
        },
      ],
    },
    tracesToProfiles: {
      datasourceUid: dataSourceUids.pyroscope,
      tags: [{ key: "service.name", value: "service_name" }],
      profileTypeId: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
      customQuery: false,
    },
    serviceMap: { datasourceUid: dataSourceUids.mimir },
    nodeGraph: { enabled: true },
    streamingEnabled: { search: false, metrics: false },
  });
}

function pyroscope(config: StackConfig): Tree {
  const type = "grafana-pyroscope-datasource";
  const url = urlOf(config, "pyroscope");
  return source(config, "Pyroscope", dataSourceUids.pyroscope, type, url, { minStep: "15s" });
}

/** Grafana replaces `$NAME` in provisioning files by environment variables, and `$$` by a dollar sign. */
function doubleDollars<T>(value: T): T {
  if (typeof value === "string") return value.replaceAll("$", "$$$$") as T;
  if (Array.isArray(value)) return value.map(doubleDollars) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, doubleDollars<unknown>(inner)]);
  return Object.fromEntries(entries) as T;
}
