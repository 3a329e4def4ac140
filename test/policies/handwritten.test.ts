import assert from "node:assert/strict";
import { rules } from "../../policies/index";
import { judge } from "../../policies/judge";
import { iam } from "./handwritten/iam";
import { securityGroups } from "./handwritten/securityGroups";
import { storage } from "./handwritten/storage";

/** By subject; beside plans and mutants of them, whose resources a program has written. */
const fixtures = { "security groups": securityGroups, iam, storage } as const;

for (const [subject, list] of Object.entries(fixtures))
  describe(`written by hand: ${subject}`, () => {
    for (const { rule: id, what, resources, finds } of list)
      it(`${id}: ${what}`, async () => {
        const rule = rules.find((each) => each.id === id);
        assert.ok(rule, "no such rule");
        for (const { type } of resources)
          assert.ok(type in rule.reads, `no rule reads this: ${id} does not look at ${type}`);
        const { findings, unjudged } = await judge(
          { resources },
          { rules: [rule], policyConfig: { settings: { environment: "prod" } } },
        );
        assert.deepEqual(
          findings.map(({ finding }) => finding),
          Array.isArray(finds) ? finds : [],
        );
        assert.equal(unjudged.length > 0, finds === "unknown", JSON.stringify(unjudged));
      });

    it("has resources that pass, that fail, and that are not known", () => {
      const kinds = new Set(list.map(({ finds }) => (Array.isArray(finds) ? "some" : finds)));
      assert.deepEqual([...kinds].sort(), ["none", "some", "unknown"]);
    });
  });
