import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan";
import { experimentsTable } from "../../docs/experiments";
import { badRequests } from "../../rehearsal/experiments/badTraffic";
import { experiments, shortExperiments } from "../../rehearsal/experiments/catalog";
import { keptPromises } from "../../rehearsal/experiments/command";
import { brokenPromises } from "../../rehearsal/experiments/judge";
import { whenNoticed } from "../../rehearsal/experiments/notice";
import {
  changeFile,
  changeRingPause,
  changeSuccessorWait,
  changeTaskRole,
  keepIngressPorts,
} from "../../rehearsal/experiments/planChanges";
import type { ExperimentResult } from "../../rehearsal/experiments/result";
import { traps } from "../../rehearsal/experiments/traps";
import { readPlanView } from "../../rehearsal/planView";
import { frontDoorOf } from "../../smoke/doors";
import type { SignalReport } from "../../rehearsal/traffic/ledger";
import { devPlan, prodPlan } from "../fixtures/plans";

const good: SignalReport = {
  signal: "logs",
  pushes: 10,
  pushesRetried: 0,
  pushesRefused: 0,
  refusedSeconds: 0,
  refusals: [],
  slowestPushMs: 5,
  acknowledged: 100,
  lost: 0,
  reads: 10,
  readsRetried: 0,
  readsFailed: 0,
  failedReadSeconds: 0,
  failures: [],
  slowestReadMs: 5,
  readsShort: 0,
};
const judged = (more: Partial<SignalReport>, promises = {}) =>
  brokenPromises({ signals: [{ ...good, ...more }], settledSeconds: 1 }, promises);

describe("verdict of an experiment", () => {
  it("is green where nothing was lost, refused, failed or short", () => {
    assert.deepEqual(judged({}), []);
  });

  it("says of each broken promise what and how much", () => {
    assert.match(judged({ lost: 3 }).join(), /^logs: 3 of 100 acknowledged items are lost$/);
    assert.match(
      judged({ pushesRefused: 2, refusedSeconds: 2, refusals: ["HTTP 500"] }).join(),
      /refused for 2 s \(2 of 10: HTTP 500\)/,
    );
    assert.match(judged({ readsFailed: 1, failedReadSeconds: 1 }).join(), /reads failed for 1 s/);
    const short = { firstSeconds: 1, lastSeconds: 9, most: 4, mostOf: 40, examples: [] };
    assert.match(judged({ readsShort: 2, short }).join(), /2 of 10 reads lack .* up to 4 of 40/);
  });

  it("is noticed before the end only where two looks in a row see it", async () => {
    const looks = [[], ["logs: lost"], ["traces: lost"], ["logs: lost"], ["x", "logs: lost"], []];
    let asked = 0;
    await whenNoticed({ says: /^logs/ }, () => Promise.resolve(looks[asked++] ?? []), 1);
    assert.equal(asked, 5);
  });

  it("is red where nothing was measured", () => {
    assert.match(judged({ acknowledged: 0 }).join(), /nothing was acknowledged/);
    assert.match(judged({ reads: 0 }).join(), /nothing was read/);
    assert.match(brokenPromises({ signals: [], settledSeconds: 0 }, {}).join(), /no signal/);
    const failed = { signals: [good], settledSeconds: 1, settleFailure: "HTTP 500" };
    assert.match(brokenPromises(failed, {}).join(), /the last reading failed/);
  });

  it("allows what an experiment allows, and no more", () => {
    const refused = { pushesRefused: 9, refusedSeconds: 9, refusals: ["HTTP 429: limit"] };
    assert.deepEqual(judged(refused, { refusals: /^HTTP 429/ }), []);
    assert.equal(
      judged({ ...refused, refusals: ["HTTP 429", "HTTP 500"] }, { refusals: /429/ }).length,
      1,
    );
    assert.deepEqual(judged(refused, { refusals: /429/, refusesSome: ["logs"] }), []);
    assert.match(judged({}, { refusesSome: ["logs"] }).join(), /no push was refused/);
    assert.deepEqual(judged({}, { refusesSome: ["traces"] }), []);
    assert.deepEqual(judged(refused, { refusedSeconds: 9 }), []);
    assert.equal(judged(refused, { refusedSeconds: 8 }).length, 1);
    const short = { firstSeconds: 1, lastSeconds: 2, most: 4, mostOf: 40, examples: [] };
    const share = { shortShare: { logs: 0.01 } };
    assert.deepEqual(judged({ reads: 100, readsShort: 1, short }, share), []);
    assert.equal(judged({ reads: 99, readsShort: 1, short }, share).length, 1);
    assert.equal(
      judged({ reads: 100, readsShort: 1, short }, { shortShare: { traces: 1 } }).length,
      1,
    );
  });
});

describe("traps", () => {
  const plans: Partial<Record<string, Plan>> = {};
  before(async () => {
    plans["dev"] = (await devPlan()).plan;
    plans["prod"] = (await prodPlan()).plan;
  });

  for (const trap of traps) {
    it(`${trap.name} changes its plan, and nothing but what it says`, () => {
      const plan = plans[trap.stack] as Plan;
      const before = JSON.stringify(plan);
      const changed = trap.change(plan);
      assert.equal(JSON.stringify(plan), before, "the plan given stays as it is");
      const different = changed.resources.filter((resource) => !plan.resources.includes(resource));
      assert.ok(different.length > 0 || changed.resources.length < plan.resources.length);
      readPlanView(changed);
      const names = [...experiments, ...shortExperiments].map(({ name }) => name);
      assert.ok(names.includes(trap.experiment), trap.experiment);
    });
  }

  it("a trap is noticed by its own words only", () => {
    const [trap] = traps;
    assert.ok(trap);
    const result = (broken: string[]) => ({ broken }) as unknown as ExperimentResult;
    assert.equal(keptPromises(result(["logs: something else"]), trap), false);
    assert.equal(keptPromises(result([]), trap), false);
    // As long as a replacement may take: nothing that stays.
    const short = "traces: pushes refused for 9 s (no answer within 2000 ms)";
    assert.equal(keptPromises(result([short]), trap), false);
    assert.equal(keptPromises(result(["traces: pushes refused for 98 s (HTTP 503)"]), trap), true);
    assert.equal(keptPromises(result([])), true);
    assert.equal(keptPromises(result(["x"])), false);
  });
});

describe("changes to a plan", () => {
  let plan: Plan;
  before(async () => ({ plan } = await prodPlan()));

  it("reach the file of every task that has it, and keep the rest of it", () => {
    const changed = changeFile(plan, "FILE_LOKI_YAML", (file) =>
      file.setIn(["common", "replication_factor"], 2),
    );
    const files = readPlanView(changed).services.flatMap(({ name, taskDefinition }) =>
      taskDefinition.containers.flatMap(({ environment }) =>
        environment["FILE_LOKI_YAML"] === undefined
          ? []
          : [{ name, text: environment["FILE_LOKI_YAML"] }],
      ),
    );
    assert.equal(files.length, 7);
    for (const { name, text } of files) {
      assert.match(text, /replication_factor: 2/, name);
      assert.match(text, /instance_interface_names/, name);
    }
  });

  it("complain where there is nothing to change", () => {
    assert.throws(() => changeFile(plan, "FILE_NONE", () => undefined), /no FILE_NONE/);
    assert.throws(() => changeTaskRole(plan, /loki/, "nobody"), /no role nobody/);
    assert.throws(() => changeRingPause(changeRingPause(plan, 0), 0), /no pause/);
    assert.throws(() => changeSuccessorWait(changeSuccessorWait(plan, 0), 0), /no wait/);
  });

  it("take ingress rules out by their port", () => {
    const left = readPlanView(keepIngressPorts(plan, [3100])).securityGroupRules.filter(
      ({ direction }) => direction === "ingress",
    );
    assert.ok(left.length > 0);
    assert.ok(left.every(({ ports }) => ports?.from === 3100));
  });

  it("set the wait of a ring replica's successor", () => {
    const waits = (given: Plan) =>
      new Set(
        [
          ...JSON.stringify(given.resources.map(({ inputs }) => inputs)).matchAll(
            /date \+%s\) \+ (\d+)\)\)/g,
          ),
        ].map(([, n]) => n),
      );
    assert.deepEqual(waits(plan), new Set(["75"]));
    assert.deepEqual(waits(changeSuccessorWait(plan, 0)), new Set(["0"]));
  });

  it("set the pause between two replicas", () => {
    const pauses = (given: Plan) =>
      new Set(readPlanView(given).services.map(({ pauseSeconds }) => pauseSeconds));
    assert.deepEqual(pauses(plan), new Set([0, 120]));
    assert.deepEqual(pauses(changeRingPause(plan, 7)), new Set([0, 7]));
  });
});

describe("table of the kept results", () => {
  const run = (more: Partial<ExperimentResult>, report: Partial<SignalReport> = {}) =>
    ({
      experiment: "zone",
      stack: "prod",
      programs: { tempo: "tempo, version v2.9.0 (branch: , revision: unknown)" },
      broken: [],
      traffic: { signals: [{ ...good, ...report }], settledSeconds: 1 },
      ...more,
    }) as unknown as ExperimentResult;

  it("sums over runs, shows the worst time, and counts red runs", () => {
    const table = experimentsTable([
      run({}),
      run(
        { broken: ["x"] },
        { lost: 3, pushesRefused: 2, refusedSeconds: 2, slowestReadMs: 6500, readsShort: 0 },
      ),
      run({ stack: "dev" }),
      run({ programs: { tempo: "tempo, version 2.10.8 (branch: v2.10.8)" } }, { lost: 1 }),
    ]);
    const rows = table.split("\n").filter((line) => line.includes("loss of a zone"));
    assert.equal(rows.length, 3);
    assert.match(rows[2] ?? "", /\| prod \| 2\.10\.8 \| 1 \| logs \| 0 of 10 \| 1 of 100 \|/);
    assert.match(
      rows[1] ?? "",
      /\| prod \| 2\.9\.0 \| 2 \| logs \| 2 of 20, for 2 s \| 3 of 200 \| 0 of 20 \| 0 of 20 \| 6\.5 s \| broken in 1 of 2 \|/,
    );
  });
});

describe("bad traffic", () => {
  it("covers every way of the plan with every kind of mistake", async () => {
    const { outputs } = (await prodPlan()).plan;
    const urls = frontDoorOf(outputs).urls as Record<string, string>;
    const requests = badRequests(urls, "t".repeat(64));
    assert.equal(requests.length, 5 * 10);
    for (const { what, headers, answers } of requests) {
      if (what.endsWith("no token")) assert.equal(headers["authorization"], undefined);
      // A slow push may well be a good one.
      const refusals = answers.filter((status) => status !== 200 || !what.endsWith("slow body"));
      assert.ok(
        refusals.every((status) => status >= 400 && status < 500),
        what,
      );
    }
  });
});
