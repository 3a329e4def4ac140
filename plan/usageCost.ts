/** What a plan costs by being used, under assumptions that the table prints. */

import { charge, hasType, type Charge, type PlanResource } from "./charges";

/**
 * The load that a month's usage is priced for. A plan says nothing of load, so these are assumptions; the defaults are a
 * small system: half a GB of compressed blocks a day after a year of them, a handful of users.
 */
export interface UsageAssumptions {
  /** Objects younger than 30 days, GB. Default 15 (0.5 GB a day). */
  readonly s3StandardGb: number;
  /** Objects of 30 to 90 days, GB. Default 30. */
  readonly s3StandardIaGb: number;
  /** Objects of 90 to 400 days, GB. Default 155. */
  readonly s3GlacierIrGb: number;
  /** PUT, COPY, POST and LIST requests a month. Default 300,000. */
  readonly s3PutRequests: number;
  /** GET and other requests a month. Default 1,000,000. */
  readonly s3GetRequests: number;
  /** Objects a month that move to Glacier Instant Retrieval. Default 5,000. */
  readonly s3GlacierIrTransitions: number;
  /** Image pulls, AWS API calls and other traffic through NAT, GB. Default 20. */
  readonly natProcessedGb: number;
  /** Average capacity units of each application load balancer. Default 0.25. */
  readonly loadBalancerLcu: number;
  /** Logs of the stack's own containers, GB a month. Default 2. */
  readonly logsIngestedGb: number;
  /** The same, kept seven days, GB. Default 0.5. */
  readonly logsStoredGb: number;
  /** Traffic that crosses zones, GB; both sides pay. Default 20. */
  readonly crossAzGb: number;
  /** Answers to users outside AWS, GB. Default 5. */
  readonly internetOutGb: number;
  /** Metrics requested by the collector a month. Default 100,000 (about 11 series every 5 minutes). */
  readonly getMetricDataMetrics: number;
  /** Queries to the private zone a month, millions. Default 5 (20 tasks, one query each 10 s). */
  readonly dnsQueriesMillions: number;
  /** Reads of secrets at task start. Default 1,000. */
  readonly secretCalls: number;
  /** Requests to a customer-managed key. Default 100,000. */
  readonly kmsRequests: number;
  /** Traffic of each interface endpoint, GB. Default 2. */
  readonly vpcEndpointGb: number;
  /** Flow logs, GB. Default 5. */
  readonly flowLogsGb: number;
  /** Database backups beyond the free allocation, GB. Default 0. */
  readonly rdsBackupGb: number;
}

export const defaultUsage: UsageAssumptions = {
  s3StandardGb: 15,
  s3StandardIaGb: 30,
  s3GlacierIrGb: 155,
  s3PutRequests: 300_000,
  s3GetRequests: 1_000_000,
  s3GlacierIrTransitions: 5_000,
  natProcessedGb: 20,
  loadBalancerLcu: 0.25,
  logsIngestedGb: 2,
  logsStoredGb: 0.5,
  crossAzGb: 20,
  internetOutGb: 5,
  getMetricDataMetrics: 100_000,
  dnsQueriesMillions: 5,
  secretCalls: 1_000,
  kmsRequests: 100_000,
  vpcEndpointGb: 2,
  flowLogsGb: 5,
  rdsBackupGb: 0,
};

/** Charges that depend on load, for the products that the plan contains. */
export function usageCharges(
  resources: readonly PlanResource[],
  usage: UsageAssumptions,
  hours: number,
): Charge[] {
  const count = (type: string): number => resources.filter((r) => hasType(r, type)).length;
  const when = (
    present: boolean,
    charges: readonly [id: string, quantity: number, as: string][],
  ) => (present ? charges.map(([id, n, as]) => charge("usage (assumed)", id, n, as)) : []);
  const balancers = resources.filter(
    (r) =>
      hasType(r, "aws:lb/loadBalancer:LoadBalancer") && r.inputs.loadBalancerType !== "network",
  );
  const endpoints = resources.filter(
    (r) =>
      hasType(r, "aws:ec2/vpcEndpoint:VpcEndpoint") && r.inputs.vpcEndpointType === "Interface",
  ).length;
  const tasks = count("aws:ecs/service:Service") > 0;
  // Pulumi's aws provider renamed the bucket resource between its major versions.
  const buckets = count("aws:s3/bucket:Bucket") + count("aws:s3/bucketV2:BucketV2");
  return [
    ...when(buckets > 0, [
      ["s3-standard-gb-month", usage.s3StandardGb, "objects younger than 30 days"],
      [
        "s3-standard-ia-gb-month",
        usage.s3StandardIaGb,
        "30 to 90 days; moves and reads not priced",
      ],
      ["s3-glacier-ir-gb-month", usage.s3GlacierIrGb, "90 to 400 days; reads not priced"],
      ["s3-put-1k", usage.s3PutRequests / 1000, `${usage.s3PutRequests} requests`],
      ["s3-get-1k", usage.s3GetRequests / 1000, `${usage.s3GetRequests} requests`],
      [
        "s3-glacier-ir-transition-1k",
        usage.s3GlacierIrTransitions / 1000,
        `${usage.s3GlacierIrTransitions} objects`,
      ],
    ]),
    ...when(count("aws:ec2/natGateway:NatGateway") > 0, [
      ["nat-gateway-gb", usage.natProcessedGb, "image pulls and AWS API calls"],
    ]),
    ...when(balancers.length > 0, [
      [
        "alb-lcu-hour",
        usage.loadBalancerLcu * hours * balancers.length,
        `${usage.loadBalancerLcu} LCU`,
      ],
      ["internet-out-gb", usage.internetOutGb, "answers to users"],
    ]),
    ...when(count("aws:cloudwatch/logGroup:LogGroup") > 0, [
      ["logs-ingest-gb", usage.logsIngestedGb, "logs of the stack's own containers"],
      ["logs-storage-gb-month", usage.logsStoredGb, "kept seven days"],
    ]),
    ...when(tasks, [
      ["cross-az-gb", usage.crossAzGb * 2, `${usage.crossAzGb} GB, paid on both sides`],
      ["get-metric-data-1k", usage.getMetricDataMetrics / 1000, "collector's CloudWatch polls"],
    ]),
    ...when(count("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace") > 0, [
      ["dns-queries-1m", usage.dnsQueriesMillions, "tasks resolving each other"],
    ]),
    ...when(count("aws:secretsmanager/secret:Secret") > 0, [
      ["secret-calls-10k", usage.secretCalls / 10_000, `${usage.secretCalls} calls`],
    ]),
    ...when(count("aws:kms/key:Key") > 0, [
      ["kms-requests-10k", usage.kmsRequests / 10_000, `${usage.kmsRequests} requests`],
    ]),
    ...when(endpoints > 0, [
      ["vpc-endpoint-gb", usage.vpcEndpointGb * endpoints, `${usage.vpcEndpointGb} GB each`],
    ]),
    ...when(count("aws:ec2/flowLog:FlowLog") > 0, [
      ["vended-logs-gb", usage.flowLogsGb, "flow logs into CloudWatch Logs"],
    ]),
    ...when(count("aws:rds/instance:Instance") > 0, [
      ["rds-backup-gb-month", usage.rdsBackupGb, "backups within the free allocation"],
    ]),
  ];
}
