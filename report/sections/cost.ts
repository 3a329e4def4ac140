import type { ReportFacts } from "../facts/reportFacts";
import { html, type Html } from "../html";
import { type Section, table, usd } from "./section";

export function cost(facts: ReportFacts): Section {
  const { cost: report } = facts;
  return {
    id: "cost",
    title: "What a month costs",
    short: "Cost",
    body: html` <p>
        List prices in USD without tax, ${report.hoursPerMonth} hours, ${report.region}. Source and
        date of every price: <code>plan/prices.ts</code>.
      </p>
      <h3>By product</h3>
      ${byProduct(facts)}
      <h3>By item</h3>
      ${table(
        "Cost by item",
        ["item", "quantity", "unit", "USD each", "USD a month", "note"],
        report.items.map((item) => [
          item.what,
          Number(item.quantity.toFixed(2)).toLocaleString("en-US"),
          item.unit,
          String(item.unitPriceUsd),
          usd(item.monthlyUsd),
          [item.estimate === true ? "estimate" : "", item.assumption ?? ""]
            .filter((part) => part !== "")
            .join(": "),
        ]),
        { numeric: [1, 3, 4] },
      )}
      <p class="totals">
        fixed ${usd(report.fixedUsd)} + usage (assumed) ${usd(report.usageUsd)} + Container Insights
        ${usd(report.containerInsightsUsd)} = <strong>${usd(report.total)}</strong>
      </p>
      ${
        report.warnings.length > 0 &&
        html`<ul>
          ${report.warnings.map(({ what }) => html`<li>${what}</li>`)}
        </ul>`
      }`,
  };
}

/** Fargate by product; everything that no product owns is shared. */
function byProduct({ cost: report, roles }: ReportFacts): Html {
  const sums = new Map<string, number>();
  for (const { name, monthlyUsd } of report.services) {
    const product = roles.find(({ services }) =>
      services.some((each) => each.name === name),
    )?.product;
    const key = product ?? "other services";
    sums.set(key, (sums.get(key) ?? 0) + monthlyUsd);
  }
  const fargate = [...sums.values()].reduce((a, b) => a + b, 0);
  const rows = [
    ...[...sums].map(([product, value]) => ({ product, value })),
    {
      product: "shared: network, front door, database, storage, monitoring",
      value: report.total - fargate,
    },
  ].sort((a, b) => b.value - a.value);
  const most = Math.max(...rows.map(({ value }) => value), 1);
  return html`<ul class="bars">
    ${rows.map(
      ({ product, value }) =>
        html`<li>
          <span class="bar-label">${product}</span>
          <svg
            class="bar product-${product.split(":")[0] ?? ""}"
            viewBox="0 0 100 10"
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <rect width="${Math.max(0.5, (value / most) * 100).toFixed(2)}" height="10" rx="1" />
          </svg>
          <span class="bar-value">${usd(value)}</span>
        </li>`,
    )}
  </ul>`;
}
