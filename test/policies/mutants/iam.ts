import { type BrokenPlan, type Mutant, type Properties, types } from "./mutant";

interface PolicyStatement {
  Sid?: string;
  Effect: string;
  Principal?: unknown;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
  [element: string]: unknown;
}

interface PolicyDocument {
  Version: string;
  Statement: PolicyStatement[];
}

/** Changes the policy document in a property. */
const edit = (
  plan: BrokenPlan,
  type: string,
  name: string,
  property: string,
  change: (document: PolicyDocument) => void,
): void =>
  plan.change(type, name, (properties) => {
    const document = JSON.parse(String(properties[property])) as PolicyDocument;
    change(document);
    properties[property] = JSON.stringify(document);
  });

const mutant = (
  operator: string,
  what: string,
  expected: readonly string[],
  apply: Mutant["apply"],
  stack: Mutant["stack"] = "prod",
): Mutant => ({ name: `${operator}: ${what}`, operator, stack, apply, expected });

const policyOf = (plan: BrokenPlan, role: string, change: (document: PolicyDocument) => void) =>
  edit(plan, types.rolePolicy, `lgtm-${role}`, "policy", change);

const trustOf = (plan: BrokenPlan, role: string, change: (statement: PolicyStatement) => void) =>
  edit(plan, types.role, `lgtm-${role}`, "assumeRolePolicy", ({ Statement }) => {
    for (const statement of Statement) change(statement);
  });

/** Adds a statement to the policy of a role. */
const granted = (
  operator: string,
  what: string,
  role: string,
  statement: Omit<PolicyStatement, "Effect">,
  expected: readonly string[],
  stack: Mutant["stack"] = "prod",
): Mutant =>
  mutant(
    operator,
    what,
    expected,
    (plan) =>
      policyOf(plan, role, (document) =>
        document.Statement.push({ Sid: "Added", Effect: "Allow", ...statement }),
      ),
    stack,
  );

/** Changes the trust of a role. */
const trusted = (
  operator: string,
  what: string,
  change: (statement: PolicyStatement) => void,
  expected: readonly string[],
): Mutant => mutant(operator, what, expected, (plan) => trustOf(plan, "mimir-task", change));

const bucket = "arn:aws:s3:::sys-lgtm-s3";
const wildcard = "widen an action";
const statementOf = (document: PolicyDocument, sid: string): PolicyStatement => {
  const found = document.Statement.find(({ Sid }) => Sid === sid);
  if (found === undefined) throw new Error(`no statement ${sid}`);
  return found;
};

const actions: readonly Mutant[] = [
  mutant(wildcard, "s3:*", ["iam-no-wildcard-actions Action::s3:*"], (plan) =>
    policyOf(plan, "mimir-task", (document) => {
      statementOf(document, "OwnPrefixes").Action = "s3:*";
    }),
  ),
  mutant(wildcard, "s3:Get*", ["iam-no-wildcard-actions Action::s3:Get*"], (plan) =>
    policyOf(plan, "loki-task", (document) => {
      statementOf(document, "OwnPrefixes").Action = [
        "s3:Get*",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
      ];
    }),
  ),
  mutant(wildcard, "s3:*Object", ["iam-no-wildcard-actions Action::s3:*Object"], (plan) =>
    policyOf(plan, "tempo-task", (document) => {
      statementOf(document, "OwnPrefixes").Action = ["s3:*Object", "s3:AbortMultipartUpload"];
    }),
  ),
  granted(
    "widen an action by one character",
    "logs:PutLogEvent?",
    "pyroscope-execution",
    {
      Action: "logs:PutLogEvent?",
      Resource: "arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/lgtm-pyroscope:*",
    },
    ["iam-no-wildcard-actions Action::logs:PutLogEvent?"],
  ),
  granted(
    "allow everything",
    "on everything",
    "grafana-execution",
    { Action: "*", Resource: "*" },
    [
      "iam-no-wildcard-actions Action::*",
      "iam-no-wide-resources Resource::*",
      "iam-tasks-leave-iam-alone Action::*",
      "iam-secrets-of-their-reader Resource::*",
      "iam-logs-own-group Resource::*",
    ],
  ),
  mutant("allow by exception", "NotAction", ["iam-no-inverted-elements NotAction::Added"], (plan) =>
    policyOf(plan, "alloy-task", (document) =>
      document.Statement.push({ Sid: "Added", Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
    ),
  ),
  mutant(
    "allow by exception",
    "NotResource",
    ["iam-no-inverted-elements NotResource::Added"],
    (plan) =>
      policyOf(plan, "mimir-task", (document) =>
        document.Statement.push({
          Sid: "Added",
          Effect: "Allow",
          Action: "s3:GetObject",
          NotResource: `${bucket}/ftt-loki/*`,
        }),
      ),
  ),
  mutant(
    "allow by exception",
    "NotPrincipal in the bucket's policy",
    ["iam-no-inverted-elements NotPrincipal::Added"],
    (plan) =>
      edit(plan, types.bucketPolicy, "lgtm-bucket", "policy", (document) =>
        document.Statement.push({
          Sid: "Added",
          Effect: "Allow",
          NotPrincipal: { AWS: "arn:aws:iam::123456789012:role/x" },
          Action: "s3:GetObject",
          Resource: `${bucket}/*`,
        }),
      ),
  ),
];

const wide = "widen a resource";
const resources: readonly Mutant[] = [
  granted(wide, "*", "mimir-task", { Action: "s3:GetObject", Resource: "*" }, [
    "iam-no-wide-resources Resource::*",
  ]),
  granted(
    wide,
    "every bucket",
    "loki-task",
    { Action: "s3:ListBucket", Resource: "arn:aws:s3:::*" },
    ["iam-no-wide-resources Resource::arn:aws:s3:::*"],
  ),
  granted(
    wide,
    "any account's log groups",
    "alloy-task",
    {
      Action: "logs:FilterLogEvents",
      Resource: "arn:aws:logs:ap-northeast-2:*:log-group:/aws/rds/*",
    },
    ["iam-no-wide-resources Resource::arn:aws:logs:ap-northeast-2:*:log-group:/aws/rds/*"],
  ),
  granted(
    "hide a wide action among narrow ones",
    "s3:GetObject beside cloudwatch:ListMetrics",
    "alloy-task",
    {
      Action: ["cloudwatch:ListMetrics", "s3:GetObject"],
      Resource: "*",
    },
    ["iam-no-wide-resources Resource::*"],
  ),
  granted(
    "assume any role",
    "of the account",
    "alloy-task",
    {
      Action: "sts:AssumeRole",
      Resource: "arn:aws:iam::123456789012:role/*",
    },
    ["iam-no-wide-resources Resource::arn:aws:iam::123456789012:role/*"],
  ),
  granted(
    "assume any role",
    "of any account",
    "alloy-task",
    {
      Action: "sts:AssumeRole",
      Resource: "arn:aws:iam::*:role/metrics",
    },
    ["iam-no-wide-resources Resource::arn:aws:iam::*:role/metrics"],
  ),
];

const foreign = "reach into another's prefix";
const own = "iam-own-prefixes";
const prefixes: readonly Mutant[] = [
  granted(
    foreign,
    "mimir into loki's",
    "mimir-task",
    { Action: "s3:GetObject", Resource: `${bucket}/ftt-loki/*` },
    [`${own} Resource::${bucket}/ftt-loki/*`],
  ),
  granted(
    foreign,
    "pyroscope into rules",
    "pyroscope-task",
    { Action: "s3:PutObject", Resource: `${bucket}/rules/*` },
    [`${own} Resource::${bucket}/rules/*`],
  ),
  granted(
    foreign,
    "alloy, which owns nothing",
    "alloy-task",
    { Action: "s3:GetObject", Resource: `${bucket}/blocks/*` },
    [`${own} Resource::${bucket}/blocks/*`],
  ),
  mutant(
    "write a prefix without its slash",
    "ftt-loki*, which is ftt-loki2/ too",
    [`${own} Resource::${bucket}/ftt-loki*`],
    (plan) =>
      policyOf(plan, "loki-task", (document) => {
        statementOf(document, "OwnPrefixes").Resource = [`${bucket}/ftt-loki*`];
      }),
  ),
  granted(
    "write a prefix without its slash",
    "the whole bucket",
    "tempo-task",
    { Action: "s3:GetObject", Resource: `${bucket}/*` },
    [`${own} Resource::${bucket}/*`],
  ),
  granted(
    "write a prefix without its slash",
    "a mark in its middle",
    "tempo-task",
    { Action: "s3:GetObject", Resource: `${bucket}/ftt-?????/*` },
    [`${own} Resource::${bucket}/ftt-?????/*`],
  ),
  granted(
    "grant more than objects need",
    "the bucket's policy",
    "mimir-task",
    { Action: "s3:PutBucketPolicy", Resource: bucket },
    [`${own} Action::s3:PutBucketPolicy`],
  ),
  granted(
    "grant more than objects need",
    "public objects",
    "mimir-task",
    { Action: "s3:PutObjectAcl", Resource: `${bucket}/blocks/*` },
    [`${own} Action::s3:PutObjectAcl`],
  ),
  granted(
    "grant more than objects need",
    "versions, which undelete relies on",
    "loki-task",
    { Action: "s3:DeleteObjectVersion", Resource: `${bucket}/ftt-loki/*` },
    [`${own} Action::s3:DeleteObjectVersion`],
  ),
  mutant(
    "grant less than the server needs",
    "no AbortMultipartUpload",
    ["iam-own-prefixes-usable missing:s3:AbortMultipartUpload:ftt-tempo/"],
    (plan) =>
      policyOf(plan, "tempo-task", (document) => {
        statementOf(document, "OwnPrefixes").Action = [
          "s3:GetObject",
          "s3:PutObject",
          "s3:DeleteObject",
        ];
      }),
  ),
  mutant(
    "grant less than the server needs",
    "no alerts/",
    ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"].map(
      (action) => `iam-own-prefixes-usable missing:${action}:alerts/`,
    ),
    (plan) =>
      policyOf(plan, "mimir-task", (document) => {
        statementOf(document, "OwnPrefixes").Resource = [`${bucket}/blocks/*`, `${bucket}/rules/*`];
      }),
  ),
  mutant(
    "grant less than the server needs",
    "ListBucket under a prefix condition",
    ["iam-own-prefixes-usable missing:s3:ListBucket"],
    (plan) =>
      policyOf(plan, "mimir-task", (document) => {
        statementOf(document, "ListBucket").Condition = { StringLike: { "s3:prefix": "blocks/*" } };
      }),
  ),
];

const dbSecret = (plan: BrokenPlan) =>
  plan.arn("aws:secretsmanager/secret:Secret", "lgtm-database-password");
const secret = "iam-secrets-of-their-reader";
const secrets: readonly Mutant[] = [
  mutant(
    "let another read a secret",
    "mimir the database's password",
    [`${secret} Resource::ARN:database-password`],
    (plan) =>
      policyOf(plan, "mimir-execution", (document) =>
        document.Statement.push({
          Sid: "Added",
          Effect: "Allow",
          Action: "secretsmanager:GetSecretValue",
          Resource: dbSecret(plan),
        }),
      ),
  ),
  mutant(
    "let another read a secret",
    "the task itself",
    [`${secret} Resource::ARN:database-password`],
    (plan) =>
      policyOf(plan, "alloy-task", (document) =>
        document.Statement.push({
          Sid: "Added",
          Effect: "Allow",
          Action: "secretsmanager:GetSecretValue",
          Resource: dbSecret(plan),
        }),
      ),
  ),
  mutant(
    "let another read a secret",
    "a role without tasks",
    [`${secret} Resource::ARN:database-password`],
    (plan) => {
      plan.add(types.role, "lgtm-other", {
        name: "lgtm-other",
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "lambda.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
        inlinePolicies: [
          {
            name: "read",
            policy: JSON.stringify({
              Version: "2012-10-17",
              Statement: [
                {
                  Effect: "Allow",
                  Action: "secretsmanager:GetSecretValue",
                  Resource: dbSecret(plan),
                },
              ],
            }),
          },
        ],
      });
    },
  ),
  granted(
    "widen a secret's ARN",
    "all of the stack's",
    "grafana-execution",
    {
      Action: "secretsmanager:GetSecretValue",
      Resource: "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:lgtm-*",
    },
    [`${secret} Resource::arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:lgtm-*`],
  ),
  granted(
    "widen a secret's ARN",
    "all of the account's",
    "grafana-execution",
    {
      Action: "secretsmanager:GetSecretValue",
      Resource: "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:*",
    },
    [
      `${secret} Resource::arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:*`,
      "iam-no-wide-resources Resource::arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:*",
    ],
  ),
  mutant(
    "forget a secret that a task names",
    "the database's password",
    [`${secret} missing:ARN:database-password`],
    (plan) =>
      policyOf(plan, "grafana-execution", (document) => {
        const statement = statementOf(document, "ReadSecrets");
        statement.Resource = (statement.Resource as string[]).filter(
          (arn) => !arn.includes("database"),
        );
      }),
  ),
];

const logs = "iam-logs-own-group";
const logging: readonly Mutant[] = [
  mutant(
    "write to another's logs",
    "every group of ECS",
    [
      `${logs} Resource::arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/*`,
      `${logs} missing:/ecs/lgtm-mimir`,
    ],
    (plan) =>
      policyOf(plan, "mimir-execution", (document) => {
        statementOf(document, "WriteLogs").Resource =
          "arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/*";
      }),
  ),
  mutant(
    "write to another's logs",
    "grafana's",
    [
      `${logs} Resource::arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/lgtm-grafana:*`,
      `${logs} missing:/ecs/lgtm-mimir`,
    ],
    (plan) =>
      policyOf(plan, "mimir-execution", (document) => {
        statementOf(document, "WriteLogs").Resource =
          "arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/lgtm-grafana:*";
      }),
  ),
  granted(
    "make log groups",
    "its own",
    "mimir-execution",
    {
      Action: "logs:CreateLogGroup",
      Resource: "arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/lgtm-mimir:*",
    },
    [`${logs} Action::logs:CreateLogGroup`],
  ),
];

const trust = "widen the trust";
const account = "iam-services-act-for-this-account Service::ecs-tasks.amazonaws.com";
const trusts: readonly Mutant[] = [
  trusted(
    trust,
    "everybody, behind a condition",
    (statement) => {
      statement.Principal = "*";
    },
    [
      "iam-trust-scoped Principal::*",
      "iam-task-roles-for-tasks-only Principal::*",
      "iam-task-roles-for-tasks-only missing:ecs-tasks.amazonaws.com",
    ],
  ),
  trusted(
    trust,
    "everybody, spelled AWS: *",
    (statement) => {
      statement.Principal = { AWS: "*", Service: "ecs-tasks.amazonaws.com" };
    },
    ["iam-trust-scoped Principal::*", "iam-task-roles-for-tasks-only Principal::*"],
  ),
  trusted(
    trust,
    "another account",
    (statement) => {
      statement.Principal = {
        AWS: "arn:aws:iam::999999999999:root",
        Service: "ecs-tasks.amazonaws.com",
      };
    },
    [
      "iam-trust-scoped Principal::arn:aws:iam::999999999999:root",
      "iam-task-roles-for-tasks-only Principal::arn:aws:iam::999999999999:root",
    ],
  ),
  trusted(
    "trust another service too",
    "EC2",
    (statement) => {
      statement.Principal = { Service: ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"] };
    },
    ["iam-task-roles-for-tasks-only Principal::ec2.amazonaws.com"],
  ),
  trusted(
    "trust the wrong service",
    "ecs itself",
    (statement) => {
      statement.Principal = { Service: "ecs.amazonaws.com" };
    },
    [
      "iam-task-roles-for-tasks-only Principal::ecs.amazonaws.com",
      "iam-task-roles-for-tasks-only missing:ecs-tasks.amazonaws.com",
    ],
  ),
  trusted(
    "drop the source's account",
    "no condition",
    (statement) => {
      delete statement.Condition;
    },
    [account],
  ),
  trusted(
    "drop the source's account",
    "…IfExists",
    (statement) => {
      statement.Condition = { StringEqualsIfExists: { "aws:SourceAccount": "123456789012" } };
    },
    [account],
  ),
  trusted(
    "drop the source's account",
    "any account's ARN",
    (statement) => {
      statement.Condition = { ArnLike: { "aws:SourceArn": "arn:aws:ecs:*:*:*" } };
    },
    [account],
  ),
  trusted(
    "pin the source to a pattern",
    "StringLike *",
    (statement) => {
      statement.Condition = { StringLike: { "aws:SourceAccount": "*" } };
    },
    [account],
  ),
  trusted(
    "pin the source to a pattern",
    "ForAllValues",
    (statement) => {
      statement.Condition = {
        "ForAllValues:StringEquals": { "aws:SourceAccount": ["123456789012"] },
      };
    },
    [account],
  ),
  mutant(
    "drop the source's account from a bucket policy",
    "of the log delivery",
    ["iam-services-act-for-this-account Service::logdelivery.elasticloadbalancing.amazonaws.com"],
    (plan) =>
      edit(plan, types.bucketPolicy, "lgtm-access-logs-bucket", "policy", (document) => {
        delete statementOf(document, "LoadBalancerLogs").Condition;
      }),
  ),
  mutant(
    "make the bucket public",
    "for reading",
    ["iam-no-public-principals Principal::*:Added"],
    (plan) =>
      edit(plan, types.bucketPolicy, "lgtm-bucket", "policy", (document) =>
        document.Statement.push({
          Sid: "Added",
          Effect: "Allow",
          Principal: "*",
          Action: "s3:GetObject",
          Resource: `${bucket}/*`,
        }),
      ),
  ),
  mutant(
    "make the bucket public",
    "behind a condition that anybody meets",
    ["iam-no-public-principals Principal::*:Added"],
    (plan) =>
      edit(plan, types.bucketPolicy, "lgtm-bucket", "policy", (document) =>
        document.Statement.push({
          Sid: "Added",
          Effect: "Allow",
          Principal: { AWS: ["*"] },
          Action: "s3:GetObject",
          Resource: `${bucket}/*`,
          Condition: { StringLike: { "aws:PrincipalOrgID": "*" } },
        }),
      ),
  ),
  mutant(
    "make a secret public",
    "in its own policy",
    ["iam-no-public-principals Principal::*:statement 0"],
    (plan) => {
      plan.add(types.secretPolicy, "lgtm-secret-policy", {
        secretArn: dbSecret(plan),
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: "*",
              Action: "secretsmanager:GetSecretValue",
              Resource: "*",
            },
          ],
        }),
      });
    },
  ),
];

const share = "share a role";
const roleArn = (plan: BrokenPlan, name: string) => plan.arn(types.role, `lgtm-${name}`);
const setRole = (plan: BrokenPlan, task: string, key: string, name: string) =>
  plan.change(types.taskDefinition, `lgtm-${task}`, (properties: Properties) => {
    properties[key] = roleArn(plan, name);
  });
const roles: readonly Mutant[] = [
  mutant(
    share,
    "pyroscope acts as mimir",
    [
      "iam-role-of-one-product mimir+pyroscope",
      "iam-own-prefixes-usable missing:s3:GetObject:ftt-pyroscope/",
      "iam-own-prefixes-usable missing:s3:PutObject:ftt-pyroscope/",
      "iam-own-prefixes-usable missing:s3:DeleteObject:ftt-pyroscope/",
      "iam-own-prefixes-usable missing:s3:AbortMultipartUpload:ftt-pyroscope/",
    ],
    (plan) => setRole(plan, "pyroscope", "taskRoleArn", "mimir-task"),
  ),
  mutant(
    share,
    "memcached starts with loki's role",
    ["iam-role-of-one-product loki+memcached", `${logs} missing:/ecs/lgtm-memcached`],
    (plan) => setRole(plan, "memcached", "executionRoleArn", "loki-execution"),
  ),
  mutant(
    "act as the execution role",
    "grafana",
    ["iam-task-role-is-not-execution-role task+execution"],
    (plan) => setRole(plan, "grafana", "taskRoleArn", "grafana-execution"),
  ),
  granted(
    "pass roles",
    "any, to any service",
    "alloy-task",
    { Action: "iam:PassRole", Resource: "*" },
    [
      "iam-pass-role-scoped Action::iam:PassRole",
      "iam-no-wide-resources Resource::*",
      "iam-tasks-leave-iam-alone Action::iam:PassRole",
    ],
  ),
  granted(
    "pass roles",
    "its own, to ECS",
    "mimir-task",
    {
      Action: "iam:PassRole",
      Resource: "arn:aws:iam::123456789012:role/lgtm-mimir-task-ap-northeast-2",
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    ["iam-tasks-leave-iam-alone Action::iam:PassRole"],
  ),
  granted(
    "pass roles",
    "by a pattern",
    "mimir-task",
    {
      Action: "iam:Pass*",
      Resource: "arn:aws:iam::123456789012:role/lgtm-mimir-task-ap-northeast-2",
    },
    ["iam-no-wildcard-actions Action::iam:Pass*", "iam-tasks-leave-iam-alone Action::iam:Pass*"],
  ),
  mutant(
    "pass roles of a deployment",
    "any of the stack's",
    ["iam-pass-role-scoped Action::iam:PassRole"],
    (plan) => {
      plan.add(types.policy, "deploy", {
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: "iam:PassRole",
              Resource: "arn:aws:iam::123456789012:role/lgtm-*",
              Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
            },
          ],
        }),
      });
    },
  ),
  granted(
    "leave Exec's rights in",
    "prod",
    "mimir-task",
    { Action: ["ssmmessages:CreateDataChannel"], Resource: "*" },
    ["iam-no-exec-rights-in-prod Action::ssmmessages:Added"],
  ),
  mutant("make a user", "with a key", ["iam-no-long-lived-credentials exists"], (plan) => {
    plan.add(types.user, "lgtm-user", { name: "lgtm-user" });
    plan.add(types.accessKey, "lgtm-key", { user: "lgtm-user" });
  }),
  mutant(
    "attach a managed policy",
    "AdministratorAccess",
    ["iam-no-broad-managed-policies Policy::AdministratorAccess"],
    (plan) => {
      plan.add(types.policyAttachment, "lgtm-admin", {
        role: "lgtm-mimir-task-ap-northeast-2",
        policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      });
    },
  ),
  mutant(
    "attach a managed policy",
    "ECS's own, in the role",
    ["iam-no-broad-managed-policies Policy::service-role/AmazonECSTaskExecutionRolePolicy"],
    (plan) =>
      plan.change(types.role, "lgtm-mimir-execution", (properties) => {
        properties["managedPolicyArns"] = [
          "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        ];
      }),
  ),
  mutant(
    "hide a statement in an attached policy",
    "another's prefix",
    [`${own} Resource::${bucket}/blocks/*`],
    (plan) => {
      plan.add(
        types.policy,
        "extra",
        {
          policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Action: "s3:GetObject", Resource: `${bucket}/blocks/*` },
            ],
          }),
        },
        { arn: "arn:aws:iam::123456789012:policy/extra" },
      );
      plan.add(types.policyAttachment, "extra", {
        role: "lgtm-loki-task-ap-northeast-2",
        policyArn: "arn:aws:iam::123456789012:policy/extra",
      });
    },
  ),
  mutant(
    "hide a statement in the role itself",
    "inline, for all actions",
    [
      "iam-no-wildcard-actions Action::sqs:*",
      "iam-policies-in-one-place inline+RolePolicy",
      "iam-no-wide-resources Resource::*",
    ],
    (plan) =>
      plan.change(types.role, "lgtm-tempo-task", (properties) => {
        properties["inlinePolicies"] = [
          {
            name: "more",
            policy: JSON.stringify({
              Version: "2012-10-17",
              Statement: { Effect: "Allow", Action: "sqs:*", Resource: "*" },
            }),
          },
        ];
      }),
  ),
  mutant("break a document", "an old version", ["iam-document-readable policy.Version"], (plan) =>
    policyOf(plan, "mimir-task", (document) => {
      document.Version = "2008-10-17";
    }),
  ),
  mutant(
    "break a document",
    "no JSON",
    ["iam-document-readable policy", `${logs} missing:/ecs/lgtm-tempo`],
    (plan) =>
      plan.change(types.rolePolicy, "lgtm-tempo-execution", (properties) => {
        properties["policy"] = "allow all";
      }),
  ),
];

/** Mistakes in who may do what. */
export const iamMutants: readonly Mutant[] = [
  ...actions,
  ...resources,
  ...prefixes,
  ...secrets,
  ...logging,
  ...trusts,
  ...roles,
];
