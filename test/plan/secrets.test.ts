import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { renderedFiles } from "../../plan/files";
import type { PlannedStack } from "../../plan/makePlan";
import { planOf, planText, SECRET_MASK } from "../../plan/plan";
import { isSecret, record, unwrapAll } from "../../plan/record";
import { report } from "../../plan/report";
import { configWith, devConfig, prodConfig } from "../fixtures/config";
import { devPlan, planOfConfig, prodPlan, resourcesOf } from "../fixtures/plans";

/** Every secret text of a recording, wherever it is wrapped. */
function secretsOf({ recording }: PlannedStack): string[] {
  const found = new Set<string>();
  const collect = (value: unknown) => {
    if (typeof value === "string" && value.length >= 8) found.add(value);
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
  };
  const walk = (value: unknown) => {
    if (isSecret(value)) collect(unwrapAll(value));
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  for (const { inputs, outputs, registeredOutputs } of recording.resources) {
    walk([inputs, outputs, registeredOutputs]);
  }
  walk(recording.outputs);
  return [...found];
}

const facts = { project: "lgtm", stack: "test", accountId: "123456789012", region: "eu-west-1" };
const given = "brought0from0outside0with0forty0letters0";
const withOwnToken = () =>
  planOfConfig(
    configWith(prodConfig(), {
      ingress: { tokenIds: ["a", "b"] },
      ingestTokens: { b: given },
      grafana: { replicas: 2 },
    }),
  );

describe("secrets", () => {
  for (const [name, plan, least] of [
    ["dev", devPlan, 3],
    ["prod", prodPlan, 4],
    ["prod with a token of its own", withOwnToken, 5],
  ] as const) {
    it(`of ${name} are in no plan, task definition, file or page`, async () => {
      const stack = await plan();
      const secrets = secretsOf(stack);
      assert.ok(secrets.filter((each) => !each.startsWith("Bearer ")).length >= least);
      const places: Record<string, string> = {
        "plan.json": planText(stack.plan),
        page: report(stack, { folder: "plans", seconds: 1 }),
        outputs: JSON.stringify(stack.plan.outputs),
        files: renderedFiles(stack.catalog)
          .map(({ content }) => content)
          .join("\n"),
        // As AWS would get them: nothing masked.
        "task definitions": JSON.stringify(
          stack.recording.resources
            .filter(({ type }) => type === "aws:ecs/taskDefinition:TaskDefinition")
            .map(({ inputs, outputs }) => unwrapAll({ inputs, outputs })),
        ),
      };
      for (const [place, text] of Object.entries(places)) {
        assert.ok(text.length > 1000, place);
        for (const secret of secrets)
          assert.ok(!text.includes(secret), `a secret is in the ${place}`);
      }
    });
  }

  it("stay secret as outputs of the stack", async () => {
    const recording = await record(
      () => ({
        open: "seen",
        hidden: pulumi.secret("never-to-be-seen"),
        deep: [pulumi.secret("no")],
      }),
      { ...facts, config: {} },
    );
    assert.deepEqual(planOf(recording, facts).outputs, {
      deep: [SECRET_MASK],
      hidden: SECRET_MASK,
      open: "seen",
    });
  });

  it("would be found, if they were there", async () => {
    const stack = await withOwnToken();
    assert.ok(secretsOf(stack).includes(given));
    const laidOpen = JSON.stringify(unwrapAll(stack.recording.resources));
    for (const secret of secretsOf(stack)) assert.ok(laidOpen.includes(secret));
  });

  it("are masked where they are handed over, so that the plan shows where they go", async () => {
    const stack = await prodPlan();
    for (const { name, inputs } of resourcesOf(
      stack,
      "aws:secretsmanager/secretVersion:SecretVersion",
    )) {
      assert.equal(inputs["secretString"], SECRET_MASK, name);
    }
    const [database] = resourcesOf(stack, "aws:rds/instance:Instance");
    assert.equal(database!.inputs["password"], SECRET_MASK);
    const guarded = resourcesOf(stack, "aws:lb/listenerRule:ListenerRule").filter(({ inputs }) =>
      JSON.stringify(inputs).includes(SECRET_MASK),
    );
    assert.ok(guarded.length >= 4, "the header conditions");
  });

  it("reach a task as references to Secrets Manager", async () => {
    for (const stack of [await planOfConfig(devConfig()), await prodPlan()]) {
      const arns = new Set(
        resourcesOf(stack, "aws:secretsmanager/secret:Secret").map(({ outputs }) => outputs["arn"]),
      );
      const references = resourcesOf(stack, "aws:ecs/taskDefinition:TaskDefinition").flatMap(
        ({ inputs }) =>
          (
            JSON.parse(String(inputs["containerDefinitions"])) as {
              secrets?: { valueFrom: string }[];
            }[]
          ).flatMap(({ secrets }) => (secrets ?? []).map(({ valueFrom }) => valueFrom)),
      );
      assert.ok(references.length >= 2);
      for (const reference of references) assert.ok(arns.has(reference), reference);
    }
  });
});
