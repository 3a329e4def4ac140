/** Which program of this machine stands for an image, and what the image adds to a task definition. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { toolPath } from "../../tools/install";

const run = promisify(execFile);

/** A container image as far as a rehearsal needs it. */
export interface Image {
  /** Program of the image: `loki`. */
  readonly program: string;
  /** The image's own entry point, used where the task definition has none. */
  readonly entryPoint: readonly string[];
}

/**
 * Images by the last part of their name, with their entry points.
 * Loki: grafana/loki:cmd/loki/Dockerfile · Tempo: grafana/tempo:cmd/tempo/Dockerfile · Mimir:
 * grafana/mimir:cmd/mimir/Dockerfile · Pyroscope: grafana/pyroscope:cmd/pyroscope/Dockerfile · Alloy:
 * grafana/alloy:Dockerfile · Grafana: grafana/grafana:packaging/docker/run.sh · memcached: its entry point puts the
 * program's name in front of options, docker-library/memcached:docker-entrypoint.sh (all read 2026-11-25).
 */
const images: Readonly<Record<string, Image>> = {
  busybox: { program: "busybox", entryPoint: ["/bin/busybox"] },
  loki: { program: "loki", entryPoint: ["/usr/bin/loki"] },
  tempo: { program: "tempo", entryPoint: ["/tempo"] },
  mimir: { program: "mimir", entryPoint: ["/bin/mimir"] },
  pyroscope: { program: "pyroscope", entryPoint: ["/usr/bin/pyroscope"] },
  alloy: { program: "alloy", entryPoint: ["/bin/alloy"] },
  grafana: { program: "grafana", entryPoint: ["/usr/share/grafana/bin/grafana", "server"] },
  memcached: { program: "memcached", entryPoint: ["/usr/local/bin/memcached"] },
};

/** Programs built from published modules where nobody provides another one. */
const built = ["loki", "tempo"] as const;

/** `loki` of `docker.io/grafana/loki:3.7.6`. */
export const imageName = (image: string): string =>
  (image.split("/").at(-1) ?? image).split("@")[0]?.split(":")[0] ?? image;

/** What is known of an image. */
export const imageOf = (image: string): Image | undefined => images[imageName(image)];

/**
 * The program for each image: from the folder in `LGTM_BIN`, else built (Loki, Tempo), else from the PATH. An image without
 * one is absent.
 *
 * @param toolsRoot The repository's folder `tools`.
 */
export async function findPrograms(
  names: readonly string[],
  toolsRoot: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of new Set(names)) {
    const program = await findProgram(name, toolsRoot, env);
    if (program !== undefined) found.set(name, program);
  }
  return found;
}

async function findProgram(
  name: string,
  toolsRoot: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const provided = env.LGTM_BIN && path.resolve(env.LGTM_BIN, name);
  if (provided && executable(provided)) return provided;
  if (name === "busybox") return staticBusybox(env);
  const tool = built.find((each) => each === name);
  if (tool !== undefined) return toolPath(tool, toolsRoot);
  return onPath(name, env);
}

/** Runs in a container without any library, as the image's own does. */
async function staticBusybox(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const program = onPath("busybox", env);
  if (program === undefined || (await interpreterOf(program)) !== undefined) return undefined;
  return program;
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find(executable);
}

function executable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Dynamic linker that a program asks for; undefined for a static one. */
export async function interpreterOf(program: string): Promise<string | undefined> {
  const file = await fs.promises.open(program, "r");
  try {
    const head = Buffer.alloc(4096);
    await file.read(head, 0, head.length, 0);
    return /\/lib[\w./-]*\/ld[\w.-]+/.exec(head.toString("latin1"))?.[0];
  } finally {
    await file.close();
  }
}

/** First line of what a program says of its version, for the report. */
export async function versionOf(program: string): Promise<string> {
  for (const flag of ["-version", "--version"]) {
    const answer = await run(program, [flag], { timeout: 10_000 }).then(
      ({ stdout, stderr }) => stdout || stderr,
      () => "",
    );
    const [line = ""] = answer.split("\n");
    if (line !== "") return line;
  }
  return "unknown";
}
