import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { expectedLoadSchema } from "../../configs/stack/expectedLoad";
import { costOfPlan } from "../../plan/cost";
import { prodPlan } from "../fixtures/plans";

const sheet = fs.readFileSync(path.join(__dirname, "../../docs/cost-example.md"), "utf8");
const load = expectedLoadSchema.parse(parse(/```yaml\n([^]*?)```/.exec(sheet)?.[1] ?? ""));

/** Lines of the sheet: price id, the sum as it is written, its result. */
const lines = [...sheet.matchAll(/^\| ([a-z0-9.-]+) +\| `([\d.()+*/ ]+)` +\| +([\d.]+) \|$/gm)].map(
  ([, id = "", sum = "", result = ""]) => ({ id, sum, result: Number(result) }),
);

/** A sum of the four kinds, in the order in which one reckons. */
function reckon(sum: string): number {
  const tokens = sum.match(/[\d.]+|[()+*/]/g) ?? [];
  let at = 0;
  const factor = (): number => {
    const token = tokens[at++];
    if (token !== "(") return Number(token);
    const inner = terms();
    at++;
    return inner;
  };
  const product = (): number => {
    let value = factor();
    while (tokens[at] === "*" || tokens[at] === "/")
      value = tokens[at++] === "*" ? value * factor() : value / factor();
    return value;
  };
  const terms = (): number => {
    let value = product();
    while (tokens[at] === "+") {
      at++;
      value += product();
    }
    return value;
  };
  const result = terms();
  assert.equal(at, tokens.length, `read to its end: ${sum}`);
  return result;
}

describe("the bill that was worked out by hand", () => {
  it("has lines", () => {
    assert.ok(lines.length >= 30);
  });

  it("names every setting of a load", () => {
    const written = parse(/```yaml\n([^]*?)```/.exec(sheet)?.[1] ?? "") as object;
    assert.deepEqual(Object.keys(written).sort(), Object.keys(load).sort());
  });

  for (const { id, sum, result } of lines) {
    it(`${id}: the sum is right, and the program agrees within 2 %`, async () => {
      assert.ok(Math.abs(reckon(sum) - result) <= 0.011, `${sum} = ${reckon(sum)}, not ${result}`);
      const { plan } = await prodPlan();
      const cost = costOfPlan(plan, { expected: load, facts: plan.workload.facts });
      const usd = cost.items
        .filter(({ priceId }) => priceId === id)
        .reduce((total, { monthlyUsd }) => total + monthlyUsd, 0);
      assert.ok(Math.abs(usd - result) <= 0.02 * result + 0.01, `${usd} and by hand ${result}`);
    });
  }

  it("has every line of the bill", async () => {
    const { plan } = await prodPlan();
    const cost = costOfPlan(plan, { expected: load, facts: plan.workload.facts });
    const priced = [...new Set(cost.items.map(({ priceId }) => priceId))];
    assert.deepEqual(lines.map(({ id }) => id).sort(), priced.sort());
  });
});
