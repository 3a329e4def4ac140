import {
  neverTouched,
  PRECIOUS_UNDELETE_DAYS,
  preciousPrefixes,
  unreadableClasses,
} from "../data/storage";
import type { Stack } from "../resource";
import { stackRule, type Rule, readsOf } from "../rule";
import {
  BUCKETS,
  bucketName,
  bucketsWith,
  type BucketWith,
  expiryDays,
  type LifecycleRule,
  lifecycleOf,
  logBucketReads,
  logBuckets,
  overlap,
  settingTypes,
  transitionsOf,
} from "../servers/buckets";
import { durationText } from "../servers/duration";
import { dataBuckets, keptData, livePrefixes } from "../servers/retention";
import { serverReads } from "../servers/server";

const subject = "storage" as const;
const DAY = 86_400;

const reads = {
  ...readsOf(BUCKETS, "bucket", "lifecycleRules"),
  ...readsOf(settingTypes.lifecycle, "bucket", "rules"),
};

/** A name for a rule's reach in messages. */
const reach = ({ id, prefix }: LifecycleRule) =>
  `rule ${id} over ${prefix === "" ? "the whole bucket" : prefix}`;

const noArchive = stackRule({
  id: "storage-no-archive",
  subject,
  rationale:
    "Objects in Glacier's archive classes can't be read without a restore: every query that needs one fails.",
  source: "B3",
  mend: "Use GLACIER_IR, or no transition",
  scope: "any",
  reads: {
    ...reads,
    ...logBucketReads,
    ...readsOf(settingTypes.intelligentTiering, "bucket", "status", "tierings"),
  },
  severity: "critical",
  judge(stack, judgement) {
    const logs = logBuckets(stack);
    const queried = ({ bucket }: BucketWith) => !logs.has(bucket);
    judgement.each(bucketsWith(stack, "lifecycle").filter(queried), (entry) => {
      judgement.each(lifecycleOf(entry), (rule) => {
        for (const versions of ["current", "noncurrent"] as const) {
          for (const transition of transitionsOf(rule, versions)) {
            const storageClass = transition.at("storageClass").text() ?? "";
            if (!unreadableClasses.includes(storageClass)) continue;
            judgement.report(entry.settings[0] ?? entry.bucket, {
              finding: `${rule.id}:${versions === "current" ? "" : "noncurrent:"}${storageClass}`,
              says: `${reach(rule)} moves ${versions === "current" ? "objects" : "non-current versions"} to ${storageClass}`,
            });
          }
        }
      });
    });
    judgement.each(bucketsWith(stack, "intelligentTiering").filter(queried), ({ settings }) => {
      judgement.each(settings, (setting) => {
        if ((setting.at("status").text() ?? "Enabled") !== "Enabled") return;
        for (const tiering of setting.at("tierings").oneOrMore()) {
          const tier = tiering.at("accessTier").text() ?? "";
          if (!unreadableClasses.includes(tier)) continue;
          judgement.report(setting, {
            finding: `tier:${tier}`,
            says: `Intelligent-Tiering moves objects to ${tier}`,
          });
        }
      });
    });
  },
});

/** Prefixes of a bucket that no rule may end or move, each once. */
function untouchable(stack: Stack, bucket: string | undefined): string[] {
  const named = livePrefixes(stack).filter((live) => live.bucket === bucket);
  return [...new Set([...neverTouched, ...named.map(({ prefix }) => prefix)])];
}

const untouched = stackRule({
  id: "storage-live-state",
  subject,
  rationale:
    "Rules, alerts and Loki's index are old and alive: an expiry or a colder class over them takes the system with it.",
  source: "B3",
  mend: "Name the tenant's full prefix in the rule, such as ftt-loki/fake/, so that it reaches nothing else",
  scope: "lgtm",
  reads: { ...reads, ...serverReads },
  severity: "critical",
  judge(stack, judgement) {
    const servers = dataBuckets(stack);
    judgement.each(bucketsWith(stack, "lifecycle"), (entry) => {
      const name = bucketName(entry.bucket);
      if (name === undefined || !servers.has(name)) return;
      const prefixes = untouchable(stack, name);
      judgement.each(lifecycleOf(entry), (rule) => {
        const days = expiryDays(rule);
        const moves = transitionsOf(rule, "current").length > 0;
        if (days === undefined && !moves) return;
        for (const prefix of prefixes) {
          if (!overlap(rule.prefix, prefix)) continue;
          judgement.report(entry.settings[0] ?? entry.bucket, {
            finding: `${rule.id}:${prefix}`,
            says: `${reach(rule)} ${days === undefined ? "moves" : "ends"} objects under ${prefix}`,
          });
        }
      });
    });
  },
});

const behindRetention = stackRule({
  id: "storage-behind-retention",
  subject,
  rationale:
    "An expiry before the server's own retention deletes data that queries still look for, and blocks that its index still names.",
  source: "B3",
  mend: "Let the expiry come later than the server's retention and its deletion delay, or shorten the retention",
  scope: "lgtm",
  reads: { ...reads, ...serverReads },
  severity: "critical",
  judge(stack, judgement) {
    const kept = keptData(stack);
    judgement.each(bucketsWith(stack, "lifecycle"), (entry) => {
      const name = bucketName(entry.bucket);
      const inBucket = kept.filter(({ bucket }) => bucket === name);
      judgement.each(lifecycleOf(entry), (rule) => {
        const days = expiryDays(rule);
        if (days === undefined) return;
        for (const { product, prefix, seconds } of inBucket) {
          if (!overlap(rule.prefix, prefix) || days * DAY > seconds) continue;
          judgement.report(entry.settings[0] ?? entry.bucket, {
            finding: `${rule.id}:${prefix}`,
            says: `${reach(rule)} ends objects after ${days} d; ${product} keeps what lies under ${prefix} ${
              seconds === Infinity ? "for ever" : durationText(seconds)
            }`,
          });
        }
      });
    });
  },
});

/** Days that S3 charges for at least. Source: aws.amazon.com/s3/pricing, "minimum storage duration". */
const leastDays: Readonly<Record<string, number>> = {
  STANDARD_IA: 30,
  ONEZONE_IA: 30,
  GLACIER_IR: 90,
};

const transitionPays = stackRule({
  id: "storage-transition-pays",
  subject,
  rationale:
    "Moving what is deleted soon after costs more than leaving it: requests, and the class's least duration.",
  source: "B3",
  mend: "Remove the transition: the data ends before the colder class pays",
  scope: "lgtm",
  reads: { ...reads, ...serverReads },
  severity: "low",
  enforcement: "advisory",
  judge(stack, judgement) {
    const kept = keptData(stack);
    judgement.each(bucketsWith(stack, "lifecycle"), (entry) => {
      const name = bucketName(entry.bucket);
      const inBucket = kept.filter(({ bucket }) => bucket === name);
      judgement.each(lifecycleOf(entry), (rule) => {
        for (const transition of transitionsOf(rule, "current")) {
          const storageClass = transition.at("storageClass").text() ?? "";
          const least = leastDays[storageClass];
          const from = transition.at("days").number() ?? 0;
          if (least === undefined) continue;
          for (const { product, prefix, seconds } of inBucket) {
            if (!overlap(rule.prefix, prefix) || seconds >= (from + least) * DAY) continue;
            judgement.report(entry.settings[0] ?? entry.bucket, {
              finding: `${rule.id}:${storageClass}:${prefix}`,
              says: `${reach(rule)} moves objects to ${storageClass} after ${from} d; ${product} deletes them after ${durationText(seconds)}`,
            });
          }
        }
      });
    });
  },
});

const undeleteWindow = stackRule({
  id: "storage-undelete-window",
  subject,
  rationale:
    "Rule files are written by people: one that was overwritten has to be found again after a holiday.",
  source: "B1",
  mend: "End non-current versions under rules/ and alerts/ after 30 days, in rules of their own",
  scope: "lgtm",
  reads: { ...reads, ...serverReads },
  severity: "medium",
  configSchema: {
    leastDays: {
      type: "integer",
      minimum: 1,
      default: PRECIOUS_UNDELETE_DAYS,
      description:
        "Days for which non-current versions under rules/ and alerts/ are kept at least.",
    },
  },
  judge(stack, judgement) {
    const servers = dataBuckets(stack);
    const least = judgement.setting("leastDays").number() ?? PRECIOUS_UNDELETE_DAYS;
    judgement.each(bucketsWith(stack, "lifecycle"), (entry) => {
      const name = bucketName(entry.bucket);
      if (name === undefined || !servers.has(name)) return;
      judgement.each(lifecycleOf(entry), (rule) => {
        const days = rule.rule.at("noncurrentVersionExpiration", "noncurrentDays").number();
        if (days === undefined || days >= least) return;
        for (const prefix of preciousPrefixes) {
          if (!overlap(rule.prefix, prefix)) continue;
          judgement.report(entry.settings[0] ?? entry.bucket, {
            finding: `${rule.id}:${prefix}`,
            says: `${reach(rule)} ends non-current versions under ${prefix} after ${days} d`,
          });
        }
      });
    });
  },
});

export const storageLifecycleRules: readonly Rule[] = [
  noArchive,
  untouched,
  behindRetention,
  transitionPays,
  undeleteWindow,
];
