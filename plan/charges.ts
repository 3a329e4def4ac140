/** The vocabulary of the cost table: what a plan offers, what a charge is, and careful reads of untyped records. */

import type { CostProduct } from "./product";

/** A resource of a plan in AWS's raw shape. */
export interface PlanResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the component that the resource stands below. */
  readonly parent?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Groups of the table, in the order in which they are printed. */
export const costGroups = [
  "compute",
  "network",
  "load balancer",
  "database",
  "names and secrets",
  "monitoring",
  "container insights",
  "usage",
] as const;
export type CostGroup = (typeof costGroups)[number];

/** A quantity to pay for; charges of the same price in the same group become one line of the table. */
export interface Charge {
  readonly group: CostGroup;
  readonly priceId: string;
  readonly quantity: number;
  /** Whose it is. Default: shared. */
  readonly product?: CostProduct;
  readonly assumption?: string;
}

/** Something that costs money, or may, and is not in the sums. */
export interface CostWarning {
  readonly id: string;
  readonly what: string;
  readonly urns: readonly string[];
}

export function charge(
  group: CostGroup,
  priceId: string,
  quantity: number,
  assumption?: string,
): Charge {
  return assumption === undefined
    ? { group, priceId, quantity }
    : { group, priceId, quantity, assumption };
}

export function hasType(resource: PlanResource, type: string): boolean {
  return resource.type === type;
}

/** A record, whatever came in. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** A list of records: Pulumi writes a block that may occur once as a record, one that may repeat as a list. */
export function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(record) : [record(value)];
}

export function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function toNumber(value: unknown): number | undefined {
  const parsed = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}

/** Length of a list that is compared by value, so that a zone named twice counts once. */
export function distinct(value: unknown): number {
  return Array.isArray(value) ? new Set(value).size : 0;
}
