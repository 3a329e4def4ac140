import { gatewayPorts, insideProductPorts, isAllowed } from "../data/edges";
import { blockOf, contains, isPublic, isWholePrivateRange } from "../firewall/blocks";
import { blocksOf, flowReads, flowsOf, type Flows } from "../firewall/flows";
import {
  LOAD_BALANCER,
  partiesOf,
  partyReads,
  type Parties,
  type Party,
} from "../firewall/parties";
import { permissionReads, peerText, portsText, type Permission } from "../firewall/permissions";
import { type Judgement, type Rule, type Stack, stackRule } from "../rule";

/** Ports of a load balancer that may face the Internet (G1). */
const publicPorts: ReadonlySet<number> = new Set([443, 80]);

const reads = { ...permissionReads, ...flowReads, ...partyReads };

/** Who may reach what. */
export const securityGroupPeerRules: readonly Rule[] = [
  stackRule({
    id: "sg-internet-meets-load-balancer-only",
    subject: "security-groups",
    rationale: "Nothing but ports 443 and 80 of a load balancer may face the Internet.",
    source: "G1, Security groups",
    mend: "Let the peers' security group in instead of addresses, or put the service behind the load balancer",
    scope: "any",
    severity: "critical",
    reads,
    judge(stack, judgement) {
      const parties = partiesOf(stack);
      forIngress(stack, judgement, (permission, flows) => {
        const carriers = parties.carriersOf(permission.group);
        const isDoor =
          carriers.length > 0 &&
          carriers.every((party) => party.resource.type === LOAD_BALANCER) &&
          permission.protocol === "tcp" &&
          permission.fromPort === permission.toPort &&
          publicPorts.has(permission.fromPort);
        if (isDoor || permission.peer.kind === "group") return;
        // Who carries the group can't be said before a preview knows it: the plan and the state do.
        if (permission.group === undefined && parties.isIncomplete) return;
        const blocks = blocksOf(permission, flows);
        if (blocks === undefined) {
          judgement.report(permission.resource, {
            finding: `${peerText(permission)}:${portsText(permission)}`,
            says: `port ${portsText(permission)} is open to ${peerText(permission)}, a prefix list whose addresses this stack does not hold`,
          });
          return;
        }
        for (const text of blocks) {
          const block = blockOf(text);
          if (block !== undefined && !isPublic(block)) continue;
          judgement.report(permission.resource, {
            finding: `${text}:${portsText(permission)}`,
            says:
              block === undefined
                ? `${text} is no block of addresses`
                : `port ${portsText(permission)} of "${permission.group?.name ?? "a group outside of the stack"}" is open to ${text}`,
          });
        }
      });
    },
  }),

  stackRule({
    id: "sg-blocks-within-vpc",
    subject: "security-groups",
    rationale: "A private block wider than the VPC lets in networks that are connected one day.",
    source: "Security groups, N1",
    mend: "Name the peer's security group, or the narrowest block that holds it",
    scope: "any",
    severity: "medium",
    reads,
    judge(stack, judgement) {
      const parties = partiesOf(stack);
      forIngress(stack, judgement, (permission, flows) => {
        if (flows.vpcBlocks.length === 0) return;
        const isGateway =
          gatewayPorts.has(permission.fromPort) &&
          permission.fromPort === permission.toPort &&
          parties
            .carriersOf(permission.group)
            .some((party) => party.parts.includes("alloy/gateway"));
        for (const text of blocksOf(permission, flows) ?? []) {
          const block = blockOf(text);
          if (block === undefined || isPublic(block)) continue;
          if (flows.vpcBlocks.some((vpc) => contains(vpc, block))) continue;
          // Clients of the gateway may live in connected networks, but nobody's network is a whole private range.
          if (isGateway && !isWholePrivateRange(block)) continue;
          judgement.report(permission.resource, {
            finding: `${text}:${portsText(permission)}`,
            says: `port ${portsText(permission)} is open to ${text}, which reaches beyond the VPC (${flows.vpcBlocks.map((vpc) => vpc.text).join(", ")})`,
          });
        }
      });
    },
  }),

  stackRule({
    id: "sg-edges",
    subject: "security-groups",
    rationale: "Every port of the system is open to the peers that need it and to nobody else.",
    source: "Security groups; measured (minimal edges)",
    mend: "Remove the rule, or call through the part that may be called",
    scope: "lgtm",
    severity: "high",
    reads,
    judge(stack, judgement) {
      judgeEdges(stack, judgement, (from, to, port) => !crossesProducts(from, to, port));
    },
  }),

  stackRule({
    id: "sg-grpc-and-gossip-inside-product",
    subject: "security-groups",
    rationale:
      "A stranger on the gossip or gRPC port joins the ring or reads every tenant: no login guards either.",
    source: "S17, Security groups; measured (no product ever dialled another's)",
    mend: "Remove the rule: products talk over HTTP only",
    scope: "lgtm",
    severity: "critical",
    reads,
    judge(stack, judgement) {
      judgeEdges(stack, judgement, crossesProducts);
    },
  }),
];

function forIngress(
  stack: Stack,
  judgement: Judgement,
  judge: (permission: Permission, flows: Flows) => void,
): void {
  const flows = flowsOf(stack);
  judgement.each(flows.writtenIn, (resource) => {
    for (const permission of flows.permissionsIn(resource)) {
      if (permission.direction === "ingress") judge(permission, flows);
    }
  });
}

const productOf = (part: string): string => part.split("/")[0] ?? part;

function crossesProducts(from: Party | undefined, to: Party, port: number): boolean {
  if (!insideProductPorts.has(port) || from === undefined) return false;
  const products = new Set(to.parts.map(productOf));
  return !from.parts.some((part) => products.has(productOf(part)));
}

type Chosen = (from: Party | undefined, to: Party, port: number) => boolean;

/** Reports the connections that no edge allows, of those that were chosen. */
function judgeEdges(stack: Stack, judgement: Judgement, chosen: Chosen): void {
  const parties = partiesOf(stack);
  if (!parties.hasLgtm) return;
  forIngress(stack, judgement, (permission, flows) => {
    // Every protocol at once, the Internet and blocks without end are findings of their own rules.
    if (permission.protocol !== "tcp" && permission.protocol !== "udp") return;
    const callees = distinct(
      parties.carriersOf(permission.group).filter((party) => party.label !== "load-balancer"),
    );
    if (
      !callees.some(
        (party) => party.isLgtm || party.label === "database" || party.label === "endpoints",
      )
    )
      return;
    const said = new Set<string>();
    for (const to of callees) {
      for (const from of callersOf(permission, flows, parties)) {
        for (const port of portsOf(permission, to)) {
          if (!chosen(from.party, to, port) || mayCall(from, to, port)) continue;
          const finding = `${from.label}->${to.label}:${port}`;
          if (said.has(finding)) continue;
          said.add(finding);
          judgement.report(permission.resource, {
            finding,
            says: `${from.label} may reach port ${port} of ${to.label}, which no edge of the system needs`,
          });
        }
      }
    }
  });
}

interface Caller {
  readonly label: string;
  readonly party: Party | undefined;
}

function callersOf(permission: Permission, flows: Flows, parties: Parties): Caller[] {
  if (permission.peer.kind === "group") {
    const carriers = distinct(parties.carriersOf(permission.peer.group));
    if (carriers.some((party) => party.isUnseen)) return [];
    if (carriers.length === 0 && parties.isIncomplete && permission.peer.group !== undefined)
      return [];
    return carriers.length === 0
      ? [{ label: peerText(permission), party: undefined }]
      : carriers.map((party) => ({ label: party.label, party }));
  }
  return (blocksOf(permission, flows) ?? []).flatMap((text) => {
    const block = blockOf(text);
    return block === undefined || isPublic(block) ? [] : [{ label: text, party: undefined }];
  });
}

/** One of several replicas, or of several services that are the same in the eyes of the edges. */
function distinct(parties: readonly Party[]): Party[] {
  return [...new Map(parties.map((party) => [party.label, party])).values()];
}

/** The one port, or of a range those that the callee listens on. */
function portsOf(permission: Permission, to: Party): number[] {
  const { fromPort, toPort } = permission;
  if (fromPort === toPort) return [fromPort];
  return [...to.ports].filter((port) => port >= fromPort && port <= toPort).sort((a, b) => a - b);
}

function mayCall(from: Caller, to: Party, port: number): boolean {
  const callers = from.party === undefined ? ["clients"] : from.party.parts;
  // A group that nobody in the stack carries is a client's, and so is a private block.
  return callers.some((caller) => to.parts.some((callee) => isAllowed(caller, callee, port)));
}
