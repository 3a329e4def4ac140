import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Judged } from "../../policies/judge";
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

/** Few plans in which every rule has something to find: as many mutants in one as go together. */
export function batches(shipped: Judged): BrokenPlan[] {
  const waiting = new Map<string, Mutant>();
  for (const mutant of mutants.filter(({ stack }) => stack === "prod")) {
    for (const expected of mutant.expected) {
      const rule = expected.split(" ")[0] ?? "";
      if (!waiting.has(rule)) waiting.set(rule, mutant);
    }
  }
  let rest = [...new Set(waiting.values())];
  const plans: BrokenPlan[] = [];
  while (rest.length > 0) {
    const plan = new BrokenPlan(shipped);
    const later: Mutant[] = [];
    const touched = new Set<string>();
    for (const mutant of rest) {
      const places = changedBy(mutant, shipped);
      if (places.some((place) => touched.has(place))) {
        later.push(mutant);
        continue;
      }
      for (const place of places) touched.add(place);
      mutant.apply(plan);
    }
    plans.push(plan);
    rest = later;
  }
  return plans;
}

/** Resources that a mutant changes, adds or removes. */
function changedBy(mutant: Mutant, shipped: Judged): string[] {
  const plan = new BrokenPlan(shipped);
  const before = new Map(plan.resources.map((each) => [each.urn, JSON.stringify(each)]));
  mutant.apply(plan);
  const after = new Map(plan.resources.map((each) => [each.urn, JSON.stringify(each)]));
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (urn) => before.get(urn) !== after.get(urn),
  );
}
