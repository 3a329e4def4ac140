import * as fs from "node:fs";
import { parse } from "yaml";
import { expectedLoadSchema, type ExpectedLoad } from "../configs/stack/expectedLoad";

/** A load that was given beside the stack file is wrong: every mistake, a line each. */
export class LoadError extends Error {}

/**
 * Puts single settings of a load over another one.
 *
 * @param origin What the mistakes name: a file, or the command line.
 * @throws LoadError with every mistake.
 */
export function loadWith(base: ExpectedLoad, changes: unknown, origin: string): ExpectedLoad {
  if (typeof changes !== "object" || changes === null || Array.isArray(changes))
    throw new LoadError(
      `${origin}: expected keys of lgtm:expectedLoad, such as activeSeries: 50000`,
    );
  const parsed = expectedLoadSchema.safeParse({ ...base, ...changes });
  if (parsed.success) return parsed.data;
  const keys = Object.keys(base).join(", ");
  const mistakes = parsed.error.issues.map((issue) =>
    issue.code === "unrecognized_keys"
      ? `no such key: ${issue.keys.join(", ")} (there is ${keys})`
      : `${issue.path.join(".")}: ${issue.message}`,
  );
  throw new LoadError([`${origin}:`, ...mistakes].join("\n  "));
}

/**
 * Reads a file with keys of `lgtm:expectedLoad` (YAML or JSON); what it does not name is as in the stack file.
 *
 * @throws LoadError where it cannot be read, or with every mistake in it.
 */
export function readLoad(file: string, base: ExpectedLoad): ExpectedLoad {
  let content: unknown;
  try {
    content = parse(fs.readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    throw new LoadError(`${file} cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
  return loadWith(base, content, file);
}
