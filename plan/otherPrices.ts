/** List prices of what people would pay otherwise for the same load. Rows as in `prices.ts`; tiers have a row each. */

import type { PriceRow } from "./prices";

const awsPrometheus = {
  source: "https://aws.amazon.com/prometheus/pricing/",
  seenOn: "2026-08-15",
  confidence: "third party",
  note: "quoted from AWS's page without a region; the later tiers by a comparison of managed services, undated",
} as const;
const awsGrafana = {
  source: "https://aws.amazon.com/th/grafana/pricing/",
  seenOn: "2026-11-25",
  confidence: "vendor page",
} as const;
const awsXray = {
  source: "https://aws.amazon.com/de/xray/pricing/",
  seenOn: "2026-11-25",
  confidence: "vendor page",
} as const;
const grafanaCloud = {
  source: "https://grafana.com/pricing/",
  seenOn: "2026-09-05",
  confidence: "third party",
  note: "Pro plan, as quoted from the page; volume discounts are not published",
} as const;
const grafanaInvoice = {
  source:
    "https://grafana.com/docs/grafana-cloud/cost-management-and-billing/understand-your-invoice/logs-invoice/",
  seenOn: "2026-11-25",
  confidence: "vendor page",
} as const;

// One row a line reads as the table it is.
// prettier-ignore
export const otherPrices = [
  { id: "amp-samples-10m", what: "Managed Prometheus, samples ingested, first 2 billion", unit: "USD per 10 million", usd: 0.9, ...awsPrometheus },
  { id: "amp-samples-10m-next", what: "Managed Prometheus, samples ingested, next 250 billion", unit: "USD per 10 million", usd: 0.35, ...awsPrometheus },
  { id: "amp-samples-10m-over", what: "Managed Prometheus, samples ingested, over 252 billion", unit: "USD per 10 million", usd: 0.16, ...awsPrometheus },
  { id: "amp-storage-gb-month", what: "Managed Prometheus, metrics stored", unit: "USD per GB-month", usd: 0.03, ...awsPrometheus },
  { id: "amp-query-1b", what: "Managed Prometheus, query samples processed", unit: "USD per billion", usd: 0.1, ...awsPrometheus },
  { id: "amg-editor", what: "Managed Grafana, editor", unit: "USD per user and month", usd: 9, ...awsGrafana },
  { id: "amg-viewer", what: "Managed Grafana, viewer", unit: "USD per user and month", usd: 5, ...awsGrafana },
  { id: "xray-traces-1m", what: "X-Ray, traces recorded", unit: "USD per million", usd: 5, ...awsXray },
  { id: "gc-platform", what: "Grafana Cloud Pro, platform", unit: "USD per month", usd: 19, ...grafanaCloud },
  { id: "gc-series-1k", what: "Grafana Cloud, active series at one sample a minute", unit: "USD per 1,000", usd: 6.5, ...grafanaCloud },
  { id: "gc-user", what: "Grafana Cloud, active user", unit: "USD per user and month", usd: 8, ...grafanaCloud },
  { id: "gc-process-gb", what: "Grafana Cloud, processed", unit: "USD per GB", usd: 0.05, ...grafanaInvoice },
  { id: "gc-write-gb", what: "Grafana Cloud, written", unit: "USD per GB", usd: 0.4, ...grafanaInvoice },
  { id: "gc-retain-gb", what: "Grafana Cloud, retained for another 30 days", unit: "USD per GB", usd: 0.1, ...grafanaInvoice },
] as const satisfies readonly PriceRow[];

export type OtherPriceId = (typeof otherPrices)[number]["id"];
