import { databaseConnectionsPerTask } from "../configs/grafana/grafana";
import type { StackConfig } from "../configs/stack/schema";
import { rolesOf, type Service, servicesOf } from "./catalog";
import { clusterName, heartbeatTopicName, logGroupName, serviceName } from "./names";
import type { Catalog } from "./types";
import type { Runbook } from "./watchRunbooks";
import { heartbeat } from "./watchTopics";

/** A dimension that is known only when AWS has made something. */
export type LateDimension =
  | { readonly late: "load-balancer" | "certificate" | "database" }
  | { readonly late: "target-group"; readonly id: string }
  | { readonly late: "nat-gateway"; readonly index: number };

/** One CloudWatch metric, as an alarm reads it. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string | LateDimension>>;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "SampleCount" | "Sum";
  readonly periodSeconds: number;
}

/** A CloudWatch alarm. It rings when every one of its last `periods` breaches the threshold. */
export interface AlarmSpec {
  /** Name of the alarm, after the stack's. */
  readonly id: string;
  /** What is the matter when it rings, as the beginning of a sentence. */
  readonly what: string;
  readonly runbook: Runbook;
  /** One metric, or an expression over several. */
  readonly of:
    Metric | { readonly expression: string; readonly metrics: Readonly<Record<string, Metric>> };
  readonly comparison: "<" | ">" | ">=";
  readonly threshold: number;
  readonly periods: number;
  /** What silence means: `breaching` where the metric comes as long as all is well. */
  readonly whenMissing: "breaching" | "notBreaching" | "missing";
  /** The ECS service (its full name) that has to stand first: before it, silence is no alarm. */
  readonly after?: string;
}

const MINUTE = 60;
const GIB = 1024 ** 3;
/** A rollout of a ring replica or a singleton takes a minute or two; ten are no rollout any more. */
const ROLLOUT_MINUTES = 10;

/** Every alarm of a stack that is watched. */
export function alarms(catalog: Catalog, config: StackConfig): AlarmSpec[] {
  return [
    ...servicesOf(catalog).flatMap((service) => serviceAlarms(service, config)),
    ...targetAlarms(catalog, config),
    ...frontDoorAlarms(),
    ...databaseAlarms(config),
    ...natAlarms(config),
    ...logAlarms(catalog, config),
    heartbeatAlarm(config),
  ];
}

/** Too few tasks; and, for what holds data, memory and disk before they run out: either ends in an unclean death. */
function serviceAlarms({ role, instance }: Service, config: StackConfig): AlarmSpec[] {
  const name = serviceName(config, instance);
  const about = { after: name, periods: ROLLOUT_MINUTES } as const;
  const metric = (
    namespace: string,
    metricName: string,
    statistic: Metric["statistic"],
  ): Metric => ({
    namespace,
    name: metricName,
    dimensions: { ClusterName: clusterName(config), ServiceName: name },
    statistic,
    periodSeconds: MINUTE,
  });
  const insights = config.containerInsights !== "disabled";
  const wanted = role.autoscaling?.minReplicas ?? instance.desiredCount;
  return [
    {
      ...about,
      id: `${instance.serviceName}-running`,
      what: insights
        ? `${name} runs fewer than ${wanted} tasks`
        : `${name} runs no task (without Container Insights a partial loss is not seen)`,
      runbook: "too-few-tasks",
      // AWS/ECS has no count of tasks, but says nothing at all while none runs
      // (Amazon ECS developer guide, "Amazon ECS CloudWatch metrics").
      of: insights
        ? metric("ECS/ContainerInsights", "RunningTaskCount", "Minimum")
        : metric("AWS/ECS", "CPUUtilization", "SampleCount"),
      comparison: "<",
      threshold: insights ? wanted : 1,
      whenMissing: "breaching",
    },
    ...(role.holdsData
      ? [
          {
            ...about,
            id: `${instance.serviceName}-memory`,
            what: `${name} uses more than 95 % of its memory and is about to be killed`,
            runbook: "memory-or-disk-of-a-ring-task",
            of: metric("AWS/ECS", "MemoryUtilization", "Maximum"),
            comparison: ">",
            threshold: 95,
            whenMissing: "notBreaching",
          } satisfies AlarmSpec,
        ]
      : []),
    ...(role.holdsData && insights
      ? [
          {
            ...about,
            id: `${instance.serviceName}-disk`,
            what: `${name} has used more than 80 % of its ${role.ephemeralStorageGb} GB of disk`,
            runbook: "memory-or-disk-of-a-ring-task",
            of: metric("ECS/ContainerInsights", "EphemeralStorageUtilized", "Maximum"),
            comparison: ">",
            threshold: 0.8 * role.ephemeralStorageGb,
            whenMissing: "notBreaching",
          } satisfies AlarmSpec,
        ]
      : []),
  ];
}

/** Nobody healthy behind a target group, or somebody unhealthy for longer than a rollout. */
function targetAlarms(catalog: Catalog, config: StackConfig): AlarmSpec[] {
  return rolesOf(catalog).flatMap((role) =>
    role.exposures.flatMap(({ id }): AlarmSpec[] => {
      const last = role.instances.at(-1);
      const metric = (name: string, statistic: Metric["statistic"]): Metric => ({
        namespace: "AWS/ApplicationELB",
        name,
        dimensions: {
          LoadBalancer: { late: "load-balancer" },
          TargetGroup: { late: "target-group", id },
        },
        statistic,
        periodSeconds: MINUTE,
      });
      const about = {
        runbook: "unhealthy-targets",
        ...(last === undefined ? {} : { after: serviceName(config, last) }),
      } as const;
      return [
        {
          ...about,
          id: `${id}-targets`,
          what: `the load balancer has no healthy target for ${id}`,
          of: metric("HealthyHostCount", "Minimum"),
          comparison: "<",
          threshold: 1,
          periods: 5,
          whenMissing: "breaching",
        },
        {
          ...about,
          id: `${id}-unhealthy`,
          what: `a target of ${id} is unhealthy`,
          of: metric("UnHealthyHostCount", "Maximum"),
          comparison: ">=",
          threshold: 1,
          periods: ROLLOUT_MINUTES,
          whenMissing: "notBreaching",
        },
      ];
    }),
  );
}

function frontDoorAlarms(): AlarmSpec[] {
  const sum = (name: string): Metric => ({
    namespace: "AWS/ApplicationELB",
    name,
    dimensions: { LoadBalancer: { late: "load-balancer" } },
    statistic: "Sum",
    periodSeconds: 5 * MINUTE,
  });
  return [
    {
      id: "load-balancer-5xx",
      what: "the load balancer itself answers with 5xx: no target took the requests",
      runbook: "errors-at-the-load-balancer",
      // Not a share: RequestCount leaves out what no target took
      // (ELB user guide, "CloudWatch metrics for your Application Load Balancer").
      of: sum("HTTPCode_ELB_5XX_Count"),
      comparison: ">=",
      threshold: 25,
      periods: 2,
      whenMissing: "notBreaching",
    },
    {
      id: "target-5xx",
      what: "more than 5 % of the requests are answered with 5xx by the servers",
      runbook: "errors-at-the-load-balancer",
      of: {
        expression: "IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)",
        metrics: { errors: sum("HTTPCode_Target_5XX_Count"), requests: sum("RequestCount") },
      },
      comparison: ">",
      threshold: 5,
      periods: 2,
      whenMissing: "notBreaching",
    },
    {
      id: "certificate",
      what: "the certificate of the front door expires in less than 30 days",
      runbook: "certificate-expiry",
      // ACM renews its own 60 days before they expire, and reports twice a day
      // (ACM user guide, "Supported CloudWatch metrics" and "Managed certificate renewal").
      of: {
        namespace: "AWS/CertificateManager",
        name: "DaysToExpiry",
        dimensions: { CertificateArn: { late: "certificate" } },
        statistic: "Minimum",
        periodSeconds: 24 * 60 * MINUTE,
      },
      comparison: "<",
      threshold: 30,
      periods: 1,
      whenMissing: "missing",
    },
  ];
}

function databaseAlarms({ grafana }: StackConfig): AlarmSpec[] {
  if (grafana.database.type !== "postgres") return [];
  const metric = (name: string, statistic: Metric["statistic"]): Metric => ({
    namespace: "AWS/RDS",
    name,
    dimensions: { DBInstanceIdentifier: { late: "database" } },
    statistic,
    periodSeconds: 5 * MINUTE,
  });
  // A rollout runs old and new tasks side by side; RDS itself keeps a few connections.
  const connections = 2 * grafana.replicas * databaseConnectionsPerTask + 5;
  const about = { runbook: "grafanas-database", periods: 3 } as const;
  return [
    {
      ...about,
      id: "database-storage",
      what: "less than 20 % of the database's disk is free",
      of: metric("FreeStorageSpace", "Minimum"),
      comparison: "<",
      threshold: 0.2 * grafana.database.allocatedStorageGb * GIB,
      whenMissing: "breaching",
    },
    {
      ...about,
      id: "database-cpu",
      what: "the database uses more than 80 % of its CPU",
      of: metric("CPUUtilization", "Average"),
      comparison: ">",
      threshold: 80,
      whenMissing: "notBreaching",
    },
    {
      ...about,
      id: "database-connections",
      what: `the database has more than ${connections} connections, which is more than Grafana opens`,
      of: metric("DatabaseConnections", "Maximum"),
      comparison: ">",
      threshold: connections,
      whenMissing: "notBreaching",
    },
  ];
}

/** How many NAT gateways the stack makes for itself. */
export const natGatewayCount = ({ network }: StackConfig): number =>
  network.existing !== undefined ? 0 : network.natGateways === "single" ? 1 : network.zones.length;

const natAlarms = (config: StackConfig): AlarmSpec[] =>
  Array.from({ length: natGatewayCount(config) }, (_, index) => ({
    id: `nat-${index}-ports`,
    what: "a NAT gateway has no port left for new connections",
    runbook: "nat-ports",
    of: {
      namespace: "AWS/NATGateway",
      name: "ErrorPortAllocation",
      dimensions: { NatGatewayId: { late: "nat-gateway", index } },
      statistic: "Sum",
      periodSeconds: 5 * MINUTE,
    },
    comparison: ">",
    threshold: 0,
    periods: 1,
    whenMissing: "notBreaching",
  }));

/** A server that complains in a loop is noticed before the bill: a GiB is more than a stack logs in a quiet day. */
const logAlarms = (catalog: Catalog, config: StackConfig): AlarmSpec[] =>
  catalog.products.map(({ name }) => ({
    id: `${name}-log-volume`,
    what: `${name} has written more than 1 GiB of its own logs in an hour`,
    runbook: "too-many-logs",
    of: {
      namespace: "AWS/Logs",
      name: "IncomingBytes",
      dimensions: { LogGroupName: logGroupName(config, name) },
      statistic: "Sum",
      periodSeconds: 60 * MINUTE,
    },
    comparison: ">",
    threshold: GIB,
    periods: 1,
    whenMissing: "notBreaching",
  }));

/** The dead-man's switch: the metric exists only while Grafana queries Mimir, evaluates and notifies. */
const heartbeatAlarm = (config: StackConfig): AlarmSpec => ({
  id: "heartbeat",
  what: "Grafana's own alerts are silent: it, Mimir or the way to SNS is broken, and no other alert would come",
  runbook: "grafanas-alerts-are-silent",
  of: {
    namespace: "AWS/SNS",
    name: "NumberOfMessagesPublished",
    dimensions: { TopicName: heartbeatTopicName(config) },
    statistic: "Sum",
    periodSeconds: heartbeat.periodSeconds,
  },
  comparison: "<",
  threshold: 1,
  periods: heartbeat.silentPeriods,
  whenMissing: "breaching",
  after: serviceName(config, { serviceName: "grafana" }),
});
