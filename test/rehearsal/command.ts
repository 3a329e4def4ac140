import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { planText } from "../../plan/plan";
import type { RehearsalReport } from "../../rehearsal/report";
import { devConfig, prodConfig } from "../fixtures/config";
import { planOfConfig } from "../fixtures/plans";

/** Runs the command. Its progress is shown only where the test fails. */
export function rehearse(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["run.js", "rehearsal/main.ts", ...args],
    { encoding: "utf8", maxBuffer: 1e8 },
  );
  return { status, stdout, stderr };
}

/** @returns a new folder with the plans of the shipped stacks, `dev.json` and `prod.json`. */
export async function writePlans(): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-lane-"));
  for (const [stack, config] of [
    ["dev", devConfig()],
    ["prod", prodConfig()],
  ] as const)
    fs.writeFileSync(
      path.join(folder, `${stack}.json`),
      planText((await planOfConfig(config)).plan),
    );
  return folder;
}

/** Starts a plan, makes the checks, and ends one task of each role. */
export function startsFromNothing(file: string): void {
  const { status, stdout, stderr } = rehearse("--plan", file, "--json");
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  const report = JSON.parse(stdout) as RehearsalReport;
  assert.deepEqual(report.checks?.failed, []);
  assert.ok((report.checks?.made ?? 0) > 10);
  assert.deepEqual(report.refusedConnections, []);
  assert.deepEqual(report.refusedRequests, []);
  assert.ok(report.tasks.every(({ health }) => health === "HEALTHY"));
  const started = new Set(report.tasks.map(({ name }) => name.replace(/\/\d+$/, "")));
  for (const { service } of report.notRehearsed) assert.ok(!started.has(service));
  assert.deepEqual(
    report.statements.filter(({ requests, notRehearsed }) => requests === 0 && !notRehearsed),
    [],
    "every right of a started role is used",
  );
}
