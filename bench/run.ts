/**
 * `npm run bench`: how long a plan takes and how much memory, as whole processes, medians of 7 taken in turn with the
 * time Node needs just to load the packages that the program imports. Ratios hold on a noisy machine; seconds do not.
 */
import { execFileSync } from "node:child_process";
import * as os from "node:os";
import { scripts } from "../package.json";
import { inTurn, median, type Command, type Sample } from "./measure";

const ROUNDS = 7;
const MOST_PLAN_RATIO = 2.2;
const MOST_JUDGED_RATIO = 3;
const MOST_PLAN_MIB = 330;
const MOST_MS_PER_SERVICE = 10;

/** Node's options are those of `npm run plan`, for everything that is compared. */
const [, ...options] = scripts.plan.split(" run.js ")[0]?.split(" ") ?? [];
const command = (name: string, ...args: string[]): Command => ({
  name,
  args: [...options, "run.js", ...args],
});
const load = command("load SDK", "bench/loadSdk.ts");
const dev = command("plan dev, no pack", "plan/main.ts", "dev", "--no-policy");
const prod = command("plan prod, no pack", "plan/main.ts", "prod", "--no-policy");
const judged = command("plan prod with pack", "plan/main.ts", "prod");
const copies = [0, 10, 50] as const;
const synthetic = copies.map((count) =>
  command(`prod + ${count} services`, "bench/synthetic.ts", String(count)),
);

const samples = inTurn([load, dev, prod, judged, ...synthetic], ROUNDS);
const of = (each: Command) => samples.get(each.name) ?? [];
const seconds = (each: Command) => median(of(each).map((sample: Sample) => sample.seconds));
const memory = (each: Command) => median(of(each).map((sample: Sample) => sample.memoryMiB));

console.log(
  `Node ${process.version}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}, median of ${ROUNDS} in turn`,
);
for (const each of [load, dev, prod, judged, ...synthetic]) {
  console.log(
    `  ${each.name.padEnd(20)} ${seconds(each).toFixed(2)} s  ${memory(each).toFixed(0)} MiB`,
  );
}

/** Ratio round by round, so that both sides saw the same minute of the machine. */
const ratio = (each: Command) =>
  median(
    of(each).map((sample, round) => sample.seconds / (of(load)[round]?.seconds ?? Number.NaN)),
  );
const perService = (from: number, to: number) => {
  const [a, b] = [synthetic[from] as Command, synthetic[to] as Command];
  const added = median(
    of(b).map((sample, round) => sample.seconds - (of(a)[round]?.seconds ?? Number.NaN)),
  );
  return (added * 1000) / ((copies[to] ?? Number.NaN) - (copies[from] ?? Number.NaN));
};

let failed = 0;
function bar(what: string, value: number, most: number, unit: string) {
  const ok = value <= most;
  if (!ok) failed += 1;
  console.log(`  ${ok ? "ok  " : "OVER"} ${what}: ${value.toFixed(2)} ${unit} (at most ${most})`);
}
bar("plan of prod against loading the SDK", ratio(prod), MOST_PLAN_RATIO, "×");
bar("the same with the policy pack", ratio(judged), MOST_JUDGED_RATIO, "×");
bar("memory of a plan of prod", memory(prod), MOST_PLAN_MIB, "MiB");
bar("one more service, 0 to 10", perService(0, 1), MOST_MS_PER_SERVICE, "ms");
bar("one more service, 10 to 50", perService(1, 2), MOST_MS_PER_SERVICE, "ms");

const pack = JSON.parse(
  execFileSync(process.execPath, ["run.js", "bench/policies.ts"]).toString(),
) as Record<string, number>;
const times = (size: string) => pack[size] ?? Number.NaN;
console.log(
  `policy pack on prod: first ${times("first 1").toFixed(0)} ms, then 1× ${times("1").toFixed(0)}, ` +
    `5× ${times("5").toFixed(0)}, 20× ${times("20").toFixed(0)} ms`,
);
bar("policy pack on the plan of prod, first run in a process", times("first 1") / 1000, 1, "s");
// Linear is 4 between 5× and 20×; the square of it would be 16.
bar("policy pack, 20 times the resources against 5 times", times("20") / times("5"), 6, "×");
process.exitCode = failed === 0 ? 0 : 1;
