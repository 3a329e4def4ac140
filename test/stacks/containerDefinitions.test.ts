import assert from "node:assert/strict";
import fc from "fast-check";
import {
  canonical,
  canonicalJson,
  type ContainerDefinition,
} from "../../stacks/containerDefinitions";

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const named = <T>(extra: fc.Arbitrary<T>) =>
  fc.uniqueArray(fc.tuple(word, extra), { selector: ([name]) => name, maxLength: 5 });

const container: fc.Arbitrary<ContainerDefinition> = fc.record(
  {
    name: word,
    image: word,
    essential: fc.boolean(),
    cpu: fc.nat(4096),
    command: fc.array(word),
    environment: named(fc.string()).map((pairs) => pairs.map(([name, value]) => ({ name, value }))),
    secrets: named(word).map((pairs) => pairs.map(([name, valueFrom]) => ({ name, valueFrom }))),
    portMappings: fc.uniqueArray(fc.record({ containerPort: fc.integer({ min: 1, max: 65535 }) }), {
      selector: ({ containerPort }) => containerPort,
      maxLength: 5,
    }),
    mountPoints: named(fc.record({ readOnly: fc.boolean() }, { requiredKeys: [] })).map((pairs) =>
      pairs.map(([name, rest]) => ({ containerPath: `/${name}`, sourceVolume: name, ...rest })),
    ),
    healthCheck: fc.record(
      { command: fc.array(word), interval: fc.integer({ min: 5, max: 300 }) },
      { requiredKeys: ["command"] },
    ),
  },
  { requiredKeys: ["name", "image"] },
);
const task = fc.uniqueArray(container, {
  selector: ({ name }) => name,
  minLength: 1,
  maxLength: 4,
});

/** What AWS may do to a task definition on its way: another order of what has none. */
const shuffled = (containers: readonly ContainerDefinition[]): ContainerDefinition[] =>
  [...containers].reverse().map((one) => ({
    ...Object.fromEntries(Object.entries(one).reverse()),
    name: one.name,
    image: one.image,
    ...(one.environment && { environment: [...one.environment].reverse() }),
    ...(one.secrets && { secrets: [...one.secrets].reverse() }),
    ...(one.portMappings && { portMappings: [...one.portMappings].reverse() }),
    ...(one.mountPoints && { mountPoints: [...one.mountPoints].reverse() }),
  }));

describe("S12: canonical container definitions", () => {
  it("are a fixed point", () => {
    fc.assert(
      fc.property(task, (containers) => {
        assert.deepEqual(canonical(canonical(containers)), canonical(containers));
      }),
    );
  });

  it("are one text for everything that AWS takes for the same", () => {
    fc.assert(
      fc.property(task, (containers) => {
        assert.equal(
          canonicalJson(canonical(shuffled(containers))),
          canonicalJson(canonical(containers)),
        );
      }),
    );
  });

  it("hold every default that AWS fills in", () => {
    assert.deepEqual(
      canonical([
        {
          name: "a",
          image: "b",
          portMappings: [{ containerPort: 80 }],
          healthCheck: { command: ["CMD"] },
        },
      ]),
      [
        {
          name: "a",
          image: "b",
          essential: true,
          cpu: 0,
          environment: [],
          mountPoints: [],
          portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
          volumesFrom: [],
          systemControls: [],
          healthCheck: { command: ["CMD"], interval: 30, retries: 3, timeout: 5 },
          versionConsistency: "enabled",
        },
      ],
    );
  });

  it("keep what was said, in the order of a command", () => {
    const [only] = canonical([{ name: "a", image: "b", essential: false, command: ["z", "a"] }]);
    assert.equal(only!.essential, false);
    assert.deepEqual(only!.command, ["z", "a"]);
  });

  it("have their keys in one order on every level", () => {
    assert.equal(
      canonicalJson([{ b: { d: 1, c: [{ f: 1, e: 2 }] }, a: 1 }]),
      '[{"a":1,"b":{"c":[{"e":2,"f":1}],"d":1}}]',
    );
  });
});
