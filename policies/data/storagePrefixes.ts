import type { Product } from "./parts";

/** Prefixes of the bucket by the product that alone may touch what lies under them (B2). */
export const ownPrefixes: Readonly<Partial<Record<Product, readonly string[]>>> = {
  mimir: ["blocks/", "rules/", "alerts/"],
  loki: ["ftt-loki/"],
  tempo: ["ftt-tempo/"],
  pyroscope: ["ftt-pyroscope/"],
};

/** What a product does with its objects (A2; measured: enough for start, data and flush of all of them). */
export const objectActions = [
  "s3:GetObject",
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
] as const;

/** Reads of the bucket itself; only the listing is needed. */
export const bucketActions: ReadonlySet<string> = new Set([
  "s3:listbucket",
  "s3:getbucketlocation",
  "s3:listbucketmultipartuploads",
]);

/** May name an object's key, beside `objectActions`; reads and writes of the product's own. */
export const harmlessObjectActions: ReadonlySet<string> = new Set([
  ...objectActions.map((action) => action.toLowerCase()),
  "s3:listmultipartuploadparts",
]);
