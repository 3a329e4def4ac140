import type { StackConfig } from "../configs/stack/schema";
import { passRolePolicy } from "../stacks/deployRole";
import { eventRoleName, executionRoleName, logGroupName, taskRoleName } from "../stacks/names";
import { ownSecretIds } from "../stacks/ownSecrets";
import type { Catalog } from "../stacks/types";
import { isWatched } from "../stacks/watchTopics";
import permissions from "./permissions.json";

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

export interface Document {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** A stack that is deployed to the account. */
export interface Deployed {
  readonly config: StackConfig;
  readonly catalog: Catalog;
}

/** Where Pulumi keeps its state, and the key of the state's and the stacks' secrets. */
export interface StatePlace {
  readonly bucketArn: string;
  readonly keyArn: string;
}

export const document = (statements: readonly Statement[]): Document => ({
  Version: "2012-10-17",
  Statement: statements,
});

const known: Readonly<
  Record<string, { readonly read: readonly string[]; readonly write: readonly string[] }>
> = permissions.types;

/** Resource types that the roles can deal with. */
export const coveredTypes: readonly string[] = Object.keys(known);

const actions = (kind: "read" | "write") =>
  [...new Set(Object.values(known).flatMap((type) => type[kind]))].sort();

/**
 * What `npm run preflight` and `npm run verify` ask beyond the resources of a stack. Each check names the permission that
 * it misses.
 */
export const checkActions: readonly string[] = [
  "ec2:DescribeRegions",
  "ecs:DescribeServices",
  "ecs:DescribeTaskDefinition",
  "ecs:DescribeTasks",
  "ecs:ListClusters",
  "ecs:ListServices",
  "ecs:ListTasks",
  "elasticloadbalancing:DescribeTargetHealth",
  "iam:ListRoles",
  "logs:ListTagsForResource",
  "route53:ListHostedZonesByVPC",
  "servicediscovery:GetInstancesHealthStatus",
  "servicediscovery:ListInstances",
  "servicequotas:GetServiceQuota",
];

/** Read actions that give out what is secret, or a user's data: on the stack's own things only. */
const SECRET_READS = ["secretsmanager:GetSecretValue"];

/** Reading everything a stack is made of: no data, no other stack's secrets. */
export function readDocument(deployed: Deployed): Document {
  const reads = [...new Set([...actions("read"), ...checkActions])]
    .filter((action) => !SECRET_READS.includes(action))
    .sort();
  return document([
    { Sid: "Look", Effect: "Allow", Action: reads, Resource: ["*"] },
    {
      // A refresh compares the secrets' values, and a state holds them encrypted anyway.
      Sid: "OwnSecrets",
      Effect: "Allow",
      Action: SECRET_READS,
      Resource: resourcesOf("secretsmanager", deployed),
    },
  ]);
}

/**
 * Pulumi's state. A preview only reads it; a deployment locks, writes and backs up.
 * Source: pulumi/pkg/v3/backend/diy (everything lies below `.pulumi/`; previews take no lock).
 */
export function stateDocument(
  { bucketArn, keyArn }: StatePlace,
  project: string,
  stack: string,
  mayWrite: boolean,
): Document {
  const own = [
    `${bucketArn}/.pulumi/stacks/${project}/${stack}.*`,
    `${bucketArn}/.pulumi/locks/organization/${project}/${stack}/*`,
    `${bucketArn}/.pulumi/history/${project}/${stack}/*`,
    `${bucketArn}/.pulumi/backups/${project}/${stack}/*`,
  ];
  return document([
    { Sid: "ListState", Effect: "Allow", Action: ["s3:ListBucket"], Resource: [bucketArn] },
    {
      Sid: "ReadState",
      Effect: "Allow",
      Action: ["s3:GetObject"],
      Resource: [`${bucketArn}/.pulumi/meta.yaml`, ...own],
    },
    ...(mayWrite
      ? [
          {
            Sid: "WriteState",
            Effect: "Allow" as const,
            Action: ["s3:DeleteObject", "s3:PutObject"],
            Resource: own,
          },
        ]
      : []),
    {
      Sid: "StateKey",
      Effect: "Allow",
      Action: mayWrite ? ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"],
      Resource: [keyArn],
    },
  ]);
}

/** Services whose things have names of the stack's in their ARNs; the others are held to the region. */
export const scoped = [
  "iam",
  "logs",
  "s3",
  "secretsmanager",
  "rds",
  "ecs",
  "elasticloadbalancing",
  "cloudwatch",
  "sns",
  "events",
  "budgets",
];
/** Services without a region. */
const worldwide = ["route53"];
/** Actions that take no resource (Service Authorization Reference). */
const unscoped = [
  "ecs:DeregisterTaskDefinition",
  "rds:CreateDBSnapshot",
  "sns:SetSubscriptionAttributes",
  "sns:Unsubscribe",
];
/** Only where the stack file does not protect its data. */
const dataDeleting = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"];

/** Making, changing and deleting one stack, part by part: a managed policy holds 6,144 characters. */
export function writeDocuments(deployed: Deployed): Readonly<Record<string, Document>> {
  const { config } = deployed;
  const writes = actions("write").filter(
    (action) => !config.protectData || !dataDeleting.includes(action),
  );
  const serviceOf = (action: string) => action.split(":")[0] ?? "";
  const inRegion = { StringEquals: { "aws:RequestedRegion": config.region } };
  const regional = (list: readonly string[], sid: string): Statement => ({
    Sid: sid,
    Effect: "Allow",
    Action: list,
    Resource: ["*"],
    Condition: inRegion,
  });
  const own = (service: string, list: readonly string[]): Statement => ({
    Sid: `Own${service.charAt(0).toUpperCase()}${service.slice(1)}`,
    Effect: "Allow",
    Action: list,
    Resource: service === "iam" ? roleArns(deployed) : resourcesOf(service, deployed),
  });
  const of = (service: string) =>
    writes.filter((action) => serviceOf(action) === service && !unscoped.includes(action));
  const others = writes.filter(
    (action) => !scoped.includes(serviceOf(action)) && !worldwide.includes(serviceOf(action)),
  );
  return {
    network: document([
      regional(
        others.filter((action) => action.startsWith("ec2:")),
        "Network",
      ),
    ]),
    platform: document([
      regional(
        [
          ...others.filter((action) => !action.startsWith("ec2:")),
          ...unscoped.filter((action) => writes.includes(action)),
        ],
        "Platform",
      ),
      ...["ecs", "elasticloadbalancing", "logs"].map((service) => own(service, of(service))),
      {
        Sid: "Names",
        Effect: "Allow",
        Action: writes.filter((action) => serviceOf(action) === "route53"),
        Resource: ["*"],
      },
    ]),
    watch: document(
      ["budgets", "cloudwatch", "events", "sns"].map((service) => own(service, of(service))),
    ),
    data: document(["s3", "secretsmanager", "rds"].map((service) => own(service, of(service)))),
    roles: document([
      own("iam", of("iam")),
      ...(passRolePolicy(deployed.catalog, config).Statement as readonly Statement[]),
    ]),
  };
}

function roleArns({ config, catalog }: Deployed): string[] {
  const names = catalog.products.flatMap(({ name }) => [
    executionRoleName(config, name),
    taskRoleName(config, name),
  ]);
  return [
    ...names,
    ...(isWatched(config) ? [eventRoleName(config)] : []),
    ...(config.network.flowLogs.enabled ? [`${config.name}-flow-logs-*`] : []),
  ].map((name) => `arn:aws:iam::${config.accountId}:role/${name}`);
}

/** ARNs of a stack's things, as far as they carry its name. */
export function resourcesOf(service: string, { config, catalog }: Deployed): string[] {
  const { name, region, accountId, bucketName } = config;
  const arn = (resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
  switch (service) {
    case "budgets":
      return [`arn:aws:budgets::${accountId}:budget/${name}-*`];
    case "events":
      return [arn(`rule/${name}-*`)];
    case "cloudwatch":
      return [arn(`alarm:${name}-*`), arn(`alarm:TargetTracking-service/${name}-cluster/*`)];
    case "ecs":
      return [
        arn(`cluster/${name}-cluster`),
        arn(`service/${name}-cluster/*`),
        arn(`service-deployment/${name}-cluster/*`),
        arn(`task-definition/${name}-*`),
      ];
    case "elasticloadbalancing":
      return [
        arn(`loadbalancer/app/${name}-*`),
        arn(`listener/app/${name}-*`),
        arn(`listener-rule/app/${name}-*`),
        arn(`targetgroup/${name}-*`),
      ];
    case "logs":
      return [
        ...catalog.products.map((product) =>
          arn(`log-group:${logGroupName(config, product.name)}*`),
        ),
        arn(`log-group:/vpc/${name}-flow-logs*`),
      ];
    case "rds":
      return ["db", "pg", "snapshot", "subgrp"].map((kind) => arn(`${kind}:${name}-*`));
    case "s3": {
      const buckets = [bucketName, `${name}-access-logs-bucket-*`].map(
        (each) => `arn:aws:s3:::${each}`,
      );
      return [...buckets, ...buckets.map((each) => `${each}/*`)];
    }
    case "secretsmanager":
      // A rotated token and a database that is switched on later need no new bootstrap.
      return [...new Set([...ownSecretIds(catalog, config), "database-password", "ingest-token"])]
        .sort()
        .map((id) => arn(`secret:${name}-${id}-*`));
    case "sns":
      return [arn(`${name}-*`)];
    default:
      throw new Error(`no resources of ${service} are known`);
  }
}

const GITHUB = "token.actions.githubusercontent.com";

/** URL of GitHub's tokens, and whom they are for. */
export const githubTokens = { url: `https://${GITHUB}`, audience: "sts.amazonaws.com" };

/**
 * Who may take a role: a job of this repository in this environment, and nobody else. The environment's protection rules
 * are then the gate; a branch's name, which a pull request chooses, is none.
 *
 * Source: docs.github.com, "Configuring OpenID Connect in Amazon Web Services" (sub of a job with an environment)
 */
export function trust(providerArn: string, repository: string, environment: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "GitHub",
        Effect: "Allow",
        Principal: { Federated: providerArn },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: {
            [`${GITHUB}:aud`]: githubTokens.audience,
            [`${GITHUB}:sub`]: `repo:${repository}:environment:${environment}`,
          },
        },
      },
    ],
  } as const;
}
