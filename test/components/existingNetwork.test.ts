import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { checkedNetwork, type ExistingNetwork } from "../../components/existingNetwork";

const existing: ExistingNetwork = {
  vpcId: "vpc-0123456789abcdef0",
  publicSubnetIds: ["subnet-aaaaaaaa", "subnet-bbbbbbbb"],
  privateSubnetIds: ["subnet-cccccccc", "subnet-dddddddd"],
};
const expected = {
  region: "ap-northeast-2",
  cidr: "10.40.0.0/16",
  zones: [{ zone: "ap-northeast-2a" }, { zone: "ap-northeast-2b" }],
};

interface World {
  vpc: Record<string, unknown>;
  subnets: Record<string, Record<string, unknown>>;
  endpoint: boolean;
}

const zoneOf = (id: string) => (/a|c/.test(id.at(-1)!) ? "ap-northeast-2a" : "ap-northeast-2b");
const soundWorld = (): World => ({
  vpc: {
    id: existing.vpcId,
    cidrBlock: "10.40.0.0/16",
    cidrBlockAssociations: [],
    enableDnsHostnames: true,
    enableDnsSupport: true,
  },
  subnets: Object.fromEntries(
    [...existing.publicSubnetIds, ...existing.privateSubnetIds].map((id) => [
      id,
      { id, vpcId: existing.vpcId, availabilityZone: zoneOf(id), cidrBlock: "10.40.0.0/24" },
    ]),
  ),
  endpoint: true,
});

/** What the check makes of a world, or how it fails. */
async function checkIn(change: (world: World) => void) {
  const world = soundWorld();
  change(world);
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
    call: ({ token, inputs }) => {
      const { id } = inputs as { id: string };
      if (token === "aws:ec2/getVpc:getVpc") return world.vpc;
      if (token === "aws:ec2/getSubnet:getSubnet") return world.subnets[id]!;
      if (token === "aws:ec2/getVpcEndpoint:getVpcEndpoint" && world.endpoint)
        return { id: "vpce-1" };
      throw new Error("no matching EC2 VPC Endpoint found");
    },
  });
  class Parent extends pulumi.ComponentResource {}
  const parent = new Parent("test:index:Parent", "parent");
  const network = checkedNetwork(existing, expected, parent);
  const all = pulumi.all([network.vpcId, network.publicSubnetIds, network.privateSubnetIds]);
  // The promise of an output is what the SDK itself waits for.
  return (all as unknown as { promise(): Promise<unknown> }).promise();
}

// Not proven here: that AWS answers these look-ups as the stand-ins below do, and that the subnets have a way out.
describe("an existing VPC", () => {
  it("N6: is taken as it is when everything fits", async () => {
    assert.deepEqual(await checkIn(() => undefined), [
      existing.vpcId,
      [...existing.publicSubnetIds],
      [...existing.privateSubnetIds],
    ]);
  });

  const refusals: [string, (world: World) => void, RegExp][] = [
    [
      "without DNS support",
      (w) => (w.vpc["enableDnsSupport"] = false),
      /DNS support and DNS host names/,
    ],
    [
      "without DNS host names",
      (w) => (w.vpc["enableDnsHostnames"] = false),
      /DNS support and DNS host names/,
    ],
    [
      "with another address block",
      (w) => (w.vpc["cidrBlock"] = "10.9.0.0/16"),
      /10\.9\.0\.0\/16.*10\.40\.0\.0\/16/,
    ],
    [
      "with a subnet of another VPC",
      (w) => (w.subnets["subnet-cccccccc"]!["vpcId"] = "vpc-99999999"),
      /subnet-cccccccc belongs to vpc-99999999/,
    ],
    [
      "with subnets in another order",
      (w) => (w.subnets["subnet-aaaaaaaa"]!["availabilityZone"] = "ap-northeast-2b"),
      /subnet-aaaaaaaa is in ap-northeast-2b.*ap-northeast-2a/,
    ],
    [
      "with public subnets too small for a load balancer",
      (w) => (w.subnets["subnet-bbbbbbbb"]!["cidrBlock"] = "10.40.0.0/28"),
      /\/27 or larger/,
    ],
    ["without an S3 endpoint", (w) => (w.endpoint = false), /add an S3 gateway endpoint/],
  ];
  for (const [what, change, message] of refusals) {
    it(`N6: is refused ${what}`, async () => {
      await assert.rejects(checkIn(change), message);
    });
  }
});
