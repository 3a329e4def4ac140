import type { Properties } from "./types";

/** Which changes of a type the provider cannot make in place. */
export interface ReplacementFacts {
  /** Properties whose change replaces the resource. */
  readonly properties: readonly string[];
  /** Where the provider says so. */
  readonly source: string;
}

const provider = (file: string) => `hashicorp/terraform-provider-aws internal/service/${file}`;

/**
 * What forces a replacement, for the types whose inputs follow the zones, the prefixes or the products of a stack. Read
 * from the provider's schemas (`ForceNew`, `RequiresReplace`) and their `CustomizeDiff`; names are Pulumi's.
 */
export const replacementFacts: Readonly<Record<string, ReplacementFacts>> = {
  "aws:ec2/subnet:Subnet": {
    properties: [
      "availabilityZone",
      "availabilityZoneId",
      "cidrBlock",
      "ipv4IpamPoolId",
      "ipv4NetmaskLength",
      "ipv6IpamPoolId",
      "ipv6Native",
      "ipv6NetmaskLength",
      "outpostArn",
      "vpcId",
    ],
    source: provider("ec2/vpc_subnet.go at 00cda125"),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    // privateDnsEnabled too, but for interface endpoints, the only ones here that have it.
    properties: [
      "resourceConfigurationArn",
      "serviceName",
      "serviceNetworkArn",
      "serviceRegion",
      "vpcEndpointType",
      "vpcId",
    ],
    source: provider("ec2/vpc_endpoint.go at 008db85a"),
  },
  "aws:ecs/service:Service": {
    properties: [
      "cluster",
      "deploymentController",
      "iamRole",
      "launchType",
      "name",
      "schedulingStrategy",
    ],
    source: provider("ecs/service.go at 00a919d1"),
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    // An application load balancer gets other subnets in place; a network load balancer further ones only.
    properties: ["customerOwnedIpv4Pool", "internal", "loadBalancerType", "name", "namePrefix"],
    source: provider("elbv2/load_balancer.go at 00edc94b, with customizeDiffLoadBalancerALB"),
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    properties: ["name", "namePrefix"],
    source: provider("rds/subnet_group.go at 01c08000"),
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    properties: ["bucket", "expectedBucketOwner"],
    source: provider("s3/bucket_lifecycle_configuration.go at 01606926"),
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    // A revision cannot be changed: everything but its tags makes a new one.
    properties: [
      "containerDefinitions",
      "cpu",
      "ephemeralStorage",
      "executionRoleArn",
      "family",
      "inferenceAccelerators",
      "ipcMode",
      "memory",
      "networkMode",
      "pidMode",
      "placementConstraints",
      "proxyConfiguration",
      "requiresCompatibilities",
      "runtimePlatform",
      "taskRoleArn",
      "volumes",
    ],
    source: provider("ecs/task_definition.go at 04fc21d5"),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    properties: ["description", "name", "namePrefix", "vpcId"],
    source: provider("ec2/vpc_security_group.go at 01606926"),
  },
  "aws:lb/targetGroup:TargetGroup": {
    properties: [
      "ipAddressType",
      "name",
      "namePrefix",
      "port",
      "protocol",
      "protocolVersion",
      "targetType",
      "vpcId",
    ],
    source: provider("elbv2/target_group.go at 013cfb4c"),
  },
  "aws:lb/listenerRule:ListenerRule": {
    properties: ["listenerArn"],
    source: provider("elbv2/listener_rule.go at 032c4f07"),
  },
  "aws:servicediscovery/service:Service": {
    properties: ["healthCheckCustomConfig", "name", "namespaceId", "type"],
    source: provider("servicediscovery/service.go at 034cebb6"),
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    properties: ["logGroupClass", "name", "namePrefix"],
    source: provider("logs/group.go at 0073593e"),
  },
  "aws:sns/topic:Topic": {
    properties: ["fifoTopic", "name", "namePrefix"],
    source: provider("sns/topic.go at 00a35305"),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    properties: ["arn"],
    source: provider("sns/topic_policy.go at 00a35305"),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    properties: ["endpoint", "protocol", "topic"],
    source: provider("sns/topic_subscription.go at 04a2e6e5"),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    properties: ["name"],
    source: provider("cloudwatch/metric_alarm.go at 055611a6"),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    properties: ["eventBusName", "name", "namePrefix"],
    source: provider("events/rule.go at 0cdab4ae"),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    properties: ["eventBusName", "rule", "targetId"],
    source: provider("events/target.go at 0762c41e"),
  },
  "aws:budgets/budget:Budget": {
    properties: ["accountId", "name", "namePrefix"],
    source: provider("budgets/budget.go at 01d5888a"),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    properties: ["name", "namePrefix", "role"],
    source: provider("iam/role_policy.go"),
  },
};

/**
 * The properties of a change that replace the resource.
 *
 * @throws Error for a type that is not described: nobody may take its change for harmless.
 */
export function replacingChanges(type: string, before: Properties, after: Properties): string[] {
  const known = replacementFacts[type];
  if (known === undefined) {
    throw new Error(
      `nobody described what replaces ${type}: look it up and add it to standin/replacement.ts`,
    );
  }
  return changedProperties(before, after).filter((property) => known.properties.includes(property));
}

/** Names of the properties that differ. */
export const changedProperties = (before: Properties, after: Properties): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((property) => JSON.stringify(before[property]) !== JSON.stringify(after[property]))
    .sort();
