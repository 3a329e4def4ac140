import { text } from "../../plan/charges";
import type { PlannedResource } from "../../plan/plan";
import { type PlanIndex, withoutStack } from "./planIndex";

/** One rule of a security group, with names in the place of ids. */
export interface Rule {
  readonly from: string;
  readonly to: string;
  /** `443`, `8000-8010` or `all`. */
  readonly ports: string;
  readonly protocol: string;
  readonly why: string;
}

export interface FirewallFacts {
  /** Every group, by name, in the plan's order. */
  readonly groups: readonly string[];
  /** Who may call: one per ingress rule. A group in its own name is what the plan calls a gossip circle. */
  readonly ingress: readonly Rule[];
  /** What may be called: one per egress rule. */
  readonly egress: readonly Rule[];
}

/** What stands for every address. */
export const ANYWHERE = "anywhere";

/** Security groups and their standalone rules, from the plan alone. */
export function firewallFacts(index: PlanIndex, name: string): FirewallFacts {
  const rule = (direction: "in" | "out") => (resource: PlannedResource) => {
    const { inputs } = resource;
    const own = index.groupName(text(inputs["securityGroupId"]));
    const other = peerOf(inputs, index);
    return {
      from: direction === "in" ? other : own,
      to: direction === "in" ? own : other,
      ports: portsOf(inputs),
      protocol: protocolOf(text(inputs["ipProtocol"])),
      why: text(inputs["description"]),
    };
  };
  return {
    groups: index
      .ofType("aws:ec2/securityGroup:SecurityGroup")
      .map((group) => withoutStack(group.name, name)),
    ingress: index
      .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .map(rule("in")),
    egress: index
      .ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
      .map(rule("out")),
  };
}

function peerOf(inputs: Readonly<Record<string, unknown>>, index: PlanIndex): string {
  const group = text(inputs["referencedSecurityGroupId"]);
  if (group !== "") return index.groupName(group);
  const block = text(inputs["cidrIpv4"]) || text(inputs["cidrIpv6"]);
  if (block === "0.0.0.0/0" || block === "::/0") return ANYWHERE;
  return block || text(inputs["prefixListId"]);
}

function portsOf(inputs: Readonly<Record<string, unknown>>): string {
  const [from, to] = [text(inputs["fromPort"]), text(inputs["toPort"])];
  if (from === "") return "all";
  return from === to ? from : `${from}-${to}`;
}

const protocolOf = (protocol: string) => (protocol === "-1" ? "everything" : protocol);
