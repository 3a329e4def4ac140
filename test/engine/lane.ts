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
import { pluginNames, pluginOf, type PluginName } from "../../standin/provider/plugin";
import type { Done, Provider } from "../../standin/provider/provider";
import { toolPath } from "../../tools/install";
import { CountedProgram, LaneStack } from "./laneStack";

const root = path.join(__dirname, "..", "..");
const policyRunner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");

type MakeProvider = (name: PluginName, accountFolder: string) => Provider;

/**
 * An AWS account that is the stand-in's, with the real Pulumi CLI in front of it: a backend, a folder with the project's
 * `Pulumi.yaml` and stack files, and the provider plugins.
 */
export class Lane {
  private makeProvider: MakeProvider | undefined = pluginOf;

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
    for (const plugin of pluginNames)
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
    const counted = new CountedProgram(program);
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: PROJECT, program: counted.run },
      {
        workDir: path.join(this.folder, "project"),
        pulumiCommand: this.cli,
        envVars: { ...this.variables },
      },
    );
    return new LaneStack(stack, counted, () => this.providers());
  }

  /** A stack with another program than the project's, and no stack file. */
  async stackOf(name: string, run: () => Promise<void>): Promise<LaneStack> {
    // Without the project's Pulumi.yaml, which asks for a stack file.
    const folder = path.join(this.folder, "replay");
    fs.mkdirSync(folder, { recursive: true });
    const counted = new CountedProgram(run);
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: PROJECT, program: counted.run },
      {
        workDir: folder,
        pulumiCommand: this.cli,
        envVars: { ...this.variables },
      },
    );
    return new LaneStack(stack, counted, () => this.providers());
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

  /**
   * Puts other providers in the place of the stand-ins.
   *
   * @param makeProvider - absent: the engine starts the stand-ins as plugins, each in a process of its own
   */
  serve(makeProvider: MakeProvider | undefined): void {
    this.makeProvider = makeProvider;
  }

  private providers(): Provider[] {
    const { makeProvider } = this;
    if (makeProvider === undefined) return [];
    return pluginNames.map((name) => makeProvider(name, path.join(this.folder, "account")));
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

function executable(file: string, command: string): void {
  fs.writeFileSync(file, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
