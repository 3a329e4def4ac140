import * as policy from "@pulumi/policy";

interface UnknownValueErrors {
  readonly UnknownValueError: new (mark: string, path: readonly string[]) => Error;
  readonly unknownCheckingProxy: (properties: object) => Record<string, unknown>;
}

/**
 * The SDK's error for a value that a preview does not know: where a rule throws it, the engine reports that the rule
 * could not run, and keeps what the rule has reported before. Exported, but missing in the typings of 1.21.0.
 */
export const { UnknownValueError, unknownCheckingProxy } = policy as unknown as UnknownValueErrors;

/**
 * The engine's marks for unknown values: boolean, number, text, list, asset, archive, object.
 * Source: @pulumi/policy 1.21.0, `proxy.js` (a test compares them with the SDK's).
 */
export const unknownMarks: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The SDK's error for the value at a path. */
export const unknownAt = (path: string): Error => new UnknownValueError(UNKNOWN_TEXT, [path]);
