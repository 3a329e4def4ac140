import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderCollector } from "../../../configs/alloy/collector";
import { alloyArgs } from "../../../configs/alloy/run";
import { startFrom, startFromCommand } from "../../../configs/alloy/startFrom";
import { configWith, devConfig } from "../../fixtures/config";

const withLogs = configWith(devConfig(), { collection: { logGroups: ["/aws/lambda/shop"] } });

describe("Alloy: how it is started (S7)", () => {
  it("S7, S20: it listens on every address, keeps its data on the volume and reports nothing", () => {
    assert.deepEqual(alloyArgs("alloy-gateway", devConfig()), [
      "run",
      "/etc/lgtm/config.alloy",
      "--server.http.listen-addr=0.0.0.0:12345",
      "--storage.path=/data",
      "--disable-reporting",
      "--stability.level=generally-available",
    ]);
  });

  it("D5: only a collector that reads log groups lets experimental components in", () => {
    const level = (role: "alloy-collector" | "alloy-gateway", config = withLogs) =>
      alloyArgs(role, config).at(-1);
    assert.equal(level("alloy-collector"), "--stability.level=experimental");
    assert.equal(level("alloy-gateway"), "--stability.level=generally-available");
    assert.equal(level("alloy-collector", devConfig()), "--stability.level=generally-available");
  });

  it("D5: the command that the init container runs puts now - 15 min in the place of the token", () => {
    const directory = mkdtempSync(join(tmpdir(), "lgtm-start-from-"));
    try {
      const path = join(directory, "config.alloy");
      const before = renderCollector(withLogs);
      writeFileSync(path, before);
      execFileSync("sh", ["-c", startFromCommand(path)]);
      const after = readFileSync(path, "utf8");
      const [, instant] = /start_from = "(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/.exec(after) ?? [];
      assert.ok(instant, "an instant in RFC 3339");
      assert.ok(Math.abs(Date.now() - Date.parse(instant) - 15 * 60_000) < 30_000, instant);
      assert.equal(after, before.replace(startFrom.token, instant), "nothing else has changed");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("D5: in a shell without a PATH every program is called through the binary that is there", () => {
    const command = startFromCommand("/etc/lgtm/config.alloy", "/etc/lgtm/bin/busybox ");
    assert.equal(command.split("/etc/lgtm/bin/busybox ").length - 1, 3);
    assert.doesNotMatch(command.replaceAll("/etc/lgtm/bin/busybox ", "!"), /[^!](sed|date) /);
  });
});
