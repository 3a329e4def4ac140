import type { StackConfig } from "../stack/schema";

/** One service of `collection.cloudwatchMetrics`. */
export type CloudwatchService = StackConfig["collection"]["cloudwatchMetrics"][number];

export type Statistic = "Average" | "Minimum" | "Maximum" | "Sum" | "p99";

/**
 * One fetch: the metrics of a namespace that have exactly these dimensions. Without the list every combination that AWS
 * publishes (per zone, per engine, per task) would be fetched, and paid for, as well.
 */
export interface CloudwatchJob {
  /** `discovery` finds tagged resources; `customNamespace` lists metrics, and needs no tags. */
  readonly kind: "discovery" | "customNamespace";
  /** Label of a custom_namespace block: the metrics' label `name`. */
  readonly label: string;
  readonly namespace: string;
  readonly dimensions: readonly string[];
  /** Metric → statistics. Sums count events: no data means none. */
  readonly metrics: Readonly<Record<string, readonly Statistic[]>>;
  /** Where the names of metrics and dimensions are from. */
  readonly source: string;
}

const elbDocs = "https://docs.aws.amazon.com/elasticloadbalancing/latest";
const insightsDocs =
  "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html";

const insightsMetrics = {
  CpuUtilized: ["Average", "Maximum"],
  CpuReserved: ["Average"],
  MemoryUtilized: ["Average", "Maximum"],
  MemoryReserved: ["Average"],
  NetworkRxBytes: ["Average"],
  NetworkTxBytes: ["Average"],
  StorageReadBytes: ["Average"],
  StorageWriteBytes: ["Average"],
} as const satisfies CloudwatchJob["metrics"];

export const cloudwatchJobs: Readonly<Record<CloudwatchService, readonly CloudwatchJob[]>> = {
  rds: [
    {
      kind: "discovery",
      label: "rds_instance",
      namespace: "AWS/RDS",
      dimensions: ["DBInstanceIdentifier"],
      metrics: {
        CPUUtilization: ["Average", "Maximum"],
        CPUCreditBalance: ["Minimum"],
        FreeableMemory: ["Minimum"],
        FreeStorageSpace: ["Minimum"],
        DatabaseConnections: ["Average", "Maximum"],
        DiskQueueDepth: ["Average"],
        ReadLatency: ["Average"],
        WriteLatency: ["Average"],
        ReadIOPS: ["Average"],
        WriteIOPS: ["Average"],
      },
      source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html",
    },
  ],
  alb: [
    {
      kind: "discovery",
      label: "alb",
      namespace: "AWS/ApplicationELB",
      dimensions: ["LoadBalancer"],
      metrics: {
        RequestCount: ["Sum"],
        HTTPCode_ELB_4XX_Count: ["Sum"],
        HTTPCode_ELB_5XX_Count: ["Sum"],
        HTTPCode_Target_5XX_Count: ["Sum"],
        RejectedConnectionCount: ["Sum"],
        ActiveConnectionCount: ["Sum"],
        TargetResponseTime: ["Average", "p99"],
        ConsumedLCUs: ["Average"],
      },
      source: `${elbDocs}/application/load-balancer-cloudwatch-metrics.html`,
    },
    {
      kind: "discovery",
      label: "alb_target_group",
      namespace: "AWS/ApplicationELB",
      dimensions: ["TargetGroup", "LoadBalancer"],
      metrics: { HealthyHostCount: ["Minimum"], UnHealthyHostCount: ["Maximum"] },
      source: `${elbDocs}/application/load-balancer-cloudwatch-metrics.html`,
    },
  ],
  nlb: [
    {
      kind: "discovery",
      label: "nlb",
      namespace: "AWS/NetworkELB",
      dimensions: ["LoadBalancer"],
      metrics: {
        ActiveFlowCount: ["Average"],
        NewFlowCount: ["Sum"],
        ProcessedBytes: ["Sum"],
        TCP_Target_Reset_Count: ["Sum"],
        ConsumedLCUs: ["Average"],
      },
      source: `${elbDocs}/network/load-balancer-cloudwatch-metrics.html`,
    },
    {
      kind: "discovery",
      label: "nlb_target_group",
      namespace: "AWS/NetworkELB",
      dimensions: ["TargetGroup", "LoadBalancer"],
      metrics: { HealthyHostCount: ["Minimum"], UnHealthyHostCount: ["Maximum"] },
      source: `${elbDocs}/network/load-balancer-cloudwatch-metrics.html`,
    },
  ],
  elasticache: [
    {
      kind: "discovery",
      label: "elasticache_node",
      namespace: "AWS/ElastiCache",
      dimensions: ["CacheClusterId", "CacheNodeId"],
      metrics: {
        CPUUtilization: ["Average", "Maximum"],
        EngineCPUUtilization: ["Average", "Maximum"],
        FreeableMemory: ["Minimum"],
        DatabaseMemoryUsagePercentage: ["Maximum"],
        CurrConnections: ["Average"],
        Evictions: ["Sum"],
        CacheHits: ["Sum"],
        CacheMisses: ["Sum"],
      },
      source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.html",
    },
  ],
  containerInsights: [
    {
      kind: "discovery",
      label: "ecs_service",
      namespace: "ECS/ContainerInsights",
      dimensions: ["ClusterName", "ServiceName"],
      metrics: {
        ...insightsMetrics,
        EphemeralStorageReserved: ["Average"],
        EphemeralStorageUtilized: ["Maximum"],
        RunningTaskCount: ["Minimum"],
        DesiredTaskCount: ["Maximum"],
      },
      source: insightsDocs,
    },
    {
      // A discovery job has one list of dimensions, so the cluster's own series need a second one (measured).
      kind: "customNamespace",
      label: "ecs_cluster",
      namespace: "ECS/ContainerInsights",
      dimensions: ["ClusterName"],
      metrics: { ...insightsMetrics, TaskCount: ["Average"], ServiceCount: ["Average"] },
      source: insightsDocs,
    },
  ],
};

/**
 * Name that the exporter gives to a metric: `aws_rds_cpuutilization_average` (measured).
 * Source: BuildMetricName in pkg/promutil/migrate.go at 1d3536c05083, and PromString in pkg/promutil/prometheus.go at
 * 06c5cfe84234, of prometheus-community/yet-another-cloudwatch-exporter, which Alloy embeds.
 */
export function exporterMetricName(
  namespace: string,
  metric: string,
  statistic: Statistic,
): string {
  const prefix = snakeCase(namespace.toLowerCase());
  // Some metrics repeat a part of their namespace.
  const name = prefix
    .split("_")
    .reduce(
      (rest, part) => (rest.startsWith(part) ? rest.slice(part.length) : rest),
      snakeCase(metric),
    )
    .replace(/^_/, "");
  return `${prefix.startsWith("aws") ? "" : "aws_"}${prefix}_${name}_${snakeCase(statistic)}`;
}

/** An underscore before an upper-case letter that follows a lower-case one or a digit. */
const snakeCase = (text: string): string =>
  text
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[ ,/\\.:=@<>()-]/g, "_")
    .toLowerCase();
