import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { rehearse, startsFromNothing, writePlans } from "./command";

describe("a rehearsal", () => {
  let folder: string;
  const file = (stack: string) => path.join(folder, `${stack}.json`);
  before(async () => {
    folder = await writePlans();
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("starts dev from nothing; every check holds and nothing is refused", () =>
    startsFromNothing(file("dev")));

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
