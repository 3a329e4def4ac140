import type { StackConfig } from "../configs/stack/schema";
import { addressPlan } from "./addressPlan";

/** The subnets of one availability zone. */
export interface ZoneSubnets {
  /** Full name of the zone, such as `ap-northeast-2a`. */
  readonly zone: string;
  /** IPv4 block of the zone's public subnet. */
  readonly publicCidr: string;
  /** IPv4 block of the zone's private subnet. */
  readonly privateCidr: string;
}

/** The zones of a stack with their blocks, in the order of `network.zones`. */
export function zoneSubnets({
  network,
  region,
}: Pick<StackConfig, "network" | "region">): ZoneSubnets[] {
  return addressPlan(network.cidr, network.zones).map(({ zone, publicCidr, privateCidr }) => ({
    zone: `${region}${zone}`,
    publicCidr,
    privateCidr,
  }));
}
