/**
 * Unit prices of the AWS products that a plan of this stack contains, each with where and when it was seen.
 *
 * How to read a row: `price list` figures are those of AWS's own price list files, as quoted next to their usage type
 * by public cost catalogues that had read the file on `seenOn` (most are quoted alike by two or three of them);
 * `source` is the address of that file, so a figure can be checked by opening it and searching for `usageType`
 * (RDS single-AZ, Secrets Manager and KMS were quoted without theirs: those are another region's with Seoul's prefix).
 * `vendor page` is a page of AWS or its documentation; `third party` anything else, including figures that are taken
 * from another region or derived, which `note` then says. Prices are list prices in USD, first tier, without tax,
 * free tier or savings plan.
 */

/** How far a figure can be trusted. */
export type Confidence = "price list" | "vendor page" | "third party";

/** One unit price. */
export interface PriceRow<Id extends string = string> {
  readonly id: Id;
  /** What is billed, in AWS's words where they are short enough. */
  readonly what: string;
  readonly unit: string;
  readonly usd: number;
  /** Address of the price list file or page. */
  readonly source: string;
  /** ISO date of the price list or page; where a page carries none, the day it was read. */
  readonly seenOn: string;
  readonly confidence: Confidence;
  /** Usage type in the price list, for whoever checks the figure. */
  readonly usageType?: string;
  readonly note?: string;
}

const offers = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws";

/** Publication dates of the price list files where they are known, else the day the file was read. */
const publishedOn = {
  AmazonECS: "2026-08-31",
  AmazonEC2: "2026-09-25",
  AmazonVPC: "2026-09-17",
  AWSELB: "2026-10-01",
  AmazonS3: "2026-09-28",
  AmazonCloudWatch: "2026-10-01",
  AmazonRDS: "2026-10-01",
  AWSDataTransfer: "2026-10-01",
  AWSSecretsManager: "2026-10-01",
  awskms: "2026-10-01",
} as const;

type ServiceCode = keyof typeof publishedOn;

function listed<const Id extends string>(
  id: Id,
  what: string,
  unit: string,
  usd: number,
  service: ServiceCode,
  usageType?: string,
  note?: string,
): PriceRow<Id> {
  return {
    id,
    what,
    unit,
    usd,
    source: `${offers}/${service}/current/ap-northeast-2/index.json`,
    seenOn: publishedOn[service],
    confidence: "price list",
    ...(usageType === undefined ? {} : { usageType }),
    ...(note === undefined ? {} : { note }),
  };
}

/**
 * Fargate Spot has no fixed price: AWS sets it per region and moves it slowly. The share of the on-demand price that is
 * assumed here is deliberately above both published observations (Seoul x86 0.3033 on 2023-01-30: 0.01412301 against
 * 0.04656 USD per vCPU-hour; São Paulo 0.3358, the same for x86, ARM, vCPU and GB) and above AWS's "up to 70 % off".
 */
export const fargateSpotShare = {
  ofOnDemand: 0.4,
  source: "https://aws.amazon.com/fargate/pricing/",
  observation: "https://velog.io/@xgro/fargatespot",
  seenOn: "2023-01-30",
} as const;

function spot<const Id extends string>(
  id: Id,
  what: string,
  unit: string,
  onDemandUsd: number,
): PriceRow<Id> {
  return {
    id,
    what,
    unit,
    usd: Number((onDemandUsd * fargateSpotShare.ofOnDemand).toPrecision(6)),
    source: fargateSpotShare.observation,
    seenOn: fargateSpotShare.seenOn,
    confidence: "third party",
    note: `assumed: ${fargateSpotShare.ofOnDemand} of the on-demand price`,
  };
}

/** Where the price list of us-east-1 is quoted by usage type, read through AWS's price list API. */
const objectfs = {
  source:
    "https://github.com/scttfrdmn/objectfs/blob/7c70dc0e7212a084adf8f0c9180734ca07cf9f39/internal/awsrates/awsrates.go",
  seenOn: "2026-11-25",
} as const;

/** A price of us-east-1 for want of Seoul's own. */
function elsewhere<const Id extends string>(
  id: Id,
  what: string,
  unit: string,
  usd: number,
  from: { readonly source: string; readonly seenOn: string },
  usageType: string,
): PriceRow<Id> {
  return {
    id,
    what,
    unit,
    usd,
    ...from,
    confidence: "third party",
    usageType,
    note: "us-east-1's figure; Seoul's own was not found",
  };
}

const vcpuHour = "USD per vCPU-hour";
const gbHour = "USD per GB-hour";
const hour = "USD per hour";
const gb = "USD per GB";
const gbMonth = "USD per GB-month";
const month = "USD per month";
const thousand = "USD per 1,000";

const twiceSingleAz =
  "derived: twice the single-AZ price, as the price list has it for every class that was seen (micro: 0.025 and 0.051)";

// One row a line reads as the table it is.
// prettier-ignore
const seoul = [
  listed("fargate-x86-vcpu", "Fargate Linux x86 vCPU", vcpuHour, 0.04656, "AmazonECS", "APN2-Fargate-vCPU-Hours:perCPU"),
  listed("fargate-x86-memory", "Fargate Linux x86 memory", gbHour, 0.00511, "AmazonECS", "APN2-Fargate-GB-Hours"),
  listed("fargate-arm-vcpu", "Fargate Linux ARM vCPU", vcpuHour, 0.03725, "AmazonECS", "APN2-Fargate-ARM-vCPU-Hours:perCPU"),
  listed("fargate-arm-memory", "Fargate Linux ARM memory", gbHour, 0.00409, "AmazonECS", "APN2-Fargate-ARM-GB-Hours"),
  spot("fargate-spot-x86-vcpu", "Fargate Spot x86 vCPU", vcpuHour, 0.04656),
  spot("fargate-spot-x86-memory", "Fargate Spot x86 memory", gbHour, 0.00511),
  spot("fargate-spot-arm-vcpu", "Fargate Spot ARM vCPU", vcpuHour, 0.03725),
  spot("fargate-spot-arm-memory", "Fargate Spot ARM memory", gbHour, 0.00409),
  {
    id: "fargate-ephemeral-storage",
    what: "Fargate ephemeral storage above 20 GB",
    unit: gbHour,
    usd: 0.000129,
    source: `${offers}/AmazonECS/current/eu-west-2/index.json`,
    seenOn: "2026-09-11",
    confidence: "third party",
    usageType: "EUW2-Fargate-EphemeralStorage-GB-Hours",
    note: "eu-west-2's figure (its vCPU and memory prices equal Seoul's); Seoul's own was not found",
  },
  listed("nat-gateway-hour", "NAT gateway", hour, 0.059, "AmazonEC2", "APN2-NatGateway-Hours"),
  listed("nat-gateway-gb", "NAT gateway, data processed", gb, 0.059, "AmazonEC2", "APN2-NatGateway-Bytes"),
  listed("load-balancer-hour", "Application or network load balancer", hour, 0.0225, "AWSELB", "APN2-LoadBalancerUsage", "0.025 is the classic load balancer's, and is what one source quotes by mistake"),
  listed("alb-lcu-hour", "Application load balancer capacity unit", "USD per LCU-hour", 0.008, "AWSELB", "APN2-LCUUsage"),
  listed("public-ipv4-hour", "Public IPv4 address, in use or idle", hour, 0.005, "AmazonVPC", "APN2-PublicIPv4:InUseAddress"),
  listed("vpc-endpoint-hour", "Interface VPC endpoint, per zone", hour, 0.013, "AmazonVPC", "APN2-VpcEndpoint-Hours"),
  listed("vpc-endpoint-gb", "Interface VPC endpoint, data processed", gb, 0.01, "AmazonVPC", "APN2-VpcEndpoint-Bytes"),
  listed("cross-az-gb", "Transfer between zones, each way", gb, 0.01, "AWSDataTransfer", "APN2-DataTransfer-Regional-Bytes"),
  listed("internet-out-gb", "Transfer to the Internet", gb, 0.126, "AWSDataTransfer", "APN2-DataTransfer-Out-Bytes"),
  listed("s3-standard-gb-month", "S3 Standard storage", gbMonth, 0.025, "AmazonS3", "APN2-TimedStorage-ByteHrs"),
  listed("s3-standard-ia-gb-month", "S3 Standard-IA storage", gbMonth, 0.0138, "AmazonS3", "APN2-EarlyDelete-*", "quoted as the early-delete rate of the class, which is its storage rate"),
  listed("s3-glacier-ir-gb-month", "S3 Glacier Instant Retrieval storage", gbMonth, 0.005, "AmazonS3", "APN2-TimedStorage-GIR-ByteHrs"),
  listed("s3-put-1k", "S3 PUT, COPY, POST, LIST requests", thousand, 0.0045, "AmazonS3", "APN2-Requests-Tier1"),
  listed("s3-get-1k", "S3 GET and other requests", thousand, 0.00035, "AmazonS3", "APN2-Requests-Tier2"),
  listed("s3-glacier-ir-transition-1k", "S3 lifecycle transitions into Glacier Instant Retrieval", thousand, 0.02, "AmazonS3", "APN2-Requests-Tier4"),
  elsewhere("s3-standard-ia-transition-1k", "S3 lifecycle transitions into Standard-IA or Intelligent-Tiering", thousand, 0.01, objectfs, "Requests-SIA-Tier1"),
  {
    id: "s3-int-monitoring-1k",
    what: "S3 Intelligent-Tiering, monitoring",
    unit: "USD per 1,000 objects and month",
    usd: 0.0025,
    source: "https://www.cloudroutehq.com/cost-optimization/s3-intelligent-tiering",
    seenOn: "2026-11-25",
    confidence: "third party",
    note: "region not stated by the source",
  },
  elsewhere("s3-standard-ia-retrieval-gb", "S3 Standard-IA, data read", gb, 0.01, objectfs, "Retrieval-SIA"),
  elsewhere("s3-glacier-ir-retrieval-gb", "S3 Glacier Instant Retrieval, data read", gb, 0.03, objectfs, "Retrieval-GIR"),
  listed("logs-ingest-gb", "CloudWatch Logs ingestion", gb, 0.76, "AmazonCloudWatch", "APN2-DataProcessing-Bytes"),
  listed("logs-storage-gb-month", "CloudWatch Logs storage", gbMonth, 0.0314, "AmazonCloudWatch", "APN2-TimedStorage-ByteHrs"),
  listed("vended-logs-gb", "Vended logs (VPC flow logs) into CloudWatch Logs", gb, 0.76, "AmazonCloudWatch", "APN2-VendedLog-Bytes"),
  listed("custom-metric-month", "CloudWatch custom metric, first 10,000", "USD per metric-month", 0.3, "AmazonCloudWatch", "APN2-CW:MetricMonitorUsage"),
  {
    id: "container-insights-enhanced-metric-month",
    what: "Container Insights with enhanced observability, metric",
    unit: "USD per metric-month",
    usd: 0.07,
    source: "https://fortem.dev/blog/ecs-fargate-monitoring/",
    seenOn: "2026-11-22",
    confidence: "third party",
    note: "region not stated by the source",
  },
  {
    id: "get-metric-data-1k",
    what: "CloudWatch GetMetricData, metrics requested",
    unit: thousand,
    usd: 0.01,
    source:
      "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-classic-getdata.html",
    seenOn: "2026-11-22",
    confidence: "vendor page",
    note: "stated without a region",
  },
  listed("alarm-month", "CloudWatch alarm, per metric", month, 0.1, "AmazonCloudWatch", "APN2-CW:AlarmMonitorUsage"),
  listed("composite-alarm-month", "CloudWatch composite alarm", month, 0.5, "AmazonCloudWatch", "APN2-CW:CompositeAlarmMonitorUsage"),
  {
    id: "sns-requests-1m",
    what: "SNS messages published",
    unit: "USD per million",
    usd: 0.5,
    source: "https://www.factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols/",
    seenOn: "2026-06-13",
    confidence: "third party",
    note: "region not stated by the source; what is mailed or posted, at 2 USD per 100,000 mails, is left out",
  },
  {
    id: "cloud-map-instance-month",
    what: "Cloud Map registered resource",
    unit: month,
    usd: 0.1,
    source: `${offers}/AWSCloudMap/current/ap-northeast-2/index.csv`,
    seenOn: "2026-10-05",
    confidence: "third party",
    note: "quoted from the Seoul price lists without its usage type; the file name is inferred",
  },
  {
    id: "hosted-zone-month",
    what: "Route 53 hosted zone, first 25",
    unit: month,
    usd: 0.5,
    source: `${offers}/AmazonRoute53/current/index.json`,
    seenOn: "2026-09-11",
    confidence: "price list",
    usageType: "HostedZone",
  },
  {
    id: "dns-queries-1m",
    what: "Route 53 DNS queries",
    unit: "USD per million",
    usd: 0.4,
    source: `${offers}/AmazonRoute53/current/index.json`,
    seenOn: "2026-09-11",
    confidence: "price list",
    usageType: "DNS-Queries",
  },
  listed("secret-month", "Secrets Manager secret", month, 0.4, "AWSSecretsManager", "APN2-AWSSecretsManager-Secrets"),
  listed("secret-calls-10k", "Secrets Manager API calls", "USD per 10,000", 0.05, "AWSSecretsManager", "APN2-AWSSecretsManagerAPIRequest"),
  listed("kms-key-month", "KMS key, per key version", month, 1, "awskms", "ap-northeast-2-KMS-Keys"),
  listed("kms-requests-10k", "KMS requests", "USD per 10,000", 0.03, "awskms", "ap-northeast-2-KMS-Requests"),
  listed("rds-db.t4g.micro", "RDS PostgreSQL db.t4g.micro", hour, 0.025, "AmazonRDS", "APN2-InstanceUsage:db.t4g.micro"),
  listed("rds-db.t4g.small", "RDS PostgreSQL db.t4g.small", hour, 0.051, "AmazonRDS", "APN2-InstanceUsage:db.t4g.small"),
  listed("rds-db.t4g.medium", "RDS PostgreSQL db.t4g.medium", hour, 0.102, "AmazonRDS", "APN2-InstanceUsage:db.t4g.medium"),
  listed("rds-db.t4g.large", "RDS PostgreSQL db.t4g.large", hour, 0.203, "AmazonRDS", "APN2-InstanceUsage:db.t4g.large"),
  listed("rds-multi-az-db.t4g.micro", "RDS PostgreSQL db.t4g.micro, Multi-AZ", hour, 0.051, "AmazonRDS", "APN2-Multi-AZUsage:db.t4g.micro"),
  {
    ...listed("rds-multi-az-db.t4g.small", "RDS PostgreSQL db.t4g.small, Multi-AZ", hour, 0.102, "AmazonRDS", "APN2-Multi-AZUsage:db.t4g.small", twiceSingleAz),
    confidence: "third party",
  },
  {
    ...listed("rds-multi-az-db.t4g.medium", "RDS PostgreSQL db.t4g.medium, Multi-AZ", hour, 0.204, "AmazonRDS", "APN2-Multi-AZUsage:db.t4g.medium", twiceSingleAz),
    confidence: "third party",
  },
  listed("rds-gp3-gb-month", "RDS gp3 storage", gbMonth, 0.131, "AmazonRDS", "APN2-RDS:GP3-Storage"),
  listed("rds-multi-az-gp3-gb-month", "RDS gp3 storage, Multi-AZ", gbMonth, 0.262, "AmazonRDS"),
  listed("rds-backup-gb-month", "RDS backup storage beyond the free allocation", gbMonth, 0.095, "AmazonRDS", "APN2-RDS:ChargedBackupUsage"),
] as const satisfies readonly PriceRow[];

/** Identifies a price within a region. */
export type PriceId = (typeof seoul)[number]["id"];

/** Regions that have a price table. */
export type Region = "ap-northeast-2";

/** The price table of each region. */
export const prices: Readonly<Record<Region, readonly PriceRow<PriceId>[]>> = {
  "ap-northeast-2": seoul,
};

/** A region without a price table was asked for. */
export class UnknownPriceRegionError extends Error {
  constructor(region: string) {
    super(
      `no prices for region "${region}": the table (plan/prices.ts) has ${Object.keys(prices).sort().join(", ")}. ` +
        "Add the region's rows with their sources, or plan without the cost table.",
    );
    this.name = "UnknownPriceRegionError";
  }
}

/** Whether a region has a price table. */
export function isPricedRegion(region: string): region is Region {
  return Object.hasOwn(prices, region);
}

/**
 * The prices of a region by id.
 *
 * @throws UnknownPriceRegionError naming the regions that have a table.
 */
export function pricesOf(region: string): ReadonlyMap<string, PriceRow<PriceId>> {
  if (!isPricedRegion(region)) throw new UnknownPriceRegionError(region);
  return new Map(prices[region].map((row) => [row.id, row]));
}
