import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accessLogBucketPolicy } from "../stacks/bucketPolicy";

/** What {@link LgtmAccessLogs} is made of. */
export interface LgtmAccessLogsArgs {
  /** AWS account id of the load balancer. */
  readonly accountId: string;
  /** AWS region of the load balancer; the bucket is in the same one. */
  readonly region: string;
  /** How long the logs are kept, in days. */
  readonly retentionDays: number;
  /** Protected from deletion and left in place when the stack is destroyed; otherwise emptied and deleted. */
  readonly protectData: boolean;
}

/**
 * The bucket of the load balancer's access logs (G7). It is not the data bucket: Elastic Load Balancing writes with
 * SSE-S3 only, and its objects end after weeks.
 *
 * **Cost.** Storage by the GB, and the requests of log delivery.
 */
export class LgtmAccessLogs extends pulumi.ComponentResource {
  /** Name of the bucket. */
  public readonly bucketName: pulumi.Output<string>;

  private readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: LgtmAccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmAccessLogs", name, {}, opts);
    // A bucket that stays keeps its safeguards: its policy, access block and rules stay with it.
    const options = { parent: this, retainOnDelete: args.protectData || undefined };

    const bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      { forceDestroy: !args.protectData },
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
    new aws.s3.BucketOwnershipControls(
      `${name}-bucket`,
      { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
      options,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-bucket`,
      {
        bucket: bucket.id,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      },
      options,
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-bucket`,
      {
        bucket: bucket.id,
        rules: [
          {
            id: "end",
            status: "Enabled",
            filter: { prefix: "" },
            expiration: { days: args.retentionDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
      options,
    );
    this.policy = new aws.s3.BucketPolicy(
      `${name}-bucket`,
      {
        bucket: bucket.id,
        policy: bucket.arn.apply((arn) => JSON.stringify(accessLogBucketPolicy(arn, args))),
      },
      { ...options, dependsOn: [publicAccess] },
    );

    this.bucketName = bucket.bucket;
    this.registerOutputs({ bucketName: this.bucketName });
  }

  /** A load balancer tries to write at once when its logs are switched on, and is refused without the policy. */
  public writable(): readonly pulumi.Resource[] {
    return [this.policy];
  }
}
