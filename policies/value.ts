import { unknownAt, unknownMarks } from "./unknownValue";

/**
 * What stands in the place of a secret: a plan masks every secret with it, and so does a state that is read without its
 * secrets. A masked text can't be judged, so looking into one counts as unknown.
 */
export const SECRET_MASK = "[secret]";

/**
 * A property value of a resource, with the path to it: the only way in which rules read properties.
 *
 * Every reader answers `undefined` (or nothing) for a value that is absent or of another shape, whatever it is, and
 * throws the SDK's `UnknownValueError` for one that a preview does not know: the framework catches it per item
 * (`Judgement.each`), judges the rest, and reports once that the rule could not see everything.
 */
export class Value {
  constructor(
    private readonly raw: unknown,
    /** Where the value is, from the resource's properties on: `versioningConfiguration.status`. */
    readonly path: string,
  ) {}

  /** A preview does not know the value. Never throws. */
  get isUnknown(): boolean {
    return unknownMarks.has(this.raw);
  }

  /** There is something, be it unknown. Never throws. */
  get exists(): boolean {
    return this.raw !== undefined && this.raw !== null;
  }

  /** The value lies behind a mask. Never throws. */
  get isMasked(): boolean {
    return this.raw === SECRET_MASK;
  }

  /** The property at the end of a path of keys; a list of one counts as its element where a key is asked of it. */
  at(...keys: readonly string[]): Value {
    let current: unknown = this.raw;
    let path = this.path;
    for (const key of keys) {
      const inside = unpack(current, path);
      path = path === "" ? key : `${path}.${key}`;
      current = isRecord(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined;
    }
    return new Value(current, path);
  }

  /** The text; a number or boolean is none. */
  text(): string | undefined {
    const known = this.known();
    return typeof known === "string" ? known : undefined;
  }

  /** The finite number, also where it is written as text. */
  number(): number | undefined {
    const known = this.known();
    if (typeof known === "number") return Number.isFinite(known) ? known : undefined;
    if (typeof known !== "string" || !/^-?\d{1,15}(\.\d{1,10})?$/.test(known)) return undefined;
    return Number(known);
  }

  /** The boolean, also where it is written as text. */
  boolean(): boolean | undefined {
    const known = this.known();
    if (known === "true" || known === true) return true;
    return known === "false" || known === false ? false : undefined;
  }

  /** The elements of a list; nothing of anything else. */
  items(): Value[] {
    const known = this.unmasked();
    if (!Array.isArray(known)) return [];
    return known.map((item: unknown, index) => new Value(item, `${this.path}[${index}]`));
  }

  /** The texts of a list, or the text itself: AWS takes either in many places. Other elements are left out. */
  texts(): string[] {
    const known = this.known();
    if (typeof known === "string") return [known];
    return this.items().flatMap((item) => item.text() ?? []);
  }

  /** The elements of a list, or the one value itself: policy statements and blocks of one come either way. */
  oneOrMore(): Value[] {
    const known = this.unmasked();
    if (Array.isArray(known)) return this.items();
    return isRecord(known) ? [this] : [];
  }

  /** Keys and values of a record; nothing of anything else. */
  entries(): [string, Value][] {
    const known = this.unmasked();
    if (!isRecord(known)) return [];
    return Object.keys(known).map((key) => [key, this.at(key)]);
  }

  /** What the text holds as JSON; a record or list stays itself; absent where it is not JSON. */
  json(): Value {
    const known = this.unmasked();
    if (typeof known !== "string") return new Value(isObject(known) ? known : undefined, this.path);
    return new Value(parsed(known), this.path);
  }

  /** The plain data. @throws UnknownValueError where the value itself is unknown; inner values may still be marks. */
  known(): unknown {
    if (unknownMarks.has(this.raw)) throw unknownAt(this.path);
    return this.raw;
  }

  /** What is inside: behind a mask that is as unknown as in a preview. */
  private unmasked(): unknown {
    if (this.raw === SECRET_MASK) throw unknownAt(this.path);
    return this.known();
  }

  /** A short form for messages. Never throws. */
  toString(): string {
    if (this.isUnknown) return "(unknown)";
    if (this.raw === undefined) return "(absent)";
    return shortened(typeof this.raw === "string" ? this.raw : JSON.stringify(this.raw));
  }
}

/** At most `limit` characters of a text, on one line. */
export function shortened(text: string, limit = 160): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && !Array.isArray(value);

function unpack(value: unknown, path: string): unknown {
  if (unknownMarks.has(value) || value === SECRET_MASK) throw unknownAt(path);
  return Array.isArray(value) && value.length === 1 ? unpack(value[0], `${path}[0]`) : value;
}

/** Several rules look into the same documents: each text is parsed once. Keyed by content, so never stale. */
const parsedTexts = new Map<string, unknown>();
const PARSED_TEXTS_LIMIT = 2000;

function parsed(text: string): unknown {
  if (parsedTexts.has(text)) return parsedTexts.get(text);
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    value = undefined;
  }
  if (parsedTexts.size >= PARSED_TEXTS_LIMIT) parsedTexts.clear();
  parsedTexts.set(text, value);
  return value;
}
