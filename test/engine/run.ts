/**
 * `npm run test:engine`: builds what the lane needs, then runs its tests.
 *
 * The deployment of `deploymentTime` mostly waits, at AWS's pace, and must not be kept from going on when a wait is over.
 * So it runs beside the others, which do nothing but compute, and they give way to it.
 */
import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import * as path from "node:path";
import { toolPath } from "../../tools/install";

const root = path.join(__dirname, "..", "..");
const COMPILED = "node_modules/.cache/lgtm-fargate/v8";
const TIMED = "test/engine/deploymentTime.test.ts";
/** Nice value of the tests that give way: a tenth of the weight of the timed one (sched(7), "The nice value"). */
const GIVES_WAY = 10;

/** Exit code of Mocha with these arguments, and what it printed where that is not printed at once. */
function mocha(args: readonly string[], later: boolean) {
  const child = spawn(
    process.execPath,
    [require.resolve("mocha/bin/mocha.js"), "--timeout", "600000", ...args],
    {
      stdio: ["ignore", later ? "pipe" : "inherit", later ? "pipe" : "inherit"],
      // Each of its processes loads the same hundred files.
      env: { ...process.env, NODE_COMPILE_CACHE: path.join(root, COMPILED) },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const done = new Promise<{ readonly code: number; readonly output: string }>(
    (resolve, reject) => {
      child.on("error", reject).on("close", (code) => resolve({ code: code ?? 1, output }));
    },
  );
  return { pid: child.pid, done };
}

async function main(): Promise<void> {
  // Before any test, or three at once would build the CLI, and none within its time.
  for (const tool of ["pulumi", "pulumi-language-yaml"] as const) await toolPath(tool);
  const timed = mocha([TIMED], true);
  // Three: while a deployment is starting plugins and asking the CLI, another has the processor.
  const others = mocha(
    ["--parallel", "--jobs", "3", "--ignore", TIMED, "test/engine/*.test.ts"],
    false,
  );
  if (others.pid !== undefined) setPriority(others.pid, GIVES_WAY);
  const { code: first } = await others.done;
  const { code: second, output } = await timed.done;
  process.stdout.write(output);
  process.exitCode = Math.max(first, second) === 0 ? 0 : 1;
}

void main();
