import * as path from "node:path";
import type { StackConfig } from "../configs/stack/schema";
import { loadStack } from "../configs/stack/load";
import { buildCatalog } from "../stacks/catalog";
import { stackChecks } from "../stacks/stackChecks";
import type { Catalog } from "../stacks/types";
import { capacityOf, type RoleCapacity } from "./capacity/capacity";
import { planOf, type Plan } from "./plan";
import { record, type Recording } from "./record";
import type { Workload } from "./usageCost";
import { loadFacts } from "./workload/facts";

export const PROJECT = "lgtm";

export interface PlannedStack {
  readonly config: StackConfig;
  readonly catalog: Catalog;
  readonly plan: Plan & { readonly workload: Workload };
  readonly recording: Recording;
  /** What each role carries of the expected load. */
  readonly capacity: readonly RoleCapacity[];
}

/**
 * Plans one stack: reads and checks its file, runs the program in this process, resolves everything.
 *
 * @param file Path of `Pulumi.STACK.yaml`.
 * @param program Loads the program; the default is the very `index.ts` that `pulumi up` runs.
 * @throws StackConfigError with every mistake of the file; the stand-in's and the program's own errors.
 */
export async function makePlan(
  file: string,
  program: () => Promise<unknown> = async () => (await import("../index")).default(),
): Promise<PlannedStack> {
  const { config, pulumiConfig, secretKeys } = loadStack(path.resolve(file), stackChecks);
  const facts = {
    project: PROJECT,
    stack: config.stack,
    accountId: config.accountId,
    region: config.region,
  };
  const recording = await record(program, { ...facts, config: pulumiConfig, secretKeys });
  return plannedStack(config, buildCatalog(config), recording);
}

/** The plan of what was recorded while the program ran with a configuration. */
export function plannedStack(
  config: StackConfig,
  catalog: Catalog,
  recording: Recording,
): PlannedStack {
  const { stack, accountId, region } = config;
  const plan = planOf(recording, { project: PROJECT, stack, accountId, region });
  const workload = { expected: config.expectedLoad, facts: loadFacts(config, plan.resources) };
  const capacity = capacityOf(config, config.expectedLoad);
  return { config, catalog, plan: { ...plan, workload }, recording, capacity };
}
