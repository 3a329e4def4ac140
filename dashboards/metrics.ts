import { cloudwatchJobs, exporterMetricName } from "../configs/alloy/cloudwatchMetrics";
import type { StackConfig } from "../configs/stack/schema";
import loki from "./metrics/loki.json";
import tempo from "./metrics/tempo.json";
import publishedMetrics from "./metrics/published.json";
import { expressions, metricsOf } from "./queries";

/** Where a published list or source names a metric. */
export interface PublishedMetric {
  readonly repository: string;
  readonly version: string;
  readonly path: string;
  readonly line: number;
  /** What the line says, where the metric's name is put together from it. */
  readonly as?: string;
}

const published = publishedMetrics as Readonly<Record<string, PublishedMetric>>;

/** Metric → the labels its series carried; none where it had no series. */
const recorded: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ...(loki.metrics as Record<string, string[]>),
    ...(tempo.metrics as Record<string, string[]>),
  }),
);

/** Metric of the CloudWatch exporter → its labels (measured; the dimensions are those that are asked for). */
const ofCloudwatch = new Map<string, string[]>();
for (const { namespace, dimensions, metrics } of Object.values(cloudwatchJobs).flat()) {
  for (const [metric, statistics] of Object.entries(metrics)) {
    for (const name of statistics.map((one) => exporterMetricName(namespace, metric, one))) {
      const labels = ofCloudwatch.get(name) ?? ["name", "region", "account_id"];
      ofCloudwatch.set(name, [...labels, ...dimensions.map((one) => `dimension_${one}`)]);
    }
  }
}

/** A metric that a started server has shown, or that the collector asks CloudWatch for. */
export const isRecorded = (name: string): boolean => recorded.has(name) || ofCloudwatch.has(name);

/** Who says that a metric exists, in words. */
export function sourceOf(name: string): string {
  for (const { source, metrics } of [loki, tempo]) {
    if (name in metrics) return `${source.server} ${source.version}, started`;
  }
  if (ofCloudwatch.has(name)) return "CloudWatch, as the collector asks for it";
  const row = published[name];
  if (row === undefined) return "nobody";
  const at = `${row.repository} ${row.version}, \`${row.path}\` line ${row.line}`;
  return row.as === undefined ? at : `${at} (${row.as})`;
}

/** The labels of a metric that has been seen; undefined where none has. */
export function knownLabels(name: string): readonly string[] | undefined {
  const labels = recorded.get(name) ?? ofCloudwatch.get(name);
  return labels === undefined || labels.length === 0 ? undefined : labels;
}

/** One question for one metric. */
export interface AskedMetric {
  readonly name: string;
  readonly labels: readonly string[];
  readonly where: string;
}

/** Every metric of every dashboard and alert. */
export const askedMetrics = (config: StackConfig): AskedMetric[] =>
  expressions(config)
    .filter(({ language }) => language === "PromQL")
    .flatMap(({ where, text }) => metricsOf(text).map((metric) => ({ ...metric, where })));
