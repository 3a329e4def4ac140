import type { Tree, TreeValue } from "../yaml";
import { removedMimirKey } from "./removedKeys";

/** Type of a setting in Mimir's published list. */
export type SettingType = string;
/** Dotted path → type, as in `settings.json`. */
export type MimirSettings = Readonly<Record<string, SettingType>>;

/**
 * Checks a Mimir configuration key by key: each is in the published list, has a value of its type, and is not gone in 3.x.
 *
 * @returns One line per mistake, with the key named; empty where there is none.
 */
export function mimirMistakes(configuration: Tree, known: MimirSettings): string[] {
  return leavesOf(configuration, "").flatMap(([path, value]) => {
    const gone = removedMimirKey(path);
    if (gone !== undefined) return [`${path} is gone since Mimir ${gone.since}: ${gone.note}`];
    const type = Object.hasOwn(known, path) ? known[path] : undefined;
    if (type === undefined) return [`${path} is not a setting of Mimir`];
    return hasType(value, type) ? [] : [`${path} is a ${type}, not ${JSON.stringify(value)}`];
  });
}

/** Every setting of a tree with its dotted path. A list is one value. */
export function leavesOf(tree: Tree, prefix: string): [string, TreeValue][] {
  return Object.entries(tree).flatMap(([key, value]): [string, TreeValue][] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? leavesOf(value as Tree, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value]],
  );
}

/** What Go's `time.ParseDuration` and Prometheus' `model.ParseDuration` both take. */
const duration = /^(0|(\d+(ms|s|m|h))+)$/;

function hasType(value: TreeValue, type: SettingType): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "url":
      return typeof value === "string" && URL.canParse(value);
    case "boolean":
      return typeof value === "boolean";
    case "int":
      return Number.isSafeInteger(value);
    case "float":
      return typeof value === "number";
    case "duration":
      return typeof value === "string" && duration.test(value);
    case "list of strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    default:
      // Maps and lists of blocks: none is in use; whoever needs one adds its check.
      return false;
  }
}
