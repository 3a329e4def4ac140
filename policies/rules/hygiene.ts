import { defaultTypes, retentionDays, statefulTypes } from "../data/stateful";
import type { Resource } from "../resource";
import { resourceRule, stackRule, type Rule, readsOf } from "../rule";
import { SERVICE } from "../servers/services";

const subject = "hygiene" as const;

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const SECRET = "aws:secretsmanager/secret:Secret";
const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const AWS_PROVIDER = "pulumi:providers:aws";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";

const isAws = ({ type }: Resource) => type.startsWith("aws:");

const requiredTags = stackRule({
  id: "hygiene-tags",
  subject,
  rationale: "A resource that says not whose it is gets deleted by nobody, or by the wrong one.",
  source: "S12",
  mend: "Set defaultTags on the provider",
  scope: "any",
  everyType: true,
  reads: { [AWS_PROVIDER]: ["defaultTags"], [LOG_GROUP]: ["tagsAll", "tags"] },
  severity: "low",
  configSchema: {
    keys: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: ["pulumi:project", "pulumi:stack"],
      description: "Keys of the tags that every resource carries.",
    },
  },
  judge(stack, judgement) {
    const keys = judgement.setting("keys").texts();
    judgement.each(stack.resources.filter(isAws), (resource) => {
      // The provider reports the tags of every type that has any; a type without them is not judged.
      const all = resource.at("tagsAll");
      if (!all.exists) return;
      for (const key of keys) {
        const value = all.at(key);
        if (value.isUnknown || (value.text() ?? "") !== "") continue;
        judgement.report(resource, { finding: `tag:${key}`, says: `it has no tag ${key}` });
      }
    });
  },
});

const explicitProvider = stackRule({
  id: "hygiene-explicit-provider",
  subject,
  rationale: "The default provider takes whatever account and region the shell happens to name.",
  source: "https://www.pulumi.com/docs/iac/concepts/resources/providers/",
  mend: "Give the resource, or the component above it, the stack's own provider",
  scope: "any",
  everyType: true,
  reads: {},
  severity: "high",
  judge(stack, judgement) {
    judgement.each(stack.resources.filter(isAws), (resource) => {
      const provider = resource.provider;
      if (provider === undefined || !/^default(_|$)/.test(provider.name)) return;
      judgement.report(resource, {
        finding: "default-provider",
        says: `it was made with the provider ${provider.name}`,
      });
    });
  },
});

const providerAccount = resourceRule({
  id: "hygiene-provider-account",
  subject,
  rationale:
    "With other credentials in the shell the stack goes into another account, or another region.",
  source:
    "https://www.pulumi.com/registry/packages/aws/api-docs/provider/#allowedaccountids_nodejs",
  mend: "Name region and allowedAccountIds on the provider",
  scope: "any",
  reads: {
    [AWS_PROVIDER]: ["region", "allowedAccountIds", "accessKey", "secretKey", "token", "insecure"],
  },
  severity: "high",
  judge(provider, judgement) {
    // Pulumi's own default provider is the business of `hygiene-explicit-provider`.
    if (/^default(_|$)/.test(provider.name)) return;
    judgement.each(["region"], (key) => {
      if ((provider.at(key).text() ?? "") !== "") return;
      judgement.report(provider, { finding: key, says: "the provider names no region" });
    });
    judgement.each(["accessKey", "secretKey", "token"], (key) => {
      if ((provider.at(key).text() ?? "") === "") return;
      judgement.report(provider, {
        finding: key,
        says: `the provider is given ${key}, which ends in the state and outlives who wrote it`,
      });
    });
    judgement.each(["insecure"], (key) => {
      if (provider.at(key).boolean() !== true) return;
      judgement.report(provider, { finding: key, says: "the provider accepts any certificate" });
    });
    judgement.each(["allowedAccountIds"], (key) => {
      const accounts = provider.at(key).json();
      const ids = accounts.texts().filter((id) => /^\d{12}$/.test(id));
      if (ids.length === 1) return;
      judgement.report(provider, {
        finding: key,
        says:
          ids.length === 0
            ? "the provider allows any account"
            : `the provider allows ${ids.length} accounts`,
      });
    });
  },
});

const protectedInProd = resourceRule({
  id: "hygiene-protected",
  subject,
  rationale: "One renamed resource, and Pulumi deletes a year of data to make it anew.",
  source: "B1",
  mend: "Set the resource option protect in prod",
  scope: "any",
  reads: readsOf(statefulTypes),
  severity: "critical",
  judge(resource, judgement) {
    if (judgement.environment !== "prod" || resource.options.protect) return;
    judgement.report(resource, { finding: "protect", says: "it is not protected in prod" });
  },
});

const forceDestroy = resourceRule({
  id: "hygiene-no-force-destroy",
  subject,
  rationale:
    "forceDestroy empties the bucket before it deletes it: one `destroy`, and the data is gone.",
  source: "B1",
  mend: "Set forceDestroy to false in prod",
  scope: "any",
  reads: readsOf(BUCKETS, "forceDestroy"),
  severity: "critical",
  judge(bucket, judgement) {
    if (judgement.environment !== "prod") return;
    if (bucket.at("forceDestroy").boolean() !== true) return;
    judgement.report(bucket, { finding: "forceDestroy", says: "forceDestroy is true in prod" });
  },
});

const logRetention = resourceRule({
  id: "hygiene-log-retention",
  subject,
  rationale: "A log group without retention keeps, and bills, every line for ever.",
  source: "S18",
  mend: "Set retentionInDays; 7 days unless something else is needed",
  scope: "any",
  reads: { [LOG_GROUP]: ["retentionInDays"] },
  severity: "medium",
  configSchema: {
    leastDays: {
      type: "integer",
      minimum: 1,
      description: "Shortest retention, in days; 7 in prod and 1 in dev where nothing is said.",
    },
    mostDays: {
      type: "integer",
      minimum: 1,
      default: 400,
      description: "Longest retention, in days.",
    },
  },
  judge(group, judgement) {
    const days = group.at("retentionInDays").number() ?? 0;
    const least =
      judgement.setting("leastDays").number() ?? (judgement.environment === "prod" ? 7 : 1);
    const most = judgement.setting("mostDays").number() ?? 400;
    const says =
      days === 0
        ? "it keeps its lines for ever"
        : days < least || days > most
          ? `it keeps its lines ${days} days; between ${least} and ${most} are allowed`
          : retentionDays.includes(days)
            ? undefined
            : `it keeps its lines ${days} days, which CloudWatch Logs refuses`;
    if (says === undefined) return;
    judgement.report(group, { finding: `retentionInDays:${days}`, says });
  },
});

const noDefaultResources = resourceRule({
  id: "hygiene-no-default-resources",
  subject,
  rationale:
    "AWS' default VPC and its parts are shared by everybody in the region: what changes them changes strangers.",
  source: "N1",
  mend: "Use the stack's own VPC; a VPC's default security group may be adopted only to take its rules away",
  scope: "any",
  reads: {
    ...readsOf(defaultTypes),
    [DEFAULT_GROUP]: ["ingress", "egress"],
  },
  severity: "high",
  judge(resource, judgement) {
    if (resource.type !== DEFAULT_GROUP) {
      judgement.report(resource, {
        finding: "default",
        says: "it takes over a default resource of the account",
      });
      return;
    }
    judgement.each(["ingress", "egress"], (key) => {
      if (resource.at(key).oneOrMore().length === 0) return;
      judgement.report(resource, {
        finding: key,
        says: `the VPC's default group has ${key} rules`,
      });
    });
  },
});

/** Source: API_DeleteSecret, RecoveryWindowInDays: 7 to 30. */
const LEAST_RECOVERY_DAYS = 7;

const secretRecovery = resourceRule({
  id: "hygiene-secret-recovery",
  subject,
  rationale: "A secret that is deleted at once takes the database's password with it.",
  source: "S24",
  mend: "Set recoveryWindowInDays to 7 or more in prod",
  scope: "any",
  reads: { [SECRET]: ["recoveryWindowInDays"] },
  severity: "medium",
  judge(secret, judgement) {
    if (judgement.environment !== "prod") return;
    const days = secret.at("recoveryWindowInDays").number() ?? 30;
    if (days >= LEAST_RECOVERY_DAYS) return;
    judgement.report(secret, {
      finding: `recovery:${days}`,
      says: `recoveryWindowInDays is ${days} in prod`,
    });
  },
});

const taskTags = resourceRule({
  id: "hygiene-task-tags",
  subject,
  rationale: "Tasks without tags can't be told apart on the bill.",
  source: "S12",
  mend: "Set propagateTags to SERVICE and enableEcsManagedTags to true",
  scope: "any",
  reads: { [SERVICE]: ["propagateTags", "enableEcsManagedTags"] },
  severity: "low",
  judge(service, judgement) {
    judgement.each(["propagateTags"], (key) => {
      const from = service.at(key).text();
      if (from === "SERVICE" || from === "TASK_DEFINITION") return;
      judgement.report(service, { finding: key, says: `propagateTags is ${from ?? "not set"}` });
    });
    judgement.each(["enableEcsManagedTags"], (key) => {
      if (service.at(key).boolean() === true) return;
      judgement.report(service, {
        finding: key,
        says: `enableEcsManagedTags is ${service.at(key).toString()}`,
      });
    });
  },
});

const ignoredChanges = resourceRule({
  id: "hygiene-ignored-changes",
  subject,
  rationale:
    "A change that is ignored is never deployed: what is reviewed and judged is not what runs.",
  source: "https://www.pulumi.com/docs/iac/concepts/resources/options/ignorechanges/",
  mend: "Remove ignoreChanges; a count that autoscaling owns may stay",
  scope: "any",
  everyType: true,
  enforcement: "advisory",
  reads: {},
  severity: "low",
  judge(resource, judgement) {
    if (!isAws(resource)) return;
    for (const path of resource.options.ignoreChanges) {
      if (ownedByAutoscaling.test(path)) continue;
      judgement.report(resource, {
        finding: `ignoreChanges:${path}`,
        says: `changes of ${path} are ignored`,
      });
    }
  },
});

/** What Application Auto Scaling, or a schedule of it, changes by itself. */
const ownedByAutoscaling = /^(desiredCount|minCapacity|maxCapacity)$/;

export const hygieneRules: readonly Rule[] = [
  requiredTags,
  explicitProvider,
  providerAccount,
  protectedInProd,
  forceDestroy,
  logRetention,
  noDefaultResources,
  secretRecovery,
  taskTags,
  ignoredChanges,
];
