import { createRequire } from "node:module";
import type * as automation from "@pulumi/pulumi/automation";
import type { Provider } from "../../standin/provider/provider";
import { serve } from "../../standin/provider/server";

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

type Operation = (watch: {
  onEvent: (event: automation.EngineEvent) => void;
  onOutput: (text: string) => void;
}) => Promise<string>;

/** Whether the program of the last operation has been asked what it wants. */
let asked = true;

/** A program, and how often it has been asked what it wants. */
export class CountedProgram {
  runs = 0;

  constructor(private readonly program: () => unknown) {}

  readonly run = (): Promise<never> => {
    this.runs += 1;
    asked = true;
    return Promise.resolve(this.program()) as Promise<never>;
  };
}

/**
 * On a busy machine an inline program now and then does not get its second connection to the engine, before it is asked for
 * anything. The SDK takes that for an echo of the engine's own error and says nothing (automation/server.js): the engine then
 * hears of no resource, and deletes what there is. An echo it can be only after the program has begun. Seen on a machine that
 * gave the lane a hundredth of a processor, and once on a quiet one (2026-11-29).
 */
const errors = createRequire(__filename)("@pulumi/pulumi/errors") as {
  isGrpcError: (error: Error) => boolean;
};
const { isGrpcError } = errors;
errors.isGrpcError = (error) => asked && isGrpcError(error);

const isResource = ({ type }: Step) => type !== "pulumi:pulumi:Stack";

/**
 * One stack in a lane. Each operation gets providers of its own, which the engine finds in this process: starting three
 * others took most of the time of most tests. What `pulumi` starts by itself is shown by `cli.test.ts`.
 */
export class LaneStack {
  /**
   * The same for operations. After each the SDK starts the CLI three more times, to ask for outputs and a summary: the
   * events have said what was done, and who wants outputs asks for them.
   */
  private readonly terse: automation.Stack;

  constructor(
    private readonly stack: automation.Stack,
    private readonly program: Pick<CountedProgram, "runs">,
    private readonly providers: () => readonly Provider[],
  ) {
    this.terse = Object.assign(Object.create(stack) as automation.Stack, {
      outputs: () => Promise.resolve({}),
      info: () => Promise.resolve(undefined),
    });
  }

  async preview(options: automation.PreviewOptions = {}): Promise<Outcome> {
    return this.askingTheProgram("preview", async (watch) => {
      return (await this.terse.preview({ ...options, ...watch })).stdout;
    });
  }

  async up(options: automation.UpOptions = {}): Promise<Outcome> {
    return this.askingTheProgram("up", async (watch) => {
      return (await this.terse.up({ ...options, ...watch })).stdout;
    });
  }

  async refresh(options: automation.RefreshOptions = {}): Promise<Outcome> {
    return this.once(async (watch) => {
      return (await this.terse.refresh({ ...options, ...watch })).stdout;
    });
  }

  async destroy(options: automation.DestroyOptions = {}): Promise<Outcome> {
    return this.once(async (watch) => {
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

  /** An operation that has done nothing, because its program was not asked what it wants, is begun once more. */
  private async askingTheProgram(kind: "preview" | "up", work: Operation): Promise<Outcome> {
    const before = this.program.runs;
    asked = false;
    const attempt = await this.once(work).then(
      (outcome) => ({ outcome, steps: outcome.steps }),
      (error: unknown) => ({ error, steps: error instanceof EngineError ? error.steps : [] }),
    );
    if (this.program.runs === before) {
      // As long as nothing was done, asking again hides nothing.
      if (kind === "preview" || !attempt.steps.some(isResource)) return this.once(work);
      throw new Error("the program was not asked what it wants: the engine took that for nothing");
    }
    if ("outcome" in attempt) return attempt.outcome;
    throw attempt.error;
  }

  private async once(work: Operation): Promise<Outcome> {
    const events: automation.EngineEvent[] = [];
    const steps: Step[] = [];
    const served = await Promise.all(
      this.providers().map(async (provider) => ({
        name: provider.name,
        ...(await serve(provider)),
      })),
    );
    Object.assign(this.stack.workspace.envVars, {
      PULUMI_DEBUG_PROVIDERS: served.map(({ name, port }) => `${name}:${port}`).join(","),
    });
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
      for (const each of served) each.close();
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
