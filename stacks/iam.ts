import type { StackConfig } from "../configs/stack/schema";
import type { Product, Role, SecretVariable } from "./types";

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly Service: string };
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

export const policyDocument = (statements: readonly PolicyStatement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: statements,
});

/** Who may take a role: tasks of this account and region only (A4, against the confused deputy). */
export interface AccountFacts {
  readonly accountId: string;
  readonly region: string;
}

export interface ExecutionFacts extends AccountFacts {
  /** ARN of the product's log group, without a trailing `:*`. */
  readonly logGroupArn: string;
  /** ARNs of exactly the secrets that {@link secretsOf} names. */
  readonly secretArns: readonly string[];
}

export interface TaskFacts {
  readonly bucketArn: string;
  /** Customer key of the bucket, where there is one. */
  readonly kmsKeyArn?: string;
  readonly execEnabled: boolean;
}

/**
 * Trust policy of every role of the stack. Both conditions are AWS's own advice:
 * docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export function trust(facts: AccountFacts): PolicyDocument {
  return policyDocument([
    {
      Sid: "EcsTasks",
      Effect: "Allow",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: ["sts:AssumeRole"],
      Condition: {
        StringEquals: { "aws:SourceAccount": facts.accountId },
        ArnLike: { "aws:SourceArn": `arn:aws:ecs:${facts.region}:${facts.accountId}:*` },
      },
    },
  ]);
}

/** A1: what ECS itself does for the product's tasks. */
export function executionStatements(product: Product, facts: ExecutionFacts): PolicyStatement[] {
  const statements: PolicyStatement[] = [
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [`${facts.logGroupArn}:*`],
    },
  ];
  const repository = ecrRepository(product.image);
  if (repository !== undefined) statements.push(...pullStatements(repository));
  if (facts.secretArns.length > 0) {
    statements.push({
      Sid: "ReadSecrets",
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue"],
      Resource: [...new Set(facts.secretArns)].sort(),
    });
  }
  return statements;
}

/**
 * A2, A3: what the product's servers may do. Empty where no server of the product calls AWS: then there is no role.
 */
export function taskStatements(product: Product, facts: TaskFacts): PolicyStatement[] {
  const statements: PolicyStatement[] = [];
  if (product.prefixes.length > 0) {
    statements.push(
      {
        Sid: "OwnPrefixes",
        Effect: "Allow",
        Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        Resource: product.prefixes.map((prefix) => `${facts.bucketArn}/${prefix}*`),
      },
      {
        // No prefix condition: S3 would answer 403 where Mimir's start-up check needs 404 for a missing key.
        Sid: "ListBucket",
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: [facts.bucketArn],
      },
    );
    if (facts.kmsKeyArn !== undefined) {
      statements.push({
        Sid: "BucketKey",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: [facts.kmsKeyArn],
      });
    }
  }
  for (const access of product.awsAccess) {
    statements.push({
      Sid: access.sid,
      Effect: "Allow",
      Action: access.actions,
      Resource: access.resources,
    });
  }
  if (facts.execEnabled) {
    statements.push({
      // These four have no resource level: docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
      Sid: "EcsExec",
      Effect: "Allow",
      Action: [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      Resource: ["*"],
    });
  }
  return statements;
}

/** Tasks of a role carry the product's task role only where they use it: a server that calls nobody in AWS has none. */
export function usesTaskRole(role: Role, config: Pick<StackConfig, "execEnabled">): boolean {
  return role.callsAws || config.execEnabled;
}

/** A secret that the execution role reads: one of the stack's own, or one that exists already. */
export type SecretReference = SecretVariable["from"];

/** Exactly the secrets that the product's tasks name, each once: own ones by id, then foreign ones by ARN. */
export function secretsOf(
  product: Product,
  config: Pick<StackConfig, "images">,
): SecretReference[] {
  const references = product.roles
    .flatMap((role) => role.instances)
    .flatMap((instance) => instance.secrets)
    .map((secret) => secret.from);
  const credentials = registryCredentials(product.image, config);
  if (credentials !== undefined) references.push({ arn: credentials });
  // `ARN:json-key::` selects a key of the secret; the permission is on the secret.
  const byKey = new Map(
    references.map((from) => {
      const reference = "arn" in from ? { arn: from.arn.split(":").slice(0, 7).join(":") } : from;
      return [
        "arn" in reference ? `2 ${reference.arn}` : `1 ${reference.secret}`,
        reference,
      ] as const;
    }),
  );
  return [...byKey.entries()]
    .sort(([a], [b]) => a.localeCompare(b, "en"))
    .map(([, reference]) => reference);
}

/**
 * Secret with which an image is pulled from Docker Hub; none for other registries, and so none behind the pull-through
 * cache, which holds the credentials itself.
 */
export function registryCredentials(
  image: string,
  config: Pick<StackConfig, "images">,
): string | undefined {
  return registryOf(image) === DOCKER_HUB ? config.images.credentialsSecretArn : undefined;
}

export const DOCKER_HUB = "docker.io";

/** Host of the registry that an image reference names; Docker Hub where it names none. */
export function registryOf(image: string): string {
  const first = image.split("/")[0] ?? "";
  const isHost = image.includes("/") && (first.includes(".") || first.includes(":"));
  if (!isHost) return DOCKER_HUB;
  return first === "registry-1.docker.io" || first === "index.docker.io" ? DOCKER_HUB : first;
}

interface EcrRepository {
  readonly arn: string;
}

function ecrRepository(image: string): EcrRepository | undefined {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(image);
  return match === null
    ? undefined
    : { arn: `arn:aws:ecr:${match[2]}:${match[1]}:repository/${match[3]}` };
}

/**
 * Pulls from a private registry. The last two let ECR fetch an image into the pull-through cache at its first pull:
 * docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
 */
function pullStatements(repository: EcrRepository): PolicyStatement[] {
  return [
    { Sid: "EcrLogin", Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
    {
      Sid: "PullImage",
      Effect: "Allow",
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchImportUpstreamImage",
        "ecr:CreateRepository",
      ],
      Resource: [repository.arn],
    },
  ];
}
