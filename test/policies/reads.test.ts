import * as assert from "node:assert/strict";
import { rules } from "../../policies/index";
import { judge } from "../../policies/judge";
import { Resource, type Stack, withoutProxy } from "../../policies/resource";
import type { Judgement, Rule } from "../../policies/rule";
import { Value } from "../../policies/value";
import { batches } from "../engine/fixtures";
import { shippedPlans, shippedSettings } from "./mutants/main";

/** What tells one resource from another; a rule that follows a reference compares these. */
const identity = new Set(["id", "arn"]);

/** `RULE TYPE PROPERTY` for each property that a rule looks at while `run` judges with the watched rules. */
async function propertiesRead(
  run: (watched: readonly Rule[]) => Promise<void>,
): Promise<ReadonlySet<string>> {
  const read = new Set<string>();
  let asking: Rule | undefined;
  const note = (resource: Resource, property: string) => {
    if (asking !== undefined) read.add(`${asking.id} ${resource.type} ${property}`);
  };
  const watch =
    <T>(rule: Rule, ask: (subject: T, judgement: Judgement) => void) =>
    (subject: T, judgement: Judgement): void => {
      asking = rule;
      try {
        ask(subject, judgement);
      } finally {
        asking = undefined;
      }
    };
  const watched = rules.map((rule): Rule =>
    rule.judges === "resource"
      ? {
          ...rule,
          judge: watch<Resource>(rule, (subject, judgement) => {
            rule.judge(subject, judgement);
          }),
        }
      : {
          ...rule,
          judge: watch<Stack>(rule, (subject, judgement) => {
            rule.judge(subject, judgement);
          }),
        },
  );
  const at = Object.getOwnPropertyDescriptor(Resource.prototype, "at")!;
  const properties = Object.getOwnPropertyDescriptor(Resource.prototype, "properties")!;
  const ownAt = at.value as (this: Resource, ...keys: readonly string[]) => Value;
  Object.defineProperty(Resource.prototype, "at", {
    ...at,
    value: function (this: Resource, first: string, ...keys: readonly string[]) {
      note(this, first);
      return ownAt.call(this, first, ...keys);
    },
  });
  Object.defineProperty(Resource.prototype, "properties", {
    ...properties,
    get: function (this: Resource) {
      return recording(this, note);
    },
  });
  try {
    await run(watched);
  } finally {
    Object.defineProperty(Resource.prototype, "at", at);
    Object.defineProperty(Resource.prototype, "properties", properties);
  }
  return read;
}

/** All properties, each noted when it is looked at by name; a search through all of them names none. */
function recording(
  resource: Resource,
  note: (resource: Resource, property: string) => void,
): Value {
  let searched = false;
  const source = Reflect.get(resource, "source") as { readonly props: object };
  const watched = new Proxy(withoutProxy(source.props), {
    ownKeys: (target) => {
      searched = true;
      return Reflect.ownKeys(target);
    },
    get: (target, key) => {
      if (typeof key === "string" && !searched) note(resource, key);
      return Reflect.get(target, key) as unknown;
    },
  });
  return new Value(watched, "");
}

const firstOf = (path: string) => path.split(".")[0] ?? "";

describe("what rules say they read", function () {
  this.timeout(240_000);
  let read: ReadonlySet<string>;

  before(async () => {
    const plans = await shippedPlans();
    const settings = shippedSettings();
    const broken = await batches(plans.prod, settings.prod);
    read = await propertiesRead(async (watched) => {
      for (const stack of ["dev", "prod"] as const)
        await judge(plans[stack], { policyConfig: settings[stack], rules: watched });
      for (const plan of broken) await judge(plan, { policyConfig: settings.prod, rules: watched });
    });
  });

  it("names every property that they look at, on plans and mutants", () => {
    const undeclared = [...read].filter((each) => {
      const [id = "", type = "", property = ""] = each.split(" ");
      const rule = rules.find((candidate) => candidate.id === id)!;
      if (rule.everyType === true || identity.has(property)) return false;
      return !(rule.reads[type] ?? []).map(firstOf).includes(property);
    });
    assert.deepEqual(undeclared.sort(), []);
  });
});
