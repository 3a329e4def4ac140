import { MOST_ABORT_DAYS } from "../data/storage";
import type { Resource } from "../resource";
import { type Judgement, stackRule, type Rule, readsOf } from "../rule";
import {
  BUCKETS,
  type BucketMatter,
  bucketsWith,
  lifecycleOf,
  logBucketReads,
  logBuckets,
  settingTypes,
} from "../servers/buckets";
import type { Value } from "../value";

const subject = "storage" as const;

const reads = (matter: BucketMatter, ...paths: readonly string[]) => ({
  ...Object.fromEntries(
    BUCKETS.map((type) => [
      type,
      matter === "lifecycle" ? ["bucket", "lifecycleRules"] : ["bucket"],
    ]),
  ),
  ...Object.fromEntries(settingTypes[matter].map((type) => [type, ["bucket", ...paths]])),
});

/** A rule that wants a bucket's matter settled by at least one resource, and judges each of them. */
const bucketRule = (
  about: Pick<Rule, "id" | "rationale" | "source" | "mend" | "severity">,
  matter: BucketMatter,
  paths: readonly string[],
  missing: string,
  judgeSetting: (setting: Resource, judgement: Judgement) => void,
): Rule =>
  stackRule({
    ...about,
    subject,
    scope: "any",
    reads: reads(matter, ...paths),
    judge: (stack, judgement) => {
      judgement.each(bucketsWith(stack, matter), ({ bucket, settings }) => {
        if (settings.length === 0) judgement.report(bucket, { finding: "missing", says: missing });
        judgement.each(settings, (setting) => judgeSetting(setting, judgement));
      });
    },
  });

const fourBlocks = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
];

const publicAccess = bucketRule(
  {
    id: "storage-public-access",
    rationale: "One policy or access control list too many, and a year of logs is public.",
    source: "B1",
    mend: "Add an aws.s3.BucketPublicAccessBlock with all four blocks true",
    severity: "critical",
  },
  "publicAccess",
  fourBlocks,
  "nothing blocks public access to the bucket",
  (block, judgement) => {
    judgement.each(fourBlocks, (key) => {
      const value = block.at(key);
      if (value.boolean() === true) return;
      judgement.report(block, { finding: key, says: `${key} is ${value.toString()}` });
    });
  },
);

const aclGrants = stackRule({
  id: "storage-no-public-acl",
  subject,
  rationale: "Access control lists grant past every policy, to everybody with one word.",
  source: "B1",
  mend: "Remove the access control list and let BucketOwnerEnforced switch them off",
  scope: "any",
  reads: {
    ...readsOf(BUCKETS, "acl", "grants", "accessControlPolicy"),
    ...readsOf(settingTypes.acl, "acl", "accessControlPolicy"),
  },
  severity: "critical",
  judge(stack, judgement) {
    judgement.each(stack.ofType(...BUCKETS, ...settingTypes.acl), (resource) => {
      const acl = resource.at("acl").text();
      if (acl !== undefined && /public|authenticated/.test(acl)) {
        judgement.report(resource, {
          finding: `acl:${acl}`,
          says: `its access control list is ${acl}`,
        });
      }
      const grants = [
        ...resource
          .at("grants")
          .oneOrMore()
          .map((grant) => grant.at("uri")),
        ...resource
          .at("accessControlPolicy", "grants")
          .oneOrMore()
          .map((grant) => grant.at("grantee", "uri")),
      ];
      judgement.each(grants, (uri) => {
        const group = /\/groups\/global\/(\w+)$/.exec(uri.text() ?? "")?.[1];
        if (group === undefined) return;
        judgement.report(resource, {
          finding: `grant:${group}`,
          says: `it grants something to ${group}`,
        });
      });
    });
  },
});

/** Statement that refuses everything without TLS, on the bucket and on its objects. */
function tlsOnlyGaps(policy: Value, bucketArn: string | undefined): string | undefined {
  const denying = policy
    .at("Statement")
    .oneOrMore()
    .filter(
      (statement) =>
        statement.at("Effect").text() === "Deny" &&
        everybody(statement.at("Principal")) &&
        statement
          .at("Action")
          .texts()
          .some((action) => action === "s3:*" || action === "*") &&
        withoutTls(statement.at("Condition")),
    );
  if (denying.length === 0) return "no statement refuses requests without TLS to everybody";
  const resources = new Set(denying.flatMap((statement) => statement.at("Resource").texts()));
  if (resources.has("*")) return undefined;
  const all = [...resources];
  const objects = all.some(
    (arn) => arn.endsWith("/*") && (bucketArn === undefined || arn === `${bucketArn}/*`),
  );
  const bucket = all.some(
    (arn) => !arn.includes("/") && (bucketArn === undefined || arn === bucketArn),
  );
  if (objects && bucket) return undefined;
  return `the refusal of requests without TLS leaves out the ${objects ? "bucket" : "objects"}`;
}

const everybody = (principal: Value) =>
  principal.texts().includes("*") || principal.at("AWS").texts().includes("*");

/** The one condition that is true for exactly the requests without TLS; a second one would narrow the refusal. */
function withoutTls(condition: Value): boolean {
  const operators = condition.entries();
  return (
    operators.length === 1 &&
    /^bool$/i.test(operators[0]![0]) &&
    operators[0]![1].entries().length === 1 &&
    operators[0]![1]
      .entries()
      .every(
        ([key, value]) =>
          key.toLowerCase() === "aws:securetransport" &&
          (value.boolean() === false || value.texts().join() === "false"),
      )
  );
}

const tlsOnly = stackRule({
  id: "storage-tls-only",
  subject,
  rationale: "Without a refusal S3 answers plain HTTP, and whoever listens reads the data.",
  source: "B1",
  mend: "Deny s3:* to everybody on the bucket and its objects where aws:SecureTransport is false",
  scope: "any",
  reads: reads("policy", "policy"),
  severity: "high",
  judge(stack, judgement) {
    judgement.each(bucketsWith(stack, "policy"), ({ bucket, settings }) => {
      if (settings.length === 0) {
        judgement.report(bucket, {
          finding: "missing",
          says: "the bucket has no policy, so plain HTTP is answered",
        });
      }
      judgement.each(settings, (setting) => {
        const gap = tlsOnlyGaps(setting.at("policy").json(), bucket.arn);
        if (gap !== undefined) judgement.report(setting, { finding: "plain-http", says: gap });
      });
    });
  },
});

const encryption = bucketRule(
  {
    id: "storage-encryption",
    rationale:
      "What encrypts the bucket is written down, and with a KMS key without a bucket key each object costs a request.",
    source: "B1",
    mend: "Add a BucketServerSideEncryptionConfiguration: AES256, or aws:kms with bucketKeyEnabled",
    severity: "medium",
  },
  "encryption",
  ["rules"],
  "nothing says how the bucket is encrypted",
  (setting, judgement) => {
    const rules = setting.at("rules").oneOrMore();
    if (rules.length === 0)
      judgement.report(setting, { finding: "no-rule", says: "it has no rule" });
    judgement.each(rules, (rule) => {
      const algorithm = rule.at("applyServerSideEncryptionByDefault", "sseAlgorithm").text();
      if (algorithm !== "AES256" && algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse") {
        judgement.report(setting, {
          finding: `algorithm:${algorithm ?? "none"}`,
          says: `its algorithm is ${algorithm ?? "absent"}`,
        });
      } else if (algorithm === "aws:kms" && rule.at("bucketKeyEnabled").boolean() !== true) {
        judgement.report(setting, {
          finding: "bucketKeyEnabled",
          says: "bucketKeyEnabled is not true: each object asks KMS",
        });
      }
    });
  },
);

const ownership = bucketRule(
  {
    id: "storage-ownership",
    rationale:
      "Objects that their writer owns, and access control lists, grant what no policy shows.",
    source: "B1",
    mend: "Add BucketOwnershipControls with objectOwnership BucketOwnerEnforced",
    severity: "medium",
  },
  "ownership",
  ["rule"],
  "nothing says who owns the bucket's objects",
  (setting, judgement) => {
    const value = setting.at("rule", "objectOwnership").text();
    if (value === "BucketOwnerEnforced") return;
    judgement.report(setting, {
      finding: `objectOwnership:${value ?? "none"}`,
      says: `objectOwnership is ${value ?? "absent"}`,
    });
  },
);

const versioning = stackRule({
  id: "storage-versioning",
  subject,
  rationale:
    "Without versions an overwritten rule or a deleted block is gone at once; without their end the bucket grows for ever.",
  source: "B1",
  mend: "Enable versioning, and end non-current versions in the lifecycle",
  scope: "any",
  reads: {
    ...reads("versioning", "versioningConfiguration.status"),
    ...reads("lifecycle", "rules"),
    ...logBucketReads,
  },
  severity: "high",
  judge(stack, judgement) {
    const logs = logBuckets(stack);
    const lifecycles = new Map(
      bucketsWith(stack, "lifecycle").map((entry) => [entry.bucket, entry]),
    );
    judgement.each(bucketsWith(stack, "versioning"), ({ bucket, settings }) => {
      // Access logs are written once and end after weeks.
      if (logs.has(bucket)) return;
      if (settings.length === 0) {
        judgement.report(bucket, { finding: "missing", says: "the bucket is not versioned" });
        return;
      }
      judgement.each(settings, (setting) => {
        const status = setting.at("versioningConfiguration", "status").text();
        if (status === "Enabled") return;
        judgement.report(setting, {
          finding: `status:${status ?? "none"}`,
          says: `versioningConfiguration.status is ${status ?? "absent"}`,
        });
      });
      const lifecycle = lifecycles.get(bucket);
      const ends =
        lifecycle !== undefined &&
        lifecycleOf(lifecycle).some(({ rule }) => rule.at("noncurrentVersionExpiration").exists);
      if (!ends)
        judgement.report(bucket, {
          finding: "no-end",
          says: "nothing ends its non-current versions",
        });
    });
  },
});

const abortUploads = stackRule({
  id: "storage-abort-uploads",
  subject,
  rationale:
    "Parts of uploads that were never completed are billed for ever and shown by no listing.",
  source: "B3",
  mend: "Add a lifecycle rule over the whole bucket that aborts incomplete uploads after a day",
  scope: "any",
  reads: reads("lifecycle", "rules"),
  severity: "low",
  judge(stack, judgement) {
    judgement.each(bucketsWith(stack, "lifecycle"), (entry) => {
      const aborts = lifecycleOf(entry).some(({ prefix, rule }) => {
        const days = rule.at("abortIncompleteMultipartUpload", "daysAfterInitiation").number();
        return prefix === "" && days !== undefined && days <= MOST_ABORT_DAYS;
      });
      if (aborts) return;
      judgement.report(entry.settings[0] ?? entry.bucket, {
        finding: "no-abort",
        says: "no rule over the whole bucket aborts incomplete uploads within a week",
      });
    });
  },
});

export const storageBucketRules: readonly Rule[] = [
  publicAccess,
  aclGrants,
  tlsOnly,
  encryption,
  ownership,
  versioning,
  abortUploads,
];
