import type { RefusalRequest, RefusalRule } from "./rule";

interface NameRule {
  readonly types: readonly string[];
  readonly property: string;
  /** The name is unique within what this input says. @default - within account and region */
  readonly within?: string;
  readonly error: (name: string) => string;
  readonly source: string;
}

const api = (path: string) => `https://docs.aws.amazon.com/${path}`;

/** Names that AWS gives once. */
const names: readonly NameRule[] = [
  {
    types: ["aws:ecs/service:Service"],
    property: "name",
    within: "cluster",
    error: () => "InvalidParameterException: Creation of service was not idempotent.",
    source: api("AmazonECS/latest/APIReference/API_CreateService.html"),
  },
  {
    types: ["aws:lb/loadBalancer:LoadBalancer"],
    property: "name",
    error: (name) => `DuplicateLoadBalancerName: A load balancer with the name ${name} exists`,
    source: api("elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"),
  },
  {
    types: ["aws:lb/targetGroup:TargetGroup"],
    property: "name",
    error: (name) => `DuplicateTargetGroupName: A target group with the name ${name} exists`,
    source: api("elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"),
  },
  {
    types: ["aws:iam/role:Role"],
    property: "name",
    error: (name) => `EntityAlreadyExists: Role with name ${name} already exists.`,
    source: api("IAM/latest/APIReference/API_CreateRole.html"),
  },
  {
    types: ["aws:cloudwatch/logGroup:LogGroup"],
    property: "name",
    error: () => "ResourceAlreadyExistsException: The specified log group already exists",
    source: api("AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"),
  },
  {
    types: ["aws:s3/bucket:Bucket"],
    property: "bucket",
    error: (name) => `BucketAlreadyOwnedByYou: ${name}`,
    source: api("AmazonS3/latest/API/API_CreateBucket.html"),
  },
  {
    types: ["aws:secretsmanager/secret:Secret"],
    property: "name",
    error: (name) => `ResourceExistsException: the secret ${name} already exists.`,
    source: api("secretsmanager/latest/apireference/API_CreateSecret.html"),
  },
  {
    types: ["aws:ec2/securityGroup:SecurityGroup"],
    property: "name",
    within: "vpcId",
    error: (name) => `InvalidGroup.Duplicate: The security group '${name}' already exists`,
    source: api("AWSEC2/latest/APIReference/errors-overview.html"),
  },
  {
    types: ["aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace"],
    property: "name",
    within: "vpc",
    error: (name) => `ConflictingDomainExists: ${name} is already associated with the VPC`,
    source: api("cloud-map/latest/api/API_CreatePrivateDnsNamespace.html"),
  },
  {
    types: ["aws:rds/instance:Instance"],
    property: "identifier",
    error: () => "DBInstanceAlreadyExists: DB Instance already exists",
    source: api("AmazonRDS/latest/APIReference/API_CreateDBInstance.html"),
  },
  {
    types: ["aws:rds/subnetGroup:SubnetGroup", "aws:rds/parameterGroup:ParameterGroup"],
    property: "name",
    error: (name) => `DBGroupAlreadyExists: the group ${name} already exists`,
    source: api("AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html"),
  },
  {
    types: ["aws:ecr/pullThroughCacheRule:PullThroughCacheRule"],
    property: "ecrRepositoryPrefix",
    error: (name) => `PullThroughCacheRuleAlreadyExistsException: ${name}`,
    source: api("AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html"),
  },
  {
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
    property: "name",
    // CloudWatch would overwrite it; the provider looks first.
    error: (name) => `CloudWatch metric alarm "${name}" already exists`,
    source:
      "https://github.com/hashicorp/terraform-provider-aws/blob/055611a654738da73e7b1e2b5d2b7672c6d4d531/" +
      "internal/service/cloudwatch/metric_alarm.go",
  },
  {
    types: ["aws:budgets/budget:Budget"],
    property: "name",
    error: (name) =>
      `DuplicateRecordException: Error creating budget: ${name} - the budget already exists.`,
    source: api("aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html"),
  },
];

const taken = ({ property, within, error }: NameRule, request: RefusalRequest) => {
  const { account, inputs, target } = request;
  const same = account
    .all(target.type)
    .find(
      ({ outputs }) =>
        outputs[property] === inputs[property] &&
        (within === undefined || outputs[within] === inputs[within]),
    );
  return same === undefined ? undefined : error(String(inputs[property]));
};

/** A deleted secret keeps its name until its recovery window is over. */
const secretInRecovery: RefusalRule = {
  id: "secret-in-recovery",
  source: api("secretsmanager/latest/userguide/manage_delete-secret.html"),
  operations: ["create"],
  types: ["aws:secretsmanager/secret:Secret"],
  refuse: ({ account, inputs, target }) =>
    account.inRecovery(target.type).some(({ outputs }) => outputs["name"] === inputs["name"])
      ? "InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion."
      : undefined,
};

/** Two services of a namespace may not share a name; Route 53 compares without case. */
const discoveryName: RefusalRule = {
  id: "discovery-service-name",
  source: api("cloud-map/latest/api/API_CreateService.html"),
  operations: ["create"],
  types: ["aws:servicediscovery/service:Service"],
  refuse: ({ account, inputs, target }) => {
    const key = (each: Record<string, unknown>) =>
      `${String((each["dnsConfig"] as { namespaceId?: string } | undefined)?.namespaceId)} ${String(each["name"]).toLowerCase()}`;
    return account.all(target.type).some(({ outputs }) => key(outputs) === key(inputs))
      ? `ServiceAlreadyExists: the service ${String(inputs["name"])} already exists`
      : undefined;
  },
};

/** Settings of which a bucket, a cluster or a subnet has one: a second resource would silently overwrite the first. */
const single: Readonly<Record<string, string>> = {
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket",
  "aws:s3/bucketPolicy:BucketPolicy": "bucket",
  "aws:s3/bucketVersioning:BucketVersioning": "bucket",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "bucket",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "bucket",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "bucket",
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": "clusterName",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "subnetId",
};

const oneOf: RefusalRule = {
  id: "one-of-a-kind",
  source: api("AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html"),
  operations: ["create"],
  types: Object.keys(single),
  refuse: ({ account, inputs, target }) => {
    const property = single[target.type] as string;
    return account.all(target.type).some(({ outputs }) => outputs[property] === inputs[property])
      ? `${String(inputs[property])} already has a ${target.type}: the second would replace the first`
      : undefined;
  },
};

export const nameRefusals: readonly RefusalRule[] = [
  ...names.map((each): RefusalRule => ({
    id: `unique-${each.property}-${(each.types[0] ?? "").split(":").at(-1)}`,
    source: each.source,
    operations: ["create"],
    types: each.types,
    refuse: (request) => taken(each, request),
  })),
  secretInRecovery,
  discoveryName,
  oneOf,
];
