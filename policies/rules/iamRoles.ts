import { acceptedManagedPolicies, longLivedTypes } from "../data/accessTables";
import { covering, grantsOf } from "../access/grants";
import { POLICY_ATTACHMENT, ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT } from "../access/documents";
import { productsOf, roleReads, rolesOf, usersOf } from "../access/roles";
import { resourceRule, stackRule, type Rule, readsOf } from "../rule";

const TASK_SERVICE = "ecs-tasks.amazonaws.com";
const GROUP_ATTACHMENT = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment";
const EXCLUSIVE = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive";
const USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment";

/** Who has which role, and what no role of a task may do. */
export const iamRoleRules: readonly Rule[] = [
  resourceRule({
    id: "iam-no-long-lived-credentials",
    subject: "iam",
    rationale: "A user's key works until somebody remembers it, from everywhere.",
    source:
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
    mend: "Use a role, taken by the service or through OpenID Connect",
    scope: "any",
    severity: "critical",
    reads: readsOf(Object.keys(longLivedTypes)),
    judge(resource, judgement) {
      judgement.report(resource, {
        finding: "exists",
        says: `${longLivedTypes[resource.type] ?? "a credential"} would be made`,
      });
    },
  }),

  resourceRule({
    id: "iam-no-broad-managed-policies",
    subject: "iam",
    rationale: "AWS's own policies grant `*` to whole services, and AWS may widen them.",
    source: "A1, A4",
    mend: "Write a policy with the actions and resources that are used",
    scope: "any",
    severity: "high",
    reads: {
      [ROLE]: ["managedPolicyArns"],
      [ROLE_POLICY_ATTACHMENT]: ["policyArn"],
      [POLICY_ATTACHMENT]: ["policyArn"],
      [GROUP_ATTACHMENT]: ["policyArn"],
      [USER_ATTACHMENT]: ["policyArn"],
      [EXCLUSIVE]: ["policyArns"],
    },
    judge(resource, judgement) {
      const property =
        resource.type === ROLE
          ? "managedPolicyArns"
          : resource.type === EXCLUSIVE
            ? "policyArns"
            : "policyArn";
      for (const arn of resource.at(property).texts()) {
        const name = /^arn:aws[a-z-]*:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
        if (name === undefined || acceptedManagedPolicies.has(name)) continue;
        judgement.report(resource, {
          finding: `Policy::${name}`,
          says: `AWS's managed policy ${name} is attached`,
        });
      }
    },
  }),

  stackRule({
    id: "iam-task-role-is-not-execution-role",
    subject: "iam",
    rationale: "A server that acts as its execution role reads every secret it was started with.",
    source: "A1, A2",
    mend: "Give the task a role of its own, or none",
    scope: "any",
    severity: "high",
    reads: roleReads,
    judge(stack, judgement) {
      judgement.each(rolesOf(stack), (role) => {
        if (role.tasks.length === 0 || role.started.length === 0) return;
        judgement.report(role.resource, {
          finding: "task+execution",
          says: `tasks of ${list(role.tasks)} act as the role with which ECS starts ${list(role.started)}`,
        });
      });
    },
  }),

  stackRule({
    id: "iam-role-of-one-product",
    subject: "iam",
    rationale: "Two products with one role reach each other's data.",
    source: "A1, A2, A4",
    mend: "Give each product a role of its own",
    scope: "lgtm",
    severity: "high",
    reads: roleReads,
    judge(stack, judgement) {
      judgement.each(rolesOf(stack), (role) => {
        const products = productsOf(usersOf(role));
        if (products.length < 2) return;
        judgement.report(role.resource, {
          finding: products.join("+"),
          says: `${products.join(" and ")} use the same role`,
        });
      });
    },
  }),

  stackRule({
    id: "iam-task-roles-for-tasks-only",
    subject: "iam",
    rationale: "A role of a task that somebody else may take is that somebody's way to its data.",
    source: "A4",
    mend: `Trust ${TASK_SERVICE} alone`,
    scope: "any",
    severity: "high",
    reads: roleReads,
    judge(stack, judgement) {
      judgement.each(rolesOf(stack), (role) => {
        if (usersOf(role).length === 0) return;
        const principals = role.trust
          .filter(({ isAllow }) => isAllow)
          .flatMap((statement) => statement.principals);
        for (const { kind, id } of principals) {
          if (kind === "Service" && id === TASK_SERVICE) continue;
          judgement.report(role.resource, {
            finding: `Principal::${id}`,
            says: `${id} may take a role of tasks`,
          });
        }
        if (principals.some(({ kind, id }) => kind === "Service" && id === TASK_SERVICE)) return;
        if (role.trust.length === 0) return;
        judgement.report(role.resource, {
          finding: `missing:${TASK_SERVICE}`,
          says: `tasks use the role, but ${TASK_SERVICE} may not take it`,
        });
      });
    },
  }),

  stackRule({
    id: "iam-policies-in-one-place",
    subject: "iam",
    rationale: "Policies inside a role and beside it remove each other at every other `up`.",
    source: "https://www.pulumi.com/registry/packages/aws/api-docs/iam/role/",
    mend: "Write the role's policies as RolePolicy and RolePolicyAttachment",
    scope: "any",
    severity: "medium",
    reads: { ...roleReads, [ROLE]: ["inlinePolicies", "managedPolicyArns"] },
    judge(stack, judgement) {
      const attachments = new Set(
        stack
          .ofType(ROLE_POLICY_ATTACHMENT)
          .flatMap((attachment) => stack.referenced(attachment, "role", ROLE))
          .map(({ urn }) => urn),
      );
      judgement.each(rolesOf(stack), ({ resource, documents }) => {
        const inside = documents.some((document) => document.resource === resource);
        const beside = documents.some((document) => document.resource.type === ROLE_POLICY);
        if (inside && beside) {
          judgement.report(resource, {
            finding: "inline+RolePolicy",
            says: "it has inline policies of its own and RolePolicy resources",
          });
        }
        const managed = resource.at("managedPolicyArns").texts();
        if (attachments.has(resource.urn) && managed.length > 0) {
          judgement.report(resource, {
            finding: "managed+RolePolicyAttachment",
            says: `it lists managed policies (${managed.join(", ")}) and has RolePolicyAttachment resources`,
          });
        }
      });
    },
  }),

  stackRule({
    id: "iam-tasks-leave-iam-alone",
    subject: "iam",
    rationale: "A task that passes or changes roles has every right in the account.",
    source: "A4",
    mend: "Remove the statement: no server of the system needs it",
    scope: "any",
    severity: "critical",
    reads: roleReads,
    judge(stack, judgement) {
      judgement.each(rolesOf(stack), (role) => {
        if (usersOf(role).length === 0) return;
        for (const { document, statement } of grantsOf(role)) {
          const actions = new Set([
            ...covering(statement, ["iam:passrole"]),
            ...statement.actions.filter((action) => /^(iam|organizations):/i.test(action)),
          ]);
          for (const action of actions) {
            judgement.report(document.resource, {
              finding: `Action::${action}`,
              says: `tasks of ${list(usersOf(role))} may ${action}`,
            });
          }
        }
      });
    },
  }),

  stackRule({
    id: "iam-no-exec-rights-in-prod",
    subject: "iam",
    rationale: "Rights for ECS Exec outlive the debugging they were meant for.",
    source: "A2, S10",
    mend: "Remove the ssmmessages actions, or set the environment to dev",
    scope: "any",
    severity: "high",
    reads: roleReads,
    judge(stack, judgement) {
      if (judgement.environment !== "prod") return;
      judgement.each(rolesOf(stack), (role) => {
        if (usersOf(role).length === 0) return;
        for (const { document, statement } of grantsOf(role)) {
          if (!statement.actions.some((action) => /^ssmmessages:/i.test(action))) continue;
          judgement.report(document.resource, {
            finding: `Action::ssmmessages:${statement.label}`,
            says: `${statement.label} allows ${statement.actions.join(", ")}`,
          });
        }
      });
    },
  }),
];

const list = (tasks: readonly { readonly resource: { readonly name: string } }[]): string =>
  tasks.map(({ resource }) => resource.name).join(", ");
