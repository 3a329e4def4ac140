import type { Tree, TreeValue } from "./yaml";

/** A part of a server's configuration: the settings, and for each that needs one the reason, by dotted path. */
export interface Section {
  readonly settings: Tree;
  readonly reasons: Readonly<Record<string, string>>;
}

/**
 * Merges parts into one configuration; keys keep the order in which they first appear.
 *
 * @throws Error where two parts set the same key, so that none wins by accident.
 */
export function joinSections(sections: readonly Section[]): Section {
  return {
    settings: sections.reduce<Tree>((joined, section) => merge(joined, section.settings, ""), {}),
    reasons: Object.assign({}, ...sections.map((section) => section.reasons)) as Section["reasons"],
  };
}

function merge(left: Tree, right: Tree, path: string): Tree {
  const result: Record<string, TreeValue> = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const present = result[key];
    if (present === undefined) {
      result[key] = value;
    } else if (isTree(present) && isTree(value)) {
      result[key] = merge(present, value, `${path}${key}.`);
    } else {
      throw new Error(`two sections set ${path}${key}`);
    }
  }
  return result;
}

const isTree = (value: TreeValue): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);
