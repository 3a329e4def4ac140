import { isDeepStrictEqual } from "node:util";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime";
import type { RecordedResource } from "../../plan/record";
import type { StateResource } from "./laneStack";

/** What both sides say about a resource, in one form. */
export interface Common {
  readonly parent: string | undefined;
  readonly id: string | undefined;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly inputs: unknown;
  readonly outputs: unknown;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/** The providers that the engine makes by itself are nobody's registration. */
export const isOurs = ({ urn }: StateResource) => !/::pulumi:providers:\w+::default(_|$)/.test(urn);

export const ofRecord = (resource: RecordedResource): Common => ({
  parent: resource.parent,
  id: resource.type.startsWith("pulumi:providers:") ? undefined : resource.id,
  dependencies: [...resource.dependencies].sort(),
  propertyDependencies: properties(resource.propertyDependencies),
  inputs: plain(resource.inputs),
  outputs: plain(resource.outputs),
  protect: resource.protect,
  retainOnDelete: resource.retainOnDelete,
});

export const ofState = (resource: StateResource): Common => ({
  parent: resource.parent,
  id: resource.type.startsWith("pulumi:providers:") ? undefined : resource.id,
  dependencies: [...(resource.dependencies ?? [])].sort(),
  propertyDependencies: properties(resource.propertyDependencies ?? {}),
  inputs: plain(withoutDefaults(resource.inputs ?? {})),
  outputs: plain(withoutDefaults({ ...engineMarks(resource), ...resource.outputs })),
  protect: resource.protect ?? false,
  retainOnDelete: resource.retainOnDelete ?? false,
});

/** The engine writes the plugin's version beside the settings of an explicit provider. */
const engineMarks = ({ inputs }: StateResource) =>
  inputs?.["__internal"] === undefined ? {} : { __internal: {} };

/** What the engine and the provider filled in themselves is not the program's. */
function withoutDefaults(inputs: Record<string, unknown>): Record<string, unknown> {
  const filled = new Set(["__defaults", ...((inputs["__defaults"] as string[]) ?? [])]);
  if (inputs["__internal"] !== undefined) ["__internal", "version"].map((key) => filled.add(key));
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !filled.has(key)));
}

const properties = (
  all: Readonly<Record<string, readonly string[] | null>>,
): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(all)
      .map(([key, urns]) => [key, [...(urns ?? [])].sort()] as const)
      .filter(([, urns]) => urns.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/**
 * One form for both sides: a property that has a secret anywhere in it is a secret as a whole, because the engine hands
 * a provider open values and closes whole properties of what comes back.
 */
function plain(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => {
        const secrets: unknown[] = [];
        const value = laidOpen(each, secrets);
        return [key, secrets.length > 0 ? { secret: value } : value];
      }),
  );
}

/** The value without marks; the state has a secret as JSON text, the record as the value itself. */
function laidOpen(value: unknown, secrets: unknown[]): unknown {
  if (Array.isArray(value)) return value.map((each) => laidOpen(each, secrets));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[specialSigKey] === specialSecretSig) {
    secrets.push(object);
    const text = object["plaintext"];
    return laidOpen(typeof text === "string" ? JSON.parse(text) : object["value"], secrets);
  }
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, laidOpen(each, secrets)]),
  );
}

/** Where two values differ: the path, what was planned and what was deployed. */
export function differences(at: string, planned: unknown, deployed: unknown): string[] {
  if (isDeepStrictEqual(planned, deployed)) return [];
  if (isObject(planned) && isObject(deployed)) {
    return [...new Set([...Object.keys(planned), ...Object.keys(deployed)])].flatMap((key) =>
      differences(`${at}.${key}`, planned[key], deployed[key]),
    );
  }
  return [`${at}: planned ${JSON.stringify(planned)}, deployed ${JSON.stringify(deployed)}`];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
