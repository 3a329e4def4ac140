import * as assert from "node:assert/strict";
import program from "../../index";
import { makePlan } from "../../plan/makePlan";
import { deployed as deploymentOf } from "./deployed";
import { type Common, differences, isOurs, ofRecord, ofState } from "./bothSides";

describe("the planner's record and the engine's state", () => {
  for (const name of ["dev", "prod"] as const) {
    describe(name, function () {
      this.timeout(600_000);
      let planned: Map<string, Common>;
      let deployed: Map<string, Common>;

      before(async () => {
        const { lane, stack } = await deploymentOf(name);
        const plan = await makePlan(lane.file(`Pulumi.${name}.yaml`), () =>
          Promise.resolve(program()),
        );
        planned = new Map(plan.recording.resources.map((each) => [each.urn, ofRecord(each)]));
        const state = await stack.state();
        deployed = new Map(state.filter(isOurs).map((each) => [each.urn, ofState(each)]));
      });

      it("have the same URNs", () => {
        assert.deepEqual([...planned.keys()].sort(), [...deployed.keys()].sort());
        assert.ok(planned.size > 250, `only ${planned.size} resources`);
      });

      const compare = (what: keyof Common) =>
        it(`have the same ${what}`, () => {
          const different = [...planned].flatMap(([urn, record]) =>
            differences(what, record[what], deployed.get(urn)?.[what]).map(
              (each) => `${urn.split("::").slice(2).join(" ")}: ${each}`,
            ),
          );
          assert.ok(
            different.length === 0,
            `${different.length} differences:\n${different.slice(0, 20).join("\n")}`,
          );
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
