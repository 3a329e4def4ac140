import * as assert from "node:assert/strict";
import { unknownCheckingProxy } from "../../policies/unknownValue";
import { rules } from "../../policies/index";
import { judge, type Judged, type JudgedResource } from "../../policies/judge";
import { policyOf } from "../../policies/policy";
import { Stack } from "../../policies/resource";
import type { Judgement, ResourceRule, Rule } from "../../policies/rule";
import { Session } from "../../policies/session";
import { judgedState, stateOf } from "../../policies/state";
import { UNKNOWN_TEXT, UnknownValueError } from "../../policies/unknownValue";
import { mutants } from "./mutants/all";
import { shippedPlans, shippedSettings } from "./mutants/main";
import { BrokenPlan } from "./mutants/mutant";
import type { ShippedPlans } from "./mutants/run";

const short = async (judged: Judged, stack: "dev" | "prod" = "prod") => {
  const { findings } = await judge(judged, { policyConfig: shippedSettings()[stack] });
  return findings.map(({ rule, finding, urn }) => `${rule} ${finding} ${urn}`).sort();
};

describe("the lanes", function () {
  this.timeout(120_000);
  let plans: ShippedPlans;
  before(async () => {
    plans = await shippedPlans();
  });

  it("find nothing in the shipped plans", async () => {
    assert.deepEqual(await short(plans.dev, "dev"), []);
    assert.deepEqual(await short(plans.prod), []);
  });

  it("have a mutant for every rule, and a rule for every mutant", () => {
    const ids = new Set(rules.map(({ id }) => id));
    const killing = new Set(
      mutants.flatMap(({ expected }) => expected.map((each) => each.split(" ")[0] ?? "")),
    );
    assert.deepEqual([...ids].filter((id) => !killing.has(id)).sort(), []);
    assert.deepEqual([...killing].filter((id) => !ids.has(id)).sort(), []);
    assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
    assert.ok(mutants.length >= 150);
  });

  it("have at most three mutants per rule and operator", () => {
    const counts = new Map<string, number>();
    for (const { operator, expected } of mutants) {
      for (const rule of new Set(expected.map((each) => each.split(" ")[0]))) {
        const key = `${rule}: ${operator}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    assert.deepEqual(
      [...counts].filter(([, count]) => count > 3),
      [],
    );
  });

  // A rule over the stack sees the types that it names: one that it forgets would be missed in silence.
  it("ask for no type that the rule does not say it reads", async () => {
    const asked = new Set<string>();
    let asking: Rule | undefined;
    const watched = rules.map((rule): Rule =>
      rule.judges === "resource"
        ? rule
        : {
            ...rule,
            judge: (stack: Stack, judgement: Judgement) => {
              asking = rule;
              rule.judge(stack, judgement);
              asking = undefined;
            },
          },
    );
    const note = (type: string) => {
      if (asking !== undefined && asking.everyType !== true && !(type in asking.reads))
        asked.add(`${asking.id} ${type}`);
    };
    const undo = (["ofType", "byId", "referenced"] as const).map((name) => {
      const own = Reflect.get(Stack.prototype, name) as (...args: unknown[]) => unknown;
      const types = { ofType: [0], byId: [0, 1], referenced: [2] }[name];
      Reflect.set(Stack.prototype, name, function (this: Stack, ...args: unknown[]) {
        args.slice(...types).forEach((type) => note(String(type)));
        return own.apply(this, args);
      });
      return () => Reflect.set(Stack.prototype, name, own);
    });
    try {
      for (const stack of ["dev", "prod"] as const)
        await judge(plans[stack], { policyConfig: shippedSettings()[stack], rules: watched });
      const plan = new BrokenPlan(plans.prod);
      for (const mutant of mutants.filter(
        ({ stack }, index) => stack === "prod" && index % 5 === 0,
      ))
        mutant.apply(plan);
      await judge(plan, { policyConfig: shippedSettings().prod, rules: watched });
    } finally {
      undo.forEach((each) => each());
    }
    assert.deepEqual([...asked].sort(), []);
  });

  it("say the same about a plan and about the state made from it", async () => {
    const plan = new BrokenPlan(plans.prod);
    const ofProd = mutants.filter(({ stack }) => stack === "prod");
    for (const mutant of ofProd.filter((_, index) => index % 20 === 0)) mutant.apply(plan);
    const expected = await short(plan);
    assert.ok(expected.length >= 10);
    assert.deepEqual(await short(judgedState(JSON.stringify(stateOf(plan)))), expected);
  });

  describe("unit: a value that a preview does not know", () => {
    /** A resource of each type as the plan has it, with one property made unknown. */
    const cases = (plan: Judged) =>
      rules
        .filter((rule): rule is ResourceRule => rule.judges === "resource")
        .flatMap((rule) =>
          Object.entries(rule.reads).flatMap(([type, paths]) => {
            const resource = plan.resources.find((each) => each.type === type);
            return resource === undefined ? [] : paths.map((path) => ({ rule, resource, path }));
          }),
        );

    it("gives no finding and no mistake, but says that the rule could not see it", () => {
      let unseen = 0;
      for (const { rule, resource, path } of cases(plans.prod)) {
        const [key = ""] = path.split(".");
        const properties = { ...resource.inputs, [key]: UNKNOWN_TEXT };
        const violations: string[] = [];
        const policy = policyOf(rule, new Session({ config: {} }));
        const validate = "validateResource" in policy ? policy.validateResource : undefined;
        assert.ok(typeof validate === "function");
        try {
          void validate(argumentsOf(resource, unknownCheckingProxy(properties)), (message) => {
            violations.push(message);
          });
        } catch (error) {
          assert.ok(error instanceof UnknownValueError, `${rule.id} ${path}: ${String(error)}`);
          unseen += 1;
        }
        assert.deepEqual(violations, [], `${rule.id} ${path}`);
      }
      assert.ok(unseen > 40, `only ${unseen} unknown values were noticed`);
    });

    it("of every id, ARN and document of the stack gives no false finding", async () => {
      // What a preview of a new stack does not know: whatever AWS or another resource answers.
      const resources = plans.prod.resources.map((resource): JudgedResource => {
        const hidden = hide(resource);
        return {
          ...resource,
          id: UNKNOWN_TEXT,
          inputs: hidden(resource.inputs),
          outputs: hidden(resource.outputs),
        };
      });
      const verdict = await judge({ resources }, { policyConfig: shippedSettings().prod });
      assert.deepEqual(
        verdict.findings.map(({ rule, finding, urn }) => `${rule} ${finding} ${urn}`),
        [],
      );
      assert.ok(verdict.unjudged.length > 0);
    });
  });
});

/** Properties that came from other resources, and what only AWS knows. */
function hide(resource: JudgedResource) {
  const linked = Object.entries(resource.propertyDependencies ?? {})
    .filter(([, urns]) => urns.length > 0)
    .map(([key]) => key);
  return (properties: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [
        key,
        linked.includes(key) || !Object.hasOwn(resource.inputs, key) ? UNKNOWN_TEXT : value,
      ]),
    );
}

function argumentsOf(resource: JudgedResource, props: Record<string, unknown>) {
  return {
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    props,
    opts: {
      protect: false,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    stackTags: new Map<string, string>(),
    isType: () => false,
    asType: () => undefined,
    getConfig: <T extends object>() => ({}) as T,
    notApplicable: (): never => {
      throw new Error("not applicable");
    },
  };
}
