import * as pulumi from "@pulumi/pulumi";
import { LgtmNetwork as Network } from "../components/lgtmNetwork";
import { zoneSubnets } from "../stacks/zones";
import { configOf, type StackArgs } from "./settings";

/** The VPC of a stack: subnets per zone, NAT, S3 gateway endpoint, and what the settings add. */
export class LgtmNetwork extends pulumi.ComponentResource {
  /** Id of the VPC. */
  public readonly vpcId: pulumi.Output<string>;
  /** Ids of the public subnets, in the order of the zones. */
  public readonly publicSubnetIds: pulumi.Output<string[]>;
  /** Ids of the private subnets, in the order of the zones. */
  public readonly privateSubnetIds: pulumi.Output<string[]>;

  constructor(name: string, args: StackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm-fargate:index:LgtmNetwork", name, {}, opts);
    const config = configOf(args);
    const { network: net } = config;
    const network = new Network(
      name,
      {
        ...config,
        cidr: net.cidr,
        zones: zoneSubnets(config),
        natGateways: net.natGateways,
        interfaceEndpoints: net.interfaceEndpoints,
        flowLogRetentionDays: net.flowLogs.enabled ? net.flowLogs.retentionDays : undefined,
        existing: net.existing,
      },
      { parent: this },
    );
    this.vpcId = network.vpcId;
    this.publicSubnetIds = network.publicSubnetIds;
    this.privateSubnetIds = network.privateSubnetIds;
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
    });
  }
}
