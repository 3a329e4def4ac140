import type { Resource, Stack } from "../resource";
import type { Value } from "../value";

export const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
export const DEFAULT_SECURITY_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
export const SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
export const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
export const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
export const PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList";
export const PREFIX_LIST_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry";

/** Properties that every way of writing a rule has, for the rules' `reads`. */
export const permissionReads: Readonly<Record<string, readonly string[]>> = {
  [SECURITY_GROUP]: ["ingress", "egress"],
  [DEFAULT_SECURITY_GROUP]: ["ingress", "egress"],
  [SECURITY_GROUP_RULE]: [
    "type",
    "protocol",
    "fromPort",
    "toPort",
    "cidrBlocks",
    "ipv6CidrBlocks",
    "prefixListIds",
    "self",
    "sourceSecurityGroupId",
    "securityGroupId",
  ],
  [INGRESS_RULE]: ruleFields(),
  [EGRESS_RULE]: ruleFields(),
};

function ruleFields(): string[] {
  return [
    "ipProtocol",
    "fromPort",
    "toPort",
    "cidrIpv4",
    "cidrIpv6",
    "prefixListId",
    "referencedSecurityGroupId",
    "securityGroupId",
  ];
}

/** Who is let in or out. */
export type Peer =
  | { readonly kind: "block"; readonly text: string }
  | { readonly kind: "group"; readonly id: string; readonly group?: Resource }
  | { readonly kind: "prefix-list"; readonly id: string };

/** What a rule lets through, however it is written: one per peer. */
export interface Permission {
  /** Where it is written. */
  readonly resource: Resource;
  readonly form: "inline" | "rule" | "standalone";
  readonly direction: "ingress" | "egress";
  /** The group it belongs to; absent where that is not part of the stack. */
  readonly group?: Resource;
  /** `tcp`, `udp`, `icmp` …; `all` for every protocol. */
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: Peer;
}

export const ALL_PORTS = { fromPort: 0, toPort: 65535 } as const;

/** IANA numbers of the protocols that AWS also takes by name. */
const protocolNumbers: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
  "-1": "all",
  "": "all",
};

/** Everything the rules of a stack let through. Unknown parts are left to the caller's `each`. */
export function permissionsOf(resource: Resource, stack?: Stack): Permission[] {
  switch (resource.type) {
    case SECURITY_GROUP:
    case DEFAULT_SECURITY_GROUP:
      return (["ingress", "egress"] as const).flatMap((direction) =>
        resource
          .at(direction)
          .oneOrMore()
          .flatMap((entry) => inline(resource, entry, direction, stack)),
      );
    case SECURITY_GROUP_RULE:
      return classic(resource, stack);
    case INGRESS_RULE:
      return standalone(resource, "ingress", stack);
    case EGRESS_RULE:
      return standalone(resource, "egress", stack);
    default:
      return [];
  }
}

export const permissionTypes = [
  SECURITY_GROUP,
  DEFAULT_SECURITY_GROUP,
  SECURITY_GROUP_RULE,
  INGRESS_RULE,
  EGRESS_RULE,
] as const;

function inline(
  resource: Resource,
  entry: Value,
  direction: Permission["direction"],
  stack: Stack | undefined,
): Permission[] {
  const base = {
    resource,
    form: "inline",
    direction,
    group: resource,
    ...reach(entry, "protocol"),
  };
  const groups = groupPeers(resource, direction, entry.at("securityGroups"), stack);
  return [
    ...blockPeers(entry.at("cidrBlocks"), entry.at("ipv6CidrBlocks")),
    ...listPeers(entry.at("prefixListIds")),
    ...groups,
    ...(entry.at("self").boolean() === true ? [selfPeer(resource)] : []),
  ].map((peer) => ({ ...base, form: "inline" as const, peer }));
}

function classic(resource: Resource, stack: Stack | undefined): Permission[] {
  const group = owner(resource, stack);
  const direction = resource.at("type").text() === "egress" ? "egress" : "ingress";
  const self = resource.at("self").boolean() === true;
  return [
    ...blockPeers(resource.at("cidrBlocks"), resource.at("ipv6CidrBlocks")),
    ...listPeers(resource.at("prefixListIds")),
    ...groupPeers(resource, "sourceSecurityGroupId", resource.at("sourceSecurityGroupId"), stack),
    ...(self ? [selfPeer(group, idOf(resource.at("securityGroupId")))] : []),
  ].map((peer) => ({
    resource,
    form: "rule",
    direction,
    group,
    ...reach(resource.properties, "protocol"),
    peer,
  }));
}

function standalone(
  resource: Resource,
  direction: Permission["direction"],
  stack: Stack | undefined,
): Permission[] {
  return [
    ...blockPeers(resource.at("cidrIpv4"), resource.at("cidrIpv6")),
    ...listPeers(resource.at("prefixListId")),
    ...groupPeers(
      resource,
      "referencedSecurityGroupId",
      resource.at("referencedSecurityGroupId"),
      stack,
    ),
  ].map((peer) => ({
    resource,
    form: "standalone",
    direction,
    group: owner(resource, stack),
    ...reach(resource.properties, "ipProtocol"),
    peer,
  }));
}

const owner = (resource: Resource, stack: Stack | undefined): Resource | undefined =>
  stack?.referenced(resource, "securityGroupId", SECURITY_GROUP)[0] ??
  stack?.referenced(resource, "securityGroupId", DEFAULT_SECURITY_GROUP)[0];

/** Protocol and ports; where AWS takes "no ports" for "all ports", so does this. */
function reach(
  value: Value,
  protocolKey: string,
): Pick<Permission, "protocol" | "fromPort" | "toPort"> {
  const raw = value.at(protocolKey);
  const written = (raw.text() ?? raw.number()?.toString() ?? "-1").toLowerCase();
  const protocol = protocolNumbers[written] ?? written;
  if (protocol === "all") return { protocol, ...ALL_PORTS };
  const from = value.at("fromPort").number();
  const to = value.at("toPort").number() ?? from;
  if (from === undefined || to === undefined || from < 0 || to < 0)
    return { protocol, ...ALL_PORTS };
  return { protocol, fromPort: Math.min(from, to), toPort: Math.max(from, to) };
}

const blockPeers = (...values: readonly Value[]): Peer[] =>
  values.flatMap((value) => value.texts().map((text): Peer => ({ kind: "block", text })));

const listPeers = (value: Value): Peer[] =>
  value.texts().map((id): Peer => ({ kind: "prefix-list", id }));

/** Groups by id; where the ids are not known (a preview), by what the property was made from. */
function groupPeers(
  resource: Resource,
  property: string,
  value: Value,
  stack: Stack | undefined,
): Peer[] {
  if (stack !== undefined && value.exists) {
    const groups = (resource.propertyDependencies[property] ?? []).filter(
      (found) => found.type === SECURITY_GROUP && (value.isUnknown || found.id === undefined),
    );
    if (groups.length > 0) return groups.map((group) => ({ kind: "group", id: group.urn, group }));
  }
  // An id may name another account's group: `123456789012/sg-…`.
  return value.texts().map((text): Peer => {
    const id = text.slice(text.indexOf("/") + 1);
    const group = stack?.byId(SECURITY_GROUP, id);
    return { kind: "group", id, ...(group === undefined ? {} : { group }) };
  });
}

const selfPeer = (group: Resource | undefined, id?: string): Peer => ({
  kind: "group",
  id: id ?? group?.id ?? "self",
  ...(group === undefined ? {} : { group }),
});

const idOf = (value: Value): string | undefined => (value.isUnknown ? undefined : value.text());

/** `443`, `0-65535`, `all`: the ports of a permission, for messages and finding ids. */
export function portsText(permission: Permission): string {
  const { protocol, fromPort, toPort } = permission;
  if (protocol === "all") return "all";
  const ports = fromPort === toPort ? `${fromPort}` : `${fromPort}-${toPort}`;
  return protocol === "tcp" ? ports : `${protocol}/${ports}`;
}

/** The peer of a permission, for messages and finding ids: a block, a group's logical name, a list. */
export function peerText(permission: Permission): string {
  const { peer } = permission;
  if (peer.kind === "block") return peer.text;
  if (peer.kind === "group") {
    return peer.group !== undefined && peer.group === permission.group
      ? "self"
      : (peer.group?.name ?? peer.id);
  }
  return peer.id;
}
