import { document, type Fixture, resource, unknown } from "./fixture";

const role = (properties: object) =>
  resource("aws:iam/role:Role", "worker", {
    name: "worker",
    assumeRolePolicy: document({
      Effect: "Allow",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    }),
    ...properties,
  });
const allow = (more: object) =>
  document({
    Effect: "Allow",
    Action: ["s3:GetObject"],
    Resource: ["arn:aws:s3:::box/own/*"],
    ...more,
  });

/** A document in each place where one can hide. */
const places: Readonly<Record<string, (policy: string) => Fixture["resources"]>> = {
  "inside a role": (policy) => [role({ inlinePolicies: [{ name: "p", policy }] })],
  "a role's policy": (policy) => [
    resource("aws:iam/rolePolicy:RolePolicy", "p", { role: "worker", policy }),
  ],
  "a managed policy": (policy) => [resource("aws:iam/policy:Policy", "p", { policy })],
  "a user's policy": (policy) => [
    resource("aws:iam/userPolicy:UserPolicy", "p", { user: "u", policy }),
  ],
  "a bucket's policy": (policy) => [
    resource("aws:s3/bucketPolicy:BucketPolicy", "p", { bucket: "box", policy }),
  ],
};

export const iam: readonly Fixture[] = [
  ...Object.entries(places).flatMap(([place, of]): Fixture[] => [
    {
      rule: "iam-no-wildcard-actions",
      what: `${place}: actions by name`,
      resources: of(allow({})),
      finds: "none",
    },
    {
      rule: "iam-no-wildcard-actions",
      what: `${place}: s3:Get*`,
      resources: of(allow({ Action: "s3:Get*" })),
      finds: ["Action::s3:Get*"],
    },
    {
      rule: "iam-no-wildcard-actions",
      what: `${place}: s3:*Object among others`,
      resources: of(allow({ Action: ["s3:GetObject", "s3:*Object"] })),
      finds: ["Action::s3:*Object"],
    },
    {
      rule: "iam-no-wildcard-actions",
      what: `${place}: a document that is not known`,
      resources: of(unknown),
      finds: "unknown",
    },
    {
      rule: "iam-no-inverted-elements",
      what: `${place}: everything but`,
      resources: of(
        document({ Effect: "Allow", NotAction: "iam:*", Resource: "arn:aws:s3:::box/own/*" }),
      ),
      finds: ["NotAction::statement_0"],
    },
  ]),
  {
    rule: "iam-no-wildcard-actions",
    what: "a Deny may be as wide as it likes",
    resources: places["a managed policy"]!(allow({ Effect: "Deny", Action: "*" })),
    finds: "none",
  },
  {
    rule: "iam-no-public-principals",
    what: "anybody, behind a condition on the agent's name",
    resources: places["a bucket's policy"]!(
      allow({ Principal: "*", Condition: { StringLike: { "aws:UserAgent": "curl*" } } }),
    ),
    finds: ["Principal::*:statement_0"],
  },
  {
    rule: "iam-no-long-lived-credentials",
    what: "an access key",
    resources: [resource("aws:iam/accessKey:AccessKey", "key", { user: "u" })],
    finds: ["exists"],
  },
  {
    rule: "iam-no-broad-managed-policies",
    what: "AdministratorAccess on a role",
    resources: [role({ managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] })],
    finds: ["Policy::AdministratorAccess"],
  },
  {
    rule: "iam-no-broad-managed-policies",
    what: "an attachment that is not known",
    resources: [
      resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", {
        role: "worker",
        policyArn: unknown,
      }),
    ],
    finds: "unknown",
  },
  { rule: "iam-no-broad-managed-policies", what: "none", resources: [role({})], finds: "none" },
];
