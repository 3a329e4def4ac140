/** One of the project's commands as a process of its own at some place, called like an object. */
import type { ChildProcess } from "node:child_process";
import * as path from "node:path";
import type { Place } from "./parts";

/** Calls by name: arguments and what comes back, both as JSON. */
export type Calls<T> = { [Name in keyof T]: (...args: never[]) => unknown };

interface CallMessage {
  readonly id: number;
  readonly call: string;
  readonly args: readonly unknown[];
}

interface AnswerMessage {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** The caller's side. */
export class RemoteProcess<T extends Calls<T>> {
  private readonly waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  private count = 0;
  private readonly child: ChildProcess;

  /**
   * @param entry Path of the command's source, from the project's folder; it calls {@link serveCalls}.
   */
  constructor(
    readonly place: Place,
    projectRoot: string,
    entry: string,
  ) {
    this.child = place.spawn(process.execPath, [path.join(projectRoot, "run.js"), entry], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child.on("message", ({ id, result, error }: AnswerMessage) => {
      const call = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(`${place.name}: ${error}`));
    });
    this.child.once("exit", () => {
      for (const { reject } of this.waiting.values()) reject(new Error(`${place.name} has ended`));
      this.waiting.clear();
    });
  }

  call<Name extends keyof T & string>(
    name: Name,
    ...args: Parameters<T[Name]>
  ): Promise<Awaited<ReturnType<T[Name]>>> {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      const message: CallMessage = { id, call: name, args };
      this.child.send(message);
    });
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}

/** The called side: answers until its caller is gone, then ends. */
export function serveCalls<T extends Calls<T>>(calls: {
  [Name in keyof T]: (
    ...args: Parameters<T[Name]>
  ) => ReturnType<T[Name]> | Promise<Awaited<ReturnType<T[Name]>>>;
}): void {
  process.on("disconnect", () => process.exit(0));
  process.on("message", ({ id, call, args }: CallMessage) => {
    const known = calls[call as keyof T] as (...args: readonly unknown[]) => unknown;
    const answer = (message: AnswerMessage) => process.send?.(message);
    Promise.resolve()
      .then(() => known(...args))
      .then(
        (result) => answer({ id, result }),
        (error: unknown) =>
          answer({ id, error: error instanceof Error ? error.message : String(error) }),
      );
  });
}
