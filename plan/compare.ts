/** What the same load would cost elsewhere, at list prices, with the formula of every line. Pure, for pages as well. */

import type { ExpectedLoad } from "../configs/stack/expectedLoad";
import { cents, sumUsd, type PriceTable } from "./costItems";
import { otherPrices, type OtherPriceId } from "./otherPrices";
import type { Workload } from "./usageCost";
import { figure } from "./workload/figures";
import { daysPerMonth, hoursPerMonth, queriesPerSecond, tracesGbPerDay } from "./workload/signals";

/** One line of a bill elsewhere. */
export interface OtherLine {
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  readonly unitPriceUsd: number;
  /** Rounded to a cent. */
  readonly monthlyUsd: number;
  readonly priceId: string;
  readonly how: string;
  readonly source: string;
  readonly seenOn: string;
}

/** A way to have the same without this stack. */
export interface Alternative {
  readonly id: "aws managed" | "grafana cloud";
  readonly name: string;
  readonly lines: readonly OtherLine[];
  readonly total: number;
  /** What it does not do, or does otherwise. */
  readonly differs: readonly string[];
}

/** Free allowances of the Pro plan (grafana.com/pricing, 2026-09-05) and of AMP (always free; aws.amazon.com/prometheus/pricing). */
const included = {
  cloudSeries: 10_000,
  cloudGb: 50,
  cloudUsers: 3,
  cloudRetentionDays: 30,
  ampSamples: 40e6,
  ampGb: 10,
  ampQuerySamples: 200e9,
  xrayTraces: 100_000,
} as const;

const count = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
const over = (value: number, free: number): number => Math.max(0, value - free);

type Line = readonly [
  priceId: OtherPriceId | "logs-ingest-gb" | "logs-storage-gb-month",
  quantity: number,
  how: string,
];

/**
 * Prices a load elsewhere. Only what applications send counts: nobody else bills the series that this stack shows of itself.
 *
 * @param prices Price table of the region, for CloudWatch Logs.
 */
export function alternatives({ expected, facts }: Workload, prices: PriceTable): Alternative[] {
  const table = new Map([...prices.values(), ...otherPrices].map((row) => [row.id, row]));
  const priced = (lines: readonly Line[]): OtherLine[] =>
    lines.flatMap(([priceId, quantity, how]) => {
      const row = table.get(priceId);
      if (row === undefined || quantity <= 0) return [];
      return [
        {
          what: row.what,
          quantity,
          unit: row.unit.replace(/^USD per /, ""),
          unitPriceUsd: row.usd,
          monthlyUsd: cents(quantity * row.usd),
          priceId,
          how,
          source: row.source,
          seenOn: row.seenOn,
        },
      ];
    });
  const alternative = (
    id: Alternative["id"],
    name: string,
    lines: readonly Line[],
    differs: readonly string[],
  ): Alternative => {
    const bill = priced(lines);
    return {
      id,
      name,
      lines: bill,
      total: sumUsd(bill.map(({ monthlyUsd }) => monthlyUsd)),
      differs,
    };
  };
  const run = facts.runningShare;
  const load: Load = {
    ...monthOf(expected, run),
    metricDays: facts.metrics.retentionDays,
    logDays: facts.logs.retentionDays,
    infoDays: facts.logs.infoRetentionDays,
    traceDays: facts.traces.retentionDays,
    profileDays: facts.profiles.retentionDays,
    expected,
  };
  return [
    alternative(
      "aws managed",
      "Amazon Managed Prometheus and Grafana, CloudWatch Logs, X-Ray",
      awsLines(load),
      [
        "no profiles: AWS has no service that takes them",
        "metrics and logs are as old as here; X-Ray keeps 30 days",
        "queries of logs (Logs Insights, by the GB scanned) and of traces are not priced",
      ],
    ),
    alternative("grafana cloud", "Grafana Cloud Pro at list price", cloudLines(load), [
      "metrics are kept 13 months, logs, traces and profiles as long as here",
      "traffic out of AWS to the Internet is not priced",
    ]),
  ];
}

interface Load extends ReturnType<typeof monthOf> {
  readonly metricDays: number;
  readonly logDays: number;
  readonly infoDays: number;
  readonly traceDays: number;
  readonly profileDays: number;
  readonly expected: ExpectedLoad;
}

function monthOf(load: ExpectedLoad, run: number) {
  const seconds = hoursPerMonth * 3600 * run;
  return {
    samples: (load.activeSeries / load.scrapeIntervalSeconds) * seconds,
    querySamples:
      queriesPerSecond(load) *
      seconds *
      load.seriesPerQuery *
      ((load.dashboardRangeHours * 3600) / load.scrapeIntervalSeconds),
    logsGb: load.logsGbPerDay * daysPerMonth * run,
    spans: load.spansPerSecond * seconds,
    tracesGb: tracesGbPerDay(load) * daysPerMonth * run,
    profilesGb: load.profilesGbPerDay * daysPerMonth * run,
  };
}

function awsLines(load: Load): Line[] {
  const billed = over(load.samples, included.ampSamples);
  const tiers = [
    Math.min(billed, 2e9),
    Math.min(over(billed, 2e9), 250e9),
    over(billed, 252e9),
  ] as const;
  const storedGb =
    (load.samples * figure("storedBytesPerSample") * (load.metricDays / daysPerMonth)) / 1e9;
  const { infoLogShare } = load.expected;
  const logMonths =
    (infoLogShare * load.infoDays + (1 - infoLogShare) * load.logDays) / daysPerMonth;
  const traces = load.spans / figure("spansPerTrace");
  return [
    [
      "amp-samples-10m",
      tiers[0] / 1e7,
      `${count(load.samples)} samples less ${count(included.ampSamples)} free`,
    ],
    ["amp-samples-10m-next", tiers[1] / 1e7, "of the same"],
    ["amp-samples-10m-over", tiers[2] / 1e7, "of the same"],
    [
      "amp-storage-gb-month",
      over(storedGb, included.ampGb),
      `${figure("storedBytesPerSample")} bytes a sample, kept ${load.metricDays} days, less ${included.ampGb} GB free`,
    ],
    [
      "amp-query-1b",
      over(load.querySamples, included.ampQuerySamples) / 1e9,
      `${count(load.querySamples)} samples read by dashboards less ${count(included.ampQuerySamples)} free`,
    ],
    ["amg-editor", load.expected.users, "every user an editor"],
    ["logs-ingest-gb", load.logsGb, `${load.expected.logsGbPerDay} GB a day`],
    [
      "logs-storage-gb-month",
      load.logsGb * (logMonths / figure("lokiCompression")),
      `kept ${load.infoDays} and ${load.logDays} days, compressed as Loki's are, ${figure("lokiCompression")} to 1`,
    ],
    [
      "xray-traces-1m",
      over(traces, included.xrayTraces) / 1e6,
      `${count(load.spans)} spans, ${figure("spansPerTrace")} to a trace, less ${count(included.xrayTraces)} free`,
    ],
  ];
}

function cloudLines(load: Load): Line[] {
  const { expected } = load;
  const perMinute = 60 / expected.scrapeIntervalSeconds;
  const billable = expected.activeSeries * Math.max(1, perMinute);
  const months = (days: number) => Math.ceil(over(days, included.cloudRetentionDays) / 30);
  const signals = [
    { name: "logs", gb: load.logsGb },
    { name: "traces", gb: load.tracesGb },
    { name: "profiles", gb: load.profilesGb },
  ];
  const written = signals.reduce((sum, { gb }) => sum + over(gb, included.cloudGb), 0);
  const how = signals.map(({ name, gb }) => `${count(gb)} GB of ${name}`).join(", ");
  const retained =
    load.logsGb *
      (expected.infoLogShare * months(load.infoDays) +
        (1 - expected.infoLogShare) * months(load.logDays)) +
    load.tracesGb * months(load.traceDays) +
    load.profilesGb * months(load.profileDays);
  return [
    ["gc-platform", 1, "fixed"],
    [
      "gc-series-1k",
      over(billable, included.cloudSeries) / 1000,
      `${count(expected.activeSeries)} series × ${count(Math.max(1, perMinute))} samples a minute, less ${count(included.cloudSeries)}`,
    ],
    ["gc-process-gb", written, `${how}, each less ${included.cloudGb} GB`],
    ["gc-write-gb", written, "of the same"],
    [
      "gc-retain-gb",
      retained,
      `GB × months beyond the first: logs ${months(load.logDays)} (info ${months(load.infoDays)}), traces ${months(load.traceDays)}, profiles ${months(load.profileDays)}`,
    ],
    [
      "gc-user",
      over(expected.users, included.cloudUsers),
      `${expected.users} users less ${included.cloudUsers}`,
    ],
  ];
}
