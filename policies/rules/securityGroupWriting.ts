import { flowReads, flowsOf } from "../firewall/flows";
import { partiesOf, partyReads } from "../firewall/parties";
import {
  DEFAULT_SECURITY_GROUP,
  EGRESS_RULE,
  INGRESS_RULE,
  permissionReads,
  permissionsOf,
  peerText,
  portsText,
  SECURITY_GROUP,
  SECURITY_GROUP_RULE,
} from "../firewall/permissions";
import { resourceRule, stackRule, type Rule } from "../rule";

/** A range this wide is no one's port, also outside of LGTM: AWS's own ephemeral range is the widest in use. */
const WIDEST_RANGE = 28233;

/** Texts that tools put in where nobody described anything. */
const emptyDescriptions: ReadonlySet<string> = new Set([
  "",
  "managed by pulumi",
  "managed by terraform",
  "todo",
  "n/a",
  "-",
]);

const isDescribed = (text: string | undefined): boolean =>
  text !== undefined && !emptyDescriptions.has(text.trim().toLowerCase());

/** How security-group rules are written: each on its own, one port, described. */
export const securityGroupWritingRules: readonly Rule[] = [
  resourceRule({
    id: "sg-no-all-protocols-ingress",
    subject: "security-groups",
    rationale:
      "Protocol -1 opens every port of every protocol, whatever ports are written beside it.",
    source:
      "G1, Security groups; https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    mend: "Name the protocol and the one port that the peer calls",
    scope: "any",
    severity: "critical",
    reads: permissionReads,
    judge(resource, judgement) {
      for (const permission of permissionsOf(resource)) {
        if (permission.direction !== "ingress" || permission.protocol !== "all") continue;
        judgement.report(resource, {
          finding: `all<-${peerText(permission)}`,
          says: `every protocol and port is open to ${peerText(permission)}`,
        });
      }
    },
  }),

  stackRule({
    id: "sg-one-port-per-rule",
    subject: "security-groups",
    rationale: "A range lets in what nobody listens for today and somebody will tomorrow.",
    source: "Security groups",
    mend: "Write one rule per port and peer",
    scope: "any",
    severity: "high",
    reads: { ...permissionReads, ...flowReads, ...partyReads },
    judge(stack, judgement) {
      const flows = flowsOf(stack);
      const parties = partiesOf(stack);
      judgement.each(flows.writtenIn, (resource) => {
        for (const permission of flows.permissionsIn(resource)) {
          const { direction, protocol, fromPort, toPort, group } = permission;
          if (direction !== "ingress" || (protocol !== "tcp" && protocol !== "udp")) continue;
          const isLgtm = parties.carriersOf(group).some(isInSystem);
          if (toPort - fromPort <= (isLgtm ? 0 : WIDEST_RANGE)) continue;
          judgement.report(resource, {
            finding: `${portsText(permission)}<-${peerText(permission)}`,
            says: `ports ${fromPort} to ${toPort} are open to ${peerText(permission)}`,
          });
        }
      });
    },
  }),

  resourceRule({
    id: "sg-described",
    subject: "security-groups",
    rationale: "A rule without a reason is never removed.",
    source: "Security groups",
    mend: "Say in the description what the peer asks for",
    scope: "any",
    severity: "low",
    reads: {
      [SECURITY_GROUP]: ["description", "ingress", "egress"],
      [SECURITY_GROUP_RULE]: ["description"],
      [INGRESS_RULE]: ["description"],
      [EGRESS_RULE]: ["description"],
    },
    judge(resource, judgement) {
      if (!isDescribed(resource.at("description").text())) {
        judgement.report(resource, {
          finding: "description",
          says: `the description is ${resource.at("description").toString()}`,
        });
      }
      if (resource.type !== SECURITY_GROUP) return;
      for (const direction of ["ingress", "egress"]) {
        judgement.each(resource.at(direction).oneOrMore(), (entry) => {
          if (isDescribed(entry.at("description").text())) return;
          judgement.report(resource, {
            finding: `${entry.path}.description`,
            says: `${entry.path} has no description`,
          });
        });
      }
    },
  }),

  stackRule({
    id: "sg-no-inline-and-standalone",
    subject: "security-groups",
    rationale: "Rules inside a group and beside it remove each other at every other `up`.",
    source: "https://github.com/pulumi/pulumi-aws/issues/2391",
    mend: "Write all rules of the group as SecurityGroupIngressRule and SecurityGroupEgressRule",
    scope: "any",
    severity: "high",
    reads: { ...permissionReads, ...flowReads },
    judge(stack, judgement) {
      const flows = flowsOf(stack);
      judgement.each(stack.ofType(SECURITY_GROUP, DEFAULT_SECURITY_GROUP), (group) => {
        const all = [...flows.of(group, "ingress"), ...flows.of(group, "egress")];
        const forms = [...new Set(all.map((permission) => permission.form))].sort();
        if (forms.length < 2) return;
        judgement.report(group, {
          finding: forms.join("+"),
          says: `its rules are written in ${forms.length} ways: ${forms.join(", ")}`,
        });
      });
    },
  }),
];

const isInSystem = (party: { isLgtm: boolean; label: string }): boolean =>
  party.isLgtm || ["load-balancer", "database", "endpoints"].includes(party.label);
