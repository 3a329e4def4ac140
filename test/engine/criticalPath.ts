import type { PlannedResource } from "../../plan/plan";
import { typicalSeconds } from "../../standin/durations";

/** One link of the longest chain. */
export interface Link {
  readonly type: string;
  readonly name: string;
  readonly seconds: number;
  /** When it is done, counted from the first call. */
  readonly end: number;
}

/**
 * The longest chain of creations through what waits for what: no engine can be faster than this. A resource waits for
 * its dependencies and for its parent.
 */
export function criticalPath(resources: readonly PlannedResource[]): Link[] {
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  const known = new Map<string, readonly Link[]>();
  const end = (chain: readonly Link[]) => chain.at(-1)?.end ?? 0;

  const chainOf = (urn: string): readonly Link[] => {
    const done = known.get(urn);
    if (done !== undefined) return done;
    const resource = byUrn.get(urn);
    if (resource === undefined) return [];
    const waits = [...resource.dependencies, ...(resource.parent ? [resource.parent] : [])];
    const before = waits
      .map(chainOf)
      .reduce<readonly Link[]>((longest, each) => (end(each) > end(longest) ? each : longest), []);
    const { type, name, inputs } = resource;
    const seconds = resource.custom ? typicalSeconds("create", type, inputs) : 0;
    const chain =
      seconds === 0 ? before : [...before, { type, name, seconds, end: end(before) + seconds }];
    known.set(urn, chain);
    return chain;
  };
  return [
    ...resources
      .map(({ urn }) => chainOf(urn))
      .reduce((longest, each) => (end(each) > end(longest) ? each : longest), []),
  ];
}

/** Waits that no property needs, as `type -> type`: someone wrote `dependsOn`. */
export function waitsWithoutData(resources: readonly PlannedResource[]): string[] {
  const typeOf = new Map(resources.map(({ urn, type }) => [urn, type]));
  const pairs = resources.flatMap(({ type, dependencies, propertyDependencies }) => {
    const data = new Set(Object.values(propertyDependencies).flat());
    return dependencies
      .filter((urn) => !data.has(urn))
      .map((urn) => `${type} -> ${typeOf.get(urn)}`);
  });
  return [...new Set(pairs)].sort();
}
