import { cloudwatchJob } from "../../configs/alloy/cloudwatch";
import { exporterMetricName, type Statistic } from "../../configs/alloy/cloudwatchMetrics";
import { jobOf } from "../servers";
import type { Alert } from "./alert";

const profiles = jobOf("pyroscope");
const grafana = jobOf("grafana");
const hours = (count: number) => count * 3600;

export const pyroscopeAlerts: readonly Alert[] = [
  {
    id: "pyroscope-errors",
    title: "Pyroscope: requests fail",
    subject: "pyroscope",
    severity: "warning",
    expr: `sum by (route) (rate(pyroscope_request_duration_seconds_count{${profiles}, status_code=~"5.."}[5m])) / sum by (route) (rate(pyroscope_request_duration_seconds_count{${profiles}}[5m]))`,
    threshold: 0.05,
    for: "10m",
    summary: "More than 5 % of the requests to {{ .Labels.route }} fail.",
    panel: ["lgtm-pyroscope", "Pushes: share of 5xx"],
  },
  {
    id: "pyroscope-refused",
    title: "Pyroscope: profiles are refused",
    subject: "pyroscope",
    severity: "warning",
    expr: `sum by (reason) (rate(pyroscope_discarded_samples_total{${profiles}}[5m]))`,
    threshold: 0,
    for: "15m",
    summary: "Pyroscope throws profiles away: {{ .Labels.reason }}.",
    panel: ["lgtm-pyroscope", "Profiles"],
  },
  {
    id: "pyroscope-flush",
    title: "Pyroscope: blocks do not get into the bucket",
    subject: "pyroscope",
    severity: "critical",
    expr: `sum(increase(pyroscope_shipper_upload_failures_total{${profiles}}[15m]))`,
    threshold: 0,
    for: "10m",
    summary: "Uploads of blocks fail: what is not in the bucket dies with the task.",
    panel: ["lgtm-pyroscope", "Uploads"],
  },
  {
    id: "pyroscope-compactor",
    title: "Pyroscope: the compactor does not run",
    subject: "pyroscope",
    severity: "warning",
    expr: `time() - max(pyroscope_compactor_last_successful_run_timestamp_seconds{${profiles}})`,
    threshold: hours(6),
    for: "1h",
    summary: "No compaction has ended well for six hours (or ever).",
    panel: ["lgtm-pyroscope", "Since the last successful run"],
  },
  {
    id: "pyroscope-bucket",
    title: "Pyroscope: S3 refuses or fails",
    subject: "pyroscope",
    severity: "critical",
    expr: `sum by (operation) (rate(objstore_bucket_operation_failures_total{${profiles}}[5m]))`,
    threshold: 0.05,
    for: "10m",
    summary: "Pyroscope's {{ .Labels.operation }} operations on the bucket fail.",
    panel: ["lgtm-pyroscope", "Failures"],
  },
];

export const grafanaAlerts: readonly Alert[] = [
  {
    id: "grafana-rules",
    title: "Grafana: alert rules fail",
    subject: "grafana",
    severity: "critical",
    expr: `sum(rate(grafana_alerting_rule_evaluation_failures_total{${grafana}}[5m]))`,
    threshold: 0,
    for: "10m",
    summary: "Grafana cannot evaluate alert rules: the others keep their last state.",
    panel: ["lgtm-grafana", "Rule evaluations"],
  },
  {
    id: "grafana-notifications",
    title: "Grafana: notifications are not delivered",
    subject: "grafana",
    severity: "critical",
    needs: ["contactPoint"],
    expr: `sum by (integration) (rate(grafana_alerting_notifications_failed_total{${grafana}}[10m]))`,
    threshold: 0,
    for: "10m",
    summary: "Grafana cannot deliver to {{ .Labels.integration }}.",
    panel: ["lgtm-grafana", "Notifications"],
  },
];

const aws = `job="${cloudwatchJob}"`;
const service = `${aws}, dimension_ServiceName!=""`;
const ecs = (metric: string, statistic: Statistic) =>
  `max by (dimension_ServiceName) (${exporterMetricName("ECS/ContainerInsights", metric, statistic)}{${service}})`;
const alb = (metric: string, statistic: Statistic) =>
  exporterMetricName("AWS/ApplicationELB", metric, statistic);
const rds = (metric: string, statistic: Statistic) =>
  exporterMetricName("AWS/RDS", metric, statistic);

export const awsAlerts: readonly Alert[] = [
  {
    id: "tasks-missing",
    title: "Tasks are missing",
    subject: "aws",
    severity: "critical",
    needs: ["containerInsights", "noWatch"],
    expr: `${ecs("DesiredTaskCount", "Maximum")} - ${ecs("RunningTaskCount", "Minimum")}`,
    threshold: 0,
    for: "20m",
    summary: "Fewer tasks of {{ .Labels.dimension_ServiceName }} run than are wanted.",
    panel: ["lgtm-aws", "Missing tasks"],
  },
  {
    id: "tasks-memory",
    title: "A task is near its memory",
    subject: "aws",
    severity: "warning",
    needs: ["containerInsights"],
    expr: `${ecs("MemoryUtilized", "Maximum")} / ${ecs("MemoryReserved", "Average")}`,
    threshold: 0.92,
    for: "15m",
    summary:
      "A task of {{ .Labels.dimension_ServiceName }} uses more than 92 % of its memory; above it is killed.",
    panel: ["lgtm-aws", "Memory"],
  },
  {
    id: "tasks-disk",
    title: "A task's disk fills",
    subject: "aws",
    severity: "critical",
    needs: ["containerInsights"],
    expr: `${ecs("EphemeralStorageUtilized", "Maximum")} / ${ecs("EphemeralStorageReserved", "Average")}`,
    threshold: 0.8,
    for: "10m",
    summary: "More than 80 % of the disk of a task of {{ .Labels.dimension_ServiceName }} is used.",
    panel: ["lgtm-aws", "Ephemeral disk"],
  },
  {
    id: "cloudwatch-silent",
    title: "CloudWatch metrics are missing",
    subject: "aws",
    severity: "warning",
    needs: ["containerInsights"],
    // A job that finds nothing only logs, and its `up` stays 1 (measured).
    expr: `absent(${exporterMetricName("ECS/ContainerInsights", "RunningTaskCount", "Minimum")}{${service}})`,
    threshold: 0,
    for: "30m",
    summary:
      "The collector gets nothing of Container Insights: the alerts on tasks and disks are blind.",
    panel: ["lgtm-aws", "Missing tasks"],
  },
  {
    id: "load-balancer-errors",
    title: "The load balancer answers 5xx",
    subject: "aws",
    severity: "critical",
    needs: ["loadBalancerMetrics", "noWatch"],
    expr: `(sum by (dimension_LoadBalancer) (${alb("HTTPCode_ELB_5XX_Count", "Sum")}{${aws}}) + sum by (dimension_LoadBalancer) (${alb("HTTPCode_Target_5XX_Count", "Sum")}{${aws}})) / (sum by (dimension_LoadBalancer) (${alb("RequestCount", "Sum")}{${aws}}) > 100)`,
    threshold: 0.05,
    for: "10m",
    summary: "More than 5 % of the requests to {{ .Labels.dimension_LoadBalancer }} end in a 5xx.",
    panel: ["lgtm-aws", "Requests"],
  },
  {
    id: "load-balancer-targets",
    title: "A target group has unhealthy targets",
    subject: "aws",
    severity: "warning",
    needs: ["loadBalancerMetrics", "noWatch"],
    expr: `max by (dimension_TargetGroup) (${alb("UnHealthyHostCount", "Maximum")}{${aws}})`,
    threshold: 0,
    for: "15m",
    summary: "{{ .Labels.dimension_TargetGroup }} has targets that fail their check.",
    panel: ["lgtm-aws", "Targets"],
  },
  {
    id: "database-disk",
    title: "The database's disk fills",
    subject: "aws",
    severity: "critical",
    needs: ["postgres", "noWatch"],
    expr: `min by (dimension_DBInstanceIdentifier) (${rds("FreeStorageSpace", "Minimum")}{${aws}})`,
    threshold: 2e9,
    less: true,
    for: "15m",
    summary: "{{ .Labels.dimension_DBInstanceIdentifier }} has less than 2 GB left.",
    panel: ["lgtm-aws", "Free disk and memory"],
  },
  {
    id: "database-credits",
    title: "The database is out of CPU credits",
    subject: "aws",
    severity: "warning",
    needs: ["postgres", "noWatch"],
    expr: `min by (dimension_DBInstanceIdentifier) (${rds("CPUCreditBalance", "Minimum")}{${aws}})`,
    threshold: 10,
    less: true,
    for: "30m",
    summary:
      "{{ .Labels.dimension_DBInstanceIdentifier }} is held at its base line: logins and pages are slow.",
    panel: ["lgtm-aws", "CPU credits"],
  },
];

/**
 * Fires for as long as the stack can see itself: Alloy scrapes, Mimir stores and answers, Grafana evaluates and delivers.
 * Whoever gets it raises the alarm when it stops (D9), because an alert cannot tell of Grafana's or Mimir's own death.
 */
export const heartbeat: Alert = {
  id: "heartbeat",
  title: "Heartbeat",
  subject: "heartbeat",
  severity: "none",
  needs: ["watch"],
  expr: 'count(up{job="lgtm/alloy", role="alloy-collector"} == 1)',
  threshold: 0,
  for: "0s",
  summary: "The stack can see itself.",
};
