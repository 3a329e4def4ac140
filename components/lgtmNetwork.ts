import * as aws from "@pulumi/aws";
// The package as a whole loads 150 modules that nothing here uses.
import * as awsxEc2 from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";
import { type ExistingNetwork, checkedNetwork } from "./existingNetwork";
import { type FlowLogTrust, flowLogStatements } from "../stacks/flowLogs";
import type { ZoneSubnets } from "../stacks/zones";

/** What {@link LgtmNetwork} is made of. */
export interface LgtmNetworkArgs {
  /** AWS region, such as `ap-northeast-2`; part of the endpoints' service names. */
  readonly region: string;
  /** AWS account id, for the trust of the flow logs' role. */
  readonly accountId: string;
  /** IPv4 block of the VPC. For an existing VPC it is compared with the VPC's own. */
  readonly cidr: string;
  /** The zones, in order. Appending one moves no block; reordering moves everything. */
  readonly zones: readonly ZoneSubnets[];
  /** One NAT gateway for all zones (dev), or one per zone (prod). Ignored for an existing VPC. */
  readonly natGateways: "single" | "perZone";
  /**
   * AWS services to reach through interface endpoints, such as `ecr.api`. Ignored for an existing VPC, which may
   * have them already.
   *
   * @default [] - none
   */
  readonly interfaceEndpoints?: readonly string[];
  /**
   * Days to keep VPC flow logs in CloudWatch Logs.
   *
   * @default - no flow logs
   */
  readonly flowLogRetentionDays?: number;
  /**
   * Ids of a VPC that exists already and is used instead of a new one.
   *
   * @default - a new VPC
   */
  readonly existing?: ExistingNetwork;
}

/**
 * The VPC of a stack: one public and one private subnet per zone, internet gateway, NAT, and an S3 gateway endpoint on
 * every private route table, without which each flush would pay the NAT gateway (N1–N6).
 *
 * **Cost.** A NAT gateway and each interface endpoint per zone are billed by the hour and by the GB; the S3 gateway
 * endpoint is free.
 */
export class LgtmNetwork extends pulumi.ComponentResource {
  /** Id of the VPC. */
  public readonly vpcId: pulumi.Output<string>;
  /** Ids of the public subnets, in the order of the zones. */
  public readonly publicSubnetIds: pulumi.Output<string[]>;
  /** Ids of the private subnets, in the order of the zones. */
  public readonly privateSubnetIds: pulumi.Output<string[]>;
  /** Ids of the NAT gateways, in the order of the zones; none for an existing VPC, whose gateways are its owner's. */
  public readonly natGatewayIds: pulumi.Output<string[]>;
  /** Group in front of the interface endpoints; absent where there are none. It has no rules of its own. */
  public readonly endpointSecurityGroupId: pulumi.Output<string> | undefined;

  private readonly paths: pulumi.Resource[] = [];

  constructor(name: string, args: LgtmNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmNetwork", name, {}, opts);

    if (args.existing === undefined) {
      const vpc = this.createVpc(name, args);
      this.vpcId = vpc.vpcId;
      this.publicSubnetIds = vpc.publicSubnetIds;
      this.privateSubnetIds = vpc.privateSubnetIds;
      this.natGatewayIds = vpc.natGateways.apply((all) => pulumi.all(all.map(({ id }) => id)));
      this.createStorageEndpoint(name, args.region, vpc);
      this.closeDefaultSecurityGroup(name);
    } else {
      const checked = checkedNetwork(args.existing, args, this);
      this.vpcId = checked.vpcId;
      this.publicSubnetIds = checked.publicSubnetIds;
      this.privateSubnetIds = checked.privateSubnetIds;
      this.natGatewayIds = pulumi.output([]);
    }
    this.endpointSecurityGroupId = this.createInterfaceEndpoints(name, args);
    if (args.flowLogRetentionDays !== undefined)
      this.createFlowLogs(name, args, args.flowLogRetentionDays);

    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      natGatewayIds: this.natGatewayIds,
      endpointSecurityGroupId: this.endpointSecurityGroupId,
    });
  }

  /** What a task needs before it can pull its image: routes, NAT and endpoints. No output carries these edges. */
  public wayOut(): readonly pulumi.Resource[] {
    return this.paths;
  }

  private createVpc(name: string, args: LgtmNetworkArgs): awsxEc2.Vpc {
    const vpc = new awsxEc2.Vpc(
      `${name}-vpc`,
      {
        cidrBlock: args.cidr,
        availabilityZoneNames: args.zones.map(({ zone }) => zone),
        enableDnsHostnames: true,
        enableDnsSupport: true,
        natGateways: {
          strategy:
            args.natGateways === "perZone"
              ? awsxEc2.NatGatewayStrategy.OnePerAz
              : awsxEc2.NatGatewayStrategy.Single,
        },
        // Explicit blocks: left to itself the component divides the VPC anew when a zone is added, and replaces all.
        subnetStrategy: awsxEc2.SubnetAllocationStrategy.Auto,
        subnetSpecs: [
          {
            type: awsxEc2.SubnetType.Public,
            cidrBlocks: args.zones.map(({ publicCidr }) => publicCidr),
          },
          {
            type: awsxEc2.SubnetType.Private,
            cidrBlocks: args.zones.map(({ privateCidr }) => privateCidr),
          },
        ],
      },
      { parent: this },
    );
    this.paths.push(vpc);
    return vpc;
  }

  /**
   * awsx could make this endpoint too, but would name it after the service alone and put it on the public route
   * tables as well.
   */
  private createStorageEndpoint(name: string, region: string, vpc: awsxEc2.Vpc): void {
    const associations = vpc.routeTableAssociations.apply((all) =>
      pulumi.all(all.map(({ subnetId, routeTableId }) => pulumi.all([subnetId, routeTableId]))),
    );
    const endpoint = new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: this.vpcId,
        serviceName: `com.amazonaws.${region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: pulumi
          .all([associations, this.privateSubnetIds])
          .apply(([all, subnetIds]) => routeTablesOf(all, subnetIds)),
        tags: { Name: `${name}-s3` },
      },
      { parent: this },
    );
    this.paths.push(endpoint);
  }

  /** A new VPC comes with a group that lets its members talk to each other and to everybody. */
  private closeDefaultSecurityGroup(name: string): void {
    new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: this.vpcId }, { parent: this });
  }

  private createInterfaceEndpoints(
    name: string,
    args: LgtmNetworkArgs,
  ): pulumi.Output<string> | undefined {
    const services = args.existing === undefined ? (args.interfaceEndpoints ?? []) : [];
    if (services.length === 0) return undefined;
    const group = new aws.ec2.SecurityGroup(
      `${name}-endpoints`,
      { vpcId: this.vpcId, description: "Interface endpoints of AWS services" },
      { parent: this },
    );
    for (const service of services) {
      const endpointName = `${name}-${service.replaceAll(".", "-")}`;
      const endpoint = new aws.ec2.VpcEndpoint(
        endpointName,
        {
          vpcId: this.vpcId,
          serviceName: `com.amazonaws.${args.region}.${service}`,
          vpcEndpointType: "Interface",
          subnetIds: this.privateSubnetIds,
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          tags: { Name: endpointName },
        },
        { parent: this },
      );
      this.paths.push(endpoint);
    }
    return group.id;
  }

  private createFlowLogs(name: string, args: LgtmNetworkArgs, retentionInDays: number): void {
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-flow-logs`,
      { name: `/vpc/${name}-flow-logs`, retentionInDays },
      { parent: this },
    );
    const trust: FlowLogTrust = { accountId: args.accountId, region: args.region };
    const role = new aws.iam.Role(
      `${name}-flow-logs`,
      { assumeRolePolicy: JSON.stringify(flowLogStatements.trust(trust)) },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-flow-logs`,
      {
        role: role.name,
        policy: logGroup.arn.apply((arn) => JSON.stringify(flowLogStatements.write(arn))),
      },
      { parent: this },
    );
    new aws.ec2.FlowLog(
      `${name}-flow-logs`,
      {
        vpcId: this.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: logGroup.arn,
        iamRoleArn: role.arn,
      },
      { parent: this, dependsOn: [policy] },
    );
  }
}

function routeTablesOf(
  associations: readonly (readonly [subnetId: string | undefined, routeTableId: string])[],
  subnetIds: readonly string[],
): string[] {
  return subnetIds.map((subnetId) => {
    const found = associations.find(([associated]) => associated === subnetId);
    if (found === undefined) throw new Error(`private subnet ${subnetId} has no route table`);
    return found[1];
  });
}
