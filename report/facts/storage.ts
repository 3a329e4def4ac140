import { record, records, text, toNumber } from "../../plan/charges";
import type { PlannedStack } from "../../plan/makePlan";
import { retentionOf } from "../../plan/retention";
import type { PlanIndex } from "./planIndex";

/** What happens to the objects below one prefix, in days after they were written. */
export interface PrefixFacts {
  readonly prefix: string;
  readonly product: string;
  /** Prefix that the lifecycle rule names, where there is one: a tenant's part of {@link prefix}. */
  readonly rulePrefix?: string;
  readonly transitions: readonly { readonly afterDays: number; readonly storageClass: string }[];
  /** S3's own end; undefined: S3 never deletes. */
  readonly expiresAfterDays?: number;
  /** How long the server keeps it, in words. */
  readonly serverKeeps: string;
  /** The same in days: several where it keeps some of it for a shorter time. Empty: for ever. */
  readonly serverKeepsDays: readonly number[];
  /** Days during which a deleted or overwritten object can be taken back. */
  readonly undeleteDays?: number;
}

export interface StorageFacts {
  readonly bucket: string;
  readonly encryption: string;
  readonly prefixes: readonly PrefixFacts[];
}

/** The bucket's lifecycle as the plan has it, against what each server keeps. */
export function storageFacts({ config, catalog }: PlannedStack, index: PlanIndex): StorageFacts {
  const ofBucket = (type: string) =>
    index.ofType(type).find(({ inputs }) => text(inputs["bucket"]) === config.bucketName);
  const rules = records(
    ofBucket("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")?.inputs["rules"],
  );
  const prefixOf = (rule: Readonly<Record<string, unknown>>) =>
    text(record(rule["filter"])["prefix"]);
  const encryption = ofBucket(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  );
  return {
    bucket: config.bucketName,
    encryption: JSON.stringify(encryption?.inputs ?? {}).includes("aws:kms")
      ? "a KMS key"
      : "SSE-S3",
    prefixes: catalog.products.flatMap((product) =>
      product.prefixes.map((prefix) => {
        const end = rules.find(
          (rule) =>
            prefixOf(rule).startsWith(prefix) &&
            toNumber(record(rule["expiration"])["days"]) !== undefined,
        );
        const undelete = rules.find(
          (rule) => prefixOf(rule) === prefix && rule["noncurrentVersionExpiration"] !== undefined,
        );
        const keeps = retentionOf(config, prefix);
        const expires = toNumber(record(end?.["expiration"])["days"]);
        const undeleteDays = toNumber(
          record(undelete?.["noncurrentVersionExpiration"])["noncurrentDays"],
        );
        return {
          prefix,
          product: product.name,
          ...(end === undefined ? {} : { rulePrefix: prefixOf(end) }),
          transitions: records(end?.["transitions"]).map((step) => ({
            afterDays: toNumber(step["days"]) ?? 0,
            storageClass: text(step["storageClass"]),
          })),
          ...(expires === undefined ? {} : { expiresAfterDays: expires }),
          serverKeeps: keeps,
          serverKeepsDays: [...keeps.matchAll(/\d+/g)].map(([days]) => Number(days)),
          ...(undeleteDays === undefined ? {} : { undeleteDays }),
        };
      }),
    ),
  };
}
