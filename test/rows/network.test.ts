import assert from "node:assert/strict";
import { parse } from "yaml";
import { isInside, overlap } from "../../configs/stack/addresses";
import type { PlannedStack } from "../../plan/makePlan";
import type { PlannedResource } from "../../plan/plan";
import { devConfig, prodConfig } from "../fixtures/config";
import {
  defaultPlan,
  devPlan,
  planWith,
  prodPlan,
  resourceOf,
  resourcesOf,
} from "../fixtures/plans";
import { mistakesWith, wrongKeys } from "../fixtures/stackFile";
import { tasksOf } from "./reading";

const subnetType = "aws:ec2/subnet:Subnet";
const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";
const natType = "aws:ec2/natGateway:NatGateway";

const vpcOf = (stack: PlannedStack) => resourcesOf(stack, "aws:ec2/vpc:Vpc")[0]!;
const kind = ({ inputs }: PlannedResource) =>
  String((inputs["tags"] as Record<string, string>)["SubnetType"]);
const subnetsOf = (stack: PlannedStack, type: "Public" | "Private") =>
  resourcesOf(stack, subnetType).filter((subnet) => kind(subnet) === type);
const routeTablesOf = (stack: PlannedStack, subnets: readonly PlannedResource[]) =>
  subnets.map(({ id }) => {
    const association = resourcesOf(
      stack,
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
    ).filter(({ inputs }) => inputs["subnetId"] === id);
    assert.equal(association.length, 1, `${id ?? ""} has one route table`);
    return String(association[0]!.inputs["routeTableId"]);
  });
/** The default route of each subnet: where what leaves the VPC goes. */
const wayOutOf = (stack: PlannedStack, subnets: readonly PlannedResource[]) =>
  routeTablesOf(stack, subnets).map((routeTableId) => {
    const routes = resourcesOf(stack, "aws:ec2/route:Route").filter(
      ({ inputs }) => inputs["routeTableId"] === routeTableId,
    );
    assert.deepEqual(
      routes.map(({ inputs }) => inputs["destinationCidrBlock"]),
      ["0.0.0.0/0"],
    );
    return routes[0]!.inputs;
  });

const stacks: readonly [string, () => Promise<PlannedStack>][] = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["the default", defaultPlan],
];

// Not proven here: that AWS routes a packet as these resources say.
describe("Network", () => {
  for (const [name, plan] of stacks) {
    it(`N1: the VPC of ${name} resolves names and has the block of the stack file`, async () => {
      const stack = await plan();
      const { inputs } = vpcOf(stack);
      assert.equal(inputs["enableDnsSupport"], true);
      assert.equal(inputs["enableDnsHostnames"], true);
      assert.equal(inputs["cidrBlock"], stack.config.network.cidr);
    });

    it(`N1: every ring of ${name} names Fargate's interface first`, async () => {
      const found = new Map<string, number>();
      const walk = (service: string, value: unknown) => {
        if (typeof value !== "object" || value === null) return;
        for (const [key, inner] of Object.entries(value)) {
          if (key === "instance_interface_names" || key === "interface_names") {
            assert.deepEqual(inner, ["eth1", "eth0"], service);
            found.set(service, (found.get(service) ?? 0) + 1);
          } else walk(service, inner);
        }
      };
      const servers = tasksOf(await plan()).filter(({ service }) =>
        /^(mimir|loki|tempo|pyroscope)/.test(service),
      );
      for (const { service, files } of servers) {
        for (const [file, text] of files) if (file.endsWith(".yaml")) walk(service, parse(text));
      }
      assert.deepEqual(
        servers.map(({ service }) => service).filter((service) => !found.has(service)),
        [],
      );
    });
  }

  it("N1: any private block may be the VPC's, and is", async () => {
    for (const cidr of ["10.0.0.0/16", "172.31.0.0/16", "192.168.0.0/16", "100.64.0.0/16"]) {
      assert.deepEqual(wrongKeys("dev", { "network.cidr": cidr }), [], cidr);
    }
    const stack = await planWith(devConfig(), { network: { cidr: "100.64.16.0/20" } });
    assert.equal(vpcOf(stack).inputs["cidrBlock"], "100.64.16.0/20");
    for (const subnet of resourcesOf(stack, subnetType)) {
      assert.ok(isInside(String(subnet.inputs["cidrBlock"]), "100.64.16.0/20"));
    }
  });

  it("N1: any other block is refused, with what is allowed", () => {
    for (const cidr of ["8.8.0.0/16", "172.32.0.0/16", "192.169.0.0/16", "100.128.0.0/16"]) {
      const [mistake, ...more] = mistakesWith("prod", { "network.cidr": cidr });
      assert.equal(mistake?.key, "lgtm:network.cidr", cidr);
      assert.equal(mistake?.given, cidr);
      assert.match(String(mistake?.allowed), /10\.0\.0\.0\/8.*100\.64\.0\.0\/10/);
      assert.deepEqual(more, []);
    }
    for (const cidr of ["10.0.0.0/15", "10.0.0.0/21", "10.0.0.1/16", "10.0.300.0/16"]) {
      assert.deepEqual(wrongKeys("dev", { "network.cidr": cidr }), ["network.cidr"], cidr);
    }
  });

  for (const [name, plan, zones] of [
    ["dev", devPlan, 2],
    ["the default", defaultPlan, 2],
    ["prod", prodPlan, 3],
  ] as const) {
    it(`N2: ${name} has a public and a private subnet in each of ${zones} zones`, async () => {
      const stack = await plan();
      assert.equal(stack.config.zoneNames.length, zones);
      for (const type of ["Public", "Private"] as const) {
        const subnets = subnetsOf(stack, type);
        assert.deepEqual(
          subnets.map(({ inputs }) => inputs["availabilityZone"]).sort(),
          [...stack.config.zoneNames].sort(),
        );
        for (const { inputs } of subnets) {
          assert.equal(inputs["mapPublicIpOnLaunch"], type === "Public");
        }
      }
      assert.equal(resourcesOf(stack, subnetType).length, 2 * zones);
      const blocks = resourcesOf(stack, subnetType).map(({ inputs }) =>
        String(inputs["cidrBlock"]),
      );
      for (const [index, block] of blocks.entries()) {
        assert.ok(isInside(block, stack.config.network.cidr));
        assert.ok(blocks.slice(index + 1).every((other) => !overlap(block, other)));
      }
    });
  }

  it("N2: a zone that is added moves no block, up to six zones", async () => {
    const blocksOf = (stack: PlannedStack) =>
      new Map(
        resourcesOf(stack, subnetType).map(({ urn, inputs }) => [
          urn,
          `${String(inputs["cidrBlock"])} ${String(inputs["availabilityZone"])}`,
        ]),
      );
    const zones = ["a", "b", "c", "d", "e", "f"];
    let before = blocksOf(await devPlan());
    for (let count = 3; count <= zones.length; count++) {
      const stack = await planWith(devConfig(), { network: { zones: zones.slice(0, count) } });
      const after = blocksOf(stack);
      for (const [urn, block] of before) assert.equal(after.get(urn), block, urn);
      assert.equal(after.size, 2 * count);
      before = after;
    }
  });

  it("N2: one zone is refused, as are seven and one twice", () => {
    assert.deepEqual(wrongKeys("dev", { "network.zones": ["a"] }), ["network.zones"]);
    assert.deepEqual(wrongKeys("dev", { "network.zones": [..."abcdefg"] }), ["network.zones"]);
    assert.deepEqual(wrongKeys("dev", { "network.zones": ["a", "a"] }), ["network.zones"]);
  });

  for (const [name, plan] of stacks) {
    it(`N3: public subnets of ${name} leave through the one internet gateway`, async () => {
      const stack = await plan();
      const gateways = resourcesOf(stack, "aws:ec2/internetGateway:InternetGateway");
      assert.deepEqual(
        gateways.map(({ inputs }) => inputs["vpcId"]),
        [vpcOf(stack).id],
      );
      for (const route of wayOutOf(stack, subnetsOf(stack, "Public"))) {
        assert.equal(route["gatewayId"], gateways[0]!.id);
        assert.equal(route["natGatewayId"], undefined);
      }
    });
  }

  it("N3: dev has one NAT gateway in a public subnet, with an address, for every zone", async () => {
    const stack = await devPlan();
    const [nat, ...more] = resourcesOf(stack, natType);
    assert.deepEqual(more, []);
    assert.ok(subnetsOf(stack, "Public").some(({ id }) => id === nat!.inputs["subnetId"]));
    const [address] = resourcesOf(stack, "aws:ec2/eip:Eip");
    assert.equal(nat!.inputs["allocationId"], address!.outputs["allocationId"]);
    for (const route of wayOutOf(stack, subnetsOf(stack, "Private"))) {
      assert.equal(route["natGatewayId"], nat!.id);
      assert.equal(route["gatewayId"], undefined);
    }
  });

  it("N3: prod has a NAT gateway per zone, and each zone leaves through its own", async () => {
    const stack = await prodPlan();
    const gateways = resourcesOf(stack, natType);
    assert.equal(gateways.length, stack.config.zoneNames.length);
    assert.equal(
      new Set(gateways.map(({ inputs }) => inputs["allocationId"])).size,
      gateways.length,
    );
    const zoneOfNat = new Map(
      gateways.map(({ id, inputs }) => [
        id,
        subnetsOf(stack, "Public").find((subnet) => subnet.id === inputs["subnetId"])!.inputs[
          "availabilityZone"
        ],
      ]),
    );
    const subnets = subnetsOf(stack, "Private");
    wayOutOf(stack, subnets).forEach((route, index) => {
      assert.equal(
        zoneOfNat.get(String(route["natGatewayId"])),
        subnets[index]!.inputs["availabilityZone"],
      );
    });
  });

  for (const [name, plan] of [
    ...stacks,
    [
      "a stack with every network option",
      () =>
        planWith(prodConfig(), {
          network: { interfaceEndpoints: ["ecr.api", "logs"], flowLogs: { enabled: true } },
        }),
    ] as const,
  ]) {
    it(`N4: the S3 gateway endpoint of ${name} is on every private route table`, async () => {
      const stack = await plan();
      const gateways = resourcesOf(stack, endpointType).filter(
        ({ inputs }) => inputs["vpcEndpointType"] === "Gateway",
      );
      assert.equal(gateways.length, 1);
      const { inputs } = gateways[0]!;
      assert.equal(inputs["serviceName"], `com.amazonaws.${stack.config.region}.s3`);
      assert.equal(inputs["vpcId"], vpcOf(stack).id);
      assert.deepEqual(
        [...(inputs["routeTableIds"] as string[])].sort(),
        routeTablesOf(stack, subnetsOf(stack, "Private")).sort(),
      );
    });
  }

  it("N4: no task starts before the endpoint is there", async () => {
    const stack = await devPlan();
    const { urn } = resourceOf(stack, endpointType, "lgtm-dev-s3");
    for (const service of resourcesOf(stack, "aws:ecs/service:Service")) {
      assert.ok(service.dependencies.includes(urn), service.name);
    }
  });

  it("N5: without the options there is no interface endpoint and no flow log", async () => {
    for (const [, plan] of stacks) {
      const stack = await plan();
      assert.ok(
        resourcesOf(stack, endpointType).every(
          ({ inputs }) => inputs["vpcEndpointType"] === "Gateway",
        ),
      );
      assert.deepEqual(resourcesOf(stack, "aws:ec2/flowLog:FlowLog"), []);
    }
  });

  it("N5: interface endpoints are in every private subnet, under AWS's own names, open to every task", async () => {
    const services = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "monitoring"] as const;
    const stack = await planWith(devConfig(), { network: { interfaceEndpoints: [...services] } });
    const endpoints = resourcesOf(stack, endpointType).filter(
      ({ inputs }) => inputs["vpcEndpointType"] === "Interface",
    );
    assert.deepEqual(
      endpoints.map(({ inputs }) => inputs["serviceName"]).sort(),
      services.map((service) => `com.amazonaws.ap-northeast-2.${service}`).sort(),
    );
    const group = resourceOf(stack, "aws:ec2/securityGroup:SecurityGroup", "lgtm-dev-endpoints");
    for (const { inputs } of endpoints) {
      assert.equal(inputs["privateDnsEnabled"], true);
      assert.deepEqual(inputs["securityGroupIds"], [group.id]);
      assert.deepEqual(
        [...(inputs["subnetIds"] as string[])].sort(),
        subnetsOf(stack, "Private")
          .map(({ id }) => id)
          .sort(),
      );
    }
    const openTo = resourcesOf(stack, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ inputs }) => inputs["securityGroupId"] === group.id)
      .map(({ inputs }) => {
        assert.deepEqual([inputs["fromPort"], inputs["toPort"]], [443, 443]);
        return inputs["referencedSecurityGroupId"];
      });
    for (const service of resourcesOf(stack, "aws:ecs/service:Service")) {
      const { securityGroups } = service.inputs["networkConfiguration"] as {
        securityGroups: string[];
      };
      assert.ok(
        securityGroups.some((id) => openTo.includes(id)),
        `${service.name} reaches the endpoints`,
      );
      for (const { urn } of endpoints) assert.ok(service.dependencies.includes(urn));
    }
  });

  it("N5: flow logs of the whole VPC are kept as long as the stack file says", async () => {
    const stack = await planWith(devConfig(), {
      network: { flowLogs: { enabled: true, retentionDays: 14 } },
    });
    const [flowLog, ...more] = resourcesOf(stack, "aws:ec2/flowLog:FlowLog");
    assert.deepEqual(more, []);
    const group = resourceOf(stack, "aws:cloudwatch/logGroup:LogGroup", "lgtm-dev-flow-logs");
    assert.equal(group.inputs["retentionInDays"], 14);
    assert.equal(flowLog!.inputs["vpcId"], vpcOf(stack).id);
    assert.equal(flowLog!.inputs["trafficType"], "ALL");
    assert.equal(flowLog!.inputs["logDestination"], group.outputs["arn"]);
  });

  const existing = {
    vpcId: "vpc-0123456789abcdef0",
    publicSubnetIds: ["subnet-aaaaaaa1", "subnet-aaaaaaa2", "subnet-aaaaaaa3"],
    privateSubnetIds: ["subnet-bbbbbbb1", "subnet-bbbbbbb2", "subnet-bbbbbbb3"],
  };
  const broughtAlong = () => planWith(prodConfig(), { network: { existing } });

  it("N6: a VPC brought along replaces everything of N1 to N4", async () => {
    const stack = await broughtAlong();
    const made = stack.plan.resources.filter(
      ({ type }) => /^aws:ec2\/(?!securityGroup:)/.test(type) || type.startsWith("awsx:"),
    );
    assert.deepEqual(
      made.map(({ urn }) => urn),
      [],
    );
  });

  it("N6: everything of the stack is in the VPC and the subnets that were named", async () => {
    const stack = await broughtAlong();
    for (const { name, inputs } of stack.plan.resources) {
      if ("vpcId" in inputs) assert.equal(inputs["vpcId"], existing.vpcId, name);
    }
    const [loadBalancer] = resourcesOf(stack, "aws:lb/loadBalancer:LoadBalancer");
    assert.deepEqual(loadBalancer!.inputs["subnets"], existing.publicSubnetIds);
    for (const { name, inputs } of resourcesOf(stack, "aws:ecs/service:Service")) {
      const { subnets } = inputs["networkConfiguration"] as { subnets: string[] };
      const replica = /^lgtm-(?:mimir|loki-ingester|tempo-ingester)-(\d)$/.exec(name)?.[1];
      const expected =
        replica === undefined
          ? existing.privateSubnetIds
          : [existing.privateSubnetIds[Number(replica)]];
      assert.deepEqual(subnets, expected, name);
    }
    const [group] = resourcesOf(stack, "aws:rds/subnetGroup:SubnetGroup");
    assert.deepEqual(group!.inputs["subnetIds"], existing.privateSubnetIds);
  });

  it("N6: ids that cannot be right are refused in the stack file", () => {
    const withNetwork = (change: object) =>
      wrongKeys("prod", { "network.existing": { ...existing, ...change } });
    assert.deepEqual(withNetwork({}), []);
    assert.deepEqual(withNetwork({ vpcId: "my-vpc" }), ["network.existing.vpcId"]);
    assert.deepEqual(withNetwork({ privateSubnetIds: existing.privateSubnetIds.slice(1) }), [
      "network.existing.privateSubnetIds",
    ]);
    assert.deepEqual(withNetwork({ publicSubnetIds: existing.privateSubnetIds }), [
      "network.existing",
      "network.existing",
      "network.existing",
    ]);
  });
});
