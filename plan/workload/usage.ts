/**
 * What a load costs by the month, line by line, in steady state: once the bucket holds as much as its retention lets it.
 * Pure and free of Node's own modules, so that a page can reckon in the browser.
 */

import type { ExpectedLoad } from "../../configs/stack/expectedLoad";
import type { CostProduct } from "../product";
import type { LoadFacts, StorageFacts } from "./facts";
import { figure } from "./figures";
import {
  daysPerMonth,
  hoursPerMonth,
  logsStorage,
  metricsStorage,
  profilesStorage,
  queriesPerSecond,
  samplesPerSecond,
  tracesGbPerDay,
  tracesStorage,
  type SignalStorage,
} from "./signals";
import { isMoved, lifeDays, movesOf, stockOf, type ObjectFlow } from "./storage";

/** A quantity that a load causes. */
export interface UsageLine {
  readonly product: CostProduct;
  /** Row of the price table. */
  readonly priceId: string;
  /** In the unit of the price row, a month. */
  readonly quantity: number;
  /** How the quantity comes about. */
  readonly how: string;
}

const amount = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));

/** Every line of a load. Lines of quantity 0 are left out. */
export function usageLines(load: ExpectedLoad, facts: LoadFacts): UsageLine[] {
  return [
    ...bucketLines(load, facts),
    ...networkLines(load, facts),
    ...loadBalancerLines(load, facts),
    ...operationLines(facts),
  ].filter(({ quantity }) => quantity > 0);
}

const signals = {
  mimir: { storage: (facts: LoadFacts): StorageFacts => facts.metrics, of: metricsStorage },
  loki: { storage: (facts: LoadFacts): StorageFacts => facts.logs, of: logsStorage },
  tempo: { storage: (facts: LoadFacts): StorageFacts => facts.traces, of: tracesStorage },
  pyroscope: { storage: (facts: LoadFacts): StorageFacts => facts.profiles, of: profilesStorage },
} as const;

function bucketLines(load: ExpectedLoad, facts: LoadFacts): UsageLine[] {
  if (facts.buckets === 0) return [];
  const lines = (Object.keys(signals) as (keyof typeof signals)[]).flatMap((product) =>
    signalLines(
      product,
      signals[product].storage(facts),
      facts,
      load,
      signals[product].of(load, facts),
    ),
  );
  const requests = lines
    .filter(({ priceId }) => priceId === "s3-put-1k" || priceId === "s3-get-1k")
    .reduce((sum, { quantity }) => sum + quantity * 1000, 0);
  return facts.kmsKey
    ? [
        ...lines,
        {
          product: "shared",
          priceId: "kms-requests-10k",
          quantity: (requests * figure("bucketKeyShare")) / 10_000,
          how: `one for each hundred of ${amount(requests)} requests, thanks to the bucket key`,
        },
      ]
    : lines;
}

function signalLines(
  product: "mimir" | "loki" | "tempo" | "pyroscope",
  storage: StorageFacts,
  facts: LoadFacts,
  load: ExpectedLoad,
  signal: SignalStorage,
): UsageLine[] {
  const run = facts.runningShare;
  const stocks = signal.flows.map((flow) => ({ flow, gb: stockOf(storage, facts, flow) }));
  const sum = (pick: (each: (typeof stocks)[number]) => number) =>
    stocks.reduce((total, each) => total + pick(each), 0) * run;
  const replacedDays = storage.deletionDelayHours / 24 + facts.noncurrentVersionDays;
  const replaced = signal.replacedGbPerDay * replacedDays * run;
  const standard = sum(({ gb }) => gb.standard) + replaced;
  const infrequent = sum(({ gb }) => gb.infrequentAccess);
  const instant = sum(({ gb }) => gb.instantRetrieval);
  const daily = signal.flows.reduce((total, { gbPerDay }) => total + gbPerDay, 0);
  const reads =
    product === "mimir"
      ? queriesPerSecond(load) *
        3600 *
        hoursPerMonth *
        figure("storeQueryShare") *
        figure("objectReadsPerQuery")
      : 0;
  const put = signal.putRequests * run;
  const get = (signal.getRequests + reads) * run;
  const line = (priceId: string, quantity: number, how: string): UsageLine => ({
    product,
    priceId,
    quantity,
    how,
  });
  const kept = `${signal.flows.map(({ retentionDays }) => retentionDays).join(" and ")} days`;
  return [
    line(
      "s3-standard-gb-month",
      standard,
      `${amount(daily)} GB a day, kept ${kept}` +
        (replaced > 0 ? `; ${amount(replaced)} GB replaced by compaction and not yet gone` : ""),
    ),
    line("s3-standard-ia-gb-month", infrequent, `${amount(daily)} GB a day`),
    line("s3-glacier-ir-gb-month", instant, `${amount(daily)} GB a day`),
    line("s3-put-1k", put / 1000, `${amount(put)} requests: flushes, compaction, looks at lists`),
    line("s3-get-1k", get / 1000, `${amount(get)} requests: compaction, looks at lists, queries`),
    ...tieringLines(product, storage, facts, load, signal),
  ];
}

/** What moving objects and reading moved ones costs. */
function tieringLines(
  product: "mimir" | "loki" | "tempo" | "pyroscope",
  storage: StorageFacts,
  facts: LoadFacts,
  load: ExpectedLoad,
  { flows }: SignalStorage,
): UsageLine[] {
  if (storage.infrequentAccessAfterDays === undefined) return [];
  const run = facts.runningShare;
  const line = (priceId: string, quantity: number, how: string): UsageLine => ({
    product,
    priceId,
    quantity: quantity * run,
    how,
  });
  const sum = (of: (flow: ObjectFlow) => number) =>
    flows.reduce((total, flow) => total + of(flow), 0);
  const perMonth = (flow: ObjectFlow) => flow.objectsPerDay * daysPerMonth;
  if (facts.tiering === "intelligentTiering") {
    const watched = sum((flow) =>
      isMoved(flow) ? flow.objectsPerDay * lifeDays(storage, facts, flow.retentionDays) : 0,
    );
    return [
      line(
        "s3-standard-ia-transition-1k",
        sum((flow) => (isMoved(flow) ? perMonth(flow) : 0)) / 1000,
        "each object into Intelligent-Tiering",
      ),
      line("s3-int-monitoring-1k", watched / 1000, `${amount(watched)} objects watched`),
    ];
  }
  const read = `${load.coldReadShare * 100} % of it read in a month`;
  return [
    line(
      "s3-standard-ia-transition-1k",
      sum((flow) => perMonth(flow) * movesOf(storage, facts, flow).toInfrequentAccess) / 1000,
      "one per object of at least 128 KiB",
    ),
    line(
      "s3-glacier-ir-transition-1k",
      sum((flow) => perMonth(flow) * movesOf(storage, facts, flow).toInstantRetrieval) / 1000,
      "one per object of at least 128 KiB",
    ),
    line(
      "s3-standard-ia-retrieval-gb",
      sum((flow) => stockOf(storage, facts, flow).infrequentAccess) * load.coldReadShare,
      read,
    ),
    line(
      "s3-glacier-ir-retrieval-gb",
      sum((flow) => stockOf(storage, facts, flow).instantRetrieval) * load.coldReadShare,
      read,
    ),
  ];
}

function networkLines(load: ExpectedLoad, facts: LoadFacts): UsageLine[] {
  const { zones, runningShare: run } = facts;
  // Where the other end of a connection is in another zone, if all zones are equally likely.
  const crosses = (zones - 1) / zones;
  const seconds = 3600 * hoursPerMonth * run;
  const samples = samplesPerSecond(load, facts);
  const inside = 1 - load.publicIngestShare;
  const gb = (bytesPerSecond: number) => (bytesPerSecond * seconds) / 1e9;
  const written = gb(samples.all * figure("remoteWriteBytesPerSample"));
  const sent = gb(samples.applications * figure("remoteWriteBytesPerSample"));
  const replicated = gb(samples.all * figure("replicatedBytesPerSample"));
  const logs = load.logsGbPerDay * daysPerMonth * run;
  const traces = tracesGbPerDay(load) * daysPerMonth * run;
  const profiles = load.profilesGbPerDay * daysPerMonth * run;
  const both = (product: CostProduct, gbAcross: number, how: string): UsageLine => ({
    product,
    priceId: "cross-az-gb",
    quantity: 2 * gbAcross * crosses,
    how: `${how}; ${Math.round(crosses * 100)} % of it into another zone, paid on both sides`,
  });
  const copies = (signal: StorageFacts, gbOnce: number) => signal.replicationFactor * gbOnce;
  return [
    both(
      "mimir",
      copies(facts.metrics, replicated),
      `${facts.metrics.replicationFactor} × ${amount(replicated)} GB to the ingesters`,
    ),
    both(
      "loki",
      copies(facts.logs, logs),
      `${facts.logs.replicationFactor} × ${amount(logs)} GB to the ingesters`,
    ),
    both(
      "tempo",
      copies(facts.traces, traces) + traces,
      `${facts.traces.replicationFactor} × ${amount(traces)} GB to the ingesters, once to the generator`,
    ),
    both(
      "alloy",
      inside * (2 * (sent + logs + traces + profiles)) + (written - sent),
      `${amount(inside * (sent + logs + traces + profiles))} GB to the gateway and on to the servers`,
    ),
  ];
}

function loadBalancerLines(load: ExpectedLoad, facts: LoadFacts): UsageLine[] {
  const balancers = facts.publicLoadBalancers + facts.internalLoadBalancers;
  if (balancers === 0) return [];
  const hours = hoursPerMonth * facts.runningShare;
  const answersGb = (queriesPerSecond(load) * figure("answerBytes") * 3600 * hours) / 1e9;
  const sentGb =
    load.publicIngestShare *
    ((samplesPerSecond(load, facts).applications *
      figure("remoteWriteBytesPerSample") *
      3600 *
      hours) /
      1e9 +
      (load.logsGbPerDay + tracesGbPerDay(load) + load.profilesGbPerDay) *
        daysPerMonth *
        facts.runningShare);
  const byBytes = (answersGb + sentGb) / hours / figure("lcuGbPerHour");
  const byConnections =
    (load.openDashboards * figure("connectionsPerDashboard")) / figure("lcuActiveConnections");
  const lcu = Math.max(byBytes, byConnections);
  return [
    {
      product: "shared",
      priceId: "alb-lcu-hour",
      quantity: lcu * hours,
      how: `${amount(lcu)} LCU by ${byBytes >= byConnections ? "bytes" : "connections"}: ${amount(answersGb)} GB of answers, ${amount(sentGb)} GB sent in`,
    },
    {
      product: "grafana",
      priceId: "internet-out-gb",
      quantity: facts.publicLoadBalancers > 0 ? answersGb : 0,
      how: `answers to ${amount(load.openDashboards)} open dashboards`,
    },
  ];
}

function operationLines(facts: LoadFacts): UsageLine[] {
  const tasks = Object.values(facts.tasks).reduce((sum, count) => sum + count, 0);
  const run = facts.runningShare;
  const starts = tasks * figure(run < 1 ? "workdayStartsPerMonth" : "startsPerMonth");
  const ownLogs = tasks * figure("ownLogGbPerTask") * run;
  const throughEndpoint = facts.interfaceEndpoints.includes("logs") ? ownLogs : 0;
  const otherEndpoints = facts.interfaceEndpoints.filter((service) => service !== "logs").length;
  const images = starts * figure("imageGb");
  const polls = (hoursPerMonth * 3600 * run) / facts.cloudwatchIntervalSeconds;
  const line = (
    product: CostProduct,
    priceId: string,
    quantity: number,
    how: string,
  ): UsageLine => ({ product, priceId, quantity, how });
  return [
    line(
      "shared",
      "nat-gateway-gb",
      facts.natGateways > 0 ? images + ownLogs - throughEndpoint : 0,
      `${amount(images)} GB of images for ${starts} starts, ${amount(ownLogs - throughEndpoint)} GB of logs`,
    ),
    line(
      "shared",
      "vpc-endpoint-gb",
      throughEndpoint + otherEndpoints * tasks * figure("endpointGbPerTask") * run,
      "logs and calls of AWS",
    ),
    ...(facts.logGroups > 0
      ? [
          line("shared", "logs-ingest-gb", ownLogs, `logs of ${tasks} containers`),
          line(
            "shared",
            "logs-storage-gb-month",
            (ownLogs * facts.logRetentionDays) / daysPerMonth,
            `kept ${facts.logRetentionDays} days`,
          ),
        ]
      : []),
    line(
      "shared",
      "vended-logs-gb",
      facts.flowLogs ? tasks * figure("flowLogGbPerTask") * run : 0,
      "flow logs",
    ),
    line(
      "alloy",
      "get-metric-data-1k",
      (polls * facts.cloudwatchMetricsPerPoll) / 1000,
      `${facts.cloudwatchMetricsPerPoll} metrics each ${facts.cloudwatchIntervalSeconds} s`,
    ),
    line(
      "shared",
      "dns-queries-1m",
      facts.privateNamespaces > 0
        ? (tasks * figure("dnsQueriesPerTaskSecond") * 3600 * hoursPerMonth * run) / 1e6
        : 0,
      `${tasks} tasks find each other by name`,
    ),
    line(
      "shared",
      "secret-calls-10k",
      facts.secrets > 0 ? starts / 10_000 : 0,
      `${starts} starts of a task`,
    ),
  ];
}
