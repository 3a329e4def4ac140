import { allTypes as t, mutant, set } from "./edits";
import type { Mutant } from "./mutant";

export const hygieneMutants: readonly Mutant[] = [
  mutant(
    "a resource without the stack's tags",
    "change a value",
    (plan) =>
      set(plan, t.loadBalancer, "lgtm-alb", "tagsAll", {
        "lgtm:name": "lgtm",
        "pulumi:project": "lgtm",
      }),
    "hygiene-tags tag:pulumi:stack",
  ),
  mutant(
    "a resource of the default provider",
    "change a reference",
    (plan) => {
      const provider = "urn:pulumi:prod::lgtm::pulumi:providers:aws::default_7_48_0";
      const model = plan.find(t.provider, "lgtm");
      plan.resources.push({
        ...structuredClone(model),
        name: "default_7_48_0",
        urn: provider,
        inputs: { region: "us-east-1" },
        outputs: { region: "us-east-1" },
      });
      plan.find(t.logGroup, "lgtm-loki-logs").provider = `${provider}::provider`;
    },
    "hygiene-explicit-provider default-provider",
  ),
  mutant(
    "the provider takes any account",
    "remove a property",
    (plan) => set(plan, t.provider, "lgtm", "allowedAccountIds", undefined),
    "hygiene-provider-account allowedAccountIds",
  ),
  mutant(
    "the provider takes any region",
    "remove a property",
    (plan) => set(plan, t.provider, "lgtm", "region", undefined),
    "hygiene-provider-account region",
  ),
  mutant(
    "the bucket is not protected",
    "remove an option",
    (plan) => {
      plan.find(t.bucket, "lgtm-bucket").protect = false;
    },
    "hygiene-protected protect",
  ),
  mutant(
    "the database is not protected",
    "remove an option",
    (plan) => {
      plan.find(t.database, "lgtm-grafana").protect = false;
    },
    "hygiene-protected protect",
  ),
  mutant(
    "the bucket is emptied with the stack",
    "flip a boolean",
    (plan) => set(plan, t.bucket, "lgtm-bucket", "forceDestroy", true),
    "hygiene-no-force-destroy forceDestroy",
  ),
  mutant(
    "logs are kept for ever",
    "remove a property",
    (plan) => set(plan, t.logGroup, "lgtm-loki-logs", "retentionInDays", undefined),
    "hygiene-log-retention retentionInDays:0",
  ),
  mutant(
    "logs are kept for ten years",
    "change a number",
    (plan) => set(plan, t.logGroup, "lgtm-loki-logs", "retentionInDays", 3653),
    "hygiene-log-retention retentionInDays:3653",
  ),
  mutant(
    "the account's default VPC is taken over",
    "add a resource",
    (plan) =>
      plan.add(
        t.defaultVpc,
        "default",
        { enableDnsHostnames: true },
        { tagsAll: { "lgtm:name": "lgtm", "pulumi:project": "lgtm", "pulumi:stack": "prod" } },
      ),
    "hygiene-no-default-resources default",
  ),
  mutant(
    "a secret is gone at once",
    "change a number",
    (plan) => set(plan, t.secret, "lgtm-database-password", "recoveryWindowInDays", 0),
    "hygiene-secret-recovery recovery:0",
  ),
  mutant(
    "tasks without tags",
    "change a value",
    (plan) => set(plan, t.service, "lgtm-loki-querier", "propagateTags", "NONE"),
    "hygiene-task-tags propagateTags",
  ),
];
