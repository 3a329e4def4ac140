import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { toolPath } from "../tools/install";
import type { Plan } from "../plan/plan";
import { runExperiments } from "./experiments/command";
import { runProgram } from "./network/command";
import { readPlanView } from "./planView";
import { machineComplaints, startInSandbox } from "./sandbox";
import { defaultTiming } from "./scheduler/timing";
import { exitCodes, type Order } from "./settings";
import { versionNumber } from "./serverDifferences";
import { findPrograms, imageOf, versionOf } from "./tasks/images";

interface Options {
  readonly plan?: string;
  readonly json: boolean;
  readonly keep: boolean;
  readonly logs?: string;
  readonly readySeconds: number;
  readonly startSeconds: number;
  readonly leastPrivilege?: string | true;
  readonly experiment?: string;
  readonly runs: number;
  readonly results: string;
}

/** `npm run rehearse -- STACK`: see {@link exitCodes}; 130 after Ctrl-C. */
async function main(): Promise<number> {
  const command = new Command("npm run rehearse --")
    .description("Start what a plan would deploy, for real, on this machine, and look.")
    .argument("[stack]", "name of the stack, planned first (dev for Pulumi.dev.yaml)")
    .option("--plan <plan.json>", "rehearse this plan instead of planning a stack")
    .option("--keep", "leave it running until Ctrl-C", false)
    .option("--json", "print the report as JSON; progress goes to standard error", false)
    .option("--logs <dir>", "keep the servers' logs in this folder")
    .option("--ready-seconds <n>", "longest wait until everything is ready", positive, 180)
    .option(
      "--least-privilege [names]",
      "take one security-group rule or statement out at a time (those that match), and see what breaks",
      pattern,
    )
    .option(
      "--start-seconds <n>",
      "how long a task that replaces another one takes to be placed",
      positive,
      defaultTiming.startSeconds,
    )
    .option(
      "--experiment <name>",
      "conduct an experiment under load (or several: a,b), `all`, a trap (trap-NAME) or `traps`",
    )
    .option("--runs <n>", "how often each; results that are there already count", positive, 1)
    .option("--results <dir>", "folder of the experiments' results", "rehearsal/results")
    .showHelpAfterError()
    .parse();
  const [stack] = command.args;
  const options = command.opts<Options>();
  const complaints = [
    ...machineComplaints(),
    ...((stack === undefined) === (options.plan === undefined)
      ? ["name a stack or a plan (--plan FILE), one of them"]
      : []),
  ];
  if (complaints.length > 0) {
    process.stderr.write(`${complaints.join("\n")}\n`);
    return exitCodes.impossible;
  }
  const projectRoot = findProjectRoot();
  const toolsRoot = path.join(projectRoot, "tools");
  const plan = readPlan(options.plan ?? (await planOfStack(projectRoot, stack ?? "")));
  const view = readPlanView(plan);
  const images = view.services.flatMap(({ taskDefinition }) =>
    taskDefinition.containers.map(({ image }) => imageOf(image)?.program ?? image),
  );
  const programs = await findPrograms(images, toolsRoot);
  if (!programs.has("busybox")) {
    process.stderr.write(
      "missing: a static busybox; on Debian or Ubuntu: apt-get install busybox-static\n",
    );
    return exitCodes.impossible;
  }
  const order: Order = {
    settings: {
      plan,
      projectRoot,
      programs: Object.fromEntries(programs),
      versions: await versionsOf(programs),
      s3Program: await toolPath("versitygw", toolsRoot),
      timing: { ...defaultTiming, startSeconds: options.startSeconds },
      readySeconds: options.readySeconds,
      logs: options.logs === undefined ? undefined : path.resolve(options.logs),
    },
    json: options.json,
    keep: options.keep,
    removals: options.leastPrivilege === true ? "" : options.leastPrivilege,
  };
  if (options.experiment !== undefined) {
    return runExperiments({
      settings: order.settings,
      names: options.experiment,
      runs: options.runs,
      folder: path.resolve(options.results),
      json: options.json,
    });
  }
  return runOrder(projectRoot, order);
}

/** Runs an order in a sandbox; Ctrl-C ends it in order. */
async function runOrder(projectRoot: string, order: Order): Promise<number> {
  const sandbox = startInSandbox(projectRoot, "rehearsal/inside.ts");
  const end = () => {
    if (sandbox.connected) sandbox.disconnect();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  const door = order.keep ? await doorOutside(sandbox) : undefined;
  sandbox.send({ ...order, port: door?.port });
  return new Promise((resolve, reject) => {
    sandbox.once("error", reject);
    sandbox.once("exit", (code) => {
      door?.close();
      resolve(code ?? 1);
    });
  });
}

/** Listens outside the sandbox, for this machine only, and hands each connection in. */
async function doorOutside(sandbox: ChildProcess): Promise<{ port: number; close: () => void }> {
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    sandbox.send("connection", socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () => server.close(),
  };
}

/** Versions of the servers among the programs. */
async function versionsOf(programs: ReadonlyMap<string, string>): Promise<Record<string, string>> {
  const servers = [...programs].filter(([name]) => name !== "busybox");
  const versions = await Promise.all(
    servers.map(
      async ([name, program]) => [name, versionNumber(await versionOf(program))] as const,
    ),
  );
  return Object.fromEntries(
    versions.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])),
  );
}

function pattern(text: string): string {
  try {
    new RegExp(text);
    return text;
  } catch {
    throw new InvalidArgumentError("not a regular expression.");
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("not a number ≥ 0.");
  return value;
}

function readPlan(file: string): Plan {
  let plan: Partial<Plan>;
  try {
    plan = JSON.parse(fs.readFileSync(file, "utf8")) as Partial<Plan>;
  } catch (error) {
    throw new Error(
      `${file} cannot be read as a plan: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (plan.version !== 1 || !Array.isArray(plan.resources)) {
    throw new Error(`${file} is no plan of version 1 (npm run plan -- STACK writes one)`);
  }
  return plan as Plan;
}

/** Plans a stack first, as `npm run plan` does. @returns path of its plan.json. */
async function planOfStack(projectRoot: string, stack: string): Promise<string> {
  const run = path.join(projectRoot, "run.js");
  const folder = path.join(
    projectRoot,
    "plans",
    path.basename(stack).replace(/^Pulumi\.|\.ya?ml$/g, ""),
  );
  await runProgram(process.execPath, [run, "plan/main.ts", stack, "--out", folder]).catch(
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      throw new Error(text.replace(/^.*ended with \d+: /, ""));
    },
  );
  return path.join(folder, "plan.json");
}

/** The folder of Pulumi.yaml, at or above the current one. */
function findProjectRoot(): string {
  let folder = process.cwd();
  while (!fs.existsSync(path.join(folder, "Pulumi.yaml"))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error("run this inside the repository");
    folder = parent;
  }
  return folder;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = exitCodes.impossible;
  },
);
