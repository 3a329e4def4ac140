/**
 * Loki's own judgement of every rendered Loki file: unknown keys, wrong types and what its
 * `Validate()` checks. It opens no sockets and no buckets, so a wrong address passes.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goldenFiles, targetOf } from "./goldenFiles";
import { buildTimeoutMilliseconds, runTool, type ToolResult } from "./runTool";

const fixture = join(__dirname, "fixtures", "loki.yaml");

function verify(file: string, target: string): Promise<ToolResult> {
  return runTool("loki", [
    "-verify-config",
    "-config.expand-env=true",
    `-config.file=${file}`,
    `-target=${target}`,
  ]);
}

describe("Loki configuration files, judged by Loki", function () {
  this.timeout(buildTimeoutMilliseconds);
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "lgtm-loki-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("takes a sound file", async () => {
    const { exitCode, stderr } = await verify(fixture, "ingester");
    assert.equal(exitCode, 0, stderr);
  });

  const mutations: readonly [string, string, RegExp | string, RegExp][] = [
    ["an unknown key", "auth_enabled: false", "auth_enabled: false\nno_such_key: 1", /no_such_key/],
    ["a wrong type", "replication_factor: 3", "replication_factor: three", /cannot unmarshal/],
    ["an index period other than a day", "period: 24h", "period: 12h", /24h/],
  ];
  for (const [title, from, to, message] of mutations) {
    it(`refuses ${title}`, async () => {
      const text = readFileSync(fixture, "utf8");
      assert.ok(text.includes(from), `the fixture has no ${from}`);
      const file = join(folder, `${title.replaceAll(" ", "-")}.yaml`);
      writeFileSync(file, text.replace(from, String(to)));
      const { exitCode, stdout, stderr } = await verify(file, "ingester");
      assert.notEqual(exitCode, 0);
      assert.match(stdout + stderr, message);
    });
  }

  it("takes every golden loki.yaml for the target of its service", async () => {
    const failures: string[] = [];
    for (const file of await goldenFiles("loki.yaml")) {
      const { exitCode, stdout, stderr } = await verify(file.path, targetOf("loki", file.service));
      if (exitCode !== 0) failures.push(`${file.title}: ${(stdout + stderr).trim()}`);
    }
    assert.deepEqual(failures, []);
  });
});
