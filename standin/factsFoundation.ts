import type { AnswerContext, TypeFacts } from "./types";

/** Text input, or an empty string. */
export const text = (context: AnswerContext, property: string): string => {
  const value = context.inputs[property];
  return typeof value === "string" ? value : "";
};

export const arn = (
  context: AnswerContext,
  service: string,
  resource: string,
  regional = true,
): string =>
  `arn:aws:${service}:${regional ? context.place.region : ""}:${context.place.accountId}:${resource}`;

/** `prefix-0123456789abcdef0`, as EC2 numbers things. */
const ec2Id =
  (prefix: string): TypeFacts["id"] =>
  (context) =>
    `${prefix}-${context.hash(17)}`;

const ec2 = (prefix: string, resource: string, taggable = true): TypeFacts => ({
  taggable,
  id: ec2Id(prefix),
  outputs: (context) => ({
    arn: arn(context, "ec2", `${resource}/${context.id}`),
    ownerId: context.place.accountId,
  }),
});

/** Sub-resources of a bucket have the bucket's name as their id. */
const ofBucket: TypeFacts = { id: (context) => text(context, "bucket") };

/** A public address out of the range that is reserved for documentation. */
const publicAddress = (context: AnswerContext) => `203.0.113.${parseInt(context.hash(2), 16)}`;

/** Network, storage and keys. */
export const foundationFacts: Readonly<Record<string, TypeFacts>> = {
  "aws:ec2/vpc:Vpc": {
    taggable: true,
    id: ec2Id("vpc"),
    outputs: (context) => ({
      arn: arn(context, "ec2", `vpc/${context.id}`),
      ownerId: context.place.accountId,
      defaultSecurityGroupId: `sg-${context.hash(17)}`,
      defaultNetworkAclId: `acl-${context.hash(17)}`,
      defaultRouteTableId: `rtb-${context.hash(17)}`,
      mainRouteTableId: `rtb-${context.hash(17)}`,
      instanceTenancy: "default",
    }),
  },
  "aws:ec2/subnet:Subnet": ec2("subnet", "subnet"),
  "aws:ec2/routeTable:RouteTable": ec2("rtb", "route-table"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { id: ec2Id("rtbassoc") },
  "aws:ec2/route:Route": {
    id: (context) => `r-${text(context, "routeTableId")}${context.hash(10)}`,
    outputs: () => ({ state: "active", origin: "CreateRoute" }),
  },
  "aws:ec2/internetGateway:InternetGateway": ec2("igw", "internet-gateway"),
  "aws:ec2/natGateway:NatGateway": {
    taggable: true,
    id: ec2Id("nat"),
    outputs: (context) => ({ publicIp: publicAddress(context) }),
  },
  "aws:ec2/eip:Eip": {
    taggable: true,
    id: ec2Id("eipalloc"),
    outputs: (context) => ({
      allocationId: context.id,
      publicIp: publicAddress(context),
      domain: "vpc",
    }),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("vpce", "vpc-endpoint"),
  "aws:ec2/securityGroup:SecurityGroup": {
    ...ec2("sg", "security-group"),
    autoName: { property: "name", maxLength: 255 },
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2("sg", "security-group"),
  "aws:ec2/flowLog:FlowLog": ec2("fl", "vpc-flow-log"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule(),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule(),

  "aws:s3/bucket:Bucket": {
    taggable: true,
    autoName: { property: "bucket", maxLength: 63 },
    id: (context) => text(context, "bucket"),
    outputs: (context) => ({
      arn: `arn:aws:s3:::${context.id}`,
      bucketDomainName: `${context.id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${context.id}.s3.${context.place.region}.amazonaws.com`,
    }),
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ofBucket,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    ofBucket,
  "aws:s3/bucketVersioning:BucketVersioning": ofBucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ofBucket,
  "aws:s3/bucketPolicy:BucketPolicy": ofBucket,
  "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": {
    id: (context) => `${text(context, "bucket")}:${text(context, "name")}`,
  },

  "aws:iam/role:Role": {
    taggable: true,
    autoName: { property: "name", maxLength: 64 },
    id: (context) => text(context, "name"),
    outputs: (context) => ({
      arn: arn(context, "iam", `role/${context.id}`, false),
      uniqueId: `AROA${context.hash(17).toUpperCase()}`,
      path: "/",
    }),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    autoName: { property: "name", maxLength: 128 },
    id: (context) => `${text(context, "role")}:${text(context, "name")}`,
  },
  "aws:secretsmanager/secret:Secret": {
    taggable: true,
    autoName: { property: "name", maxLength: 512 },
    // Secrets Manager adds a hyphen and six characters of its own to the name in the ARN.
    id: (context) =>
      arn(context, "secretsmanager", `secret:${text(context, "name")}-${context.hash(6)}`),
    outputs: (context) => ({ arn: context.id }),
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    id: (context) => `${text(context, "secretId")}|${uuid(context)}`,
    outputs: (context) => ({ arn: text(context, "secretId"), versionId: uuid(context) }),
  },
  "random:index/randomPassword:RandomPassword": {
    secretOutputs: ["result", "bcryptHash"],
    id: () => "none",
    outputs: (context) => ({ result: fillTo(context, Number(context.inputs["length"] ?? 32)) }),
  },
  "random:index/randomBytes:RandomBytes": {
    secretOutputs: ["hex", "base64"],
    id: () => "none",
    outputs: (context) => {
      const hex = fillTo(context, 2 * Number(context.inputs["length"] ?? 32));
      return { hex, base64: Buffer.from(hex, "hex").toString("base64") };
    },
  },
  "random:index/randomId:RandomId": {
    id: (context) => context.hash(22),
    outputs: (context) => {
      const hex = fillTo(context, 2 * Number(context.inputs["byteLength"] ?? 8));
      return { hex, dec: "0", b64Url: hex, b64Std: hex };
    },
  },
};

function securityGroupRule(): TypeFacts {
  return {
    taggable: true,
    id: ec2Id("sgr"),
    outputs: (context) => ({
      arn: arn(context, "ec2", `security-group-rule/${context.id}`),
      securityGroupRuleId: context.id,
    }),
  };
}

/** A stable UUID of the resource. */
export function uuid(context: AnswerContext): string {
  const h = context.hash(32);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20, 32)}`;
}

/** Stable stand-in for a random value: lower-case hex of the length asked for. */
function fillTo(context: AnswerContext, length: number): string {
  return context
    .hash(64)
    .repeat(Math.ceil(length / 64))
    .slice(0, length);
}
