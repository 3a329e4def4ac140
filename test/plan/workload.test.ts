import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { expectedLoadSchema, type ExpectedLoad } from "../../configs/stack/expectedLoad";
import { alternatives } from "../../plan/compare";
import { costOfPlan } from "../../plan/cost";
import { usageItems } from "../../plan/costItems";
import { LoadError, readLoad } from "../../plan/loadFile";
import { pricesOf } from "../../plan/prices";
import type { LoadFacts } from "../../plan/workload/facts";
import { usageLines } from "../../plan/workload/usage";
import { planWith, prodPlan } from "../fixtures/plans";
import { prodConfig } from "../fixtures/config";

const prices = pricesOf("ap-northeast-2");
const factsOf = async (overrides: Parameters<typeof planWith>[1] = {}): Promise<LoadFacts> =>
  (await planWith(prodConfig(), overrides)).plan.workload.facts;
const load = (changes: Partial<ExpectedLoad> = {}) => expectedLoadSchema.parse(changes);
const quantities = (expected: ExpectedLoad, facts: LoadFacts) => {
  const sums = new Map<string, number>();
  for (const { priceId, quantity } of usageLines(expected, facts))
    sums.set(priceId, (sums.get(priceId) ?? 0) + quantity);
  return sums;
};
const usd = (expected: ExpectedLoad, facts: LoadFacts) =>
  usageItems({ expected, facts }, prices).reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0);

describe("the cost of a load", () => {
  it("is the same for a page: the lines of usage alone are those of the whole bill", async () => {
    const { plan } = await prodPlan();
    const cost = costOfPlan(plan);
    assert.deepEqual(
      usageItems(plan.workload, prices),
      cost.items.filter(({ group }) => group === "usage"),
    );
    // What a page gets is JSON.
    const sent = JSON.parse(JSON.stringify(plan.workload)) as typeof plan.workload;
    assert.deepEqual(usageItems(sent, prices), usageItems(plan.workload, prices));
  });

  it("has a price for every line, whatever the stack", async () => {
    const key = "arn:aws:kms:ap-northeast-2:123456789012:key/12345678-1234-1234-1234-123456789012";
    for (const facts of [
      await factsOf(),
      await factsOf({ storage: { tiering: "intelligentTiering", kmsKeyArn: key } }),
      await factsOf({
        network: { flowLogs: { enabled: true }, interfaceEndpoints: ["logs", "monitoring"] },
      }),
    ]) {
      for (const { priceId } of usageLines(load({ activeSeries: 1_000_000 }), facts))
        assert.ok(prices.has(priceId), priceId);
    }
  });

  it("never falls when anything grows", async () => {
    const facts = await factsOf();
    const growing = [
      "activeSeries",
      "logsGbPerDay",
      "logStreams",
      "spansPerSecond",
      "spanBytes",
      "profilesGbPerDay",
      "openDashboards",
      "panelsPerDashboard",
      "coldReadShare",
    ] as const;
    const start = fc.record({
      activeSeries: fc.integer({ min: 0, max: 1e7 }),
      logsGbPerDay: fc.double({ min: 0, max: 1e3, noNaN: true }),
      spansPerSecond: fc.double({ min: 0, max: 1e4, noNaN: true }),
      profilesGbPerDay: fc.double({ min: 0, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(
        start,
        fc.constantFrom(...growing),
        fc.integer({ min: 2, max: 5 }),
        (at, key, by) => {
          // Larger chunks may move to a cheaper class, and fewer streams make larger chunks: streams are held apart.
          const streams = key === "logStreams" ? { logsGbPerDay: 0 } : {};
          const before = load({ ...at, ...streams });
          const after = { ...before, [key]: Math.round(before[key] * by) + 1 };
          fc.pre(after[key] < 1e8 && (key !== "logsGbPerDay" || before.logsGbPerDay > 200));
          assert.ok(usd(after, facts) >= usd(before, facts) - 0.05, key);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("objects below 128 KiB stay in Standard", async () => {
    const facts = await factsOf();
    const few = quantities(load({ activeSeries: 0, logsGbPerDay: 20, logStreams: 100 }), facts);
    const many = quantities(load({ activeSeries: 0, logsGbPerDay: 20, logStreams: 20_000 }), facts);
    assert.ok((many.get("s3-standard-gb-month") ?? 0) > 2 * (few.get("s3-standard-gb-month") ?? 0));
    assert.ok(
      (many.get("s3-glacier-ir-gb-month") ?? 0) < (few.get("s3-glacier-ir-gb-month") ?? 0) / 5,
    );
    assert.ok((many.get("s3-put-1k") ?? 0) > (20 * (few.get("s3-put-1k") ?? 0)) / 10);
  });

  it("a class's minimum is paid for", async () => {
    // Deleted two days after the move: IA is paid for 30 days.
    const facts = await factsOf({
      mimir: { retentionDays: 35 },
      storage: { metrics: { expireAfterDays: 60 } },
    });
    const sums = quantities(load({ activeSeries: 100_000, logsGbPerDay: 0 }), facts);
    const [flow] = usageLines(load({ activeSeries: 100_000, logsGbPerDay: 0 }), facts).filter(
      ({ product, priceId }) => product === "mimir" && priceId === "s3-standard-ia-gb-month",
    );
    assert.ok(flow !== undefined && flow.quantity === sums.get("s3-standard-ia-gb-month"));
    const daily = Number(/^([\d.]+) GB a day/.exec(flow.how)?.[1]);
    assert.ok(Math.abs(flow.quantity / daily - 30) < 0.2, `${flow.quantity / daily} days`);
  });

  it("Intelligent-Tiering is watched and read for nothing", async () => {
    const sums = quantities(
      load({ logsGbPerDay: 100 }),
      await factsOf({ storage: { tiering: "intelligentTiering" } }),
    );
    assert.ok((sums.get("s3-int-monitoring-1k") ?? 0) > 0);
    assert.ok(!sums.has("s3-glacier-ir-retrieval-gb") && !sums.has("s3-standard-ia-retrieval-gb"));
    assert.ok(!sums.has("s3-glacier-ir-transition-1k"));
  });

  it("one copy in one zone crosses nothing", async () => {
    const facts = { ...(await factsOf()), zones: 1 };
    assert.ok(!quantities(load(), facts).has("cross-az-gb"));
  });

  it("what runs half the time costs about half of what flows", async () => {
    const facts = await factsOf();
    const half = { ...facts, runningShare: 0.5 };
    const [whole, part] = [quantities(load(), facts), quantities(load(), half)];
    for (const id of ["cross-az-gb", "s3-put-1k", "s3-standard-gb-month", "get-metric-data-1k"])
      assert.ok(Math.abs((part.get(id) ?? 0) / (whole.get(id) ?? 1) - 0.5) < 1e-9, id);
  });
});

describe("the same load elsewhere", () => {
  const of = async (changes: Partial<ExpectedLoad>) =>
    alternatives({ expected: load(changes), facts: await factsOf() }, prices);

  it("is priced by hand", async () => {
    const [aws, cloud] = await of({
      activeSeries: 100_000,
      scrapeIntervalSeconds: 60,
      logsGbPerDay: 10,
      spansPerSecond: 100,
      profilesGbPerDay: 1,
      users: 10,
    });
    const usdOf = (other: typeof aws, id: string) =>
      other?.lines.find(({ priceId }) => priceId === id)?.monthlyUsd;
    // 100,000 / 60 × 2,628,000 = 4.38 billion samples, 40 million of them free: 2 billion, then 2.34 billion.
    assert.equal(usdOf(aws, "amp-samples-10m"), 180);
    assert.equal(usdOf(aws, "amp-samples-10m-next"), 81.9);
    // 4.38e9 × 2 bytes × 12 months less 10 GB: 95.12 × 0.03.
    assert.equal(usdOf(aws, "amp-storage-gb-month"), 2.85);
    assert.equal(usdOf(aws, "amg-editor"), 90);
    // 304.17 × 0.76.
    assert.equal(usdOf(aws, "logs-ingest-gb"), 231.17);
    // 26.28 million traces less 0.1 million.
    assert.equal(usdOf(aws, "xray-traces-1m"), 130.9);
    // (100,000 - 10,000) / 1,000 × 6.50; a sample a minute is one.
    assert.equal(usdOf(cloud, "gc-series-1k"), 585);
    // Logs 304.17 - 50, traces 131.4 - 50, profiles none beyond 50: 335.57 × 0.40.
    assert.equal(usdOf(cloud, "gc-write-gb"), 134.23);
    assert.equal(usdOf(cloud, "gc-user"), 56);
    for (const other of [aws, cloud]) {
      const sum = other?.lines.reduce((total, { monthlyUsd }) => total + monthlyUsd, 0) ?? NaN;
      assert.ok(Math.abs(sum - (other?.total ?? 0)) < 1e-6);
      for (const { how, source, seenOn } of other?.lines ?? []) {
        assert.ok(how !== "" && source.startsWith("https://"));
        assert.match(seenOn, /^20\d\d-\d\d-\d\d$/);
      }
    }
  });

  it("four samples a minute count as four series in Grafana Cloud", async () => {
    const series = async (scrapeIntervalSeconds: number) =>
      (await of({ activeSeries: 100_000, scrapeIntervalSeconds }))[1]?.lines.find(
        ({ priceId }) => priceId === "gc-series-1k",
      )?.quantity;
    assert.equal(await series(15), 390);
    assert.equal(await series(60), 90);
    assert.equal(await series(300), 90);
  });
});

describe("a load from a file", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-load-"));
  const file = path.join(folder, "load.yaml");
  after(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("changes what it names", () => {
    fs.writeFileSync(file, "activeSeries: 7\n");
    assert.deepEqual(readLoad(file, load({ users: 3 })), load({ users: 3, activeSeries: 7 }));
  });

  it("is refused with every mistake", () => {
    fs.writeFileSync(file, "activeSeries: many\nlogsGbPerDay: -1\nseries: 5\n");
    assert.throws(
      () => readLoad(file, load()),
      (error) =>
        error instanceof LoadError &&
        ["activeSeries", "logsGbPerDay", "no such key: series"].every((part) =>
          error.message.includes(part),
        ),
    );
    fs.writeFileSync(file, "just words");
    assert.throws(() => readLoad(file, load()), LoadError);
    assert.throws(() => readLoad(path.join(folder, "none"), load()), LoadError);
  });
});
