/** The monthly bill of a plan, item by item, from its resources alone. */

import {
  costGroups,
  type Charge,
  type CostGroup,
  type CostWarning,
  type PlanResource,
} from "./charges";
import { chargesOf, fargateServices, type ServiceRun } from "./fargateCost";
import { containerInsights, fixedCharges, unpriced } from "./fixedCost";
import { pricesOf, type PriceRow } from "./prices";
import { defaultUsage, usageCharges, type UsageAssumptions } from "./usageCost";

export type { CostGroup, CostWarning, PlanResource } from "./charges";
export { containerInsightsMetrics, unpricedBillableTypes } from "./fixedCost";
export { defaultUsage, type UsageAssumptions } from "./usageCost";

export interface CostOptions {
  readonly region: string;
  /** Hours of a month. Default 730. */
  readonly hoursPerMonth?: number;
  /** Replaces single assumptions of {@link defaultUsage}. */
  readonly usage?: Partial<UsageAssumptions>;
}

/** One line of the table. */
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
  /** The quantity or the price is an estimate. */
  readonly estimate?: boolean;
  readonly assumption?: string;
}

/** What one ECS service costs of Fargate. */
export interface ServiceCost {
  readonly name: string;
  readonly tasks: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly architecture: "x86" | "arm";
  readonly spotShare: number;
  readonly hoursPerWeek: number;
  readonly monthlyUsd: number;
}

export interface CostReport {
  readonly region: string;
  readonly hoursPerMonth: number;
  readonly items: readonly CostItem[];
  readonly services: readonly ServiceCost[];
  readonly usage: UsageAssumptions;
  readonly warnings: readonly CostWarning[];
  /** What the plan costs whatever the load: no usage, no Container Insights. */
  readonly fixedUsd: number;
  readonly usageUsd: number;
  readonly containerInsightsUsd: number;
  /** fixed + usage: the figure to compare with a budget. */
  readonly totalWithoutContainerInsights: number;
  /** fixed + Container Insights. */
  readonly totalWithoutUsage: number;
  readonly total: number;
}

const cents = (usd: number): number => Math.round(usd * 100) / 100;
const sum = (values: readonly number[]): number => cents(values.reduce((a, b) => a + b, 0));

/**
 * Prices a plan.
 *
 * @throws UnknownPriceRegionError for a region without a price table; the message names those that have one.
 */
export function monthlyCost(resources: readonly PlanResource[], options: CostOptions): CostReport {
  const table: ReadonlyMap<string, PriceRow> = pricesOf(options.region);
  const hoursPerMonth = options.hoursPerMonth ?? 730;
  const usage = { ...defaultUsage, ...options.usage };
  const warnings: CostWarning[] = [];
  const sorted = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  const services = fargateServices(sorted, hoursPerMonth, warnings);

  const items = toItems(
    [
      ...services.flatMap(chargesOf),
      ...sorted.flatMap((resource) => fixedCharges(resource, hoursPerMonth, services)),
      ...containerInsights(sorted, services),
      ...usageCharges(sorted, usage, hoursPerMonth),
    ],
    table,
    warnings,
  );
  warnings.push(...unpriced(sorted));

  const of = (match: (group: CostGroup) => boolean): number =>
    sum(items.filter(({ group }) => match(group)).map(({ monthlyUsd }) => monthlyUsd));
  const usageUsd = of((group) => group === "usage (assumed)");
  const containerInsightsUsd = of((group) => group === "container insights");
  const fixedUsd = of((group) => group !== "usage (assumed)" && group !== "container insights");
  return {
    region: options.region,
    hoursPerMonth,
    items,
    services: services.map((service) => serviceCost(service, table)),
    usage,
    warnings,
    fixedUsd,
    usageUsd,
    containerInsightsUsd,
    totalWithoutContainerInsights: sum([fixedUsd, usageUsd]),
    totalWithoutUsage: sum([fixedUsd, containerInsightsUsd]),
    total: sum([fixedUsd, usageUsd, containerInsightsUsd]),
  };
}

function serviceCost(service: ServiceRun, table: ReadonlyMap<string, PriceRow>): ServiceCost {
  const { name, tasks, vcpu, memoryGb, architecture, spotShare, hoursPerWeek } = service;
  const usd = chargesOf(service).map((c) => c.quantity * (table.get(c.priceId)?.usd ?? 0));
  return {
    name,
    tasks,
    vcpu,
    memoryGb,
    architecture,
    spotShare,
    hoursPerWeek,
    monthlyUsd: sum(usd),
  };
}

function toItems(
  charges: readonly Charge[],
  table: ReadonlyMap<string, PriceRow>,
  warnings: CostWarning[],
): CostItem[] {
  const merged = new Map<string, Charge>();
  for (const one of charges) {
    const key = `${one.group}/${one.priceId}`;
    const sameLine = merged.get(key);
    merged.set(key, sameLine ? { ...sameLine, quantity: sameLine.quantity + one.quantity } : one);
  }
  const order = [...table.keys()];
  return [...merged.entries()]
    .flatMap(([id, { group, priceId, quantity, assumption }]) => {
      const price = table.get(priceId);
      if (price === undefined) {
        warnings.push({
          id: "no-price",
          what: `${quantity} × "${priceId}" is not in the price table: not in the sums`,
          urns: [],
        });
        return [];
      }
      const derived = price.confidence === "third party" ? price.note : undefined;
      const assumptions = [assumption, derived].filter((note) => note !== undefined).join("; ");
      const isEstimate =
        group === "usage (assumed)" || group === "container insights" || derived !== undefined;
      return [
        {
          id,
          group,
          // The same price buys any custom metric; here it is the price of Container Insights.
          what: group === "container insights" ? `Container Insights: ${price.what}` : price.what,
          quantity,
          unit: price.unit.replace(/^USD per /, ""),
          unitPriceUsd: price.usd,
          monthlyUsd: cents(quantity * price.usd),
          priceId,
          ...(isEstimate ? { estimate: true } : {}),
          ...(assumptions === "" ? {} : { assumption: assumptions }),
        } satisfies CostItem,
      ];
    })
    .sort(
      (a, b) =>
        costGroups.indexOf(a.group) - costGroups.indexOf(b.group) ||
        order.indexOf(a.priceId) - order.indexOf(b.priceId),
    );
}
