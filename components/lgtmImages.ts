import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What {@link LgtmImages} is made of. */
export interface LgtmImagesArgs {
  /** First part of the cached repositories' names; unique per registry. */
  readonly repositoryPrefix: string;
  /** Secret with a Docker Hub user name and password; ECR wants its name to start with `ecr-pullthroughcache/`. */
  readonly credentialsSecretArn: string;
}

/**
 * An ECR pull-through cache of Docker Hub: each image is fetched once and then comes from the account's own registry
 * (S10).
 *
 * **Cost.** Storage of the cached images by the GB.
 */
export class LgtmImages extends pulumi.ComponentResource {
  /** First part of the cached repositories' names. */
  public readonly repositoryPrefix: pulumi.Output<string>;

  private readonly rule: aws.ecr.PullThroughCacheRule;

  constructor(name: string, args: LgtmImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmImages", name, {}, opts);

    this.rule = new aws.ecr.PullThroughCacheRule(
      `${name}-docker-hub`,
      {
        ecrRepositoryPrefix: args.repositoryPrefix,
        upstreamRegistryUrl: "registry-1.docker.io",
        credentialArn: args.credentialsSecretArn,
      },
      { parent: this },
    );

    this.repositoryPrefix = this.rule.ecrRepositoryPrefix;
    this.registerOutputs({ repositoryPrefix: this.repositoryPrefix });
  }

  /** A task's image is a plain name: nothing else says that the cache must be there first. */
  public cache(): readonly pulumi.Resource[] {
    return [this.rule];
  }
}
