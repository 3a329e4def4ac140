import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";

/** A published Go module, downloaded but not built. */
export interface GoModule {
  readonly Path: string;
  readonly Version: string;
  /** Folder with the module's files. */
  readonly Dir: string;
  readonly Origin?: { readonly URL: string; readonly Hash: string };
}

/** Downloads a Go module through the configured module proxy; needs any Go on the PATH. */
export async function downloadGoModule(module: string, version: string): Promise<GoModule> {
  const { stdout } = await promisify(execFile)(
    "go",
    ["mod", "download", "-json", `${module}@${version}`],
    { cwd: tmpdir() },
  );
  return JSON.parse(stdout) as GoModule;
}
