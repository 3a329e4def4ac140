import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { readRequirements, testsCiting } from "../../docs/requirements";

const root = path.join(__dirname, "..", "..");
const rows = readRequirements(root).flatMap((section) => section.rows);
const exists = (file: string) => fs.existsSync(path.join(root, file));

// Not proven here: that each change turns its row's test red (`npm run test:rows` applies them).
describe("requirements", () => {
  it("have ids of their own", () => {
    const ids = rows.map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
    assert.ok(rows.length >= 50);
  });

  for (const row of rows) {
    const { id, code = [], test, change, later } = row;
    it(`${id} names its code, its test and a change, or why it is not built yet`, () => {
      if (later !== undefined) {
        assert.match(later, /\w+ \w+/);
        assert.deepEqual([test, change], [undefined, undefined], "what is not built is not tested");
        return;
      }
      assert.ok(code.length >= 1, "names no code");
      for (const file of code) assert.ok(exists(file), `${file} is missing`);
      assert.ok(test !== undefined && exists(test), `the test ${test ?? ""} is missing`);
      assert.ok(testsCiting(root, row).length >= 1, `no title in ${test} starts with ${id}:`);
      assert.ok(change !== undefined, "names no change");
      const text = fs.readFileSync(path.join(root, change.file), "utf8");
      assert.equal(
        text.split(change.find).length,
        2,
        `the text to change stands once in ${change.file}`,
      );
      assert.notEqual(change.find, change.replace);
    });
  }
});
