/**
 * A writer for Alloy's configuration syntax. What it prints is canonical: `alloy fmt` changes nothing in it, so a diff of
 * two rendered files shows what changed and never how it was laid out.
 */

/** The exported field of a component, such as `loki.write.loki.receiver`. */
export interface Reference {
  readonly kind: "reference";
  readonly path: string;
}

/** A call of the standard library, such as `array.concat(…)`. */
export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Value[];
}

/** A map, such as the labels of `stage.labels`. */
export interface MapLiteral {
  readonly kind: "map";
  readonly entries: Readonly<Record<string, string>>;
}

export type Value = string | number | boolean | Reference | Call | MapLiteral | readonly Value[];

export interface Attribute {
  readonly kind: "attribute";
  readonly name: string;
  readonly value: Value;
  /** Why it is set. */
  readonly comment?: string;
}

export interface Block {
  readonly kind: "block";
  readonly name: string;
  readonly label?: string;
  readonly body: readonly Statement[];
  /** Why it is there. */
  readonly comment?: string;
}

export type Statement = Attribute | Block;

export const ref = (path: string): Reference => ({
  kind: "reference",
  path: checked(path, /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/, "reference"),
});

export const call = (name: string, ...args: readonly Value[]): Call => ({
  kind: "call",
  name: checked(name, /^[a-z_]+(\.[a-z_]+)*$/, "function"),
  args,
});

export const map = (entries: Readonly<Record<string, string>>): MapLiteral => ({
  kind: "map",
  entries,
});

/** One setting. @throws Error where the name is no identifier. */
export const attr = (name: string, value: Value, comment?: string): Attribute => ({
  kind: "attribute",
  name: checked(name, /^[A-Za-z_]\w*$/, "attribute"),
  value,
  comment,
});

/** A block without a label, inside a component. */
export const block = (name: string, body: readonly Statement[], comment?: string): Block => ({
  kind: "block",
  name: checked(name, /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/, "block"),
  body,
  comment,
});

/** A block with a label: a component. */
export const component = (
  name: string,
  label: string,
  body: readonly Statement[],
  comment?: string,
): Block => ({
  ...block(name, body, comment),
  label: checked(label, /^[A-Za-z_]\w*$/, "label"),
});

/** The name under which a component is referred to. */
export const idOf = (one: Block): string =>
  one.label === undefined ? one.name : `${one.name}.${one.label}`;

/**
 * Prints a file.
 *
 * @param header What the file is, as a comment at its top; a blank line follows.
 * @throws Error where a string cannot be written (half a surrogate pair) or a number is not finite.
 */
export function renderAlloy(header: string, statements: readonly Statement[]): string {
  const lines = [...commentLines(header, ""), "", ...bodyLines(statements, "")];
  return `${lines.join("\n")}\n`;
}

function bodyLines(statements: readonly Statement[], indent: string): string[] {
  const lines: string[] = [];
  let index = 0;
  while (index < statements.length) {
    const statement = statements[index]!;
    const follows = index > 0;
    if (statement.kind === "block") {
      if (follows) lines.push("");
      lines.push(...blockLines(statement, indent));
      index += 1;
    } else {
      if (follows && statements[index - 1]?.kind === "block") lines.push("");
      const run = alignedRun(statements, index);
      lines.push(...runLines(run, indent));
      index += run.length;
    }
  }
  return lines;
}

/** Neighbouring settings whose equals signs line up: a comment starts a new run, a value of several lines ends one. */
function alignedRun(statements: readonly Statement[], start: number): Attribute[] {
  const run: Attribute[] = [];
  for (let index = start; index < statements.length; index += 1) {
    const statement = statements[index]!;
    if (statement.kind === "block" || (run.length > 0 && statement.comment !== undefined)) break;
    run.push(statement);
    if (valueLines(statement.value, "").length > 1) break;
  }
  return run;
}

function runLines(run: readonly Attribute[], indent: string): string[] {
  const width = Math.max(...run.map(({ name }) => name.length));
  return run.flatMap(({ name, value, comment }) => {
    const [first, ...rest] = valueLines(value, indent);
    const line = `${indent}${name.padEnd(width)} = ${first!}`;
    return [...(comment === undefined ? [] : commentLines(comment, indent)), line, ...rest];
  });
}

function blockLines({ name, label, body, comment }: Block, indent: string): string[] {
  const head = label === undefined ? name : `${name} ${quoted(label)}`;
  const above = comment === undefined ? [] : commentLines(comment, indent);
  if (body.length === 0) return [...above, `${indent}${head} { }`];
  return [...above, `${indent}${head} {`, ...bodyLines(body, `${indent}\t`), `${indent}}`];
}

/** First line without indentation, further lines with it. Long lists, and maps of two and more, get a line per item. */
function valueLines(value: Value, indent: string): string[] {
  if (isList(value)) {
    if (value.length < 2 || inline(value).length <= 60) return [inline(value)];
    return ["[", ...value.map((item) => `${indent}\t${inline(item)},`), `${indent}]`];
  }
  if (typeof value === "object" && value.kind === "map") {
    const entries = Object.entries(value.entries).map(([key, item]) => [quoted(key), text(item)]);
    if (entries.length < 2) return [inline(value)];
    const width = Math.max(...entries.map(([key]) => key!.length));
    const rows = entries.map(([key, item]) => `${indent}\t${key!.padEnd(width)} = ${item!},`);
    return ["{", ...rows, `${indent}}`];
  }
  return [inline(value)];
}

function inline(value: Value): string {
  if (isList(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value === "string") return text(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Error(`Alloy has no number ${value}`);
    return String(value);
  }
  if (typeof value === "boolean") return String(value);
  switch (value.kind) {
    case "reference":
      return value.path;
    case "call":
      return `${value.name}(${value.args.map(inline).join(", ")})`;
    case "map": {
      const items = Object.entries(value.entries);
      return `{${items.map(([key, item]) => `${quoted(key)} = ${text(item)}`).join(", ")}}`;
    }
  }
}

/** Raw (in backticks) where escapes would hide a pattern or a template, else quoted. */
function text(value: string): string {
  // A raw string knows no escapes at all, so it cannot hold a backtick, and a reader must see every character of it.
  return /["\\]/.test(value) && /^[\x20-\x5f\x61-\x7e]*$/.test(value)
    ? `\`${value}\``
    : quoted(value);
}

/** The scanner reads the escapes of Go, of which those of JSON are a part; a byte-order mark must be escaped. */
function quoted(value: string): string {
  if (/\p{Surrogate}/u.test(value)) {
    throw new Error(`a string with half a surrogate pair: ${JSON.stringify(value)}`);
  }
  return JSON.stringify(value).replaceAll("\ufeff", "\\ufeff");
}

const commentLines = (comment: string, indent: string): string[] =>
  comment.split(/\r\n|[\n\r]/).map((line) => `${indent}// ${line}`.trimEnd());

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

function checked(name: string, form: RegExp, what: string): string {
  if (!form.test(name)) throw new Error(`not the name of a ${what}: ${JSON.stringify(name)}`);
  return name;
}
