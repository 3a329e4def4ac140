import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bucketPolicy } from "../stacks/bucketPolicy";

export interface StateStoreArgs {
  readonly bucketName: string;
  /** Name of the key, as `awskms://alias/NAME` wants it. */
  readonly keyAlias: string;
}

/**
 * Pulumi's state: a bucket that keeps every version, and the key of the state and of the stacks' secrets. Both are
 * protected: without them nobody can change, or properly take down, what is deployed.
 *
 * **Cost** 1 USD a month for the key, cents for the bucket.
 */
export class StateStore extends pulumi.ComponentResource {
  public readonly bucketName: pulumi.Output<string>;
  public readonly bucketArn: pulumi.Output<string>;
  public readonly keyArn: pulumi.Output<string>;

  constructor(name: string, args: StateStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm-bootstrap:index:StateStore", name, {}, opts);
    const kept = { parent: this, protect: true, retainOnDelete: true };
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        description: "Pulumi's state and the stacks' secrets",
        enableKeyRotation: true,
        deletionWindowInDays: 30,
      },
      kept,
    );
    new aws.kms.Alias(
      `${name}-key`,
      { name: `alias/${args.keyAlias}`, targetKeyId: key.keyId },
      { parent: this },
    );
    const bucket = new aws.s3.Bucket(`${name}-bucket`, { bucket: args.bucketName }, kept);
    const of = { bucket: bucket.bucket };
    const child = { parent: this };
    new aws.s3.BucketPublicAccessBlock(
      `${name}-bucket`,
      {
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    new aws.s3.BucketOwnershipControls(
      `${name}-bucket`,
      { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    const versioning = new aws.s3.BucketVersioning(
      `${name}-bucket`,
      { ...of, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-bucket`,
      {
        ...of,
        rules: [
          {
            applyServerSideEncryptionByDefault: {
              sseAlgorithm: "aws:kms",
              kmsMasterKeyId: key.arn,
            },
            bucketKeyEnabled: true,
          },
        ],
      },
      child,
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-bucket`,
      {
        ...of,
        rules: [
          {
            id: "old-versions",
            status: "Enabled",
            filter: { prefix: "" },
            // A state that went wrong is noticed within a season; the current version never expires.
            noncurrentVersionExpiration: { noncurrentDays: 90 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
      { ...child, dependsOn: [versioning] },
    );
    new aws.s3.BucketPolicy(
      `${name}-bucket`,
      { ...of, policy: bucket.arn.apply((arn) => JSON.stringify(bucketPolicy(arn))) },
      child,
    );
    this.bucketName = bucket.bucket;
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.registerOutputs({
      bucketName: this.bucketName,
      bucketArn: this.bucketArn,
      keyArn: this.keyArn,
    });
  }
}
