import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { planText, type Plan } from "../../plan/plan";
import { readPlanView } from "../../rehearsal/planView";
import type { PrivilegeReport, Removal } from "../../rehearsal/privilege/measure";
import type { RehearsalReport } from "../../rehearsal/report";
import { devConfig, prodConfig } from "../fixtures/config";
import { planOfConfig } from "../fixtures/plans";

const all = process.env["LGTM_REHEARSAL_ALL"] !== undefined;

/** What CI has time for beside the experiments: the way in, to the ingesters, and to the bucket. All of them took 27 minutes. */
const IN_CI = "from-(load-balancer|anywhere)|ingester-from-.*9095|OwnPrefixes";

/** Fargate itself needs what memcached may send, to pull images and to write logs; a rehearsal does neither. */
const NOT_MISSED = "lgtm-memcached-to-anywhere";

/** Runs the command. Its progress is shown only where the test fails. */
function rehearse(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["run.js", "rehearsal/main.ts", ...args],
    { encoding: "utf8", maxBuffer: 1e8 },
  );
  return { status, stdout, stderr };
}

describe("a rehearsal", () => {
  let folder: string;
  const file = (stack: string) => path.join(folder, `${stack}.json`);
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-lane-"));
    fs.writeFileSync(file("dev"), planText((await planOfConfig(devConfig())).plan));
    fs.writeFileSync(file("prod"), planText((await planOfConfig(prodConfig())).plan));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  for (const stack of ["dev", "prod"]) {
    it(`starts ${stack} from nothing; every check holds and nothing is refused`, () => {
      const { status, stdout, stderr } = rehearse("--plan", file(stack), "--json");
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
    });
  }

  it(`prod: ${all ? "each permission" : "each of the permissions that there is time for"} is missed when it is out`, function () {
    this.timeout(1_200_000);
    const { status, stdout, stderr } = rehearse(
      ...["--plan", file("prod"), "--json", "--least-privilege", all ? "" : IN_CI],
      ...["--ready-seconds", "300"],
    );
    const output = `${stdout}\n${stderr}`;
    assert.equal(status, 0, output);
    const { removals, broken } = JSON.parse(stdout) as PrivilegeReport;
    assert.deepEqual(broken, []);
    const view = readPlanView(JSON.parse(fs.readFileSync(file("prod"), "utf8")) as Plan);
    assert.deepEqual(
      removals.map(({ name }) => name).sort(),
      [
        ...view.securityGroupRules.map(({ name }) => name),
        ...view.taskRoles.flatMap(({ statements }) => statements.map(({ id }) => id)),
      ]
        .filter((name) => all || new RegExp(IN_CI).test(name))
        .sort(),
    );
    const named = (verdict: Removal["verdict"]) =>
      removals.filter((removal) => removal.verdict === verdict).map(({ name }) => name);
    assert.deepEqual(named("not needed by the rehearsed parts"), all ? [NOT_MISSED] : [], output);
    assert.ok(named("needed").length > (all ? 40 : 10), output);
    console.log(`      ${named("needed").length} needed, ${named("used").length} used`);
  });

  it("says everything that is wrong with what was asked, and exits with 1", () => {
    const nothing = rehearse();
    assert.equal(nothing.status, 1);
    assert.match(nothing.stderr, /name a stack or a plan/);
    const noPlan = rehearse("--plan", path.join(folder, "absent.json"));
    assert.equal(noPlan.status, 1);
    assert.match(noPlan.stderr, /absent\.json cannot be read as a plan/);
    fs.writeFileSync(path.join(folder, "empty.json"), "{}");
    const empty = rehearse("--plan", path.join(folder, "empty.json"));
    assert.equal(empty.status, 1);
    assert.match(empty.stderr, /no plan of version 1/);
    const pattern = rehearse("--plan", file("dev"), "--least-privilege", "(");
    assert.equal(pattern.status, 1);
    assert.match(pattern.stderr, /--least-privilege .* not a regular expression/);
    const said = [nothing, noPlan, empty, pattern].map(({ stderr }) => stderr).join("\n");
    assert.ok(!/at \w+ \(/.test(said), "no stack trace");
  });
});
