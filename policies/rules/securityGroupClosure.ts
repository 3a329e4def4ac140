import { allowedEdges, matches, type AllowedEdge } from "../data/edges";
import { flowReads, type Flows, flowsOf, lets } from "../firewall/flows";
import {
  ECS_SERVICE,
  LOAD_BALANCER,
  partiesOf,
  partyReads,
  TARGET_GROUP,
  type Parties,
  type Party,
} from "../firewall/parties";
import {
  type Permission,
  permissionReads,
  peerText,
  portsText,
  SECURITY_GROUP,
} from "../firewall/permissions";
import { type Judgement, type Rule, type Stack, stackRule } from "../rule";

const reads: Readonly<Record<string, readonly string[]>> = {
  ...permissionReads,
  ...flowReads,
  ...partyReads,
};

/** Rules and listeners belong to each other: no rule without a listener, no needed call without a rule. */
export const securityGroupClosureRules: readonly Rule[] = [
  stackRule({
    id: "sg-rule-has-listener",
    subject: "security-groups",
    rationale: "A rule for a port on which nobody listens waits for whoever listens there next.",
    source: "Security groups",
    mend: "Remove the rule, or correct its port, protocol or group",
    scope: "lgtm",
    severity: "medium",
    // Who else uses a group can be of any type.
    everyType: true,
    reads,
    judge(stack, judgement) {
      const flows = flowsOf(stack);
      const parties = partiesOf(stack);
      if (!parties.hasLgtm || parties.isIncomplete) return;
      judgement.each(flows.writtenIn, (resource) => {
        for (const permission of flows.permissionsIn(resource)) {
          const { direction, protocol, fromPort, toPort, group } = permission;
          if (direction !== "ingress" || group === undefined || protocol === "all") continue;
          const carriers = parties.carriersOf(group);
          // A group of something the rules know nothing about is not theirs to judge.
          if (carriers.length === 0 && isUsedElsewhere(stack, group.urn)) continue;
          const hears = carriers.some((party) =>
            protocol === "tcp"
              ? [...party.ports].some((port) => port >= fromPort && port <= toPort)
              : !knowsItsPorts(party),
          );
          if (hears) continue;
          judgement.report(resource, {
            finding: `${portsText(permission)}<-${peerText(permission)}`,
            says:
              carriers.length === 0
                ? `nobody carries the group "${group.name}" that it opens`
                : `nobody with the group "${group.name}" listens on ${protocol} ${portsText(permission)}`,
          });
        }
      });
    },
  }),

  stackRule({
    id: "sg-needed-calls-pass",
    subject: "security-groups",
    rationale:
      "Measured: with a rule too few every task reports ready, and every push or query fails.",
    source: "Security groups; measured (minimal edges)",
    mend: "Add a SecurityGroupIngressRule for the callee's group (and, with restricted egress, one way out of the caller's)",
    scope: "lgtm",
    severity: "high",
    reads: {
      ...reads,
      [ECS_SERVICE]: [...(reads[ECS_SERVICE] ?? []), "loadBalancers"],
      [TARGET_GROUP]: ["arn", "healthCheck"],
    },
    judge(stack, judgement) {
      const flows = flowsOf(stack);
      const parties = partiesOf(stack);
      // What a preview does not know could be the rule that is missed.
      if (!parties.hasLgtm || parties.isIncomplete || flows.isIncomplete) return;
      for (const { caller, callee, port, why } of neededCalls(stack, parties)) {
        if (caller.hasForeignGroups || callee.hasForeignGroups) continue;
        const isIn = callee.groups.some((group) =>
          flows.of(group, "ingress").some((each) => lets(each, port, caller.groups, flows)),
        );
        const isOut = caller.groups.some((group) =>
          flows.of(group, "egress").some((each) => lets(each, port, callee.groups, flows)),
        );
        if (!isIn) say(judgement, caller, callee, port, why, "ingress");
        else if (!isOut) say(judgement, caller, callee, port, why, "egress");
      }
      judgeDoors(parties, flows, judgement);
      judgeWaysOut(parties, flows, judgement);
    },
  }),

  stackRule({
    id: "sg-service-names-its-groups",
    subject: "security-groups",
    rationale: "A service without groups of its own gets the VPC's default group.",
    source: "S10, Security groups",
    mend: "Give the service its role's security group",
    scope: "lgtm",
    severity: "high",
    reads: { ...partyReads, [SECURITY_GROUP]: ["id"] },
    judge(stack, judgement) {
      const parties = partiesOf(stack);
      judgement.each(parties.all, (party) => {
        if (!party.isLgtm || party.groups.length > 0 || party.hasForeignGroups) return;
        judgement.report(party.resource, {
          finding: "securityGroups",
          says: `${party.label} names no security group`,
        });
      });
    },
  }),
];

const opens = (permission: Permission, port: number): boolean =>
  (permission.protocol === "tcp" || permission.protocol === "all") &&
  permission.fromPort <= port &&
  permission.toPort >= port;

/** A listener that no rule lets anybody reach. */
function judgeDoors(parties: Parties, flows: Flows, judgement: Judgement): void {
  for (const door of parties.all) {
    if (door.resource.type !== LOAD_BALANCER || door.hasForeignGroups) continue;
    // A load balancer without groups of its own is none that has any.
    if (door.groups.length === 0) continue;
    for (const port of door.ports) {
      if (door.groups.some((group) => flows.of(group, "ingress").some((each) => opens(each, port))))
        continue;
      judgement.report(door.resource, {
        finding: `ingress:clients->load-balancer:${port}`,
        says: `it listens on port ${port}, and no ingress rule lets anybody in`,
      });
    }
  }
}

/** Every task fetches its image, its secrets and its log's stream over HTTPS before the server starts. */
function judgeWaysOut(parties: Parties, flows: Flows, judgement: Judgement): void {
  const said = new Set<string>();
  for (const party of parties.all) {
    if (!party.isLgtm || party.hasForeignGroups || party.groups.length === 0) continue;
    if (party.groups.some((group) => flows.of(group, "egress").some((each) => opens(each, 443))))
      continue;
    if (said.has(party.label)) continue;
    said.add(party.label);
    judgement.report(party.resource, {
      finding: `egress:${party.label}->https:443`,
      says: `${party.label} may not call port 443 of anybody: its image, secrets and logs are there`,
    });
  }
}

/** Ports of an ECS service, a database or a load balancer are all there is; others may hear more. */
const knowsItsPorts = (party: Party): boolean => party.ports.size > 0;

/** Something other than its own rules and those that name it as a peer was made from the group. */
const usersOfGroups = new WeakMap<Stack, ReadonlySet<string>>();

function isUsedElsewhere(stack: Stack, urn: string): boolean {
  let used = usersOfGroups.get(stack);
  if (used === undefined) {
    used = new Set(
      stack.resources
        .filter((resource) => resource.type.startsWith("aws:") && !resource.type.includes("Rule:"))
        .flatMap((resource) => Object.values(resource.propertyDependencies).flat())
        .filter((resource) => resource.type === SECURITY_GROUP)
        .map((resource) => resource.urn),
    );
    usersOfGroups.set(stack, used);
  }
  return used.has(urn);
}

interface NeededCall {
  readonly caller: Party;
  readonly callee: Party;
  readonly port: number;
  readonly why: string;
}

/** Every call that some part cannot do without, between parties that are there; replicas of a part count once. */
function neededCalls(stack: Stack, parties: Parties): NeededCall[] {
  const byLabel = new Map<string, Party[]>();
  for (const party of parties.all) {
    byLabel.set(party.label, [...(byLabel.get(party.label) ?? []), party]);
  }
  const calls: NeededCall[] = [];
  const groups = [...byLabel.values()];
  for (const edge of allowedEdges.filter(({ needed }) => needed)) {
    const callees = groups.filter((group) => isCallee(group[0], edge));
    if (callees.length === 0) continue;
    const callers = groups.filter((group) => isCaller(group[0], edge));
    for (const callee of callees) {
      for (const caller of callers) {
        // One task alone calls nobody of its kind.
        if (caller === callee && tasksOf(callee) < 2) continue;
        for (const from of caller) {
          for (const to of callee) {
            calls.push({ caller: from, callee: to, port: edge.port, why: edge.why });
          }
        }
      }
    }
  }
  return distinctCalls([...calls, ...frontDoorCalls(stack, parties)]);
}

const isCallee = (party: Party | undefined, edge: AllowedEdge): boolean =>
  party !== undefined && party.parts.some((part) => matches(edge.to, part));

function isCaller(party: Party | undefined, edge: AllowedEdge): boolean {
  if (party === undefined) return false;
  if (edge.from.includes("*")) return party.isLgtm;
  return party.parts.some((part) => edge.from.some((from) => matches(from, part)));
}

const tasksOf = (group: readonly Party[]): number =>
  group.reduce((sum, party) => sum + Math.max(party.tasks, 1), 0);

/** What a load balancer calls: the ports of its targets, and their health checks' (G9). */
function frontDoorCalls(stack: Stack, parties: Parties): NeededCall[] {
  const doors = parties.all.filter((party) => party.resource.type === LOAD_BALANCER);
  const calls: NeededCall[] = [];
  for (const callee of parties.all.filter(({ resource }) => resource.type === ECS_SERVICE)) {
    for (const target of callee.resource.at("loadBalancers").oneOrMore()) {
      const arn = target.at("targetGroupArn");
      const group = arn.isUnknown ? undefined : stack.byArn(arn.text());
      const ports = [
        target.at("containerPort").number(),
        group?.type === TARGET_GROUP ? group.at("healthCheck", "port").number() : undefined,
      ];
      for (const port of ports) {
        if (port === undefined) continue;
        for (const caller of doors) calls.push({ caller, callee, port, why: "front door" });
      }
    }
  }
  return calls;
}

/** Replicas share their groups: the same call between the same groups is one. */
function distinctCalls(calls: readonly NeededCall[]): NeededCall[] {
  const byKey = new Map<string, NeededCall>();
  const key = (party: Party) => party.groups.map(({ urn }) => urn).join(" ");
  for (const call of calls) {
    const name = `${key(call.caller)}|${key(call.callee)}|${call.port}`;
    if (!byKey.has(name)) byKey.set(name, call);
  }
  return [...byKey.values()];
}

function say(
  judgement: Judgement,
  caller: Party,
  callee: Party,
  port: number,
  why: string,
  direction: "ingress" | "egress",
): void {
  judgement.report(direction === "ingress" ? callee.resource : caller.resource, {
    finding: `${direction}:${caller.label}->${callee.label}:${port}`,
    says: `${caller.label} needs port ${port} of ${callee.label} (${why}), but no ${direction} rule lets it ${direction === "ingress" ? "in" : "out"}`,
  });
}
