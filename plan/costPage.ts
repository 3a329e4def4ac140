import type { ExpectedLoad } from "../configs/stack/expectedLoad";
import type { Alternative } from "./compare";
import type { CostItem, CostReport } from "./cost";
import { table } from "./table";

const usd = (value: number) =>
  value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const amount = (value: number) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });

/** A load in a sentence. */
export function loadInWords(load: ExpectedLoad): string {
  return (
    `${amount(load.activeSeries)} active series each ${load.scrapeIntervalSeconds} s, ` +
    `${amount(load.logsGbPerDay)} GB of logs a day in ${amount(load.logStreams)} streams, ` +
    `${amount(load.spansPerSecond)} spans/s of ${load.spanBytes} bytes, ` +
    `${amount(load.profilesGbPerDay)} GB of profiles a day, ${load.users} users, ` +
    `${amount(load.openDashboards)} dashboards open`
  );
}

/** The page that `npm run cost` prints. */
export function costPage(
  stack: string,
  cost: CostReport,
  load: ExpectedLoad,
  others: readonly Alternative[] | undefined,
): string {
  const sections: [string, string[]][] = [
    ["By item", items(cost)],
    ["By product", products(cost)],
    ...(others === undefined
      ? []
      : others.map((other): [string, string[]] => [other.name, elsewhere(other)])),
    ...(others === undefined
      ? []
      : [["The same load, USD a month", sideBySide(stack, cost, others)] as [string, string[]]]),
    ...(cost.warnings.length === 0
      ? []
      : [["Not in the sums", cost.warnings.map(({ what }) => `- ${what}`)] as [string, string[]]]),
  ];
  return [
    `Cost of stack ${stack}, a month in USD, in ${cost.region}`,
    `Expected load: ${loadInWords(load)}`,
    ...sections.flatMap(([title, lines]) => ["", title, ...lines.map((line) => `  ${line}`)]),
    "",
    "Prices with source and date: plan/prices.ts, plan/otherPrices.ts; figures of the load: plan/workload/figures.ts.",
    "",
  ].join("\n");
}

const quantity = (item: { quantity: number; unit: string }) =>
  `${amount(item.quantity)} ${item.unit}`;

function items(cost: CostReport): string[] {
  const columns = [
    { title: "item" },
    { title: "quantity" },
    { title: "price", numeric: true },
    { title: "USD", numeric: true },
    { title: "how" },
  ];
  return [
    ...table(columns, cost.items.flatMap(itemRows)),
    `fixed ${usd(cost.fixedUsd)} + usage ${usd(cost.usageUsd)} = ${usd(cost.totalWithoutContainerInsights)}; ` +
      `Container Insights ${usd(cost.containerInsightsUsd)}; in all ${usd(cost.total)}`,
  ];
}

/** A line of one product explains itself; of several, each explains its part. */
function itemRows(item: CostItem): string[][] {
  const first = [
    item.what,
    quantity(item),
    String(item.unitPriceUsd),
    usd(item.monthlyUsd),
    item.parts.length === 1
      ? [`${item.parts[0]?.product}`, item.assumption].filter(Boolean).join(": ")
      : (item.assumption ?? ""),
  ];
  const explanations = new Set(item.parts.map(({ assumption }) => assumption));
  if (explanations.size === 1) return [first];
  return [
    first,
    ...item.parts.map((part) => [
      `  ${part.product}`,
      `  ${amount(part.quantity)}`,
      "",
      `${usd(part.monthlyUsd)}  `,
      `  ${part.assumption ?? ""}`,
    ]),
  ];
}

function products(cost: CostReport): string[] {
  const columns = ["fixed", "usage", "Container Insights", "in all"];
  const row = (name: string, values: readonly number[]) => [name, ...values.map(usd)];
  return table(
    [{ title: "product" }, ...columns.map((title) => ({ title, numeric: true }))],
    [
      ...cost.products.map((each) =>
        row(each.product, [each.fixedUsd, each.usageUsd, each.containerInsightsUsd, each.total]),
      ),
      row("together", [cost.fixedUsd, cost.usageUsd, cost.containerInsightsUsd, cost.total]),
    ],
  );
}

function elsewhere(other: Alternative): string[] {
  return [
    ...table(
      [
        { title: "item" },
        { title: "quantity" },
        { title: "price", numeric: true },
        { title: "USD", numeric: true },
        { title: "how" },
      ],
      other.lines.map((line) => [
        line.what,
        quantity(line),
        String(line.unitPriceUsd),
        usd(line.monthlyUsd),
        line.how,
      ]),
    ),
    `in all ${usd(other.total)}`,
    ...other.differs.map((text) => `- ${text}`),
    `sources: ${[...new Set(other.lines.map(({ source, seenOn }) => `${source} (${seenOn})`))].join(", ")}`,
  ];
}

function sideBySide(stack: string, cost: CostReport, others: readonly Alternative[]): string[] {
  return [
    ...table(
      [{ title: "" }, { title: "USD", numeric: true }],
      [
        [`stack ${stack}`, usd(cost.total)],
        ["  without Container Insights", usd(cost.totalWithoutContainerInsights)],
        ...others.map(({ name, total }) => [name, usd(total)]),
      ],
    ),
    "what it takes to run a stack of one's own, and what it takes not to, is not in these figures",
  ];
}
