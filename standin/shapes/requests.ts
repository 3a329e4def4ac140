import type { Properties } from "../types";
import {
  pascal,
  take,
  without,
  pascalOf,
  section,
  list,
  json,
  type RequestRule,
} from "./requestParts";
import { foundationRequests } from "./requestsFoundation";
import { watchRequests } from "./requestsWatch";

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

const awsvpc = (inputs: Properties) => {
  const settings = section(inputs, "networkConfiguration");
  const assignPublicIp = settings["assignPublicIp"] === true ? "ENABLED" : "DISABLED";
  return { awsvpcConfiguration: { ...settings, assignPublicIp } };
};

/** How the inputs of a type become a request. Types without an entry have no demands beyond the SDK's own types. */
export const requests: Readonly<Record<string, RequestRule>> = {
  ...foundationRequests,
  ...watchRequests,
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
      networkConfiguration: inputs["networkConfiguration"] && awsvpc(inputs),
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
        // Both attributes are set by a request of their own, ModifyTargetGroupAttributes.
        ...pascalOf(inputs, "deregistrationDelay", "loadBalancingAlgorithmType", "healthCheck"),
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
