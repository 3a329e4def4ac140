import { judge, type Judged } from "../../../policies/judge";
import type { Rule } from "../../../policies/rule";
import { BrokenPlan, type Mutant } from "./mutant";

export interface Outcome {
  readonly mutant: Mutant;
  /** Findings that were given, `RULE FINDING`. */
  readonly given: readonly string[];
  readonly missing: readonly string[];
  readonly surprising: readonly string[];
}

export const isKilled = (outcome: Outcome): boolean =>
  outcome.missing.length === 0 && outcome.surprising.length === 0;

export type ShippedPlans = Readonly<Record<Mutant["stack"], Judged>>;

/** Settings that the shipped examples give the pack. */
export type Settings = Readonly<Record<Mutant["stack"], Readonly<Record<string, unknown>>>>;

/** Breaks the plan as the mutant says and judges it. */
export async function run(
  mutant: Mutant,
  plans: ShippedPlans,
  settings: Settings,
  rules?: readonly Rule[],
): Promise<Outcome> {
  const plan = new BrokenPlan(plans[mutant.stack]);
  mutant.apply(plan);
  const verdict = await judge(plan as Judged, {
    policyConfig: settings[mutant.stack],
    ...(rules === undefined ? {} : { rules }),
  });
  const given = [...new Set(verdict.findings.map(({ rule, finding }) => `${rule} ${finding}`))];
  const expected = mutant.expected.map((each) => withIds(each, plan));
  return {
    mutant,
    given,
    missing: expected.filter((each) => !given.includes(each)),
    surprising: given.filter((each) => !expected.includes(each)),
  };
}

/** `SG:grafana` stands for the id of a group, which resource rules see in the place of its name. */
const withIds = (expected: string, plan: BrokenPlan): string =>
  expected.replace(/SG:([a-z-]+)/g, (_, role: string) =>
    plan.id("aws:ec2/securityGroup:SecurityGroup", `lgtm-${role}`),
  );
