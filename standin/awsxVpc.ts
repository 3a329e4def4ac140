import type { Properties } from "./types";

/**
 * The children that `awsx.ec2.Vpc` makes for explicit subnet specs.
 *
 * Source: github.com/pulumi/pulumi-awsx at e60adf3, `awsx/ec2/vpc.ts` (createInnerVpc, initialize),
 * `subnetDistributorNew.ts` (getSubnetSpecsExplicit) and `subnetNaming.ts`. Names, parents, dependencies and inputs
 * follow that code; what this program does not use (IPAM, IPv6, elastic IPs brought along, endpoints) is refused.
 */

/** An output of another child. */
export interface Ref {
  readonly child: string;
  readonly output: string;
}

export interface Child {
  /** Unique within the component. */
  readonly key: string;
  readonly type: string;
  readonly name: string;
  /** Key of the parent; absent = the component itself. */
  readonly parent?: string;
  readonly dependsOn: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that come from other children. */
  readonly refs: Readonly<Record<string, Ref>>;
}

export interface VpcExpansion {
  readonly children: readonly Child[];
  /** Component outputs: keys of children whose ids, or who themselves, are listed. */
  readonly idLists: Readonly<Record<string, readonly string[]>>;
  readonly resourceLists: Readonly<Record<string, readonly string[]>>;
  readonly vpc: string;
  readonly internetGateway: string;
  /** Names of all component outputs. Each is resolved from one bag of all children, and so depends on all of them. */
  readonly outputs: readonly string[];
}

interface SubnetSpec {
  readonly type: string;
  readonly name?: string;
  readonly cidrBlocks: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

const supported = new Set([
  "availabilityZoneNames",
  "cidrBlock",
  "enableDnsHostnames",
  "enableDnsSupport",
  "natGateways",
  "subnetSpecs",
  "subnetStrategy",
  "subnetNameTagStrategy",
  "tags",
]);

/** Public before private before isolated, as the component sorts them. */
const order = ["public", "private", "isolated"];

export function expandVpc(name: string, args: Properties): VpcExpansion {
  const unknown = Object.keys(args).filter((key) => args[key] !== undefined && !supported.has(key));
  if (unknown.length > 0) {
    throw new Error(
      `the stand-in does not know these inputs of awsx.ec2.Vpc: ${unknown.join(", ")}`,
    );
  }
  const zones = args["availabilityZoneNames"] as string[];
  const specs = args["subnetSpecs"] as SubnetSpec[];
  const strategy =
    (args["natGateways"] as { strategy?: string } | undefined)?.strategy ?? "OnePerAz";
  const shared = { Name: name, ...(args["tags"] as object | undefined) };
  const children: Child[] = [];
  const lists = {
    publicSubnetIds: [] as string[],
    privateSubnetIds: [] as string[],
    isolatedSubnetIds: [] as string[],
  };
  const resources: Record<string, string[]> = {
    subnets: [],
    publicSubnets: [],
    privateSubnets: [],
    isolatedSubnets: [],
    routeTables: [],
    routeTableAssociations: [],
    routes: [],
    natGateways: [],
    eips: [],
    vpcEndpoints: [],
  };
  const add = (child: Omit<Child, "dependsOn" | "refs"> & Partial<Child>) => {
    const full = {
      refs: {},
      dependsOn: child.parent === undefined ? [] : [child.parent],
      ...child,
    };
    children.push(full);
    return full.key;
  };

  const vpc = add({
    key: "vpc",
    type: "aws:ec2/vpc:Vpc",
    name,
    inputs: {
      cidrBlock: args["cidrBlock"],
      enableDnsHostnames: args["enableDnsHostnames"],
      enableDnsSupport: args["enableDnsSupport"],
      tags: shared,
    },
  });
  const vpcId = { child: vpc, output: "id" };
  const internetGateway = add({
    key: "igw",
    type: "aws:ec2/internetGateway:InternetGateway",
    name,
    parent: vpc,
    inputs: { tags: shared },
    refs: { vpcId },
  });

  const natGateways: string[] = [];
  zones.forEach((zone, index) => {
    const zoneSpecs = [...specs].sort(
      (a, b) => order.indexOf(a.type.toLowerCase()) - order.indexOf(b.type.toLowerCase()),
    );
    for (const spec of zoneSpecs) {
      const type = spec.type.toLowerCase();
      const resourceName = `${name}-${spec.name ?? type}-${index + 1}`;
      const tags = { ...shared, ...spec.tags, Name: resourceName, SubnetType: spec.type };
      const subnet = add({
        key: `subnet/${resourceName}`,
        type: "aws:ec2/subnet:Subnet",
        name: resourceName,
        parent: vpc,
        inputs: {
          availabilityZone: zone,
          mapPublicIpOnLaunch: type === "public",
          cidrBlock: spec.cidrBlocks[index],
          assignIpv6AddressOnCreation: false,
          tags,
        },
        refs: { vpcId },
      });
      resources["subnets"]!.push(subnet);
      resources[`${type}Subnets`]!.push(subnet);
      lists[`${type}SubnetIds` as keyof typeof lists].push(subnet);

      const routeTable = add({
        key: `routeTable/${resourceName}`,
        type: "aws:ec2/routeTable:RouteTable",
        name: resourceName,
        parent: subnet,
        inputs: { tags: { ...shared, Name: resourceName, SubnetType: spec.type } },
        refs: { vpcId },
      });
      resources["routeTables"]!.push(routeTable);
      const routeTableId = { child: routeTable, output: "id" };
      resources["routeTableAssociations"]!.push(
        add({
          key: `association/${resourceName}`,
          type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
          name: resourceName,
          parent: routeTable,
          inputs: {},
          refs: { routeTableId, subnetId: { child: subnet, output: "id" } },
        }),
      );

      if (
        type === "public" &&
        (strategy === "OnePerAz" || (strategy === "Single" && natGateways.length === 0))
      ) {
        const natName = `${name}-${index + 1}`;
        const natTags = { ...(args["tags"] as object | undefined), Name: natName };
        const eip = add({
          key: `eip/${natName}`,
          type: "aws:ec2/eip:Eip",
          name: natName,
          parent: subnet,
          inputs: { tags: natTags },
        });
        resources["eips"]!.push(eip);
        const nat = add({
          key: `nat/${natName}`,
          type: "aws:ec2/natGateway:NatGateway",
          name: natName,
          parent: subnet,
          inputs: { tags: natTags },
          refs: {
            subnetId: { child: subnet, output: "id" },
            allocationId: { child: eip, output: "allocationId" },
          },
        });
        natGateways.push(nat);
        resources["natGateways"]!.push(nat);
      }

      const gateway: Record<string, Ref> | undefined =
        type === "public"
          ? { gatewayId: { child: internetGateway, output: "id" } }
          : type === "private" && strategy !== "None"
            ? {
                natGatewayId: {
                  child: natGateways[strategy === "Single" ? 0 : index]!,
                  output: "id",
                },
              }
            : undefined;
      if (gateway !== undefined) {
        resources["routes"]!.push(
          add({
            key: `route/${resourceName}`,
            type: "aws:ec2/route:Route",
            name: resourceName,
            parent: routeTable,
            inputs: { destinationCidrBlock: "0.0.0.0/0" },
            refs: { routeTableId, ...gateway },
          }),
        );
      }
    }
  });
  const outputs = [
    "vpcId",
    "vpc",
    "internetGateway",
    ...Object.keys(lists),
    ...Object.keys(resources),
  ];
  return { children, idLists: lists, resourceLists: resources, vpc, internetGateway, outputs };
}
