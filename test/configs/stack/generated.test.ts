import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type SchemaNode, settingsSchema } from "../../../configs/stack/describe";
import { configurationTable, projectFile, stackFileSchema } from "../../../configs/stack/generated";
import { stackSchema } from "../../../configs/stack/schema";

const root = path.join(__dirname, "..", "..", "..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");

/** Every setting of the schema with its dotted path. */
function leaves(node: SchemaNode = settingsSchema(), prefix = ""): [string, SchemaNode][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]): [string, SchemaNode][] =>
    child.properties === undefined
      ? [[`${prefix}${key}`, child]]
      : leaves(child, `${prefix}${key}.`),
  );
}

describe("files made from the schema", () => {
  const made: readonly [string, () => string][] = [
    ["Pulumi.yaml", projectFile],
    ["configs/stack.schema.json", stackFileSchema],
    ["docs/configuration.md", configurationTable],
  ];
  for (const [file, make] of made) {
    it(`${file} is up to date (npm run generate)`, () => assert.equal(read(file), make()));
  }

  it("every setting has a meaning", () => {
    const silent = leaves().filter(([, node]) => (node.description ?? "").trim() === "");
    assert.deepEqual(
      silent.map(([key]) => key),
      [],
    );
  });

  it("docs/configuration.md has every setting in its section, with type, default and row", () => {
    const text = read("docs/configuration.md");
    for (const [key, node] of leaves()) {
      const [section = "", ...rest] = key.split(".");
      const part =
        rest.length === 0
          ? text
          : ((text.split(`## lgtm:${section}\n`)[1] ?? "").split("\n## ")[0] ?? "");
      const line = part
        .split("\n")
        .find((each) => each.startsWith(`| \`${rest.join(".") || key}\` |`));
      assert.ok(line !== undefined, key);
      assert.match(line, / \| [NGSDBAX]\d[^|]* \|$/, key);
      if (node.default !== undefined) assert.ok(line.includes(JSON.stringify(node.default)), key);
    }
  });
});

describe("the JSON Schema of a stack file", () => {
  const schema = z.fromJSONSchema(JSON.parse(stackFileSchema()) as z.core.JSONSchema.JSONSchema);
  const dev = () => parse(read("Pulumi.dev.yaml")) as { config: Record<string, unknown> };

  it("takes the shipped files, and what Pulumi writes into them", () => {
    assert.ok(schema.safeParse(dev()).success);
    assert.ok(schema.safeParse(parse(read("Pulumi.prod.yaml"))).success);
    const content = dev();
    content.config["lgtm:ingestTokens"] = { a: { secure: "v1:x" } };
    const written = { ...content, encryptionsalt: "v1:x", secretsprovider: "awskms://x" };
    assert.ok(schema.safeParse(written).success);
  });

  const refused: readonly [string, (config: Record<string, unknown>) => void][] = [
    ["an unknown key", (config) => (config["lgtm:lokki"] = {})],
    ["an unknown key inside", (config) => (config["lgtm:memcached"] = { memory: 1 })],
    ["a wrong type", (config) => (config["lgtm:accountId"] = 123456789012)],
    ["a value out of range", (config) => (config["lgtm:queryTimeoutSeconds"] = 1)],
    ["a token in plain", (config) => (config["lgtm:ingestTokens"] = { a: "x".repeat(40) })],
    ["no region", (config) => delete config["aws:region"]],
  ];
  for (const [name, change] of refused) {
    it(`refuses ${name}`, () => {
      const content = dev();
      change(content.config);
      assert.ok(!schema.safeParse(content).success);
    });
  }

  it("is named in the first line of each stack file", () => {
    for (const file of ["Pulumi.dev.yaml", "Pulumi.prod.yaml"]) {
      const [line = ""] = read(file).split("\n");
      const target = /^# yaml-language-server: \$schema=(.+)$/.exec(line)?.[1] ?? "";
      assert.ok(fs.existsSync(path.join(root, target)), `${file}: ${line}`);
    }
  });
});

describe("Pulumi.yaml", () => {
  const project = parse(read("Pulumi.yaml")) as {
    name: string;
    config: Record<string, { type?: string; default?: unknown; value?: unknown }>;
  };

  it("is project lgtm, without default providers", () => {
    assert.equal(project.name, "lgtm");
    assert.deepEqual(project.config["pulumi:disable-default-providers"], {
      value: ["aws"],
    });
  });

  it("lists each key that is required or has a default, and no other: the engine demands what is listed without one", () => {
    const { properties = {}, required = [] } = settingsSchema();
    const listed = Object.keys(project.config).filter((key) => key.startsWith("lgtm:"));
    const optional = Object.keys(properties).filter((key) => !listed.includes(`lgtm:${key}`));
    assert.deepEqual(optional, ["ingestTokens", "schedule"]);
    assert.deepEqual(
      listed.filter((key) => project.config[key]?.default === undefined),
      required.map((key) => `lgtm:${key}`),
    );
  });

  it("has only types that the engine knows, and defaults that mean what the schema means", () => {
    const defaults: Record<string, unknown> = {};
    for (const [key, each] of Object.entries(project.config)) {
      if (!key.startsWith("lgtm:")) continue;
      assert.ok(["string", "integer", "boolean", "array", "object"].includes(each.type ?? ""), key);
      if (each.default !== undefined) defaults[key.slice("lgtm:".length)] = each.default;
    }
    const must = {
      environment: "prod",
      accountId: "123456789012",
      domain: "example.com",
      ingress: { hostedZoneId: "Z0123456789ABC" },
    } as const;
    assert.deepEqual(stackSchema.parse({ ...defaults, ...must }), stackSchema.parse(must));
  });
});
