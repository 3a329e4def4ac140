import * as assert from "node:assert/strict";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime";
import { makePlan, type PlannedStack } from "../../plan/makePlan";
import type { RecordedResource } from "../../plan/record";
import { Lane, type StateResource } from "./lane";

/** What both sides say about a resource, in one form. */
interface Common {
  readonly parent: string | undefined;
  readonly id: string | undefined;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly inputs: unknown;
  readonly outputs: unknown;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

describe("the planner's record and the engine's state", () => {
  for (const name of ["dev", "prod"]) {
    describe(name, function () {
      this.timeout(180_000);
      let planned: Map<string, Common>;
      let deployed: Map<string, Common>;
      let plan: PlannedStack;
      let lane: Lane;

      before(async () => {
        lane = await Lane.open(`differential-${name}`);
        plan = await makePlan(lane.file(`Pulumi.${name}.yaml`));
        planned = new Map(plan.recording.resources.map((each) => [each.urn, ofRecord(each)]));
        const stack = await lane.stack(name);
        await stack.up();
        const state = await stack.state();
        deployed = new Map(state.filter(isOurs).map((each) => [each.urn, ofState(each)]));
      });
      after(() => lane.close());

      it("have the same URNs", () => {
        assert.deepEqual([...planned.keys()].sort(), [...deployed.keys()].sort());
        assert.ok(planned.size > 250, `only ${planned.size} resources`);
      });

      const compare = (what: keyof Common) =>
        it(`have the same ${what}`, () => {
          const different = [...planned].flatMap(([urn, record]) => {
            const state = deployed.get(urn);
            return state === undefined || isEqual(record[what], state[what])
              ? []
              : [{ urn, planned: record[what], deployed: state[what] }];
          });
          assert.deepEqual(different, []);
        });
      compare("parent");
      compare("id");
      compare("dependencies");
      compare("propertyDependencies");
      compare("inputs");
      compare("outputs");
      compare("protect");
      compare("retainOnDelete");
    });
  }
});

/** The providers that the engine makes by itself are nobody's registration. */
const isOurs = ({ urn }: StateResource) =>
  !/::pulumi:providers:\w+::default(_|$)/.test(urn);

const ofRecord = (resource: RecordedResource): Common => ({
  parent: resource.parent,
  id: resource.type.startsWith("pulumi:providers:") ? undefined : resource.id,
  dependencies: [...resource.dependencies].sort(),
  propertyDependencies: properties(resource.propertyDependencies),
  inputs: plain(resource.inputs),
  outputs: plain(resource.outputs),
  protect: resource.protect,
  retainOnDelete: resource.retainOnDelete,
});

const ofState = (resource: StateResource): Common => ({
  parent: resource.parent,
  id: resource.type.startsWith("pulumi:providers:") ? undefined : resource.id,
  dependencies: [...(resource.dependencies ?? [])].sort(),
  propertyDependencies: properties(resource.propertyDependencies ?? {}),
  inputs: plain(withoutDefaults(resource.inputs ?? {})),
  outputs: plain(resource.outputs ?? {}),
  protect: resource.protect ?? false,
  retainOnDelete: resource.retainOnDelete ?? false,
});

/** What the provider filled in itself is not the program's. */
function withoutDefaults(inputs: Record<string, unknown>): Record<string, unknown> {
  const filled = new Set(["__defaults", ...((inputs["__defaults"] as string[]) ?? [])]);
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !filled.has(key)));
}

const properties = (
  all: Readonly<Record<string, readonly string[] | null>>,
): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(all)
      .map(([key, urns]) => [key, [...(urns ?? [])].sort()] as const)
      .filter(([, urns]) => urns.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** One form of secrets for both: the state has them as text, the record as values. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[specialSigKey] === specialSecretSig) {
    const text = object["plaintext"];
    return { secret: plain(typeof text === "string" ? JSON.parse(text) : object["value"]) };
  }
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, plain(each)]),
  );
}

function isEqual(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
