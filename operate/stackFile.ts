import * as fs from "node:fs";
import * as path from "node:path";
import { StackConfigError } from "../configs/stack/mistake";

/** Path of a stack's file. @param stack Its name (`dev`), or the path itself. */
export function stackFile(stack: string): string {
  if (/\.ya?ml$/.test(stack)) return stack;
  let folder = process.cwd();
  while (!fs.existsSync(path.join(folder, "Pulumi.yaml"))) {
    const parent = path.dirname(folder);
    if (parent === folder) return `Pulumi.${stack}.yaml`;
    folder = parent;
  }
  return path.join(folder, `Pulumi.${stack}.yaml`);
}

/** Runs a command; what it throws becomes a message and exit code 1. */
export function runCommand(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${error instanceof StackConfigError ? error.report() : message}\n`);
    process.exitCode = 1;
  });
}
