import assert from "node:assert/strict";
import { expandVpc, type Child, type VpcExpansion } from "../../standin/awsxVpc";

const type = {
  vpc: "aws:ec2/vpc:Vpc",
  igw: "aws:ec2/internetGateway:InternetGateway",
  subnet: "aws:ec2/subnet:Subnet",
  routeTable: "aws:ec2/routeTable:RouteTable",
  association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  route: "aws:ec2/route:Route",
  nat: "aws:ec2/natGateway:NatGateway",
  eip: "aws:ec2/eip:Eip",
};
const zonesOf = (count: number) =>
  ["a", "b", "c"].slice(0, count).map((zone) => `eu-west-1${zone}`);
const argsFor = (zones: number, strategy: "Single" | "OnePerAz" | "None") => ({
  cidrBlock: "10.0.0.0/16",
  availabilityZoneNames: zonesOf(zones),
  enableDnsHostnames: true,
  enableDnsSupport: true,
  natGateways: { strategy },
  subnetStrategy: "Auto",
  subnetSpecs: [
    // Private first: the component sorts, because NAT gateways live in public subnets.
    { type: "Private", cidrBlocks: zonesOf(zones).map((_, index) => `10.0.${index * 16}.0/20`) },
    {
      type: "Public",
      cidrBlocks: zonesOf(zones).map((_, index) => `10.0.${128 + index * 8}.0/21`),
    },
  ],
});

function countsOf({ children }: VpcExpansion): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const child of children) counts[child.type] = (counts[child.type] ?? 0) + 1;
  return counts;
}
function childOf({ children }: VpcExpansion, wanted: string, name: string): Child {
  const found = children.filter((child) => child.type === wanted && child.name === name);
  assert.equal(found.length, 1, `${wanted} ${name}`);
  return found[0]!;
}
/** What a child is: parent and dependencies by name, inputs with references as `type name.output`. */
function seen(expansion: VpcExpansion, child: Child) {
  const shown = (key: string) => {
    const { type: its, name } = expansion.children.find((each) => each.key === key)!;
    return `${its.split(":")[2] ?? ""} ${name}`;
  };
  return {
    parent: child.parent === undefined ? undefined : shown(child.parent),
    dependsOn: child.dependsOn.map(shown),
    inputs: {
      ...child.inputs,
      ...Object.fromEntries(
        Object.entries(child.refs).map(([key, { child: to, output }]) => [
          key,
          `${shown(to)}.${output}`,
        ]),
      ),
    },
  };
}

/**
 * Expected values are read from pulumi-awsx's own `awsx/ec2/vpc.ts` (initialize) and `subnetNaming.ts` at e60adf3, by
 * hand. Not proven here: that the published provider does what that source says.
 */
describe("awsx.ec2.Vpc", () => {
  const single = expandVpc("net", argsFor(2, "Single"));
  const perZone = expandVpc("net", argsFor(3, "OnePerAz"));

  it("is these resources for two zones and one NAT gateway", () => {
    assert.deepEqual(countsOf(single), {
      [type.vpc]: 1,
      [type.igw]: 1,
      [type.subnet]: 4,
      [type.routeTable]: 4,
      [type.association]: 4,
      [type.route]: 4,
      [type.eip]: 1,
      [type.nat]: 1,
    });
  });

  it("is these resources for three zones with a NAT gateway each", () => {
    assert.deepEqual(countsOf(perZone), {
      [type.vpc]: 1,
      [type.igw]: 1,
      [type.subnet]: 6,
      [type.routeTable]: 6,
      [type.association]: 6,
      [type.route]: 6,
      [type.eip]: 3,
      [type.nat]: 3,
    });
  });

  it("has no NAT gateway and no route out of private subnets where none is wanted", () => {
    const none = expandVpc("net", argsFor(2, "None"));
    assert.equal(countsOf(none)[type.nat], undefined);
    assert.equal(countsOf(none)[type.eip], undefined);
    assert.deepEqual(
      none.children.filter((child) => child.type === type.route).map(({ name }) => name),
      ["net-public-1", "net-public-2"],
    );
  });

  it("names a subnet, its route table, association and route alike, by type and number of the zone", () => {
    for (const wanted of [type.subnet, type.routeTable, type.association, type.route]) {
      assert.deepEqual(
        single.children.filter((child) => child.type === wanted).map(({ name }) => name),
        ["net-public-1", "net-private-1", "net-public-2", "net-private-2"],
        wanted,
      );
    }
    for (const wanted of [type.nat, type.eip]) {
      assert.deepEqual(
        perZone.children.filter((child) => child.type === wanted).map(({ name }) => name),
        ["net-1", "net-2", "net-3"],
        wanted,
      );
    }
  });

  it("makes the VPC below itself and the internet gateway below the VPC", () => {
    assert.deepEqual(seen(single, childOf(single, type.vpc, "net")), {
      parent: undefined,
      dependsOn: [],
      inputs: {
        cidrBlock: "10.0.0.0/16",
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: { Name: "net" },
      },
    });
    assert.deepEqual(seen(single, childOf(single, type.igw, "net")), {
      parent: "Vpc net",
      dependsOn: ["Vpc net"],
      inputs: { tags: { Name: "net" }, vpcId: "Vpc net.id" },
    });
  });

  it("makes a subnet below the VPC, with its zone, block and tags", () => {
    for (const [name, publicIp, cidrBlock, zone] of [
      ["net-public-2", true, "10.0.136.0/21", "eu-west-1b"],
      ["net-private-1", false, "10.0.0.0/20", "eu-west-1a"],
    ] as const) {
      assert.deepEqual(seen(single, childOf(single, type.subnet, name)), {
        parent: "Vpc net",
        dependsOn: ["Vpc net"],
        inputs: {
          assignIpv6AddressOnCreation: false,
          availabilityZone: zone,
          cidrBlock,
          mapPublicIpOnLaunch: publicIp,
          tags: { Name: name, SubnetType: publicIp ? "Public" : "Private" },
          vpcId: "Vpc net.id",
        },
      });
    }
  });

  it("makes a route table below its subnet, and association and route below that", () => {
    const name = "net-private-2";
    assert.deepEqual(seen(single, childOf(single, type.routeTable, name)), {
      parent: `Subnet ${name}`,
      dependsOn: [`Subnet ${name}`],
      inputs: { tags: { Name: name, SubnetType: "Private" }, vpcId: "Vpc net.id" },
    });
    assert.deepEqual(seen(single, childOf(single, type.association, name)), {
      parent: `RouteTable ${name}`,
      dependsOn: [`RouteTable ${name}`],
      inputs: { routeTableId: `RouteTable ${name}.id`, subnetId: `Subnet ${name}.id` },
    });
    assert.deepEqual(seen(single, childOf(single, type.route, name)), {
      parent: `RouteTable ${name}`,
      dependsOn: [`RouteTable ${name}`],
      inputs: {
        destinationCidrBlock: "0.0.0.0/0",
        natGatewayId: "NatGateway net-1.id",
        routeTableId: `RouteTable ${name}.id`,
      },
    });
    const { inputs } = seen(single, childOf(single, type.route, "net-public-2"));
    assert.deepEqual(inputs, {
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: "InternetGateway net.id",
      routeTableId: "RouteTable net-public-2.id",
    });
  });

  it("makes a NAT gateway and its address below the public subnet of its zone", () => {
    assert.deepEqual(seen(perZone, childOf(perZone, type.eip, "net-3")), {
      parent: "Subnet net-public-3",
      dependsOn: ["Subnet net-public-3"],
      inputs: { tags: { Name: "net-3" } },
    });
    assert.deepEqual(seen(perZone, childOf(perZone, type.nat, "net-3")), {
      parent: "Subnet net-public-3",
      dependsOn: ["Subnet net-public-3"],
      inputs: {
        allocationId: "Eip net-3.allocationId",
        subnetId: "Subnet net-public-3.id",
        tags: { Name: "net-3" },
      },
    });
    const { inputs } = seen(perZone, childOf(perZone, type.route, "net-private-3"));
    assert.equal((inputs as Record<string, unknown>)["natGatewayId"], "NatGateway net-3.id");
  });

  it("hands the caller's tags to everything, and a spec's own to its subnets alone", () => {
    const args = argsFor(2, "Single");
    const tagged = expandVpc("net", {
      ...args,
      tags: { team: "x" },
      subnetSpecs: args.subnetSpecs.map((spec) => ({ ...spec, tags: { tier: spec.type } })),
    });
    const tagsOf = (wanted: string, name: string) =>
      childOf(tagged, wanted, name).inputs["tags"] as Record<string, string>;
    assert.deepEqual(tagsOf(type.vpc, "net"), { Name: "net", team: "x" });
    assert.deepEqual(tagsOf(type.nat, "net-1"), { Name: "net-1", team: "x" });
    assert.deepEqual(tagsOf(type.subnet, "net-public-1"), {
      Name: "net-public-1",
      SubnetType: "Public",
      team: "x",
      tier: "Public",
    });
    assert.deepEqual(tagsOf(type.routeTable, "net-public-1"), {
      Name: "net-public-1",
      SubnetType: "Public",
      team: "x",
    });
  });

  it("says which children its outputs list", () => {
    const names = (keys: readonly string[] | undefined) =>
      (keys ?? []).map((key) => perZone.children.find((child) => child.key === key)!.name);
    const zones = (kind: string) => [1, 2, 3].map((zone) => `net-${kind}-${zone}`);
    assert.deepEqual(names(perZone.idLists["publicSubnetIds"]), zones("public"));
    assert.deepEqual(names(perZone.idLists["privateSubnetIds"]), zones("private"));
    assert.deepEqual(names(perZone.idLists["isolatedSubnetIds"]), []);
    assert.deepEqual(names(perZone.resourceLists["natGateways"]), ["net-1", "net-2", "net-3"]);
    for (const [list, count] of [
      ["subnets", 6],
      ["publicSubnets", 3],
      ["privateSubnets", 3],
      ["isolatedSubnets", 0],
      ["routeTables", 6],
      ["routeTableAssociations", 6],
      ["routes", 6],
      ["eips", 3],
      ["vpcEndpoints", 0],
    ] as const) {
      assert.equal(perZone.resourceLists[list]?.length, count, list);
    }
  });

  it("refuses an input that it would have to guess about", () => {
    for (const input of ["vpcEndpointSpecs", "ipv4IpamPoolId", "numberOfAvailabilityZones"]) {
      assert.throws(
        () => expandVpc("net", { ...argsFor(2, "Single"), [input]: "x" }),
        new RegExp(`does not know these inputs of awsx.ec2.Vpc: ${input}`),
      );
    }
  });
});
