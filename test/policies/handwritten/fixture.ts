import type { JudgedResource } from "../../../policies/judge";
import { UNKNOWN_TEXT } from "../../../policies/unknownValue";

/** What a rule must say of resources that are written down by hand, apart from every plan. */
export interface Fixture {
  /** Id of the rule that judges it, alone. */
  readonly rule: string;
  readonly what: string;
  readonly resources: readonly JudgedResource[];
  /**
   * Short ids of the findings, in order; `none` where all is well or the rule does not apply; `unknown` where nothing is
   * found and the rule says that it could not see.
   */
  readonly finds: readonly string[] | "none" | "unknown";
}

/** A text that a preview does not know yet. */
export const unknown = UNKNOWN_TEXT;

/** A resource as an engine hands it to a pack. */
export function resource(
  type: string,
  name: string,
  properties: Readonly<Record<string, unknown>>,
): JudgedResource {
  return {
    urn: `urn:pulumi:hand::written::${type}::${name}`,
    type,
    name,
    id: `${name}-id`,
    inputs: properties,
    outputs: { id: `${name}-id`, ...properties },
  };
}

/** A policy document of these statements. */
export const document = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
