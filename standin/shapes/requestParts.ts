import type { Properties } from "../types";

/** The call that creates a resource of a type, and the request that the provider makes of the inputs. */
export interface RequestRule {
  readonly operation: string;
  readonly request: (inputs: Properties) => Properties;
}

export const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `vpcId` → `VpcId`, at every depth: most of AWS's APIs write members so. */
export function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      pascal(each),
    ]),
  );
}

/** Some inputs only, under the names that the API has for them. `a: "B"` renames, `a: true` keeps. */
export const take = (
  inputs: Properties,
  names: Readonly<Record<string, string | true>>,
): Properties =>
  Object.fromEntries(
    Object.entries(names)
      .filter(([key]) => inputs[key] !== undefined)
      .map(([key, name]) => [name === true ? key : name, inputs[key]]),
  );

/** The rest of the inputs, without what the provider does itself or in other calls. */
export const without = (inputs: Properties, ...names: string[]): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => !["tags", ...names].includes(key)));

export const pascalOf = (inputs: Properties, ...dropped: string[]) =>
  pascal(without(inputs, ...dropped)) as Properties;

export const section = (inputs: Properties, key: string): Properties =>
  (inputs[key] ?? {}) as Properties;
export const list = (inputs: Properties, key: string): Properties[] =>
  (inputs[key] ?? []) as Properties[];
export const json = (inputs: Properties, key: string): unknown => JSON.parse(String(inputs[key]));
