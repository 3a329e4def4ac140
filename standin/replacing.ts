import type { Properties } from "./types";

/** The changed properties that cannot change in place. */
export function replacingProperties(
  type: string,
  _olds: Properties,
  _news: Properties,
  changed: readonly string[],
): string[] {
  if (type === "aws:ecs/taskDefinition:TaskDefinition")
    return changed.filter((each) => each !== "tags");
  return [];
}
