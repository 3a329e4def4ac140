import * as fs from "node:fs";
import * as path from "node:path";

/** The folder of Pulumi.yaml, at or above the current one. */
export function projectRoot(): string {
  let folder = process.cwd();
  while (!fs.existsSync(path.join(folder, "Pulumi.yaml"))) {
    const parent = path.dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
  return folder;
}

/** The file that a command's argument means: a stack's name (dev for Pulumi.dev.yaml), or the path of its file. */
export const stackFileOf = (stack: string): string =>
  /\.ya?ml$/.test(stack) ? stack : path.join(projectRoot(), `Pulumi.${stack}.yaml`);
