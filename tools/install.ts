/**
 * Builds the external programs that the slower lanes need (Loki, Tempo, the Pulumi CLI, an S3
 * server, the Alloy parser, actionlint) from their published Go modules into a cache outside the repository.
 *
 *   npx tsx tools/install.ts loki tempo pulumi alloycheck actionlint [--print]
 *
 * Each tool is a Go module under `tools/<name>`; its go.mod is the only place that names a version.
 * The cache folder of a build carries a hash of everything that goes into it, so a bump builds anew
 * and two checkouts with different pins do not disturb each other.
 */
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";

const run = promisify(execFile);

interface Tool {
  /** Go package with the `main` function. */
  readonly package: string;
  /** Module in go.mod whose version is the tool's version; absent for our own sources. */
  readonly module?: string;
  /** Linker variable that holds the version. */
  readonly versionVariable?: string;
  /** Version as the program prints it, where it is not the module's. */
  readonly printedVersion?: string;
  /** A program of the same version on the PATH will do, instead of one built here. */
  readonly fromPath?: true;
}

const tools = {
  loki: {
    package: "github.com/grafana/loki/v3/cmd/loki",
    module: "github.com/grafana/loki/v3",
    versionVariable: "github.com/grafana/loki/v3/pkg/util/build.Version",
  },
  tempo: {
    package: "github.com/grafana/tempo/cmd/tempo",
    module: "github.com/grafana/tempo",
    versionVariable: "main.Version",
    // The release tags of Tempo 2 are no valid Go module versions; go.mod names the tag's commit.
    printedVersion: "v2.9.0",
  },
  pulumi: {
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    module: "github.com/pulumi/pulumi/pkg/v3",
    // Without a version the Automation API refuses the CLI.
    versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
    fromPath: true,
  },
  // What runs programs in YAML; comes with the CLI where that is installed as a whole.
  "pulumi-language-yaml": {
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    module: "github.com/pulumi/pulumi-yaml",
    versionVariable: "github.com/pulumi/pulumi-yaml/pkg/version.Version",
  },
  versitygw: {
    package: "github.com/versity/versitygw/cmd/versitygw",
    module: "github.com/versity/versitygw",
    versionVariable: "main.Version",
  },
  alloycheck: { package: "." },
  actionlint: {
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    module: "github.com/rhysd/actionlint",
    versionVariable: "github.com/rhysd/actionlint.version",
  },
} satisfies Record<string, Tool>;

/** A program that {@link toolPath} can build. */
export type ToolName = keyof typeof tools;

/** Every program that {@link toolPath} can build. */
export const toolNames = Object.keys(tools) as ToolName[];

/** A tool that cannot be built; the message says why and what to do. */
export class ToolError extends Error {}

/**
 * Folder that holds the built tools.
 *
 * @param env - environment to read: `LGTM_TOOLS_DIR`, else `XDG_CACHE_HOME`, else `~/.cache`.
 */
export function toolsFolder(env: NodeJS.ProcessEnv = process.env): string {
  // Absolute, because Go runs in the folder of the tool.
  if (env.LGTM_TOOLS_DIR) return resolve(env.LGTM_TOOLS_DIR);
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "lgtm-fargate", "tools");
}

/** -1, 0 or 1 as Go version `a` is older than, equal to or newer than `b` (`1.26.5`, `go1.25`). */
export function compareGoVersions(a: string, b: string): number {
  const parts = (version: string): number[] =>
    (/(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []).slice(1).map((part) => Number(part ?? 0));
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Version that a go.mod requires of `module`. */
export function requiredVersion(goMod: string, module: string): string {
  const line = goMod
    .split("\n")
    .map((text) => text.trim().replace(/^require\s+/, ""))
    .find((text) => text.startsWith(`${module} v`));
  const version = line?.split(/\s+/)[1];
  if (version === undefined) throw new ToolError(`go.mod has no requirement on ${module}`);
  return version;
}

/** Go version that a go.mod asks for. */
export function requiredGo(goMod: string): string {
  const version = /^go\s+(\S+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new ToolError("go.mod has no go line");
  return version;
}

/** What is wrong with the Go found, with the mend; undefined where it will do. */
export function goComplaint(
  tool: string,
  needed: string,
  found: { version: string; toolchain: string } | undefined,
): string | undefined {
  const mend = `Install Go ${needed} or newer from https://go.dev/dl/`;
  if (found === undefined)
    return `tools/${tool} needs Go >= ${needed}, but no \`go\` is on the PATH. ${mend}.`;
  if (compareGoVersions(found.version, needed) >= 0) return undefined;
  // From 1.21 on Go fetches the toolchain that a go.mod asks for, unless it is told not to.
  const fetches = found.toolchain === "auto" || found.toolchain.endsWith("+auto");
  if (fetches && compareGoVersions(found.version, "1.21") >= 0) return undefined;
  return (
    `tools/${tool} needs Go >= ${needed}, found ${found.version} (GOTOOLCHAIN=${found.toolchain}). ` +
    `${mend}, or set GOTOOLCHAIN=auto so that Go fetches it by itself.`
  );
}

async function findGo(): Promise<{ version: string; toolchain: string } | undefined> {
  try {
    // Outside the tool's folder, or Go would already answer as the toolchain its go.mod asks for.
    const { stdout } = await run("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: homedir() });
    const [version = "", toolchain = ""] = stdout.trim().split("\n");
    return { version, toolchain };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

interface Build {
  readonly folder: string;
  readonly goMod: string;
  readonly version: string;
  readonly args: readonly string[];
  /** Hash over all that decides what the binary is. */
  readonly hash: string;
}

/** How a tool is built, and the hash its cache folder is named by. */
export async function describeBuild(name: ToolName, toolsRoot = __dirname): Promise<Build> {
  const tool: Tool = tools[name];
  const folder = join(toolsRoot, name);
  const goMod = await readFile(join(folder, "go.mod"), "utf8");
  const version =
    tool.printedVersion ?? (tool.module ? requiredVersion(goMod, tool.module) : "source");
  const linker = ["-s", "-w"];
  if (tool.versionVariable) linker.push("-X", `${tool.versionVariable}=${version}`);
  const args = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", linker.join(" ")];
  const sources = (await readdir(folder))
    .filter((file) => /\.go$|^go\.(mod|sum)$/.test(file))
    .sort();
  const hash = createHash("sha256");
  hash.update(JSON.stringify([process.platform, process.arch, tool.package, args]));
  for (const file of sources) hash.update(`\0${file}\0`).update(await readFile(join(folder, file)));
  return { folder, goMod, version, args, hash: hash.digest("hex").slice(0, 12) };
}

async function goBuild(name: ToolName, build: Build, output: string): Promise<void> {
  const child = spawn("go", ["build", ...build.args, "-o", output, tools[name].package], {
    cwd: build.folder,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((done, fail) => {
    child.on("error", fail).on("close", done);
  });
  if (code === 0) return;
  const lines = errors.split("\n").filter((line) => !line.startsWith("go: downloading"));
  throw new ToolError(
    `tools/${name} does not build (go build, exit ${code}); Go fetches modules through GOPROXY, ` +
      `so the network must allow it:\n${lines.slice(-20).join("\n").trim()}`,
  );
}

/**
 * The program that a shell would find, where it is of this version and lies in the `bin` folder of an installation, as
 * the Automation API wants it.
 */
export async function onPath(
  name: ToolName,
  version: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const program = join(folder, name);
    if (!(await exists(program))) continue;
    const options = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } };
    const { stdout } = await run(program, ["version"], options).catch(() => ({ stdout: "" }));
    return stdout.trim() === version && basename(folder) === "bin" ? program : undefined;
  }
  return undefined;
}

async function install(name: ToolName, toolsRoot: string): Promise<string> {
  const build = await describeBuild(name, toolsRoot);
  const tool: Tool = tools[name];
  const found = tool.fromPath ? await onPath(name, build.version) : undefined;
  if (found !== undefined) return found;
  const root = toolsFolder();
  // `bin/` because the Automation API takes a CLI as the root of an installation.
  const home = join(root, `${name}-${build.version}-${build.hash}`);
  const program = join(home, "bin", name);
  if (await exists(program)) return program;
  const complaint = goComplaint(name, requiredGo(build.goMod), await findGo());
  if (complaint !== undefined) throw new ToolError(complaint);
  await mkdir(root, { recursive: true });
  const started = performance.now();
  say(`${name} ${build.version}: building (minutes the first time) ...`);
  const staging = await mkdtemp(join(root, `.${name}-`));
  try {
    await goBuild(name, build, join(staging, "bin", name));
    await rename(staging, home).catch(async (error: unknown) => {
      // Another process was faster: its build is as good as ours.
      if (!(await exists(program))) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  say(`${name} ${build.version}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return program;
}

const pending = new Map<ToolName, Promise<string>>();

/**
 * Path of a tool's program, built first where the cache does not have it.
 *
 * @param toolsRoot Folder with the tools' modules; a bundled command has to say where it is.
 * @throws ToolError if Go is absent or too old, or the build fails; the message has the mend.
 */
export function toolPath(name: ToolName, toolsRoot = __dirname): Promise<string> {
  const known = pending.get(name) ?? install(name, toolsRoot);
  pending.set(name, known);
  return known;
}

function isToolName(name: string): name is ToolName {
  return name in tools;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { print: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !isToolName(name));
  if (unknown.length > 0 || positionals.length === 0) {
    const reason = unknown.length > 0 ? `unknown tool: ${unknown.join(", ")}\n` : "";
    throw new ToolError(
      `${reason}usage: tools/install.ts [--print] <${toolNames.join(" | ")}> ...`,
    );
  }
  // One after the other: each build already uses every core.
  for (const name of positionals.filter(isToolName)) {
    const path = await toolPath(name);
    if (values.print) process.stdout.write(`${path}\n`);
    else say(`${name}: ${path}`);
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    say(error.message);
    process.exitCode = 1;
  });
}
