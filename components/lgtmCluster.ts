import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What {@link LgtmCluster} is made of. */
export interface LgtmClusterArgs {
  /** Name of the ECS cluster. */
  readonly clusterName: string;
  /** CloudWatch Container Insights: `enabled`, `enhanced` or `disabled`. */
  readonly containerInsights: "enabled" | "enhanced" | "disabled";
  /** Private DNS namespace, such as `lgtm.local`; there may be one of a name per VPC. */
  readonly namespace: string;
  /** VPC in which the names resolve. */
  readonly vpcId: pulumi.Input<string>;
  /**
   * Ids of further VPCs of the same account and region in which the names resolve.
   *
   * @default [] - none
   */
  readonly associateVpcs?: readonly string[];
}

/**
 * The ECS cluster with Fargate and Fargate Spot, and the Cloud Map namespace in which its services find each other.
 *
 * **Cost.** The cluster itself is free; Container Insights are custom metrics and logs, the namespace is a Route 53
 * hosted zone.
 */
export class LgtmCluster extends pulumi.ComponentResource {
  /** ARN of the cluster. */
  public readonly clusterArn: pulumi.Output<string>;
  /** Name of the cluster. */
  public readonly clusterName: pulumi.Output<string>;
  /** Id of the Cloud Map namespace. */
  public readonly namespaceId: pulumi.Output<string>;

  private readonly capacityProviders: aws.ecs.ClusterCapacityProviders;

  constructor(name: string, args: LgtmClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmCluster", name, {}, opts);
    const options = { parent: this };

    const cluster = new aws.ecs.Cluster(
      `${name}-cluster`,
      {
        name: args.clusterName,
        settings: [{ name: "containerInsights", value: args.containerInsights }],
      },
      options,
    );
    this.capacityProviders = new aws.ecs.ClusterCapacityProviders(
      `${name}-cluster`,
      {
        clusterName: cluster.name,
        capacityProviders: ["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
      },
      options,
    );
    const namespace = new aws.servicediscovery.PrivateDnsNamespace(
      `${name}-namespace`,
      {
        name: args.namespace,
        vpc: args.vpcId,
        description: `Services of ${name}`,
      },
      options,
    );
    for (const vpcId of args.associateVpcs ?? []) {
      new aws.route53.ZoneAssociation(
        `${name}-${vpcId}`,
        { zoneId: namespace.hostedZone, vpcId },
        options,
      );
    }

    this.clusterArn = cluster.arn;
    this.clusterName = cluster.name;
    this.namespaceId = namespace.id;
    this.registerOutputs({
      clusterArn: this.clusterArn,
      clusterName: this.clusterName,
      namespaceId: this.namespaceId,
    });
  }

  /** A service that names a capacity provider can only be created when the cluster has it. */
  public capacity(): readonly pulumi.Resource[] {
    return [this.capacityProviders];
  }
}
