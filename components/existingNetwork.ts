import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { parseCIDR } from "ipaddr.js";

/** Ids of a VPC that exists already, and of its subnets, one per zone and in the order of the zones. */
export interface ExistingNetwork {
  readonly vpcId: string;
  readonly publicSubnetIds: readonly string[];
  readonly privateSubnetIds: readonly string[];
}

/** What the stack file says about that VPC. */
export interface ExpectedNetwork {
  readonly region: string;
  readonly cidr: string;
  readonly zones: readonly { readonly zone: string }[];
}

/** The same ids, known only when everything that can be checked has been. */
export interface CheckedNetwork {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
}

/**
 * Looks an existing VPC up and compares it with the stack file (N6). Preview fails where something is wrong.
 *
 * Not checked: that the private subnets have a way out, because a route may lead through a transit gateway, an
 * appliance or the main route table.
 *
 * @throws Error (through the outputs) naming the id, the value found and the value wanted.
 */
export function checkedNetwork(
  existing: ExistingNetwork,
  expected: ExpectedNetwork,
  parent: pulumi.Resource,
): CheckedNetwork {
  const options = { parent };
  const vpc = pulumi.all([
    aws.ec2.getVpc({ id: existing.vpcId }, options),
    storageEndpoint(existing.vpcId, expected.region, options),
  ]);
  const vpcId = vpc.apply(([found]) => {
    checkVpc(existing.vpcId, found, expected);
    return found.id;
  });
  const subnets = (kind: "public" | "private", ids: readonly string[]) =>
    pulumi
      .all([
        vpcId,
        ...ids.map((id, index) =>
          pulumi.output(aws.ec2.getSubnet({ id }, options)).apply((found) => {
            checkSubnet(kind, id, found, {
              vpcId: existing.vpcId,
              zone: expected.zones[index]?.zone,
            });
            return id;
          }),
        ),
      ])
      .apply(([, ...checked]) => checked);
  return {
    vpcId,
    publicSubnetIds: subnets("public", existing.publicSubnetIds),
    privateSubnetIds: subnets("private", existing.privateSubnetIds),
  };
}

interface FoundVpc {
  readonly cidrBlock: string;
  readonly cidrBlockAssociations: readonly { readonly cidrBlock: string }[];
  readonly enableDnsHostnames: boolean;
  readonly enableDnsSupport: boolean;
}

function checkVpc(id: string, found: FoundVpc, expected: ExpectedNetwork): void {
  if (!found.enableDnsSupport || !found.enableDnsHostnames) {
    throw new Error(
      `network.existing.vpcId ${id}: DNS support and DNS host names must both be on, ` +
        "or no task finds another; switch them on in the VPC's DNS settings",
    );
  }
  const blocks = [
    found.cidrBlock,
    ...found.cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock),
  ];
  if (!blocks.includes(expected.cidr)) {
    throw new Error(
      `network.existing.vpcId ${id}: the VPC's address block is ${blocks[0]}, ` +
        `network.cidr says ${expected.cidr}; write the VPC's own block there`,
    );
  }
}

interface FoundSubnet {
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly cidrBlock: string;
}

function checkSubnet(
  kind: "public" | "private",
  id: string,
  found: FoundSubnet,
  expected: { readonly vpcId: string; readonly zone: string | undefined },
): void {
  const key = `network.existing.${kind}SubnetIds: ${id}`;
  if (found.vpcId !== expected.vpcId) {
    throw new Error(
      `${key} belongs to ${found.vpcId}, not to ${expected.vpcId}; name a subnet of that VPC`,
    );
  }
  if (found.availabilityZone !== expected.zone) {
    throw new Error(
      `${key} is in ${found.availabilityZone}, its place in network.zones is ${expected.zone ?? "missing"}; ` +
        "list one subnet per zone, in the order of network.zones",
    );
  }
  // An ALB wants eight free addresses in each of its subnets, and a block of /27 at least (AWS's ALB user guide).
  const [, prefixLength] = parseCIDR(found.cidrBlock);
  if (kind === "public" && prefixLength > 27) {
    throw new Error(
      `${key} is ${found.cidrBlock}: a load balancer needs a subnet of /27 or larger`,
    );
  }
}

/** The provider's own error for a missing endpoint does not say what to do. */
async function storageEndpoint(
  vpcId: string,
  region: string,
  options: pulumi.InvokeOptions,
): Promise<unknown> {
  const serviceName = `com.amazonaws.${region}.s3`;
  try {
    return await aws.ec2.getVpcEndpoint({ vpcId, serviceName }, options);
  } catch (error) {
    throw new Error(
      `network.existing.vpcId ${vpcId}: found no single endpoint for ${serviceName}; ` +
        "add an S3 gateway endpoint to its private route tables, or every flush pays for NAT",
      { cause: error },
    );
  }
}
