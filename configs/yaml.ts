import { Document, isMap, isSeq, type Node } from "yaml";

/** A plain configuration tree: what a server reads. */
export type Tree = { readonly [key: string]: TreeValue };
export type TreeValue = string | number | boolean | null | Tree | readonly TreeValue[];

/**
 * Renders a configuration tree as canonical YAML: keys in the order given, two spaces, no line folding.
 *
 * @param tree What the server reads.
 * @param comments Dotted path of a key → the reason why it is set, written above it. One line per `\n`.
 * @throws Error where a comment names a path that is not in the tree, so that no reason outlives its setting.
 */
export function renderYaml(
  tree: Tree,
  comments: Readonly<Record<string, string>>,
  header: string,
): string {
  const document = new Document(tree, { aliasDuplicateObjects: false });
  for (const [path, comment] of Object.entries(comments)) {
    const key = keyNode(document.contents, path);
    if (key === undefined) {
      throw new Error(`comment for a setting that is not there: ${path}`);
    }
    key.commentBefore = asComment(comment);
  }
  document.commentBefore = asComment(header);
  return document.toString({ lineWidth: 0, indent: 2 });
}

const asComment = (text: string) =>
  text
    .split("\n")
    .map((line) => ` ${line}`)
    .join("\n");

/** The node that a comment is put above: the key of the last step (or the item of a list). */
function keyNode(root: unknown, path: string): Node | undefined {
  let current: unknown = root;
  let found: Node | undefined;
  for (const step of path.split(".")) {
    if (isMap(current)) {
      const pair = current.items.find((item) => String(item.key) === step);
      found = pair?.key as Node | undefined;
      current = pair?.value;
    } else if (isSeq(current)) {
      found = current.items[Number(step)] as Node | undefined;
      current = found;
    } else {
      return undefined;
    }
    if (found === undefined) return undefined;
  }
  return found;
}
