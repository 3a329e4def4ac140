import { text } from "../../plan/charges";
import type { PlannedStack } from "../../plan/makePlan";
import { texts, type PlanIndex } from "./planIndex";

export interface ZoneFacts {
  /** `ap-northeast-2a` */
  readonly name: string;
  readonly publicCidr: string;
  readonly privateCidr: string;
  readonly nat: boolean;
}

export interface NetworkFacts {
  readonly vpcCidr: string;
  /** The VPC exists already: its subnets, NAT and endpoints are not in the plan. */
  readonly broughtAlong: boolean;
  readonly zones: readonly ZoneFacts[];
  readonly natGateways: number;
  /** `s3` and the like. */
  readonly gatewayEndpoints: readonly string[];
  readonly interfaceEndpoints: readonly string[];
  readonly flowLogs: boolean;
}

export function networkFacts({ config }: PlannedStack, index: PlanIndex): NetworkFacts {
  const subnets = index.ofType("aws:ec2/subnet:Subnet");
  const nats = index.ofType("aws:ec2/natGateway:NatGateway");
  const natSubnets = new Set(nats.map((nat) => text(nat.inputs["subnetId"])));
  const blockOf = (zone: string, isPublic: boolean) =>
    text(
      subnets.find(
        ({ inputs }) =>
          text(inputs["availabilityZone"]) === zone &&
          (text((inputs["tags"] as Record<string, unknown> | undefined)?.["SubnetType"]) ===
            "Public") ===
            isPublic,
      )?.inputs["cidrBlock"],
    );
  const endpoints = (kind: string) =>
    index
      .ofType("aws:ec2/vpcEndpoint:VpcEndpoint")
      .filter(({ inputs }) => text(inputs["vpcEndpointType"]) === kind)
      .map(({ inputs }) => text(inputs["serviceName"]).split(".").slice(3).join("."));
  const [vpc] = index.ofType("aws:ec2/vpc:Vpc");
  return {
    vpcCidr: text(vpc?.inputs["cidrBlock"]) || config.network.cidr,
    broughtAlong: vpc === undefined,
    zones: config.zoneNames.map((zone) => ({
      name: zone,
      publicCidr: blockOf(zone, true),
      privateCidr: blockOf(zone, false),
      nat: subnets.some(
        (subnet) =>
          text(subnet.inputs["availabilityZone"]) === zone && natSubnets.has(subnet.id ?? ""),
      ),
    })),
    natGateways: nats.length,
    gatewayEndpoints: endpoints("Gateway"),
    interfaceEndpoints: endpoints("Interface"),
    flowLogs: index.ofType("aws:ec2/flowLog:FlowLog").length > 0,
  };
}

export interface DatabaseFacts {
  readonly engine: string;
  readonly instanceClass: string;
  readonly multiAz: boolean;
  readonly storageGb: string;
  readonly backupDays: string;
}

/** Grafana's database, where there is one. */
export function databaseFacts(index: PlanIndex): DatabaseFacts | undefined {
  const [database] = index.ofType("aws:rds/instance:Instance");
  if (database === undefined) return undefined;
  const { inputs } = database;
  return {
    engine: `${text(inputs["engine"])} ${text(inputs["engineVersion"])}`,
    instanceClass: text(inputs["instanceClass"]),
    multiAz: inputs["multiAz"] === true,
    storageGb: text(inputs["allocatedStorage"]),
    backupDays: text(inputs["backupRetentionPeriod"]),
  };
}

/** Subnets of the load balancer, as zones. */
export const balancerZones = (index: PlanIndex): string[] =>
  texts(index.ofType("aws:lb/loadBalancer:LoadBalancer")[0]?.inputs["subnets"]).flatMap(
    (subnet) => index.zoneOf(subnet) ?? [],
  );
