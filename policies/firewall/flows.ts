import type { Resource, Stack } from "../resource";
import { UnknownValueError } from "../unknownValue";
import { blockOf, contains, type Block } from "./blocks";
import {
  PREFIX_LIST,
  PREFIX_LIST_ENTRY,
  permissionTypes,
  permissionsOf,
  peerText,
  portsText,
  type Permission,
} from "./permissions";

const VPC = "aws:ec2/vpc:Vpc";
const VPC_BLOCK = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation";

/** Properties that tell the VPC's addresses and the prefix lists, for the rules' `reads`. */
export const flowReads: Readonly<Record<string, readonly string[]>> = {
  [VPC]: ["cidrBlock", "ipv6CidrBlock"],
  [VPC_BLOCK]: ["cidrBlock"],
  [PREFIX_LIST]: ["entries"],
  [PREFIX_LIST_ENTRY]: ["prefixListId", "cidr"],
};

/** What the rules of a stack let through, indexed once. */
export interface Flows {
  /** By resource in which they are written: for `Judgement.each`, which meets the unknown ones one by one. */
  readonly writtenIn: readonly Resource[];
  permissionsIn(resource: Resource): readonly Permission[];
  /** Permissions of a group that a preview knows. */
  of(group: Resource, direction: Permission["direction"]): readonly Permission[];
  /** Addresses of the stack's own VPCs. */
  readonly vpcBlocks: readonly Block[];
  /** Blocks of a prefix list of the stack; `undefined` for any other list. */
  blocksOfList(id: string): readonly string[] | undefined;
  /** A preview does not know some of the rules. */
  readonly isIncomplete: boolean;
}

const remembered = new WeakMap<Stack, Flows>();

export function flowsOf(stack: Stack): Flows {
  const known = remembered.get(stack);
  if (known !== undefined) return known;
  const writtenIn = stack.ofType(...permissionTypes);
  const byGroup = new Map<string, Permission[]>();
  const byResource = new Map<string, readonly Permission[]>();
  let isIncomplete = false;
  const standalone = new Set<string>();
  // Standalone rules first: a refreshed state repeats them in the group's own lists, where they are no second rule.
  for (const resource of [...writtenIn].sort((a, b) => inlineRank(a) - inlineRank(b))) {
    let permissions: readonly Permission[];
    try {
      permissions = permissionsOf(resource, stack);
    } catch (error) {
      if (!(error instanceof UnknownValueError)) throw error;
      isIncomplete = true;
      continue;
    }
    permissions = permissions.filter(
      (permission) => permission.form !== "inline" || !standalone.has(keyOf(permission)),
    );
    byResource.set(resource.urn, permissions);
    for (const permission of permissions) {
      if (permission.form !== "inline") standalone.add(keyOf(permission));
      if (permission.group === undefined) continue;
      const key = `${permission.group.urn} ${permission.direction}`;
      const list = byGroup.get(key);
      if (list === undefined) byGroup.set(key, [permission]);
      else list.push(permission);
    }
  }
  const lists = prefixLists(stack);
  const flows: Flows = {
    writtenIn,
    permissionsIn: (resource) => byResource.get(resource.urn) ?? permissionsOf(resource, stack),
    of: (group, direction) => byGroup.get(`${group.urn} ${direction}`) ?? [],
    vpcBlocks: [
      ...blocksIn(stack, VPC, "cidrBlock"),
      ...blocksIn(stack, VPC, "ipv6CidrBlock"),
      ...blocksIn(stack, VPC_BLOCK, "cidrBlock"),
    ],
    blocksOfList: (id) => lists.get(id),
    isIncomplete,
  };
  remembered.set(stack, flows);
  return flows;
}

const inlineRank = (resource: Resource): number => (resource.type.includes("Rule:") ? 0 : 1);

const keyOf = (permission: Permission): string =>
  [
    permission.group?.urn ?? permission.resource.urn,
    permission.direction,
    permission.protocol,
    portsText(permission),
    permission.peer.kind === "group"
      ? (permission.peer.group?.urn ?? permission.peer.id)
      : peerText(permission),
  ].join(" ");

function blocksIn(stack: Stack, type: string, property: string): Block[] {
  return stack.ofType(type).flatMap((resource) => {
    const value = resource.at(property);
    const text = value.isUnknown ? undefined : value.text();
    return text === undefined ? [] : (blockOf(text) ?? []);
  });
}

function prefixLists(stack: Stack): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const list of stack.ofType(PREFIX_LIST)) {
    if (list.id === undefined || list.at("entries").isUnknown) continue;
    lists.set(
      list.id,
      list
        .at("entries")
        .items()
        .flatMap((entry) => (entry.isUnknown ? [] : knownText(entry.at("cidr")))),
    );
  }
  for (const entry of stack.ofType(PREFIX_LIST_ENTRY)) {
    const [id] = knownText(entry.at("prefixListId"));
    if (id !== undefined) lists.set(id, [...(lists.get(id) ?? []), ...knownText(entry.at("cidr"))]);
  }
  return lists;
}

const knownText = (value: { isUnknown: boolean; text(): string | undefined }): string[] => {
  const text = value.isUnknown ? undefined : value.text();
  return text === undefined ? [] : [text];
};

/** The blocks of a permission's peer, prefix lists laid open; `undefined` for a group or a foreign list. */
export function blocksOf(permission: Permission, flows: Flows): readonly string[] | undefined {
  if (permission.peer.kind === "block") return [permission.peer.text];
  if (permission.peer.kind === "prefix-list") return flows.blocksOfList(permission.peer.id);
  return undefined;
}

/** Whether a permission lets TCP through to or from somebody: by group, or by a block that holds the whole VPC. */
export function lets(
  permission: Permission,
  port: number,
  peers: readonly Resource[],
  flows: Flows,
): boolean {
  if (permission.protocol !== "tcp" && permission.protocol !== "all") return false;
  if (permission.fromPort > port || permission.toPort < port) return false;
  const { peer } = permission;
  if (peer.kind === "group") return peers.some((group) => group === peer.group);
  const blocks = (blocksOf(permission, flows) ?? []).flatMap((text) => blockOf(text) ?? []);
  const ipv4 = flows.vpcBlocks.filter((block) => block.family === "ipv4");
  return ipv4.length === 0
    ? blocks.some((block) => block.family === "ipv4" && block.last - block.first >= 0xffffffffn)
    : ipv4.every((vpc) => blocks.some((block) => contains(block, vpc)));
}
