import { stackWarnings } from "../configs/stack/warnings";
import { insights } from "../stacks/insights";
import { overloadWarnings } from "./capacity/page";
import type { CostReport } from "./cost";
import type { PlannedStack } from "./makePlan";
import { measuredWarnings } from "./measured";

/** What a person should know before deploying, in the order of the plan's page and of the report. */
export function planWarnings(
  { config, catalog, capacity }: PlannedStack,
  cost: CostReport,
): readonly string[] {
  return [
    ...stackWarnings(config).map(({ row, text }) => `${text} (${row})`),
    ...insights(catalog, config).map(({ text }) => text),
    ...measuredWarnings(config),
    ...overloadWarnings(capacity),
    ...cost.warnings.map((warning) => `cost: ${warning.what}`),
  ];
}
