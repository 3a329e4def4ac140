/**
 * A second reckoning of a plan's bill, on its own: it reads `plan.json` and the price rows, and shares no code with `plan/`
 * but the tables of prices and figures. It goes the other way round as well: not resource by resource, but price by price.
 */
import { figures } from "../../plan/workload/figures";

type Tree = Record<string, unknown>;
interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Tree;
  readonly outputs: Tree;
}
export interface PlanFile {
  readonly resources: readonly Resource[];
  readonly workload: {
    readonly expected: Readonly<Record<string, number>>;
    readonly facts: Readonly<Record<string, unknown>>;
  };
}

const HOURS = 730;
const SECONDS = HOURS * 3600;
const DAYS = HOURS / 24;
const f = Object.fromEntries(Object.entries(figures).map(([id, { value }]) => [id, value])) as {
  readonly [Id in keyof typeof figures]: number;
};

/** Price id → quantity of a month, for a stack that always runs. */
export function recompute(plan: PlanFile): Map<string, number> {
  const of = (type: string) => plan.resources.filter((each) => each.type === type);
  const n = (type: string) => of(type).length;
  const bill = new Map<string, number>();
  const add = (id: string, quantity: number) => {
    if (quantity !== 0) bill.set(id, (bill.get(id) ?? 0) + quantity);
  };

  // Compute: task definitions by ARN, services by what they run.
  const tasks: Record<string, number> = {};
  let all = 0;
  for (const service of of("aws:ecs/service:Service")) {
    const definition = of("aws:ecs/taskDefinition:TaskDefinition").find(
      (each) => each.outputs["arn"] === service.inputs["taskDefinition"],
    );
    const count = Number(service.inputs["desiredCount"]);
    const task = definition?.inputs ?? {};
    const arm = (task["runtimePlatform"] as Tree)["cpuArchitecture"] === "ARM64" ? "arm" : "x86";
    const [strategy] = service.inputs["capacityProviderStrategies"] as Tree[];
    const spot = strategy?.["capacityProvider"] === "FARGATE_SPOT" ? "spot-" : "";
    add(`fargate-${spot}${arm}-vcpu`, (count * HOURS * Number(task["cpu"])) / 1024);
    add(`fargate-${spot}${arm}-memory`, (count * HOURS * Number(task["memory"])) / 1024);
    const disk = Number((task["ephemeralStorage"] as Tree | undefined)?.["sizeInGib"] ?? 20);
    add("fargate-ephemeral-storage", count * HOURS * (disk - 20));
    const role =
      /::[a-z]+(?:-dev)?-((?:mimir|loki|memcached|tempo|pyroscope|grafana|alloy)[a-z-]*?)(?:-\d+)?$/.exec(
        service.urn,
      )?.[1];
    tasks[role ?? "?"] = (tasks[role ?? "?"] ?? 0) + count;
    all += count;
  }
  const t = (role: string) => tasks[role] ?? 0;

  // What exists by the hour or the month.
  add("nat-gateway-hour", n("aws:ec2/natGateway:NatGateway") * HOURS);
  const zonesOfBalancers = of("aws:lb/loadBalancer:LoadBalancer")
    .filter(({ inputs }) => inputs["internal"] !== true)
    .reduce((sum, { inputs }) => sum + (inputs["subnets"] as string[]).length, 0);
  add("public-ipv4-hour", (n("aws:ec2/eip:Eip") + zonesOfBalancers) * HOURS);
  const endpoints = of("aws:ec2/vpcEndpoint:VpcEndpoint").filter(
    ({ inputs }) => inputs["vpcEndpointType"] === "Interface",
  );
  for (const { inputs } of endpoints)
    add("vpc-endpoint-hour", (inputs["subnetIds"] as string[]).length * HOURS);
  add("kms-key-month", n("aws:kms/key:Key"));
  add("load-balancer-hour", n("aws:lb/loadBalancer:LoadBalancer") * HOURS);
  for (const { inputs } of of("aws:rds/instance:Instance")) {
    const multi = inputs["multiAz"] === true ? "multi-az-" : "";
    add(`rds-${multi}${String(inputs["instanceClass"])}`, HOURS);
    add(`rds-${multi}gp3-gb-month`, Number(inputs["allocatedStorage"]));
  }
  add("cloud-map-instance-month", all);
  add("hosted-zone-month", n("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace"));
  add("secret-month", n("aws:secretsmanager/secret:Secret"));
  for (const { inputs } of of("aws:cloudwatch/metricAlarm:MetricAlarm")) {
    const queries = (inputs["metricQueries"] ?? []) as Tree[];
    add("alarm-month", queries.filter((query) => "metric" in query).length || 1);
  }
  // Target tracking keeps one alarm to grow and one to shrink.
  for (const { inputs } of of("aws:appautoscaling/policy:Policy"))
    add("alarm-month", inputs["policyType"] === "TargetTrackingScaling" ? 2 : 0);
  // A heartbeat or an alarm each minute and a half: 30,000 messages a month and topic.
  add("sns-requests-1m", n("aws:sns/topic:Topic") * 0.03);
  add("custom-metric-month", 11 + (13 + 8) * n("aws:ecs/service:Service"));

  // The load.
  const load = plan.workload.expected as Record<string, number>;
  const facts = plan.workload.facts;
  const signal = (name: string) => facts[name] as Record<string, number>;
  const l = (key: string) => load[key] ?? NaN;
  const scrape = Number(facts["selfScrapeIntervalSeconds"]);
  const shown = (product: string) =>
    Object.entries(tasks).reduce((sum, [role, c]) => (role.startsWith(product) ? sum + c : sum), 0);
  const own =
    shown("mimir") * f.mimirOwnSeries +
    shown("loki") * f.lokiOwnSeries +
    shown("tempo") * f.tempoOwnSeries +
    shown("pyroscope") * f.pyroscopeOwnSeries +
    shown("alloy") * f.alloyOwnSeries;
  const appSamples = l("activeSeries") / l("scrapeIntervalSeconds");
  const samples = appSamples + own / scrape;
  const dailyMetrics = (samples * 86_400 * f.storedBytesPerSample) / 1e9;
  const dailyTraces = (l("spansPerSecond") * l("spanBytes") * 86_400) / 1e9;
  const noncurrent = Number(facts["noncurrentVersionDays"]);
  const queries = (l("openDashboards") * l("panelsPerDashboard")) / l("dashboardRefreshSeconds");

  const put = { mimir: 0, loki: 0, tempo: 0, pyroscope: 0 };
  const get = { mimir: 0, loki: 0, tempo: 0, pyroscope: 0 };
  const per = (seconds: number) => SECONDS / seconds;

  // Metrics: a block of a day is one object per 512 MiB of chunks, an index and a meta.json.
  const metrics = signal("metrics");
  const copies = metrics["replicationFactor"]!;
  const replicas = t("mimir");
  const blockObjects = (gb: number) => 2 + Math.max(1, (gb * 1e9) / f.mimirChunkFileBytes);
  const twoHours = copies > 1 ? 12 : 0;
  const daily =
    (12 * replicas + twoHours) * blockObjects(dailyMetrics / 12) +
    2 * blockObjects(dailyMetrics / 2) +
    blockObjects(dailyMetrics);
  const gone = 12 * replicas + twoHours + 2;
  const looks = per(f.mimirCleanupSeconds);
  const pages = Math.ceil((gone + 1 + metrics["retentionDays"]!) / 1000);
  put.mimir =
    (daily + 2 * gone) * DAYS +
    looks * (replicas + 1 + pages + 1) +
    looks * replicas +
    replicas * (per(f.mimirAlertsPollSeconds) + per(f.mimirRulesPollSeconds));
  get.mimir =
    (daily + gone + 1) * DAYS +
    looks * (replicas + 1) +
    queries * SECONDS * f.storeQueryShare * f.objectReadsPerQuery;
  const metricLife = metrics["retentionDays"]! + metrics["deletionDelayHours"]! / 24 + noncurrent;
  const metricDelay = metrics["deletionDelayHours"]! / 24 + noncurrent;
  const ia = metrics["infrequentAccessAfterDays"]!;
  const gir = metrics["instantRetrievalAfterDays"]!;
  add(
    "s3-standard-gb-month",
    dailyMetrics * ia + dailyMetrics * (copies > 1 ? copies + 2 : 2) * metricDelay,
  );
  const cold = { ia: dailyMetrics * (gir - ia), gir: dailyMetrics * (metricLife - gir) };
  let moved = blockObjects(dailyMetrics) * DAYS;
  const movedDeep = moved;

  // Logs: chunks that are cut when full, after an hour if a tenth full, else after two.
  const logs = signal("logs");
  const streams = l("logStreams");
  const streamBytes = (l("logsGbPerDay") * 1e9) / f.lokiCompression / streams / 24;
  const perHour = Math.max(
    streamBytes / f.lokiChunkBytes,
    streamBytes >= f.lokiChunkBytes / 10 ? 1 : 0.5,
  );
  const chunks = perHour * 24 * streams * logs["replicationFactor"]!;
  const dailyLogs = (l("logsGbPerDay") / f.lokiCompression) * logs["replicationFactor"]!;
  const chunkBytes = (dailyLogs * 1e9) / chunks;
  const logEnd = logs["deletionDelayHours"]! / 24 + noncurrent;
  const infoLife = logs["infoRetentionDays"]! + logEnd;
  const otherLife = logs["retentionDays"]! + logEnd;
  const info = l("infoLogShare");
  const logIa = logs["infrequentAccessAfterDays"]!;
  const logGir = logs["instantRetrievalAfterDays"]!;
  let deep = movedDeep;
  if (chunkBytes < 131_072) {
    add("s3-standard-gb-month", dailyLogs * (info * infoLife + (1 - info) * otherLife));
  } else {
    // The shipped stacks keep info logs for less than the first move.
    if (infoLife > logIa) throw new Error("info logs are moved: not reckoned here");
    add("s3-standard-gb-month", dailyLogs * (info * infoLife + (1 - info) * logIa));
    cold.ia += dailyLogs * (1 - info) * (logGir - logIa);
    cold.gir += dailyLogs * (1 - info) * (otherLife - logGir);
    moved += chunks * (1 - info) * DAYS;
    deep += chunks * (1 - info) * DAYS;
  }
  const indexPages = Math.ceil((logs["retentionDays"]! * 2) / 1000);
  const indexFiles = per(f.lokiIndexUploadSeconds) * t("loki-ingester");
  put.loki =
    chunks * DAYS +
    indexFiles +
    per(f.lokiResyncSeconds) * t("loki-querier") * indexPages +
    per(f.lokiCompactionSeconds) * (indexPages + 1);
  get.loki = indexFiles * (t("loki-querier") + 1) + per(f.lokiCompactionSeconds);

  // Traces.
  const traces = signal("traces");
  const traceCopies = traces["replicationFactor"]!;
  const blocks = Math.max(
    t("tempo-ingester") * (86_400 / f.tempoBlockSeconds),
    (dailyTraces * traceCopies * 1e9) / f.tempoBlockBytes,
  );
  const kept = Math.max(1, (dailyTraces * 1e9) / f.tempoBlockBytes / 5);
  const tracePages = Math.ceil(
    ((traces["retentionDays"]! * kept + blocks / 4) * f.tempoBlockObjects) / 1000,
  );
  put.tempo =
    (blocks * (f.tempoBlockObjects + 1) + (blocks / 3) * f.tempoBlockObjects) * DAYS +
    per(f.tempoPollSeconds) * (tracePages + 1);
  get.tempo =
    blocks * (f.tempoBlockObjects + 1) * DAYS +
    per(f.tempoPollSeconds) *
      (t("tempo-querier") + t("tempo-query-frontend") + t("tempo-compactor"));
  const traceDelay = traces["deletionDelayHours"]! / 24 + noncurrent;
  add(
    "s3-standard-gb-month",
    dailyTraces * (traces["retentionDays"]! + traceDelay) +
      dailyTraces * (traceCopies + f.tempoRewrites - 1) * traceDelay,
  );

  // Profiles.
  const profiles = signal("profiles");
  const profileDelay = profiles["deletionDelayHours"]! / 24 + noncurrent;
  const profileBlocks = 86_400 / f.pyroscopeBlockSeconds;
  put.pyroscope =
    ((profileBlocks + 39) * f.pyroscopeBlockObjects + 2 * profileBlocks) * DAYS +
    5 * per(f.pyroscopePollSeconds);
  get.pyroscope =
    (profileBlocks + 39) * f.pyroscopeBlockObjects * DAYS + 2 * per(f.pyroscopePollSeconds);
  add(
    "s3-standard-gb-month",
    l("profilesGbPerDay") *
      (profiles["retentionDays"]! + profileDelay + f.pyroscopeRewrites * profileDelay),
  );

  const sum = (by: Record<string, number>) => Object.values(by).reduce((a, b) => a + b, 0);
  add("s3-put-1k", sum(put) / 1000);
  add("s3-get-1k", sum(get) / 1000);
  // With a bucket key, one request in a hundred also asks KMS.
  const encryption = of(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  );
  if (JSON.stringify(encryption.map(({ inputs }) => inputs["rules"])).includes("aws:kms"))
    add("kms-requests-10k", (sum(put) + sum(get)) / 100 / 10_000);
  add("s3-standard-ia-gb-month", cold.ia);
  add("s3-glacier-ir-gb-month", cold.gir);
  add("s3-standard-ia-transition-1k", moved / 1000);
  add("s3-glacier-ir-transition-1k", deep / 1000);
  add("s3-standard-ia-retrieval-gb", cold.ia * l("coldReadShare"));
  add("s3-glacier-ir-retrieval-gb", cold.gir * l("coldReadShare"));

  // Traffic.
  const zones = Number(facts["zones"]);
  const away = (zones - 1) / zones;
  const gb = (bytesPerSecond: number) => (bytesPerSecond * SECONDS) / 1e9;
  const logGb = l("logsGbPerDay") * DAYS;
  const traceGb = dailyTraces * DAYS;
  const profileGb = l("profilesGbPerDay") * DAYS;
  const appGb = gb(appSamples * f.remoteWriteBytesPerSample);
  const writeGb = gb(samples * f.remoteWriteBytesPerSample);
  const inside = 1 - l("publicIngestShare");
  add(
    "cross-az-gb",
    2 *
      away *
      (copies * gb(samples * f.replicatedBytesPerSample) +
        logs["replicationFactor"]! * logGb +
        (traceCopies + 1) * traceGb +
        2 * inside * (appGb + logGb + traceGb + profileGb) +
        (writeGb - appGb)),
  );
  const answers = (queries * f.answerBytes * SECONDS) / 1e9;
  const entering = l("publicIngestShare") * (appGb + logGb + traceGb + profileGb);
  const units = Math.max(
    (answers + entering) / HOURS,
    (l("openDashboards") * f.connectionsPerDashboard) / f.lcuActiveConnections,
  );
  add("alb-lcu-hour", units * HOURS);
  if (zonesOfBalancers > 0) add("internet-out-gb", answers);

  // Operation.
  const ownLogs = all * f.ownLogGbPerTask;
  const ends = endpoints.map(({ inputs }) => String(inputs["serviceName"]).split(".").at(-1));
  const viaEndpoint = ends.includes("logs") ? ownLogs : 0;
  // The gateways of a VPC that was there before are on somebody else's bill.
  if (n("aws:ec2/natGateway:NatGateway") > 0)
    add("nat-gateway-gb", all * f.startsPerMonth * f.imageGb + ownLogs - viaEndpoint);
  add(
    "vpc-endpoint-gb",
    viaEndpoint + ends.filter((end) => end !== "logs").length * all * f.endpointGbPerTask,
  );
  if (n("aws:ec2/flowLog:FlowLog") > 0) add("vended-logs-gb", all * f.flowLogGbPerTask);
  add("logs-ingest-gb", ownLogs);
  add("logs-storage-gb-month", (ownLogs * Number(facts["logRetentionDays"])) / DAYS);
  add(
    "get-metric-data-1k",
    (per(Number(facts["cloudwatchIntervalSeconds"])) * Number(facts["cloudwatchMetricsPerPoll"])) /
      1000,
  );
  add("dns-queries-1m", (all * f.dnsQueriesPerTaskSecond * SECONDS) / 1e6);
  add("secret-calls-10k", (all * f.startsPerMonth) / 10_000);
  return bill;
}
