import * as fs from "node:fs";
import type { Plan } from "./plan";

/**
 * The plan in a file that `npm run plan` wrote.
 *
 * @throws Error where it cannot be read, or is something else.
 */
export function readPlanFile(file: string): Plan {
  let content: unknown;
  try {
    content = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(
      `${file} cannot be read as a plan: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const plan = content as Partial<Plan> | null;
  if (plan?.version !== 1 || !Array.isArray(plan.resources)) {
    throw new Error(
      `${file} is no plan of version 1: name a plan.json that \`npm run plan\` wrote`,
    );
  }
  return plan as Plan;
}
