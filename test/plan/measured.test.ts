import assert from "node:assert/strict";
import { measuredIn } from "../../docs/measured";
import { measuredFor, measuredWarnings } from "../../plan/measured";
import type { ExperimentResult } from "../../rehearsal/experiments/result";
import type { SignalReport } from "../../rehearsal/traffic/ledger";
import { devConfig, prodConfig } from "../fixtures/config";

const report = (signal: string, more: Partial<SignalReport>) => ({
  ...{ signal, pushes: 100, pushesRefused: 0, refusedSeconds: 0, acknowledged: 1000, lost: 0 },
  ...{ reads: 50, readsFailed: 0, failedReadSeconds: 0, readsShort: 0 },
  ...more,
});
const run = (date: string, ...signals: ReturnType<typeof report>[]) =>
  ({
    ...{ experiment: "kill", stack: "dev", date },
    traffic: { signals, settledSeconds: 1 },
  }) as unknown as ExperimentResult;

describe("what was measured", () => {
  const configOf = (stack: string) => (stack === "dev" ? devConfig() : prodConfig());
  const kills = measuredIn(
    [
      run("2026-11-24T23:00:00.000Z", report("logs", { pushesRefused: 30, refusedSeconds: 28 })),
      run(
        "2026-11-25T03:00:00.000Z",
        report("logs", { pushesRefused: 20, refusedSeconds: 31, lost: 7 }),
        report("traces", {}),
      ),
      // Refusing is what a limit is for, and a run that never got ready measured nothing.
      { ...run("2026-11-25T04:00:00.000Z"), experiment: "overload" },
      { ...run("2026-11-25T04:00:00.000Z"), traffic: undefined },
    ],
    configOf,
  );

  it("is summed over the runs of an experiment, with the worst of what is a time", () => {
    assert.equal(kills.length, 1);
    const [kill] = kills;
    assert.deepEqual([kill?.runs, kill?.from, kill?.to], [2, "2026-11-24", "2026-11-25"]);
    const logs = kill?.signals.find(({ signal }) => signal === "logs");
    assert.deepEqual(
      [logs?.pushes, logs?.pushesRefused, logs?.refusedSeconds, logs?.lost],
      [200, 50, 31, 7],
    );
  });

  it("warns a stack of the same shape, with date, runs and command; of what did no harm it says nothing", () => {
    const [line, ...others] = measuredWarnings(devConfig(), kills);
    assert.deepEqual(others, []);
    assert.match(line ?? "", /logs: pushes refused for 31 s \(50 of 200\), .* lost \(7 of 2000\)/);
    assert.match(line ?? "", /2 runs of npm run rehearse -- dev --experiment kill\)$/);
    assert.doesNotMatch(line ?? "", /traces/);
  });

  it("says nothing of a stack with another number of copies, and nothing without results", () => {
    assert.deepEqual(measuredFor(prodConfig(), kills), []);
    assert.deepEqual(measuredWarnings(devConfig(), []), []);
  });
});
