import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { DescribeTasksCommand, ListClustersCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import { fargateServices } from "../../plan/fargateCost";
import type { PlannedResource } from "../../plan/plan";
import { ask, type Check, codeOf, failed, type Finding, notChecked, ok, warning } from "../check";
import type { Clients } from "../clients";
import type { Target } from "./target";

/** A limit of an account and region, as Service Quotas knows it. */
interface Quota {
  readonly service: string;
  readonly code: string;
  /** As Service Quotas calls it: compared with its answer, so that a wrong code cannot pass for a right one. */
  readonly name: string;
  /** Where code and name are from. */
  readonly source: string;
}

const vpcQuotas =
  "ListAWSDefaultServiceQuotas of vpc, as recorded in getmoto/moto (servicequotas/resources/default_quotas/vpc.py)";

export const quotas = {
  fargateVcpu: {
    service: "fargate",
    code: "L-3032A538",
    name: "Fargate On-Demand vCPU resource count",
    source: "github.com/brennerm/aws-quota-checker/issues/58",
  },
  fargateSpotVcpu: {
    service: "fargate",
    code: "L-36FBB829",
    name: "Fargate Spot vCPU resource count",
    source:
      "public exports of list-aws-default-service-quotas (two agree); the name is checked at run time",
  },
  elasticIps: {
    service: "ec2",
    code: "L-0263D0A3",
    name: "EC2-VPC Elastic IPs",
    source: "brennerm/aws-quota-checker, aws_quota/check/ec2.py",
  },
  vpcs: { service: "vpc", code: "L-F678F1CE", name: "VPCs per Region", source: vpcQuotas },
  internetGateways: {
    service: "vpc",
    code: "L-A4707A72",
    name: "Internet gateways per Region",
    source: vpcQuotas,
  },
  natGateways: {
    service: "vpc",
    code: "L-FE5A380F",
    name: "NAT gateways per Availability Zone",
    source: vpcQuotas,
  },
  securityGroups: {
    service: "vpc",
    code: "L-E79EC296",
    name: "VPC security groups per Region",
    source: vpcQuotas,
  },
  rulesPerGroup: {
    service: "vpc",
    code: "L-0EA8095F",
    name: "Inbound or outbound rules per security group",
    source: vpcQuotas,
  },
} as const satisfies Record<string, Quota>;

interface Demand {
  readonly id: string;
  readonly quota: Quota;
  /** What the plan needs while nothing changes. */
  readonly needed: number;
  /** What it needs for the time of a deployment, where that is more. */
  readonly peak?: number;
  /** What is in use already, by others than this stack. */
  readonly used: () => Promise<number>;
}

/** The plan against the account's limits (N7). */
export function quotaChecks({ plan, config }: Target, clients: Clients): Check[] {
  const compute = fargateDemand(plan.resources);
  const count = (type: string) => plan.resources.filter((each) => each.type === type).length;
  const ec2 = clients.ec2;
  const mine = (tags: readonly { Key?: string; Value?: string }[] | undefined) =>
    tags?.some(({ Key, Value }) => Key === "lgtm:name" && Value === config.name) ?? false;
  const others = <T extends { Tags?: { Key?: string; Value?: string }[] }>(list: T[] | undefined) =>
    (list ?? []).filter(({ Tags }) => !mine(Tags));

  const demands: Demand[] = [
    {
      id: "quota-fargate-vcpu",
      quota: quotas.fargateVcpu,
      ...compute.onDemand,
      used: () => fargateVcpuInUse(clients, "FARGATE", `${config.name}-cluster`),
    },
    {
      id: "quota-fargate-spot-vcpu",
      quota: quotas.fargateSpotVcpu,
      ...compute.spot,
      used: () => fargateVcpuInUse(clients, "FARGATE_SPOT", `${config.name}-cluster`),
    },
    {
      id: "quota-elastic-ips",
      quota: quotas.elasticIps,
      needed: count("aws:ec2/eip:Eip"),
      used: async () =>
        others(
          (await ask("ec2:DescribeAddresses", () => ec2.send(new DescribeAddressesCommand({}))))
            .Addresses,
        ).length,
    },
    {
      id: "quota-vpcs",
      quota: quotas.vpcs,
      needed: count("aws:ec2/vpc:Vpc"),
      used: async () =>
        others((await ask("ec2:DescribeVpcs", () => ec2.send(new DescribeVpcsCommand({})))).Vpcs)
          .length,
    },
    {
      id: "quota-internet-gateways",
      quota: quotas.internetGateways,
      needed: count("aws:ec2/internetGateway:InternetGateway"),
      used: async () =>
        others(
          (
            await ask("ec2:DescribeInternetGateways", () =>
              ec2.send(new DescribeInternetGatewaysCommand({})),
            )
          ).InternetGateways,
        ).length,
    },
    {
      id: "quota-nat-gateways",
      quota: quotas.natGateways,
      // One per zone at most; others may sit in the same zone, and a gateway does not say in which it is.
      needed: Math.min(1, count("aws:ec2/natGateway:NatGateway")),
      used: async () => {
        const answer = await ask("ec2:DescribeNatGateways", () =>
          ec2.send(
            new DescribeNatGatewaysCommand({
              Filter: [{ Name: "state", Values: ["pending", "available"] }],
            }),
          ),
        );
        return others(answer.NatGateways).length;
      },
    },
    {
      id: "quota-security-groups",
      quota: quotas.securityGroups,
      needed: count("aws:ec2/securityGroup:SecurityGroup"),
      used: async () =>
        others(
          (
            await ask("ec2:DescribeSecurityGroups", () =>
              ec2.send(new DescribeSecurityGroupsCommand({})),
            )
          ).SecurityGroups,
        ).length,
    },
    {
      id: "quota-rules-per-group",
      quota: quotas.rulesPerGroup,
      needed: mostRules(plan.resources),
      used: () => Promise.resolve(0),
    },
  ];
  return demands
    .filter(({ needed }) => needed > 0)
    .map((demand) => ({
      id: demand.id,
      what: demand.quota.name,
      run: () => compare(demand, clients, config.region),
    }));
}

async function compare(
  { quota, needed, peak = needed, used }: Demand,
  clients: Clients,
  region: string,
): Promise<Finding> {
  const limit = await limitOf(quota, clients);
  if (typeof limit !== "number") return limit;
  const inUse = await used();
  const free = round(limit - inUse);
  const shown = `needs ${round(needed)}${peak > needed ? ` (${round(peak)} while everything is replaced)` : ""}, ${free} of ${limit} free`;
  const request =
    `aws service-quotas request-service-quota-increase --region ${region} --service-code ${quota.service} ` +
    `--quota-code ${quota.code} --desired-value ${Math.ceil(inUse + peak)}`;
  if (needed > free) return failed(shown, request);
  return peak > free ? warning(shown, request) : ok(shown);
}

async function limitOf(quota: Quota, { quotas: client }: Clients): Promise<number | Finding> {
  const where = { ServiceCode: quota.service, QuotaCode: quota.code };
  try {
    const { Quota: found } = await ask("servicequotas:GetServiceQuota", () =>
      client.send(new GetServiceQuotaCommand(where)),
    );
    if (found?.QuotaName !== quota.name) {
      return notChecked(
        `${quota.service} ${quota.code} is called "${found?.QuotaName ?? ""}", not "${quota.name}"`,
      );
    }
    return found.Value ?? notChecked(`${quota.service} ${quota.code} has no value`);
  } catch (error) {
    if (codeOf(error) !== "NoSuchResourceException") throw error;
    return notChecked(`Service Quotas has no ${quota.service} ${quota.code} in this region`);
  }
}

interface Vcpu {
  readonly needed: number;
  readonly peak: number;
}

/** vCPU of all services at rest, and while every one of them is replaced at once. */
export function fargateDemand(resources: readonly PlannedResource[]): {
  readonly onDemand: Vcpu;
  readonly spot: Vcpu;
} {
  const services = fargateServices(resources, 730, []).map((run) => {
    const maximum = resources.find(({ urn }) => urn === run.urn)?.inputs[
      "deploymentMaximumPercent"
    ];
    const surge = typeof maximum === "number" ? maximum / 100 : 2;
    return { ...run, surge: Math.max(1, surge) };
  });
  const sum = (share: (spot: number) => number): Vcpu => ({
    needed: services.reduce((vcpu, run) => vcpu + run.tasks * run.vcpu * share(run.spotShare), 0),
    peak: services.reduce(
      (vcpu, run) => vcpu + run.tasks * run.vcpu * share(run.spotShare) * run.surge,
      0,
    ),
  });
  return { onDemand: sum((spot) => 1 - spot), spot: sum((spot) => spot) };
}

/** vCPU of all tasks of the account and region on a capacity provider, but for our own cluster. */
async function fargateVcpuInUse(
  { ecs }: Clients,
  provider: "FARGATE" | "FARGATE_SPOT",
  ownCluster: string,
): Promise<number> {
  let vcpu = 0;
  const clusters = await pages(async (nextToken) => {
    const page = await ask("ecs:ListClusters", () =>
      ecs.send(new ListClustersCommand({ nextToken })),
    );
    return { items: page.clusterArns ?? [], next: page.nextToken };
  });
  for (const cluster of clusters.filter((arn) => !arn.endsWith(`/${ownCluster}`))) {
    const tasks = await pages(async (nextToken) => {
      const page = await ask("ecs:ListTasks", () =>
        ecs.send(new ListTasksCommand({ cluster, nextToken })),
      );
      return { items: page.taskArns ?? [], next: page.nextToken };
    });
    // DescribeTasks takes a hundred at a time (API reference).
    for (let start = 0; start < tasks.length; start += 100) {
      const { tasks: described } = await ask("ecs:DescribeTasks", () =>
        ecs.send(new DescribeTasksCommand({ cluster, tasks: tasks.slice(start, start + 100) })),
      );
      for (const task of described ?? []) {
        const runsOn = task.capacityProviderName ?? task.launchType;
        if (runsOn === provider) vcpu += Number(task.cpu ?? 0) / 1024;
      }
    }
  }
  return vcpu;
}

async function pages<T>(
  load: (next: string | undefined) => Promise<{ items: readonly T[]; next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const page = await load(next);
    all.push(...page.items);
    next = page.next;
  } while (next !== undefined && next !== "");
  return all;
}

/** Rules of the security group that has most, inbound and outbound counted apart as AWS does. */
function mostRules(resources: readonly PlannedResource[]): number {
  const counts = new Map<string, number>();
  for (const { type, inputs } of resources) {
    if (!/^aws:vpc\/securityGroup(In|E)gressRule:/.test(type)) continue;
    const key = `${type} ${String(inputs["securityGroupId"])}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

const round = (value: number) => Math.round(value * 100) / 100;
