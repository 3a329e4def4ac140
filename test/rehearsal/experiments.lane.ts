import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { ExperimentResult } from "../../rehearsal/experiments/result";
import { traps } from "../../rehearsal/experiments/traps";

/**
 * The shipped stacks under load, with real servers: the promises are kept, and each trap is noticed. Each item is a
 * rehearsal of its own in a sandbox of its own; some run side by side, because most of their time is waiting.
 *
 * LGTM_REHEARSAL_ALL=1 conducts more than twenty minutes have room for: bad traffic and overload here. A trap whose server is
 * in nobody's hands is skipped, and counted so.
 */
const SIDE_BY_SIDE = 3;
const root = path.join(__dirname, "..", "..");
const all = process.env["LGTM_REHEARSAL_ALL"] !== undefined;

const experiments = ["zone", "s3-away-60", "kill-one", "roll-one"];
const more = all ? ["bad-traffic", "overload"] : [];

const folders = [
  process.env["LGTM_BIN"] ?? "",
  ...(process.env["PATH"] ?? "").split(path.delimiter),
];
const isThere = (program: string) =>
  folders.some((place) => place !== "" && fs.existsSync(path.join(place, program)));

const candidates = [
  ...[...experiments, ...more].map((name) => ({ name, stack: "prod", needs: undefined })),
  ...traps.map(({ name, stack, needs }) => ({ name: `trap-${name}`, stack, needs })),
];
const wanted = candidates.filter(({ needs }) => needs === undefined || isThere(needs));
/** Begun first, because they take longest: so the last ones end at about the same time. */
const longest = [
  ...["zone", "s3-away-60"],
  ...["fast-swaps", "zones-with-autoforget", "random-ring-ids", "ring-health-readiness"].map(
    (name) => `trap-${name}`,
  ),
];

/** What came of one run of the command. */
interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

describe("stacks under load", function () {
  this.timeout(1_500_000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "experiments-"));
  const runs = new Map<string, Promise<Ran>>();

  const run = (args: readonly string[]) =>
    new Promise<Ran>((resolve) => {
      const began = performance.now();
      const child = spawn(process.execPath, ["run.js", ...args], { cwd: root });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.on("close", (code) =>
        resolve({ code, output, seconds: Math.round((performance.now() - began) / 1000) }),
      );
    });

  before(async () => {
    for (const stack of ["dev", "prod"]) {
      const { code, output } = await run([
        "plan/main.ts",
        stack,
        "--out",
        path.join(folder, stack),
      ]);
      assert.equal(code, 0, output);
    }
    const queue = [
      ...wanted.filter(({ name }) => longest.includes(name)),
      ...wanted.filter(({ name }) => !longest.includes(name)),
    ];
    const finished = new Map(wanted.map(({ name }) => [name, Promise.withResolvers<Ran>()]));
    for (const [name, { promise }] of finished) runs.set(name, promise);
    const work = async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        const { name, stack } = item;
        // Each try has a folder of its own: a result that is there counts as done.
        const conduct = (attempt: string) =>
          run([
            ...["rehearsal/main.ts", "--plan", path.join(folder, stack, "plan.json")],
            ...["--experiment", name, "--results", path.join(folder, name, attempt)],
            ...["--ready-seconds", "90"],
          ]);
        const first = await conduct("first");
        // A busy machine can make one answer late. What breaks twice is broken.
        finished.get(name)?.resolve(first.code === 0 ? first : await conduct("second"));
      }
    };
    for (let worker = 0; worker < SIDE_BY_SIDE; worker++) void work();
  });

  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  for (const { name, needs } of candidates.filter((each) => !wanted.includes(each)))
    it.skip(`${name}: no binary of ${needs}`);

  for (const { name, stack } of wanted) {
    const trap = name.startsWith("trap-");
    it(`${stack}: ${trap ? `${name} is noticed` : `${name} keeps every promise`}`, async () => {
      const ran = await runs.get(name);
      assert.ok(ran !== undefined, "not started");
      assert.equal(ran.code, 0, ran.output.split("\n").slice(-40).join("\n"));
      // "first", or "second" where there was one.
      const tries = fs.readdirSync(path.join(folder, name)).sort();
      const last = path.join(folder, name, tries.at(-1) ?? "");
      console.log(`      ${name}: ${ran.seconds} s, at the ${path.basename(last)} try`);
      const [file] = fs.readdirSync(last);
      assert.ok(file !== undefined, "no result was kept");
      const result = JSON.parse(fs.readFileSync(path.join(last, file), "utf8")) as ExperimentResult;
      if (!trap)
        for (const signal of ["logs", "traces"])
          assert.ok(
            result.traffic?.signals.some((each) => each.signal === signal && each.acknowledged > 0),
            signal,
          );
    });
  }
});
