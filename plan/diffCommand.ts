import { costOfPlan } from "./cost";
import { diffPlans } from "./diff";
import { replacements } from "./diffReplacements";
import { diffMarkdown, diffText, type DiffCost } from "./diffReport";
import type { Plan } from "./plan";
import { readPlanFile } from "./planFile";
import { UnknownPriceRegionError } from "./prices";

export interface CompareOptions {
  readonly markdown?: boolean;
  readonly allowDataLoss?: boolean;
}

export interface Comparison {
  readonly text: string;
  /** Data would be lost and nobody said that it is meant. */
  readonly stopped: boolean;
}

/**
 * Compares a plan with the one in a file, which is taken as what is deployed.
 *
 * @throws Error where the file is no plan of this stack.
 */
export function compareWith(plan: Plan, file: string, options: CompareOptions = {}): Comparison {
  const before = readPlanFile(file);
  if (before.stack !== plan.stack) {
    throw new Error(
      `${file} is a plan of stack ${before.stack}, not of ${plan.stack}: name a plan.json of the same stack`,
    );
  }
  const diff = diffPlans(before, plan, replacements);
  const report = { cost: costOf(before, plan), allowDataLoss: options.allowDataLoss };
  return {
    text: options.markdown === true ? diffMarkdown(diff, report) : diffText(diff, report),
    stopped: diff.dataLoss.length > 0 && options.allowDataLoss !== true,
  };
}

function costOf(before: Plan, after: Plan): DiffCost | undefined {
  try {
    return {
      before: costOfPlan(before),
      after: costOfPlan(after),
    };
  } catch (error) {
    if (error instanceof UnknownPriceRegionError) return undefined;
    throw error;
  }
}
