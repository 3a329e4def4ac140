import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Plan } from "../../plan/plan";
import { stabilityLevels, type Stability } from "../../tools/alloyReference";
import { root } from "./goldenFiles";

/** What a service's command line lets its Alloy do. */
export interface AlloyCommand {
  readonly stability: Stability;
  /** Port of Alloy's own HTTP server. */
  readonly httpPort: number;
}

/** The plan of a stack, made by the offline planner. */
export async function planOf(stack: string): Promise<Plan> {
  const folder = await mkdtemp(join(tmpdir(), "lgtm-plan-"));
  try {
    const out = join(folder, "plan");
    await promisify(execFile)("node", ["run.js", "plan/main.ts", stack, "--out", out], {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(await readFile(join(out, "plan.json"), "utf8")) as Plan;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * How the planned task definition of a service starts Alloy.
 *
 * @throws Error if the plan has no such task definition, or its command no level.
 */
export function alloyCommand(plan: Pick<Plan, "resources">, service: string): AlloyCommand {
  const task = plan.resources.find(
    ({ type, inputs }) =>
      type === "aws:ecs/taskDefinition:TaskDefinition" &&
      typeof inputs.family === "string" &&
      (inputs.family === service || inputs.family.endsWith(`-${service}`)),
  );
  if (!task) throw new Error(`the plan has no task definition of ${service}`);
  const text = JSON.stringify(task.inputs.containerDefinitions);
  const flag = /--stability\.level=([a-z-]+)/.exec(text)?.[1];
  // The flag says `generally-available` where the reference says `general-availability`.
  const name = flag === "generally-available" ? "general-availability" : flag;
  const stability = stabilityLevels.find((level) => level === name);
  if (!stability)
    throw new Error(`${service}: no --stability.level that Alloy knows: ${flag ?? "none"}`);
  const port = /--server\.http\.listen-addr=[^:"\\]*:(\d+)/.exec(text)?.[1];
  if (!port) throw new Error(`${service}: no --server.http.listen-addr in its command`);
  return { stability, httpPort: Number(port) };
}

/** Whether a command lets in what a file needs. */
export function permits(command: AlloyCommand, needed: Stability): boolean {
  return stabilityLevels.indexOf(needed) <= stabilityLevels.indexOf(command.stability);
}
