import type { StackConfig } from "../configs/stack/schema";
import type { Catalog, Instance, ProductName } from "./types";

type Named = Pick<StackConfig, "name">;

/** What AWS allows as a name of a kind of resource. */
export interface NameLimit {
  readonly maxLength: number;
  readonly pattern: RegExp;
  readonly source: string;
}

const ecsName = /^[A-Za-z0-9_-]+$/;
const elbName = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;

/** Limits of every kind of name the program gives, from the API references (the same texts as in botocore's models). */
export const nameLimits = {
  cluster: { maxLength: 255, pattern: ecsName, source: "ECS API_CreateCluster clusterName" },
  service: { maxLength: 255, pattern: ecsName, source: "ECS API_CreateService serviceName" },
  family: { maxLength: 255, pattern: ecsName, source: "ECS API_RegisterTaskDefinition family" },
  logGroup: {
    maxLength: 512,
    pattern: /^[.\-_/#A-Za-z0-9]+$/,
    source: "CloudWatch Logs API_CreateLogGroup logGroupName",
  },
  role: { maxLength: 64, pattern: /^[\w+=,.@-]+$/, source: "IAM API_CreateRole RoleName" },
  targetGroup: { maxLength: 32, pattern: elbName, source: "ELBv2 API_CreateTargetGroup Name" },
  loadBalancer: { maxLength: 32, pattern: elbName, source: "ELBv2 API_CreateLoadBalancer Name" },
  bucket: {
    maxLength: 63,
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    source: "S3 User Guide, bucket naming rules",
  },
  discovery: {
    maxLength: 63,
    pattern: /^[a-zA-Z0-9_](?:[a-zA-Z0-9-_]*[a-zA-Z0-9_])?$/,
    source: "Cloud Map API_CreateService Name (63 per label)",
  },
  database: {
    maxLength: 63,
    pattern: /^[a-zA-Z](?:-?[a-zA-Z0-9])*$/,
    source: "RDS API_CreateDBInstance DBInstanceIdentifier",
  },
  cacheRule: {
    maxLength: 30,
    pattern: /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
    source: "ECR API_CreatePullThroughCacheRule ecrRepositoryPrefix",
  },
  topic: {
    maxLength: 256,
    pattern: /^[A-Za-z0-9_-]+$/,
    source: "SNS API_CreateTopic Name",
  },
} as const satisfies Readonly<Record<string, NameLimit>>;

export type NameKind = keyof typeof nameLimits;

/** Pulumi appends `-` and seven hexadecimal digits to a logical name where no physical name is given. */
export const AUTO_NAME_SUFFIX_LENGTH = 8;

export const clusterName = (config: Named) => `${config.name}-cluster`;
export const logGroupName = (config: Named, product: ProductName) =>
  `/ecs/${config.name}-${product}`;
export const serviceName = (config: Named, instance: Pick<Instance, "serviceName">) =>
  `${config.name}-${instance.serviceName}`;
/** One family per ECS service: a ring's replicas differ in their configuration. */
export const familyName = serviceName;

/** Role names are per account and not per region, so the region is part of them. */
export const executionRoleName = (
  config: Named & Pick<StackConfig, "region">,
  product: ProductName,
) => `${config.name}-${product}-execution-${config.region}`;
export const taskRoleName = (config: Named & Pick<StackConfig, "region">, product: ProductName) =>
  `${config.name}-${product}-task-${config.region}`;

/** Logical names of what Pulumi names; their physical names are {@link AUTO_NAME_SUFFIX_LENGTH} longer. */
export const targetGroupLogicalName = (config: Named, exposureId: string) =>
  `${config.name}-${exposureId}`;
export const loadBalancerLogicalName = (config: Named) => `${config.name}-alb`;
export const databaseLogicalName = (config: Named) => `${config.name}-grafana`;

/** SNS topics of the watch from outside. Given, so that Grafana's configuration can name their ARNs. */
export const alarmTopicName = (config: Named) => `${config.name}-alarms`;
export const heartbeatTopicName = (config: Named) => `${config.name}-heartbeat`;
/** Role that EventBridge publishes with. */
export const eventRoleName = (config: Named & Pick<StackConfig, "region">) =>
  `${config.name}-events-${config.region}`;

/** Prefix of the repositories that the ECR pull-through cache makes. */
export const cacheRulePrefix = (config: Named) => `${config.name}-docker-hub`;

/** A name the stack gives, with the limit it must keep. */
export interface GivenName {
  readonly kind: NameKind;
  readonly name: string;
}

/** Every name of a stack that AWS sees, auto-named ones with a suffix as Pulumi makes it. */
export function givenNames(
  catalog: Catalog,
  config: Named & Pick<StackConfig, "region" | "bucketName">,
): GivenName[] {
  const automatic = (logicalName: string) =>
    `${logicalName}-${"f".repeat(AUTO_NAME_SUFFIX_LENGTH - 1)}`;
  const roles = catalog.products.flatMap((product) => product.roles);
  return [
    { kind: "cluster", name: clusterName(config) },
    { kind: "bucket", name: config.bucketName },
    { kind: "loadBalancer", name: automatic(loadBalancerLogicalName(config)) },
    { kind: "database", name: automatic(databaseLogicalName(config)) },
    { kind: "cacheRule", name: cacheRulePrefix(config) },
    { kind: "topic", name: alarmTopicName(config) },
    { kind: "topic", name: heartbeatTopicName(config) },
    { kind: "role", name: eventRoleName(config) },
    ...catalog.products.flatMap((product): GivenName[] => [
      { kind: "logGroup", name: logGroupName(config, product.name) },
      { kind: "role", name: executionRoleName(config, product.name) },
      { kind: "role", name: taskRoleName(config, product.name) },
    ]),
    ...roles.flatMap((role): GivenName[] => [
      { kind: "discovery", name: role.dnsName },
      ...role.exposures.map((exposure) => ({
        kind: "targetGroup" as const,
        name: automatic(targetGroupLogicalName(config, exposure.id)),
      })),
      ...role.instances.flatMap((instance): GivenName[] => [
        { kind: "service", name: serviceName(config, instance) },
        { kind: "family", name: familyName(config, instance) },
      ]),
    ]),
  ];
}

/** What is wrong with a name; undefined where nothing is. */
export function nameProblem({ kind, name }: GivenName): string | undefined {
  const limit: NameLimit = nameLimits[kind];
  if (name.length > limit.maxLength) {
    return `${kind} name ${name} has ${name.length} characters; at most ${limit.maxLength} are allowed`;
  }
  return limit.pattern.test(name)
    ? undefined
    : `${kind} name ${name} has characters that are not allowed`;
}
