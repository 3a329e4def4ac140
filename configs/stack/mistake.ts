import { maskSecrets } from "./secrets";

/** One thing that is wrong in a stack file, and how to mend it. */
export interface Mistake {
  /** The file, as it was named. */
  readonly file: string;
  /** Line of the file, from 1, where it is known. */
  readonly line?: number;
  readonly column?: number;
  /** Full path of the key, such as `lgtm:loki.ingester.replicas`. */
  readonly key: string;
  /** The value as it stands in the file; hidden where it looks like a secret. */
  readonly given: string;
  /** What may stand there. */
  readonly allowed: string;
  /** What to do about it. */
  readonly mend: string;
  /** Id of the rule across fields that was broken; absent where the shape is wrong. */
  readonly rule?: string;
  /** Row of the requirements that the rule stands for, such as `S16`. */
  readonly row?: string;
}

/** Everything that is wrong with a stack file, at once. Printed with `report()`, never with a stack trace. */
export class StackConfigError extends Error {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    const sorted = [...mistakes].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    super(reportOf(sorted));
    this.name = "StackConfigError";
    this.mistakes = sorted;
    // Pulumi prints an error's stack: for a mistake in a file, the report is all there is to see.
    this.stack = this.message;
  }

  /** One block per mistake: where, what was given, what is allowed, how to mend it. */
  report(): string {
    return this.message;
  }
}

function reportOf(mistakes: readonly Mistake[]): string {
  const files = [...new Set(mistakes.map((mistake) => mistake.file))].join(", ");
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
  return [`${files}: ${count}; nothing was written.`, ...mistakes.map(block)].join("\n\n");
}

function block(mistake: Mistake): string {
  const place = [mistake.file, mistake.line, mistake.column].filter((part) => part !== undefined);
  const row = mistake.row === undefined ? "" : `  (${mistake.row})`;
  return [
    `${place.join(":")}  ${mistake.key}${row}`,
    `  given    ${mistake.given}`,
    `  allowed  ${mistake.allowed}`,
    `  mend     ${mistake.mend}`,
  ].join("\n");
}

/** A value as it may be shown to anybody: short, on one line, without secrets. */
export function shown(value: unknown, key = ""): string {
  if (value === undefined) return "nothing";
  const text = maskSecrets(typeof value === "string" ? value : JSON.stringify(value), key);
  const line = text.replace(/\s+/g, " ");
  return line.length > 100 ? `${line.slice(0, 97)}…` : line || '""';
}
