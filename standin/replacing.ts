import { replacementFacts } from "./replacement";

/** The changed properties that cannot change in place. */
export function replacingProperties(type: string, changed: readonly string[]): string[] {
  // The random provider computes once: anything else asked for is another random value.
  if (type.startsWith("random:")) return [...changed];
  if (type === "aws:ecs/taskDefinition:TaskDefinition")
    return changed.filter((each) => each !== "tags");
  const known = replacementFacts[type]?.properties ?? [];
  return changed.filter((each) => known.includes(each));
}
