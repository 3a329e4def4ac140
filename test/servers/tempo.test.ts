/**
 * Tempo's own judgement of every rendered Tempo file: unknown keys, wrong types and its warnings
 * (`-config.verify` fails on any). The newest Tempo 2 that builds from the module proxy is 2.9.0,
 * the deployed one is newer: `rehearsal/serverDifferences.ts` lists where the two differ.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { versions } from "../../configs/versions";
import { fitToVersion, refusedKeys } from "../../rehearsal/serverDifferences";
import { goldenFiles, targetOf } from "./goldenFiles";
import { buildTimeoutMilliseconds, runTool, type ToolResult } from "./runTool";

const deployed = versions.tempo.tag;
const fixture = readFileSync(join(__dirname, "fixtures", "tempo.yaml"), "utf8");

describe("Tempo configuration files, judged by Tempo", function () {
  this.timeout(buildTimeoutMilliseconds);
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "lgtm-tempo-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function verify(text: string, target: string): Promise<ToolResult> {
    const file = join(folder, "tempo.yaml");
    writeFileSync(file, fitToVersion("tempo", "2.9.0", text).text);
    return runTool("tempo", [
      "-config.verify",
      "-config.expand-env=true",
      `-config.file=${file}`,
      `-target=${target}`,
    ]);
  }

  async function refuses(text: string, message: RegExp): Promise<void> {
    assert.notEqual(text, fixture, "the mutation changed nothing");
    const { exitCode, stdout, stderr } = await verify(text, "ingester");
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, message);
  }

  it("takes a sound file", async () => {
    const { exitCode, stdout, stderr } = await verify(fixture, "ingester");
    assert.equal(exitCode, 0, stdout + stderr);
  });

  it("refuses an unknown key", () => refuses(`${fixture}no_such_key: 1\n`, /no_such_key/));

  it("refuses a wrong type", () =>
    refuses(fixture.replace("http_listen_port: 3200", "http_listen_port: many"), /unmarshal/));

  it("refuses what Tempo itself warns of", () =>
    refuses(`${fixture}query_frontend:\n  mcp_server:\n    enabled: true\n`, /MCP/i));

  it("takes a key that only 2.10 knows, but not beside an unknown one", async () => {
    const known = `${fixture}query_frontend:\n  query_end_cutoff: 30s\n`;
    assert.equal((await verify(known, "query-frontend")).exitCode, 0);
    await refuses(`${known}  no_such_key: 1\n`, /no_such_key/);
  });

  it("finds a key that 2.10 no longer knows", () => {
    assert.deepEqual(refusedKeys("tempo", deployed, fixture), []);
    const receiver = fixture.replace("    otlp:", "    opencensus: {}\n    otlp:");
    assert.deepEqual(refusedKeys("tempo", deployed, receiver), [
      "distributor.receivers.opencensus",
    ]);
  });

  it("takes every golden tempo.yaml for the target of its service", async () => {
    const failures: string[] = [];
    for (const file of await goldenFiles("tempo.yaml")) {
      const text = readFileSync(file.path, "utf8");
      for (const key of refusedKeys("tempo", deployed, text))
        failures.push(`${file.title}: ${key} is gone in ${deployed}`);
      const { exitCode, stdout, stderr } = await verify(text, targetOf("tempo", file.service));
      if (exitCode !== 0) failures.push(`${file.title}: ${(stdout + stderr).trim()}`);
    }
    assert.deepEqual(failures, []);
  });
});
