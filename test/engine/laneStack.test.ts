import * as assert from "node:assert/strict";
import type * as automation from "@pulumi/pulumi/automation";
import { CountedProgram, LaneStack } from "./laneStack";

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

describe("an operation whose program is not asked what it wants", () => {
  it("is a preview that is made once more", async () => {
    assert.equal((await stackThatAsks(true).preview()).output, "attempt 1");
    assert.equal((await stackThatAsks(false, true).preview()).output, "attempt 2");
  });

  it("is an up that has deleted what it should not have, and no success", async () => {
    assert.equal((await stackThatAsks(true).up()).output, "attempt 1");
    await assert.rejects(stackThatAsks(false, true).up(), /the program was not asked/);
  });
});
