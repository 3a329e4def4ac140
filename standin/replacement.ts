import type { Properties } from "./types";

/** Which changes of a type the provider cannot make in place. */
export interface ReplacementFacts {
  /** Properties whose change replaces the resource. */
  readonly properties: readonly string[];
  /** Where the provider says so. */
  readonly source: string;
}

/** A file of the provider as it was read: each at a commit of its own, the newest that was to be had of it. */
const provider = (file: string, commit: string, also?: string) =>
  `https://github.com/hashicorp/terraform-provider-aws/blob/${commit}/internal/service/${file}` +
  (also === undefined ? "" : ` ${also}`);

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
    source: provider("ec2/vpc_subnet.go", "00cda125a19d31754cb0d073cf551264c57955cb"),
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
    source: provider("ec2/vpc_endpoint.go", "008db85aad5e56627b1eecab8830464a282552ed"),
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
    source: provider("ecs/service.go", "00a919d1548eb437816d4838f320502ad34183ff"),
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    // An application load balancer gets other subnets in place; a network load balancer further ones only.
    properties: ["customerOwnedIpv4Pool", "internal", "loadBalancerType", "name", "namePrefix"],
    source: provider(
      "elbv2/load_balancer.go",
      "00edc94be7a89c4c485415cdec27094875f61bfc",
      "with customizeDiffLoadBalancerALB",
    ),
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    properties: ["name", "namePrefix"],
    source: provider("rds/subnet_group.go", "01c08000ddb14181b5bd19201d8fca311dc570e4"),
  },
  "aws:s3/bucket:Bucket": {
    // And whether it has an object lock, which no bucket here has.
    properties: ["bucket", "bucketPrefix"],
    source: provider("s3/bucket.go", "0070bcd12c952f14c5434a6f351ef7b6fa791226"),
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    properties: ["bucket", "expectedBucketOwner"],
    source: provider(
      "s3/bucket_lifecycle_configuration.go",
      "01606926a0c0ab9174aec440f976a48b0baee722",
    ),
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
    source: provider("ecs/task_definition.go", "04fc21d56d73cb67a9bbef2aedcffe8fbfd07286"),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    properties: ["description", "name", "namePrefix", "vpcId"],
    source: provider("ec2/vpc_security_group.go", "01606926a0c0ab9174aec440f976a48b0baee722"),
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
    source: provider("elbv2/target_group.go", "013cfb4cddc9c44a28f34abad0c11768bcdb9b85"),
  },
  "aws:lb/listenerRule:ListenerRule": {
    properties: ["listenerArn"],
    source: provider("elbv2/listener_rule.go", "032c4f076a6cb8e54a85cb60f237cb80ab18b36b"),
  },
  "aws:servicediscovery/service:Service": {
    properties: ["healthCheckCustomConfig", "name", "namespaceId", "type"],
    source: provider("servicediscovery/service.go", "034cebb6d5e3536ed380e869dcf9227a29bb8a15"),
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    properties: ["logGroupClass", "name", "namePrefix"],
    source: provider("logs/group.go", "0073593e7d6993ba482409f4dc35438daaa79bb3"),
  },
  "aws:sns/topic:Topic": {
    properties: ["fifoTopic", "name", "namePrefix"],
    source: provider("sns/topic.go", "00a35305dc1b297a6fcdecdfbba33f1e63c3da39"),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    properties: ["arn"],
    source: provider("sns/topic_policy.go", "00a35305dc1b297a6fcdecdfbba33f1e63c3da39"),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    properties: ["endpoint", "protocol", "topic"],
    source: provider("sns/topic_subscription.go", "04a2e6e5bc625ec85ea8c678219b483fc674877e"),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    properties: ["name"],
    source: provider("cloudwatch/metric_alarm.go", "055611a654738da73e7b1e2b5d2b7672c6d4d531"),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    properties: ["eventBusName", "name", "namePrefix"],
    source: provider("events/rule.go", "0cdab4ae09a963535e03dde0bff4784afe8e3517"),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    properties: ["eventBusName", "rule", "targetId"],
    source: provider("events/target.go", "0762c41e2027fcd3cb8340d3e6886c6975fc0a59"),
  },
  "aws:budgets/budget:Budget": {
    properties: ["accountId", "name", "namePrefix"],
    source: provider("budgets/budget.go", "01d5888a070712729f1d55bb0918d299a3d2a140"),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    properties: ["name", "namePrefix", "role"],
    source: provider("iam/role_policy.go", "02f97af85f89a04e8ed89f5e8b64a9a67f3cfe07"),
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
