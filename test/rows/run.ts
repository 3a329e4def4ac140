/**
 * `npm run test:rows`: proves that the test of each requirement can fail. For every row of `docs/requirements.yaml` the
 * named change is applied to a copy of the project, and the row's own test must turn red.
 */
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readRequirements, type Row } from "../../docs/requirements";

const root = path.resolve(__dirname, "../..");
const WORKERS = 2;

interface Verdict {
  readonly row: Row;
  readonly problem?: string;
}

interface MochaReport {
  readonly stats: { readonly tests: number; readonly failures: number };
}

function copyOfProject(): string {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-rows-"));
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  })
    .toString()
    .split("\n")
    .filter((file) => file !== "" && fs.existsSync(path.join(root, file)));
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    fs.copyFileSync(path.join(root, file), path.join(copy, file));
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  return copy;
}

/** Runs the tests of one row in a folder; `undefined` where mocha could not even load them. */
function runTests(folder: string, row: Row): Promise<MochaReport | undefined> {
  const args = [
    "node_modules/mocha/bin/mocha.js",
    "--reporter",
    "json",
    "--grep",
    `\\b${row.id}:`,
    row.test ?? "",
  ];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    child.on("close", () => {
      try {
        resolve(JSON.parse(output.slice(output.indexOf("{\n"))) as MochaReport);
      } catch {
        resolve(undefined);
      }
    });
  });
}

async function judge(folder: string, row: Row): Promise<Verdict> {
  const { change } = row;
  if (row.test === undefined || change === undefined) {
    return { row, problem: row.later === undefined ? "names no test or no change" : undefined };
  }
  const file = path.join(folder, change.file);
  const before = fs.readFileSync(file, "utf8");
  if (before.split(change.find).length !== 2) {
    return { row, problem: `the text to change does not stand exactly once in ${change.file}` };
  }
  try {
    fs.writeFileSync(
      file,
      before.replace(change.find, () => change.replace),
    );
    const report = await runTests(folder, row);
    if (report === undefined)
      return { row, problem: "the changed project does not load: the change proves nothing" };
    if (report.stats.tests === 0) return { row, problem: `no test in ${row.test} cites the row` };
    if (report.stats.failures === 0)
      return { row, problem: `stays green after the change to ${change.file}` };
    return { row };
  } finally {
    fs.writeFileSync(file, before);
  }
}

async function main() {
  const only = process.argv.slice(2);
  const rows = readRequirements(root)
    .flatMap((section) => section.rows)
    .filter((row) => only.length === 0 || only.includes(row.id));
  const queue = [...rows];
  const verdicts: Verdict[] = [];
  const work = async () => {
    const folder = copyOfProject();
    try {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        const verdict = await judge(folder, row);
        verdicts.push(verdict);
        const word =
          verdict.problem === undefined ? (row.later === undefined ? "red" : "later") : "PROBLEM";
        console.log(
          `${word.padEnd(8)} ${row.id.padEnd(4)} ${verdict.problem ?? row.later ?? row.change?.file ?? ""}`,
        );
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  const failed = verdicts.filter((verdict) => verdict.problem !== undefined);
  const later = verdicts.filter((verdict) => verdict.row.later !== undefined);
  console.log(
    `${verdicts.length - failed.length - later.length} passed, ${failed.length} failed, ${later.length} skipped`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}

void main();
