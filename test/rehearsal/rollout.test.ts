import * as assert from "node:assert/strict";
import { circuitBreakerThreshold, decide, type TaskView } from "../../rehearsal/scheduler/rollout";

const task = (view: Partial<TaskView> = {}): TaskView => ({
  fresh: true,
  present: true,
  leaving: false,
  healthy: true,
  unhealthy: false,
  ...view,
});
const old = (view: Partial<TaskView> = {}) => task({ fresh: false, ...view });
const rolling = { minimum: 100, maximum: 200 };
const replacing = { minimum: 0, maximum: 100 };

describe("what ECS's scheduler decides", () => {
  it("starts what is missing", () => {
    assert.deepEqual(decide([], 3, rolling), { start: 3, stop: [] });
    assert.deepEqual(decide([task(), task()], 2, rolling), { start: 0, stop: [] });
  });

  it("100/200: new ones first, old ones go once the new ones are healthy", () => {
    assert.deepEqual(decide([old(), old()], 2, rolling), { start: 2, stop: [] });
    const young = task({ healthy: false });
    assert.deepEqual(decide([old(), old(), young, young], 2, rolling).stop, []);
    const half = decide([old(), old(), task(), young], 2, rolling);
    assert.equal(half.stop.length, 1);
    assert.equal(decide([old(), old(), task(), task()], 2, rolling).stop.length, 2);
  });

  it("0/100: the old one first, the new one when it has stopped", () => {
    const before = old();
    assert.deepEqual(decide([before], 1, replacing), { start: 0, stop: [before] });
    assert.deepEqual(decide([old({ leaving: true, healthy: false })], 1, replacing), {
      start: 0,
      stop: [],
    });
    assert.deepEqual(decide([], 1, replacing), { start: 1, stop: [] });
  });

  it("replaces a task whose check fails, new one first where there is room", () => {
    const broken = task({ healthy: false, unhealthy: true });
    assert.deepEqual(decide([task(), broken], 2, rolling), { start: 1, stop: [broken] });
    assert.deepEqual(decide([broken], 1, replacing), { start: 0, stop: [broken] });
  });

  it("50/150 of an odd count rounds the least up and the most down", () => {
    const decision = decide([old(), old(), old()], 3, { minimum: 50, maximum: 150 });
    assert.equal(decision.stop.length, 1);
    assert.equal(decision.start, 1);
  });

  it("a deployment has failed after half the desired count of failures, at least three", () => {
    assert.deepEqual([1, 2, 6, 10, 1000].map(circuitBreakerThreshold), [3, 3, 3, 5, 200]);
  });
});
