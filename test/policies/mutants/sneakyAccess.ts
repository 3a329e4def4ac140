import { allTypes as t, devMutant, mutant, set } from "./edits";
import type { BrokenPlan, Mutant, PolicyDocument, PolicyStatement } from "./mutant";

/** Adds a statement to a document of the prod plan. */
const grant =
  (type: string, name: string, property: string, statement: Partial<PolicyStatement>) =>
  (plan: BrokenPlan): void =>
    plan.document(type, name, property, ({ Statement }) => {
      Statement.push({ Sid: "Added", Effect: "Allow", ...statement });
    });

const mimirTask = (statement: Partial<PolicyStatement>) =>
  grant(t.rolePolicy, "lgtm-mimir-task", "policy", statement);

/** Changes the first statement of who may take Mimir's role. */
const mimirTrust = (change: (statement: PolicyStatement) => void) => (plan: BrokenPlan) =>
  plan.document<PolicyDocument>(t.role, "lgtm-mimir-task", "assumeRolePolicy", (document) => {
    change(document.Statement[0]!);
  });

const everybody = (action: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: action, Resource: "*" }],
  });

const lokiObjects = "arn:aws:s3:::sys-lgtm-s3/ftt-loki/*";
const storageRights = [
  "s3:GetObject",
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
];
const missing = (prefixes: readonly string[], actions = storageRights) =>
  prefixes.flatMap((prefix) =>
    actions.map((action) => `iam-own-prefixes-usable missing:${action}:${prefix}`),
  );
const adminArn = "arn:aws:iam::123456789012:role/admin";
const mimirPrefixes = ["blocks/", "rules/", "alerts/"];

const prefixes: readonly Mutant[] = [
  mutant(
    "another's prefix by an action in capitals",
    "reach into another's prefix in another spelling",
    mimirTask({ Action: "S3:GETOBJECT", Resource: lokiObjects }),
    `iam-own-prefixes Resource::${lokiObjects}`,
  ),
  mutant(
    "another's prefix by a tag of the caller",
    "reach into another's prefix in another spelling",
    mimirTask({
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::sys-lgtm-s3/${aws:PrincipalTag/prefix}/*",
    }),
    "iam-own-prefixes Resource::arn:aws:s3:::sys-lgtm-s3/${aws:PrincipalTag/prefix}/*",
  ),
  mutant(
    "another's prefix in any partition",
    "reach into another's prefix in another spelling",
    mimirTask({ Action: "s3:GetObject", Resource: "arn:*:s3:::sys-lgtm-s3/ftt-loki/*" }),
    "iam-no-wide-resources Resource::arn:*:s3:::sys-lgtm-s3/ftt-loki/*",
    "iam-own-prefixes Resource::arn:*:s3:::sys-lgtm-s3/ftt-loki/*",
  ),
  mutant(
    "every bucket whose name begins like ours",
    "leave the end of a bucket's name open",
    mimirTask({ Action: "s3:GetObject", Resource: "arn:aws:s3:::sys-lgtm-s3*" }),
    "iam-no-wide-resources Resource::arn:aws:s3:::sys-lgtm-s3*",
  ),
  mutant(
    "old versions of another's objects",
    "grant reads of old versions",
    mimirTask({ Action: "s3:GetObjectVersion", Resource: lokiObjects }),
    `iam-own-prefixes Resource::${lokiObjects}`,
    "iam-own-prefixes Action::s3:GetObjectVersion",
  ),
  mutant(
    "an execution role reads blocks",
    "grant data to an execution role",
    grant(t.rolePolicy, "lgtm-memcached-execution", "policy", {
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::sys-lgtm-s3/blocks/*",
    }),
    "iam-own-prefixes Resource::arn:aws:s3:::sys-lgtm-s3/blocks/*",
  ),
  devMutant(
    "s3:*Object in dev",
    "widen an action in dev",
    (plan) =>
      plan.document<PolicyDocument>(t.rolePolicy, "lgtm-dev-loki-task", "policy", (document) => {
        document.Statement[0]!["Action"] = ["s3:*Object", "s3:AbortMultipartUpload"];
      }),
    "iam-no-wildcard-actions Action::s3:*Object",
  ),
  devMutant(
    "a prefix without its slash in dev",
    "write a prefix without its slash in dev",
    (plan) =>
      plan.document<PolicyDocument>(t.rolePolicy, "lgtm-dev-tempo-task", "policy", (document) => {
        document.Statement[0]!["Resource"] = ["arn:aws:s3:::sys-lgtm-dev-s3/ftt-tempo*"];
      }),
    "iam-own-prefixes Resource::arn:aws:s3:::sys-lgtm-dev-s3/ftt-tempo*",
  ),
];

const refusals: readonly Mutant[] = [
  mutant(
    "the role refuses itself to write",
    "refuse what is needed",
    mimirTask({
      Effect: "Deny",
      Action: "s3:PutObject",
      Resource: "arn:aws:s3:::sys-lgtm-s3/blocks/*",
    }),
    "iam-own-prefixes-usable missing:s3:PutObject:blocks/",
  ),
  mutant(
    "the bucket refuses everybody to delete",
    "refuse what is needed",
    grant(t.bucketPolicy, "lgtm-bucket", "policy", {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:DeleteObject",
      Resource: "arn:aws:s3:::sys-lgtm-s3/ftt-tempo/*",
    }),
    "iam-own-prefixes-usable missing:s3:DeleteObject:ftt-tempo/",
  ),
  mutant(
    "the rights hold in another VPC only",
    "put needed rights behind a condition",
    (plan) =>
      plan.document<PolicyDocument>(t.rolePolicy, "lgtm-mimir-task", "policy", (document) => {
        document.Statement[0]!["Condition"] = { StringEquals: { "aws:SourceVpc": "vpc-1" } };
      }),
    ...missing(mimirPrefixes),
  ),
];

const trust: readonly Mutant[] = [
  mutant(
    "another account's tasks",
    "pin the source to a stranger",
    mimirTrust((statement) => {
      statement["Condition"] = { StringEquals: { "aws:SourceAccount": "999999999999" } };
    }),
    "iam-services-act-for-this-account Service::ecs-tasks.amazonaws.com:999999999999",
  ),
  mutant(
    "another account's tasks beside ours",
    "pin the source to a stranger",
    mimirTrust((statement) => {
      statement["Condition"] = {
        StringEquals: { "aws:SourceAccount": ["123456789012", "999999999999"] },
      };
    }),
    "iam-services-act-for-this-account Service::ecs-tasks.amazonaws.com:999999999999",
  ),
  mutant(
    "everybody but us",
    "turn a condition round",
    mimirTrust((statement) => {
      statement["Condition"] = { StringNotEquals: { "aws:SourceAccount": "123456789012" } };
    }),
    "iam-services-act-for-this-account Service::ecs-tasks.amazonaws.com",
  ),
  mutant(
    "anybody of the organisation",
    "widen the trust behind a condition",
    mimirTrust((statement) => {
      statement["Principal"] = "*";
      statement["Condition"] = { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } };
    }),
    "iam-trust-scoped Principal::*",
    "iam-task-roles-for-tasks-only Principal::*",
    "iam-task-roles-for-tasks-only missing:ecs-tasks.amazonaws.com",
  ),
  mutant(
    "any repository of GitHub",
    "trust a login provider",
    (plan) =>
      plan.add(t.role, "pipeline", {
        name: "pipeline",
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: {
                Federated:
                  "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
              },
              Action: "sts:AssumeRoleWithWebIdentity",
              Condition: {
                StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
                StringLike: { "token.actions.githubusercontent.com:sub": "repo:*" },
              },
            },
          ],
        }),
      }),
    "iam-trust-scoped Principal::arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
  ),
];

const places: readonly Mutant[] = [
  mutant(
    "another account reads the bucket",
    "grant by a bucket's own policy",
    grant(t.bucketPolicy, "lgtm-bucket", "policy", {
      Principal: { AWS: "arn:aws:iam::999999999999:root" },
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::sys-lgtm-s3/*",
    }),
    "iam-grants-in-roles-only Principal::arn:aws:iam::999999999999:root:Added",
  ),
  mutant(
    "Mimir's role reads Loki's objects by the bucket's policy",
    "grant by a bucket's own policy",
    grant(t.bucketPolicy, "lgtm-bucket", "policy", {
      Principal: { AWS: "arn:aws:iam::123456789012:role/lgtm-mimir-task-ap-northeast-2" },
      Action: "s3:GetObject",
      Resource: lokiObjects,
    }),
    "iam-grants-in-roles-only Principal::arn:aws:iam::123456789012:role/lgtm-mimir-task-ap-northeast-2:Added",
  ),
  mutant(
    "Mimir's role reads the database's password by the secret's policy",
    "grant by a secret's own policy",
    (plan) =>
      plan.add(t.secretPolicy, "added", {
        secretArn: plan.arn(t.secret, "lgtm-database-password"),
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Added",
              Effect: "Allow",
              Principal: {
                AWS: "arn:aws:iam::123456789012:role/lgtm-mimir-task-ap-northeast-2",
              },
              Action: "secretsmanager:GetSecretValue",
              Resource: "*",
            },
          ],
        }),
      }),
    "iam-grants-in-roles-only Principal::arn:aws:iam::123456789012:role/lgtm-mimir-task-ap-northeast-2:Added",
  ),
  ...(
    [
      ["aws:sns/topic:Topic", "sns:Publish", ["watch-topic-tls-only plain-http"]],
      ["aws:s3control/accessPointPolicy:AccessPointPolicy", "s3:GetObject", []],
      ["aws:kms/keyPolicy:KeyPolicy", "kms:Decrypt", []],
    ] as const
  ).map(([type, action, also]) =>
    mutant(
      `everybody, in the policy of ${type}`,
      "hide a public policy in another type",
      (plan) => plan.add(type, "added", { policy: everybody(action) }),
      "iam-no-public-principals Principal::*:statement 0",
      ...also,
    ),
  ),
  mutant(
    "a public policy in the bucket's own property",
    "hide a public policy in a former property",
    (plan) => set(plan, t.bucket, "lgtm-bucket", "policy", everybody("s3:GetObject")),
    "iam-no-public-principals Principal::*:statement 0",
  ),
  mutant(
    "the whole Internet as a condition",
    "let a condition hold for everybody",
    grant(t.bucketPolicy, "lgtm-bucket", "policy", {
      Principal: "*",
      Action: "s3:ListBucket",
      Resource: "arn:aws:s3:::sys-lgtm-s3",
      Condition: { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
    }),
    "iam-no-public-principals Principal::*:Added",
  ),
];

const unseen: readonly Mutant[] = [
  mutant(
    "PowerUser by an exclusive list of attachments",
    "attach a managed policy in another way",
    (plan) =>
      plan.add("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "added", {
        roleName: "lgtm-mimir-task-ap-northeast-2",
        policyArns: ["arn:aws:iam::aws:policy/PowerUserAccess"],
      }),
    "iam-no-broad-managed-policies Policy::PowerUserAccess",
  ),
  mutant(
    "ReadOnlyAccess by a policy attachment",
    "attach a managed policy in another way",
    (plan) =>
      plan.add("aws:iam/policyAttachment:PolicyAttachment", "added", {
        roles: ["lgtm-mimir-task-ap-northeast-2"],
        policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      }),
    "iam-no-broad-managed-policies Policy::ReadOnlyAccess",
  ),
  mutant(
    "a policy that the stack does not hold",
    "grant where nobody looks",
    (plan) =>
      plan.add(t.policyAttachment, "added", {
        role: "lgtm-mimir-task-ap-northeast-2",
        policyArn: "arn:aws:iam::123456789012:policy/helpful",
      }),
    "iam-roles-are-seen Policy::arn:aws:iam::123456789012:policy/helpful",
  ),
  mutant(
    "a task role that the stack does not hold",
    "act as a stranger",
    (plan) => {
      for (const zone of [0, 1, 2])
        set(plan, t.taskDefinition, `lgtm-mimir-${zone}`, "taskRoleArn", adminArn);
    },
    "iam-roles-are-seen taskRoleArn:arn:aws:iam::123456789012:role/admin",
  ),
  mutant(
    "Pyroscope has no role",
    "act as nobody",
    (plan) => set(plan, t.taskDefinition, "lgtm-pyroscope", "taskRoleArn", undefined),
    "iam-roles-are-seen taskRoleArn:none",
  ),
  mutant(
    "memcached has nobody to start it",
    "act as nobody",
    (plan) => set(plan, t.taskDefinition, "lgtm-memcached", "executionRoleArn", undefined),
    "iam-roles-are-seen executionRoleArn:none",
  ),
];

export const sneakyAccessMutants: readonly Mutant[] = [
  ...prefixes,
  ...refusals,
  ...trust,
  ...places,
  ...unseen,
];
