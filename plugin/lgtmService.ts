import * as pulumi from "@pulumi/pulumi";
import { LgtmService as Service } from "../components/lgtmService";
import type { ServicePlatform } from "../components/platform";
import { buildCatalog, rolesOf } from "../stacks/catalog";
import { configOf, type StackArgs } from "./settings";

/** What a service is made of. */
export interface LgtmServiceArgs extends StackArgs {
  /** Role of the catalog, such as `mimir` or `loki-querier`. */
  readonly role: string;
  /** ARN of the ECS cluster. */
  readonly clusterArn: pulumi.Input<string>;
  /** Name of the ECS cluster. */
  readonly clusterName: pulumi.Input<string>;
  /** Id of the Cloud Map namespace. */
  readonly namespaceId: pulumi.Input<string>;
  /** Ids of the private subnets, in the order of the zones. */
  readonly privateSubnetIds: pulumi.Input<string[]>;
  /** Ids of the security groups of the tasks. */
  readonly securityGroupIds: pulumi.Input<string>[];
  /** Name of the log group. */
  readonly logGroupName: pulumi.Input<string>;
  /** ARN of the role with which ECS starts the tasks. */
  readonly executionRoleArn: pulumi.Input<string>;
  /** ARN of the role that the tasks act as. */
  readonly taskRoleArn?: pulumi.Input<string>;
  /** ARN of the target group of each exposure of the role, by the exposure's id. */
  readonly targetGroupArns?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** ARN of each secret that the role reads, by the secret's id. */
  readonly secretArns?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Host name of Grafana's database, where it has one. */
  readonly databaseAddress?: pulumi.Input<string>;
}

/** One role of a product: its name in Cloud Map, and per instance a task definition and an ECS service. */
export class LgtmService extends pulumi.ComponentResource {
  /** ARN of the task definition of each ECS service. */
  public readonly taskDefinitionArns: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: LgtmServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm-fargate:index:LgtmService", name, {}, opts);
    const config = configOf(args);
    const catalog = buildCatalog(config);
    const role = rolesOf(catalog).find(({ id }) => id === args.role);
    const product = catalog.products.find(({ roles }) => roles.some(({ id }) => id === role?.id));
    if (role === undefined || product === undefined) {
      const known = rolesOf(catalog).map(({ id }) => id);
      throw new Error(`role: no "${args.role}" in this stack; there are ${known.join(", ")}`);
    }
    const service = new Service(
      name,
      {
        config,
        product,
        role,
        platform: platformOf(args),
        logGroupName: pulumi.output(args.logGroupName),
        executionRoleArn: pulumi.output(args.executionRoleArn),
        taskRoleArn: args.taskRoleArn === undefined ? undefined : pulumi.output(args.taskRoleArn),
        rights: [],
      },
      { parent: this },
    );
    this.taskDefinitionArns = service.taskDefinitionArns;
    this.registerOutputs({ taskDefinitionArns: this.taskDefinitionArns });
  }
}

/** Ids of things made elsewhere. Their order is the caller's to say, with `dependsOn`. */
function platformOf(args: LgtmServiceArgs): ServicePlatform {
  return {
    network: { privateSubnetIds: pulumi.output(args.privateSubnetIds), wayOut: () => [] },
    firewall: { groupsOf: () => args.securityGroupIds, rulesOf: () => [] },
    storage: { safeguards: () => [] },
    secrets: {
      arnOf: (id) => entryOf("secretArns", args.secretArns, id),
      versionOf: () => undefined,
    },
    cluster: {
      clusterArn: pulumi.output(args.clusterArn),
      clusterName: pulumi.output(args.clusterName),
      namespaceId: pulumi.output(args.namespaceId),
      capacity: () => [],
    },
    ingress: {
      targetGroupArn: (id) => entryOf("targetGroupArns", args.targetGroupArns, id),
      rulesTo: () => [],
    },
    database:
      args.databaseAddress === undefined
        ? undefined
        : { address: pulumi.output(args.databaseAddress) },
  };
}

function entryOf(
  key: string,
  map: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined,
  id: string,
): pulumi.Output<string> {
  return pulumi.output(map ?? {}).apply((entries) => {
    const entry = entries[id];
    if (entry === undefined) throw new Error(`${key}: the role needs an entry "${id}"`);
    return entry;
  });
}
