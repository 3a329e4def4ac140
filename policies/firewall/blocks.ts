import * as ipaddr from "ipaddr.js";

/** A block of addresses, in one of the two families. */
export interface Block {
  readonly family: "ipv4" | "ipv6";
  readonly first: bigint;
  readonly last: bigint;
  readonly text: string;
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** Blocks nobody on the Internet has an address in. Source: the IANA special-purpose address registries. */
const privateBlocks = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
].map((text) => blockOf(text) as Block);

/** IPv4 addresses written as IPv6. Source: RFC 4291, 2.5.5.2. */
const MAPPED_BITS = 96;

/** The block that a text such as `10.0.0.0/8` means; an address alone is a block of one. */
export function blockOf(text: string): Block | undefined {
  const [address = "", length, ...rest] = text.trim().split("/");
  if (rest.length > 0 || !ipaddr.isValid(address)) return undefined;
  // A bare number is an address to the library, but to nobody who writes a rule.
  if (!/[.:]/.test(address)) return undefined;
  const parsed = ipaddr.parse(address);
  const bits = length === undefined ? BITS[parsed.kind()] : Number(length);
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  if (bits > BITS[parsed.kind()]) return undefined;
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && bits >= MAPPED_BITS) {
    return range("ipv4", parsed.toIPv4Address().toByteArray(), bits - MAPPED_BITS, text);
  }
  return range(parsed.kind(), parsed.toByteArray(), bits, text);
}

function range(family: Block["family"], bytes: number[], bits: number, text: string): Block {
  const free = BigInt(BITS[family] - bits);
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const first = (value >> free) << free;
  return { family, first, last: first + (1n << free) - 1n, text };
}

export const contains = (outer: Block, inner: Block): boolean =>
  outer.family === inner.family && outer.first <= inner.first && outer.last >= inner.last;

/** Somebody outside of private networks may have an address in it. */
export const isPublic = (block: Block): boolean =>
  !privateBlocks.some((candidate) => contains(candidate, block));

/** A whole private range, or more: nobody's network is all of `10.0.0.0/8`. */
export const isWholePrivateRange = (block: Block): boolean =>
  privateBlocks.slice(0, 4).some((candidate) => contains(block, candidate));
