import ipaddr from "ipaddr.js";

/** The blocks of private addresses that a VPC may lie in: RFC 1918, and RFC 6598 for 100.64.0.0/10. */
export const privateBlocks = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
] as const;

/** An IPv4 block, or undefined where the text is none. */
export function parseBlock(cidr: string): { network: ipaddr.IPv4; bits: number } | undefined {
  if (!ipaddr.IPv4.isValidCIDR(cidr)) return undefined;
  const [network, bits] = ipaddr.IPv4.parseCIDR(cidr);
  return { network, bits };
}

/** The same block written with its first address: `10.40.1.2/16` → `10.40.0.0/16`. */
export function canonicalBlock(cidr: string): string | undefined {
  const block = parseBlock(cidr);
  if (block === undefined) return undefined;
  return `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${block.bits}`;
}

/** Whether all addresses of a block lie in another one. */
export function isInside(cidr: string, outer: string): boolean {
  const inner = parseBlock(cidr);
  const around = parseBlock(outer);
  return (
    inner !== undefined &&
    around !== undefined &&
    inner.bits >= around.bits &&
    inner.network.match(around.network, around.bits)
  );
}

/** Whether all addresses of a block are private ones. */
export function isPrivate(cidr: string): boolean {
  return privateBlocks.some((block) => isInside(cidr, block));
}

/** Whether two blocks have an address in common. */
export function overlap(a: string, b: string): boolean {
  return isInside(a, b) || isInside(b, a);
}
