/** What the cost of a load depends on besides the load itself: plain data, so that it travels in plan.json. */

import { cloudwatchJobs, type CloudwatchService } from "../../configs/alloy/cloudwatchMetrics";
import { deletionDelayHours } from "../../configs/stack/retention";
import type { StackConfig } from "../../configs/stack/schema";
import { hasType, records, text, type PlanResource } from "../charges";
import { fargateServices } from "../fargateCost";
import { ownersOf } from "../product";

/** How long one signal's objects lie in each storage class. Days count from the creation of the object. */
export interface StorageFacts {
  /** Copies of each write. */
  readonly replicationFactor: number;
  /** What the server keeps. */
  readonly retentionDays: number;
  /** How long the server keeps what its retention, or a compaction, has passed. */
  readonly deletionDelayHours: number;
  /** To Standard-IA; absent: never. */
  readonly infrequentAccessAfterDays?: number;
  /** To Glacier Instant Retrieval; absent: never. */
  readonly instantRetrievalAfterDays?: number;
}

/** Facts of one plan. */
export interface LoadFacts {
  readonly region: string;
  /** Share of the month in which the stack runs, 0–1: outside a schedule's hours nothing arrives. */
  readonly runningShare: number;
  readonly zones: number;
  readonly natGateways: number;
  /** Interface endpoints, by the service they lead to: `logs`, `monitoring` … */
  readonly interfaceEndpoints: readonly string[];
  readonly publicLoadBalancers: number;
  readonly internalLoadBalancers: number;
  readonly buckets: number;
  readonly logGroups: number;
  readonly logRetentionDays: number;
  readonly privateNamespaces: number;
  readonly secrets: number;
  readonly databases: number;
  /** The bucket is encrypted with a key of AWS KMS. */
  readonly kmsKey: boolean;
  readonly flowLogs: boolean;
  readonly accessLogs: boolean;
  readonly tiering: "lifecycle" | "intelligentTiering";
  /** Days for which S3 keeps a deleted object as a noncurrent version. */
  readonly noncurrentVersionDays: number;
  readonly rules: boolean;
  /** Largest number of tasks of the week, by role (`loki-querier`). */
  readonly tasks: Readonly<Record<string, number>>;
  /** How often the stack scrapes its own servers. */
  readonly selfScrapeIntervalSeconds: number;
  /** CloudWatch metrics, each with one statistic, that one poll of the collector asks for. */
  readonly cloudwatchMetricsPerPoll: number;
  readonly cloudwatchIntervalSeconds: number;
  readonly metrics: StorageFacts;
  readonly logs: StorageFacts & { readonly infoRetentionDays: number };
  readonly traces: StorageFacts;
  readonly profiles: StorageFacts;
}

/**
 * When Intelligent-Tiering moves an object that nobody has read; its tiers cost what the classes of the same access cost.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
 */
const intelligentTiers = { infrequentAccessAfterDays: 30, instantRetrievalAfterDays: 90 } as const;

/** Reads the facts of a plan from its resources and settings. */
export function loadFacts(config: StackConfig, resources: readonly PlanResource[]): LoadFacts {
  const count = (type: string) => resources.filter((resource) => hasType(resource, type)).length;
  const services = fargateServices(resources, 730, []);
  const ownerOf = ownersOf(resources);
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const tasks: Record<string, number> = {};
  for (const service of services) {
    const resource = byUrn.get(service.urn);
    const role = (resource && ownerOf(resource).role) ?? "other";
    tasks[role] = (tasks[role] ?? 0) + service.tasks;
  }
  const hours = services.map(({ hoursPerWeek }) => hoursPerWeek);
  const balancers = resources.filter(
    (resource) =>
      hasType(resource, "aws:lb/loadBalancer:LoadBalancer") &&
      resource.inputs.loadBalancerType !== "network",
  );
  const { storage } = config;
  const tiers = (section: "metrics" | "logs") =>
    storage.tiering === "lifecycle"
      ? {
          infrequentAccessAfterDays: storage[section].infrequentAccessAfterDays,
          instantRetrievalAfterDays: storage[section].glacierInstantRetrievalAfterDays,
        }
      : intelligentTiers;
  return {
    region: config.region,
    runningShare: hours.length === 0 ? 1 : Math.max(...hours) / 168,
    zones: config.zoneNames.length,
    natGateways: count("aws:ec2/natGateway:NatGateway"),
    interfaceEndpoints: resources
      .filter(
        (resource) =>
          hasType(resource, "aws:ec2/vpcEndpoint:VpcEndpoint") &&
          resource.inputs.vpcEndpointType === "Interface",
      )
      .map((resource) => text(resource.inputs.serviceName).split(".").at(-1) ?? "")
      .sort(),
    publicLoadBalancers: balancers.filter(({ inputs }) => inputs.internal !== true).length,
    internalLoadBalancers: balancers.filter(({ inputs }) => inputs.internal === true).length,
    buckets: count("aws:s3/bucket:Bucket") + count("aws:s3/bucketV2:BucketV2"),
    logGroups: count("aws:cloudwatch/logGroup:LogGroup"),
    logRetentionDays: config.logRetentionDays,
    privateNamespaces: count("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace"),
    secrets: count("aws:secretsmanager/secret:Secret"),
    databases: count("aws:rds/instance:Instance"),
    kmsKey: storage.kmsKeyArn !== undefined,
    flowLogs: count("aws:ec2/flowLog:FlowLog") > 0,
    accessLogs: config.ingress.accessLogs === true,
    tiering: storage.tiering,
    noncurrentVersionDays: storage.noncurrentVersionDays,
    rules: config.mimir.rules,
    tasks,
    selfScrapeIntervalSeconds: config.collection.scrapeIntervalSeconds,
    cloudwatchMetricsPerPoll: cloudwatchMetricsPerPoll(config, resources),
    cloudwatchIntervalSeconds: config.collection.cloudwatchIntervalSeconds,
    metrics: {
      replicationFactor: config.mimir.replicationFactor,
      retentionDays: config.mimir.retentionDays,
      deletionDelayHours: deletionDelayHours.mimir,
      ...tiers("metrics"),
    },
    logs: {
      replicationFactor: config.loki.replicationFactor,
      retentionDays: config.loki.retentionDays,
      infoRetentionDays: Math.min(config.loki.infoRetentionDays, config.loki.retentionDays),
      deletionDelayHours: deletionDelayHours.loki,
      ...tiers("logs"),
    },
    traces: {
      replicationFactor: config.tempo.replicationFactor,
      retentionDays: config.tempo.retentionDays,
      deletionDelayHours: deletionDelayHours.tempo,
    },
    profiles: {
      replicationFactor: 1,
      retentionDays: config.pyroscope.retentionDays,
      deletionDelayHours: deletionDelayHours.pyroscope,
    },
  };
}

/** What one poll asks for: (metric, statistic) pairs of every resource of the plan that a job finds. */
function cloudwatchMetricsPerPoll(config: StackConfig, resources: readonly PlanResource[]): number {
  const found: Readonly<Record<string, number>> = {
    rds_instance: resources.filter((r) => hasType(r, "aws:rds/instance:Instance")).length,
    alb: resources.filter((r) => hasType(r, "aws:lb/loadBalancer:LoadBalancer")).length,
    alb_target_group: resources.filter((r) => hasType(r, "aws:lb/targetGroup:TargetGroup")).length,
    ecs_service: resources.filter((r) => hasType(r, "aws:ecs/service:Service")).length,
    ecs_cluster: resources.filter((r) => hasType(r, "aws:ecs/cluster:Cluster")).length,
  };
  const insightsOff = resources.some(
    (r) =>
      hasType(r, "aws:ecs/cluster:Cluster") &&
      records(r.inputs.settings).some(
        ({ name, value }) => name === "containerInsights" && value === "disabled",
      ),
  );
  return config.collection.cloudwatchMetrics
    .filter((service: CloudwatchService) => service !== "containerInsights" || !insightsOff)
    .flatMap((service) => cloudwatchJobs[service])
    .reduce((sum, job) => {
      const pairs = Object.values(job.metrics).reduce((n, statistics) => n + statistics.length, 0);
      return sum + pairs * (found[job.label] ?? 0);
    }, 0);
}
