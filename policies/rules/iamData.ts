import {
  bucketAndKey,
  covering,
  grantsOf,
  isGranted,
  literalStart,
  type Grant,
} from "../access/grants";
import { documentsOf, hasWildcard, type Statement } from "../access/documents";
import { productsOf, roleReads, rolesOf, usersOf, type TaskRole } from "../access/roles";
import {
  bucketActions,
  harmlessObjectActions,
  objectActions,
  ownPrefixes,
} from "../data/storagePrefixes";
import type { Product } from "../data/parts";
import { type Judgement, type Resource, type Rule, type Stack, stackRule, readsOf } from "../rule";
import { settingTypes } from "../servers/buckets";
import { containersOf, environmentOf } from "../servers/server";

const BUCKET = "aws:s3/bucket:Bucket";
const GET_SECRET = ["secretsmanager:getsecretvalue", "secretsmanager:batchgetsecretvalue"];
const WRITE_LOGS = ["logs:createlogstream", "logs:putlogevents"];

/** Whose data a role reaches: objects, secrets, logs. */
export const iamDataRules: readonly Rule[] = [
  stackRule({
    id: "iam-own-prefixes",
    subject: "iam",
    rationale: "Each product reads and writes under its own prefixes, and nobody else's.",
    source: "A2, B2; measured (each server runs with its own prefix only)",
    mend: "Name the product's own prefixes, each with its slash: arn:aws:s3:::BUCKET/PREFIX/*",
    scope: "lgtm",
    severity: "critical",
    reads: roleReads,
    judge(stack, judgement) {
      judgement.each(rolesOf(stack), (role) => {
        const products = productsOf(usersOf(role));
        if (products.length === 0) return;
        const own = products.flatMap((product) => ownPrefixes[product as Product] ?? []);
        for (const grant of grantsOf(role)) judgeStorageGrant(grant, own, products, judgement);
      });
    },
  }),

  stackRule({
    id: "iam-own-prefixes-usable",
    subject: "iam",
    rationale: "A server without its rights is ready, and loses what it can't flush.",
    source:
      "A2; measured (a prefix condition on ListBucket makes S3 answer 403 where 404 is needed)",
    mend: "Allow GetObject, PutObject, DeleteObject and AbortMultipartUpload on the prefix and ListBucket on the bucket, without condition",
    scope: "lgtm",
    severity: "high",
    reads: {
      ...roleReads,
      [BUCKET]: ["bucket"],
      ...readsOf(settingTypes.policy, "bucket", "policy"),
    },
    judge(stack, judgement) {
      const buckets = dataBuckets(stack);
      judgement.each(rolesOf(stack), (role) => {
        if (role.isIncomplete) return;
        for (const product of productsOf(role.tasks)) {
          for (const prefix of ownPrefixes[product as Product] ?? []) {
            for (const bucket of buckets) {
              const refusing = refusals(stack, bucket, role);
              judgeUse(role, product, bucket, prefix, refusing, judgement);
            }
          }
        }
      });
    },
  }),

  stackRule({
    id: "iam-secrets-of-their-reader",
    subject: "iam",
    rationale: "A secret is readable by the service that names it, and by nobody else.",
    source: "A1",
    mend: "Let the execution role read exactly the secrets that its task definitions name, by full ARN",
    scope: "lgtm",
    severity: "critical",
    reads: roleReads,
    judge(stack, judgement) {
      const roles = rolesOf(stack);
      const named = new Set(
        roles.flatMap((role) => role.started.flatMap((task) => task.secretArns)),
      );
      judgement.each(roles, (role) => judgeSecrets(role, named, judgement));
    },
  }),

  stackRule({
    id: "iam-logs-own-group",
    subject: "iam",
    rationale:
      "A role that writes to any log group can forge any log, and make groups that never end.",
    source: "A1, S18",
    mend: "Allow CreateLogStream and PutLogEvents on the product's own log group",
    scope: "lgtm",
    severity: "medium",
    reads: roleReads,
    judge(stack, judgement) {
      judgement.each(rolesOf(stack), (role) => {
        const groups = [...new Set(role.started.flatMap((task) => task.logGroups))];
        if (productsOf(usersOf(role)).length === 0) return;
        judgeLogs(role, groups, judgement);
      });
    },
  }),
];

function judgeStorageGrant(
  { document, statement }: Grant,
  own: readonly string[],
  products: readonly string[],
  judgement: Judgement,
): void {
  const actions = statement.actions.filter((action) => /^(s3:|\*$)/i.test(action));
  if (actions.length === 0) return;
  for (const arn of statement.resources) {
    const place = bucketAndKey(arn);
    // Everything at once is the finding of `iam-no-wide-resources`.
    if (place === undefined) continue;
    if (place.key !== undefined) {
      const start = literalStart(place.key);
      if (own.some((prefix) => start.startsWith(prefix))) continue;
      judgement.report(document.resource, {
        finding: `Resource::${arn}`,
        says: `${products.join(", ")} may ${actions.join(", ")} on ${arn}, but owns ${own.length === 0 ? "nothing in the bucket" : own.join(", ")}`,
      });
      continue;
    }
    judgeActions(document.resource, actions, bucketActions, arn, judgement);
  }
  const objects = statement.resources.some((arn) => bucketAndKey(arn)?.key !== undefined);
  if (objects) {
    judgeActions(document.resource, actions, harmlessObjectActions, "objects", judgement);
  }
}

/** Actions beyond those of a server; wildcards are findings of their own rule. */
function judgeActions(
  resource: Resource,
  actions: readonly string[],
  allowed: ReadonlySet<string>,
  what: string,
  judgement: Judgement,
): void {
  for (const action of actions) {
    if (hasWildcard(action) || allowed.has(action.toLowerCase())) continue;
    // In one statement with its objects, the bucket's own actions do nothing, and the other way round.
    if (bucketActions.has(action.toLowerCase()) || harmlessObjectActions.has(action.toLowerCase()))
      continue;
    judgement.report(resource, {
      finding: `Action::${action}`,
      says: `${action} on ${what} is no server's business`,
    });
  }
}

/** Buckets of the stack that a server's configuration names. */
function dataBuckets(stack: Stack): string[] {
  const texts = rolesOf(stack)
    .flatMap((role) => role.tasks)
    .flatMap((task) => containersOf(task.resource).flatMap(environmentOf))
    .map(({ value }) => value);
  return stack.ofType(BUCKET).flatMap((bucket) => {
    const value = bucket.at("bucket");
    const name = value.isUnknown ? undefined : value.text();
    return name !== undefined && texts.some((text) => text.includes(name)) ? [name] : [];
  });
}

function judgeUse(
  role: TaskRole,
  product: string,
  bucket: string,
  prefix: string,
  refusing: readonly Statement[],
  judgement: Judgement,
): void {
  // An object as servers name them: some key below the prefix.
  const object = `arn:aws:s3:::${bucket}/${prefix}tenant/object`;
  const missing = [
    ...objectActions
      .filter((action) => !isGranted(role, action, object, refusing))
      .map((action) => `${action}:${prefix}`),
    ...(isGranted(role, "s3:ListBucket", `arn:aws:s3:::${bucket}`, refusing)
      ? []
      : ["s3:ListBucket"]),
  ];
  for (const what of new Set(missing)) {
    judgement.report(role.resource, {
      finding: `missing:${what}`,
      says: `${product} needs ${what} in ${bucket} and is not allowed it without condition`,
    });
  }
}

/** What the bucket's own policy refuses to everybody, or to the role by name. */
function refusals(stack: Stack, bucket: string, role: TaskRole): Statement[] {
  return stack
    .ofType(...settingTypes.policy)
    .filter((policy) => !policy.at("bucket").isUnknown && policy.at("bucket").text() === bucket)
    .flatMap((policy) => documentsOf(policy))
    .flatMap(({ statements }) => statements)
    .filter(
      ({ isAllow, principals }) =>
        !isAllow && principals.some(({ id }) => id === "*" || id === role.resource.arn),
    );
}

/** Six characters that Secrets Manager adds to a name: a pattern for them is as exact as the ARN. */
const SUFFIX = /-\?{6}$/;

function judgeSecrets(role: TaskRole, named: ReadonlySet<string>, judgement: Judgement): void {
  const needed = new Set(role.started.flatMap((task) => task.secretArns));
  const isOurs = productsOf(usersOf(role)).length > 0;
  const granted = new Set<string>();
  for (const { document, statement } of grantsOf(role)) {
    if (covering(statement, GET_SECRET).length === 0) continue;
    for (const arn of statement.resources) {
      granted.add(arn);
      if (isOurs && role.hasUnseenTasks) continue;
      if (isOurs ? isAmong(arn, needed) : !reaches(arn, named)) continue;
      judgement.report(document.resource, {
        finding: `Resource::${arn}`,
        says: `${role.resource.name} may read ${arn}, which ${isOurs ? "none of its task definitions names" : "belongs to a task"}`,
      });
    }
  }
  for (const arn of role.isIncomplete ? [] : needed) {
    if (
      [...granted].some(
        (pattern) => isAmong(pattern, new Set([arn])) || reaches(pattern, new Set([arn])),
      )
    )
      continue;
    judgement.report(role.resource, {
      finding: `missing:${arn}`,
      says: `a task definition names ${arn}, which its execution role may not read`,
    });
  }
}

const isAmong = (pattern: string, arns: ReadonlySet<string>): boolean =>
  arns.has(pattern) ||
  (SUFFIX.test(pattern) &&
    !hasWildcard(pattern.replace(SUFFIX, "")) &&
    [...arns].some((arn) => arn.startsWith(pattern.replace(/\?{6}$/, ""))));

const reaches = (pattern: string, arns: ReadonlySet<string>): boolean =>
  [...arns].some(
    (arn) =>
      literalStart(pattern) !== "" &&
      arn.startsWith(literalStart(pattern)) &&
      (hasWildcard(pattern) || arn === pattern),
  );

function judgeLogs(role: TaskRole, groups: readonly string[], judgement: Judgement): void {
  const written = new Set<string>();
  for (const { document, statement } of grantsOf(role)) {
    if (statement.actions.some((action) => action.toLowerCase() === "logs:createloggroup")) {
      judgement.report(document.resource, {
        finding: "Action::logs:CreateLogGroup",
        says: `${statement.label} lets tasks make log groups, which then have no end`,
      });
    }
    if (covering(statement, WRITE_LOGS).length === 0) continue;
    for (const arn of statement.resources) {
      const group = /^arn:[a-z-]+:logs:[a-z0-9-]+:\d{12}:log-group:([^:*?]+)(:|$)/.exec(arn)?.[1];
      if (group !== undefined) written.add(group);
      if (role.hasUnseenTasks || (group !== undefined && groups.includes(group))) continue;
      judgement.report(document.resource, {
        finding: `Resource::${arn}`,
        says: `${role.resource.name} may write to ${arn}; its tasks log to ${groups.join(", ") || "nothing"}`,
      });
    }
  }
  for (const group of role.isIncomplete ? [] : groups) {
    if (written.has(group)) continue;
    judgement.report(role.resource, {
      finding: `missing:${group}`,
      says: `its tasks log to ${group}, which it may not write`,
    });
  }
}
