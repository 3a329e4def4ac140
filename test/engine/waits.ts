/** A wait that no property needs, and why it is there all the same. */
export interface Wait {
  /** Types, as `who waits -> for what`. */
  readonly wait: string;
  readonly reason: string;
}

const SERVICE = "aws:ecs/service:Service";
const safeguard = "No object may be written before the bucket is as safe as it will be (B1).";
const awsx = "awsx.ec2.Vpc makes it so; both are done long before the NAT gateway.";

/** Every such wait of the shipped stacks. Whoever adds one says why here, or every first deployment pays for it. */
export const waits: readonly Wait[] = [
  {
    wait: `aws:cloudwatch/metricAlarm:MetricAlarm -> ${SERVICE}`,
    reason: "An alarm that stands before what it watches rings at every first deployment (D9).",
  },
  {
    wait: "aws:cloudwatch/eventTarget:EventTarget -> aws:iam/rolePolicy:RolePolicy",
    reason: "An event that comes before the right to publish it is lost.",
  },
  {
    wait: "aws:budgets/budget:Budget -> aws:sns/topicPolicy:TopicPolicy",
    reason: "AWS refuses a budget whose topic does not take its messages.",
  },
  { wait: "aws:ec2/eip:Eip -> aws:ec2/subnet:Subnet", reason: awsx },
  { wait: "aws:ec2/routeTable:RouteTable -> aws:ec2/subnet:Subnet", reason: awsx },
  {
    wait: `${SERVICE} -> aws:ec2/vpcEndpoint:VpcEndpoint`,
    reason: "Without the endpoint the first flush goes through NAT, or nowhere (N4).",
  },
  {
    wait: `${SERVICE} -> aws:ecs/clusterCapacityProviders:ClusterCapacityProviders`,
    reason: "ECS refuses a service whose capacity provider the cluster does not have.",
  },
  {
    wait: `${SERVICE} -> ${SERVICE}`,
    reason: "Replicas of a ring start and are swapped one after the other (S15, S22).",
  },
  {
    wait: `${SERVICE} -> aws:iam/rolePolicy:RolePolicy`,
    reason: "A task that starts before its rights is taken for a broken one.",
  },
  {
    wait: `${SERVICE} -> aws:lb/listenerRule:ListenerRule`,
    reason: "ECS refuses a service whose target group no load balancer uses.",
  },
  ...[
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "bucketOwnershipControls:BucketOwnershipControls",
    "bucketPolicy:BucketPolicy",
    "bucketPublicAccessBlock:BucketPublicAccessBlock",
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "bucketVersioning:BucketVersioning",
  ].map((type) => ({ wait: `${SERVICE} -> aws:s3/${type}`, reason: safeguard })),
  {
    wait: `${SERVICE} -> aws:secretsmanager/secretVersion:SecretVersion`,
    reason: "A task reads its secrets when it starts; an empty secret stops it.",
  },
  {
    wait: `${SERVICE} -> aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule`,
    reason: "A task that starts before its firewall is open is taken for a broken one.",
  },
  {
    wait: `${SERVICE} -> aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule`,
    reason: "A task that starts before its firewall is open is taken for a broken one.",
  },
  {
    wait: "aws:lb/loadBalancer:LoadBalancer -> aws:s3/bucketPolicy:BucketPolicy",
    reason: "ELB tries to write into the access-log bucket when logs are switched on (G7).",
  },
  {
    wait: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration -> aws:s3/bucketVersioning:BucketVersioning",
    reason: "Rules about non-current versions mean nothing before the bucket is versioned.",
  },
  {
    wait: "aws:s3/bucketPolicy:BucketPolicy -> aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    reason: "S3 refuses a policy while the access block of the same bucket is being changed.",
  },
];
