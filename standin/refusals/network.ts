import { parseCIDR } from "ipaddr.js";
import type { Properties } from "../types";
import type { RefusalRule } from "./rule";

const docs = (path: string) => `https://docs.aws.amazon.com/${path}`;

const ruleKey = (rule: Properties): string =>
  JSON.stringify(
    [
      "securityGroupId",
      "ipProtocol",
      "fromPort",
      "toPort",
      "cidrIpv4",
      "cidrIpv6",
      "prefixListId",
      "referencedSecurityGroupId",
    ].map((key) => rule[key] ?? null),
  );

/** First and last address of an IPv4 block, as numbers. */
function bounds(cidr: unknown): readonly [number, number] {
  const [address, length] = parseCIDR(String(cidr));
  const first = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  return [first, first + 2 ** (32 - length) - 1];
}

const zoneOf = (
  subnets: unknown,
  account: { find(type: string, id: string): { outputs: Properties } | undefined },
) =>
  new Set(
    ((subnets as string[] | undefined) ?? []).map(
      (id) => account.find("aws:ec2/subnet:Subnet", id)?.outputs["availabilityZone"],
    ),
  );

export const networkRefusals: readonly RefusalRule[] = [
  {
    id: "security-group-rule-duplicate",
    source: docs("AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html"),
    operations: ["create"],
    types: [
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ],
    refuse: ({ account, inputs, target }) =>
      account.all(target.type).some(({ outputs }) => ruleKey(outputs) === ruleKey(inputs))
        ? "InvalidPermission.Duplicate: the specified rule already exists"
        : undefined,
  },
  {
    id: "subnet-inside-vpc",
    source: docs("AWSEC2/latest/APIReference/errors-overview.html"),
    operations: ["create"],
    types: ["aws:ec2/subnet:Subnet"],
    refuse: ({ account, inputs }) => {
      const vpc = account.find("aws:ec2/vpc:Vpc", String(inputs["vpcId"]));
      const [first, last] = bounds(inputs["cidrBlock"]);
      const [vpcFirst, vpcLast] = bounds(vpc?.outputs["cidrBlock"]);
      return first < vpcFirst || last > vpcLast
        ? `InvalidSubnet.Range: The CIDR '${String(inputs["cidrBlock"])}' is invalid.`
        : undefined;
    },
  },
  {
    id: "subnet-conflict",
    source: docs("AWSEC2/latest/APIReference/errors-overview.html"),
    operations: ["create"],
    types: ["aws:ec2/subnet:Subnet"],
    refuse: ({ account, inputs, target }) => {
      const [first, last] = bounds(inputs["cidrBlock"]);
      return account
        .all(target.type)
        .filter(({ outputs }) => outputs["vpcId"] === inputs["vpcId"])
        .some(({ outputs }) => {
          const [otherFirst, otherLast] = bounds(outputs["cidrBlock"]);
          return first <= otherLast && otherFirst <= last;
        })
        ? `InvalidSubnet.Conflict: The CIDR '${String(inputs["cidrBlock"])}' conflicts with another subnet`
        : undefined;
    },
  },
  {
    id: "load-balancer-needs-two-zones",
    source: docs("elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"),
    operations: ["create", "update"],
    types: ["aws:lb/loadBalancer:LoadBalancer"],
    refuse: ({ account, inputs }) => {
      const subnets = (inputs["subnets"] as string[] | undefined) ?? [];
      const zones = zoneOf(subnets, account);
      if (zones.size < subnets.length)
        return "InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets in the same Availability Zone";
      return zones.size < 2
        ? "ValidationError: At least two subnets in two different Availability Zones must be specified"
        : undefined;
    },
  },
  {
    id: "database-needs-two-zones",
    source: docs("AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html"),
    operations: ["create", "update"],
    types: ["aws:rds/subnetGroup:SubnetGroup"],
    refuse: ({ account, inputs }) =>
      zoneOf(inputs["subnetIds"], account).size < 2
        ? "DBSubnetGroupDoesNotCoverEnoughAZs: The subnet group must cover at least two Availability Zones"
        : undefined,
  },
  {
    id: "route-exists",
    source: docs("AWSEC2/latest/APIReference/API_CreateRoute.html"),
    operations: ["create"],
    types: ["aws:ec2/route:Route"],
    refuse: ({ account, inputs, target }) =>
      account
        .all(target.type)
        .some(
          ({ outputs }) =>
            outputs["routeTableId"] === inputs["routeTableId"] &&
            outputs["destinationCidrBlock"] === inputs["destinationCidrBlock"],
        )
        ? "RouteAlreadyExists: the route already exists"
        : undefined,
  },
];
