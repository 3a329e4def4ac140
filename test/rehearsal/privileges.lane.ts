import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Plan } from "../../plan/plan";
import { readPlanView } from "../../rehearsal/planView";
import type { PrivilegeReport, Removal } from "../../rehearsal/privilege/measure";
import { rehearse, writePlans } from "./command";

const all = process.env["LGTM_REHEARSAL_ALL"] !== undefined;

/** Loki asks its compactor every 5 minutes: each of these two takes longer than all others may. */
const PATIENT = "lgtm-loki-compactor-from-loki-(querier|query-frontend)-9095";

/** Fargate itself needs what memcached may send, to pull images and to write logs; a rehearsal does neither. */
const NOT_MISSED = "lgtm-memcached-to-anywhere";

describe("least privilege", () => {
  let folder: string;
  before(async () => {
    folder = await writePlans();
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it(`prod: each permission${all ? "" : " but two that only minutes tell of"} is missed when it is out`, function () {
    this.timeout(1_500_000);
    const file = path.join(folder, "prod.json");
    const { status, stdout, stderr } = rehearse(
      ...["--plan", file, "--json", "--least-privilege", all ? "" : `^(?!${PATIENT}$)`],
      ...["--ready-seconds", "300"],
    );
    const output = `${stdout}\n${stderr}`;
    assert.equal(status, 0, output);
    const { removals, broken } = JSON.parse(stdout) as PrivilegeReport;
    assert.deepEqual(broken, []);
    const view = readPlanView(JSON.parse(fs.readFileSync(file, "utf8")) as Plan);
    assert.deepEqual(
      removals.map(({ name }) => name).sort(),
      [
        ...view.securityGroupRules.map(({ name }) => name),
        ...view.taskRoles.flatMap(({ statements }) => statements.map(({ id }) => id)),
      ]
        .filter((name) => all || !new RegExp(`^${PATIENT}$`).test(name))
        .sort(),
    );
    const named = (verdict: Removal["verdict"]) =>
      removals.filter((removal) => removal.verdict === verdict).map(({ name }) => name);
    assert.deepEqual(named("not needed by the rehearsed parts"), [NOT_MISSED], output);
    // On a busy machine what one of them breaks may come too late.
    assert.ok(named("used").length <= 2, output);
    assert.ok(named("needed").length > 50, output);
    console.log(`      ${named("needed").length} needed, ${named("used").length} used`);
  });
});
