import {
  documentsOf,
  hasWildcard,
  POLICY,
  ROLE,
  ROLE_POLICY_ATTACHMENT,
} from "../access/documents";
import { grantsOf } from "../access/grants";
import { productsOf, roleReads, rolesOf, usersOf } from "../access/roles";
import { taskActions } from "../data/accessTables";
import { needsNoResource } from "../data/actionsWithoutResource";
import { isWide } from "./iamDocuments";
import { BUCKETS, bucketName, settingTypes } from "../servers/buckets";
import { bucketOf, dataBuckets } from "../servers/retention";
import { serversOf, TASK_DEFINITION } from "../servers/server";
import { type Resource, type Rule, type Stack, stackRule, readsOf } from "../rule";

const subject = "iam" as const;
const SECRET = "aws:secretsmanager/secret:Secret";
const SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";

const rolesSeen = stackRule({
  id: "iam-roles-are-seen",
  subject,
  rationale: "What a role may do is judged only where role and policies are part of the stack.",
  source: "A1, A2",
  mend: "Make the role and its policies in the stack, as RolePolicy documents",
  scope: "lgtm",
  severity: "high",
  reads: roleReads,
  judge(stack, judgement) {
    judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
      const servers = serversOf(taskDefinition);
      if (servers.length === 0) return;
      const needs = {
        executionRoleArn: true,
        taskRoleArn: servers.some((server) => bucketOf(server) !== undefined),
      };
      judgement.each(["executionRoleArn", "taskRoleArn"] as const, (key) => {
        if (stack.referenced(taskDefinition, key, ROLE).length > 0) return;
        const arn = taskDefinition.at(key).text();
        if (arn === undefined && !needs[key]) return;
        judgement.report(taskDefinition, {
          finding: arn === undefined ? `${key}:none` : `${key}:${arn}`,
          says:
            arn === undefined
              ? `it has no ${key}, and its servers need one`
              : `its ${key} is ${arn}, which the stack does not hold`,
        });
      });
    });
    const ours = new Set(
      rolesOf(stack).flatMap((role) =>
        productsOf(usersOf(role)).length > 0 ? [role.resource] : [],
      ),
    );
    judgement.each(stack.ofType(ROLE_POLICY_ATTACHMENT), (attachment) => {
      if (!stack.referenced(attachment, "role", ROLE).some((role) => ours.has(role))) return;
      if (stack.referenced(attachment, "policyArn", POLICY).length > 0) return;
      const arn = attachment.at("policyArn").text() ?? "";
      // AWS's own policies are the business of `iam-no-broad-managed-policies`.
      if (/:iam::aws:policy\//.test(arn)) return;
      judgement.report(attachment, {
        finding: `Policy::${arn}`,
        says: `it attaches ${arn}, which the stack does not hold`,
      });
    });
  },
});

const grantsInRoles = stackRule({
  id: "iam-grants-in-roles-only",
  subject,
  rationale:
    "A bucket or secret that grants by its own policy goes around the roles that keep products, and accounts, apart.",
  source: "A2, B2",
  mend: "Grant it in the role that needs it; a bucket's or secret's own policy only refuses",
  scope: "lgtm",
  severity: "critical",
  reads: {
    ...roleReads,
    ...readsOf(settingTypes.policy, "bucket", "policy"),
    ...readsOf(BUCKETS, "bucket", "policy"),
    [SECRET]: ["policy"],
    [SECRET_POLICY]: ["secretArn", "policy"],
  },
  judge(stack, judgement) {
    const holders = [...settingTypes.policy, ...BUCKETS, SECRET, SECRET_POLICY];
    judgement.each(stack.ofType(...holders), (resource) => {
      if (!holdsLgtmData(resource, stack)) return;
      for (const document of documentsOf(resource)) {
        for (const statement of document.statements) {
          if (!statement.isAllow) continue;
          for (const { kind, id } of statement.principals) {
            // Everybody is the finding of `iam-no-public-principals`; services have their own rule.
            if (kind === "Service" || id === "*") continue;
            judgement.report(resource, {
              finding: `Principal::${id}:${statement.label}`,
              says: `${document.path} (${statement.label}) allows ${statement.actions.join(", ")} to ${id}`,
            });
          }
        }
      }
    });
  },
});

/** A bucket that the servers keep data in, or a secret that a task of the system names, or the policy of one. */
function holdsLgtmData(resource: Resource, stack: Stack): boolean {
  if (resource.type === SECRET || resource.type === SECRET_POLICY) {
    const named = new Set(
      rolesOf(stack).flatMap((role) => role.started.flatMap((task) => task.secretArns)),
    );
    const arn =
      resource.type === SECRET
        ? resource.arn
        : (stack.referenced(resource, "secretArn", SECRET)[0]?.arn ??
          resource.at("secretArn").text());
    return arn !== undefined && named.has(arn);
  }
  const names = dataBuckets(stack);
  const buckets = (BUCKETS as readonly string[]).includes(resource.type)
    ? [resource]
    : BUCKETS.flatMap((type) => stack.referenced(resource, "bucket", type));
  return buckets.some((bucket) => names.has(bucketName(bucket) ?? ""));
}

const neededActions = stackRule({
  id: "iam-only-needed-actions",
  subject,
  rationale:
    "What a server never asks for is there for whoever breaks into it: deploying, starting machines, reading parameters.",
  source: "A1, A2",
  mend: "Remove the action: no server of the system, and no start of a task, needs it",
  scope: "lgtm",
  severity: "high",
  reads: roleReads,
  judge(stack, judgement) {
    judgement.each(rolesOf(stack), (role) => {
      if (productsOf(usersOf(role)).length === 0) return;
      for (const { document, statement } of grantsOf(role)) {
        for (const action of statement.actions) {
          // Wildcards are findings of `iam-no-wildcard-actions` and `iam-no-wide-resources`.
          if (hasWildcard(action)) continue;
          if (statement.resources.some(isWide) && !needsNoResource(action)) continue;
          if (taskActions.some((pattern) => pattern.test(action.toLowerCase()))) continue;
          judgement.report(document.resource, {
            finding: `Action::${action}`,
            says: `${statement.label} lets tasks ${action}`,
          });
        }
      }
    });
  },
});

export const iamSeenRules: readonly Rule[] = [rolesSeen, grantsInRoles, neededActions];
