import type { Workload } from "./usageCost";
import { isSecret, type RecordedResource, type Recording } from "./record";

/**
 * The plan: every resource of a stack with all values resolved, as `plan.json` holds it. Everything that wants to know
 * what would be deployed reads this, never the program.
 */
export interface Plan {
  /** Version of this format. */
  readonly version: 1;
  readonly project: string;
  readonly stack: string;
  readonly accountId: string;
  readonly region: string;
  readonly resources: readonly PlannedResource[];
  /** The load that the stack is expected to take, and what of the plan its cost depends on. */
  readonly workload?: Workload;
  /** Stack outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** A registration as the plan holds it: secrets masked. */
export type PlannedResource = Readonly<Omit<RecordedResource, "registeredOutputs">>;

/** What stands in the place of a secret value. */
export const SECRET_MASK = "[secret]";

/** Makes the plan of a recording: secrets masked, resources sorted by URN, keys sorted. */
export function planOf(
  recording: Recording,
  facts: Pick<Plan, "project" | "stack" | "accountId" | "region">,
): Plan {
  return {
    version: 1,
    ...facts,
    resources: recording.resources
      .map(planned)
      .sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0)),
    outputs: canonical(recording.outputs) as Plan["outputs"],
  };
}

function planned(resource: RecordedResource): PlannedResource {
  const { inputs, outputs, propertyDependencies, ...rest } = resource;
  delete rest.registeredOutputs;
  return {
    ...rest,
    inputs: canonical(inputs) as PlannedResource["inputs"],
    outputs: canonical(outputs) as PlannedResource["outputs"],
    propertyDependencies: canonical(
      propertyDependencies,
    ) as PlannedResource["propertyDependencies"],
  };
}

/** Keys sorted, secrets masked, `undefined` dropped. */
export function canonical(value: unknown): unknown {
  if (isSecret(value)) return SECRET_MASK;
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

/** Text of `plan.json`. */
export const planText = (plan: Plan): string => `${JSON.stringify(plan, undefined, 2)}\n`;
