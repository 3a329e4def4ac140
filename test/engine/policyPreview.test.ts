import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { rules } from "../../policies/index";
import { judge } from "../../policies/judge";
import { shippedPlans, shippedSettings } from "../policies/mutants/main";
import { echoOf } from "./echoProvider";
import { batches, findings, unique } from "./fixtures";
import { Lane } from "./lane";
import { replay, urnIn } from "./replay";

const STACK = "mutants";
const pack = path.join(__dirname, "..", "..", "policies");

describe("a preview in the real engine", function () {
  this.timeout(600_000);

  it("sees every rule fail, and finds what this process finds", async () => {
    const plans = await shippedPlans();
    const lane = await Lane.open("policy-preview");
    try {
      lane.serve(echoOf);
      // A mandatory finding about one resource keeps the engine from asking the stack rules: all are advisory here.
      const settings = { ...shippedSettings().prod, all: "advisory" };
      const config = path.join(lane.folder, "config.json");
      fs.writeFileSync(config, JSON.stringify(settings));
      const seen = new Set<string>();
      for (const plan of await batches(plans.prod, settings)) {
        fs.writeFileSync(
          path.join(lane.folder, "account", "outputs.json"),
          JSON.stringify(
            Object.fromEntries(
              plan.resources.map(({ urn, id, outputs }) => [
                urnIn(STACK, urn),
                id === undefined ? outputs : { id, ...outputs },
              ]),
            ),
          ),
        );
        const stack = await lane.stackOf(STACK, replay(plan));
        const preview = await stack.preview({ policyPacks: [pack], policyPackConfigs: [config] });
        const verdict = await judge(plan, { policyConfig: settings });
        // Rule and finding: which of several alike a finding names depends on the order in which they are met, and that
        // is the engine's own.
        const short = (list: readonly string[]) =>
          unique(list.map((each) => each.split(" ").slice(0, 2).join(" ")));
        assert.deepEqual(
          short(findings(preview.events)),
          short(verdict.findings.map(({ rule, finding }) => `${rule} ${finding}`)),
        );
        for (const { rule } of verdict.findings) seen.add(rule);
      }
      assert.deepEqual(
        rules.map(({ id }) => id).filter((id) => !seen.has(id)),
        [],
      );
    } finally {
      lane.close();
    }
  });
});
