import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { cloudwatchJob } from "../configs/alloy/cloudwatch";
import { exporterMetricName, type Statistic } from "../configs/alloy/cloudwatchMetrics";
import { dashboard, graph, heading, type PanelOptions } from "./panels";
import { promql } from "./servers";

/** Matcher of every CloudWatch series. */
const of = `job="${cloudwatchJob}"`;

const series = (namespace: string, metric: string, statistic: Statistic, more = "") =>
  `${exporterMetricName(namespace, metric, statistic)}{${of}${more}}`;

const ECS = "ECS/ContainerInsights";
/** The cluster's own series have no service. */
const service = ', dimension_ServiceName!=""';
const byService = "{{dimension_ServiceName}}";

/** Used as a share of what the tasks of a service have. */
const used = (usedMetric: string, reserved: string, statistic: Statistic): string =>
  `${series(ECS, usedMetric, statistic, service)} / on (dimension_ClusterName, dimension_ServiceName) ${series(ECS, reserved, "Average", service)}`;

const third = (unit?: string): PanelOptions => ({ span: 8, unit });

/**
 * What AWS says of itself, as the collector copies it from CloudWatch: a few minutes late, once per interval. Rows of
 * services that the account does not have stay empty.
 */
export function aws(): DashboardBuilder {
  const elb = (namespace: string, metric: string, statistic: Statistic, legend: string) =>
    promql(series(namespace, metric, statistic), legend);
  const alb = "AWS/ApplicationELB";
  const nlb = "AWS/NetworkELB";
  const rds = "AWS/RDS";
  const cache = "AWS/ElastiCache";
  const balancer = "{{dimension_LoadBalancer}}";
  const group = "{{dimension_TargetGroup}}";
  const database = "{{dimension_DBInstanceIdentifier}}";
  const node = "{{dimension_CacheClusterId}} {{dimension_CacheNodeId}}";
  return dashboard(
    "lgtm-aws",
    "AWS",
    "Tasks, load balancers, database and caches, from CloudWatch: a few minutes late.",
  )
    .withRow(heading("ECS tasks (Container Insights)"))
    .withPanel(
      graph(
        "Missing tasks",
        [
          promql(
            `${series(ECS, "DesiredTaskCount", "Maximum", service)} - on (dimension_ClusterName, dimension_ServiceName) ${series(ECS, "RunningTaskCount", "Minimum", service)}`,
            byService,
          ),
        ],
        {
          span: 8,
          description:
            "Spot interruptions, deaths and deployments: what is desired and does not run.",
        },
      ),
    )
    .withPanel(
      graph("CPU", [promql(used("CpuUtilized", "CpuReserved", "Maximum"), byService)], {
        ...third("percentunit"),
        description: "The busiest task's, as a share of the average reservation.",
      }),
    )
    .withPanel(
      graph("Memory", [promql(used("MemoryUtilized", "MemoryReserved", "Maximum"), byService)], {
        ...third("percentunit"),
        thresholds: { warn: 0.8, bad: 0.95 },
      }),
    )
    .withPanel(
      graph(
        "Ephemeral disk",
        [
          promql(
            used("EphemeralStorageUtilized", "EphemeralStorageReserved", "Maximum"),
            byService,
          ),
        ],
        { ...third("percentunit"), thresholds: { warn: 0.7, bad: 0.85 } },
      ),
    )
    .withPanel(
      graph(
        "Network",
        [
          promql(series(ECS, "NetworkRxBytes", "Average", service), `${byService} in`),
          promql(series(ECS, "NetworkTxBytes", "Average", service), `${byService} out`),
        ],
        third("Bps"),
      ),
    )
    .withPanel(
      graph(
        "Disk I/O",
        [
          promql(series(ECS, "StorageReadBytes", "Average", service), `${byService} read`),
          promql(series(ECS, "StorageWriteBytes", "Average", service), `${byService} written`),
        ],
        third("bytes"),
      ),
    )
    .withRow(heading("Application load balancers"))
    .withPanel(
      graph(
        "Requests",
        [
          elb(alb, "RequestCount", "Sum", `${balancer} all`),
          elb(alb, "HTTPCode_ELB_4XX_Count", "Sum", `${balancer} 4xx of its own`),
          elb(alb, "HTTPCode_ELB_5XX_Count", "Sum", `${balancer} 5xx of its own`),
          elb(alb, "HTTPCode_Target_5XX_Count", "Sum", `${balancer} 5xx of targets`),
          elb(alb, "RejectedConnectionCount", "Sum", `${balancer} refused connections`),
        ],
        { span: 8, description: "Per interval of the collector." },
      ),
    )
    .withPanel(
      graph(
        "Targets' response time",
        [
          elb(alb, "TargetResponseTime", "Average", `${balancer} average`),
          elb(alb, "TargetResponseTime", "p99", `${balancer} p99`),
        ],
        third("s"),
      ),
    )
    .withPanel(
      graph(
        "Targets",
        [
          elb(alb, "HealthyHostCount", "Minimum", `${group} healthy`),
          elb(alb, "UnHealthyHostCount", "Maximum", `${group} unhealthy`),
        ],
        third(),
      ),
    )
    .withPanel(
      graph("Capacity units", [elb(alb, "ConsumedLCUs", "Average", balancer)], { span: 12 }),
    )
    .withPanel(
      graph("Connections", [elb(alb, "ActiveConnectionCount", "Sum", balancer)], { span: 12 }),
    )
    .withRow(heading("Network load balancers"))
    .withPanel(
      graph(
        "Flows",
        [
          elb(nlb, "ActiveFlowCount", "Average", `${balancer} active`),
          elb(nlb, "NewFlowCount", "Sum", `${balancer} new`),
          elb(nlb, "TCP_Target_Reset_Count", "Sum", `${balancer} reset by targets`),
        ],
        third(),
      ),
    )
    .withPanel(graph("Bytes", [elb(nlb, "ProcessedBytes", "Sum", balancer)], third("bytes")))
    .withPanel(
      graph(
        "Targets",
        [
          elb(nlb, "HealthyHostCount", "Minimum", `${group} healthy`),
          elb(nlb, "UnHealthyHostCount", "Maximum", `${group} unhealthy`),
          elb(nlb, "ConsumedLCUs", "Average", `${balancer} capacity units`),
        ],
        third(),
      ),
    )
    .withRow(heading("RDS"))
    .withPanel(
      graph(
        "CPU",
        [
          promql(series(rds, "CPUUtilization", "Average"), database),
          promql(series(rds, "CPUUtilization", "Maximum"), `${database} highest`),
        ],
        { ...third("percent"), max: 100 },
      ),
    )
    .withPanel(
      graph("CPU credits", [promql(series(rds, "CPUCreditBalance", "Minimum"), database)], {
        ...third(),
        description: "At nothing a burstable instance is held at its base line.",
      }),
    )
    .withPanel(
      graph(
        "Free disk and memory",
        [
          promql(series(rds, "FreeStorageSpace", "Minimum"), `${database} disk`),
          promql(series(rds, "FreeableMemory", "Minimum"), `${database} memory`),
        ],
        third("bytes"),
      ),
    )
    .withPanel(
      graph(
        "Connections",
        [
          promql(series(rds, "DatabaseConnections", "Average"), database),
          promql(series(rds, "DatabaseConnections", "Maximum"), `${database} most`),
        ],
        third(),
      ),
    )
    .withPanel(
      graph(
        "Latency",
        [
          promql(series(rds, "ReadLatency", "Average"), `${database} read`),
          promql(series(rds, "WriteLatency", "Average"), `${database} write`),
        ],
        third("s"),
      ),
    )
    .withPanel(
      graph(
        "Disk operations",
        [
          promql(series(rds, "ReadIOPS", "Average"), `${database} read`),
          promql(series(rds, "WriteIOPS", "Average"), `${database} write`),
          promql(series(rds, "DiskQueueDepth", "Average"), `${database} waiting`),
        ],
        third("iops"),
      ),
    )
    .withRow(heading("ElastiCache"))
    .withPanel(
      graph(
        "CPU",
        [
          promql(series(cache, "CPUUtilization", "Maximum"), node),
          promql(series(cache, "EngineCPUUtilization", "Maximum"), `${node} engine`),
        ],
        { ...third("percent"), max: 100 },
      ),
    )
    .withPanel(
      graph(
        "Memory",
        [promql(series(cache, "DatabaseMemoryUsagePercentage", "Maximum"), `${node} used`)],
        { ...third("percent"), max: 100 },
      ),
    )
    .withPanel(
      graph(
        "Hits, misses, evictions",
        [
          promql(series(cache, "CacheHits", "Sum"), `${node} hits`),
          promql(series(cache, "CacheMisses", "Sum"), `${node} misses`),
          promql(series(cache, "Evictions", "Sum"), `${node} evictions`),
          promql(series(cache, "CurrConnections", "Average"), `${node} connections`),
        ],
        third(),
      ),
    );
}
