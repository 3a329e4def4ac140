import * as assert from "node:assert/strict";
import { RING_PAUSE_SECONDS } from "../../stacks/rollout";
import { onCopy } from "./deployed";
import type { Outcome, Step } from "./laneStack";
import { PAUSE_SPEED, withFastPauses } from "./pace";

const SERVICE = "aws:ecs/service:Service";
const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

/** Every change of a resource, as `operation type name`, without what the engine does to components. */
const changes = ({ steps }: Outcome): string[] =>
  steps.filter(isChange).map(({ op, type, name }) => `${op} ${type.split(":").at(-1)} ${name}`);

const isChange = ({ op, type }: Step) =>
  !["same", "read", "refresh"].includes(op) && /^(aws|random):/.test(type);

/** A new revision of a task definition and the service that moves to it: create, update, and the old revision goes. */
const rolled = (name: string) => [
  `create-replacement TaskDefinition ${name}`,
  `delete-replaced TaskDefinition ${name}`,
  `replace TaskDefinition ${name}`,
  `update Service ${name}`,
];

describe("a change", function () {
  this.timeout(600_000);

  it("of one server's configuration replaces its task definition and updates its service, and nothing else", () =>
    onCopy("dev", async (stack, lane) => {
      lane.edit("dev", (file) =>
        file.setIn(["config", "lgtm:mimir", "outOfOrderWindowMinutes"], 90),
      );
      const up = await stack.up();
      assert.deepEqual(changes(up).sort(), rolled("lgtm-dev-mimir-0"));
      const service = lane
        .account()
        .all(SERVICE)
        .find(({ outputs }) => outputs["name"] === "lgtm-dev-mimir-0");
      assert.match(String(service?.outputs["taskDefinition"]), /lgtm-dev-mimir-0:2$/);
    }));

  it("S22: of a ring swaps one replica after the other, and the engine waits between them", () =>
    onCopy("prod", async (stack, lane) => {
      lane.edit("prod", (file) =>
        file.setIn(["config", "lgtm:mimir", "outOfOrderWindowMinutes"], 90),
      );
      const replicas = ["lgtm-mimir-0", "lgtm-mimir-1", "lgtm-mimir-2"];

      const preview = await withFastPauses(() => stack.preview());
      assert.deepEqual(preview.said, [], "a preview waits for nothing");

      const { result: up, said } = await withFastPauses(() => stack.up());
      assert.deepEqual(changes(up).sort(), replicas.flatMap(rolled).sort());
      assert.equal(said.length, 2);
      const swaps = lane
        .operations()
        .filter(({ operation, type }) => operation === "update" && type === SERVICE);
      assert.deepEqual(
        swaps.map(({ name }) => name),
        replicas,
      );
      for (const [index, swap] of swaps.slice(1).entries()) {
        const waited = (swap.started - (swaps[index]?.started ?? Number.NaN)) / 1000;
        // The pause counts from the engine's hook; until the provider hears of it, a busy machine takes some milliseconds.
        assert.ok(
          waited >= (0.95 * RING_PAUSE_SECONDS) / PAUSE_SPEED,
          `${swap.name} was stopped ${waited} s after the one before it`,
        );
      }
    }));

  it("of a version rolls the product alone", () =>
    onCopy("prod", async (stack, lane) => {
      lane.edit("prod", (file) =>
        file.setIn(["config", "lgtm:images"], { versions: { grafana: "13.2.1" } }),
      );
      assert.deepEqual(changes(await stack.up()).sort(), rolled("lgtm-grafana"));
    }));

  it("of a size rolls the role alone", () =>
    onCopy("prod", async (stack, lane) => {
      lane.edit("prod", (file) =>
        file.setIn(["config", "lgtm:pyroscope"], { vcpu: 1, memoryGb: 4 }),
      );
      assert.deepEqual(changes(await stack.up()).sort(), rolled("lgtm-pyroscope"));
    }));

  it("N2: that adds a zone replaces and deletes nothing, and moves no block", () =>
    onCopy("dev", async (stack, lane) => {
      const blocks = () =>
        new Map(
          lane
            .account()
            .all("aws:ec2/subnet:Subnet")
            .map(({ id, outputs }) => [id, outputs["cidrBlock"]]),
        );
      const before = blocks();
      lane.edit("dev", (file) => file.setIn(["config", "lgtm:network", "zones"], ["a", "b", "c"]));
      const up = await stack.up();
      const operations = new Set(up.steps.filter(isChange).map(({ op }) => op));
      assert.deepEqual([...operations].sort(), ["create", "update"]);
      const after = blocks();
      assert.equal(after.size, before.size + 2);
      for (const [id, block] of before) assert.equal(after.get(id), block);
    }));

  it("S19: switches Spot on and off in place", () =>
    onCopy("prod", async (stack, lane) => {
      const strategies = () =>
        lane
          .account()
          .all(SERVICE)
          .find(({ outputs }) => outputs["name"] === "lgtm-loki-querier")?.outputs[
          "capacityProviderStrategies"
        ];
      const before = strategies();
      for (const spot of [true, false]) {
        lane.edit("prod", (file) => file.setIn(["config", "lgtm:loki", "querier"], { spot }));
        const made = changes(await stack.up());
        // With Spot comes what tells of its interruptions (D9).
        const events = made.filter((each) => each.includes(" lgtm-spot-interruption"));
        assert.equal(events.length, 3);
        for (const each of events) assert.ok(each.startsWith(spot ? "create " : "delete "), each);
        assert.deepEqual(
          made.filter((each) => !events.includes(each)),
          ["update Service lgtm-loki-querier"],
        );
        assert.equal(JSON.stringify(strategies()).includes("FARGATE_SPOT"), spot);
      }
      assert.deepEqual(strategies(), before);
    }));

  it("D3: turns PostgreSQL on", () =>
    onCopy("dev", async (stack, lane) => {
      lane.edit("dev", (file) =>
        file.setIn(["config", "lgtm:grafana", "database"], { type: "postgres" }),
      );
      const up = await stack.up();
      const made = changes(up).filter((each) => !each.startsWith("create "));
      assert.deepEqual(
        made.sort(),
        [...rolled("lgtm-dev-grafana"), "update RolePolicy lgtm-dev-grafana-execution"].sort(),
      );
      const [database, ...more] = lane.account().all("aws:rds/instance:Instance");
      assert.equal(more.length, 0);
      const definition = lane
        .account()
        .all(TASK_DEFINITION)
        .find(({ outputs }) => outputs["family"] === "lgtm-dev-grafana");
      assert.ok(
        String(definition?.outputs["containerDefinitions"]).includes(
          String(database?.outputs["address"]),
        ),
      );
      const order = up.steps.filter(
        (step) => isChange(step) && /:(Instance|Service)$/.test(step.type),
      );
      assert.deepEqual(
        order.map(({ op }) => op),
        ["create", "update"],
      );
    }));

  it("G8: rotates an ingest token, both being valid in between", () =>
    onCopy("dev", async (stack, lane) => {
      const valid = () => {
        const secrets = new Map(
          lane
            .account()
            .all("aws:secretsmanager/secretVersion:SecretVersion")
            .filter(({ urn }) => urn?.includes("ingest-token"))
            .map(({ urn, outputs }) => [
              urn?.split("ingest-token-")[1],
              String(outputs["secretString"]),
            ]),
        );
        const guards = lane
          .account()
          .all("aws:lb/listenerRule:ListenerRule")
          .map(({ outputs }) => JSON.stringify(outputs["conditions"]))
          .filter((text) => text.includes("Authorization"));
        assert.ok(guards.length >= 4);
        return [...secrets]
          .filter(([, token]) => guards.every((text) => text.includes(`Bearer ${token}"`)))
          .map(([id]) => id)
          .sort();
      };
      assert.deepEqual(valid(), ["a"]);
      for (const [tokenIds, replaced] of [
        [["a", "b"], false],
        [["b"], false],
      ] as const) {
        lane.edit("dev", (file) => file.setIn(["config", "lgtm:ingress", "tokenIds"], tokenIds));
        const up = await stack.up();
        assert.deepEqual(valid(), tokenIds);
        assert.equal(
          changes(up).some((each) => each.includes("replace")),
          replaced,
        );
        assert.deepEqual(
          up.steps.filter(({ type, op }) => type === SERVICE && op !== "same"),
          [],
        );
      }
      assert.equal(
        lane
          .account()
          .all("aws:secretsmanager/secret:Secret")
          .filter(({ urn }) => urn?.includes("ingest-token")).length,
        1,
      );
    }));
});

describe("two stacks in one account", function () {
  this.timeout(600_000);

  it("do not touch each other", () =>
    onCopy("prod", async (_, lane) => {
      const everything = () => lane.account().everything();
      const prod = everything();
      const dev = await lane.stack("dev");
      await dev.up();
      const ids = new Set(prod.map(({ type, id }) => `${type} ${id}`));
      assert.deepEqual(
        everything().filter(({ type, id }) => ids.has(`${type} ${id}`)),
        prod,
      );
      assert.ok(everything().length > prod.length + 200);
      await dev.destroy();
      assert.deepEqual(everything(), prod);
    }));
});
