import type { z } from "zod";
import { allowedBy, schemaAt, settingsNamed } from "./describe";
import { shown, type Mistake } from "./mistake";
import { nearest } from "./nearest";
import { whyNotSetting } from "./rules/roles";
import { type StackSettings, stackSchema } from "./schema";
import type { KeyPath, Position } from "./source";
import { keyName } from "./source";

/** Settings as they were read, from a file or from Pulumi, and how to speak about them. */
export interface RawSettings {
  readonly file: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly locate: (keyPath: KeyPath) => Position | undefined;
  readonly written: (keyPath: KeyPath) => string | undefined;
}

export interface Shape {
  /** The settings; where something was wrong, with stand-ins at `unusable`. */
  readonly settings: StackSettings;
  /** Dotted paths that have no valid value. */
  readonly unusable: readonly string[];
  readonly mistakes: readonly Mistake[];
}

type Issue = z.core.$ZodIssue;

/** Stand-ins for what must be given, so that the rules across fields can still look at everything else. */
const standIns: Readonly<Record<string, unknown>> = {
  environment: "dev",
  accountId: "000000000000",
  domain: "example.com",
  ingress: { hostedZoneId: "Z0000000" },
};

/**
 * Holds settings against the schema and finds every mistake of shape: unknown keys, wrong types, values out of range,
 * what is missing.
 *
 * @param known Dotted paths that are known to be wrong already: they are passed over in silence.
 */
export function checkShape(raw: RawSettings, known: readonly string[]): Shape {
  const first = stackSchema.safeParse(raw.values);
  if (first.success) return { settings: first.data, unusable: [], mistakes: [] };
  const unusable = new Set<string>(known);
  const mistakes = first.error.issues
    .filter((issue) => !known.some((path) => isAtOrBelow(dotted(issue.path), path)))
    .flatMap((issue) => describe(issue, raw, unusable));

  const values = structuredClone(raw.values) as Record<string, unknown>;
  let attempt: ReturnType<typeof stackSchema.safeParse> = first;
  // Each round takes away what is wrong; a section that lacks something then goes as a whole.
  for (let round = 0; round < 10 && !attempt.success; round++) {
    for (const issue of attempt.error.issues) repair(values, issue, unusable);
    attempt = stackSchema.safeParse(values);
  }
  if (!attempt.success) throw attempt.error;
  return { settings: attempt.data, unusable: [...unusable], mistakes };
}

/** Whether a dotted path is another one or lies below it. */
export function isAtOrBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`);
}

const dotted = (path: readonly PropertyKey[]) =>
  path
    .filter((step) => typeof step !== "number")
    .map(String)
    .join(".");

function describe(issue: Issue, raw: RawSettings, unusable: Set<string>): Mistake[] {
  const path = issue.path as (string | number)[];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(path, key, raw, unusable));
  }
  const value = valueAt(raw.values, path);
  const node = schemaAt(path);
  const keyPath = configPath(path);
  const name = keyName(keyPath);
  if (value === undefined) {
    return [
      {
        file: raw.file,
        ...raw.locate(keyPath),
        key: name,
        given: "nothing",
        allowed: allowedText(issue, path, raw),
        mend: `add it: ${node?.description ?? "it has no default"}`,
      },
    ];
  }
  const written = raw.written(keyPath) || value;
  return [
    {
      file: raw.file,
      ...raw.locate(keyPath),
      key: name,
      given: issue.code === "invalid_key" ? shown(path.at(-1)) : shown(written, name),
      allowed:
        issue.code === "invalid_key"
          ? issue.issues.map(({ message }) => message).join("; ")
          : allowedText(issue, path, raw),
      mend: mendFor(value, written, path),
    },
  ];
}

/** The words of the schema's own pattern where it has one, else what the JSON Schema says. */
function allowedText(issue: Issue, path: readonly (string | number)[], raw: RawSettings): string {
  if (issue.code === "invalid_format" && !issue.message.startsWith("Invalid")) return issue.message;
  const node = schemaAt(path);
  if (node !== undefined && (issue.code === "too_big" || issue.code === "too_small")) {
    return allowedBy(node);
  }
  if (node?.pattern !== undefined && !("format" in node)) {
    const probe = structuredClone(raw.values) as Record<string, unknown>;
    setAt(probe, path, "\0");
    const words = stackSchema
      .safeParse(probe)
      .error?.issues.find(
        (each) => each.code === "invalid_format" && dotted(each.path) === dotted(path),
      );
    if (words !== undefined && !words.message.startsWith("Invalid")) return words.message;
  }
  if (issue.code === "invalid_format" && issue.format === "date")
    return "a date such as 2025-01-01, in quotes";
  if (issue.code === "invalid_format" && issue.format === "url") return "an https:// address";
  return node === undefined ? issue.message : allowedBy(node);
}

function mendFor(value: unknown, written: unknown, path: readonly (string | number)[]): string {
  const node = schemaAt(path);
  if (value === null) return "give it a value, or remove the line";
  if (node?.type === "string" && (typeof value === "number" || typeof value === "boolean")) {
    return `put it in quotes: "${String(written)}"`;
  }
  const isNumber = node?.type === "integer" || node?.type === "number";
  if (
    isNumber &&
    typeof value === "string" &&
    value.trim() !== "" &&
    !Number.isNaN(Number(value))
  ) {
    return `write it without quotes: ${value.trim()}`;
  }
  if (node?.type === "boolean" && typeof value === "string") {
    const meant = /^(yes|on|true|y|1)$/i.test(value)
      ? "true"
      : /^(no|off|false|n|0)$/i.test(value)
        ? "false"
        : "true or false";
    return `write ${meant}, without quotes`;
  }
  if (node?.type === "array" && !Array.isArray(value)) return `write a list: [${shown(value)}]`;
  const meant =
    node?.enum !== undefined && typeof value === "string"
      ? nearest(value, node.enum.map(String))
      : undefined;
  if (meant !== undefined) return `did you mean ${meant}?`;
  return node?.default === undefined || typeof node.default === "object"
    ? "correct the value"
    : `correct the value, or remove the line for the default ${JSON.stringify(node.default)}`;
}

function unknownKey(
  parent: readonly (string | number)[],
  key: string,
  raw: RawSettings,
  unusable: Set<string>,
): Mistake {
  const keyPath = configPath([...parent, key]);
  const siblings = Object.keys(schemaAt(parent)?.properties ?? {});
  const reason = whyNotSetting(dotted(parent), key);
  const meant = reason === undefined ? nearest(key, siblings) : undefined;
  if (meant !== undefined) unusable.add(dotted([...parent, meant]));
  const name = keyName(keyPath);
  const elsewhere = settingsNamed(key).slice(0, 4);
  const mend =
    reason !== undefined
      ? `remove it: ${reason}`
      : key.includes(".")
        ? `nest it, one key per level; on the command line: pulumi config set --path 'lgtm:${key}'`
        : meant !== undefined
          ? `did you mean ${keyName(configPath([...parent, meant]))}?`
          : elsewhere.length > 0
            ? `remove it, or move it: there is ${elsewhere.map((each) => `lgtm:${each}`).join(", ")}`
            : "remove it";
  return {
    file: raw.file,
    ...raw.locate(keyPath),
    key: name,
    given: shown(valueAt(raw.values, [...parent, key]), name),
    allowed:
      reason === undefined ? `one of the keys ${siblings.join(", ")}` : `no key "${key}" here`,
    mend,
  };
}

/** Path of a setting in the file: `["loki", "ingester"]` stands at `config: lgtm:loki: ingester:`. */
export function configPath(path: readonly (string | number)[]): KeyPath {
  const [first, ...rest] = path;
  return first === undefined ? ["config"] : ["config", `lgtm:${first}`, ...rest];
}

function repair(values: Record<string, unknown>, issue: Issue, unusable: Set<string>): void {
  const path = issue.path as (string | number)[];
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) removeAt(values, [...path, key]);
    return;
  }
  // A list with one bad entry is not the list that was meant: it goes as a whole.
  const index = path.findIndex((step) => typeof step === "number");
  let target = index < 0 ? path : path.slice(0, index);
  if (valueAt(values, target) === undefined && target.length > 1) target = target.slice(0, -1);
  unusable.add(dotted(target));
  const [top, ...rest] = target;
  const standIn = standIns[String(top)];
  if (rest.length === 0 && standIn !== undefined) values[String(top)] = structuredClone(standIn);
  else removeAt(values, target);
}

function valueAt(values: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    values,
  );
}

function setAt(values: unknown, path: readonly (string | number)[], value: unknown): void {
  const parent = valueAt(values, path.slice(0, -1));
  const last = path.at(-1);
  if (typeof parent === "object" && parent !== null && last !== undefined) {
    (parent as Record<string | number, unknown>)[last] = value;
  }
}

function removeAt(values: unknown, path: readonly (string | number)[]): void {
  const parent = valueAt(values, path.slice(0, -1));
  const last = path.at(-1);
  if (typeof parent === "object" && parent !== null && last !== undefined) {
    delete (parent as Record<string | number, unknown>)[last];
  }
}
