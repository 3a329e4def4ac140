/** What the resources of a plan cost by existing, Container Insights included. */

import {
  charge,
  distinct,
  hasType,
  records,
  text,
  toNumber,
  type Charge,
  type CostWarning,
  type PlanResource,
} from "./charges";
import { lastSegment, type ServiceRun } from "./fargateCost";
import type { CostProduct } from "./product";

/** Types that are billed and that this table has no price for: each one found becomes a warning. */
export const unpricedBillableTypes: readonly string[] = [
  "aws:acmpca/certificateAuthority:CertificateAuthority",
  "aws:backup/plan:Plan",
  "aws:cloudfront/distribution:Distribution",
  "aws:cloudtrail/trail:Trail",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:cloudwatch/metricStream:MetricStream",
  "aws:ebs/volume:Volume",
  "aws:ec2/instance:Instance",
  "aws:ec2/vpnConnection:VpnConnection",
  "aws:ec2transitgateway/transitGateway:TransitGateway",
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
  "aws:ecr/repository:Repository",
  "aws:efs/fileSystem:FileSystem",
  "aws:elasticache/cluster:Cluster",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/serverlessCache:ServerlessCache",
  "aws:elb/loadBalancer:LoadBalancer",
  "aws:globalaccelerator/accelerator:Accelerator",
  "aws:grafana/workspace:Workspace",
  "aws:guardduty/detector:Detector",
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
  "aws:kinesis/stream:Stream",
  "aws:lambda/function:Function",
  "aws:msk/cluster:Cluster",
  "aws:networkfirewall/firewall:Firewall",
  "aws:opensearch/domain:Domain",
  "aws:rds/cluster:Cluster",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:rds/proxy:Proxy",
  "aws:route53/healthCheck:HealthCheck",
  "aws:route53/resolverEndpoint:ResolverEndpoint",
  "aws:sqs/queue:Queue",
  "aws:synthetics/canary:Canary",
  "aws:wafv2/webAcl:WebAcl",
];

/**
 * Metrics that Container Insights publishes, by the dimensions in AWS's table (awsdocs/amazon-cloudwatch-user-guide,
 * doc_source/Container-Insights-metrics-ECS.md, the archived edition of June 2023; later ones may add a few): eight
 * exist per cluster, per service and per task family, three more per cluster, five more per service. The enhanced kind
 * adds the task and the container; their count is taken to be the same eight.
 */
export const containerInsightsMetrics = {
  perCluster: 11,
  perService: 13,
  perFamily: 8,
  perTaskEnhanced: 8,
  perContainerEnhanced: 8,
} as const;

/** Charges that a resource causes by existing. */
export function fixedCharges(
  { type, inputs, outputs }: PlanResource,
  hours: number,
  services: readonly ServiceRun[],
): Charge[] {
  switch (type) {
    case "aws:ec2/natGateway:NatGateway":
      return [charge("network", "nat-gateway-hour", hours)];
    case "aws:ec2/eip:Eip":
      return [charge("network", "public-ipv4-hour", hours)];
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return inputs.vpcEndpointType === "Interface"
        ? [charge("network", "vpc-endpoint-hour", hours * distinct(inputs.subnetIds))]
        : [];
    case "aws:lb/loadBalancer:LoadBalancer": {
      const zones = Math.max(distinct(inputs.subnets), records(inputs.subnetMappings).length);
      return [
        charge("load balancer", "load-balancer-hour", hours),
        ...(inputs.internal === true
          ? []
          : [charge("load balancer", "public-ipv4-hour", hours * zones, "one address per zone")]),
      ];
    }
    case "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace":
    case "aws:route53/zone:Zone":
      return [charge("names and secrets", "hosted-zone-month", 1)];
    case "aws:servicediscovery/service:Service": {
      const tasks = services
        .filter(({ registries }) => registries.includes(text(outputs.arn)))
        .reduce((total, service) => total + service.tasks, 0);
      return tasks === 0
        ? []
        : [charge("names and secrets", "cloud-map-instance-month", tasks, "whole months")];
    }
    case "aws:servicediscovery/instance:Instance":
      return [charge("names and secrets", "cloud-map-instance-month", 1)];
    case "aws:secretsmanager/secret:Secret":
      return [charge("names and secrets", "secret-month", 1)];
    case "aws:kms/key:Key":
      return [charge("names and secrets", "kms-key-month", 1, "one key version")];
    case "aws:rds/instance:Instance": {
      const multiAz = inputs.multiAz === true ? "multi-az-" : "";
      const storage = toNumber(inputs.allocatedStorage) ?? 0;
      const gp3 = inputs.storageType === undefined || inputs.storageType === "gp3";
      return [
        charge("database", `rds-${multiAz}${text(inputs.instanceClass)}`, hours),
        charge(
          "database",
          `rds-${multiAz}${gp3 ? "gp3" : text(inputs.storageType)}-gb-month`,
          storage,
        ),
      ];
    }
    case "aws:cloudwatch/metricAlarm:MetricAlarm": {
      const metrics = records(inputs.metricQueries).filter((query) => query.metric !== undefined);
      return [
        charge("monitoring", "alarm-month", Math.max(1, metrics.length), "each metric counts"),
      ];
    }
    // AWS makes and bills them, the plan has none of them (https://aws.amazon.com/autoscaling/pricing, read 2026-11-25).
    case "aws:appautoscaling/policy:Policy":
      return inputs.policyType === "TargetTrackingScaling"
        ? [charge("monitoring", "alarm-month", 2, "target tracking: one to grow, one to shrink")]
        : [];
    case "aws:sns/topic:Topic":
      return [
        charge("monitoring", "sns-requests-1m", 0.03, "one message every 90 s: heartbeat, alarms"),
      ];
    case "aws:cloudwatch/compositeAlarm:CompositeAlarm":
      return [charge("monitoring", "composite-alarm-month", 1)];
    case "aws:cloudwatch/logMetricFilter:LogMetricFilter":
      return [charge("monitoring", "custom-metric-month", 1, "one series per filter")];
    default:
      return [];
  }
}

/** The metrics of every cluster that has Container Insights on, by product; those of the cluster itself are shared. */
export function containerInsights(
  resources: readonly PlanResource[],
  services: readonly (ServiceRun & { readonly product: CostProduct })[],
): Charge[] {
  return resources
    .filter((resource) => hasType(resource, "aws:ecs/cluster:Cluster"))
    .flatMap(({ inputs, outputs }) => {
      const setting = records(inputs.settings).find(({ name }) => name === "containerInsights");
      const kind = text(setting?.value);
      if (kind !== "enabled" && kind !== "enhanced") return [];
      const cluster = lastSegment(outputs.name ?? inputs.name);
      const inside = services.filter((service) => service.cluster === cluster);
      const group = "container insights";
      const priceId =
        kind === "enabled" ? "custom-metric-month" : "container-insights-enhanced-metric-month";
      const { perCluster } = containerInsightsMetrics;
      return [
        { group, priceId, quantity: perCluster, product: "shared", assumption: "the cluster" },
        ...[...new Set(inside.map(({ product }) => product))].map((product): Charge => {
          const own = inside.filter((service) => service.product === product);
          return { group, priceId, product, ...insightsOf(own, kind === "enhanced") };
        }),
      ] satisfies Charge[];
    });
}

/** Metrics of some services of a cluster. */
function insightsOf(services: readonly ServiceRun[], enhanced: boolean) {
  const { perService, perFamily, perTaskEnhanced, perContainerEnhanced } = containerInsightsMetrics;
  const families = new Set(services.map(({ family }) => family)).size;
  const tasks = services.reduce((total, service) => total + service.tasks, 0);
  const containers = services.reduce((all, { tasks: n, containers: c }) => all + n * c, 0);
  const formula = `${perService} × ${services.length} services + ${perFamily} × ${families} task families`;
  const base = perService * services.length + perFamily * families;
  return enhanced
    ? {
        quantity: base + perTaskEnhanced * tasks + perContainerEnhanced * containers,
        assumption: `${formula} + ${perTaskEnhanced} × ${tasks} tasks + ${perContainerEnhanced} × ${containers} containers`,
      }
    : { quantity: base, assumption: `${formula}; its log events apart` };
}

/** One warning per billable type that the table does not know. */
export function unpriced(resources: readonly PlanResource[]): CostWarning[] {
  const types = [...new Set(resources.map(({ type }) => type))].sort();
  return types
    .filter((type) => unpricedBillableTypes.includes(type))
    .map((type) => {
      const found = resources.filter((resource) => hasType(resource, type));
      return {
        id: "unpriced",
        what: `${found.length} × ${type} costs money and has no price in the table: not in the sums`,
        urns: found.map(({ urn }) => urn),
      };
    });
}
