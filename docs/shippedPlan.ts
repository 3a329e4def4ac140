import * as path from "node:path";
import lgtm from "../index";
import { makePlan, type PlannedStack } from "../plan/makePlan";
import { withoutStackTraces } from "../plan/withoutStackTraces";

const planned = new Map<string, Promise<PlannedStack>>();

/** The plan of a shipped stack file. Planned once in a process: wait for one before asking for the next. */
export function shippedPlan(root: string, file: string): Promise<PlannedStack> {
  const absolute = path.join(root, file);
  const known = planned.get(absolute);
  if (known !== undefined) return known;
  const plan = planOfFile(absolute);
  planned.set(absolute, plan);
  return plan;
}

/** The plan of a stack file, with every check that a file gets. @throws StackConfigError */
export const planOfFile = (file: string): Promise<PlannedStack> =>
  withoutStackTraces(() => makePlan(file, () => Promise.resolve(lgtm())));
