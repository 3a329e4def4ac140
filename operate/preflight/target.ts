import type { StackConfig } from "../../configs/stack/schema";
import type { Plan, PlannedResource } from "../../plan/plan";

/** What is to be deployed, and from which file. */
export interface Target {
  readonly config: StackConfig;
  readonly plan: Plan;
  /** Host names of the front door. */
  readonly hosts: readonly string[];
}

export type Tags = Readonly<Record<string, string | undefined>>;

/** Whether something that exists carries this stack's default tags: then an earlier `up` made it. */
export function isOurs({ plan, config }: Target, tags: Tags): boolean {
  return (
    tags["lgtm:name"] === config.name &&
    tags["pulumi:project"] === plan.project &&
    tags["pulumi:stack"] === plan.stack
  );
}

/** Names that a type of resource gets in this plan. */
export function namesOf({ plan }: Target, type: string, property = "name"): string[] {
  return resourcesOf(plan, type)
    .map(({ inputs }) => inputs[property])
    .filter((name): name is string => typeof name === "string");
}

export const resourcesOf = (plan: Plan, type: string): PlannedResource[] =>
  plan.resources.filter((resource) => resource.type === type);
