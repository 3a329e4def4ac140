import * as fs from "node:fs";

/** What a provider does with a resource. */
export type Operation = "create" | "update" | "delete" | "read";

/** An operation that the test wants to fail. Every field that is given must match. */
export interface Failure {
  readonly operation: Operation;
  /** Resource type. */
  readonly type?: string;
  /** Logical name. */
  readonly name?: string;
  /** What AWS says. @default "InternalFailure: told to fail" */
  readonly message?: string;
}

/** Orders of a test to the providers, read anew before every operation. */
export interface Control {
  readonly failures?: readonly Failure[];
  /** Every operation takes as long as in AWS, divided by this. @default - no time at all */
  readonly timeScale?: number;
}

/** @returns no orders where the file is absent. */
export function readControl(file: string): Control {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Control;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** The order that fits an operation, if there is one. */
export const failureOf = (
  control: Control,
  operation: Operation,
  type: string,
  name: string,
): Failure | undefined =>
  control.failures?.find(
    (each) =>
      each.operation === operation &&
      (each.type === undefined || each.type === type) &&
      (each.name === undefined || each.name === name),
  );
