import assert from "node:assert/strict";
import { rules } from "../../policies/index";
import { judge, type Judged, type JudgedResource } from "../../policies/judge";
import type { Properties } from "../../standin/types";
import { devPlan, prodPlan } from "../fixtures/plans";

/** What a preview puts in the place of a text that it does not know yet (`unknownStringValue` of @pulumi/policy). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const subjects = ["storage", "compute", "ingress", "network", "resilience", "hygiene"];

/**
 * The plan as the first preview of a new stack shows it: what AWS makes up is unknown, and so is every value that holds
 * some of it.
 */
function asPreview(plan: Judged): Judged {
  const late = new Set<string>();
  for (const { inputs, outputs, id, custom } of plan.resources) {
    if (custom !== true) continue;
    if (id !== undefined) late.add(id);
    for (const [key, value] of Object.entries(outputs)) {
      if (!(key in inputs) && typeof value === "string" && value.length > 8) late.add(value);
    }
  }
  const longest = [...late].sort((a, b) => b.length - a.length);
  const hide = (value: unknown): unknown => {
    if (typeof value === "string")
      return longest.some((text) => value.includes(text)) ? UNKNOWN : value;
    if (Array.isArray(value)) return value.map(hide);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner)]));
  };
  return {
    resources: plan.resources.map((resource): JudgedResource => {
      const rest = { ...resource, id: undefined };
      const inputs = hide(resource.inputs) as Properties;
      // The engine shows a stack rule the inputs of what does not exist yet.
      return { ...rest, inputs, outputs: inputs };
    }),
  };
}

describe("the first preview of a stack", () => {
  for (const [environment, stack] of [
    ["dev", devPlan],
    ["prod", prodPlan],
  ] as const) {
    it(`gives no finding about what ${environment} does not know yet`, async () => {
      const { plan } = await stack();
      const verdict = await judge(asPreview(plan), {
        rules: rules.filter(({ subject }) => subjects.includes(subject)),
        policyConfig: { settings: { environment } },
      });
      assert.deepEqual(
        verdict.findings.map(({ message }) => message),
        [],
      );
      assert.ok(verdict.unjudged.length > 0, "a preview can't see everything");
    });
  }
});
