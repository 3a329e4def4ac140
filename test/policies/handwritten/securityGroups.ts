import { type Fixture, resource, unknown } from "./fixture";

const group = (properties: object) =>
  resource("aws:ec2/securityGroup:SecurityGroup", "web", {
    description: "Web servers",
    vpcId: "vpc-1",
    ...properties,
  });
/** One inline rule from a block. */
const inline = (rule: object) =>
  group({
    ingress: [{ description: "Web", protocol: "tcp", fromPort: 8080, toPort: 8080, ...rule }],
  });
const ruleResource = (rule: object) =>
  resource("aws:ec2/securityGroupRule:SecurityGroupRule", "rule", {
    type: "ingress",
    securityGroupId: "web-id",
    description: "Web",
    protocol: "tcp",
    fromPort: 8080,
    toPort: 8080,
    ...rule,
  });
const ingressRule = (rule: object) =>
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "rule", {
    securityGroupId: "web-id",
    description: "Web",
    ipProtocol: "tcp",
    fromPort: 8080,
    toPort: 8080,
    ...rule,
  });
const egressRule = (rule: object) =>
  resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "rule", {
    securityGroupId: "web-id",
    description: "Out",
    ipProtocol: "-1",
    ...rule,
  });

/** Rules about any security group, in each of the three ways to write one. */
export const securityGroups: readonly Fixture[] = [
  ...[
    {
      way: "inline",
      of: (rule: object) => inline(rule),
      key: "cidrBlocks",
      twin: "ipv6CidrBlocks",
    },
    { way: "SecurityGroupRule", of: ruleResource, key: "cidrBlocks", twin: "ipv6CidrBlocks" },
  ].flatMap(({ way, of, key, twin }): Fixture[] => [
    {
      rule: "sg-no-all-protocols-ingress",
      what: `${way}: one protocol`,
      resources: [of({ [key]: ["10.0.0.0/16"] })],
      finds: "none",
    },
    {
      rule: "sg-no-all-protocols-ingress",
      what: `${way}: every protocol`,
      resources: [of({ [key]: ["10.0.0.0/16"], protocol: "-1", fromPort: 0, toPort: 0 })],
      finds: ["all<-10.0.0.0/16"],
    },
    {
      rule: "sg-no-all-protocols-ingress",
      what: `${way}: every protocol, from an IPv6 block`,
      resources: [of({ [twin]: ["fd00::/8"], protocol: "all", fromPort: 0, toPort: 0 })],
      finds: ["all<-fd00::/8"],
    },
    {
      rule: "sg-no-all-protocols-ingress",
      what: `${way}: a protocol that is not known`,
      resources: [of({ [key]: ["10.0.0.0/16"], protocol: unknown })],
      finds: "unknown",
    },
  ]),
  {
    rule: "sg-no-all-protocols-ingress",
    what: "SecurityGroupIngressRule: every protocol",
    resources: [ingressRule({ cidrIpv4: "10.0.0.0/16", ipProtocol: "-1" })],
    finds: ["all<-10.0.0.0/16"],
  },
  {
    rule: "sg-no-all-protocols-ingress",
    what: "SecurityGroupIngressRule: every protocol, from a prefix list",
    resources: [ingressRule({ prefixListId: "pl-1", ipProtocol: "-1" })],
    finds: ["all<-pl-1"],
  },
  {
    rule: "sg-no-all-protocols-ingress",
    what: "SecurityGroupIngressRule: every protocol, from a group",
    resources: [ingressRule({ referencedSecurityGroupId: "sg-2", ipProtocol: "-1" })],
    finds: ["all<-sg-2"],
  },
  {
    rule: "sg-no-all-protocols-ingress",
    what: "out of a group every protocol may go",
    resources: [egressRule({ cidrIpv4: "0.0.0.0/0" })],
    finds: "none",
  },
  {
    rule: "sg-one-port-per-rule",
    what: "a range that holds the right port",
    resources: [group({}), ingressRule({ cidrIpv4: "10.0.0.0/16", fromPort: 1024, toPort: 65535 })],
    finds: ["1024-65535<-10.0.0.0/16"],
  },
  {
    rule: "sg-one-port-per-rule",
    what: "one port",
    resources: [group({}), ingressRule({ cidrIpv4: "10.0.0.0/16" })],
    finds: "none",
  },
  {
    rule: "sg-one-port-per-rule",
    what: "an end of a range that is not known",
    resources: [group({}), ingressRule({ cidrIpv4: "10.0.0.0/16", toPort: unknown })],
    finds: "unknown",
  },
  {
    rule: "sg-described",
    what: "Pulumi's own filler is no description",
    resources: [group({ description: "Managed by Pulumi" })],
    finds: ["description"],
  },
  { rule: "sg-described", what: "a sentence", resources: [group({})], finds: "none" },
  {
    rule: "sg-described",
    what: "a description that is not known",
    resources: [group({ description: unknown })],
    finds: "unknown",
  },
  {
    rule: "sg-no-inline-and-standalone",
    what: "a group with rules inside, and one outside",
    resources: [inline({ cidrBlocks: ["10.0.0.0/16"] }), ingressRule({ cidrIpv4: "10.1.0.0/16" })],
    finds: ["inline+standalone"],
  },
  {
    rule: "sg-no-inline-and-standalone",
    what: "rules outside only",
    resources: [group({}), ingressRule({ cidrIpv4: "10.1.0.0/16" })],
    finds: "none",
  },
  ...["0.0.0.0/0", "0.0.0.0/1", "52.0.0.0/8"].map((cidrIpv4): Fixture => ({
    rule: "sg-internet-meets-load-balancer-only",
    what: `a server open to ${cidrIpv4}`,
    resources: [group({}), ingressRule({ cidrIpv4 })],
    finds: [`${cidrIpv4}:8080`],
  })),
  {
    rule: "sg-internet-meets-load-balancer-only",
    what: "a server open to the IPv6 Internet",
    resources: [group({}), ingressRule({ cidrIpv6: "::/0" })],
    finds: ["::/0:8080"],
  },
  {
    rule: "sg-internet-meets-load-balancer-only",
    what: "a server open to a private block",
    resources: [group({}), ingressRule({ cidrIpv4: "10.0.0.0/16" })],
    finds: "none",
  },
];
