import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import {
  loadStack,
  loadStackFile,
  type Mistake,
  StackConfigError,
  stackConfigFromPulumi,
  stacksIn,
} from "../../../configs/stack/load";
import { rules } from "../../../configs/stack/rules";
import { isTokenPlaceholder } from "../../../configs/stack/secrets";
import { type BrokenFile, brokenFiles, type Content, type Expected } from "./brokenFiles";

const root = path.join(__dirname, "..", "..", "..");
const shipped = (stack: string) => fs.readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8");

/** Text of a stack file with settings set; `\\.` is a dot that belongs to a key. */
function withSettings(stack: string, set: Readonly<Record<string, unknown>>): string {
  const content = parse(shipped(stack)) as Content;
  for (const [dotted, value] of Object.entries(set)) {
    const steps = dotted.split(/(?<!\\)\./).map((step) => step.replaceAll("\\.", "."));
    const last = steps.pop() ?? "";
    let parent: Record<string, unknown> = content.config;
    for (const step of steps) parent = (parent[step] ??= {}) as Record<string, unknown>;
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return stringify(content);
}

/** The mistakes that loading a text gives, in a folder of its own. */
function mistakesOf(broken: BrokenFile): StackConfigError {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stack-"));
  try {
    const file = path.join(folder, `Pulumi.${broken.base}.yaml`);
    const text = broken.text?.(shipped(broken.base)) ?? withSettings(broken.base, broken.set ?? {});
    assert.ok(
      broken.text === undefined || text !== shipped(broken.base),
      "the change changes nothing",
    );
    fs.writeFileSync(file, text);
    for (const [name, content] of Object.entries(broken.beside ?? {})) {
      fs.writeFileSync(path.join(folder, name), content);
    }
    const before = fs.readdirSync(folder).sort();
    const count = broken.listenerRules;
    try {
      loadStackFile(file, count === undefined ? {} : { listenerRules: () => count });
    } catch (error) {
      assert.ok(error instanceof StackConfigError, String(error));
      assert.deepEqual(fs.readdirSync(folder).sort(), before, "a file was written");
      return error;
    }
    return assert.fail("no mistake was found");
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function matches(mistake: Mistake, expected: Expected): boolean {
  return (
    mistake.key === expected.key &&
    mistake.given.includes(expected.given ?? "") &&
    mistake.allowed.includes(expected.allowed ?? "") &&
    mistake.mend.includes(expected.mend ?? "") &&
    mistake.rule === expected.rule
  );
}

describe("a broken stack file", () => {
  for (const broken of brokenFiles) {
    it(`${broken.base}: ${broken.name}`, () => {
      const { mistakes } = mistakesOf(broken);
      const left = [...mistakes];
      for (const expected of broken.expected) {
        const index = left.findIndex((mistake) => matches(mistake, expected));
        assert.ok(
          index >= 0,
          `expected ${JSON.stringify(expected)}, got ${JSON.stringify(left, null, 1)}`,
        );
        left.splice(index, 1);
      }
      assert.deepEqual(left, [], "mistakes that were not expected");
      for (const mistake of mistakes) {
        for (const part of ["file", "key", "given", "allowed", "mend"] as const) {
          assert.ok(mistake[part].trim() !== "", `${part} is empty: ${JSON.stringify(mistake)}`);
        }
      }
    });
  }

  it("breaks every rule across fields at least once", () => {
    const broken = new Set(brokenFiles.flatMap(({ expected }) => expected.map(({ rule }) => rule)));
    assert.deepEqual(
      rules.map(({ id }) => id).filter((id) => !broken.has(id)),
      [],
    );
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length, "two rules of one id");
  });

  it("is reported with one block per mistake, its line, and no stack trace", () => {
    const error = mistakesOf({
      name: "",
      base: "dev",
      text: (text) =>
        text
          .replace("environment: dev", "environment: test")
          .replace("zones: [a, b]", "zones: [a]"),
      expected: [],
    });
    const report = error.report();
    assert.match(report, /^[^\n]*Pulumi\.dev\.yaml: 2 mistakes; nothing was written\.\n\n/);
    assert.match(
      report,
      /Pulumi\.dev\.yaml:7:3 {2}lgtm:environment\n {2}given {4}test\n {2}allowed {2}dev, prod\n {2}mend {5}/,
    );
    assert.doesNotMatch(`${report}${error.stack}`, /\n\s+at /);
    const lines = error.mistakes.map(({ line }) => line ?? 0);
    assert.deepEqual(
      lines,
      [...lines].sort((a, b) => a - b),
      "in the order of the file",
    );
  });

  it("shows no secret, wherever it stands", () => {
    for (const text of ["AKIAABCDEFGHIJKLMNOP", "hunter2", "0123456789abcdef0123456789abcdef"]) {
      const broken = brokenFiles.filter(({ set }) => JSON.stringify(set ?? {}).includes(text));
      assert.ok(broken.length > 0);
      for (const each of broken) assert.ok(!mistakesOf(each).report().includes(text));
    }
  });

  it("names the stacks there are when the file is missing", () => {
    assert.throws(
      () => loadStackFile(path.join(root, "Pulumi.staging.yaml")),
      (error: unknown) =>
        error instanceof StackConfigError &&
        error.mistakes.length === 1 &&
        (error.mistakes[0]?.allowed.includes("dev, prod") ?? false),
    );
  });
});

describe("a shipped stack file", () => {
  it("is one of dev and prod", () => assert.deepEqual(stacksIn(root), ["dev", "prod"]));

  for (const stack of ["dev", "prod"]) {
    const file = path.join(root, `Pulumi.${stack}.yaml`);

    it(`${stack} means the same to Pulumi as it does offline`, () => {
      const { config, pulumiConfig, secretKeys } = loadStack(file);
      const fromPulumi = stackConfigFromPulumi({
        stack,
        values: pulumiConfig,
        isSecret: (key) => secretKeys.includes(key),
        directory: root,
      });
      assert.deepEqual(fromPulumi, config);
    });

    it(`${stack} cannot be changed once it is read`, () => {
      const config = loadStackFile(file);
      assert.throws(() => config.network.zones.push("z"), TypeError);
      assert.throws(() => Object.assign(config.loki.ingester, { replicas: 9 }), TypeError);
    });
  }

  it("dev and prod have the columns of the requirements", () => {
    const dev = loadStackFile(path.join(root, "Pulumi.dev.yaml"));
    const prod = loadStackFile(path.join(root, "Pulumi.prod.yaml"));
    assert.deepEqual(
      [
        dev.mimir.replicas,
        dev.loki.ingester.replicas,
        dev.tempo.ingester.replicas,
        dev.alloy.gateway.replicas,
      ],
      [1, 1, 1, 1],
    );
    assert.deepEqual(
      [
        prod.mimir.replicas,
        prod.loki.ingester.replicas,
        prod.tempo.ingester.replicas,
        prod.alloy.gateway.replicas,
      ],
      [3, 3, 3, 2],
    );
    assert.deepEqual([dev.zoneNames.length, prod.zoneNames.length], [2, 3]);
    assert.deepEqual([dev.bucketName, prod.bucketName], ["sys-lgtm-dev-s3", "sys-lgtm-s3"]);
    assert.deepEqual([dev.protectData, prod.protectData], [false, true]);
    assert.deepEqual(
      [dev.grafana.database.type, prod.grafana.database.type],
      ["sqlite", "postgres"],
    );
  });
});

describe("Pulumi's configuration", () => {
  const root = path.join(__dirname, "..", "..", "..");
  const { pulumiConfig } = loadStack(path.join(root, "Pulumi.dev.yaml"));
  const token = "0123456789abcdef0123456789abcdef";
  const read = (values: Record<string, string>, secrets: readonly string[]) =>
    stackConfigFromPulumi({
      stack: "dev",
      values: { ...pulumiConfig, ...values },
      isSecret: (key) => secrets.includes(key),
      directory: root,
    });

  it("keeps an account id with leading zeros", () => {
    const values = {
      "lgtm:accountId": "012345678901",
      "lgtm:ingress": '{"hostedZoneId":"Z0123456789ABC"}',
    };
    assert.equal(read(values, []).accountId, "012345678901");
  });

  it("hands over tokens that are encrypted in the file", () => {
    const config = read({ "lgtm:ingestTokens": JSON.stringify({ a: token }) }, [
      "lgtm:ingestTokens",
    ]);
    assert.deepEqual(config.ingestTokens, { a: token });
  });

  it("refuses tokens that are not, and does not show them", () => {
    assert.throws(
      () => read({ "lgtm:ingestTokens": JSON.stringify({ a: token }) }, []),
      (error: unknown) =>
        error instanceof StackConfigError &&
        error.mistakes[0]?.key === "lgtm:ingestTokens" &&
        !error.report().includes(token),
    );
  });

  it("refuses an encrypted token that a listener rule cannot hold, and does not show it", () => {
    const short = "Wrong*Token";
    assert.throws(
      () => read({ "lgtm:ingestTokens": JSON.stringify({ a: short }) }, ["lgtm:ingestTokens"]),
      (error: unknown) =>
        error instanceof StackConfigError &&
        error.mistakes[0]?.key === "lgtm:ingestTokens.a" &&
        error.mistakes[0].allowed.includes("32 to 100") &&
        !error.report().includes(short),
    );
  });

  it("reports objects that have mistakes, with the file to mend", () => {
    assert.throws(
      () =>
        read(
          { "lgtm:mimir": '{"replicas":2,"replicationFactor":3}', "lgtm:execEnabled": "maybe" },
          [],
        ),
      (error: unknown) => {
        assert.ok(error instanceof StackConfigError);
        assert.deepEqual(
          error.mistakes.map(({ file, key }) => [file, key]),
          [
            ["Pulumi.dev.yaml", "lgtm:execEnabled"],
            ["Pulumi.dev.yaml", "lgtm:mimir.replicas"],
          ],
        );
        return true;
      },
    );
  });

  it("has a placeholder for each token that cannot be read offline, marked as a secret", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stack-"));
    try {
      const file = path.join(folder, "Pulumi.dev.yaml");
      fs.writeFileSync(
        file,
        withSettings("dev", { "lgtm:ingestTokens": { a: { secure: "v1:x:y" } } }),
      );
      const loaded = loadStack(file);
      assert.deepEqual(loaded.secretKeys, ["lgtm:ingestTokens"]);
      const placeholder = loaded.config.ingestTokens?.["a"] ?? "";
      assert.ok(isTokenPlaceholder(placeholder));
      assert.deepEqual(loadStack(file).config, loaded.config);
      assert.ok(!isTokenPlaceholder(token));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
