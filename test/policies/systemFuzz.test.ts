import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { rules } from "../../policies/index";
import { judge, type JudgedResource } from "../../policies/judge";
import type { Rule } from "../../policies/rule";

const subjects = ["storage", "compute", "ingress", "network", "resilience", "hygiene"];
const judged = rules.filter(({ subject }) => subjects.includes(subject));

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Texts that have hurt parsers: deep, wide, cyclic, half a document, the names of what every object has. */
const hostileTexts = [
  "",
  "\n",
  "[".repeat(20_000),
  '{"a":'.repeat(5_000),
  `server:\ncommon: &a [*a, *a]\ntarget: x\n`,
  "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nserver: *c\ncommon: *c\n",
  "server: !!js/function 'x'\ncommon: {}\ntarget: [1, {}]\n",
  "__proto__:\n  polluted: true\nserver: {}\ncommon: {}\n",
  "\n".concat("? ".repeat(5_000)),
  "\n".concat("- ".repeat(5_000)),
  "[secret]",
  UNKNOWN,
  "://:@".repeat(3_000),
  "a".repeat(50_000),
  "Bearer ".repeat(3_000),
  "0.0.0.0/0",
  "::/0",
  "999.1.1.1/99",
  "1y30d",
  "-1",
  "NaN",
];

/** Whole task definitions, half right: far enough into the rules to reach what reads the files. */
const containerText = fc
  .record({
    image: fc.constantFrom(
      "grafana/loki:3.7.6",
      "grafana/mimir:3.1.4",
      "grafana/tempo:2.10.8",
      "grafana/pyroscope",
      "grafana/alloy:v1",
      "grafana/grafana:13",
      "x",
    ),
    file: fc.oneof(
      // With two of its keys a text counts as the server's file, and is parsed.
      fc.constantFrom(...hostileTexts).map((text) => `server: {}\ncommon: {}\nx: ${text}`),
      fc.constantFrom(...hostileTexts),
      fc
        .dictionary(
          fc.constantFrom(
            "server",
            "common",
            "target",
            "limits",
            "limits_config",
            "ingester",
            "storage",
            "memberlist",
            "compactor",
            "querier",
            "blocks_storage",
            "schema_config",
          ),
          fc.oneof(
            fc.object({ maxDepth: 3 }),
            fc.jsonValue({ maxDepth: 2 }),
            fc.constantFrom("0s", "1y", "ingester,querier"),
          ),
        )
        .map((tree) => stringify(JSON.parse(JSON.stringify(tree)) as unknown)),
    ),
    rest: fc.dictionary(
      fc.constantFrom(
        "user",
        "healthCheck",
        "dependsOn",
        "command",
        "environment",
        "secrets",
        "logConfiguration",
        "portMappings",
        "linuxParameters",
        "stopTimeout",
      ),
      fc.jsonValue({ maxDepth: 3 }),
    ),
  })
  .map(({ image, file, rest }) =>
    JSON.stringify([
      { name: "server", image, environment: [{ name: "FILE", value: `${file}\n` }] },
      { name: "other", image, ...rest },
    ]),
  );

const value = fc.oneof(
  fc.constantFrom<unknown>(...hostileTexts, null, 0, -1, 1e308, true, false, [], {}),
  fc.jsonValue({ maxDepth: 3 }),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
);

/** Properties of a type: those that the rule reads, with anything in them, nested as the rule expects or not. */
function propertiesOf(type: string, paths: readonly string[]) {
  const inner = type.endsWith(":TaskDefinition")
    ? fc.oneof({ weight: 3, arbitrary: containerText }, value)
    : value;
  const read = paths.length > 0 ? paths : ["id"];
  const common = fc.dictionary(fc.constantFrom("id", "arn", "name", "bucket", "tagsAll"), value);
  return fc
    .tuple(
      common,
      fc.array(fc.tuple(fc.constantFrom(...read), inner), { minLength: 1, maxLength: 4 }),
    )
    .map(([flat, nested]) =>
      nested.reduce((tree, [path, each]) => placed(tree, path, each), { ...flat }),
    );
}

function placed(
  tree: Record<string, unknown>,
  path: string,
  inner: unknown,
): Record<string, unknown> {
  const [first = "", ...rest] = path.split(".");
  return { ...tree, [first]: rest.reduceRight<unknown>((below, key) => ({ [key]: below }), inner) };
}

const stackOf = (rule: Rule) => {
  const types = Object.entries(rule.reads);
  const one = types.length === 0 ? [["aws:x/y:Z", ["a"]] as const] : types;
  return fc.array(
    fc.oneof(
      ...one.map(([type, paths]) =>
        fc
          .tuple(propertiesOf(type, paths), fc.nat(3))
          .map(([properties, number]): JudgedResource => ({
            urn: `urn:pulumi:s::p::${type}::r${number}`,
            type,
            name: `r${number}`,
            custom: true,
            inputs: properties,
            outputs: properties,
          })),
      ),
    ),
    { maxLength: 6 },
  );
};

describe("rules of the system's subjects on hostile input", function () {
  this.timeout(120_000);
  for (const rule of judged) {
    it(`${rule.id} neither throws nor hangs`, async () => {
      await fc.assert(
        fc.asyncProperty(stackOf(rule), async (resources) => {
          const started = performance.now();
          await judge({ resources }, { rules: [rule] });
          const spent = performance.now() - started;
          assert.ok(spent < 2_000, `took ${Math.round(spent)} ms`);
        }),
        // Shrinking a slow case would take for ever.
        { numRuns: 40, endOnFailure: true },
      );
    });
  }
});
