import * as assert from "node:assert/strict";
import * as path from "node:path";
import { buildSync } from "esbuild";
import * as proxy from "@pulumi/policy/proxy";
import { checkConfig } from "../../policies/checkConfig";
import { rules } from "../../policies/index";
import { isForbidden, judge, type Judged, type JudgeOptions } from "../../policies/judge";
import { resourceRule, stackRule, type Rule } from "../../policies/rule";
import { UNKNOWN_TEXT, unknownMarks } from "../../policies/unknownValue";
import { Value } from "../../policies/value";

const TYPE = "aws:test/thing:Thing";
const about = {
  subject: "hygiene",
  rationale: "For the test.",
  source: "N1",
  mend: "Write ok",
  scope: "any",
  severity: "low",
  reads: { [TYPE]: ["first", "second"] },
} as const;

/** Wants both properties to be "ok", each judged on its own. */
const strict = resourceRule({
  ...about,
  id: "test-strict",
  judge(resource, judgement) {
    judgement.each(["first", "second"], (key) => {
      if (resource.at(key).text() === "ok") return;
      judgement.report(resource, {
        finding: key,
        says: `${key} is ${resource.at(key).toString()}`,
      });
    });
  },
});

const counting = stackRule({
  ...about,
  id: "test-counting",
  judge(stack, judgement) {
    const things = stack.ofType(TYPE);
    if (things[0] !== undefined && things.length > 1)
      judgement.report(things[0], { finding: "many", says: `${things.length} things` });
  },
});

const stackOf = (things: Record<string, object>): Judged => ({
  resources: Object.entries(things).map(([name, properties]) => ({
    urn: `urn:pulumi:test::lgtm::${TYPE}::${name}`,
    type: TYPE,
    name,
    id: name,
    inputs: properties as Record<string, unknown>,
    outputs: properties as Record<string, unknown>,
  })),
});

const short = async (judged: Judged, options: JudgeOptions = {}) => {
  const verdict = await judge(judged, { rules: [strict, counting], ...options });
  return verdict.findings.map(
    ({ rule, finding, urn, enforcement }) =>
      `${enforcement} ${rule} ${finding} ${urn.split("::").pop()}`,
  );
};

describe("the policy framework", () => {
  it("knows the engine's marks of unknown values", () => {
    const marks = Object.entries(proxy as unknown as Record<string, unknown>)
      .filter(([name]) => /^unknown.*Value$/.test(name))
      .map(([, mark]) => mark);
    assert.equal(marks.length, 7);
    assert.deepEqual([...unknownMarks].sort(), marks.sort());
  });

  it("reports findings of resource and stack rules, with what to do", async () => {
    const judged = stackOf({ a: { first: "ok", second: "no" }, b: { first: "ok", second: "ok" } });
    assert.deepEqual(await short(judged), [
      "mandatory test-strict second a",
      "mandatory test-counting many a",
    ]);
    const { findings } = await judge(judged, { rules: [strict] });
    assert.equal(findings[0]?.message, `${TYPE} "a": second is no. Mend: Write ok.`);
  });

  it("judges what is known with full force, and says what is not", async () => {
    const judged = stackOf({ a: { first: UNKNOWN_TEXT, second: "no" } });
    assert.deepEqual(await short(judged), ["mandatory test-strict second a"]);
    const { unjudged } = await judge(judged, { rules: [strict] });
    assert.equal(unjudged.length, 1);
    assert.match(unjudged[0]?.reason ?? "", /\.first can't be known/);
  });

  it("takes enforcement levels from the config", async () => {
    const judged = stackOf({ a: { first: "ok", second: "no" } });
    const with_ = (policyConfig: Record<string, unknown>) => short(judged, { policyConfig });
    assert.deepEqual(await with_({ "test-strict": "advisory" }), ["advisory test-strict second a"]);
    assert.deepEqual(await with_({ all: "disabled" }), []);
    assert.deepEqual(await with_({ "test-strict": { enforcementLevel: "disabled" } }), []);
  });

  describe("acknowledgements", () => {
    const judged = stackOf({ a: { first: "no", second: "no" }, b: { first: "ok", second: "ok" } });
    const entry = { rule: "test-strict", resource: "a", finding: "first", reason: "why not" };
    const accept = (...list: object[]) =>
      short(judged, {
        rules: [strict],
        today: "2026-06-01",
        acknowledgements: list as JudgeOptions["acknowledgements"],
      });

    it("take exactly their finding away, by name or URN", async () => {
      for (const resource of ["a", `urn:pulumi:test::lgtm::${TYPE}::a`]) {
        assert.deepEqual(await accept({ ...entry, resource, expires: "2026-06-01" }), [
          "mandatory test-strict second a",
        ]);
      }
    });

    it("that match nothing are findings", async () => {
      assert.deepEqual(await accept({ ...entry, resource: "b", expires: "2027-01-01" }), [
        "mandatory test-strict first a",
        "mandatory test-strict second a",
        "mandatory acknowledgements-are-needed unused:test-strict:first b",
      ]);
    });

    it("that have expired count no more, and are findings", async () => {
      assert.deepEqual(await accept({ ...entry, expires: "2026-05-31" }), [
        "mandatory test-strict first a",
        "mandatory test-strict second a",
        "mandatory acknowledgements-are-needed expired:test-strict:first a",
      ]);
    });
  });

  it("refuses settings that no rule has", () => {
    assert.deepEqual(
      checkConfig({
        "no-such-rule": "mandatory",
        "sg-edges": { enforcementLevel: "sometimes", peers: [] },
        settings: {
          environment: "staging",
          acknowledgements: [{ rule: "sg-edges" }, { ...complete, rule: "sg-egdes" }],
        },
      }),
      [
        "no-such-rule: there is no such rule",
        'sg-edges: enforcementLevel is "sometimes"; allowed are advisory, mandatory, disabled',
        "sg-edges.peers: the rule has no such setting",
        'settings.environment is "staging"; allowed are dev and prod',
        "settings.acknowledgements[0] needs rule, resource, finding, reason and expires (YYYY-MM-DD), each a text",
        "settings.acknowledgements[1].rule: there is no rule sg-egdes",
      ],
    );
  });

  const complete = {
    rule: "sg-edges",
    resource: "x",
    finding: "y",
    reason: "z",
    expires: "2030-01-01",
  };

  it("does not hide a rule that fails", async () => {
    const broken = resourceRule({
      ...about,
      id: "test-broken",
      judge() {
        throw new TypeError("a mistake in a rule");
      },
    });
    await assert.rejects(
      judge(stackOf({ a: {} }), { rules: [broken] }),
      /test-broken[\s\S]*a mistake in a rule/,
    );
  });

  it("forbids on mandatory findings only", async () => {
    const judged = stackOf({ a: { first: "no", second: "ok" } });
    const verdict = (level: string) =>
      judge(judged, { rules: [strict], policyConfig: { "test-strict": level } });
    assert.equal(isForbidden(await verdict("mandatory")), true);
    assert.equal(isForbidden(await verdict("advisory")), false);
  });

  it("does not look into the program whose resources it judges", () => {
    const { metafile } = buildSync({
      absWorkingDir: path.join(__dirname, "..", ".."),
      entryPoints: ["policies/judge.ts", "policies/pack.ts", "policies/main.ts"],
      bundle: true,
      platform: "node",
      packages: "external",
      metafile: true,
      write: false,
      outdir: "nowhere",
      logLevel: "error",
    });
    const foreign = Object.keys(metafile.inputs).filter((file) => !file.startsWith("policies/"));
    assert.deepEqual(foreign, []);
  });
});

describe("every rule", () => {
  it("has a unique id, and says why, whence and how to mend", () => {
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
    const incomplete = rules.filter(
      (rule) =>
        !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(rule.id) ||
        !/[.?]$/.test(rule.rationale) ||
        rule.source === "" ||
        rule.mend === "" ||
        /\.$/.test(rule.mend),
    );
    assert.deepEqual(
      incomplete.map(({ id }) => id),
      [],
    );
  });

  it("names the types it reads as Pulumi does", () => {
    const wrong = rules.flatMap(({ id, reads }: Rule) =>
      Object.keys(reads)
        .filter(
          (type) =>
            !/^([a-z]+:[A-Za-z0-9]+\/[A-Za-z0-9]+:[A-Za-z0-9]+|pulumi:[a-z]+:[A-Za-z]+)$/.test(
              type,
            ),
        )
        .map((type) => `${id}: ${type}`),
    );
    assert.deepEqual(wrong, []);
  });
});

describe("values", () => {
  it("are read without surprises", () => {
    const value = new Value({ a: [{ b: "443" }], c: '{"d":[1]}', __proto__: { e: 1 } }, "");
    assert.equal(value.at("a", "b").number(), 443);
    assert.equal(value.at("a", "b").path, "a.b");
    assert.equal(value.at("e").exists, false);
    assert.equal(value.at("toString").exists, false);
    assert.deepEqual(
      value
        .at("c")
        .json()
        .at("d")
        .items()
        .map((each) => each.number()),
      [1],
    );
    assert.equal(new Value("{", "").json().exists, false);
    assert.equal(new Value("1e400", "").number(), undefined);
    assert.throws(() => new Value("[secret]", "policy").json(), /policy can't be known/);
    assert.throws(() => new Value(UNKNOWN_TEXT, "x").text(), /x can't be known/);
  });
});
