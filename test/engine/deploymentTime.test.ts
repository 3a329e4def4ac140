import * as assert from "node:assert/strict";
import { devPlan, prodPlan } from "../fixtures/plans";
import { criticalPath, waitsWithoutData } from "./criticalPath";
import { Lane } from "./lane";
import { waits } from "./waits";

/** So many seconds of AWS pass in one second of the test. */
const TIME_SCALE = 20;
const MOST_RATIO = 1.1;

describe("deployment time", function () {
  this.timeout(600_000);

  it("every wait that no data needs has a reason, and every reason its wait", async () => {
    const found = [await devPlan(), await prodPlan()].flatMap(({ plan }) =>
      waitsWithoutData(plan.resources),
    );
    assert.deepEqual(waits.map(({ wait }) => wait).sort(), [...new Set(found)].sort());
    for (const { wait, reason } of waits) assert.ok(reason.length > 30, wait);
  });

  it("prod: the engine needs at most a tenth more than the longest chain of waits", async function () {
    // A machine that is busy with something else makes the engine slower, never faster.
    this.retries(3);
    const chain = criticalPath((await prodPlan()).plan.resources);
    const expected = chain.at(-1)?.end ?? 0;
    assert.ok(expected > 300, "the chain is too short to be one");

    const lane = await Lane.open("time");
    try {
      lane.control({ timeScale: TIME_SCALE });
      const stack = await lane.stack("prod");
      await stack.up();
      const done = lane.operations();
      const first = Math.min(...done.map(({ started }) => started));
      const last = Math.max(...done.map(({ ended }) => ended));
      const taken = ((last - first) / 1000) * TIME_SCALE;

      console.log(
        `    ${taken.toFixed(0)} s of AWS's time, the longest chain takes ${expected} s:`,
      );
      for (const { end, seconds, type, name } of chain)
        console.log(
          `    ${String(end).padStart(6)} s  +${String(seconds).padEnd(4)} ${type.split(":").at(-1)} ${name}`,
        );
      assert.ok(taken >= expected * 0.99, "faster than what it waits for: the chain is wrong");
      assert.ok(taken <= expected * MOST_RATIO, `${(taken / expected).toFixed(2)} times the chain`);
    } finally {
      lane.close();
    }
  });
});
