import type { Properties } from "../types";

/** The call that creates a resource of a type, and the request that the provider makes of the inputs. */
interface RequestRule {
  readonly operation: string;
  readonly request: (inputs: Properties) => Properties;
}

const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `vpcId` → `VpcId`, at every depth: most of AWS's APIs write members so. */
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      pascal(each),
    ]),
  );
}

/** Some inputs only, under the names that the API has for them. `a: "B"` renames, `a: true` keeps. */
const take = (inputs: Properties, names: Readonly<Record<string, string | true>>): Properties =>
  Object.fromEntries(
    Object.entries(names)
      .filter(([key]) => inputs[key] !== undefined)
      .map(([key, name]) => [name === true ? key : name, inputs[key]]),
  );

/** The rest of the inputs, without what the provider does itself or in other calls. */
const without = (inputs: Properties, ...names: string[]): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => !["tags", ...names].includes(key)));

const pascalOf = (inputs: Properties, ...dropped: string[]) =>
  pascal(without(inputs, ...dropped)) as Properties;

const section = (inputs: Properties, key: string): Properties => (inputs[key] ?? {}) as Properties;
const list = (inputs: Properties, key: string): Properties[] => (inputs[key] ?? []) as Properties[];
const json = (inputs: Properties, key: string): unknown => JSON.parse(String(inputs[key]));

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

/** `defaultActions` and `actions` of a listener and its rules. */
const actions = (inputs: Properties, key: string) =>
  list(inputs, key).map(({ fixedResponse, redirect, ...rest }) => ({
    ...(pascal(rest) as Properties),
    ...(redirect === undefined ? {} : { RedirectConfig: pascal(redirect) }),
    ...(fixedResponse === undefined ? {} : { FixedResponseConfig: pascal(fixedResponse) }),
  }));

const conditionFields: Readonly<Record<string, string>> = {
  hostHeader: "host-header",
  pathPattern: "path-pattern",
  sourceIp: "source-ip",
  httpHeader: "http-header",
};

const conditions = (inputs: Properties) =>
  list(inputs, "conditions").map((condition) => {
    const [[kind, settings] = ["", {}]] = Object.entries(condition);
    const name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Config`;
    return { Field: conditionFields[kind], [name]: pascal(settings) };
  });

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

/** How the inputs of a type become a request. Types without an entry have no demands beyond the SDK's own types. */
export const requests: Readonly<Record<string, RequestRule>> = {
  "aws:acm/certificate:Certificate": {
    operation: "acm:RequestCertificate",
    request: (inputs) => pascalOf(inputs),
  },
  "aws:appautoscaling/target:Target": {
    operation: "application-autoscaling:RegisterScalableTarget",
    request: (inputs) => pascalOf(inputs),
  },
  "aws:appautoscaling/policy:Policy": {
    operation: "application-autoscaling:PutScalingPolicy",
    request: ({ name, ...inputs }) => ({ ...pascalOf(inputs), PolicyName: name }),
  },
  "aws:appautoscaling/scheduledAction:ScheduledAction": {
    operation: "application-autoscaling:PutScheduledAction",
    request: ({ name, ...inputs }) => ({ ...pascalOf(inputs), ScheduledActionName: name }),
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    operation: "logs:CreateLogGroup",
    request: ({ name }) => ({ logGroupName: name }),
  },
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
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
    operation: "ecr:CreatePullThroughCacheRule",
    request: (inputs) => without(inputs),
  },
  "aws:ecs/cluster:Cluster": {
    operation: "ecs:CreateCluster",
    request: ({ name, ...inputs }) => ({ ...without(inputs), clusterName: name }),
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {
    operation: "ecs:PutClusterCapacityProviders",
    request: (inputs) =>
      take(inputs, {
        clusterName: "cluster",
        capacityProviders: true,
        defaultCapacityProviderStrategies: "defaultCapacityProviderStrategy",
      }),
  },
  "aws:ecs/service:Service": {
    operation: "ecs:CreateService",
    request: (inputs) => ({
      ...without(
        inputs,
        "name",
        "waitForSteadyState",
        "forceNewDeployment",
        "capacityProviderStrategies",
        "deploymentCircuitBreaker",
        "deploymentMaximumPercent",
        "deploymentMinimumHealthyPercent",
        "enableEcsManagedTags",
        "networkConfiguration",
        "serviceRegistries",
      ),
      serviceName: inputs["name"],
      capacityProviderStrategy: inputs["capacityProviderStrategies"],
      enableECSManagedTags: inputs["enableEcsManagedTags"],
      deploymentConfiguration: {
        deploymentCircuitBreaker: inputs["deploymentCircuitBreaker"],
        maximumPercent: inputs["deploymentMaximumPercent"],
        minimumHealthyPercent: inputs["deploymentMinimumHealthyPercent"],
      },
      networkConfiguration: {
        awsvpcConfiguration: {
          ...section(inputs, "networkConfiguration"),
          assignPublicIp:
            section(inputs, "networkConfiguration")["assignPublicIp"] === true
              ? "ENABLED"
              : "DISABLED",
        },
      },
      serviceRegistries: [inputs["serviceRegistries"]],
    }),
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    operation: "ecs:RegisterTaskDefinition",
    request: (inputs) => ({
      ...without(inputs, "ephemeralStorage"),
      containerDefinitions: json(inputs, "containerDefinitions"),
      ephemeralStorage:
        inputs["ephemeralStorage"] === undefined
          ? undefined
          : { sizeInGiB: section(inputs, "ephemeralStorage")["sizeInGib"] },
    }),
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
  "aws:lb/listener:Listener": {
    operation: "elbv2:CreateListener",
    request: (inputs) => ({
      ...pascalOf(inputs, "certificateArn", "defaultActions"),
      ...(inputs["certificateArn"] === undefined
        ? {}
        : { Certificates: [{ CertificateArn: inputs["certificateArn"] }] }),
      DefaultActions: actions(inputs, "defaultActions"),
    }),
  },
  "aws:lb/listenerRule:ListenerRule": {
    operation: "elbv2:CreateRule",
    request: (inputs) => ({
      ...pascalOf(inputs, "actions", "conditions"),
      Actions: actions(inputs, "actions"),
      Conditions: conditions(inputs),
    }),
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    operation: "elbv2:CreateLoadBalancer",
    request: (inputs) => ({
      Name: inputs["name"],
      Subnets: inputs["subnets"],
      SecurityGroups: inputs["securityGroups"],
      Type: inputs["loadBalancerType"],
      IpAddressType: inputs["ipAddressType"],
      Scheme: inputs["internal"] === true ? "internal" : "internet-facing",
    }),
  },
  "aws:lb/targetGroup:TargetGroup": {
    operation: "elbv2:CreateTargetGroup",
    request: (inputs) => {
      const health = section(inputs, "healthCheck");
      const matcher = inputs["protocolVersion"] === "GRPC" ? "GrpcCode" : "HttpCode";
      return {
        ...pascalOf(inputs, "deregistrationDelay", "healthCheck"),
        ...take(health, {
          protocol: "HealthCheckProtocol",
          port: "HealthCheckPort",
          path: "HealthCheckPath",
          interval: "HealthCheckIntervalSeconds",
          timeout: "HealthCheckTimeoutSeconds",
          healthyThreshold: "HealthyThresholdCount",
          unhealthyThreshold: "UnhealthyThresholdCount",
        }),
        Matcher: { [matcher]: health["matcher"] },
      };
    },
  },
  "aws:rds/instance:Instance": {
    operation: "rds:CreateDBInstance",
    request: (inputs) => ({
      ...pascalOf(
        inputs,
        ...["identifier", "instanceClass", "password", "username", "dbName", "multiAz"],
        ...[
          "dbSubnetGroupName",
          "parameterGroupName",
          "skipFinalSnapshot",
          "finalSnapshotIdentifier",
        ],
      ),
      ...take(inputs, {
        identifier: "DBInstanceIdentifier",
        instanceClass: "DBInstanceClass",
        password: "MasterUserPassword",
        username: "MasterUsername",
        dbName: "DBName",
        multiAz: "MultiAZ",
        dbSubnetGroupName: "DBSubnetGroupName",
        parameterGroupName: "DBParameterGroupName",
      }),
    }),
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    operation: "rds:CreateDBParameterGroup",
    request: (inputs) =>
      take(inputs, {
        name: "DBParameterGroupName",
        family: "DBParameterGroupFamily",
        description: "Description",
      }),
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    operation: "rds:CreateDBSubnetGroup",
    request: (inputs) =>
      take(inputs, {
        name: "DBSubnetGroupName",
        description: "DBSubnetGroupDescription",
        subnetIds: "SubnetIds",
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
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": {
    operation: "servicediscovery:CreatePrivateDnsNamespace",
    request: (inputs) => pascalOf(inputs),
  },
  "aws:servicediscovery/service:Service": {
    operation: "servicediscovery:CreateService",
    request: ({ dnsConfig, ...inputs }) => ({
      ...pascalOf(inputs, "forceDestroy"),
      DnsConfig: {
        ...(pascal(without((dnsConfig ?? {}) as Properties, "dnsRecords")) as Properties),
        DnsRecords: list((dnsConfig ?? {}) as Properties, "dnsRecords").map(({ ttl, type }) => ({
          TTL: ttl,
          Type: type,
        })),
      },
    }),
  },
};
