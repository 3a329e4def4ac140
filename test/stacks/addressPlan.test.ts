import assert from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { addressPlan, MAX_ZONES } from "../../stacks/addressPlan";

const letters = ["a", "b", "c", "d", "e", "f"];
const octet = fc.integer({ min: 0, max: 255 });
/** Any /16 to /20 network. */
const vpc = fc
  .tuple(octet, octet, octet, fc.integer({ min: 16, max: 20 }))
  .map(([a, b, c, prefix]) => {
    const network = ipaddr.IPv4.networkAddressFromCIDR(`${a}.${b}.${c}.0/${prefix}`);
    return `${network.toString()}/${prefix}`;
  });
const zones = fc.integer({ min: 1, max: MAX_ZONES }).map((count) => letters.slice(0, count));

/** First and last address of a block, as numbers. */
function range(cidr: string): [number, number] {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const first = address.octets.reduce((sum, part) => sum * 256 + part, 0);
  return [first, first + 2 ** (32 - prefix) - 1];
}
const blocks = (plan: ReturnType<typeof addressPlan>) =>
  plan.flatMap((zone) => [zone.privateCidr, zone.publicCidr, zone.reservedCidr]);

describe("N2: address plan", () => {
  it("gives the documented blocks of a /16", () => {
    assert.deepEqual(addressPlan("10.40.0.0/16", ["a", "c"]), [
      {
        zone: "a",
        privateCidr: "10.40.0.0/20",
        publicCidr: "10.40.16.0/21",
        reservedCidr: "10.40.24.0/21",
      },
      {
        zone: "c",
        privateCidr: "10.40.32.0/20",
        publicCidr: "10.40.48.0/21",
        reservedCidr: "10.40.56.0/21",
      },
    ]);
  });

  it("keeps every block inside the VPC, disjoint from the others and on its own boundary", () => {
    fc.assert(
      fc.property(vpc, zones, (cidr, names) => {
        const [first, last] = range(cidr);
        const ranges = blocks(addressPlan(cidr, names))
          .map((block) => {
            assert.equal(
              ipaddr.IPv4.networkAddressFromCIDR(block).toString(),
              ipaddr.IPv4.parseCIDR(block)[0].toString(),
            );
            return range(block);
          })
          .sort((a, b) => a[0] - b[0]);
        for (const [from, to] of ranges) assert.ok(from >= first && to <= last);
        for (let i = 1; i < ranges.length; i++) assert.ok(ranges[i]![0] > ranges[i - 1]![1]);
      }),
    );
  });

  it("moves no block when a zone is appended", () => {
    fc.assert(
      fc.property(vpc, zones, (cidr, names) => {
        const whole = addressPlan(cidr, letters);
        assert.deepEqual(addressPlan(cidr, names), whole.slice(0, names.length));
      }),
    );
  });

  it("leaves at least a quarter of the VPC free, and subnets that an ALB accepts (at least /27)", () => {
    fc.assert(
      fc.property(vpc, (cidr) => {
        const plan = addressPlan(cidr, letters);
        const [first, last] = range(cidr);
        const used = blocks(plan).reduce(
          (sum, block) => sum + (range(block)[1] - range(block)[0] + 1),
          0,
        );
        assert.equal(used, ((last - first + 1) * 6) / 8);
        for (const zone of plan) assert.ok(ipaddr.IPv4.parseCIDR(zone.publicCidr)[1] <= 27);
      }),
    );
  });

  it("refuses what does not fit, with the value given and what is allowed", () => {
    assert.throws(
      () => addressPlan("10.0.0.0/21", ["a"]),
      /10\.0\.0\.0\/21 is a \/21; allowed is \/16 to \/20/,
    );
    assert.throws(() => addressPlan("10.0.0.0/15", ["a"]), /allowed is \/16 to \/20/);
    assert.throws(() => addressPlan("10.0.1.0/16", ["a"]), /not the first address/);
    assert.throws(() => addressPlan("10.0.0.0/16", [..."abcdefg"]), /7 zones given; at most 6/);
  });
});
