import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { rules } from "../../policies/index";
import { judge, type JudgedResource } from "../../policies/judge";
import { TASK_DEFINITION } from "../../policies/servers/server";
import { unknownMarks } from "../../policies/unknownValue";

/** Texts that break parsers: documents, blocks, patterns, marks. */
const hostile = fc.constantFrom(
  "",
  "*",
  "{",
  "[]",
  "null",
  '{"Statement":null}',
  '{"Version":"2012-10-17","Statement":[null,1,"x",{"Effect":"Allow","Action":[["*"]],"Resource":{"a":1},"Principal":[],"Condition":{"StringEquals":null}}]}',
  '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":null}}}',
  "arn:aws:s3:::*",
  "arn:",
  ":::::::::",
  "0.0.0.0/0",
  "::/0",
  "300.1.1.1/99",
  "::ffff:1.2.3.4/-1",
  "a".repeat(2000),
  "*a".repeat(500),
  "[secret]",
  "__proto__",
  "constructor",
  '[{"name":"x","image":"grafana/mimir:3.1.0","environment":[{"name":"F","value":"target: all\\nmemberlist: &a [*a]\\n"}],"portMappings":[{"containerPort":"x"}]}]',
  '[{"name":1,"image":null},null,"x",[[]]]',
  "target: all\nlimits: {",
);

const anything = fc.anything({
  key: fc.oneof(fc.string(), hostile),
  values: [
    fc.string(),
    hostile,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom(...unknownMarks),
  ],
  maxDepth: 4,
  maxKeys: 5,
  withBigInt: false,
  withDate: false,
  withMap: false,
  withSet: false,
  withSparseArray: false,
  withTypedArray: false,
  withNullPrototype: false,
});

/** Only what protobuf can carry ever reaches a rule. */
const json = anything.map((value) => JSON.parse(JSON.stringify(value) ?? "null") as unknown);

const readable = new Map<string, Set<string>>();
for (const { reads } of rules) {
  for (const [type, paths] of Object.entries(reads)) {
    const keys = readable.get(type) ?? new Set(["id", "arn", "name"]);
    for (const path of paths) keys.add(path.split(".")[0] ?? path);
    readable.set(type, keys);
  }
}

/** A value at the end of a path: the part that a rule really looks at. */
const nested = (path: string, value: unknown): unknown =>
  path
    .split(".")
    .slice(1)
    .reduceRight((inner: unknown, key) => ({ [key]: inner }), value);

const resource: fc.Arbitrary<JudgedResource> = fc.constantFrom(...readable.keys()).chain((type) =>
  fc
    .tuple(
      fc.dictionary(fc.constantFrom(...(readable.get(type) ?? ["id"])), json, { maxKeys: 8 }),
      fc.constantFrom(...paths(type)),
      json,
      fc.nat(5),
    )
    .map(([bag, path, value, number]) => {
      const properties = { ...bag, [path.split(".")[0] ?? path]: nested(path, value) };
      const urn = `urn:pulumi:s::p::${type}::r${number}`;
      return { urn, type, name: `r${number}`, inputs: properties, outputs: properties };
    }),
);

function paths(type: string): string[] {
  const found = rules.flatMap((rule) => [...(rule.reads[type] ?? [])]);
  return found.length === 0 ? ["id"] : [...new Set(found)];
}

describe("no rule throws or hangs", function () {
  this.timeout(120_000);

  it("whatever properties the resources have", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(resource, { maxLength: 12 }), async (resources) => {
        const started = performance.now();
        const verdict = await judge({ resources });
        assert.ok(performance.now() - started < 5000, "took too long");
        for (const { message, finding } of verdict.findings) {
          assert.ok(message.length > 0 && !/\s/.test(finding));
        }
      }),
      { numRuns: 120 },
    );
  });

  it("where a value of a configuration contains itself", async () => {
    const value = "target: all\nserver: {}\nmemberlist: &a [*a]\n";
    const properties = {
      containerDefinitions: JSON.stringify([
        { name: "x", image: "grafana/mimir:3.1.0", environment: [{ name: "FILE", value }] },
      ]),
    };
    const type = TASK_DEFINITION;
    const urn = `urn:pulumi:s::p::${type}::x`;
    await judge({ resources: [{ urn, type, name: "x", inputs: properties, outputs: properties }] });
  });

  for (const rule of rules) {
    it(`${rule.id}, alone, with each property it reads replaced`, async () => {
      const types = Object.keys(rule.reads);
      if (types.length === 0) return;
      await fc.assert(
        fc.asyncProperty(fc.array(resource, { maxLength: 4 }), json, async (others, value) => {
          const mine = types.flatMap((type) =>
            (rule.reads[type] ?? []).slice(0, 6).map((path, index): JudgedResource => {
              const properties = { id: "x", [path.split(".")[0] ?? path]: nested(path, value) };
              const urn = `urn:pulumi:s::p::${type}::m${index}`;
              return { urn, type, name: `m${index}`, inputs: properties, outputs: properties };
            }),
          );
          await judge({ resources: [...mine, ...others] }, { rules: [rule] });
        }),
        { numRuns: 15 },
      );
    });
  }
});
