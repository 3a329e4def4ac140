import { text } from "../../plan/charges";
import { texts } from "./planIndex";

/** One statement of a policy, in words, with what it is about. */
export interface Permission {
  readonly denied: boolean;
  /** What may be done, one phrase per kind of action; an action without a phrase stands as AWS writes it. */
  readonly may: readonly string[];
  readonly on: readonly string[];
  /** A condition is attached, as AWS writes it. */
  readonly condition?: string;
}

/** Actions that make one phrase when they are granted together, most telling first. */
const phrases: readonly (readonly [phrase: string, actions: readonly string[]])[] = [
  ["read, write and delete objects", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]],
  ["give up unfinished uploads", ["s3:AbortMultipartUpload"]],
  ["list the names of all objects (never their content)", ["s3:ListBucket"]],
  ["write log lines", ["logs:CreateLogStream", "logs:PutLogEvents"]],
  ["read log lines", ["logs:FilterLogEvents"]],
  ["list log groups", ["logs:DescribeLogGroups"]],
  ["read these secrets", ["secretsmanager:GetSecretValue"]],
  [
    "read CloudWatch metrics",
    ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"],
  ],
  ["find resources by their tags", ["tag:GetResources"]],
  ["use the bucket's key to encrypt and decrypt", ["kms:Decrypt", "kms:GenerateDataKey"]],
  ["log in to ECR", ["ecr:GetAuthorizationToken"]],
  [
    "pull images",
    ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  ],
  [
    "let ECR fetch an image at its first pull",
    ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
  ],
  [
    "open a shell for people (ECS Exec)",
    [
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ],
  ],
  ["take on a role", ["sts:AssumeRole"]],
  ["publish to a topic", ["sns:Publish"]],
];

/** A statement in plain words. Nothing is left out: what has no phrase is shown as it is. */
export function inWords(statement: Readonly<Record<string, unknown>>): Permission {
  const left = new Set(listOf(statement["Action"]));
  const may: string[] = [];
  for (const [phrase, actions] of phrases) {
    if (!actions.every((action) => left.has(action))) continue;
    may.push(phrase);
    for (const action of actions) left.delete(action);
  }
  const condition = statement["Condition"];
  return {
    denied: text(statement["Effect"]) === "Deny",
    may: [...may, ...left],
    on: listOf(statement["Resource"]).map(resourceInWords),
    ...(condition === undefined ? {} : { condition: JSON.stringify(condition) }),
  };
}

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? texts(value) : value === undefined ? [] : [text(value)];

/** `arn:aws:s3:::bucket/prefix/*` → `s3://bucket/prefix/…`; other ARNs without account and region. */
export function resourceInWords(arn: string): string {
  if (arn === "*") return "everything (AWS knows no narrower resource for it)";
  const [, , service = "", , , ...rest] = arn.split(":");
  const name = rest.join(":");
  switch (service) {
    case "s3":
      return `s3://${name.replace(/\*$/, "…")}`;
    case "logs":
      return `log group ${name.replace(/^log-group:/, "").replace(/:\*$/, "")}`;
    case "secretsmanager":
      return `secret ${name.replace(/^secret:/, "")}`;
    case "":
      return arn;
    default:
      return `${service} ${name}`;
  }
}
