/** Charges become the lines of the table. Free of Node's own modules: a page reckons with it in the browser. */

import { costGroups, type Charge, type CostGroup, type CostWarning } from "./charges";
import type { PriceRow } from "./prices";
import { costProducts, type CostProduct } from "./product";
import { usageCharges, type Workload } from "./usageCost";

/** What one product has of a line. */
export interface CostPart {
  readonly product: CostProduct;
  readonly quantity: number;
  /** Rounded to a cent; the parts of an item add up to it. */
  readonly monthlyUsd: number;
  /** How the quantity comes about, where that is not plain. */
  readonly assumption?: string;
}

/** One line of the table: all that is paid at one price in one group. */
export interface CostItem {
  readonly id: string;
  readonly group: CostGroup;
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  readonly unitPriceUsd: number;
  /** Rounded to a cent, so that printed lines add up to the printed total. */
  readonly monthlyUsd: number;
  readonly priceId: string;
  /** By product, in the order of {@link costProducts}. */
  readonly parts: readonly CostPart[];
  /** The quantity or the price is an estimate. */
  readonly estimate?: boolean;
  /** The parts' assumptions where they are one, and what is known of the price. */
  readonly assumption?: string;
}

/** Prices by their id. */
export type PriceTable = ReadonlyMap<string, PriceRow>;

export const cents = (usd: number): number => Math.round(usd * 100) / 100;
export const sumUsd = (values: readonly number[]): number =>
  cents(values.reduce((a, b) => a + b, 0));

/** The lines of a load alone, without the plan's fixed ones. */
export function usageItems(workload: Workload, table: PriceTable): CostItem[] {
  return costItems(usageCharges(workload), table, []);
}

/** Makes lines of charges; what has no price goes into `warnings`. */
export function costItems(
  charges: readonly Charge[],
  table: PriceTable,
  warnings: CostWarning[],
): CostItem[] {
  const order = [...table.keys()];
  return [...byLine(charges).values()]
    .flatMap((line) => {
      const [first] = line;
      if (first === undefined) return [];
      const { group, priceId } = first;
      const price = table.get(priceId);
      if (price === undefined) {
        const quantity = line.reduce((sum, each) => sum + each.quantity, 0);
        warnings.push({
          id: "no-price",
          what: `${quantity} × "${priceId}" is not in the price table: not in the sums`,
          urns: [],
        });
        return [];
      }
      return [itemOf(group, line, price)];
    })
    .sort(
      (a, b) =>
        costGroups.indexOf(a.group) - costGroups.indexOf(b.group) ||
        order.indexOf(a.priceId) - order.indexOf(b.priceId),
    );
}

function byLine(charges: readonly Charge[]): ReadonlyMap<string, readonly Charge[]> {
  const lines = new Map<string, Charge[]>();
  for (const charge of charges) {
    const id = `${charge.group}/${charge.priceId}`;
    const line = lines.get(id);
    if (line === undefined) lines.set(id, [charge]);
    else line.push(charge);
  }
  return lines;
}

function itemOf(group: CostGroup, charges: readonly Charge[], price: PriceRow): CostItem {
  const parts = costProducts.flatMap((product) => {
    const own = charges.filter((each) => (each.product ?? "shared") === product);
    return own.length === 0 ? [] : [partOf(product, own, price)];
  });
  const assumptions = [...new Set(parts.map(({ assumption }) => assumption))];
  const known = price.confidence === "price list" ? undefined : price.note;
  const notes = [...(assumptions.length === 1 ? assumptions : []), known].filter(
    (note) => note !== undefined,
  );
  const isEstimate = group === "usage" || group === "container insights" || known !== undefined;
  return {
    id: `${group}/${price.id}`,
    group,
    // The same price buys any custom metric; here it is the price of Container Insights.
    what: group === "container insights" ? `Container Insights: ${price.what}` : price.what,
    quantity: charges.reduce((sum, { quantity }) => sum + quantity, 0),
    unit: price.unit.replace(/^USD per /, ""),
    unitPriceUsd: price.usd,
    monthlyUsd: sumUsd(parts.map(({ monthlyUsd }) => monthlyUsd)),
    priceId: price.id,
    parts,
    ...(isEstimate ? { estimate: true } : {}),
    ...(notes.length === 0 ? {} : { assumption: notes.join("; ") }),
  };
}

function partOf(product: CostProduct, charges: readonly Charge[], price: PriceRow): CostPart {
  const quantity = charges.reduce((sum, each) => sum + each.quantity, 0);
  const assumptions = [...new Set(charges.flatMap(({ assumption }) => assumption ?? []))];
  return {
    product,
    quantity,
    monthlyUsd: cents(quantity * price.usd),
    ...(assumptions.length === 0 ? {} : { assumption: assumptions.join("; ") }),
  };
}
