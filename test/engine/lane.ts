import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as automation from "@pulumi/pulumi/automation";
import { parseDocument, type Document } from "yaml";
import program from "../../index";
import { PROJECT } from "../../plan/makePlan";
import { Account } from "../../standin/account";
import type { Control } from "../../standin/provider/control";
import { toolPath } from "../../tools/install";

const root = path.join(__dirname, "..", "..");

/** What an operation of the engine did. */
export interface Outcome {
  readonly events: readonly automation.EngineEvent[];
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
    for (const each of ["bin", "state", "project", "account", "home"])
      fs.mkdirSync(path.join(folder, each));
    for (const plugin of ["aws", "awsx", "random"])
      executable(
        path.join(folder, "bin", `pulumi-resource-${plugin}`),
        `exec ${quoted(process.execPath)} ${quoted(path.join(root, "run.js"))} standin/provider/main.ts ${plugin}`,
      );
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"])
      fs.copyFileSync(path.join(root, file), path.join(folder, "project", file));
    // The engine wants the program's entry to exist, though the program runs in this process.
    fs.writeFileSync(path.join(folder, "project", "index.ts"), "");
    const pulumi = await toolPath("pulumi");
    const cli = await automation.PulumiCommand.get({ root: path.dirname(path.dirname(pulumi)) });
    return new Lane(folder, cli, {
      PATH: [path.join(folder, "bin"), path.dirname(pulumi), process.env["PATH"] ?? ""].join(":"),
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "engine lane",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      LGTM_STANDIN_ACCOUNT: path.join(folder, "account"),
    });
  }

  /** What exists in the account now. */
  account(): Account {
    return new Account(path.join(this.folder, "account", "journal.jsonl"));
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

  /** Takes the folder away. */
  close(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One stack in a {@link Lane}. */
export class LaneStack {
  constructor(private readonly stack: automation.Stack) {}

  async preview(options: automation.PreviewOptions = {}): Promise<Outcome> {
    return this.run(async (watch) => {
      const result = await this.stack.preview({ ...options, ...watch });
      return { output: result.stdout, changes: { ...result.changeSummary } };
    });
  }

  async up(options: automation.UpOptions = {}): Promise<Outcome> {
    return this.run(async (watch) => {
      const result = await this.stack.up({ ...options, ...watch });
      return { output: result.stdout, changes: { ...result.summary.resourceChanges } };
    });
  }

  async refresh(options: automation.RefreshOptions = {}): Promise<Outcome> {
    return this.run(async (watch) => {
      const result = await this.stack.refresh({ ...options, ...watch });
      return { output: result.stdout, changes: { ...result.summary.resourceChanges } };
    });
  }

  async destroy(options: automation.DestroyOptions = {}): Promise<Outcome> {
    return this.run(async (watch) => {
      const result = await this.stack.destroy({ ...options, ...watch });
      return { output: result.stdout, changes: { ...result.summary.resourceChanges } };
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

  private async run(
    work: (watch: {
      onEvent: (event: automation.EngineEvent) => void;
      onOutput: (text: string) => void;
    }) => Promise<{ output: string; changes: Record<string, number> }>,
  ): Promise<Outcome> {
    const events: automation.EngineEvent[] = [];
    const limit = Error.stackTraceLimit;
    // The SDK notes a stack trace on every promise it makes, which costs more than the program itself.
    Error.stackTraceLimit = 0;
    const started = performance.now();
    try {
      const { output, changes } = await work({
        onEvent: (event) => events.push(event),
        onOutput: () => undefined,
      });
      return { events, output, changes, seconds: (performance.now() - started) / 1000 };
    } finally {
      Error.stackTraceLimit = limit;
    }
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
