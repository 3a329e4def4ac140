import type { StackConfig } from "../stack/schema";
import { cloudwatchJobs, type CloudwatchJob } from "./cloudwatchMetrics";
import { logsReceiver, metricsReceiver } from "./destinations";
import { levelStages } from "./levels";
import { startFrom } from "./startFrom";
import { attr, block, component, map, ref, type Block } from "./syntax";

/** The job label of every CloudWatch series, as the exporter itself names it. */
export const cloudwatchJob = "integrations/cloudwatch";
/** The job label of every line copied from CloudWatch Logs. */
export const cloudwatchLogsJob = "cloudwatch-logs";

/** How one fetch asks CloudWatch, in seconds. */
export interface CloudwatchWindow {
  /** Width of the bucket that one sample sums up; also the time between two fetches. */
  readonly periodSeconds: number;
  /** How far back a sample may lie, so that one that CloudWatch publishes late still counts. */
  readonly lengthSeconds: number;
  /** How old the end of the window is. */
  readonly delaySeconds: number;
}

/**
 * The window of one fetch. Services publish a minute or two late, so a bucket that has just ended is still half empty: the
 * window ends two minutes or more ago, by whole periods, because the exporter rounds it to those (YACE 0.64,
 * windowcalculator.go).
 */
export function cloudwatchWindow(intervalSeconds: number): CloudwatchWindow {
  const lateSeconds = 120;
  return {
    periodSeconds: intervalSeconds,
    lengthSeconds: Math.max(intervalSeconds, 300),
    delaySeconds: Math.ceil(lateSeconds / intervalSeconds) * intervalSeconds,
  };
}

/** CloudWatch metrics into Mimir; nothing where no service is named. */
export function cloudwatchMetrics(config: StackConfig): Block[] {
  const jobs = config.collection.cloudwatchMetrics.flatMap((service) => cloudwatchJobs[service]);
  if (jobs.length === 0) return [];
  const exporter = component("prometheus.exporter.cloudwatch", "aws", [
    attr("sts_region", config.region),
    block(
      "decoupled_scraping",
      [
        attr("enabled", true),
        attr("scrape_interval", duration(config.collection.cloudwatchIntervalSeconds)),
      ],
      [
        "Requests cost money per metric, so CloudWatch is asked at this interval only; the scrape below is served from what",
        "was fetched last, often enough that no series looks gone between two fetches (PromQL looks back 5 minutes).",
      ].join("\n"),
    ),
    ...jobs.map((job) => jobBlock(job, config)),
  ]);
  const relabel = component("discovery.relabel", "cloudwatch", [
    attr("targets", ref("prometheus.exporter.cloudwatch.aws.targets")),
    block(
      "rule",
      [attr("target_label", "instance"), attr("replacement", `cloudwatch-${config.region}`)],
      "By itself a hash of the settings above: every change of them would be a new set of series (measured).",
    ),
    block("rule", [attr("target_label", "job"), attr("replacement", cloudwatchJob)]),
  ]);
  const scrape = component("prometheus.scrape", "cloudwatch", [
    attr("targets", ref("discovery.relabel.cloudwatch.output")),
    attr("scrape_interval", "1m"),
    attr("forward_to", [metricsReceiver]),
  ]);
  return [exporter, relabel, scrape];
}

function jobBlock(job: CloudwatchJob, config: StackConfig): Block {
  const window = cloudwatchWindow(config.collection.cloudwatchIntervalSeconds);
  const custom = job.kind === "customNamespace";
  const body = [
    attr(custom ? "namespace" : "type", job.namespace),
    attr("regions", [config.region]),
    attr("dimension_name_requirements", [...job.dimensions]),
    attr("period", duration(window.periodSeconds)),
    attr("length", duration(window.lengthSeconds)),
    attr("delay", duration(window.delaySeconds)),
    attr("nil_to_zero", false, "A database that is gone must not look like an idle one."),
    ...roles(config),
    ...Object.entries(job.metrics).map(([name, statistics]) =>
      block("metric", [
        attr("name", name),
        attr("statistics", [...statistics]),
        // No data for a count of events means that nothing happened.
        ...(statistics.includes("Sum") ? [attr("nil_to_zero", true)] : []),
      ]),
    ),
  ];
  return custom ? component("custom_namespace", job.label, body) : block("discovery", body);
}

/**
 * Named roles replace the task's own one, so that one is named too, by an empty ARN: what Alloy itself fills in where no
 * role is given (1.18.1, prometheus.exporter.cloudwatch, toYACERoles).
 */
function roles({ collection }: StackConfig): Block[] {
  if (collection.assumeRoleArns.length === 0) return [];
  return ["", ...collection.assumeRoleArns].map((arn) => block("role", [attr("role_arn", arn)]));
}

/**
 * Named groups of CloudWatch Logs into Loki; nothing where none is named, because the receiver is experimental.
 *
 * @throws Error where a group is one of the stack's own: it would feed on what it writes about itself.
 */
export function cloudwatchLogs(config: StackConfig): Block[] {
  const groups = config.collection.logGroups;
  const own = groups.find((name) => name.startsWith(ownLogGroupPrefix(config)));
  if (own !== undefined) {
    throw new Error(`collection.logGroups: ${own} holds the stack's own logs`);
  }
  if (groups.length === 0) return [];
  const labels = ["job", "cloudwatch_log_group_name", "level"];
  return [
    component("otelcol.receiver.awscloudwatch", "logs", [
      attr("region", config.region),
      block("logs", [
        attr("poll_interval", "1m"),
        attr(
          "start_from",
          startFrom.token,
          "Set when the task starts: 15 minutes before that. Without it every group is read from its beginning (measured).",
        ),
        block(
          "groups",
          groups.map((name) => block("named", [attr("group_name", name)])),
          "Named only: without names, or by prefix, it reads this stack's own logs as well (measured).",
        ),
      ]),
      block("output", [attr("logs", [ref("otelcol.processor.attributes.cloudwatch.input")])]),
    ]),
    component("otelcol.processor.attributes", "cloudwatch", [
      hint("loki.format", "raw", "The message itself is the line, not a JSON object around it."),
      hint("loki.resource.labels", "cloudwatch.log.group.name"),
      block(
        "output",
        [attr("logs", [ref("otelcol.exporter.loki.cloudwatch.input")])],
        "Never batched: that hangs the stop (measured).",
      ),
    ]),
    component("otelcol.exporter.loki", "cloudwatch", [
      attr("forward_to", [ref("loki.process.cloudwatch.receiver")]),
    ]),
    component("loki.process", "cloudwatch", [
      attr("forward_to", [logsReceiver]),
      ...levelStages(),
      block(
        "stage.static_labels",
        [attr("values", map({ job: cloudwatchLogsJob }))],
        "Without a job Loki calls the service unknown_service.",
      ),
      block("stage.label_keep", [attr("values", labels)]),
    ]),
  ];
}

/** Prefix of the log groups that the program owns (S18). */
export const ownLogGroupPrefix = (config: Pick<StackConfig, "name">): string =>
  `/ecs/${config.name}-`;

const hint = (key: string, value: string, comment?: string): Block =>
  block("action", [attr("key", key), attr("action", "insert"), attr("value", value)], comment);

/** As Alloy writes durations: whole minutes where there are any. */
export const duration = (seconds: number): string =>
  seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
