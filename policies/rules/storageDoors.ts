import { readsOf, resourceRule, type Rule, stackRule } from "../rule";
import { BUCKETS } from "../servers/buckets";

const subject = "storage" as const;

const REPLICATION = ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"] as const;
const WEBSITE = [
  "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
  "aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2",
] as const;
const CORS = [
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
  "aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2",
] as const;
const PAYMENT = [
  "aws:s3/bucketRequestPaymentConfiguration:BucketRequestPaymentConfiguration",
  "aws:s3/bucketRequestPaymentConfigurationV2:BucketRequestPaymentConfigurationV2",
] as const;
const ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";
const SNAPSHOTS = ["aws:rds/snapshot:Snapshot", "aws:rds/clusterSnapshot:ClusterSnapshot"] as const;
const KEY = "aws:kms/key:Key";

const noCopiesElsewhere = stackRule({
  id: "storage-no-copies-elsewhere",
  subject,
  rationale:
    "A replicated bucket is a second one that no rule judges, often in another account, with a year of logs in it.",
  source: "B1; https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
  mend: "Remove the replication, or make its target a bucket of this stack",
  scope: "any",
  reads: {
    ...readsOf(BUCKETS, "arn", "replicationConfiguration"),
    ...readsOf(REPLICATION, "rules"),
  },
  severity: "high",
  judge(stack, judgement) {
    judgement.each(stack.ofType(...REPLICATION, ...BUCKETS), (resource) => {
      const isBucket = (BUCKETS as readonly string[]).includes(resource.type);
      const holder = isBucket ? resource.at("replicationConfiguration") : resource.properties;
      if (!holder.exists) return;
      judgement.each(holder.at("rules").oneOrMore(), (rule) => {
        if (rule.at("status").text() === "Disabled") return;
        const target = rule.at("destination", "bucket").text();
        if (target === undefined || stack.byArn(target) !== undefined) return;
        judgement.report(resource, {
          finding: target,
          says: `objects are copied to ${target}, which this stack does not hold`,
        });
      });
    });
  },
});

const notOnTheWeb = resourceRule({
  id: "storage-not-on-the-web",
  subject,
  rationale:
    "A bucket of servers is no website: pages and other origins are ways in, and a paying requester locks the servers out.",
  source: "B1",
  mend: "Remove website, CORS and request payment from the bucket",
  scope: "any",
  reads: {
    ...readsOf(BUCKETS, "website", "corsRules", "requestPayer"),
    ...readsOf(WEBSITE),
    ...readsOf(CORS, "corsRules"),
    ...readsOf(PAYMENT, "payer"),
  },
  severity: "high",
  judge(resource, judgement) {
    const report = (finding: string, says: string) => judgement.report(resource, { finding, says });
    const isA = (types: readonly string[]) => types.includes(resource.type);
    const isWebsite = () => report("website", "the bucket is a website, over plain HTTP");
    if (isA(WEBSITE)) isWebsite();
    judgement.each(isA(BUCKETS) ? ["website"] : [], (key) => {
      if ((resource.at(key).known() ?? undefined) !== undefined) isWebsite();
    });
    judgement.each(isA(PAYMENT) ? ["payer"] : isA(BUCKETS) ? ["requestPayer"] : [], (key) => {
      if (resource.at(key).text() === "Requester")
        report("payer:Requester", "whoever asks has to offer to pay, which no server does");
    });
    if (!isA(BUCKETS) && !isA(CORS)) return;
    judgement.each(resource.at("corsRules").oneOrMore(), (rule) => {
      for (const origin of rule.at("allowedOrigins").texts())
        report(`origin:${origin}`, `pages of ${origin} may use the bucket`);
    });
  },
});

const blocks = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
] as const;

const accountBlock = resourceRule({
  id: "storage-account-public-access",
  subject,
  rationale: "The account's own block holds for every bucket in it: this stack must not lift it.",
  source:
    "B1; https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  mend: "Leave the account's block alone, or set all four to true",
  scope: "any",
  reads: { [ACCOUNT_BLOCK]: blocks },
  severity: "critical",
  judge(block, judgement) {
    judgement.each(blocks, (key) => {
      if (block.at(key).boolean() === true) return;
      judgement.report(block, { finding: key, says: `${key} is ${block.at(key).toString()}` });
    });
  },
});

const snapshotsUnshared = resourceRule({
  id: "storage-snapshots-unshared",
  subject,
  rationale: "A shared snapshot is the database, with its users and secrets, in another account.",
  source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
  mend: "Remove sharedAccounts",
  scope: "any",
  reads: readsOf(SNAPSHOTS, "sharedAccounts"),
  severity: "critical",
  judge(snapshot, judgement) {
    for (const account of snapshot.at("sharedAccounts").texts()) {
      judgement.report(snapshot, {
        finding: `shared:${account}`,
        says: `it is shared with ${account === "all" ? "everybody" : account}`,
      });
    }
  },
});

/** Days that a key waits for its deletion at least in prod: until somebody misses what it encrypts. */
const LEAST_DELETION_DAYS = 14;

const keyKept = resourceRule({
  id: "storage-key-kept",
  subject,
  rationale: "What a key encrypts is gone with the key, and unreadable while it is switched off.",
  source: "B1; https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  mend: "Leave the key enabled, rotate it, and in prod let it wait 30 days for its deletion",
  scope: "any",
  reads: {
    [KEY]: ["isEnabled", "enableKeyRotation", "deletionWindowInDays", "customerMasterKeySpec"],
  },
  severity: "high",
  judge(key, judgement) {
    const report = (finding: string, says: string) => judgement.report(key, { finding, says });
    judgement.each(["isEnabled"], (name) => {
      if (key.at(name).boolean() === false) report(name, "it is switched off");
    });
    judgement.each(["enableKeyRotation"], (name) => {
      // Only symmetric keys rotate by themselves.
      const spec = key.at("customerMasterKeySpec").text() ?? "SYMMETRIC_DEFAULT";
      if (spec === "SYMMETRIC_DEFAULT" && key.at(name).boolean() !== true)
        report(name, "its material is never renewed");
    });
    judgement.each(["deletionWindowInDays"], (name) => {
      const days = key.at(name).number() ?? 30;
      if (judgement.environment === "prod" && days < LEAST_DELETION_DAYS)
        report(`${name}:${days}`, `${days} days after its deletion the data is lost`);
    });
  },
});

export const storageDoorRules: readonly Rule[] = [
  noCopiesElsewhere,
  notOnTheWeb,
  accountBlock,
  snapshotsUnshared,
  keyKept,
];
