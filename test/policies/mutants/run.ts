import { judge, type Judged } from "../../../policies/judge";
import type { Rule } from "../../../policies/rule";
import { BrokenPlan, types, type Mutant } from "./mutant";

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
  const verdict = await judge(plan, {
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

/** `SG:grafana` stands for a group's id and `ARN:…` for a secret's ARN, which the plan makes up. */
const withIds = (expected: string, plan: BrokenPlan): string =>
  expected
    .replace(/SG:([a-z-]+)/g, (_, role: string) => plan.id(types.group, `lgtm-${role}`))
    .replace(/ARN:([a-z-]+)/g, (_, id: string) => plan.arn(types.secret, `lgtm-${id}`))
    // Finding ids hold no spaces.
    .replace(
      /^(\S+) (.*)$/,
      (_, rule: string, finding: string) => `${rule} ${finding.replace(/\s+/g, "_")}`,
    );
