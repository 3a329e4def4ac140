import { document, type Fixture, resource, unknown } from "./fixture";

const bucket = resource("aws:s3/bucket:Bucket", "box", { bucket: "box-id" });
const of = (type: string, properties: object) =>
  resource(`aws:s3/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`, "setting", {
    bucket: "box-id",
    ...properties,
  });
const block = (more: object = {}) =>
  of("BucketPublicAccessBlock", {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
    ...more,
  });
const tls = (condition: object) =>
  of("BucketPolicy", {
    policy: document({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::box-id", "arn:aws:s3:::box-id/*"],
      Condition: condition,
    }),
  });
const lifecycle = (rule: object) =>
  of("BucketLifecycleConfiguration", { rules: [{ id: "r", status: "Enabled", ...rule }] });

export const storage: readonly Fixture[] = [
  { rule: "storage-public-access", what: "all four", resources: [bucket, block()], finds: "none" },
  {
    rule: "storage-public-access",
    what: "three of four",
    resources: [bucket, block({ ignorePublicAcls: false })],
    finds: ["ignorePublicAcls"],
  },
  { rule: "storage-public-access", what: "no block", resources: [bucket], finds: ["missing"] },
  {
    rule: "storage-public-access",
    what: "one of them not known",
    resources: [bucket, block({ blockPublicPolicy: unknown })],
    finds: "unknown",
  },
  {
    rule: "storage-no-public-acl",
    what: "public-read",
    resources: [of("BucketAcl", { acl: "public-read" })],
    finds: ["acl:public-read"],
  },
  {
    rule: "storage-no-public-acl",
    what: "private",
    resources: [of("BucketAcl", { acl: "private" })],
    finds: "none",
  },
  {
    rule: "storage-tls-only",
    what: "plain HTTP is denied",
    resources: [bucket, tls({ Bool: { "aws:SecureTransport": "false" } })],
    finds: "none",
  },
  {
    rule: "storage-tls-only",
    what: "the same Deny for TLS itself",
    resources: [bucket, tls({ Bool: { "aws:SecureTransport": "true" } })],
    finds: ["plain-http"],
  },
  {
    rule: "storage-no-archive",
    what: "a move to GLACIER_IR stays readable",
    resources: [bucket, lifecycle({ transitions: [{ days: 90, storageClass: "GLACIER_IR" }] })],
    finds: "none",
  },
  {
    rule: "storage-no-archive",
    what: "a move of old versions only to DEEP_ARCHIVE",
    resources: [
      bucket,
      lifecycle({
        noncurrentVersionTransitions: [{ noncurrentDays: 30, storageClass: "DEEP_ARCHIVE" }],
      }),
    ],
    finds: ["r:noncurrent:DEEP_ARCHIVE"],
  },
  {
    rule: "storage-no-archive",
    what: "a class that is not known",
    resources: [bucket, lifecycle({ transitions: [{ days: 90, storageClass: unknown }] })],
    finds: "unknown",
  },
];
