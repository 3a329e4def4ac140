import type * as proto from "@pulumi/pulumi/proto/provider_pb";
import { isDeepStrictEqual } from "node:util";
import type { Account } from "../account";
import { invokeIn } from "../accountInvoke";
import * as operations from "../operations";
import { typicalSeconds } from "../durations";
import type { Place, Properties } from "../types";
import { hasUnknown } from "../unknown";
import { failureOf, readControl, type Operation } from "./control";
import { constructVpc } from "./vpcComponent";

export interface ProviderSettings {
  readonly name: string;
  readonly version: string;
  readonly account: Account;
  readonly accountId: string;
  /** File with a test's orders. */
  readonly controlFile: string;
  /** Told of every operation that was done. */
  readonly note?: (done: Done) => void;
}

/** An operation that was done, with the times in milliseconds since 1970. */
export interface Done extends operations.Target {
  readonly operation: Operation;
  readonly started: number;
  readonly ended: number;
}

/** What the engine changes at an existing resource. */
export interface Change {
  readonly outputs: Properties;
  readonly oldInputs: Properties;
  readonly inputs: Properties;
  readonly preview: boolean;
}

/** `aws`, `awsx` or `random` as the engine sees it: {@link operations} with a provider's own configuration. */
export class Provider {
  readonly name: string;
  readonly version: string;
  private place: Place;
  private defaultTags: Readonly<Record<string, string>> = {};

  constructor(private readonly settings: ProviderSettings) {
    this.name = settings.name;
    this.version = settings.version;
    this.place = { accountId: settings.accountId, region: "" };
  }

  private get env(): operations.Environment {
    return { account: this.settings.account, place: this.place, defaultTags: this.defaultTags };
  }

  /** @throws Error where the account is not one of those that are allowed, as the real provider does. */
  configure(args: Properties): void {
    const { accountId } = this.settings;
    const allowed = parsed(args["allowedAccountIds"]) as string[] | undefined;
    if (allowed !== undefined && !allowed.includes(accountId))
      throw new Error(`AWS account ID not allowed: ${accountId}`);
    const region = args["region"];
    this.place = { accountId, region: typeof region === "string" ? region : "" };
    const tags = parsed(args["defaultTags"]) as { tags?: Record<string, string> } | undefined;
    this.defaultTags = tags?.tags ?? {};
  }

  /** Region and account cannot be changed under existing resources. */
  diffConfig(olds: Properties, news: Properties): operations.Difference {
    const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
      (key) => key !== "version" && !isDeepStrictEqual(olds[key], news[key]),
    );
    return {
      changed,
      replacing: changed.filter((key) => key === "region"),
      deleteBeforeReplace: false,
    };
  }

  invoke(token: string, args: Properties): Properties {
    return invokeIn(this.settings.account, token, args, this.place);
  }

  check(target: operations.Target, olds: Properties | undefined, news: Properties): Properties {
    return operations.check(this.env, target, olds, news);
  }

  diff(
    type: string,
    oldInputs: Properties,
    inputs: Properties,
    ignored: readonly string[],
  ): operations.Difference {
    return operations.diff(type, oldInputs, inputs, ignored);
  }

  async create(
    target: operations.Target,
    inputs: Properties,
    preview: boolean,
  ): Promise<operations.State> {
    if (preview) return { id: "", outputs: operations.previewCreate(this.env, target, inputs) };
    return this.perform("create", target, inputs, () =>
      operations.createThing(this.env, target, inputs),
    );
  }

  async update(target: operations.Target, id: string, change: Change): Promise<Properties> {
    const { outputs, oldInputs, inputs } = change;
    if (change.preview || hasUnknown(inputs))
      return operations.updatedOutputs(this.env, target, outputs, oldInputs, inputs);
    return this.perform("update", target, inputs, () =>
      operations.updateThing(this.env, target, id, { outputs, inputs: oldInputs }, inputs),
    );
  }

  async delete(target: operations.Target, id: string, outputs: Properties): Promise<void> {
    await this.perform("delete", target, outputs, () =>
      operations.deleteThing(this.env, target, id, outputs),
    );
  }

  async read(
    target: operations.Target,
    id: string,
    state: { readonly outputs: Properties; readonly inputs: Properties },
  ): Promise<(operations.State & { readonly inputs: Properties }) | undefined> {
    if (!operations.isInAccount(target.type)) return { id, ...state };
    return this.perform("read", target, {}, () =>
      operations.readThing(this.env, target, id, state),
    );
  }

  construct(request: proto.ConstructRequest): Promise<proto.ConstructResponse> {
    if (request.getType() !== "awsx:ec2:Vpc")
      throw new Error(`the stand-in does not know the remote component ${request.getType()}`);
    return constructVpc(request);
  }

  private async perform<T>(
    operation: Operation,
    target: operations.Target,
    inputs: Properties,
    work: () => T,
  ): Promise<T> {
    const control = readControl(this.settings.controlFile);
    const failure = failureOf(control, operation, target.type, target.name);
    if (failure !== undefined) throw new Error(failure.message ?? "InternalFailure: told to fail");
    const started = Date.now();
    if (control.timeScale !== undefined) {
      const seconds = typicalSeconds(operation, target.type, inputs) / control.timeScale;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
    const result = work();
    this.settings.note?.({ operation, ...target, started, ended: Date.now() });
    return result;
  }
}

/** Provider configuration travels as text: what is no text is JSON. */
const parsed = (value: unknown): unknown =>
  typeof value === "string" ? (JSON.parse(value) as unknown) : value;
