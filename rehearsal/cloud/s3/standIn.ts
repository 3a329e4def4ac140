import type { ChildProcess } from "node:child_process";
import * as path from "node:path";
import type { Place } from "../../parts";
import type { S3Calls } from "./messages";

/** The S3 stand-in, as the rehearsal controls it. */
export class S3StandIn {
  private readonly waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  private calls = 0;

  private constructor(
    private readonly child: ChildProcess,
    readonly place: Place,
  ) {
    child.on("message", (message: { id: number; result?: unknown; error?: string }) => {
      const call = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (message.error === undefined) call?.resolve(message.result);
      else call?.reject(new Error(`S3's stand-in: ${message.error}`));
    });
    child.once("exit", () => {
      for (const { reject } of this.waiting.values()) reject(new Error("S3's stand-in has ended"));
      this.waiting.clear();
    });
  }

  /**
   * Starts it at a place outside the VPC.
   *
   * @param projectRoot Folder of the repository.
   */
  static start(place: Place, projectRoot: string): S3StandIn {
    const child = place.spawn(
      process.execPath,
      [path.join(projectRoot, "run.js"), "rehearsal/cloud/s3/process.ts"],
      {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      },
    );
    return new S3StandIn(child, place);
  }

  call<Name extends keyof S3Calls>(
    name: Name,
    ...args: Parameters<S3Calls[Name]>
  ): Promise<ReturnType<S3Calls[Name]>> {
    const id = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.child.send({ id, call: name, args });
    });
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}
