import * as assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { planText } from "../../plan/plan";
import { devConfig } from "../fixtures/config";
import { planOfConfig } from "../fixtures/plans";

/** What a rehearsal could leave on the machine. */
const leftovers = () => ({
  temporary: fs.readdirSync(os.tmpdir()).filter((name) => name.includes("rehears")),
  namespaces: fs.existsSync("/run/netns") ? fs.readdirSync("/run/netns") : [],
  links: fs.readdirSync("/sys/class/net"),
  tables: spawnSync("nft", ["list", "tables"], { encoding: "utf8" }).stdout,
  mounts: fs
    .readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes("rehears")),
});

/** Processes whose namespace of processes is that one. */
const processesIn = (namespace: string) =>
  fs.readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && namespaceOf(pid) === namespace);

function namespaceOf(pid: string | number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

const childrenOf = (pid: number) =>
  fs
    .readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe("the sandbox of a rehearsal", () => {
  let planFile: string;
  before(async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-lane-"));
    planFile = path.join(folder, "plan.json");
    fs.writeFileSync(planFile, planText((await planOfConfig(devConfig())).plan));
  });
  after(() => fs.rmSync(path.dirname(planFile), { recursive: true }));

  /** A rehearsal in the middle of its start, with servers running. */
  async function halfStarted(): Promise<{ command: ChildProcess; namespace: string }> {
    const command = spawn(
      process.execPath,
      ["run.js", "rehearsal/main.ts", "--plan", planFile, "--keep"],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let output = "";
    command.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const deadline = Date.now() + 60_000;
    while (!/running\n/.test(output)) {
      assert.ok(Date.now() < deadline && command.exitCode === null, output);
      await pause(0.1);
    }
    const [unshare = 0] = childrenOf(command.pid ?? 0);
    const [first = 0] = childrenOf(unshare);
    const namespace = namespaceOf(first) ?? "";
    assert.ok(processesIn(namespace).length > 3, "servers run");
    return { command, namespace };
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`leaves nothing behind after ${signal} in the middle of the start`, async () => {
      const before = leftovers();
      const { command, namespace } = await halfStarted();
      const ended = new Promise<number | null>((resolve) => command.once("exit", resolve));
      command.kill(signal);
      const code = await ended;
      if (signal !== "SIGKILL") assert.equal(code, 130);
      const deadline = Date.now() + 5000;
      while (processesIn(namespace).length > 0 && Date.now() < deadline) await pause(0.1);
      assert.deepEqual(processesIn(namespace), []);
      assert.deepEqual(leftovers(), before);
    });
  }

  it("leaves nothing behind when its first process crashes", async () => {
    const before = leftovers();
    const { command, namespace } = await halfStarted();
    const ended = new Promise((resolve) => command.once("exit", resolve));
    const [unshare = 0] = childrenOf(command.pid ?? 0);
    const [first = 0] = childrenOf(unshare);
    process.kill(first, "SIGKILL");
    await ended;
    await pause(0.5);
    assert.deepEqual(processesIn(namespace), []);
    assert.deepEqual(leftovers(), before);
  });
});
