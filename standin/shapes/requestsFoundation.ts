import type { Properties } from "../types";
import { pascal, take, pascalOf, list, type RequestRule } from "./requestParts";

const securityGroupRule = (inputs: Properties): Properties => {
  const { description: Description } = inputs;
  return {
    GroupId: inputs["securityGroupId"],
    IpPermissions: [
      {
        ...take(inputs, { ipProtocol: "IpProtocol", fromPort: "FromPort", toPort: "ToPort" }),
        ...(inputs["cidrIpv4"] === undefined
          ? {}
          : { IpRanges: [{ CidrIp: inputs["cidrIpv4"], Description }] }),
        ...(inputs["referencedSecurityGroupId"] === undefined
          ? {}
          : { UserIdGroupPairs: [{ GroupId: inputs["referencedSecurityGroupId"], Description }] }),
      },
    ],
  };
};

const lifecycleRule = (rule: Properties): Properties => {
  const { id, transitions, noncurrentVersionExpiration, expiration, ...rest } = rule;
  return {
    ...(pascal(rest) as Properties),
    ID: id,
    ...(transitions === undefined ? {} : { Transitions: pascal(transitions) }),
    ...(expiration === undefined ? {} : { Expiration: pascal(expiration) }),
    ...(noncurrentVersionExpiration === undefined
      ? {}
      : { NoncurrentVersionExpiration: pascal(noncurrentVersionExpiration) }),
  };
};

const ofBucket = (inputs: Properties, key: string, settings: unknown) => ({
  Bucket: inputs["bucket"],
  [key]: settings,
});

/** Network, storage and keys. */
export const foundationRequests: Readonly<Record<string, RequestRule>> = {
  "aws:ec2/flowLog:FlowLog": {
    operation: "ec2:CreateFlowLogs",
    request: ({ vpcId, iamRoleArn, ...inputs }) => ({
      ...pascalOf(inputs),
      ResourceIds: [vpcId],
      ResourceType: "VPC",
      DeliverLogsPermissionArn: iamRoleArn,
    }),
  },
  "aws:ec2/internetGateway:InternetGateway": {
    operation: "ec2:AttachInternetGateway",
    request: ({ vpcId }) => ({ VpcId: vpcId, InternetGatewayId: "igw-0" }),
  },
  "aws:ec2/natGateway:NatGateway": {
    operation: "ec2:CreateNatGateway",
    request: (inputs) => pascalOf(inputs),
  },
  "aws:ec2/route:Route": { operation: "ec2:CreateRoute", request: (inputs) => pascalOf(inputs) },
  "aws:ec2/routeTable:RouteTable": {
    operation: "ec2:CreateRouteTable",
    request: (inputs) => pascalOf(inputs),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    operation: "ec2:AssociateRouteTable",
    request: (inputs) => pascalOf(inputs),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    operation: "ec2:CreateSecurityGroup",
    request: ({ name, ...inputs }) => ({ ...pascalOf(inputs), GroupName: name }),
  },
  "aws:ec2/subnet:Subnet": {
    operation: "ec2:CreateSubnet",
    request: (inputs) => pascalOf(inputs, "assignIpv6AddressOnCreation", "mapPublicIpOnLaunch"),
  },
  "aws:ec2/vpc:Vpc": {
    operation: "ec2:CreateVpc",
    request: (inputs) => pascalOf(inputs, "enableDnsHostnames", "enableDnsSupport"),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    operation: "ec2:CreateVpcEndpoint",
    request: (inputs) => pascalOf(inputs),
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    operation: "ec2:AuthorizeSecurityGroupEgress",
    request: securityGroupRule,
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    operation: "ec2:AuthorizeSecurityGroupIngress",
    request: securityGroupRule,
  },
  "aws:iam/role:Role": {
    operation: "iam:CreateRole",
    request: (inputs) => ({
      RoleName: inputs["name"],
      AssumeRolePolicyDocument: inputs["assumeRolePolicy"],
    }),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    operation: "iam:PutRolePolicy",
    request: (inputs) => ({
      RoleName: inputs["role"],
      PolicyName: inputs["name"],
      PolicyDocument: inputs["policy"],
    }),
  },
  "aws:s3/bucket:Bucket": {
    operation: "s3:CreateBucket",
    request: ({ bucket }) => ({ Bucket: bucket }),
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    operation: "s3:PutBucketLifecycleConfiguration",
    request: (inputs) =>
      ofBucket(inputs, "LifecycleConfiguration", {
        Rules: list(inputs, "rules").map(lifecycleRule),
      }),
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    operation: "s3:PutBucketOwnershipControls",
    request: (inputs) => ofBucket(inputs, "OwnershipControls", { Rules: [pascal(inputs["rule"])] }),
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    operation: "s3:PutBucketPolicy",
    request: (inputs) => ofBucket(inputs, "Policy", inputs["policy"]),
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    operation: "s3:PutPublicAccessBlock",
    request: (inputs) =>
      ofBucket(inputs, "PublicAccessBlockConfiguration", pascalOf(inputs, "bucket")),
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    operation: "s3:PutBucketEncryption",
    request: (inputs) =>
      ofBucket(inputs, "ServerSideEncryptionConfiguration", {
        Rules: list(inputs, "rules").map(({ applyServerSideEncryptionByDefault, ...rest }) => ({
          ...(pascal(rest) as Properties),
          ApplyServerSideEncryptionByDefault: take(
            applyServerSideEncryptionByDefault as Properties,
            {
              sseAlgorithm: "SSEAlgorithm",
              kmsMasterKeyId: "KMSMasterKeyID",
            },
          ),
        })),
      }),
  },
  "aws:s3/bucketVersioning:BucketVersioning": {
    operation: "s3:PutBucketVersioning",
    request: (inputs) =>
      ofBucket(inputs, "VersioningConfiguration", pascal(inputs["versioningConfiguration"])),
  },
  "aws:secretsmanager/secret:Secret": {
    operation: "secretsmanager:CreateSecret",
    request: (inputs) => pascalOf(inputs, "recoveryWindowInDays"),
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    operation: "secretsmanager:PutSecretValue",
    request: (inputs) => pascalOf(inputs),
  },
};
