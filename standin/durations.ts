import type { Operation } from "./provider/control";
import type { Properties } from "./types";

/** How long AWS, and the provider that waits for it, typically need to create something. */
export interface Duration {
  readonly seconds: number;
  /** Where the number was seen; "assumed" where no public log of it was at hand. */
  readonly source: string;
}

const network =
  "https://github.com/DevopsArtFactory/terraform-provisioning/pull/7 (ap-northeast-2)";
const containers =
  "https://github.com/DevopsArtFactory/terraform-provisioning/pull/36 (ap-northeast-2)";
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
  "aws:ec2/natGateway:NatGateway": { seconds: 100, source: "assumed" },
  "aws:ec2/vpcEndpoint:VpcEndpoint": { seconds: 7, source: "assumed" },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": { seconds: 2, source: rule },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": { seconds: 2, source: rule },
  "aws:ec2/securityGroup:SecurityGroup": { seconds: 3, source: "assumed" },
  "aws:lb/loadBalancer:LoadBalancer": { seconds: 150, source: "assumed" },
  "aws:lb/targetGroup:TargetGroup": { seconds: 1, source: containers },
  "aws:cloudwatch/logGroup:LogGroup": { seconds: 1, source: containers },
  "aws:ecs/taskDefinition:TaskDefinition": { seconds: 1, source: containers },
  "aws:ecs/cluster:Cluster": { seconds: 10, source: "assumed" },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": { seconds: 10, source: "assumed" },
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
    seconds: 30,
    source: "assumed: the provider waits until the rules have read the same several times",
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
