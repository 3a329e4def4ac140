import { stackRule, type Rule, readsOf } from "../rule";
import { type BucketMatter, BUCKETS, bucketsWith, settingTypes } from "../servers/buckets";

/** Matters of which a bucket has one setting: the second put replaces the first. An ACL is one too. */
const matters: readonly BucketMatter[] = [
  "publicAccess",
  "policy",
  "encryption",
  "versioning",
  "ownership",
  "lifecycle",
];

const oneOfEach = stackRule({
  id: "storage-settings-once",
  subject: "storage",
  rationale:
    "S3 keeps one policy and one lifecycle per bucket: two resources overwrite each other at every other `up`, silently.",
  source:
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html",
  mend: "Write all rules or statements into one resource",
  scope: "any",
  severity: "high",
  reads: {
    ...readsOf(BUCKETS, "bucket"),
    ...Object.fromEntries(
      matters.flatMap((matter) => settingTypes[matter].map((type) => [type, ["bucket"]])),
    ),
  },
  judge(stack, judgement) {
    for (const matter of matters) {
      judgement.each(bucketsWith(stack, matter), ({ bucket, settings }) => {
        for (const setting of settings.slice(1)) {
          judgement.report(setting, {
            finding: `${matter}:twice`,
            says: `${settings[0]?.name ?? "another resource"} settles the ${matter} of "${bucket.name}" too`,
          });
        }
      });
    }
  },
});

export const storageOnceRules: readonly Rule[] = [oneOfEach];
