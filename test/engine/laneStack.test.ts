import * as assert from "node:assert/strict";
import { createRequire } from "node:module";
import type * as automation from "@pulumi/pulumi/automation";
import { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { CountedProgram, LaneStack } from "./laneStack";

/** How the SDK serves an inline program to the engine. */
const { LanguageServer } = createRequire(__filename)("@pulumi/pulumi/automation/server") as {
  LanguageServer: new (program: () => unknown) => {
    run: (call: { request: RunRequest }, answer: (error: Error | null) => void) => unknown;
  };
};

/** A stack whose program is asked in some attempts only, and which deletes a resource in the others. */
function stackThatAsks(...asks: readonly boolean[]) {
  const program = new CountedProgram(() => undefined);
  let attempts = 0;
  const operation = async ({ onEvent }: automation.UpOptions) => {
    if (asks[attempts++] === true) await program.run();
    else onEvent?.(deletion);
    return { stdout: `attempt ${attempts}` };
  };
  const fake = { workspace: { envVars: {} }, up: operation, preview: operation };
  return new LaneStack(fake as unknown as automation.Stack, program, () => []);
}

const deletion = {
  resourcePreEvent: {
    metadata: { op: "delete", urn: "urn::bucket", type: "aws:s3/bucket:Bucket", diffs: [] },
  },
} as unknown as automation.EngineEvent;

/** The SDK hears of rejected promises that nobody waits for, too, but on a busy machine only when it no longer listens. */
async function deafToRejections<T>(work: () => Promise<T>): Promise<T> {
  const event = "unhandledRejection";
  const listeners = process.listeners(event);
  const on = process.on.bind(process);
  process.removeAllListeners(event).on(event, () => undefined);
  process.on = ((name: string, listener: () => void) =>
    name === event ? process : on(name, listener)) as typeof on;
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(process, "on");
    process.removeAllListeners(event);
    for (const listener of listeners) process.on(event, listener);
  }
}

describe("an operation whose program is not asked what it wants", () => {
  it("is a preview that is made once more", async () => {
    assert.equal((await stackThatAsks(true).preview()).output, "attempt 1");
    assert.equal((await stackThatAsks(false, true).preview()).output, "attempt 2");
  });

  it("tells the engine of a connection that it did not get", async () => {
    // The lane's stacks were asked, or this one never was: only what has begun can hear an echo of the engine's own error.
    await assert.rejects(stackThatAsks(false, false).up(), /was not asked/);
    const request = new RunRequest();
    request.setProject("p").setStack("s").setMonitorAddress("127.0.0.1:1");
    const program = new CountedProgram(() => undefined);
    const failure = await deafToRejections(
      () =>
        new Promise((resolve) => {
          new LanguageServer(program.run).run({ request }, resolve);
        }),
    );
    assert.match(String(failure), /UNAVAILABLE/);
    assert.equal(program.runs, 0);
  });

  it("is an up that has deleted what it should not have, and no success", async () => {
    assert.equal((await stackThatAsks(true).up()).output, "attempt 1");
    await assert.rejects(stackThatAsks(false, true).up(), /the program was not asked/);
  });
});
