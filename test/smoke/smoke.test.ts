import assert from "node:assert/strict";
import { signalOf, type Way } from "../../smoke/items";
import { exitCodeOf, smokePage } from "../../smoke/report";
import { smoke, type SmokeReport, type WayReport } from "../../smoke/smoke";
import { FakeStack } from "./fakeStack";

const ways = Object.keys(signalOf) as Way[];
const ITEMS = 12;

describe("smoke test", () => {
  let stack: FakeStack;
  let addresses: { url: string; grpcUrl: string };

  beforeEach(async () => {
    stack = new FakeStack();
    addresses = await stack.start();
  });
  afterEach(() => stack.stop());

  const run = (readTimeoutMs = 300, token = stack.token, items = ITEMS): Promise<SmokeReport> =>
    smoke({
      doors: [
        {
          name: "front door",
          token,
          urls: Object.fromEntries(
            ways.map((way) => [
              way,
              way === "otlp-grpc-traces" ? addresses.grpcUrl : `${addresses.url}/push/${way}`,
            ]),
          ),
        },
      ],
      room: {
        urls: Object.fromEntries(
          Object.values(signalOf).map((signal) => [signal, `${addresses.url}/read/${signal}`]),
        ),
      },
      reach: { timeoutMs: 2000 },
      items,
      batches: 3,
      readTimeoutMs,
      readPauseMs: 50,
    });

  const of = ({ ways: reports }: SmokeReport, way: Way): WayReport => {
    const report = reports.find((each) => each.way === way);
    assert.ok(report, way);
    return report;
  };

  it("sends every item on every way and finds it again", async () => {
    const report = await run();
    assert.equal(report.ways.length, ways.length);
    for (const way of report.ways) {
      assert.deepEqual(
        [way.sent, way.acknowledged, way.readBack, way.missing.length, way.refusals.length],
        [ITEMS, ITEMS, ITEMS, 0, 0],
        JSON.stringify(way),
      );
    }
    assert.equal(exitCodeOf(report), 0);
    assert.match(smokePage(report), /84 sent, 84 acknowledged, 84 read back, 0 missing/);
  });

  for (const way of ways) {
    it(`${way}: names the one item that was acknowledged and lost`, async () => {
      stack.behaviour[way] = { keep: (sequence) => sequence !== 7 };
      const report = await run();
      assert.deepEqual(of(report, way).missing.length, 1, JSON.stringify(of(report, way)));
      assert.equal(of(report, way).readBack, ITEMS - 1);
      assert.equal(exitCodeOf(report), 3);
      assert.match(
        smokePage(report),
        new RegExp(`MISSING ${way} \\(front door\\): 1 acknowledged`),
      );
      for (const other of ways.filter((each) => each !== way))
        assert.equal(of(report, other).missing.length, 0, other);
    });

    it(`${way}: counts what was refused as refused, not as lost`, async () => {
      stack.behaviour[way] = { refuse: 503 };
      const report = await run();
      const { acknowledged, readBack, missing, refusals } = of(report, way);
      assert.deepEqual([acknowledged, readBack, missing.length], [0, 0, 0]);
      assert.match(refusals.join(), /503: not today|UNAVAILABLE: not today/);
      assert.equal(exitCodeOf(report), 2);
      assert.match(smokePage(report), new RegExp(`REFUSED ${way}`));
    });

    it(`${way}: waits for what comes late, and says how long that took`, async () => {
      stack.behaviour[way] = { delayMs: 250 };
      const report = await run(3000);
      assert.equal(of(report, way).readBack, ITEMS);
      assert.ok((of(report, way).readableAfterMs ?? 0) >= 150, JSON.stringify(of(report, way)));
      stack.behaviour[way] = { delayMs: 60_000 };
      assert.equal(of(await run(), way).missing.length, ITEMS);
    });
  }

  for (const way of ["otlp-metrics", "otlp-logs", "otlp-http-traces"] as const) {
    it(`${way}: a partial success is no acknowledgement`, async () => {
      stack.behaviour[way] = { rejects: 2 };
      const report = await run();
      assert.equal(of(report, way).acknowledged, 0);
      assert.match(of(report, way).refusals.join(), /rejected 2 of it/);
    });
  }

  it("searches for many traces at once, and looks up only those that no search finds", async () => {
    stack.behaviour["otlp-http-traces"] = { keep: (sequence) => sequence !== 5 };
    const way = of(await run(300, stack.token, 30), "otlp-http-traces");
    assert.deepEqual([way.readBack, way.missing.length], [29, 1]);
    assert.ok(stack.searches > 0);
    // The lost one's other span is there: it is looked up each time, and the other way's traces never.
    assert.ok(stack.lookUps < 20, String(stack.lookUps));
  });

  it("says why reads fail", async () => {
    stack.behaviour["logs"] = { readStatus: 500 };
    const report = await run();
    assert.equal(of(report, "loki-push").missing.length, ITEMS);
    assert.match(smokePage(report), /the last read failed: HTTP 500: broken/);
    assert.equal(exitCodeOf(report), 3);
  });

  it("a wrong token is refused on every way", async () => {
    const report = await run(300, "wrong");
    assert.deepEqual(
      report.ways.map(({ acknowledged }) => acknowledged),
      ways.map(() => 0),
    );
    assert.equal(exitCodeOf(report), 2);
  });

  it("nobody listens: refused, and the report says so", async () => {
    stack.stop();
    const report = await run();
    for (const { acknowledged, refusals } of report.ways) {
      assert.equal(acknowledged, 0);
      assert.match(refusals.join(), /ECONNREFUSED|UNAVAILABLE|DEADLINE/);
    }
  });

  it("does not claim to have read what it cannot read", async () => {
    const report = await smoke({
      doors: [
        {
          name: "front door",
          token: stack.token,
          urls: { "loki-push": `${addresses.url}/push/loki-push` },
        },
      ],
      room: { urls: {} },
      reach: { timeoutMs: 2000 },
      items: 1,
      batches: 1,
      readTimeoutMs: 100,
      readPauseMs: 50,
    });
    assert.equal(report.ways[0]?.unread, true);
    assert.match(smokePage(report), /not read/);
  });
});
