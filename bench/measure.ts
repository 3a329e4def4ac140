import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export interface Sample {
  readonly seconds: number;
  readonly memoryMiB: number;
}

export interface Command {
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
}

/** Runs a command once as a whole process. @throws Error where it fails. */
export function runOnce(command: Command): Sample {
  const memoryFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-bench-")), "memory");
  const args = ["--require", path.join(__dirname, "memory.js"), ...command.args];
  const started = performance.now();
  const result = spawnSync(process.execPath, args, {
    env: { ...process.env, LGTM_BENCH_MEMORY: memoryFile },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const seconds = (performance.now() - started) / 1000;
  if (result.status !== 0) throw new Error(`${command.name} failed: ${result.stderr.toString()}`);
  const memoryMiB = Number(fs.readFileSync(memoryFile, "utf8")) / 2 ** 20;
  fs.rmSync(path.dirname(memoryFile), { recursive: true });
  return { seconds, memoryMiB };
}

/** Runs the commands in turn, A B C A B C …, after one warm-up of each, so that a slow minute hits all of them. */
export function inTurn(commands: readonly Command[], rounds: number): Map<string, Sample[]> {
  const samples = new Map<string, Sample[]>(commands.map((command) => [command.name, []]));
  commands.forEach(runOnce);
  for (let round = 0; round < rounds; round++) {
    for (const command of commands) samples.get(command.name)?.push(runOnce(command));
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
