import { allTypes as t, mutant, type Properties, set, setting } from "./edits";
import type { BrokenPlan, Mutant } from "./mutant";

const bucket = "lgtm-bucket";

/** Changes the statement that refuses plain HTTP. */
const tls = (plan: BrokenPlan, change: (statement: Properties) => void) =>
  plan.document(t.bucketPolicy, bucket, "policy", (policy) =>
    change(policy.Statement.find((each) => each["Sid"] === "TlsOnly")!),
  );

const lifecycle = (plan: BrokenPlan, change: (rules: Properties[]) => void) =>
  plan.change(t.lifecycle, bucket, (properties) => change(properties["rules"] as Properties[]));

/** Changes one rule of the bucket's lifecycle. */
const rule = (plan: BrokenPlan, id: string, changes: Properties) =>
  lifecycle(plan, (rules) =>
    Object.assign(
      rules.find((each) => each["id"] === id)!,
      structuredClone(changes),
    ),
  );

const access: readonly Mutant[] = [
  mutant(
    "one of the four public access blocks is false",
    "flip a boolean",
    (plan) => set(plan, t.publicAccess, bucket, "restrictPublicBuckets", false),
    "storage-public-access restrictPublicBuckets",
  ),
  mutant(
    "one of the four public access blocks is missing",
    "remove a property",
    (plan) => set(plan, t.publicAccess, bucket, "ignorePublicAcls", undefined),
    "storage-public-access ignorePublicAcls",
  ),
  mutant(
    "the access logs have no public access block",
    "remove a resource",
    (plan) => plan.remove(t.publicAccess, "lgtm-access-logs-bucket"),
    "storage-public-access missing",
  ),
  mutant(
    "the bucket has a public access control list",
    "add a property",
    (plan) => set(plan, t.bucket, bucket, "acl", "public-read"),
    "storage-no-public-acl acl:public-read",
  ),
  mutant(
    "the TLS statement speaks of one account only",
    "change a policy statement",
    (plan) => tls(plan, (s) => (s["Principal"] = { AWS: "123456789012" })),
    "storage-tls-only plain-http",
  ),
  mutant(
    "the TLS statement leaves out the objects",
    "change a policy statement",
    (plan) => tls(plan, (s) => (s["Resource"] = (s["Resource"] as string[]).slice(0, 1))),
    "storage-tls-only plain-http",
  ),
  mutant(
    "the TLS statement has a second condition, which never holds",
    "change a policy statement",
    (plan) =>
      tls(
        plan,
        (s) =>
          (s["Condition"] = {
            Bool: { "aws:SecureTransport": "false" },
            StringEquals: { "aws:PrincipalTag/team": "nobody" },
          }),
      ),
    "storage-tls-only plain-http",
  ),
  mutant(
    "the bucket has no policy",
    "remove a resource",
    (plan) => plan.remove(t.bucketPolicy, bucket),
    "storage-tls-only missing",
  ),
  mutant(
    "encryption is not settled",
    "remove a resource",
    (plan) => plan.remove(t.encryption, bucket),
    "storage-encryption missing",
  ),
  mutant(
    "KMS without a bucket key",
    "change a value",
    (plan) =>
      set(plan, t.encryption, bucket, "rules", [
        { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } },
      ]),
    "storage-encryption bucketKeyEnabled",
  ),
  mutant(
    "versioning is suspended",
    "change a value",
    (plan) => set(plan, t.versioning, bucket, "versioningConfiguration.status", "Suspended"),
    "storage-versioning status:Suspended",
  ),
  mutant(
    "the bucket is not versioned",
    "remove a resource",
    (plan) => plan.remove(t.versioning, bucket),
    "storage-versioning missing",
  ),
  mutant(
    "objects belong to their writer",
    "change a value",
    (plan) => set(plan, t.ownership, bucket, "rule.objectOwnership", "ObjectWriter"),
    "storage-ownership objectOwnership:ObjectWriter",
  ),
];

const lifecycles: readonly Mutant[] = [
  mutant(
    "nothing ends non-current versions",
    "remove a property",
    (plan) => lifecycle(plan, (rules) => rules.splice(4, 6)),
    "storage-versioning no-end",
  ),
  mutant(
    "blocks go to GLACIER instead of Instant Retrieval",
    "change a value",
    (plan) => rule(plan, "metrics", { transitions: [{ days: 90, storageClass: "GLACIER" }] }),
    "storage-no-archive metrics:GLACIER",
  ),
  mutant(
    "non-current blocks alone go to DEEP_ARCHIVE",
    "add a property",
    (plan) =>
      rule(plan, "undelete-blocks", {
        noncurrentVersionTransitions: [{ noncurrentDays: 1, storageClass: "DEEP_ARCHIVE" }],
      }),
    "storage-no-archive undelete-blocks:noncurrent:DEEP_ARCHIVE",
  ),
  mutant(
    "Intelligent-Tiering with an archive tier",
    "add a resource",
    (plan) =>
      plan.add(t.tiering, "lgtm-tiering", {
        bucket: "sys-lgtm-s3",
        name: "all",
        tierings: [{ accessTier: "ARCHIVE_ACCESS", days: 90 }],
      }),
    "storage-no-archive tier:ARCHIVE_ACCESS",
  ),
  mutant(
    "logs end by a shorter prefix, which takes the index along",
    "widen a prefix",
    (plan) => rule(plan, "logs", { filter: { prefix: "ftt-loki/" } }),
    "storage-live-state logs:ftt-loki/index/",
  ),
  mutant(
    "a prefix without its end reaches a sibling",
    "widen a prefix",
    (plan) => rule(plan, "profiles", { filter: { prefix: "ftt-" } }),
    "storage-live-state profiles:ftt-loki/index/",
    "storage-behind-retention profiles:ftt-loki/",
  ),
  mutant(
    "a filter by tag instead of a prefix",
    "widen a prefix",
    (plan) =>
      rule(plan, "logs", { filter: { tag: { key: "cold", value: "yes" } }, transitions: [] }),
    "storage-live-state logs:rules/",
    "storage-live-state logs:alerts/",
    "storage-live-state logs:ftt-loki/index/",
  ),
  mutant(
    "rules end by themselves after ten years",
    "add a property",
    (plan) => rule(plan, "undelete-rules", { expiration: { days: 3650 } }),
    "storage-live-state undelete-rules:rules/",
  ),
  mutant(
    "blocks end before Mimir's year",
    "change a number",
    (plan) => rule(plan, "metrics", { expiration: { days: 364 } }),
    "storage-behind-retention metrics:blocks/",
  ),
  mutant(
    "blocks end on the day of Mimir's retention, before its deletion delay",
    "change a number",
    (plan) => rule(plan, "metrics", { expiration: { days: 365 } }),
    "storage-behind-retention metrics:blocks/",
  ),
  mutant(
    "blocks end on a date",
    "replace a property",
    (plan) => rule(plan, "metrics", { expiration: { date: "2030-01-01T00:00:00Z" } }),
    "storage-behind-retention metrics:blocks/",
  ),
  mutant(
    "Loki's own file keeps logs for two years, S3 does not",
    "change a server's setting",
    (plan) => setting(plan, "lgtm-loki-compactor", "limits_config.retention_period", "17520h"),
    "storage-behind-retention logs:ftt-loki/",
  ),
  mutant(
    "one stream of Loki is kept for two years, S3 ends it",
    "change a server's setting",
    (plan) =>
      setting(plan, "lgtm-loki-compactor", "limits_config.retention_stream", [
        { selector: '{level="audit"}', priority: 1, period: "2y" },
      ]),
    "storage-behind-retention logs:ftt-loki/",
  ),
  mutant(
    "Mimir keeps blocks for ever, S3 does not",
    "remove a server's setting",
    (plan) => {
      for (const replica of [0, 1, 2])
        setting(
          plan,
          `lgtm-mimir-${replica}`,
          "limits.compactor_blocks_retention_period",
          undefined,
        );
    },
    "storage-behind-retention metrics:blocks/",
  ),
  mutant(
    "traces move to a colder class a week before Tempo deletes them",
    "add a property",
    (plan) => rule(plan, "traces", { transitions: [{ days: 1, storageClass: "STANDARD_IA" }] }),
    "storage-transition-pays traces:STANDARD_IA:ftt-tempo/",
  ),
  mutant(
    "overwritten rules are gone after three days",
    "change a number",
    (plan) => rule(plan, "undelete-rules", { noncurrentVersionExpiration: { noncurrentDays: 3 } }),
    "storage-undelete-window undelete-rules:rules/",
  ),
  mutant(
    "one rule for all non-current versions",
    "widen a prefix",
    (plan) => rule(plan, "undelete-blocks", { filter: { prefix: "" } }),
    "storage-undelete-window undelete-blocks:rules/",
    "storage-undelete-window undelete-blocks:alerts/",
  ),
  mutant(
    "uploads are aborted under one prefix only",
    "narrow a prefix",
    (plan) => rule(plan, "uploads", { filter: { prefix: "blocks/" } }),
    "storage-abort-uploads no-abort",
  ),
  mutant(
    "the rule that aborts uploads is switched off",
    "change a value",
    (plan) => rule(plan, "uploads", { status: "Disabled" }),
    "storage-abort-uploads no-abort",
  ),
];

const databases: readonly Mutant[] = [
  mutant(
    "the database has a public address",
    "flip a boolean",
    (plan) => set(plan, t.database, "lgtm-grafana", "publiclyAccessible", true),
    "storage-database publiclyAccessible",
  ),
  mutant(
    "the database is not encrypted",
    "remove a property",
    (plan) => set(plan, t.database, "lgtm-grafana", "storageEncrypted", undefined),
    "storage-database storageEncrypted",
  ),
  mutant(
    "the database keeps no backups",
    "change a number",
    (plan) => set(plan, t.database, "lgtm-grafana", "backupRetentionPeriod", 0),
    "storage-database backupRetentionPeriod:0",
  ),
  mutant(
    "the database takes connections without TLS",
    "change a value",
    (plan) =>
      set(plan, t.parameters, "lgtm-grafana", "parameters", [
        { name: "rds.force_ssl", value: "0" },
      ]),
    "storage-database-tls rds.force_ssl",
  ),
  mutant(
    "the database uses AWS' own parameters",
    "change a reference",
    (plan) => set(plan, t.database, "lgtm-grafana", "parameterGroupName", "default.postgres17"),
    "storage-database-tls no-group",
  ),
];

export const storageMutants: readonly Mutant[] = [...access, ...lifecycles, ...databases];
