import ipaddr from "ipaddr.js";

/** The blocks of one availability zone. */
export interface ZoneBlocks {
  /** Letter of the zone, as given. */
  readonly zone: string;
  readonly publicCidr: string;
  readonly privateCidr: string;
  /** Belongs to the zone and is not used yet: room for a third tier of subnets. */
  readonly reservedCidr: string;
}

/** Most zones that a region offers one account today, and the most that the stack file takes. */
export const MAX_ZONES = 6;

/** The VPC is cut into this many zone blocks, whatever the number of zones: so adding one moves none. */
const ZONE_SLOTS_BITS = 3;

/**
 * Cuts the VPC into one block per zone, in the order of the zones, and each zone's block into halves and quarters:
 * private (half), public (quarter), reserved (quarter). A /16 gives /20 private and /21 public subnets, a /20 gives
 * /24 and /25. Two of the eight zone blocks stay free.
 *
 * @param vpcCidr Block of the VPC, /16 to /20.
 * @param zoneLetters Letters of the zones, in order; append to add a zone.
 * @throws Error where the block is not a /16 to /20 network or there are more zones than {@link MAX_ZONES}.
 */
export function addressPlan(vpcCidr: string, zoneLetters: readonly string[]): ZoneBlocks[] {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(vpcCidr);
  if (prefix < 16 || prefix > 20) {
    throw new Error(`address plan: ${vpcCidr} is a /${prefix}; allowed is /16 to /20`);
  }
  if (ipaddr.IPv4.networkAddressFromCIDR(vpcCidr).toString() !== address.toString()) {
    throw new Error(`address plan: ${vpcCidr} is not the first address of its block`);
  }
  if (zoneLetters.length > MAX_ZONES) {
    throw new Error(`address plan: ${zoneLetters.length} zones given; at most ${MAX_ZONES} fit`);
  }
  const base = toNumber(address);
  const zonePrefix = prefix + ZONE_SLOTS_BITS;
  const zoneSize = 2 ** (32 - zonePrefix);
  return zoneLetters.map((zone, slot) => {
    const start = base + slot * zoneSize;
    return {
      zone,
      privateCidr: cidrAt(start, zonePrefix + 1),
      publicCidr: cidrAt(start + zoneSize / 2, zonePrefix + 2),
      reservedCidr: cidrAt(start + (zoneSize * 3) / 4, zonePrefix + 2),
    };
  });
}

const toNumber = (address: ipaddr.IPv4) =>
  address.octets.reduce((sum, octet) => sum * 256 + octet, 0);

function cidrAt(start: number, prefix: number): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${octets.join(".")}/${prefix}`;
}
