import type { Resource, Stack } from "../resource";
import { type Server, serversOf, containersOf, TASK_DEFINITION } from "../servers/server";
import { UnknownValueError } from "../unknownValue";
import { SECURITY_GROUP } from "./permissions";

export const ECS_SERVICE = "aws:ecs/service:Service";
export const LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer";
export const LISTENER = "aws:lb/listener:Listener";
export const TARGET_GROUP = "aws:lb/targetGroup:TargetGroup";
const DATABASE = "aws:rds/instance:Instance";
const DATABASE_CLUSTER = "aws:rds/cluster:Cluster";
const VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";

/** Whoever carries security groups and takes part in the edges. */
export interface Party {
  readonly resource: Resource;
  /** `loki/ingester`, `mimir`, `load-balancer`: for messages and finding ids. */
  readonly label: string;
  /** What it is in terms of the edges. */
  readonly parts: readonly string[];
  readonly groups: readonly Resource[];
  /** It also carries groups that the stack does not hold: what those let through can't be seen. */
  readonly hasForeignGroups: boolean;
  /** TCP ports it listens on. */
  readonly ports: ReadonlySet<number>;
  readonly isLgtm: boolean;
  /** A preview does not know yet what it runs. */
  readonly isUnseen: boolean;
  /** Tasks, for services. */
  readonly tasks: number;
}

/** Properties that tell parties, for the rules' `reads`. */
export const partyReads: Readonly<Record<string, readonly string[]>> = {
  [ECS_SERVICE]: ["networkConfiguration.securityGroups", "taskDefinition", "desiredCount"],
  [TASK_DEFINITION]: ["containerDefinitions"],
  [LOAD_BALANCER]: ["securityGroups"],
  [LISTENER]: ["loadBalancerArn", "port"],
  [DATABASE]: ["vpcSecurityGroupIds", "port"],
  [DATABASE_CLUSTER]: ["vpcSecurityGroupIds", "port"],
  [VPC_ENDPOINT]: ["vpcEndpointType", "securityGroupIds"],
};

export interface Parties {
  readonly all: readonly Party[];
  /** Who carries a group. */
  carriersOf(group: Resource | undefined): readonly Party[];
  /** There is an LGTM server in the stack. */
  readonly hasLgtm: boolean;
  /** A preview does not know yet who some parties are, so what depends on all of them can't be said. */
  readonly isIncomplete: boolean;
}

const remembered = new WeakMap<Stack, Parties>();

/** The parties of a stack. Those that a preview does not know are left out. */
export function partiesOf(stack: Stack): Parties {
  const known = remembered.get(stack);
  if (known !== undefined) return known;
  const all: Party[] = [];
  let isIncomplete = false;
  for (const [types, make] of [
    [[ECS_SERVICE], service],
    [[LOAD_BALANCER], loadBalancers(stack)],
    [[DATABASE, DATABASE_CLUSTER], database],
    [[VPC_ENDPOINT], endpoint],
  ] as const) {
    for (const resource of stack.ofType(...types)) {
      try {
        const party = make(stack, resource);
        if (party !== undefined) all.push(party);
      } catch (error) {
        if (!(error instanceof UnknownValueError)) throw error;
        isIncomplete = true;
      }
    }
  }
  const carriers = new Map<string, Party[]>();
  for (const party of all) {
    for (const group of new Set(party.groups)) {
      const list = carriers.get(group.urn);
      if (list === undefined) carriers.set(group.urn, [party]);
      else list.push(party);
    }
  }
  const parties: Parties = {
    all,
    carriersOf: (group) => (group === undefined ? [] : (carriers.get(group.urn) ?? [])),
    hasLgtm: all.some((party) => party.isLgtm),
    isIncomplete: isIncomplete || all.some((party) => party.isUnseen),
  };
  remembered.set(stack, parties);
  return parties;
}

function service(stack: Stack, resource: Resource): Party | undefined {
  const taskDefinition = stack.referenced(resource, "taskDefinition", TASK_DEFINITION)[0];
  if (taskDefinition?.at("containerDefinitions").isUnknown === true) return unseen(stack, resource);
  const servers = taskDefinition === undefined ? [] : serversOf(taskDefinition);
  const parts = servers.flatMap(partsOf);
  return {
    resource,
    label: parts.length === 0 ? resource.name : labelOf(servers),
    parts,
    ...groupsOf(stack, resource, "networkConfiguration", "securityGroups"),
    ports: new Set(taskDefinition === undefined ? [] : containerPorts(taskDefinition)),
    isLgtm: parts.length > 0,
    isUnseen: false,
    tasks: resource.at("desiredCount").isUnknown ? 1 : (resource.at("desiredCount").number() ?? 1),
  };
}

const unseen = (stack: Stack, resource: Resource): Party => ({
  resource,
  label: resource.name,
  parts: [],
  ...groupsOf(stack, resource, "networkConfiguration", "securityGroups"),
  ports: new Set(),
  isLgtm: false,
  isUnseen: true,
  tasks: 1,
});

/** Products whose parts the edges tell apart. */
const divided = new Set(["loki", "tempo", "alloy"]);

function partsOf(server: Server): string[] {
  return divided.has(server.product)
    ? server.targets.map((target) => `${server.product}/${target}`)
    : [server.product];
}

const labelOf = (servers: readonly Server[]): string =>
  servers
    .map(({ product, targets }) =>
      divided.has(product) && !targets.includes("all")
        ? `${product}/${targets.join("+")}`
        : product,
    )
    .join(",");

const containerPorts = (taskDefinition: Resource): number[] =>
  containersOf(taskDefinition).flatMap((container) =>
    container
      .at("portMappings")
      .oneOrMore()
      .filter((mapping) => (mapping.at("protocol").text() ?? "tcp") === "tcp")
      .flatMap((mapping) => mapping.at("containerPort").number() ?? []),
  );

function loadBalancers(stack: Stack) {
  const ports = new Map<string, number[]>();
  const hidden = new Set<string>();
  for (const listener of stack.ofType(LISTENER)) {
    const port = listener.at("port");
    for (const balancer of stack.referenced(listener, "loadBalancerArn", LOAD_BALANCER)) {
      if (port.isUnknown) hidden.add(balancer.urn);
      const number = port.isUnknown ? undefined : port.number();
      if (number === undefined) continue;
      ports.set(balancer.urn, [...(ports.get(balancer.urn) ?? []), number]);
    }
  }
  return (inside: Stack, resource: Resource): Party => ({
    resource,
    label: "load-balancer",
    parts: ["load-balancer"],
    ...groupsOf(inside, resource, "securityGroups"),
    ports: new Set(ports.get(resource.urn) ?? []),
    isLgtm: false,
    isUnseen: hidden.has(resource.urn),
    tasks: 1,
  });
}

function database(stack: Stack, resource: Resource): Party {
  const port = resource.at("port");
  return {
    resource,
    label: "database",
    parts: ["database"],
    ...groupsOf(stack, resource, "vpcSecurityGroupIds"),
    ports: new Set([port.isUnknown ? 5432 : (port.number() ?? 5432)]),
    isLgtm: false,
    isUnseen: false,
    tasks: 1,
  };
}

function endpoint(stack: Stack, resource: Resource): Party | undefined {
  if (resource.at("vpcEndpointType").text() !== "Interface") return undefined;
  return {
    resource,
    label: "endpoints",
    parts: ["endpoints"],
    ...groupsOf(stack, resource, "securityGroupIds"),
    ports: new Set([443]),
    isLgtm: false,
    isUnseen: false,
    tasks: 1,
  };
}

function groupsOf(
  stack: Stack,
  resource: Resource,
  ...path: readonly [string, ...string[]]
): Pick<Party, "groups" | "hasForeignGroups"> {
  const groups = stack.referenced(resource, path.join("."), SECURITY_GROUP);
  let named = groups.length;
  try {
    named = resource.at(...path).texts().length;
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
  }
  return { groups, hasForeignGroups: named > groups.length };
}
