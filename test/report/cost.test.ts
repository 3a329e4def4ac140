import assert from "node:assert/strict";
import { sliders, STEPS, positionOf, valueAt } from "../../report/cost/sliders";
import { costView } from "../../report/cost/view";
import { reportFacts } from "../../report/facts/reportFacts";
import { costData } from "../../report/sections/cost";
import { devPlan, prodPlan } from "../fixtures/plans";

describe("cost in the report", function () {
  this.timeout(60_000);

  it("is the plan's own to the cent, in all and by product", async () => {
    for (const stack of [await devPlan(), await prodPlan()]) {
      const facts = reportFacts(stack);
      const data = costData(facts);
      assert.ok(data !== undefined);
      const view = costView(data, data.workload.expected);
      assert.equal(view.totalUsd, facts.cost.total);
      assert.equal(view.usageUsd, facts.cost.usageUsd);
      assert.deepEqual(
        view.products.map(({ product, totalUsd }) => [product, totalUsd]),
        facts.cost.products.map(({ product, total }) => [product, total]),
      );
    }
  });

  it("a slider's ends and middle are what they say, and every position finds its way back", () => {
    for (const slider of sliders) {
      assert.equal(valueAt(slider, 0), 0);
      assert.equal(valueAt(slider, 1), slider.least);
      assert.equal(valueAt(slider, STEPS), slider.most);
      for (let position = 0; position <= STEPS; position++) {
        const value = valueAt(slider, position);
        // Two digits are coarser than the steps: a step beside is as near as it gets.
        assert.ok(Math.abs(positionOf(slider, value) - position) <= 2, `${slider.key} ${value}`);
        if (position > 0) assert.ok(value >= valueAt(slider, position - 1), slider.key);
      }
    }
  });
});
