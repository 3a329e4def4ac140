/** What the cost part shows for a load. Pure: the page is made with it, and reckons with it in the browser. */

import type { ExpectedLoad } from "../../configs/stack/expectedLoad";
import { type Alternative, alternatives, type OtherLine } from "../../plan/compare";
import { sumUsd, usageItems, type CostItem } from "../../plan/costItems";
import type { PriceRow } from "../../plan/prices";
import type { CostProduct } from "../../plan/product";
import type { Workload } from "../../plan/usageCost";

/** What does not change with the load, as the page carries it along. */
export interface CostData {
  readonly workload: Workload;
  readonly prices: readonly PriceRow[];
  /** USD a month by product, without what depends on load. */
  readonly products: readonly {
    readonly product: CostProduct;
    readonly fixedUsd: number;
    readonly insightsUsd: number;
  }[];
}

export interface ProductView {
  readonly product: CostProduct;
  readonly fixedUsd: number;
  readonly usageUsd: number;
  readonly insightsUsd: number;
  readonly totalUsd: number;
}

export interface CostView {
  readonly fixedUsd: number;
  readonly usageUsd: number;
  readonly insightsUsd: number;
  readonly totalUsd: number;
  readonly products: readonly ProductView[];
  readonly usage: readonly CostItem[];
  /** What the same load costs elsewhere. */
  readonly elsewhere: readonly Alternative[];
}

/** The bill of a plan under a load. */
export function costView(
  { workload, prices, products }: CostData,
  expected: ExpectedLoad,
): CostView {
  const table = new Map(prices.map((row) => [row.id, row]));
  const load = { ...workload, expected };
  const usage = usageItems(load, table);
  const parts = usage.flatMap((item) => item.parts);
  const views = products.map(({ product, fixedUsd, insightsUsd }) => {
    const usageUsd = sumUsd(
      parts.filter((part) => part.product === product).map(({ monthlyUsd }) => monthlyUsd),
    );
    return {
      product,
      fixedUsd,
      insightsUsd,
      usageUsd,
      totalUsd: sumUsd([fixedUsd, insightsUsd, usageUsd]),
    };
  });
  const sum = (of: (view: ProductView) => number) => sumUsd(views.map(of));
  return {
    fixedUsd: sum(({ fixedUsd }) => fixedUsd),
    insightsUsd: sum(({ insightsUsd }) => insightsUsd),
    usageUsd: sum(({ usageUsd }) => usageUsd),
    totalUsd: sum(({ totalUsd }) => totalUsd),
    products: views,
    usage,
    elsewhere: alternatives(load, table),
  };
}

export const usd = (value: number): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** The cells of an item's row: what, quantity, unit, price, USD, note. */
export const itemCells = (item: CostItem): string[] => [
  item.what,
  Number(item.quantity.toFixed(2)).toLocaleString("en-US"),
  item.unit,
  String(item.unitPriceUsd),
  usd(item.monthlyUsd),
  [item.estimate === true ? "estimate" : "", item.assumption ?? noteOf(item)]
    .filter((part) => part !== "")
    .join(": "),
];

/** The cells of a line of a bill elsewhere, in the same order. */
export const otherCells = (line: OtherLine): string[] => [
  line.what,
  Number(line.quantity.toFixed(2)).toLocaleString("en-US"),
  line.unit,
  String(line.unitPriceUsd),
  usd(line.monthlyUsd),
  `${line.how} (${line.source}, ${line.seenOn})`,
];

/** Where the products' assumptions differ, each with its product. */
const noteOf = ({ parts }: CostItem): string =>
  parts
    .flatMap(({ product, assumption }) =>
      assumption === undefined ? [] : [`${product}: ${assumption}`],
    )
    .join("; ");

/** Share of the longest bar, in percent. */
export const barWidth = (value: number, view: CostView): number => {
  const most = Math.max(...view.products.map(({ totalUsd }) => totalUsd), 1);
  return Number(((value / most) * 100).toFixed(2));
};

/** The same for the bills that are compared. */
export const elsewhereWidth = (value: number, view: CostView): number => {
  const most = Math.max(view.totalUsd, ...view.elsewhere.map(({ total }) => total), 1);
  return Number(((value / most) * 100).toFixed(2));
};
