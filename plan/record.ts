import * as runtime from "@pulumi/pulumi/runtime";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import * as state from "@pulumi/pulumi/runtime/state";
import type { Properties } from "../standin/types";
import { Registrar, type RecordedResource } from "./registrar";

export { isSecret, unwrapAll, type RecordedResource } from "./registrar";

/** Everything a program registered, in the order in which it did so. */
export interface Recording {
  readonly resources: readonly RecordedResource[];
  readonly outputs: Properties;
}

export interface RecordOptions {
  readonly project: string;
  readonly stack: string;
  /** Pulumi configuration, as the engine hands it over: every value is text, objects are JSON. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  readonly accountId: string;
  readonly region: string;
}

/** What the SDK keeps to itself (its typings leave it out) and the recorder has to set. */
interface Internals {
  getStore(): Record<`supports${string}`, boolean> & { callbacks: object | undefined };
}

/**
 * Runs a Pulumi program in this process, without engine, plugins or network, and records every registration with all
 * values resolved by the stand-in.
 *
 * @throws whatever the program throws, and the stand-in's refusals.
 */
export async function record(program: () => unknown, options: RecordOptions): Promise<Recording> {
  const registrar = new Registrar(options);
  runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);
  runtime.setMockOptions(
    new RecordingMonitor(registrar),
    options.project,
    options.stack,
    false,
    "organization",
  );
  const store = (state as unknown as Internals).getStore();
  store.supportsSecrets = true;
  store.supportsResourceReferences = true;
  store.supportsOutputValues = false;
  store.supportsDeletedWith = true;
  store.supportsReplaceWith = true;
  store.supportsAliasSpecs = true;
  store.supportsResourceHooks = true;
  // The SDK would start a local gRPC server so that an engine can call hooks back. Nobody will.
  store.callbacks = {
    registerResourceHook: () => Promise.resolve(),
    awaitStackRegistrations: () => Promise.resolve(),
    shutdown: () => undefined,
  };

  // A failed registration surfaces as an unhandled rejection of the SDK's own promise: take the first one.
  let failure: unknown;
  const onRejection = (reason: unknown) => {
    failure ??= reason;
  };
  process.on("unhandledRejection", onRejection);
  try {
    await Promise.race([
      runtime.runInPulumiStack(async () => await Promise.resolve(program())),
      rejectionOf(() => failure),
    ]);
    await runtime.disconnect();
    await new Promise((resolve) => setImmediate(resolve));
    if (failure !== undefined) throw asError(failure);
    // As the stack registered them: what the SDK returns has its secrets laid open.
    const stack = registrar.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    return { resources: registrar.resources, outputs: stack?.registeredOutputs ?? {} };
  } catch (error) {
    // Whatever waited for what failed fails after it, with nothing new to say.
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw error;
  } finally {
    process.off("unhandledRejection", onRejection);
  }
}

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)));

/** A program whose outputs wait for a failed resource would never settle: notice the failure instead. */
function rejectionOf(failure: () => unknown): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setInterval(() => {
      const reason = failure();
      if (reason === undefined) return;
      clearInterval(timer);
      reject(asError(reason));
    }, 50);
    timer.unref();
  });
}

type Callback = (error: unknown, response: unknown) => void;

/** Hands the SDK's raw requests to the registrar. */
class RecordingMonitor extends MockMonitor {
  constructor(private readonly registrar: Registrar) {
    super({ newResource: () => ({ id: undefined, state: {} }), call: () => ({}) });
  }

  override async registerResource(request: never, callback: Callback): Promise<void> {
    await answer(callback, () => this.registrar.register(request));
  }

  override async readResource(request: never, callback: Callback): Promise<void> {
    await answer(callback, () => this.registrar.read(request));
  }

  override async invoke(request: never, callback: Callback): Promise<void> {
    await answer(callback, () => this.registrar.invoke(request));
  }

  override registerResourceOutputs(request: never, callback: Callback): void {
    void answer(callback, () => this.registrar.registerOutputs(request));
  }
}

function answer(callback: Callback, respond: () => unknown): Promise<void> {
  try {
    callback(null, respond());
  } catch (error) {
    // The SDK shows the message of a failed function as gRPC's `details`.
    callback(Object.assign(asError(error), { details: asError(error).message }), undefined);
  }
  return Promise.resolve();
}
