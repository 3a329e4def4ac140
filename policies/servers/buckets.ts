import { readsOf } from "../rule";
import type { Resource, Stack } from "../resource";
import type { Value } from "../value";

export const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"] as const;

/** The resources that settle one matter of a bucket, under their present and their former type. */
const withFormer = (name: string): readonly string[] => {
  const type = name.charAt(0).toUpperCase() + name.slice(1);
  return [`aws:s3/${name}:${type}`, `aws:s3/${name}V2:${type}V2`];
};

export const settingTypes = {
  publicAccess: withFormer("bucketPublicAccessBlock"),
  policy: withFormer("bucketPolicy"),
  encryption: withFormer("bucketServerSideEncryptionConfiguration"),
  versioning: withFormer("bucketVersioning"),
  ownership: withFormer("bucketOwnershipControls"),
  lifecycle: withFormer("bucketLifecycleConfiguration"),
  intelligentTiering: withFormer("bucketIntelligentTieringConfiguration"),
  acl: withFormer("bucketAcl"),
} as const;

export type BucketMatter = keyof typeof settingTypes;

/** A bucket of the stack with the resources that settle one of its matters. */
export interface BucketWith {
  readonly bucket: Resource;
  readonly settings: readonly Resource[];
}

export function bucketsWith(stack: Stack, matter: BucketMatter): BucketWith[] {
  const byBucket = new Map<Resource, Resource[]>();
  for (const setting of stack.ofType(...settingTypes[matter])) {
    for (const type of BUCKETS) {
      for (const bucket of stack.referenced(setting, "bucket", type)) {
        byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), setting]);
      }
    }
  }
  return stack
    .ofType(...BUCKETS)
    .map((bucket) => ({ bucket, settings: byBucket.get(bucket) ?? [] }));
}

/** Name of a bucket, where it is known. */
export const bucketName = (bucket: Resource): string | undefined => {
  const name = bucket.at("bucket");
  return name.isUnknown ? undefined : (name.text() ?? bucket.id);
};

const LOAD_BALANCERS = [
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:alb/loadBalancer:LoadBalancer",
] as const;

/** Properties that tell the buckets of access logs, for the rules' `reads`. */
export const logBucketReads = readsOf(LOAD_BALANCERS, "accessLogs");

/** Buckets that load balancers write their access logs to: their objects are logs and not data. */
export function logBuckets(stack: Stack): ReadonlySet<Resource> {
  const found = new Set<Resource>();
  for (const type of BUCKETS) {
    for (const loadBalancer of stack.ofType(...LOAD_BALANCERS)) {
      for (const bucket of stack.referenced(loadBalancer, "accessLogs.bucket", type))
        found.add(bucket);
    }
  }
  return found;
}

/** One rule of a lifecycle, wherever it is written. */
export interface LifecycleRule {
  readonly id: string;
  /** Key prefix; "" is the whole bucket. */
  readonly prefix: string;
  readonly rule: Value;
}

/** Rules that are switched on: of the lifecycle resources, and of the bucket's own former property. */
export function lifecycleOf({ bucket, settings }: BucketWith): LifecycleRule[] {
  const standalone = settings
    .flatMap((setting) => setting.at("rules").oneOrMore())
    .filter((rule) => rule.at("status").text() === "Enabled");
  const inline = bucket
    .at("lifecycleRules")
    .oneOrMore()
    .filter((rule) => rule.at("enabled").boolean() === true);
  return [...standalone, ...inline].map((rule) => ({
    id: rule.at("id").text() ?? rule.path,
    // A filter by tags or size takes whatever it happens to match below its prefix.
    prefix:
      rule.at("filter", "and", "prefix").text() ??
      rule.at("filter", "prefix").text() ??
      rule.at("prefix").text() ??
      "",
    rule,
  }));
}

/** Whether two prefixes have keys in common. */
export const overlap = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);

/** Days until a rule ends current objects; 0 for a date, absent where it does not end them. */
export function expiryDays({ rule }: LifecycleRule): number | undefined {
  const expiration = rule.at("expiration");
  if (expiration.at("date").exists) return 0;
  const days = expiration.at("days").number();
  return days === undefined || days === 0 ? undefined : days;
}

/** Steps of a rule to other storage classes. */
export const transitionsOf = (
  { rule }: LifecycleRule,
  versions: "current" | "noncurrent",
): Value[] =>
  (versions === "current"
    ? ["transitions", "transition"]
    : ["noncurrentVersionTransitions", "noncurrentVersionTransition"]
  ).flatMap((key) => rule.at(key).oneOrMore());
