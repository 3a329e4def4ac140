import type { StackConfig } from "./stack/schema";
import type { Tree } from "./yaml";

/** Host of S3 in a region; clients that carry a bucket name elsewhere must not find it here. */
export function s3Endpoint(region: string): string {
  return `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

/**
 * The S3 client of Grafana's object-store library, which Mimir and Loki share. Credentials are the task role's. Never add
 * `sts_endpoint`: it takes the place of the address where ECS hands out the role's credentials.
 */
export function s3Client(config: Pick<StackConfig, "region" | "bucketName" | "storage">): Tree {
  const { kmsKeyArn } = config.storage;
  return {
    endpoint: s3Endpoint(config.region),
    region: config.region,
    bucket_name: config.bucketName,
    dualstack_enabled: false,
    ...(kmsKeyArn === undefined ? {} : { sse: { type: "SSE-KMS", kms_key_id: kmsKeyArn } }),
  };
}

/** Why the settings of {@link s3Client} are as they are, by key. */
export const s3ClientReasons = {
  endpoint: "Required although its default is empty: without it the client fails at start.",
  region: "Else the client asks S3 for it, which takes one more permission (GetBucketLocation).",
  dualstack_enabled:
    "Default true: other host names, and reports of traffic past the VPC's endpoint (grafana/mimir#8648).",
} as const;
