import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { expectedLoadSchema, type ExpectedLoad } from "../../configs/stack/expectedLoad";
import { costOfPlan } from "../../plan/cost";
import type { PlannedStack } from "../../plan/makePlan";
import { pricesOf } from "../../plan/prices";
import { devPlan, planFile, prodPlan } from "../fixtures/plans";
import { recompute, type PlanFile } from "./recompute";

const examples = path.join(__dirname, "../../examples");

const heavy = expectedLoadSchema.parse({
  activeSeries: 200_000,
  logsGbPerDay: 100,
  logStreams: 2_000,
  spansPerSecond: 2_000,
  profilesGbPerDay: 5,
  publicIngestShare: 0.5,
  users: 50,
  openDashboards: 10,
});

/** Its hours follow from scheduled actions: test/plan/cost.test.ts reckons those by hand. */
const notReckoned = ["office-hours"];

function stackFileIn(folder: string): string {
  const file = fs.readdirSync(folder).find((each) => /^Pulumi\..+\.yaml$/.test(each));
  assert.ok(file !== undefined, `${folder} has no stack file`);
  return path.join(folder, file);
}

/** Quantity by price: the table may have one price in two groups. */
function billed({ plan }: PlannedStack, expected: ExpectedLoad): Map<string, number> {
  const cost = costOfPlan(plan, { expected, facts: plan.workload.facts });
  const sums = new Map<string, number>();
  for (const { priceId, quantity } of cost.items)
    sums.set(priceId, (sums.get(priceId) ?? 0) + quantity);
  return sums;
}

function agree(stack: PlannedStack, expected: ExpectedLoad) {
  const file = JSON.parse(
    JSON.stringify({ ...stack.plan, workload: { ...stack.plan.workload, expected } }),
  ) as PlanFile;
  const second = recompute(file);
  const first = billed(stack, expected);
  assert.deepEqual([...first.keys()].sort(), [...second.keys()].sort());
  for (const [id, quantity] of first) {
    const other = second.get(id) ?? NaN;
    assert.ok(
      Math.abs(quantity - other) <= 1e-9 * Math.max(1, quantity),
      `${id}: ${quantity}, and reckoned again ${other}`,
    );
  }
}

describe("the bill, reckoned a second time", () => {
  for (const [name, planOf] of [
    ["dev", devPlan],
    ["prod", prodPlan],
    ...fs
      .readdirSync(examples)
      .filter((each) => !notReckoned.includes(each))
      .map((each) => [each, () => planFile(stackFileIn(path.join(examples, each)))] as const),
  ] as const) {
    it(`${name}: every line, at its own load and at a heavy one`, async () => {
      const stack = await planOf();
      agree(stack, stack.plan.workload.expected);
      agree(stack, heavy);
    });
  }

  it("prod: at any load", async () => {
    const stack = await prodPlan();
    const number = (max: number) => fc.double({ min: 0.001, max, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({
          activeSeries: fc.integer({ min: 1, max: 1e8 }),
          logsGbPerDay: number(1e4),
          logStreams: fc.integer({ min: 1, max: 1e5 }),
          spansPerSecond: number(1e5),
          profilesGbPerDay: number(1e3),
          openDashboards: number(1e3),
          publicIngestShare: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        (changes) => {
          agree(stack, expectedLoadSchema.parse(changes));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("money is quantity times price, to the cent, and adds up by item and by product", async () => {
    for (const stack of [await devPlan(), await prodPlan()]) {
      const cost = costOfPlan(stack.plan);
      const prices = pricesOf(cost.region);
      let sum = 0;
      for (const item of cost.items) {
        const price = prices.get(item.priceId)?.usd ?? NaN;
        for (const part of item.parts)
          assert.ok(Math.abs(part.monthlyUsd - part.quantity * price) <= 0.005 + 1e-9, item.id);
        const parts = item.parts.reduce(
          (total, part) => total + Math.round(part.monthlyUsd * 100),
          0,
        );
        assert.equal(parts, Math.round(item.monthlyUsd * 100), item.id);
        sum += parts;
      }
      assert.equal(sum, Math.round(cost.total * 100));
      const products = cost.products.reduce(
        (total, each) => total + Math.round(each.total * 100),
        0,
      );
      assert.equal(products, sum);
    }
  });

  it("a part that is left out is noticed", async () => {
    const stack = await prodPlan();
    const without = {
      ...stack,
      plan: {
        ...stack.plan,
        resources: stack.plan.resources.filter(({ type }) => type !== "aws:ec2/eip:Eip"),
      },
    };
    assert.notDeepEqual(
      billed(without, stack.plan.workload.expected),
      billed(stack, stack.plan.workload.expected),
    );
  });
});
