import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { frontDoorOf, gatewayOf, grafanaOf } from "../../smoke/doors";
import { readOptions, type SmokeFlags } from "../../smoke/options";
import { prodPlan } from "../fixtures/plans";
import { FakeStack } from "./fakeStack";

const flags: SmokeFlags = {
  door: "front-door",
  items: "4",
  batches: "2",
  timeout: "2",
  readTimeout: "1",
};

describe("flags of the smoke test", () => {
  it("names every mistake at once", () => {
    const wrong = {
      ...flags,
      outputs: "/none.json",
      url: ["loki=http://x", "loki-push=ftp://x"],
      read: ["logs"],
      resolveTo: "example.com",
      items: "0",
      timeout: "soon",
    };
    assert.throws(
      () => readOptions("dev", wrong, {}),
      (error: Error) => {
        const lines = error.message.split("\n");
        for (const named of [
          "--outputs",
          "--url: loki=",
          "--url: loki-push=",
          "--read: logs is not",
        ])
          assert.ok(
            lines.some((line) => line.startsWith(named)),
            `${named}\n${error.message}`,
          );
        for (const named of [
          "--resolve-to: example.com",
          "--items: 0",
          "--timeout: soon",
          "give one of",
        ])
          assert.ok(
            lines.some((line) => line.startsWith(named)),
            `${named}\n${error.message}`,
          );
        return true;
      },
    );
    assert.throws(() => readOptions(undefined, flags, {}), /nowhere to send/);
  });

  it("prefers files to the environment", () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "smoke-")), "token");
    fs.writeFileSync(file, "from-file\n");
    const environment = { INGEST_TOKEN: "from-environment", GRAFANA_PASSWORD: "p" };
    assert.equal(readOptions("dev", flags, environment).token, "from-environment");
    assert.equal(readOptions("dev", { ...flags, tokenFile: file }, environment).token, "from-file");
    fs.rmSync(path.dirname(file), { recursive: true });
  });

  it("finds every way in the outputs of a plan", async () => {
    const { outputs } = (await prodPlan()).plan;
    const front = frontDoorOf(outputs).urls;
    assert.equal(Object.keys(front).length, 6);
    assert.equal(front["remote-write"], "https://mimir.example.com/api/v1/push");
    assert.equal(front["otlp-grpc-traces"], "https://tempo.example.com:443");
    const gateway = gatewayOf(outputs).urls;
    assert.equal(Object.values(gateway).filter((url) => url !== undefined).length, 7);
    assert.equal(gateway.profiles, "http://alloy.lgtm.local:4041/ingest");
    const room = grafanaOf(outputs, "secret");
    assert.equal(room.urls.logs, "https://grafana.example.com/api/datasources/proxy/uid/loki");
  });
});

describe("npm run smoke", function () {
  this.timeout(60_000);
  const run = (args: readonly string[], environment: Record<string, string> = {}) =>
    new Promise<{ code: number | null; output: string; complaints: string }>((resolve) => {
      const root = path.join(__dirname, "..", "..");
      const child = spawn(process.execPath, ["run.js", "smoke/main.ts", ...args], {
        cwd: root,
        env: { ...process.env, ...environment },
      });
      let output = "";
      let complaints = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
      child.on("close", (code) => resolve({ code, output, complaints }));
    });

  it("ends with 0, 2 or 3 as the stack did, and with 1 on bad input", async () => {
    const stack = new FakeStack();
    const { url } = await stack.start();
    const args = [
      ...["--url", `loki-push=${url}/push/loki-push`, "--read", `logs=${url}/read/logs`],
      ...["--read-timeout", "2", "--json"],
    ];
    try {
      const good = await run(args, { INGEST_TOKEN: stack.token });
      assert.equal(good.code, 0, good.complaints);
      assert.equal(
        (JSON.parse(good.output) as { ways: { readBack: number }[] }).ways[0]?.readBack,
        20,
      );
      assert.equal((await run(args, { INGEST_TOKEN: "wrong" })).code, 2);
      stack.behaviour["loki-push"] = { keep: () => false };
      assert.equal((await run(args, { INGEST_TOKEN: stack.token })).code, 3);
      const bad = await run(["--plan", "/none.json"]);
      assert.equal(bad.code, 1);
      assert.match(bad.complaints, /^--plan: ENOENT/);
      assert.doesNotMatch(bad.complaints, /\n\s+at /);
      const blind = await run(["--url", `loki-push=${url}/push/loki-push`], {
        GRAFANA_PASSWORD: "",
      });
      assert.equal(blind.code, 1, blind.output);
    } finally {
      stack.stop();
    }
  });
});
