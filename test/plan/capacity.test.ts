import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { maxSeries, seriesPerTask } from "../../configs/mimir/memoryModel";
import { expectedLoadSchema, type ExpectedLoad } from "../../configs/stack/expectedLoad";
import { rolePaths } from "../../configs/stack/roles";
import type { StackConfig } from "../../configs/stack/schema";
import { boundsOf, capacityOf, overloaded, timesCarried } from "../../plan/capacity/capacity";
import { demandOf, ownDemand } from "../../plan/capacity/demand";
import { formulas, unsized, type RolePath } from "../../plan/capacity/formulas";
import { limitsOf } from "../../plan/capacity/limits";
import { fragmentText, overloadWarnings } from "../../plan/capacity/page";
import { smallestSizes, type Fragment } from "../../plan/capacity/sizes";
import { report } from "../../plan/report";
import { configWith, devConfig, prodConfig } from "../fixtures/config";
import { loadFile, planWith } from "../fixtures/plans";

const root = path.join(__dirname, "..", "..");
const load = (changes: Partial<ExpectedLoad> = {}) => expectedLoadSchema.parse(changes);
const within = (actual: number, expected: number, share = 0.005) =>
  assert.ok(
    Math.abs(actual - expected) <= share * Math.abs(expected),
    `${actual}, not ${expected}`,
  );
const boundOf = (config: StackConfig, expected: ExpectedLoad, role: RolePath, what: string) => {
  const bound = capacityOf(config, expected)
    .find((each) => each.role === role)
    ?.bounds.find((each) => each.what === what);
  assert.ok(bound !== undefined, `${role} ${what}`);
  return bound;
};

/** A stack file with a fragment over it, with every check that a file gets. */
function loadedWith(base: "dev" | "prod", text: string): StackConfig {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-capacity-"));
  try {
    const original = parse(fs.readFileSync(path.join(root, `Pulumi.${base}.yaml`), "utf8")) as Tree;
    const merged = merge(original, parse(text) as Tree);
    const file = path.join(folder, `Pulumi.${base}.yaml`);
    fs.writeFileSync(file, stringify(merged));
    return loadFile(file).config;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);
function merge(base: Tree, over: Tree): Tree {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isTree(value) && isTree(below) ? merge(below, value) : value;
  }
  return result;
}

/** Relative price of all tasks of a fragment. */
function priceOf(config: StackConfig, fragment: Fragment): number {
  const sized = configWith(config, fragment);
  return capacityOf(sized, sized.expectedLoad).reduce(
    (sum, { replicas, vcpu, memoryGb }) => sum + replicas * (vcpu + memoryGb / 9.1),
    0,
  );
}

describe("capacity", () => {
  it("has a formula for every role, or says why there is none, each with its source", () => {
    for (const path of rolePaths) {
      const has = formulas.some(({ role }) => role === path);
      assert.equal(has, !(path in unsized), path);
    }
    for (const { says, source, role } of formulas) {
      assert.ok(says !== "", role);
      assert.match(source, /^(grafana\/|https:\/\/|assumed)/, role);
    }
    for (const limit of limitsOf(prodConfig()))
      assert.match(limit.source, /^(configs\/|grafana\/|https:\/\/)/, limit.what);
  });

  it("Mimir by hand: a million series in three copies over six tasks", () => {
    const config = configWith(prodConfig(), {
      mimir: { replicas: 6, vcpu: 4, memoryGb: 16, ephemeralStorageGb: 50 },
      alloy: { gateway: { replicas: 2 } },
    });
    const own = ownDemand(config).series;
    const expected = load({ activeSeries: 1_000_000, openDashboards: 0 });
    const series = 1_000_000 + own;
    // Per task: samples / 25,000, series × 3 / 300,000, series / 20 million, over six; 0.05 idle.
    const cpu = series / 15 / 25_000 + (series * 3) / 300_000 + series / 20e6;
    within(boundOf(config, expected, "mimir", "vcpu").needs, 0.05 + cpu / 6);
    // Half as much again of 5 GB for 300,000 in memory and 13 GB for a million; 2 GB for the image.
    const disk = 1.5 * ((series * 3 * 5) / 300_000 + (series * 13) / 1e6);
    within(boundOf(config, expected, "mimir", "diskGb").needs, 2 + disk / 6);
    const carries = seriesPerTask(16);
    within(
      boundOf(config, expected, "mimir", "memoryGb").times,
      (carries - (own * 3) / 6) / (1_000_000 / 2),
    );
  });

  it("Loki by hand: 300 GB a day is a tenth of the tier", () => {
    const config = prodConfig();
    const expected = load({ logsGbPerDay: 300 });
    // 24 GB for 3 TB a day in three copies: 2.4 over three ingesters, and what an idle one has.
    within(boundOf(config, expected, "loki.ingester", "memoryGb").needs, 0.14 + 2.4 / 3);
    within(boundOf(config, expected, "loki.ingester", "vcpu").needs, 0.02 + 1.2 / 3);
    within(boundOf(config, expected, "loki.compactor", "memoryGb").needs, 0.12 + 1);
    // 3.47 MB/s, three copies, 3 GB of log for each MB/s, over three tasks.
    within(boundOf(config, expected, "loki.ingester", "diskGb").needs, 2 + (3.472 * 9) / 3);
    // The peak is 6.9 of 4 MB/s.
    within(
      boundOf(config, expected, "loki.distributor", "limit: MB/s of logs at the peak").times,
      4 / 6.944,
    );
  });

  it("Tempo and Alloy by hand", () => {
    const config = prodConfig();
    const expected = load({
      spansPerSecond: 6_000,
      spanBytes: 500,
      activeSeries: 60_000,
      scrapeIntervalSeconds: 60,
      logsGbPerDay: 0,
    });
    // 3 MB/s: 2.5 cores and 4 GB in three copies.
    within(boundOf(config, expected, "tempo.ingester", "vcpu").needs, 0.02 + 2.5 / 3);
    within(boundOf(config, expected, "tempo.ingester", "memoryGb").needs, 0.1 + 4 / 3);
    within(boundOf(config, expected, "tempo.compactor", "memoryGb").needs, 0.1 + 4);
    // 11 GB for a million series: 0.66, over two; 120 MiB for each MiB/s of spans: 0.335; 191 MiB idle.
    within(
      boundOf(config, expected, "alloy.gateway", "memoryGb").needs,
      0.19 + (0.66 + (3.012 / 1.048576) * (120 / 1024)) / 2,
      0.01,
    );
  });

  it("the shipped stacks carry their own expected load, and the page says so", async () => {
    for (const config of [devConfig(), prodConfig()]) {
      assert.deepEqual(overloaded(capacityOf(config, config.expectedLoad)), []);
      const page = report(await planWith(config, {}), { folder: "plans", seconds: 1 });
      assert.match(page, /^Capacity: how often the expected load fits$/m);
      assert.match(page, /as the load grows, [\w.]+ breaks first/);
      assert.doesNotMatch(page, /expectedLoad is more than/);
    }
  });

  it("the plan warns of what it does not carry", async () => {
    const stack = await planWith(prodConfig(), {
      expectedLoad: { activeSeries: 500_000, logsGbPerDay: 300 },
    });
    const page = report(stack, { folder: "plans", seconds: 1 }).replace(/\n {4}/g, " ");
    assert.match(page, /expectedLoad is more than mimir carries \(limit: active series/);
    assert.match(page, /expectedLoad is more than loki\.distributor carries/);
    assert.doesNotMatch(page, /expectedLoad is more than tempo/);
    assert.equal(overloadWarnings(capacityOf(prodConfig(), prodConfig().expectedLoad)).length, 0);
  });

  it("twice the load fits half as often; what one's own series take is not part of it", () => {
    const config = prodConfig();
    const once = capacityOf(
      config,
      load({ activeSeries: 50_000, logsGbPerDay: 20, spansPerSecond: 100 }),
    );
    const twice = capacityOf(
      config,
      load({
        activeSeries: 100_000,
        logsGbPerDay: 40,
        logStreams: 400,
        spansPerSecond: 200,
        profilesGbPerDay: 0.2,
        openDashboards: 0.5,
      }),
    );
    once.forEach((role, index) => {
      const other = twice[index];
      assert.ok(other !== undefined && other.role === role.role);
      if (Number.isFinite(timesCarried(role)))
        within(timesCarried(other), timesCarried(role) / 2, 1e-9);
    });
  });
});

describe("the smallest sizes", () => {
  const loads = fc.record({
    activeSeries: fc.integer({ min: 0, max: 3_000_000 }),
    scrapeIntervalSeconds: fc.constantFrom(10, 15, 30, 60),
    logsGbPerDay: fc.double({ min: 0, max: 1_000, noNaN: true }),
    logStreams: fc.integer({ min: 0, max: 100_000 }),
    spansPerSecond: fc.double({ min: 0, max: 10_000, noNaN: true }),
    profilesGbPerDay: fc.double({ min: 0, max: 100, noNaN: true }),
    openDashboards: fc.double({ min: 0, max: 50, noNaN: true }),
    publicIngestShare: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  for (const base of ["dev", "prod"] as const) {
    it(`${base}: the fragment is a valid part of its file, and its plan carries the load`, function () {
      this.timeout(120_000);
      const config = base === "dev" ? devConfig() : prodConfig();
      let sized = 0;
      fc.assert(
        fc.property(loads, (changes) => {
          const expected = load(changes);
          const { fragment, ends } = smallestSizes(config, expected);
          assert.equal(fragment === undefined, ends.length > 0);
          if (fragment === undefined) return;
          sized++;
          const after = loadedWith(base, fragmentText(fragment, expected));
          assert.deepEqual({ ...after.expectedLoad }, { ...expected });
          assert.deepEqual(
            overloaded(capacityOf(after, after.expectedLoad)).map(({ role, bounds }) => [
              role,
              bounds[0],
            ]),
            [],
          );
          assert.ok(maxSeries(after) >= expected.activeSeries);
        }),
        { numRuns: 60 },
      );
      assert.ok(sized >= 10, `${sized} of 60 were sized`);
    });
  }

  it("more load never costs less", function () {
    this.timeout(120_000);
    const config = prodConfig();
    fc.assert(
      fc.property(loads, fc.double({ min: 1, max: 4, noNaN: true }), (changes, by) => {
        const small = load(changes);
        const large = {
          ...small,
          activeSeries: Math.ceil(small.activeSeries * by),
          logsGbPerDay: small.logsGbPerDay * by,
          spansPerSecond: small.spansPerSecond * by,
          openDashboards: small.openDashboards * by,
        };
        const [first, second] = [smallestSizes(config, small), smallestSizes(config, large)];
        if (first.fragment === undefined) {
          assert.equal(second.fragment, undefined, "what does not fit does not fit when it grows");
          return;
        }
        if (second.fragment === undefined) return;
        assert.ok(priceOf(config, second.fragment) >= priceOf(config, first.fragment) - 1e-9);
      }),
      { numRuns: 100 },
    );
  });

  it("one size less does not carry it", () => {
    const config = prodConfig();
    const expected = load({ activeSeries: 400_000, logsGbPerDay: 200, spansPerSecond: 3_000 });
    const { fragment } = smallestSizes(config, expected);
    assert.ok(fragment !== undefined);
    const sized = configWith(config, fragment);
    const { replicas, vcpu, memoryGb, ephemeralStorageGb } = sized.mimir;
    const smaller = { replicas, vcpu, memoryGb: memoryGb - 1, diskGb: ephemeralStorageGb };
    const bounds = boundsOf("mimir", smaller, 3, demandOf(expected), ownDemand(sized));
    assert.ok(bounds.some(({ times }) => times < 1));
  });

  it("where this shape ends it says so, and names the next one", () => {
    for (const [changes, role, next] of [
      [{ activeSeries: 20_000_000 }, "mimir", /microservices/],
      [{ logsGbPerDay: 20_000, logStreams: 10_000 }, "loki.ingester", /next tier/],
      [{ spansPerSecond: 200_000 }, "tempo.compactor", /several/],
      [{ profilesGbPerDay: 300 }, "pyroscope", /microservices/],
    ] as const) {
      const { fragment, ends } = smallestSizes(prodConfig(), load(changes));
      assert.equal(fragment, undefined);
      const end = ends.find((each) => each.role === role);
      assert.ok(end !== undefined, `${role}: ${JSON.stringify(ends)}`);
      assert.match(end.next, next);
      assert.match(end.because, /carry \d+ % of it|limit/);
    }
  });
});

describe("npm run capacity", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(root, "run.js"), "plan/capacityMain.ts", ...args], {
      cwd: root,
      encoding: "utf8",
    });

  it("prints what a stack carries, and a fragment for a load", () => {
    const carried = run("--stack", "dev");
    assert.equal(carried.status, 0, carried.stderr);
    assert.match(carried.stdout, /^What stack dev carries$/m);
    const text = execFileSync(
      process.execPath,
      [
        path.join(root, "run.js"),
        "plan/capacityMain.ts",
        "--series",
        "1e6",
        "--logs-gb-day",
        "200",
        "--spans",
        "5000",
      ],
      { cwd: root, encoding: "utf8" },
    );
    const after = loadedWith("prod", text);
    assert.equal(after.expectedLoad.activeSeries, 1_000_000);
    assert.deepEqual(overloaded(capacityOf(after, after.expectedLoad)), []);
  });

  it("ends with 4 where the shape ends, and with 1 for bad input, without a stack trace", () => {
    const end = run("--series", "1e9");
    assert.equal(end.status, 4);
    assert.equal(end.stdout, "");
    assert.match(end.stderr, /This shape does not carry/);
    for (const args of [
      ["--series", "many"],
      ["--logs-gb-day", "-1"],
      ["--stack", "nowhere"],
      ["--load", "nowhere.yaml"],
    ]) {
      const bad = run(...args);
      assert.equal(bad.status, 1, args.join(" "));
      assert.equal(bad.stdout, "");
      assert.doesNotMatch(bad.stderr, /^\s+at /m);
      assert.notEqual(bad.stderr, "");
    }
  });
});
