import { spawn, spawnSync } from "node:child_process";

/** Why Docker cannot start anything here. @returns Nothing where it can. */
export function dockerIsMissing(): string | undefined {
  const compose = spawnSync("docker", ["compose", "version"], { encoding: "utf8" });
  if (compose.error !== undefined) return "there is no `docker` on the PATH";
  if (compose.status !== 0) return "`docker` has no plugin `compose` (version 2)";
  const engine = spawnSync("docker", ["info", "--format", "{{.ServerVersion}}"], {
    encoding: "utf8",
    timeout: 30_000,
  });
  if (engine.status !== 0) return "no Docker engine answers (`docker info` fails)";
  return undefined;
}

/** Arguments of `docker` for a local run. */
export const composeArguments = (
  project: string,
  file: string,
  args: readonly string[],
): readonly string[] => ["compose", "--project-name", project, "--file", file, ...args];

/** Runs `docker` with this terminal. @throws Error where it ends with another code than 0. */
export function docker(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("docker", args, { stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`docker ${args.join(" ")} ended with ${code ?? signal}`));
    });
  });
}
