import { canonicalBlock, isPrivate, parseBlock, privateBlocks } from "../addresses";
import { repeated, type Finding, type Rule } from "./rule";

/** Prefix lengths between which the address plan fits and AWS allows a VPC. */
export const vpcPrefixLengths = { widest: 16, narrowest: 20 } as const;

const vpcBlocks = `${privateBlocks.join(", ")}; /${vpcPrefixLengths.widest} to /${vpcPrefixLengths.narrowest}`;

/** A block whose text is not what AWS would store: every plan would differ from what is there. */
export function notCanonical(key: string, cidr: string): readonly Finding[] {
  const canonical = canonicalBlock(cidr);
  if (canonical === undefined) {
    return [
      {
        key,
        given: cidr,
        allowed: "an IPv4 block such as 10.0.0.0/16",
        mend: "use four numbers from 0 to 255 and a length from 0 to 32",
      },
    ];
  }
  return canonical === cidr
    ? []
    : [{ key, given: cidr, allowed: "the first address of the block", mend: `write ${canonical}` }];
}

export const networkRules: readonly Rule[] = [
  {
    id: "vpc-block-private",
    row: "N1",
    check: ({ network }) =>
      parseBlock(network.cidr) === undefined || isPrivate(network.cidr)
        ? []
        : [
            {
              key: "network.cidr",
              allowed: `a block inside ${vpcBlocks}`,
              mend: "use a private block, such as 10.40.0.0/16: the servers' rings find no usable address in a public one",
            },
          ],
  },
  {
    id: "vpc-block-size",
    row: "N1",
    check: ({ network }) => {
      const bits = parseBlock(network.cidr)?.bits;
      if (bits === undefined) return [];
      if (bits >= vpcPrefixLengths.widest && bits <= vpcPrefixLengths.narrowest) return [];
      return [
        {
          key: "network.cidr",
          allowed: `/${vpcPrefixLengths.widest} to /${vpcPrefixLengths.narrowest}`,
          mend: "use a length that AWS allows and that holds a public and a private block for six zones",
        },
      ];
    },
  },
  {
    id: "vpc-block-canonical",
    row: "N1",
    check: ({ network }) => notCanonical("network.cidr", network.cidr),
  },
  {
    id: "zones-unique",
    row: "N2",
    check: ({ network }) =>
      repeated(network.zones).map((zone) => ({
        key: "network.zones",
        allowed: "each letter once",
        mend: `remove the second "${zone}"`,
      })),
  },
  {
    id: "endpoints-unique",
    row: "N5",
    check: ({ network }) =>
      repeated(network.interfaceEndpoints).map((service) => ({
        key: "network.interfaceEndpoints",
        allowed: "each service once",
        mend: `remove the second "${service}"`,
      })),
  },
  {
    id: "existing-subnets",
    row: "N6",
    check: ({ network }) => {
      const existing = network.existing;
      if (existing === undefined) return [];
      const findings: Finding[] = [];
      for (const list of ["publicSubnetIds", "privateSubnetIds"] as const) {
        if (existing[list].length !== network.zones.length) {
          findings.push({
            key: `network.existing.${list}`,
            given: `${existing[list].length} subnets for ${network.zones.length} zones`,
            allowed: "one subnet per zone, in the order of network.zones",
            mend: "list as many subnets as there are zones",
            involves: ["network.zones"],
          });
        }
      }
      for (const id of repeated([...existing.publicSubnetIds, ...existing.privateSubnetIds])) {
        findings.push({
          key: "network.existing",
          given: id,
          allowed: "each subnet once, public or private",
          mend: `remove the second ${id}`,
        });
      }
      return findings;
    },
  },
  {
    id: "existing-no-endpoints",
    row: "N5",
    check: ({ network }) =>
      network.existing === undefined || network.interfaceEndpoints.length === 0
        ? []
        : [
            {
              key: "network.interfaceEndpoints",
              allowed: "nothing, where network.existing names a VPC",
              mend: "create the endpoints with the VPC that they belong to, and remove them here",
              involves: ["network.existing"],
            },
          ],
  },
];
