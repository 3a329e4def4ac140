import ipaddr from "ipaddr.js";
import type { Resource, Stack } from "../resource";
import { type Judgement, resourceRule, stackRule, type Rule } from "../rule";
import { SERVICE } from "../servers/services";
import {
  isPublic,
  NAT,
  ROUTE,
  ROUTE_TABLE,
  SUBNET,
  type Topology,
  topologyOf,
  topologyReads,
} from "../topology";

const subject = "network" as const;

const VPC = "aws:ec2/vpc:Vpc";
const VPC_BLOCK = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const ENDPOINT_ASSOCIATION =
  "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation";
const DATABASE_SUBNETS = "aws:rds/subnetGroup:SubnetGroup";

/** What tells where tasks and databases live, for the rules' `reads`. */
const workloadReads = {
  [SERVICE]: ["networkConfiguration.subnets"],
  [DATABASE_SUBNETS]: ["subnetIds"],
};

/**
 * Subnets of the stack that tasks or a database live in. By value only: while a preview does not know the ids, what
 * they were made from is the whole VPC.
 *
 * @throws UnknownValueError
 */
function subnetsOf(owner: Resource, stack: Stack): Resource[] {
  const ids =
    owner.type === SERVICE
      ? owner.at("networkConfiguration", "subnets").texts()
      : owner.at("subnetIds").texts();
  return ids.flatMap((id) => stack.byId(SUBNET, id) ?? []);
}

/** Subnets in which tasks and databases live. */
function workloadSubnets(stack: Stack, judgement: Judgement): ReadonlySet<Resource> {
  const subnets = new Set<Resource>();
  judgement.each(stack.ofType(SERVICE, DATABASE_SUBNETS), (owner) => {
    for (const subnet of subnetsOf(owner, stack)) subnets.add(subnet);
  });
  return subnets;
}

const privateTables = (stack: Stack, topology: Topology, judgement: Judgement): Resource[] => [
  ...new Set(
    [...workloadSubnets(stack, judgement)]
      .filter((subnet) => !isPublic(subnet, topology))
      .flatMap((subnet) => topology.tableOf.get(subnet) ?? []),
  ),
];

const tasksPrivate = stackRule({
  id: "network-tasks-private",
  subject,
  rationale:
    "A task or database in a subnet with a route to the internet gateway is one mistake away from the Internet.",
  source: "S10",
  mend: "Put the service into the private subnets",
  scope: "any",
  reads: {
    ...topologyReads,
    ...workloadReads,
  },
  severity: "critical",
  judge(stack, judgement) {
    const topology = topologyOf(stack);
    judgement.each(stack.ofType(SERVICE, DATABASE_SUBNETS), (owner) => {
      for (const subnet of subnetsOf(owner, stack)) {
        if (!isPublic(subnet, topology)) continue;
        judgement.report(owner, {
          finding: `public:${subnet.name}`,
          says: `it is in subnet ${subnet.name}, which has a route to the internet gateway`,
        });
      }
    });
  },
});

const noPublicAddresses = stackRule({
  id: "network-no-public-addresses",
  subject,
  rationale: "A private subnet that hands out public addresses is private in name only.",
  source: "N2",
  mend: "Set mapPublicIpOnLaunch and assignIpv6AddressOnCreation to false",
  scope: "any",
  reads: {
    ...topologyReads,
    [SUBNET]: ["id", "mapPublicIpOnLaunch", "assignIpv6AddressOnCreation"],
  },
  severity: "high",
  judge(stack, judgement) {
    const topology = topologyOf(stack);
    judgement.each(stack.ofType(SUBNET), (subnet) => {
      // Whoever lives in a public subnet is judged by `network-tasks-private`.
      if (isPublic(subnet, topology)) return;
      for (const key of ["mapPublicIpOnLaunch", "assignIpv6AddressOnCreation"]) {
        if (subnet.at(key).boolean() !== true) continue;
        judgement.report(subnet, { finding: key, says: `${key} is true in a private subnet` });
      }
    });
  },
});

const storageEndpoint = stackRule({
  id: "network-s3-endpoint",
  subject,
  rationale:
    "Without the gateway endpoint every flush and every query pays the NAT gateway by the GB.",
  source: "N4",
  mend: "Attach an S3 gateway endpoint to every private route table",
  scope: "any",
  reads: {
    ...topologyReads,
    ...workloadReads,
    [ENDPOINT]: ["serviceName", "vpcEndpointType", "routeTableIds", "policy"],
    [ENDPOINT_ASSOCIATION]: ["routeTableId", "vpcEndpointId"],
  },
  severity: "medium",
  judge(stack, judgement) {
    const topology = topologyOf(stack);
    const covered = new Set<Resource>();
    const zones = stack.ofType(SUBNET).flatMap((subnet) => {
      const zone = subnet.at("availabilityZone");
      return zone.isUnknown ? [] : (zone.text() ?? []);
    });
    // An endpoint that a preview does not know yet may be the one that is wanted.
    let allKnown = true;
    judgement.each(stack.ofType(ENDPOINT), (endpoint) => {
      allKnown &&= !["vpcEndpointType", "serviceName", "routeTableIds"].some(
        (key) => endpoint.at(key).isUnknown,
      );
      const type = endpoint.at("vpcEndpointType").text() ?? "Gateway";
      const region = /\.([a-z0-9-]+)\.s3$/.exec(endpoint.at("serviceName").text() ?? "")?.[1];
      if (type !== "Gateway" || region === undefined) return;
      if (zones.length > 0 && !zones.some((zone) => zone.startsWith(region))) return;
      for (const id of endpoint.at("routeTableIds").texts()) {
        const table = stack.byId(ROUTE_TABLE, id);
        if (table !== undefined) covered.add(table);
      }
      for (const association of stack.ofType(ENDPOINT_ASSOCIATION)) {
        if (!stack.referenced(association, "vpcEndpointId", ENDPOINT).includes(endpoint)) continue;
        for (const table of stack.referenced(association, "routeTableId", ROUTE_TABLE))
          covered.add(table);
      }
    });
    if (!allKnown) return;
    judgement.each(privateTables(stack, topology, judgement), (table) => {
      if (covered.has(table)) return;
      judgement.report(table, {
        finding: "no-endpoint",
        says: "no S3 gateway endpoint is attached to it",
      });
    });
  },
});

const natPerZone = stackRule({
  id: "network-nat-per-zone",
  subject,
  rationale: "With one NAT gateway the loss of its zone takes every task's way out with it.",
  source: "N3",
  mend: "In prod one NAT gateway per zone, and each private route table leads to the one in its zone",
  scope: "any",
  reads: {
    ...topologyReads,
    [NAT]: ["id", "subnetId", "connectivityType"],
    ...workloadReads,
  },
  severity: "medium",
  judge(stack, judgement) {
    if (judgement.environment !== "prod") return;
    const topology = topologyOf(stack);
    judgement.each(workloadSubnets(stack, judgement), (subnet) => {
      const zone = subnet.at("availabilityZone").text();
      const table = topology.tableOf.get(subnet);
      if (zone === undefined || table === undefined) return;
      for (const { nat, resource } of topology.routesOf(table)) {
        const [home] = nat === undefined ? [] : stack.referenced(nat, "subnetId", SUBNET);
        const natZone = home?.at("availabilityZone").text();
        if (natZone === undefined || natZone === zone) continue;
        judgement.report(resource, {
          finding: `${zone}->${natZone}`,
          says: `subnet ${subnet.name} in ${zone} goes out through the NAT gateway in ${natZone}`,
        });
      }
    });
  },
});

const wayOut = stackRule({
  id: "network-way-out",
  subject,
  rationale:
    "A task without a way to the registry, to Secrets Manager and to CloudWatch never starts.",
  source: "N3",
  mend: "Route 0.0.0.0/0 of the private route table to a NAT gateway, or make interface endpoints for ECR and logs",
  scope: "any",
  reads: {
    ...topologyReads,
    ...workloadReads,
    [ENDPOINT]: ["serviceName", "vpcEndpointType"],
    [NAT]: ["id", "subnetId", "connectivityType"],
  },
  severity: "high",
  judge(stack, judgement) {
    const topology = topologyOf(stack);
    // With the registry's own endpoint a closed network is a choice; what else it needs is its owner's business.
    const closed = stack.ofType(ENDPOINT).some((endpoint) => {
      const service = endpoint.at("serviceName");
      return !service.isUnknown && /\.ecr\.dkr$/.test(service.text() ?? "");
    });
    if (closed) return;
    const tables = privateTables(stack, topology, judgement).filter(
      (table) => !table.at("routes").isUnknown,
    );
    judgement.each(tables, (table) => {
      const routes = stack
        .ofType(ROUTE)
        .filter((route) => stack.referenced(route, "routeTableId", ROUTE_TABLE).includes(table));
      const leadsOut = [
        ...routes.map(({ properties }) => properties),
        ...table.at("routes").oneOrMore(),
      ].some(
        (route) =>
          ["0.0.0.0/0", "::/0"].includes(
            route.at("destinationCidrBlock").text() ?? route.at("cidrBlock").text() ?? "",
          ) &&
          [
            "natGatewayId",
            "gatewayId",
            "transitGatewayId",
            "networkInterfaceId",
            "vpcPeeringConnectionId",
          ].some((key) => route.at(key).exists),
      );
      if (!leadsOut) {
        judgement.report(table, {
          finding: "no-default-route",
          says: "it has no route to anything outside the VPC",
        });
        return;
      }
      for (const { nat } of topology.routesOf(table)) {
        if (nat !== undefined) judgeNat(nat, stack, topology, judgement);
      }
    });
    judgement.each(workloadSubnets(stack, judgement), (subnet) => {
      if (topology.tableOf.has(subnet) || topology.hasUnknownTables) return;
      judgement.report(subnet, {
        finding: "no-route-table",
        says: "no route table of the stack is associated with it, so the VPC's main one decides",
      });
    });
  },
});

/** A NAT gateway reaches the Internet only from a subnet that does. */
function judgeNat(nat: Resource, stack: Stack, topology: Topology, judgement: Judgement): void {
  const kind = nat.at("connectivityType").text() ?? "public";
  if (kind !== "public") {
    judgement.report(nat, {
      finding: `connectivityType:${kind}`,
      says: `it is ${kind}, so it leads to other networks and not out`,
    });
    return;
  }
  for (const subnet of stack.referenced(nat, "subnetId", SUBNET)) {
    if (isPublic(subnet, topology) || topology.hasUnknownTables) continue;
    judgement.report(nat, {
      finding: `private:${subnet.name}`,
      says: `it stands in ${subnet.name}, which has no route to an internet gateway`,
    });
  }
}

/** Ranges that servers recognise as private, or are told about (N1). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"] as const;

const vpcSettings = resourceRule({
  id: "network-vpc-settings",
  subject,
  rationale:
    "Without DNS support no name of the stack resolves; with public addresses inside, servers register what nobody reaches.",
  source: "N1",
  mend: "Enable DNS support and host names, and take the range from RFC 1918 or 100.64.0.0/10",
  scope: "any",
  reads: {
    [VPC]: ["cidrBlock", "enableDnsSupport", "enableDnsHostnames"],
    [VPC_BLOCK]: ["cidrBlock"],
  },
  severity: "high",
  judge(vpc, judgement) {
    // DNS support is on where nothing is said, host names are off.
    const settings = [
      ["enableDnsSupport", true],
      ["enableDnsHostnames", false],
    ] as const;
    judgement.each(vpc.type === VPC ? settings : [], ([key, fallback]) => {
      if (vpc.at(key).boolean() ?? fallback) return;
      judgement.report(vpc, { finding: key, says: `${key} is ${vpc.at(key).toString()}` });
    });
    judgement.each(["cidrBlock"], (key) => {
      const cidr = vpc.at(key).text();
      if (cidr === undefined || !ipaddr.IPv4.isValidCIDR(cidr)) return;
      const [address, bits] = ipaddr.IPv4.parseCIDR(cidr);
      const inside = privateRanges.some((range) => {
        const [network, rangeBits] = ipaddr.IPv4.parseCIDR(range);
        return bits >= rangeBits && address.match(network, rangeBits);
      });
      if (!inside)
        judgement.report(vpc, { finding: cidr, says: `its range ${cidr} is not private` });
    });
  },
});

export const networkRules: readonly Rule[] = [
  tasksPrivate,
  noPublicAddresses,
  storageEndpoint,
  natPerZone,
  wayOut,
  vpcSettings,
];
