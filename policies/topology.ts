import { readsOf } from "./rule";
import type { Resource, Stack } from "./resource";

export const SUBNET = "aws:ec2/subnet:Subnet";
export const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
export const ROUTE = "aws:ec2/route:Route";
const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const GATEWAY = "aws:ec2/internetGateway:InternetGateway";
export const NAT = "aws:ec2/natGateway:NatGateway";

const MAIN_TABLES = [
  "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
  "aws:ec2/defaultRouteTable:DefaultRouteTable",
] as const;

/** Properties that tell routes, for the rules' `reads`. */
export const topologyReads = {
  [SUBNET]: ["id", "availabilityZone", "vpcId"],
  [ROUTE_TABLE]: ["id", "routes"],
  [ROUTE]: ["routeTableId", "destinationCidrBlock", "gatewayId", "natGatewayId"],
  [ASSOCIATION]: ["routeTableId", "subnetId"],
  [NAT]: ["id"],
  [GATEWAY]: ["id"],
  ...readsOf(MAIN_TABLES, "id"),
};

export interface DefaultRoute {
  readonly gateway: boolean;
  readonly nat: Resource | undefined;
  readonly resource: Resource;
}

/** Which subnet uses which route table, and where that leads. */
export interface Topology {
  readonly tableOf: ReadonlyMap<Resource, Resource>;
  /** A preview cannot tell yet which table some subnet has. */
  readonly hasUnknownTables: boolean;
  readonly routesOf: (table: Resource) => readonly DefaultRoute[];
}

export function topologyOf(stack: Stack): Topology {
  const tableOf = new Map<Resource, Resource>();
  // A main table that the stack settles serves every subnet without one of its own.
  let hasUnknownTables = stack.ofType(...MAIN_TABLES).length > 0;
  for (const association of stack.ofType(ASSOCIATION)) {
    const [table] = stack.referenced(association, "routeTableId", ROUTE_TABLE);
    const [subnet] = stack.referenced(association, "subnetId", SUBNET);
    if (table !== undefined && subnet !== undefined) tableOf.set(subnet, table);
    hasUnknownTables ||=
      association.at("routeTableId").isUnknown || association.at("subnetId").isUnknown;
  }
  const routes = new Map<Resource, DefaultRoute[]>();
  const add = (table: Resource | undefined, route: DefaultRoute) => {
    if (table !== undefined) routes.set(table, [...(routes.get(table) ?? []), route]);
  };
  for (const route of stack.ofType(ROUTE)) {
    const [table] = stack.referenced(route, "routeTableId", ROUTE_TABLE);
    const [nat] = stack.referenced(route, "natGatewayId", NAT);
    add(table, { resource: route, nat, gateway: leadsToInternet(route) });
  }
  for (const table of stack.ofType(ROUTE_TABLE)) {
    const inline = table.at("routes");
    if (inline.isUnknown) continue;
    for (const route of inline.oneOrMore()) {
      const gateway = route.at("gatewayId");
      const natId = route.at("natGatewayId");
      add(table, {
        resource: table,
        nat: natId.isUnknown ? undefined : stack.byId(NAT, natId.text()),
        gateway: !gateway.isUnknown && isInternetGateway(gateway.text()),
      });
    }
  }
  return { tableOf, hasUnknownTables, routesOf: (table) => routes.get(table) ?? [] };
}

const isInternetGateway = (id: string | undefined) => id?.startsWith("igw-") === true;

/** A route to an internet gateway, whatever its destination: also two halves of the Internet are the Internet. */
function leadsToInternet(route: Resource): boolean {
  const gateway = route.at("gatewayId");
  if (gateway.isUnknown) {
    return (route.propertyDependencies["gatewayId"] ?? []).some(({ type }) => type === GATEWAY);
  }
  return isInternetGateway(gateway.text());
}

/** Whether a subnet has a route to an internet gateway. */
export const isPublic = (subnet: Resource, topology: Topology): boolean => {
  const table = topology.tableOf.get(subnet);
  return table !== undefined && topology.routesOf(table).some(({ gateway }) => gateway);
};
