import type { StackConfig } from "../configs/stack/schema";

/** A monthly AWS budget. */
export interface BudgetSpec {
  readonly name: string;
  readonly limitUsd: number;
  /** What is counted; everything in the account where it is empty. */
  readonly filters: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** When to say so, in percent of the limit. */
  readonly notifications: readonly {
    readonly notificationType: "ACTUAL" | "FORECASTED";
    readonly threshold: number;
  }[];
}

/** The budget that a stack file asks for; none where it names no amount. */
export function budget({ name, watch }: StackConfig): BudgetSpec | undefined {
  if (watch.monthlyBudgetUsd === undefined) return undefined;
  return {
    name: `${name}-monthly`,
    limitUsd: watch.monthlyBudgetUsd,
    filters:
      watch.budgetScope === "stack"
        ? [
            // "user:" marks a tag that is not AWS's own, "$" separates key and value
            // (AWS Cost Management API reference, Budget, CostFilters).
            { name: "TagKeyValue", values: [`user:lgtm:name$${name}`] },
          ]
        : [],
    notifications: [
      { notificationType: "ACTUAL", threshold: 80 },
      { notificationType: "ACTUAL", threshold: 100 },
      { notificationType: "FORECASTED", threshold: 100 },
    ],
  };
}
