import { pricesOf } from "../../plan/prices";
import {
  barWidth,
  type CostData,
  type CostView,
  costView,
  elsewhereWidth,
  itemCells,
  otherCells,
  usd,
} from "../cost/view";
import { inWords, positionOf, sliders, STEPS } from "../cost/sliders";
import type { ReportFacts } from "../facts/reportFacts";
import { html, type Html, jsonIn } from "../html";
import { type Section, table } from "./section";

const head = ["item", "quantity", "unit", "USD each", "USD a month", "note"] as const;
const columns = { numeric: [1, 3, 4], className: "items" } as const;

/** The bill, with sliders for what depends on load. */
export function cost(facts: ReportFacts): Section {
  const { cost: report } = facts;
  const data = costData(facts);
  const fixed = report.items.filter(({ group }) => group !== "usage");
  return {
    id: "cost",
    title: "What a month costs",
    short: "Cost",
    body: html` <p>
        List prices in USD without tax, ${report.hoursPerMonth} hours, ${report.region}. Source and
        date of every price: <code>plan/prices.ts</code>. What depends on load is reckoned for the
        steady state, when the bucket holds as much as its retention lets it.
      </p>
      ${data === undefined ? html`<p>The plan expects no load.</p>` : turnable(data)}
      <details class="more" open>
        <summary>Items that do not depend on load</summary>
        ${table("Items that do not depend on load", head, fixed.map(itemCells), columns)}
      </details>
      ${
        report.warnings.length > 0 &&
        html`<ul>
          ${report.warnings.map(({ what }) => html`<li>${what}</li>`)}
        </ul>`
      }`,
  };
}

/** What the page carries along to reckon by itself. */
export function costData({ cost: report, workload }: ReportFacts): CostData | undefined {
  if (workload === undefined) return undefined;
  return {
    workload,
    prices: [...pricesOf(report.region).values()],
    products: report.products.map(({ product, fixedUsd, containerInsightsUsd }) => ({
      product,
      fixedUsd,
      insightsUsd: containerInsightsUsd,
    })),
  };
}

function turnable(data: CostData): Html {
  const view = costView(data, data.workload.expected);
  return html`<div class="cost" data-cost>
      <form class="sliders" aria-label="Load">
        <h3>For this load</h3>
        ${sliders.map((slider) => {
          const value = data.workload.expected[slider.key];
          return html`<div class="slider">
            <label for="load-${slider.key}">${slider.label}</label>
            <output for="load-${slider.key}" data-value="${slider.key}"
              >${inWords(slider, value)}</output
            >
            <input
              id="load-${slider.key}"
              type="range"
              min="0"
              max="${STEPS}"
              value="${positionOf(slider, value)}"
              aria-valuetext="${inWords(slider, value)}"
              data-slider="${slider.key}"
            />
          </div>`;
        })}
        <button type="reset">Back to the stack file's load</button>
        <p class="quiet">
          Sizes and counts of the tasks stay as they are: what they carry is under
          <a href="#capacity">capacity</a>.
        </p>
      </form>
      <div class="bill">
        ${sums(view)} ${bars(view)}
        <p class="legend">
          <span
            ><svg class="swatch" viewBox="0 0 36 12" aria-hidden="true">
              <rect class="part-fixed" width="36" height="12" rx="2" />
            </svg>
            fixed</span
          >
          <span
            ><svg class="swatch" viewBox="0 0 36 12" aria-hidden="true">
              <rect class="part-usage" width="36" height="12" rx="2" />
            </svg>
            by load</span
          >
          <span
            ><svg class="swatch" viewBox="0 0 36 12" aria-hidden="true">
              <rect class="part-insights" width="36" height="12" rx="2" />
            </svg>
            Container Insights</span
          >
        </p>
      </div>
    </div>
    <h3>The same load elsewhere</h3>
    ${comparison(view)}
    <details class="more" data-usage>
      <summary>Items that depend on load</summary>
      ${table("Items that depend on load", head, view.usage.map(itemCells), columns)}
    </details>
    <script type="application/json" id="cost-data">
      ${jsonIn(data)}
    </script>`;
}

const sums = (view: CostView): Html =>
  html`<dl class="sums" aria-live="polite">
    <div>
      <dt>fixed</dt>
      <dd data-sum="fixedUsd">${usd(view.fixedUsd)}</dd>
    </div>
    <div>
      <dt>by load</dt>
      <dd data-sum="usageUsd">${usd(view.usageUsd)}</dd>
    </div>
    <div>
      <dt>Container Insights</dt>
      <dd data-sum="insightsUsd">${usd(view.insightsUsd)}</dd>
    </div>
    <div class="total">
      <dt>USD a month</dt>
      <dd data-sum="totalUsd">${usd(view.totalUsd)}</dd>
    </div>
  </dl>`;

const bars = (view: CostView): Html =>
  html`<ul class="bars">
    ${view.products.map(({ product, fixedUsd, usageUsd, insightsUsd, totalUsd }) => {
      const [fixed, usage, insights] = [fixedUsd, usageUsd, insightsUsd].map((value) =>
        barWidth(value, view),
      );
      return html`<li data-product="${product}">
        <span class="bar-label">${product}</span>
        <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="part-fixed" width="${fixed}" height="10" />
          <rect class="part-usage" x="${fixed}" width="${usage}" height="10" />
          <rect
            class="part-insights"
            x="${(fixed ?? 0) + (usage ?? 0)}"
            width="${insights}"
            height="10"
          />
        </svg>
        <span class="bar-value">${usd(totalUsd)}</span>
      </li>`;
    })}
  </ul>`;

/** Bills of others for the same load, at list prices; what people cost is in none of them. */
const comparison = (view: CostView): Html =>
  html`<ul class="bars wide" data-elsewhere>
      ${[
        { id: "stack", name: "this stack", total: view.totalUsd, differs: [] as readonly string[] },
        ...view.elsewhere,
      ].map(
        ({ id, name, total, differs }) =>
          html`<li data-alternative="${id}">
            <span class="bar-label"
              >${name}<span class="quiet bar-note">${differs.join("; ")}</span></span
            >
            <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect
                class="${id === "stack" ? "part-fixed" : "part-insights"}"
                width="${elsewhereWidth(total, view)}"
                height="10"
              />
            </svg>
            <span class="bar-value">${usd(total)}</span>
          </li>`,
      )}
    </ul>
    ${view.elsewhere.map(
      ({ id, name, lines }) =>
        html`<details class="more" data-bill="${id}">
          <summary>Bill of ${name}</summary>
          ${table(`Bill of ${name}`, head, lines.map(otherCells), columns)}
        </details>`,
    )}`;
