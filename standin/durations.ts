import type { Operation } from "./provider/control";
import type { Properties } from "./types";

/** How long AWS, and the provider that waits for it, typically need to create something. */
export interface Duration {
  readonly seconds: number;
  /** Where the number was seen: a public log of a deployment, or the wait in the provider's source. */
  readonly source: string;
}

const network =
  "https://github.com/DevopsArtFactory/terraform-provisioning/pull/7 (ap-northeast-2)";
const containers =
  "https://github.com/DevopsArtFactory/terraform-provisioning/pull/36 (ap-northeast-2)";
/** One log in eu-central-1, with provider 3.66: network, load balancer, database. */
const together =
  "https://github.com/antonakv/tf-aws-activeactive-agents/blob/7b9d3731e8fb470f4384fddce65c8abb99917306/README.md";
const cluster =
  "https://github.com/hashicorp/terraform-provider-aws/blob/00a35305dc1b297a6fcdecdfbba33f1e63c3da39/" +
  "internal/service/ecs/cluster.go: waitClusterAvailable looks first after 10 s";
const loadBalancer =
  "https://github.com/jungyunsoo0713/jungyunsoo0713.github.io/blob/736e46ff14c1e45531816f734a88fe7947a80643/" +
  "content/docs/project-aws-retail-sample-store-app-with-terraform-ecs-github-actions/w1d1/index.md";
const rule = "https://github.com/hashicorp-education/learn-terraform-variables/pull/6";

/** Creations that take noticeably longer than a call. */
export const durations: Readonly<Record<string, Duration>> = {
  "aws:ec2/vpc:Vpc": { seconds: 22, source: network },
  "aws:ec2/eip:Eip": { seconds: 1, source: network },
  "aws:ec2/internetGateway:InternetGateway": { seconds: 1, source: network },
  "aws:ec2/routeTable:RouteTable": { seconds: 1, source: network },
  "aws:ec2/subnet:Subnet": {
    seconds: 12,
    source: "https://github.com/devbhusal/terraform-ec2-RDS-wordpress/issues/1 (a public subnet)",
  },
  "aws:ec2/natGateway:NatGateway": { seconds: 104, source: together },
  "aws:ec2/vpcEndpoint:VpcEndpoint": { seconds: 6, source: together },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": { seconds: 2, source: rule },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": { seconds: 2, source: rule },
  "aws:ec2/securityGroup:SecurityGroup": { seconds: 2, source: together },
  // In ap-northeast-2; 121 s in the log of eu-central-1.
  "aws:lb/loadBalancer:LoadBalancer": { seconds: 176, source: loadBalancer },
  "aws:lb/targetGroup:TargetGroup": { seconds: 1, source: containers },
  "aws:cloudwatch/logGroup:LogGroup": { seconds: 1, source: containers },
  "aws:ecs/taskDefinition:TaskDefinition": { seconds: 1, source: containers },
  "aws:ecs/cluster:Cluster": { seconds: 10, source: cluster },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": { seconds: 10, source: cluster },
  "aws:ecs/service:Service": {
    seconds: 92,
    source:
      "https://github.com/aws/amazon-ecs-cli/pull/628: steady 92 s after the service was created (one Fargate task)",
  },
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": {
    seconds: 56,
    source:
      "https://github.com/hashicorp/terraform-provider-aws/pull/2569: 112 s for creating and deleting a public one",
  },
  "aws:rds/instance:Instance": {
    seconds: 600,
    source:
      "https://oneuptime.com/blog/post/2026-02-23-terraform-resources-long-creation-time/view: 10 to 20 minutes",
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    seconds: 31,
    source:
      "https://github.com/hashicorp/terraform-provider-aws/issues/23352: 31 or 32 s, always; the provider waits until " +
      "the rules have read the same several times",
  },
};

/** A call that AWS answers at once. */
const CALL_SECONDS = 1;

/** Seconds that an operation typically takes. Only creations are described; random values take none. */
export function typicalSeconds(operation: Operation, type: string, inputs: Properties): number {
  if (!type.startsWith("aws:") || operation === "read") return 0;
  if (operation !== "create") return CALL_SECONDS;
  // Without a standby a database is there in half the time (hashicorp/terraform#498).
  const single = type === "aws:rds/instance:Instance" && inputs["multiAz"] !== true;
  return (durations[type]?.seconds ?? CALL_SECONDS) / (single ? 2 : 1);
}
