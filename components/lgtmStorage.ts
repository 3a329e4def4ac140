import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bucketPolicy } from "../stacks/bucketPolicy";
import type { LifecycleRuleSpec } from "../stacks/lifecycle";

/** What {@link LgtmStorage} is made of. */
export interface LgtmStorageArgs {
  /** Name of the bucket, unique in all of AWS. */
  readonly bucketName: string;
  /**
   * ARN of a KMS key for SSE-KMS, used with a bucket key.
   *
   * @default - SSE-S3
   */
  readonly kmsKeyArn?: string;
  /** Rules of the lifecycle configuration, in order. */
  readonly lifecycleRules: readonly LifecycleRuleSpec[];
  /** Protected from deletion and left in place when the stack is destroyed; otherwise emptied and deleted. */
  readonly protectData: boolean;
}

/**
 * The bucket that holds all data of the stack: private, encrypted, TLS only, versioned as an undelete window, with a
 * lifecycle per tenant prefix (B1–B4).
 *
 * **Cost.** Storage by the GB and class, requests, and the non-current versions of the undelete window.
 */
export class LgtmStorage extends pulumi.ComponentResource {
  /** Name of the bucket. */
  public readonly bucketName: pulumi.Output<string>;
  /** ARN of the bucket. */
  public readonly bucketArn: pulumi.Output<string>;

  private readonly settings: readonly pulumi.Resource[];

  constructor(name: string, args: LgtmStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmStorage", name, {}, opts);
    // A bucket that stays keeps its safeguards: its policy, access block and rules stay with it.
    const options = { parent: this, retainOnDelete: args.protectData || undefined };

    const bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      { bucket: args.bucketName, forceDestroy: !args.protectData },
      { ...options, protect: args.protectData || undefined },
    );
    const publicAccess = new aws.s3.BucketPublicAccessBlock(
      `${name}-bucket`,
      {
        bucket: bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      options,
    );
    const ownership = new aws.s3.BucketOwnershipControls(
      `${name}-bucket`,
      { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
      options,
    );
    const encryption = new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-bucket`,
      { bucket: bucket.id, rules: [encryptionRule(args.kmsKeyArn)] },
      options,
    );
    const versioning = new aws.s3.BucketVersioning(
      `${name}-bucket`,
      { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
      options,
    );
    // Rules about non-current versions mean nothing before the bucket is versioned.
    const lifecycle = new aws.s3.BucketLifecycleConfiguration(
      `${name}-bucket`,
      { bucket: bucket.id, rules: args.lifecycleRules.map(lifecycleRule) },
      { ...options, dependsOn: [versioning] },
    );
    // S3 refuses a policy while the access block of the same bucket is being changed.
    const policy = new aws.s3.BucketPolicy(
      `${name}-bucket`,
      { bucket: bucket.id, policy: bucket.arn.apply((arn) => JSON.stringify(bucketPolicy(arn))) },
      { ...options, dependsOn: [publicAccess] },
    );
    this.settings = [publicAccess, ownership, encryption, versioning, lifecycle, policy];

    this.bucketName = bucket.bucket;
    this.bucketArn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn });
  }

  /** Everything that must be in force before the first object is written. */
  public safeguards(): readonly pulumi.Resource[] {
    return this.settings;
  }
}

function encryptionRule(
  kmsKeyArn: string | undefined,
): aws.types.input.s3.BucketServerSideEncryptionConfigurationRule {
  return kmsKeyArn === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        bucketKeyEnabled: true,
      };
}

function lifecycleRule(
  rule: LifecycleRuleSpec,
): aws.types.input.s3.BucketLifecycleConfigurationRule {
  const expiration =
    rule.expireAfterDays === undefined
      ? rule.expiredObjectDeleteMarker && { expiredObjectDeleteMarker: true }
      : { days: rule.expireAfterDays };
  return {
    id: rule.id,
    status: "Enabled",
    filter: { prefix: rule.prefix },
    transitions: rule.transitions?.map(({ afterDays, storageClass }) => ({
      days: afterDays,
      storageClass,
    })),
    expiration,
    noncurrentVersionExpiration:
      rule.noncurrentExpireAfterDays === undefined
        ? undefined
        : { noncurrentDays: rule.noncurrentExpireAfterDays },
    abortIncompleteMultipartUpload:
      rule.abortUploadsAfterDays === undefined
        ? undefined
        : { daysAfterInitiation: rule.abortUploadsAfterDays },
  };
}
