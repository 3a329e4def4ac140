import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as automation from "@pulumi/pulumi/automation";
import { parseDocument, type Document } from "yaml";
import program from "../../index";
import { PROJECT } from "../../plan/makePlan";
import { Account } from "../../standin/account";
import type { Control } from "../../standin/provider/control";
import type { Done } from "../../standin/provider/provider";
import { toolPath } from "../../tools/install";

const root = path.join(__dirname, "..", "..");
const policyRunner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");

/** One step of the engine, with the seconds since the operation began. */
export interface Step {
  /** `create`, `update`, `delete`, `create-replacement`, `same` … */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Properties that differ, as the provider said. */
  readonly diffs: readonly string[];
  readonly started: number;
  /** Absent where the step failed. */
  ended?: number;
}

/** What an operation of the engine did. */
export interface Outcome {
  readonly events: readonly automation.EngineEvent[];
  /** In the order in which the engine began them. */
  readonly steps: readonly Step[];
  readonly seconds: number;
  /** Operation → number of resources. */
  readonly changes: Readonly<Record<string, number>>;
  readonly output: string;
}

/**
 * An AWS account that is the stand-in's, with the real Pulumi CLI in front of it: a backend, a folder with the project's
 * `Pulumi.yaml` and stack files, and the provider plugins.
 */
export class Lane {
  private constructor(
    readonly folder: string,
    private readonly cli: automation.PulumiCommand,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  /** @param name Part of the folder's name, to tell failed ones apart. */
  static async open(name: string): Promise<Lane> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), `lgtm-engine-${name}-`));
    for (const each of ["bin", "host", "state", "project", "account", "home"])
      fs.mkdirSync(path.join(folder, each));
    for (const plugin of ["aws", "awsx", "random"])
      executable(
        path.join(folder, "bin", `pulumi-resource-${plugin}`),
        `exec ${quoted(process.execPath)} ${quoted(path.join(root, "run.js"))} standin/provider/main.ts ${plugin}`,
      );
    executable(
      path.join(folder, "bin", "pulumi-analyzer-policy-nodejs"),
      `exec ${quoted(process.execPath)} ${quoted(policyRunner)} "$@"`,
    );
    executable(
      path.join(folder, "host", "pulumi-language-nodejs"),
      `exec ${quoted(process.execPath)} ${quoted(path.join(root, "run.js"))} test/engine/languageHost.ts "$@"`,
    );
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"])
      fs.copyFileSync(path.join(root, file), path.join(folder, "project", file));
    // A stack file gets the salt of its secrets written into it, so it is a copy; the program is the project's own.
    for (const file of ["index.ts", "package.json", "tsconfig.json", "node_modules"])
      fs.symlinkSync(path.join(root, file), path.join(folder, "project", file));
    const pulumi = path.dirname(await toolPath("pulumi"));
    return Lane.at(folder, await automation.PulumiCommand.get({ root: path.dirname(pulumi) }));
  }

  private static at(folder: string, cli: automation.PulumiCommand): Lane {
    return new Lane(folder, cli, {
      PATH: [path.join(folder, "bin"), process.env["PATH"] ?? ""].join(":"),
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "engine lane",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Writing the whole state after every step takes most of the time; it is written when the engine ends, also in failure.
      PULUMI_EXPERIMENTAL: "true",
      PULUMI_SKIP_CHECKPOINTS: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      LGTM_STANDIN_ACCOUNT: path.join(folder, "account"),
    });
  }

  /** A copy: same account, same state. What is done to one does not show in the other. */
  fork(name: string): Lane {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), `lgtm-engine-${name}-`));
    fs.cpSync(this.folder, folder, { recursive: true });
    return Lane.at(folder, this.cli);
  }

  /** What exists in the account now. */
  account(): Account {
    return new Account(path.join(this.folder, "account", "journal.jsonl"));
  }

  /** Everything that was done in the account, in the order in which it ended. */
  operations(): Done[] {
    return fs
      .readFileSync(path.join(this.folder, "account", "operations.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Done);
  }

  /** Orders to the providers; without any, everything is done as asked. */
  control(orders: Control = {}): void {
    fs.writeFileSync(path.join(this.folder, "account", "control.json"), JSON.stringify(orders));
  }

  /** Path of a file in the project's folder. */
  file(name: string): string {
    return path.join(this.folder, "project", name);
  }

  /** Changes a stack file as a user would. */
  edit(stack: string, change: (file: Document) => void): void {
    const file = this.file(`Pulumi.${stack}.yaml`);
    const document = parseDocument(fs.readFileSync(file, "utf8"));
    change(document);
    fs.writeFileSync(file, document.toString());
  }

  /**
   * Runs the CLI as a user does, the program in a process of its own; it does not fail where the CLI does. The stand-in
   * of the language host cannot start policy packs: those are for {@link LaneStack}.
   */
  command(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
    return this.commandIn("project", ...args);
  }

  /** The same in another folder of the lane than the project's. */
  async commandIn(
    folder: string,
    ...args: string[]
  ): Promise<{ readonly code: number; readonly output: string }> {
    const child = spawn(this.cli.command, [...args, "--non-interactive", "--color", "never"], {
      cwd: path.join(this.folder, folder),
      env: {
        ...process.env,
        ...this.variables,
        PATH: [path.join(this.folder, "host"), this.variables["PATH"]].join(":"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", reject).on("close", (status) => resolve(status ?? -1));
    });
    return { code, output };
  }

  /** The engine's state file as it is on disk. */
  stateText(stack: string): string {
    const folder = path.join(this.folder, "state", ".pulumi", "stacks", PROJECT);
    const file = fs.readdirSync(folder).find((each) => each === `${stack}.json`);
    return fs.readFileSync(path.join(folder, file ?? ""), "utf8");
  }

  /** A stack of the project, made if it is new. */
  async stack(name: string): Promise<LaneStack> {
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: PROJECT, program: () => Promise.resolve(program()) as never },
      {
        workDir: path.join(this.folder, "project"),
        pulumiCommand: this.cli,
        envVars: { ...this.variables },
      },
    );
    return new LaneStack(stack);
  }

  /** A stack with another program than the project's, and no stack file. */
  async stackOf(name: string, run: () => Promise<void>): Promise<LaneStack> {
    // Without the project's Pulumi.yaml, which asks for a stack file.
    const folder = path.join(this.folder, "replay");
    fs.mkdirSync(folder, { recursive: true });
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: PROJECT, program: run },
      {
        workDir: folder,
        pulumiCommand: this.cli,
        envVars: { ...this.variables },
      },
    );
    return new LaneStack(stack);
  }

  /** Serves the component plugin as Pulumi's Node language host starts it: in the folder of the program that uses it. */
  servePlugin(): void {
    const runner = require.resolve("@pulumi/pulumi/cmd/run-plugin");
    executable(
      path.join(this.folder, "bin", "pulumi-resource-lgtm-fargate"),
      `exec ${quoted(process.execPath)} ${quoted(runner)} ${quoted(path.join(root, "plugin"))} "$@"`,
    );
  }

  /** Makes a program known that stands for a language. */
  addLanguage(name: string, file: string): void {
    fs.symlinkSync(file, path.join(this.folder, "host", `pulumi-language-${name}`));
  }

  /** Puts another provider in the place of the stand-in of AWS. */
  serve(plugins: readonly string[], file: string): void {
    for (const plugin of plugins)
      executable(
        path.join(this.folder, "bin", `pulumi-resource-${plugin}`),
        `exec ${quoted(process.execPath)} ${quoted(path.join(root, "run.js"))} ${quoted(file)} ${plugin}`,
      );
  }

  /** What a release left behind: the engine's state, the account, and the stack file it was made from. */
  async snapshot(stack: string): Promise<Snapshot> {
    return {
      stack,
      file: fs.readFileSync(this.file(`Pulumi.${stack}.yaml`), "utf8"),
      journal: fs.readFileSync(path.join(this.folder, "account", "journal.jsonl"), "utf8"),
      deployment: await (await this.stack(stack)).export(),
    };
  }

  /** Puts a snapshot into an empty lane. */
  async restore(snapshot: Snapshot): Promise<LaneStack> {
    fs.writeFileSync(this.file(`Pulumi.${snapshot.stack}.yaml`), snapshot.file);
    fs.writeFileSync(path.join(this.folder, "account", "journal.jsonl"), snapshot.journal);
    const stack = await this.stack(snapshot.stack);
    await stack.import(snapshot.deployment);
    return stack;
  }

  /** Takes the folder away. */
  close(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Everything that a deployment was, in one file. */
export interface Snapshot {
  readonly stack: string;
  readonly file: string;
  readonly journal: string;
  readonly deployment: automation.Deployment;
}

type Operation = (watch: {
  onEvent: (event: automation.EngineEvent) => void;
  onOutput: (text: string) => void;
}) => Promise<string>;

/**
 * On a busy machine the program now and then does not get its connection to the engine: seen once in a whole lane. As long
 * as it has asked for nothing, asking again hides nothing.
 */
const NEVER_CONNECTED = /14 UNAVAILABLE: No connection established/;
const isResource = ({ type }: Step) => type !== "pulumi:pulumi:Stack";

/** One stack in a {@link Lane}. */
export class LaneStack {
  /**
   * The same for operations. After each the SDK starts the CLI three more times, to ask for outputs and a summary: the
   * events have said what was done, and who wants outputs asks for them.
   */
  private readonly terse: automation.Stack;

  constructor(private readonly stack: automation.Stack) {
    this.terse = Object.assign(Object.create(stack) as automation.Stack, {
      outputs: () => Promise.resolve({}),
      info: () => Promise.resolve(undefined),
    });
  }

  async preview(options: automation.PreviewOptions = {}): Promise<Outcome> {
    return this.run(async (watch) => {
      return (await this.terse.preview({ ...options, ...watch })).stdout;
    });
  }

  async up(options: automation.UpOptions = {}): Promise<Outcome> {
    return this.run(async (watch) => {
      return (await this.terse.up({ ...options, ...watch })).stdout;
    });
  }

  async refresh(options: automation.RefreshOptions = {}): Promise<Outcome> {
    return this.run(async (watch) => {
      return (await this.terse.refresh({ ...options, ...watch })).stdout;
    });
  }

  async destroy(options: automation.DestroyOptions = {}): Promise<Outcome> {
    return this.run(async (watch) => {
      return (await this.terse.destroy({ ...options, ...watch })).stdout;
    });
  }

  /** The engine's state. */
  async state(): Promise<StateResource[]> {
    const exported = (await this.stack.exportStack()) as {
      deployment: { resources?: StateResource[] };
    };
    return exported.deployment.resources ?? [];
  }

  export(): Promise<automation.Deployment> {
    return this.stack.exportStack();
  }

  import(deployment: automation.Deployment): Promise<void> {
    return this.stack.importStack(deployment);
  }

  outputs(): Promise<automation.OutputMap> {
    return this.stack.outputs();
  }

  private run(work: Operation): Promise<Outcome> {
    return this.once(work).catch((error: unknown) => {
      const begun = error instanceof EngineError ? error.steps.filter(isResource) : undefined;
      if (begun?.length !== 0 || !NEVER_CONNECTED.test(String(error))) throw error;
      return this.once(work);
    });
  }

  private async once(work: Operation): Promise<Outcome> {
    const events: automation.EngineEvent[] = [];
    const steps: Step[] = [];
    const limit = Error.stackTraceLimit;
    // The SDK notes a stack trace on every promise it makes, which costs more than the program itself.
    Error.stackTraceLimit = 0;
    const began = performance.now();
    const now = () => (performance.now() - began) / 1000;
    try {
      const output = await work({
        onEvent: (event) => {
          events.push(event);
          note(event, steps, now());
        },
        onOutput: () => undefined,
      });
      const changes = events.findLast(({ summaryEvent }) => summaryEvent !== undefined)
        ?.summaryEvent?.resourceChanges;
      return { events, steps, output, changes: { ...changes }, seconds: now() };
    } catch (error) {
      if (error instanceof Error) throw new EngineError(error.message, events, steps);
      throw error;
    } finally {
      Error.stackTraceLimit = limit;
    }
  }
}

/** The engine ended with an error; what it did until then is in the steps. */
export class EngineError extends Error {
  constructor(
    message: string,
    readonly events: readonly automation.EngineEvent[],
    readonly steps: readonly Step[],
  ) {
    super(message);
  }

  /** What the engine reports as errors. */
  get diagnostics(): string {
    return this.events
      .map(({ diagnosticEvent }) => diagnosticEvent)
      .filter((event) => event?.severity === "error")
      .map((event) => event?.message)
      .join("\n");
  }
}

function note(event: automation.EngineEvent, steps: Step[], now: number): void {
  const begun = event.resourcePreEvent?.metadata;
  const done = event.resOutputsEvent?.metadata;
  if (begun !== undefined) {
    const { op, urn, type, diffs } = begun;
    const name = urn.slice(urn.lastIndexOf("::") + 2);
    steps.push({ op, urn, type, name, diffs: diffs ?? [], started: now });
  } else if (done !== undefined) {
    const step = steps.findLast(
      ({ op, urn, ended }) => op === done.op && urn === done.urn && ended === undefined,
    );
    if (step !== undefined) step.ended = now;
  }
}

/** A resource as the engine's state file has it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

function executable(file: string, command: string): void {
  fs.writeFileSync(file, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
