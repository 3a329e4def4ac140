import * as ipaddr from "ipaddr.js";

/** Address number `index` of a block: 0 is the block's own. */
export function addressAt(cidr: string, index: number): string {
  const [base] = ipaddr.IPv4.parseCIDR(cidr);
  const start = base.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  const value = start + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Whether an address lies in a block. */
export const contains = (cidr: string, address: string): boolean =>
  ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr));

/** Length of a block's prefix: 20 of `10.40.0.0/20`. */
export const prefixLength = (cidr: string): number => ipaddr.IPv4.parseCIDR(cidr)[1];

/** Hands out the addresses of a block, each only once, so that a report can still say whose it was. */
export class AddressPool {
  // AWS keeps the first four addresses and the last one of each subnet.
  private next = 4;

  constructor(private readonly cidr: string) {}

  take(): string {
    if (this.next >= 2 ** (32 - prefixLength(this.cidr)) - 1) {
      throw new Error(`every address of ${this.cidr} has been used`);
    }
    return addressAt(this.cidr, this.next++);
  }
}
