import assert from "node:assert/strict";
import { type Clock, RingPause } from "../../components/ringPause";
import { RING_PAUSE_SECONDS } from "../../stacks/rollout";

/** A clock that only moves when somebody sleeps or says so. */
class FakeClock implements Clock {
  readonly sleeps: number[] = [];
  readonly said: string[] = [];
  private milliseconds = 1_000_000;
  now(): number {
    return this.milliseconds;
  }
  sleep(milliseconds: number): Promise<void> {
    this.sleeps.push(milliseconds);
    this.milliseconds += milliseconds;
    return Promise.resolve();
  }
  say(message: string): Promise<void> {
    this.said.push(message);
    return Promise.resolve();
  }
  pass(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }
}

// Not proven here: that the engine really waits for a hook, calls none in a preview, and does not count the wait
// against the update's own timeout. That was seen with the real engine; the engine lane repeats it.
describe("RingPause", () => {
  let clock: FakeClock;
  let pause: RingPause;
  beforeEach(() => {
    clock = new FakeClock();
    pause = new RingPause("mimir", RING_PAUSE_SECONDS, clock);
  });

  it("swaps the first replica of a deployment at once", async () => {
    await pause.beforeSwap("mimir-0");
    assert.deepEqual(clock.sleeps, []);
  });

  it("S22: waits the whole pause before the next replica when it comes at once", async () => {
    await pause.beforeSwap("mimir-0");
    await pause.beforeSwap("mimir-1");
    assert.deepEqual(clock.sleeps, [120_000]);
  });

  it("waits only for what is left of the pause", async () => {
    await pause.beforeSwap("mimir-0");
    clock.pass(45);
    await pause.beforeSwap("mimir-1");
    assert.deepEqual(clock.sleeps, [75_000]);
    assert.match(clock.said.join(), /^mimir-1: waiting 75 s/);
  });

  it("does not wait when the pause is over", async () => {
    await pause.beforeSwap("mimir-0");
    clock.pass(120);
    await pause.beforeSwap("mimir-1");
    assert.deepEqual(clock.sleeps, []);
  });

  it("counts from the stop of the latest one, so that a whole roll of three waits twice", async () => {
    for (const replica of ["mimir-0", "mimir-1", "mimir-2"]) {
      await pause.beforeSwap(replica);
      clock.pass(20);
    }
    assert.deepEqual(clock.sleeps, [100_000, 100_000]);
  });

  it("waits before the third when only the first and the third change", async () => {
    await pause.beforeSwap("mimir-0");
    await pause.beforeSwap("mimir-2");
    assert.deepEqual(clock.sleeps, [120_000]);
  });
});
