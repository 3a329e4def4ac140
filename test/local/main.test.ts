import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { planText } from "../../plan/plan";
import { devPlan } from "../fixtures/plans";

const root = path.join(__dirname, "..", "..");

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe("npm run local", function () {
  // Each is a process or two of its own.
  this.timeout(60_000);
  let folder: string;
  let calls: string;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-local-"));
    calls = path.join(folder, "calls");
    fs.mkdirSync(path.join(folder, "plans", "dev"), { recursive: true });
    fs.writeFileSync(path.join(folder, "plans/dev/plan.json"), planText((await devPlan()).plan));
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => fs.rmSync(calls, { force: true }));

  /** A `docker` that notes its arguments and ends with the code that a pattern of them asks for. */
  function dockerThat(fails?: string): string {
    const bin = fs.mkdtempSync(path.join(folder, "bin-"));
    fs.writeFileSync(
      path.join(bin, "docker"),
      `#!/bin/sh\necho "$@" >> ${calls}\ncase "$*" in ${fails ?? "nothing"}) exit 1;; esac\n`,
      { mode: 0o755 },
    );
    return bin;
  }

  function local(args: readonly string[], bin?: string): Promise<Run> {
    const PATH = [...(bin === undefined ? [] : [bin]), path.dirname(process.execPath)].join(":");
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [path.join(root, "run.js"), "local/main.ts", ...args],
        {
          cwd: folder,
          env: { ...process.env, PATH: bin === undefined ? "/nowhere" : `${PATH}:/bin` },
        },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
        },
      );
    });
  }

  const composeFile = () => path.join(folder, "plans", "dev-local", "compose.yaml");
  const dockerCalls = () => (fs.existsSync(calls) ? fs.readFileSync(calls, "utf8") : "");

  it("writes and starts, and ends what it started", async () => {
    const bin = dockerThat();
    const up = await local(["dev"], bin);
    assert.equal(up.code, 0, up.stderr);
    assert.match(up.stdout, /https:\/\/grafana\.dev\.example\.com/);
    assert.match(dockerCalls(), new RegExp(`--file ${composeFile()} up --detach`));
    const down = await local(["down", "dev", "--volumes"], bin);
    assert.equal(down.code, 0, down.stderr);
    assert.match(dockerCalls(), /--project-name lgtm-local-dev .* down --remove-orphans --volumes/);
  });

  it("writes what it mounts, for the owner's eyes only, and keeps its secrets", async () => {
    const run = await local(["dev", "--no-start"]);
    assert.equal(run.code, 0, run.stderr);
    const written = path.dirname(composeFile());
    assert.equal(fs.statSync(written).mode & 0o777, 0o700);
    const text = fs.readFileSync(composeFile(), "utf8");
    const mounted = [...text.matchAll(/- "?\.\/([\w.-]+):/g)].map(([, name]) => name ?? "");
    assert.ok(mounted.length > 0);
    for (const name of new Set(mounted)) assert.ok(fs.existsSync(path.join(written, name)), name);
    // The same again: a new file that agrees with the data of the old one.
    const again = await local(["dev", "--no-start"]);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(parse(fs.readFileSync(composeFile(), "utf8")), parse(text));
  });

  const obstacles: readonly [string, () => string | undefined, RegExp][] = [
    ["no docker", () => undefined, /there is no `docker` on the PATH/],
    ["a docker without compose", () => dockerThat(`"compose version"*`), /no plugin `compose`/],
    ["no engine", () => dockerThat("info*"), /no Docker engine answers/],
  ];
  for (const [what, bin, message] of obstacles) {
    it(`says where there is ${what}, and how to start what is written`, async () => {
      const run = await local(["dev"], bin());
      assert.equal(run.code, 1);
      assert.match(run.stderr, message);
      assert.match(run.stdout, /Start it with:\n {2}docker compose .*compose\.yaml up/);
      assert.doesNotMatch(run.stderr, /\n {4}at /);
      assert.doesNotMatch(dockerCalls(), /up --detach/);
    });
  }

  const mistakes: readonly [string, readonly string[], RegExp][] = [
    ["a stack without a plan", ["qa"], /there is no .*plans\/qa\/plan\.json: make it with/],
    ["a file that is no plan", ["dev", "--plan", "plans/dev"], /cannot be read as a plan/],
    ["a port that is none", ["dev", "--https-port", "0"], /a port is a whole number/],
    ["an end without a beginning", ["down", "qa"], /nothing to end/],
  ];
  for (const [what, args, message] of mistakes) {
    it(`refuses ${what}`, async () => {
      const run = await local(args);
      assert.equal(run.code, 1);
      assert.match(run.stderr, message);
      assert.doesNotMatch(run.stderr, /\n {4}at /);
    });
  }
});
