import type { EngineEvent } from "@pulumi/pulumi/automation";
import { judge, type Judged } from "../../policies/judge";
import { parseMessage } from "../../policies/policy";
import { mutants } from "../policies/mutants/all";
import { BrokenPlan, type Mutant } from "../policies/mutants/mutant";

/** `RULE FINDING URN` of each finding in the engine's events. */
export function findings(events: readonly EngineEvent[]): string[] {
  return unique(
    events.flatMap(({ policyEvent }) => {
      const parsed = policyEvent === undefined ? undefined : parseMessage(policyEvent.message);
      return parsed === undefined
        ? []
        : [`${parsed.rule} ${parsed.finding} ${policyEvent?.resourceUrn ?? ""}`];
    }),
  );
}

export const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/**
 * Few plans in which every rule has something to find: as many mutants in one as go together, each for rules that no
 * other has shown yet. A rule that finds nothing, because another mutant hides what it looks at, is tried once more.
 *
 * @throws Error where a plan shows no rule that those before it did not.
 */
export async function batches(
  shipped: Judged,
  policyConfig: Readonly<Record<string, unknown>>,
): Promise<BrokenPlan[]> {
  const candidates = mutants.filter(({ stack }) => stack === "prod");
  const waiting = new Set(candidates.flatMap(rulesOf));
  const before = fieldsOf(new BrokenPlan(shipped));
  const known = new Map<Mutant, readonly string[]>();
  // Only of those that are needed: what a mutant changes is found by applying it, which takes time.
  const fieldsChangedBy = (mutant: Mutant) => {
    const fields = known.get(mutant) ?? changedBy(mutant, shipped, before);
    known.set(mutant, fields);
    return fields;
  };
  const plans: BrokenPlan[] = [];
  while (waiting.size > 0) {
    const plan = new BrokenPlan(shipped);
    const touched = new Set<string>();
    const tried = new Set<string>();
    for (const mutant of candidates) {
      const rules = rulesOf(mutant).filter((rule) => waiting.has(rule) && !tried.has(rule));
      if (rules.length === 0) continue;
      const fields = fieldsChangedBy(mutant);
      // A resource that a mutant before this one took away can't be changed any more.
      const isTaken = (field: string) =>
        touched.has(field) || touched.has(field.split(" ")[0] ?? "");
      if (fields.some(isTaken)) continue;
      for (const field of fields) touched.add(field);
      for (const rule of rules) tried.add(rule);
      mutant.apply(plan);
    }
    const { findings: found } = await judge(plan, { policyConfig });
    const left = waiting.size;
    for (const { rule } of found) waiting.delete(rule);
    if (waiting.size === left) throw new Error(`no mutant shows ${[...waiting].join(", ")}`);
    plans.push(plan);
  }
  return plans;
}

const rulesOf = ({ expected }: Mutant): string[] =>
  expected.map((each) => each.split(" ")[0] ?? "");

/** Fields of resources that a mutant changes; all of those that it adds or removes. */
function changedBy(mutant: Mutant, shipped: Judged, before: ReadonlyMap<string, string>): string[] {
  const plan = new BrokenPlan(shipped);
  mutant.apply(plan);
  const after = fieldsOf(plan);
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (field) => before.get(field) !== after.get(field),
  );
}

/** `URN` and `URN field` → value as JSON. A change of an input is one of the output of the same name, too. */
const fieldsOf = ({ resources }: BrokenPlan): ReadonlyMap<string, string> =>
  new Map(
    resources.flatMap(({ urn, inputs, outputs, ...options }) => [
      [urn, ""] as const,
      ...Object.entries({ ...options, ...outputs, ...inputs }).map(
        ([field, value]) => [`${urn} ${field}`, JSON.stringify(value)] as const,
      ),
    ]),
  );
