import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as path from "node:path";
import type { Place } from "../../rehearsal/parts";
import { Traffic } from "../../rehearsal/traffic/traffic";
import { FakeStack } from "../smoke/fakeStack";

describe("constant load against servers that lose, refuse and hide", function () {
  this.timeout(60_000);
  const projectRoot = path.join(__dirname, "..", "..");
  const here: Place = {
    name: "here",
    address: "127.0.0.1",
    spawn: (program, args, options = {}) => spawn(program, args, { cwd: projectRoot, ...options }),
  };
  let stack: FakeStack;
  beforeEach(() => (stack = new FakeStack()));
  afterEach(() => stack.stop());

  async function run(before: () => void, during: () => Promise<void>) {
    const { url } = await stack.start();
    before();
    const traffic = Traffic.start({
      senders: ["loki-push", "remote-write"].map((way) => ({
        client: here,
        door: { name: "front door", token: stack.token, urls: { [way]: `${url}/push/${way}` } },
      })),
      grafana: here,
      room: { urls: { logs: `${url}/read/logs`, metrics: `${url}/read/metrics` } },
      ca: "",
      projectRoot,
    });
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await during();
    const report = await traffic.finish(Date.now(), 5000);
    const of = (signal: string) => {
      const found = report.signals.find((each) => each.signal === signal);
      assert.ok(found, signal);
      return found;
    };
    return { logs: of("logs"), metrics: of("metrics") };
  }
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  it("accounts for every item where all is well", async () => {
    const { logs, metrics } = await run(
      () => undefined,
      () => Promise.resolve(),
    );
    for (const each of [logs, metrics]) {
      assert.ok(each.acknowledged > 5, JSON.stringify(each));
      assert.deepEqual(
        [each.lost, each.pushesRefused, each.readsFailed, each.readsShort],
        [0, 0, 0, 0],
        JSON.stringify(each),
      );
      assert.ok(each.reads > 1, JSON.stringify(each));
    }
  });

  it("sees a loss, and in the reads as they happen", async () => {
    const { logs, metrics } = await run(
      () => (stack.behaviour["loki-push"] = { keep: (sequence) => sequence % 10 !== 3 }),
      () => Promise.resolve(),
    );
    assert.ok(logs.lost > 0 && logs.lost * 10 === logs.acknowledged, JSON.stringify(logs));
    assert.ok(logs.readsShort > 0);
    assert.equal(metrics.lost, 0);
  });

  it("sees refusals longer than a client's patience, and failed reads", async () => {
    const { logs, metrics } = await run(
      () => undefined,
      async () => {
        stack.behaviour["loki-push"] = { refuse: 500 };
        stack.behaviour["metrics"] = { readStatus: 500 };
        await pause(8000);
        stack.behaviour["loki-push"] = {};
        stack.behaviour["metrics"] = {};
        await pause(1000);
      },
    );
    assert.ok(logs.pushesRefused > 0 && logs.refusedSeconds >= 2, JSON.stringify(logs));
    assert.ok(logs.pushesRetried > 0);
    assert.equal(logs.lost, 0);
    assert.ok(metrics.readsFailed > 0 && metrics.pushesRefused === 0, JSON.stringify(metrics));
  });
});
