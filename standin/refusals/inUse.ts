import type { Thing } from "../account";
import type { RefusalRule } from "./rule";

interface Use {
  readonly type: string;
  /** Types that keep it from being deleted while they name it. */
  readonly holders: readonly string[];
  readonly error: string;
  readonly source: string;
}

const docs = (path: string) => `https://docs.aws.amazon.com/${path}`;
const ec2Errors = docs("AWSEC2/latest/APIReference/errors-overview.html");

/** What AWS does not delete while something uses it. */
const uses: readonly Use[] = [
  {
    type: "aws:ec2/vpc:Vpc",
    holders: [
      "aws:ec2/subnet:Subnet",
      "aws:ec2/securityGroup:SecurityGroup",
      "aws:ec2/internetGateway:InternetGateway",
      "aws:ec2/routeTable:RouteTable",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
    ],
    error: "DependencyViolation: The vpc has dependencies and cannot be deleted.",
    source: ec2Errors,
  },
  {
    type: "aws:ec2/subnet:Subnet",
    holders: [
      "aws:ec2/natGateway:NatGateway",
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:ecs/service:Service",
      "aws:rds/subnetGroup:SubnetGroup",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
    ],
    error: "DependencyViolation: The subnet has dependencies and cannot be deleted.",
    source: ec2Errors,
  },
  {
    type: "aws:ec2/securityGroup:SecurityGroup",
    holders: [
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:ecs/service:Service",
      "aws:rds/instance:Instance",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ],
    error: "DependencyViolation: resource has a dependent object",
    source: ec2Errors,
  },
  {
    type: "aws:ec2/routeTable:RouteTable",
    holders: ["aws:ec2/routeTableAssociation:RouteTableAssociation"],
    error: "DependencyViolation: The routeTable has dependencies and cannot be deleted.",
    source: ec2Errors,
  },
  {
    type: "aws:ec2/eip:Eip",
    holders: ["aws:ec2/natGateway:NatGateway"],
    error: "InvalidIPAddress.InUse: the address is in use",
    source: ec2Errors,
  },
  {
    type: "aws:ecs/cluster:Cluster",
    holders: ["aws:ecs/service:Service"],
    error: "ClusterContainsServicesException: The cluster contains services.",
    source: docs("AmazonECS/latest/APIReference/API_DeleteCluster.html"),
  },
  {
    type: "aws:lb/targetGroup:TargetGroup",
    holders: ["aws:lb/listenerRule:ListenerRule", "aws:lb/listener:Listener"],
    error: "ResourceInUse: Target group is currently in use by a listener or a rule",
    source: docs("elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html"),
  },
  {
    type: "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
    holders: ["aws:servicediscovery/service:Service"],
    error: "ResourceInUse: Namespace has associated services",
    source: docs("cloud-map/latest/api/API_DeleteNamespace.html"),
  },
  {
    type: "aws:iam/role:Role",
    holders: ["aws:iam/rolePolicy:RolePolicy"],
    error: "DeleteConflict: Cannot delete entity, must delete policies first.",
    source: docs("IAM/latest/APIReference/API_DeleteRole.html"),
  },
  {
    type: "aws:rds/subnetGroup:SubnetGroup",
    holders: ["aws:rds/instance:Instance"],
    error: "InvalidDBSubnetGroupStateFault: Cannot delete the subnet group: it is in use",
    source: docs("AmazonRDS/latest/APIReference/API_DeleteDBSubnetGroup.html"),
  },
  {
    type: "aws:rds/parameterGroup:ParameterGroup",
    holders: ["aws:rds/instance:Instance"],
    error: "InvalidDBParameterGroupState: One or more database instances use the group",
    source: docs("AmazonRDS/latest/APIReference/API_DeleteDBParameterGroup.html"),
  },
  {
    type: "aws:acm/certificate:Certificate",
    holders: ["aws:lb/listener:Listener"],
    error: "ResourceInUseException: Certificate is in use",
    source: docs("acm/latest/APIReference/API_DeleteCertificate.html"),
  },
  {
    type: "aws:cloudwatch/eventRule:EventRule",
    holders: ["aws:cloudwatch/eventTarget:EventTarget"],
    error: "ValidationException: Rule can't be deleted since it has targets.",
    source: docs("eventbridge/latest/APIReference/API_DeleteRule.html"),
  },
];

const names = (holder: Thing, used: Thing): boolean => {
  const text = JSON.stringify(holder.outputs);
  const { arn } = used.outputs;
  return (
    text.includes(JSON.stringify(used.id)) ||
    (typeof arn === "string" && text.includes(JSON.stringify(arn)))
  );
};

/** A group's own rules go with it. */
const isOwnRule = (holder: Thing, used: Thing) =>
  holder.type.startsWith("aws:vpc/securityGroup") && holder.outputs["securityGroupId"] === used.id;

const inUse: readonly RefusalRule[] = uses.map(({ type, holders, error, source }) => ({
  id: `in-use-${type.split(":").at(-1)}`,
  source,
  operations: ["delete"],
  types: [type],
  refuse: ({ account, present }) => {
    if (present === undefined) return undefined;
    const holder = account
      .everything()
      .find(
        (each) => holders.includes(each.type) && names(each, present) && !isOwnRule(each, present),
      );
    return holder === undefined ? undefined : `${error} (${holder.type} ${holder.id})`;
  },
}));

/** ECS registers a task of each service that names it; the provider empties it first only with forceDestroy. */
const discoveryInstances: RefusalRule = {
  id: "discovery-service-has-instances",
  source: docs("cloud-map/latest/api/API_DeleteService.html"),
  operations: ["delete"],
  types: ["aws:servicediscovery/service:Service"],
  refuse: ({ account, present }) =>
    present !== undefined &&
    present.inputs["forceDestroy"] !== true &&
    (account.find("standin:instance", present.id) !== undefined ||
      account.all("aws:ecs/service:Service").some((each) => names(each, present)))
      ? "ResourceInUse: Service contains registered instances; delete the instances before deleting the service"
      : undefined,
};

const bucketNotEmpty: RefusalRule = {
  id: "bucket-not-empty",
  source: docs("AmazonS3/latest/API/API_DeleteBucket.html"),
  operations: ["delete"],
  types: ["aws:s3/bucket:Bucket"],
  refuse: ({ account, present }) =>
    present !== undefined &&
    present.inputs["forceDestroy"] !== true &&
    account.find("standin:object", present.id) !== undefined
      ? "BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in the bucket."
      : undefined,
};

const deletionProtection: RefusalRule = {
  id: "deletion-protection",
  source: docs("elasticloadbalancing/latest/application/application-load-balancers.html"),
  operations: ["delete"],
  types: ["aws:lb/loadBalancer:LoadBalancer", "aws:rds/instance:Instance"],
  refuse: ({ present }) =>
    present?.inputs["enableDeletionProtection"] === true ||
    present?.inputs["deletionProtection"] === true
      ? `OperationNotPermitted: ${present.id} cannot be deleted because deletion protection is enabled`
      : undefined,
};

export const inUseRefusals: readonly RefusalRule[] = [
  deletionProtection,
  bucketNotEmpty,
  discoveryInstances,
  ...inUse,
];
