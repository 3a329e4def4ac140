import * as path from "node:path";
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from "yaml";
import type { Mistake } from "./mistake";
import { shown } from "./mistake";

/** Where something stands in a file. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type KeyPath = readonly (string | number)[];

/** A stack file as text, with the place of every key. */
export interface Source {
  /** The file, as it is named in messages. */
  readonly file: string;
  readonly lines: readonly string[];
  /** Everything in the file; undefined where it cannot be read as YAML. */
  readonly content: unknown;
  /** Place of a key (or list item), or of its nearest ancestor that is there. */
  readonly locate: (keyPath: KeyPath) => Position | undefined;
  /** A value without quotes, as it is written: `012345678901` where YAML reads a number. */
  readonly written: (keyPath: KeyPath) => string | undefined;
}

/** Reads the text of a stack file. Syntax errors and duplicate keys become mistakes; with the former, `content` is undefined. */
export function readSource(file: string, text: string): { source: Source; mistakes: Mistake[] } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  const place = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const lines = text.split(/\r?\n/);
  // What follows the first error of syntax is most often its consequence.
  const syntax = document.errors.slice(0, 1).map((error): Mistake => {
    const position = place(error.pos[0]);
    return {
      file,
      ...position,
      key: "(YAML)",
      given: shown(lines[position.line - 1]?.trim() ?? ""),
      allowed: "well-formed YAML",
      mend: `${error.message.split("\n")[0] ?? error.code}; look at line ${position.line} and the one before`,
    };
  });
  return {
    source: {
      file,
      lines,
      content: syntax.length > 0 ? undefined : document.toJS(),
      locate: (keyPath) => {
        const offset = offsetOf(document, keyPath);
        return offset === undefined ? undefined : place(offset);
      },
      written: (keyPath) => {
        const node = document.getIn([...keyPath], true);
        return isScalar(node) && node.type === "PLAIN" ? node.source : undefined;
      },
    },
    mistakes: syntax.length > 0 ? syntax : duplicates(document.contents, [], file, place),
  };
}

/** Full path of a key in messages: `lgtm:loki.ingester.replicas`, without the `config` that it stands under. */
export function keyName(keyPath: KeyPath): string {
  const steps = keyPath[0] === "config" && keyPath.length > 1 ? keyPath.slice(1) : keyPath;
  return steps.reduce<string>(
    (name, step) =>
      typeof step === "number" ? `${name}[${step}]` : name === "" ? step : `${name}.${step}`,
    "",
  );
}

function offsetOf(document: Document, keyPath: KeyPath): number | undefined {
  let current: unknown = document.contents;
  let found: number | undefined;
  for (const step of keyPath) {
    if (isMap(current)) {
      const pair: Pair | undefined = current.items.find(
        (item) => String(item.key) === String(step),
      );
      if (pair === undefined) return found;
      found = (pair.key as Node | null)?.range?.[0] ?? found;
      current = pair.value;
    } else if (isSeq(current)) {
      current = current.items[Number(step)];
      found = (current as Node | undefined)?.range?.[0] ?? found;
    } else {
      return found;
    }
  }
  return found;
}

function duplicates(
  node: unknown,
  keyPath: KeyPath,
  file: string,
  place: (offset: number) => Position,
): Mistake[] {
  if (isSeq(node)) {
    return node.items.flatMap((item, index) => duplicates(item, [...keyPath, index], file, place));
  }
  if (!isMap(node)) return [];
  const first = new Map<string, Position | undefined>();
  return node.items.flatMap((pair) => {
    const key = String(pair.key);
    const offset = (pair.key as Node | null)?.range?.[0];
    const position = offset === undefined ? undefined : place(offset);
    const below = duplicates(pair.value, [...keyPath, key], file, place);
    if (!first.has(key)) {
      first.set(key, position);
      return below;
    }
    return [
      {
        file,
        ...position,
        key: keyName([...keyPath, key]),
        given: "the key a second time",
        allowed: "each key once",
        mend: `merge it with the one in line ${first.get(key)?.line ?? "?"}: only one of them would count`,
      },
      ...below,
    ];
  });
}

/** Name of a stack, from the name of its file. */
export function stackNameOf(file: string): string {
  return path
    .basename(file)
    .replace(/\.ya?ml$/, "")
    .replace(/^Pulumi\./, "");
}
