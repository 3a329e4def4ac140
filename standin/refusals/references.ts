import type { Account } from "../account";
import type { RefusalRule } from "./rule";

const docs = (path: string) => `https://docs.aws.amazon.com/${path}`;

/** How AWS's ids look, and what they are ids of. A certificate is not among them: the stack file may bring one. */
const ids: readonly { readonly pattern: RegExp; readonly type: string; readonly error: string }[] =
  [
    { pattern: /^vpc-/, type: "aws:ec2/vpc:Vpc", error: "InvalidVpcID.NotFound" },
    { pattern: /^subnet-/, type: "aws:ec2/subnet:Subnet", error: "InvalidSubnetID.NotFound" },
    {
      pattern: /^sg-/,
      type: "aws:ec2/securityGroup:SecurityGroup",
      error: "InvalidGroup.NotFound",
    },
    {
      pattern: /^rtb-/,
      type: "aws:ec2/routeTable:RouteTable",
      error: "InvalidRouteTableID.NotFound",
    },
    {
      pattern: /^igw-/,
      type: "aws:ec2/internetGateway:InternetGateway",
      error: "InvalidInternetGatewayID.NotFound",
    },
    {
      pattern: /^nat-/,
      type: "aws:ec2/natGateway:NatGateway",
      error: "InvalidNatGatewayID.NotFound",
    },
    { pattern: /^eipalloc-/, type: "aws:ec2/eip:Eip", error: "InvalidAllocationID.NotFound" },
    {
      pattern: /^ns-/,
      type: "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
      error: "NamespaceNotFound",
    },
    {
      pattern: /^arn:aws:servicediscovery:[^:]*:\d*:service\//,
      type: "aws:servicediscovery/service:Service",
      error: "ServiceNotFound",
    },
    {
      pattern: /^arn:aws:ecs:[^:]*:\d*:cluster\//,
      type: "aws:ecs/cluster:Cluster",
      error: "ClusterNotFoundException",
    },
    {
      pattern: /^arn:aws:ecs:[^:]*:\d*:task-definition\//,
      type: "aws:ecs/taskDefinition:TaskDefinition",
      error: "ClientException: Unable to describe task definition",
    },
    {
      pattern: /^arn:aws:elasticloadbalancing:[^:]*:\d*:targetgroup\//,
      type: "aws:lb/targetGroup:TargetGroup",
      error: "TargetGroupNotFound",
    },
    {
      pattern: /^arn:aws:elasticloadbalancing:[^:]*:\d*:loadbalancer\//,
      type: "aws:lb/loadBalancer:LoadBalancer",
      error: "LoadBalancerNotFound",
    },
    {
      pattern: /^arn:aws:elasticloadbalancing:[^:]*:\d*:listener\//,
      type: "aws:lb/listener:Listener",
      error: "ListenerNotFound",
    },
    {
      pattern: /^arn:aws:iam::\d*:role\/(?!aws-service-role)/,
      type: "aws:iam/role:Role",
      error: "ClientException: Role is not valid",
    },
  ];

/** Things named by their name rather than by an id. */
const byName: readonly {
  readonly property: string;
  readonly holders: RegExp;
  readonly type: string;
  readonly error: string;
  /** Errors of the call that the provider makes. */
  readonly source: string;
}[] = [
  {
    property: "bucket",
    holders: /^aws:s3\/bucket[A-Z]/,
    type: "aws:s3/bucket:Bucket",
    error: "NoSuchBucket: The specified bucket does not exist",
    source: docs("AmazonS3/latest/API/ErrorResponses.html"),
  },
  {
    property: "role",
    holders: /^aws:iam\/rolePolicy:/,
    type: "aws:iam/role:Role",
    error: "NoSuchEntity: The role cannot be found.",
    source: docs("IAM/latest/APIReference/API_PutRolePolicy.html"),
  },
  {
    property: "secretId",
    holders: /^aws:secretsmanager\/secretVersion:/,
    type: "aws:secretsmanager/secret:Secret",
    error: "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    source: docs("secretsmanager/latest/apireference/API_PutSecretValue.html"),
  },
  {
    property: "dbSubnetGroupName",
    holders: /^aws:rds\/instance:/,
    type: "aws:rds/subnetGroup:SubnetGroup",
    error: "DBSubnetGroupNotFoundFault",
    source: docs("AmazonRDS/latest/APIReference/API_CreateDBInstance.html"),
  },
  {
    property: "parameterGroupName",
    holders: /^aws:rds\/instance:/,
    type: "aws:rds/parameterGroup:ParameterGroup",
    error: "DBParameterGroupNotFound",
    source: docs("AmazonRDS/latest/APIReference/API_CreateDBInstance.html"),
  },
  {
    property: "topic",
    holders: /^aws:sns\/topicSubscription:/,
    type: "aws:sns/topic:Topic",
    error: "NotFound: Topic does not exist",
    source: docs("sns/latest/api/API_Subscribe.html"),
  },
  {
    property: "arn",
    holders: /^aws:sns\/topicPolicy:/,
    type: "aws:sns/topic:Topic",
    error: "NotFound: Topic does not exist",
    source: docs("sns/latest/api/API_SetTopicAttributes.html"),
  },
  {
    property: "rule",
    holders: /^aws:cloudwatch\/eventTarget:/,
    type: "aws:cloudwatch/eventRule:EventRule",
    error: "ResourceNotFoundException: Rule does not exist on EventBus default.",
    source: docs("eventbridge/latest/APIReference/API_PutTargets.html"),
  },
  {
    property: "clusterName",
    holders: /^aws:ecs\/clusterCapacityProviders:/,
    type: "aws:ecs/cluster:Cluster",
    error: "ClusterNotFoundException: Cluster not found.",
    source: docs("AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html"),
  },
];

const exists = (account: Account, type: string, id: string): boolean =>
  account
    .all(type)
    .some((each) => [each.id, each.outputs["arn"], each.outputs["name"]].includes(id)) ||
  // The provider adopts a VPC's default group under the id that the VPC has given it.
  account.all("aws:ec2/vpc:Vpc").some(({ outputs }) => outputs["defaultSecurityGroupId"] === id);

/** Every string in a value, at any depth, that is not part of a document. */
function* strings(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const each of Object.values(value)) yield* strings(each);
}

const idsExist: RefusalRule = {
  id: "references-exist",
  source: docs("AWSEC2/latest/APIReference/errors-overview.html"),
  operations: ["create", "update"],
  refuse: ({ account, inputs }) => {
    for (const text of strings(inputs)) {
      const known = ids.find(({ pattern }) => pattern.test(text));
      if (known !== undefined && !exists(account, known.type, text))
        return `${known.error}: '${text}' does not exist`;
    }
    return undefined;
  },
};

export const referenceRefusals: readonly RefusalRule[] = [
  idsExist,
  ...byName.map(({ property, holders, type, error, source }): RefusalRule => ({
    id: `${property}-exists`,
    source,
    operations: ["create"],
    refuse: ({ account, inputs, target }) => {
      const name = inputs[property];
      return holders.test(target.type) && typeof name === "string" && !exists(account, type, name)
        ? error
        : undefined;
    },
  })),
];
