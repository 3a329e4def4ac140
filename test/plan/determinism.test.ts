import assert from "node:assert/strict";
import { planText, type Plan } from "../../plan/plan";
import { configWith, devConfig, prodConfig } from "../fixtures/config";
import { devPlan, planOnce, prodPlan } from "../fixtures/plans";

/** Keys of every object inside a value are in order. */
function assertSorted(value: unknown, path: string): void {
  if (Array.isArray(value)) {
    value.forEach((inner, index) => assertSorted(inner, `${path}[${index}]`));
  } else if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value);
    assert.deepEqual(keys, [...keys].sort(), path);
    for (const [key, inner] of Object.entries(value)) assertSorted(inner, `${path}.${key}`);
  }
}

// Not proven here: the same for the command in another folder (main.test.ts).
describe("plan.json", () => {
  it("is the same to the byte when it is made again", async () => {
    for (const [plan, config] of [
      [await devPlan(), devConfig()],
      [await prodPlan(), prodConfig()],
    ] as const) {
      const again = await planOnce(config);
      assert.equal(planText(again.plan), planText(plan.plan), config.stack);
    }
  });

  it("is another one for another stack file", async () => {
    const other = await planOnce(configWith(devConfig(), { logRetentionDays: 14 }));
    assert.notEqual(planText(other.plan), planText((await devPlan()).plan));
  });

  it("holds resources by URN and properties by name, nothing of the time or the machine", async () => {
    const text = planText((await prodPlan()).plan);
    const { resources } = JSON.parse(text) as Plan;
    const urns = resources.map(({ urn }) => urn);
    assert.deepEqual(urns, [...urns].sort());
    assert.equal(new Set(urns).size, urns.length);
    for (const { urn, inputs, outputs } of resources) {
      assertSorted(inputs, `${urn} inputs`);
      assertSorted(outputs, `${urn} outputs`);
    }
    assert.ok(!text.includes(process.cwd()));
    assert.doesNotMatch(text, new RegExp(`"${new Date().getUTCFullYear()}-\\d\\d-\\d\\dT`));
  });

  it("holds every resource completely: type, parent, dependencies, protection", async () => {
    const { plan } = await prodPlan();
    const urns = new Set(plan.resources.map(({ urn }) => urn));
    for (const resource of plan.resources) {
      if (resource.type !== "pulumi:pulumi:Stack") assert.ok(urns.has(resource.parent ?? ""));
      for (const urn of resource.dependencies) assert.ok(urns.has(urn), `${resource.urn}: ${urn}`);
      assert.equal(resource.custom, resource.id !== undefined, resource.urn);
      assert.equal(typeof resource.protect, "boolean");
    }
  });

  it("leaves no value open", async () => {
    const text = planText((await prodPlan()).plan);
    // The SDK's stand-ins for unknown values, and what a forgotten output turns into.
    assert.doesNotMatch(text, /04da6b54-80e4-46f7-96ec-b56ff0331ba9/);
    assert.doesNotMatch(text, /\[object Object\]|Calling \[toString\] on|undefined-|-undefined/);
  });
});
