import * as fs from "node:fs";
import * as path from "node:path";
import { rolesOf } from "../stacks/catalog";
import type { Catalog } from "../stacks/types";

/** A file to write, relative to the output folder. */
export interface OutputFile {
  readonly path: string;
  readonly content: string;
}

/** Where configuration files lie inside a server's container. */
const CONFIG_ROOT = "/etc/lgtm/";

/** Every rendered configuration file, by service: `mimir-0/mimir.yaml`. */
export function renderedFiles(catalog: Catalog): OutputFile[] {
  return rolesOf(catalog).flatMap((role) =>
    role.instances.flatMap((instance) =>
      instance.files.map((file) => ({
        path: path.posix.join(instance.serviceName, file.path.replace(CONFIG_ROOT, "")),
        content: file.content,
      })),
    ),
  );
}

/**
 * Replaces an earlier plan's folder with the given files, or leaves it as it was: everything is written beside it
 * first.
 *
 * @throws Error where the folder holds something else than a plan.
 */
export function writeFolder(folder: string, files: readonly OutputFile[]): void {
  const target = path.resolve(folder);
  if (
    fs.existsSync(target) &&
    fs.readdirSync(target).length > 0 &&
    !fs.existsSync(path.join(target, "plan.json"))
  ) {
    throw new Error(
      `${folder} holds something else than a plan and would be replaced: name an empty folder or a new one`,
    );
  }
  const fresh = `${target}.${process.pid}.new`;
  const old = `${target}.${process.pid}.old`;
  try {
    for (const file of files) {
      const absolute = path.join(fresh, file.path);
      fs.mkdirSync(path.dirname(absolute), { recursive: true });
      fs.writeFileSync(absolute, file.content);
    }
    if (fs.existsSync(target)) fs.renameSync(target, old);
    fs.renameSync(fresh, target);
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
    fs.rmSync(old, { recursive: true, force: true });
  }
}
