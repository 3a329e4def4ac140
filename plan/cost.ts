/** The monthly bill of a plan, item by item and product by product, from its resources and its expected load. */

import type { Charge, CostGroup, CostWarning, PlanResource } from "./charges";
import { cents, costItems, sumUsd, type CostItem } from "./costItems";
import { chargesOf, fargateServices, type ServiceRun } from "./fargateCost";
import { containerInsights, fixedCharges, unpriced } from "./fixedCost";
import { pricesOf, type PriceRow } from "./prices";
import { costProducts, ownersOf, type CostProduct } from "./product";
import { usageCharges, type Workload } from "./usageCost";

export type { CostGroup, CostWarning, PlanResource } from "./charges";
export type { CostItem, CostPart } from "./costItems";
export { containerInsightsMetrics, unpricedBillableTypes } from "./fixedCost";
export type { Workload } from "./usageCost";

export interface CostOptions {
  readonly region: string;
  /** Hours of a month. Default 730. */
  readonly hoursPerMonth?: number;
  /** The load to price. Without it nothing that depends on load is in the sums, and a warning says so. */
  readonly workload?: Workload;
}

/** What one ECS service costs of Fargate. */
export interface ServiceCost {
  readonly name: string;
  readonly product: CostProduct;
  readonly tasks: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly architecture: "x86" | "arm";
  readonly spotShare: number;
  readonly hoursPerWeek: number;
  readonly monthlyUsd: number;
}

/** What one product costs. */
export interface ProductCost {
  readonly product: CostProduct;
  readonly fixedUsd: number;
  readonly usageUsd: number;
  readonly containerInsightsUsd: number;
  readonly total: number;
}

export interface CostReport {
  readonly region: string;
  readonly hoursPerMonth: number;
  readonly items: readonly CostItem[];
  /** The same money by product, those that cost nothing left out. */
  readonly products: readonly ProductCost[];
  readonly services: readonly ServiceCost[];
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

/**
 * Prices a plan: its resources, and the load it was made for.
 *
 * @param workload Another load than the plan's own.
 * @throws UnknownPriceRegionError for a region without a price table; the message names those that have one.
 */
export function costOfPlan(
  plan: {
    readonly region: string;
    readonly resources: readonly PlanResource[];
    readonly workload?: Workload;
  },
  workload: Workload | undefined = plan.workload,
): CostReport {
  return monthlyCost(plan.resources, { region: plan.region, workload });
}

/**
 * Prices resources.
 *
 * @throws UnknownPriceRegionError for a region without a price table; the message names those that have one.
 */
export function monthlyCost(resources: readonly PlanResource[], options: CostOptions): CostReport {
  const table: ReadonlyMap<string, PriceRow> = pricesOf(options.region);
  const hoursPerMonth = options.hoursPerMonth ?? 730;
  const warnings: CostWarning[] = [];
  const sorted = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  const ownerOf = ownersOf(sorted);
  const byUrn = new Map(sorted.map((resource) => [resource.urn, resource]));
  const services = fargateServices(sorted, hoursPerMonth, warnings).map((service) => {
    const resource = byUrn.get(service.urn);
    return { ...service, product: resource === undefined ? "shared" : ownerOf(resource).product };
  });
  const owned = (product: CostProduct, charges: readonly Charge[]): Charge[] =>
    charges.map((charge) => ({ ...charge, product }));

  const items = costItems(
    [
      ...services.flatMap((service) => owned(service.product, chargesOf(service))),
      ...sorted.flatMap((resource) =>
        owned(ownerOf(resource).product, fixedCharges(resource, hoursPerMonth, services)),
      ),
      ...containerInsights(sorted, services),
      ...(options.workload === undefined ? [] : usageCharges(options.workload)),
    ],
    table,
    warnings,
  );
  warnings.push(...unpriced(sorted));
  if (options.workload === undefined) warnings.push(noLoad);

  const of = (match: (group: CostGroup) => boolean): number =>
    sumUsd(items.filter(({ group }) => match(group)).map(({ monthlyUsd }) => monthlyUsd));
  const usageUsd = of((group) => group === "usage");
  const containerInsightsUsd = of((group) => group === "container insights");
  const fixedUsd = of((group) => group !== "usage" && group !== "container insights");
  return {
    region: options.region,
    hoursPerMonth,
    items,
    products: productCosts(items),
    services: services.map((service) => serviceCost(service, table)),
    warnings,
    fixedUsd,
    usageUsd,
    containerInsightsUsd,
    totalWithoutContainerInsights: sumUsd([fixedUsd, usageUsd]),
    totalWithoutUsage: sumUsd([fixedUsd, containerInsightsUsd]),
    total: sumUsd([fixedUsd, usageUsd, containerInsightsUsd]),
  };
}

const noLoad: CostWarning = {
  id: "no-load",
  what: "no expected load is known: storage, requests and traffic are not in the sums",
  urns: [],
};

function productCosts(items: readonly CostItem[]): ProductCost[] {
  return costProducts.flatMap((product) => {
    const usdOf = (match: (group: CostGroup) => boolean) =>
      sumUsd(
        items
          .filter(({ group }) => match(group))
          .flatMap(({ parts }) => parts)
          .filter((part) => part.product === product)
          .map(({ monthlyUsd }) => monthlyUsd),
      );
    const usageUsd = usdOf((group) => group === "usage");
    const containerInsightsUsd = usdOf((group) => group === "container insights");
    const fixedUsd = usdOf((group) => group !== "usage" && group !== "container insights");
    const total = sumUsd([fixedUsd, usageUsd, containerInsightsUsd]);
    return total === 0 ? [] : [{ product, fixedUsd, usageUsd, containerInsightsUsd, total }];
  });
}

function serviceCost(
  service: ServiceRun & { readonly product: CostProduct },
  table: ReadonlyMap<string, PriceRow>,
): ServiceCost {
  const { name, product, tasks, vcpu, memoryGb, architecture, spotShare, hoursPerWeek } = service;
  const usd = chargesOf(service).map((c) => c.quantity * (table.get(c.priceId)?.usd ?? 0));
  return {
    name,
    product,
    tasks,
    vcpu,
    memoryGb,
    architecture,
    spotShare,
    hoursPerWeek,
    monthlyUsd: cents(usd.reduce((a, b) => a + b, 0)),
  };
}
