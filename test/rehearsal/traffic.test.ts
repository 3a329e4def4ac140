import assert from "node:assert/strict";
import { Ledger, streamKey, type PushRecord } from "../../rehearsal/traffic/ledger";
import { retried, RETRY_MS } from "../../rehearsal/traffic/retry";
import type { Stream } from "../../smoke/items";

const stream: Stream = { run: "r", way: "loki-push", name: "s" };
const items = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ sequence: from + index, timeMs: from + index }));
const push = (beganMs: number, more: Partial<PushRecord> = {}): PushRecord => ({
  stream,
  items: items(beganMs, 5),
  beganMs,
  endedMs: beganMs + 10,
  tries: 1,
  ...more,
});

describe("account of a load", () => {
  it("counts refusals by the seconds in which they began, and nothing refused as acknowledged", () => {
    const ledger = new Ledger();
    ledger.pushed(push(1000));
    ledger.pushed(push(2000, { refusal: "HTTP 500", tries: 9 }));
    ledger.pushed(push(2900, { refusal: "HTTP 500", tries: 9 }));
    ledger.pushed(push(7100, { refusal: "HTTP 503", tries: 9, endedMs: 12_000 }));
    ledger.pushed(push(8000, { tries: 3 }));
    const [report] = ledger.report(1000, new Map());
    assert.ok(report);
    assert.equal(report.pushes, 5);
    assert.equal(report.pushesRefused, 3);
    assert.equal(report.refusedSeconds, 2);
    assert.equal(report.pushesRetried, 1);
    assert.equal(report.acknowledged, 10);
    assert.equal(report.slowestPushMs, 4900);
    assert.deepEqual(report.refusals, ["HTTP 500", "HTTP 503"]);
  });

  it("tells failed reads from short ones, with their place in time", () => {
    const ledger = new Ledger();
    ledger.pushed(push(1000));
    const read = { stream, tries: 1, expected: 5, missing: [], late: [] };
    ledger.wasRead({ ...read, beganMs: 1500, endedMs: 1600 });
    ledger.wasRead({ ...read, beganMs: 4000, endedMs: 4001, missing: items(1000, 2) });
    ledger.wasRead({ ...read, beganMs: 6500, endedMs: 6501, missing: items(1000, 1) });
    ledger.wasRead({ ...read, beganMs: 9000, endedMs: 9001, failure: "HTTP 500" });
    ledger.wasRead({ ...read, beganMs: 9500, endedMs: 9501, late: items(9000, 2) });
    const [report] = ledger.report(2000, new Map([[streamKey(stream), 3]]));
    assert.ok(report);
    assert.equal(report.readsShortForAMoment, 1);
    assert.deepEqual(report.moments, [{ seconds: 7.5, missing: 2, expected: 5, ages: [0.5, 0.5] }]);
    assert.deepEqual([report.slowestReadMs, report.slowestReadSeconds], [100, -0.5]);
    assert.deepEqual(
      [report.reads, report.readsFailed, report.failedReadSeconds, report.readsShort, report.lost],
      [5, 1, 1, 2, 3],
    );
    const { examples, ...short } = report.short ?? { examples: [] };
    assert.deepEqual(short, { firstSeconds: 2, lastSeconds: 4.5, most: 2, mostOf: 5 });
    assert.deepEqual(examples[0], { seconds: 2, missing: 2, expected: 5, ages: [3, 3] });
  });

  it("tries again for five seconds and no longer", async () => {
    let tries = 0;
    const good = await retried(
      () => Promise.resolve(++tries),
      (value) => value === 3,
    );
    assert.deepEqual(good, { tries: 3, result: 3 });
    const began = Date.now();
    const bad = await retried(
      () => Promise.resolve(0),
      () => false,
    );
    assert.ok(bad.tries > 10);
    assert.ok(Date.now() - began < RETRY_MS + 1000);
  });

  it("counts a reader's patience from the first failure, a sender's from the beginning", async () => {
    const slowFailure = async (since: "beginning" | "first failure") => {
      let tries = 0;
      return retried(
        async () => {
          if (++tries === 1) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          return tries > 1;
        },
        (good) => good,
        since,
      );
    };
    const [sender, reader] = await Promise.all([
      slowFailure("beginning"),
      slowFailure("first failure"),
    ]);
    assert.deepEqual(sender, { tries: 1, result: false });
    assert.deepEqual(reader, { tries: 2, result: true });
  });
});
