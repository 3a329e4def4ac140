import { addLike, allTypes as t, mutant, set } from "./edits";
import type { BrokenPlan, Mutant } from "./mutant";

const subnet = (plan: BrokenPlan, name: string) => plan.id(t.subnet, `lgtm-vpc-${name}`);
const table = "aws:ec2/routeTable:RouteTable";
const internetGateway = "aws:ec2/internetGateway:InternetGateway";

export const networkMutants: readonly Mutant[] = [
  mutant(
    "the S3 endpoint misses one route table",
    "remove an element",
    (plan) =>
      set(
        plan,
        t.endpoint,
        "lgtm-s3",
        "routeTableIds",
        [1, 2].map((zone) => plan.id(table, `lgtm-vpc-private-${zone}`)),
      ),
    "network-s3-endpoint no-endpoint",
  ),
  mutant(
    "the endpoint is DynamoDB's",
    "change a value",
    (plan) =>
      set(plan, t.endpoint, "lgtm-s3", "serviceName", "com.amazonaws.ap-northeast-2.dynamodb"),
    "network-s3-endpoint no-endpoint",
  ),
  mutant(
    "no S3 endpoint",
    "remove a resource",
    (plan) => plan.remove(t.endpoint, "lgtm-s3"),
    "network-s3-endpoint no-endpoint",
  ),
  mutant(
    "a private subnet hands out public addresses",
    "flip a boolean",
    (plan) => set(plan, t.subnet, "lgtm-vpc-private-2", "mapPublicIpOnLaunch", true),
    "network-no-public-addresses mapPublicIpOnLaunch",
  ),
  mutant(
    "a private subnet hands out IPv6 addresses",
    "flip a boolean",
    (plan) => set(plan, t.subnet, "lgtm-vpc-private-2", "assignIpv6AddressOnCreation", true),
    "network-no-public-addresses assignIpv6AddressOnCreation",
  ),
  mutant(
    "a service in a public subnet",
    "change a reference",
    (plan) =>
      set(plan, t.service, "lgtm-loki-compactor", "networkConfiguration.subnets", [
        subnet(plan, "public-1"),
      ]),
    "network-tasks-private public:lgtm-vpc-public-1",
  ),
  mutant(
    "a private route table also leads to the internet gateway",
    "add a resource",
    (plan) =>
      addLike(plan, t.route, "lgtm-vpc-private-3", "lgtm-added", (p) => {
        delete p["natGatewayId"];
        p["destinationCidrBlock"] = "128.0.0.0/1";
        p["gatewayId"] = plan.id(internetGateway, "lgtm-vpc");
      }),
    "network-tasks-private public:lgtm-vpc-private-3",
  ),
  mutant(
    "one NAT gateway for two zones",
    "change a reference",
    (plan) =>
      set(
        plan,
        t.route,
        "lgtm-vpc-private-2",
        "natGatewayId",
        plan.id("aws:ec2/natGateway:NatGateway", "lgtm-vpc-1"),
      ),
    "network-nat-per-zone ap-northeast-2b->ap-northeast-2a",
  ),
  mutant(
    "a private route table leads nowhere",
    "remove a resource",
    (plan) => plan.remove(t.route, "lgtm-vpc-private-1"),
    "network-way-out no-default-route",
  ),
  mutant(
    "no host names in the VPC",
    "flip a boolean",
    (plan) => set(plan, t.vpc, "lgtm-vpc", "enableDnsHostnames", false),
    "network-vpc-settings enableDnsHostnames",
  ),
  mutant(
    "a public range inside",
    "change a value",
    (plan) => set(plan, t.vpc, "lgtm-vpc", "cidrBlock", "11.0.0.0/16"),
    "network-vpc-settings 11.0.0.0/16",
  ),
];
