import * as fs from "node:fs";
import type { Properties } from "./types";

/** Something that exists in the stand-in's AWS account. */
export interface Thing {
  readonly type: string;
  readonly id: string;
  /** Resource that made it; absent for what was there before, or was made by hand. */
  readonly urn?: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** Deleted, but its name stays taken for some days (a secret's recovery window). */
  readonly recoverable?: boolean;
}

type Entry =
  | { readonly put: Thing }
  | { readonly gone: Pick<Thing, "type" | "id"> }
  | { readonly made: string };

/**
 * What exists in the account, kept in a journal: one line per change, appended at once, so that an engine that is killed
 * in the middle leaves exactly what it made.
 */
export class Account {
  private readonly things = new Map<string, Thing>();
  private readonly madeByUrn = new Map<string, number>();

  /** @param journal File to replay and append to; without it the account lives in memory alone. */
  constructor(private readonly journal?: string) {
    if (journal === undefined || !fs.existsSync(journal)) return;
    for (const line of fs.readFileSync(journal, "utf8").split("\n")) {
      if (line !== "") this.apply(JSON.parse(line) as Entry);
    }
  }

  /** @returns the thing, unless it is deleted or was never there. */
  find(type: string, id: string): Thing | undefined {
    const found = this.things.get(keyOf({ type, id }));
    return found?.recoverable === true ? undefined : found;
  }

  /** Everything of one type, without what is deleted. */
  all(type: string): Thing[] {
    return this.everything().filter((each) => each.type === type);
  }

  /** Everything that exists, without what is deleted. */
  everything(): Thing[] {
    return [...this.things.values()].filter(({ recoverable }) => recoverable !== true);
  }

  /** What is deleted but can still be restored. */
  inRecovery(type: string): Thing[] {
    return [...this.things.values()].filter(
      (each) => each.type === type && each.recoverable === true,
    );
  }

  /** How often a resource has been created: a replacement gets an id of its own. */
  timesMade(urn: string): number {
    return this.madeByUrn.get(urn) ?? 0;
  }

  /** Adds a thing, or puts it in the place of the one with the same type and id. */
  put(thing: Thing): void {
    this.record({ put: thing });
  }

  /** Notes that a resource was created once more. */
  noteMade(urn: string): void {
    this.record({ made: urn });
  }

  /** Takes a thing away for good. */
  remove(type: string, id: string): void {
    this.record({ gone: { type, id } });
  }

  private record(entry: Entry): void {
    this.apply(entry);
    if (this.journal !== undefined) fs.appendFileSync(this.journal, `${JSON.stringify(entry)}\n`);
  }

  private apply(entry: Entry): void {
    if ("put" in entry) this.things.set(keyOf(entry.put), entry.put);
    else if ("gone" in entry) this.things.delete(keyOf(entry.gone));
    else this.madeByUrn.set(entry.made, this.timesMade(entry.made) + 1);
  }
}

const keyOf = ({ type, id }: Pick<Thing, "type" | "id">) => `${type}|${id}`;
