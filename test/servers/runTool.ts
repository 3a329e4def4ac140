import { execFile } from "node:child_process";
import { type ToolName, toolPath } from "../../tools/install";

/** Time for a first build on a slow machine. */
export const buildTimeoutMilliseconds = 30 * 60 * 1000;

/** What a tool answered. */
export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool to its end; only a tool that cannot be built or started is an error. */
export async function runTool(name: ToolName, args: readonly string[]): Promise<ToolResult> {
  const program = await toolPath(name);
  return new Promise((done, fail) => {
    execFile(
      program,
      args,
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") {
          fail(new Error(`${name} ${args.join(" ")}: ${error.message}`));
        } else {
          done({ exitCode: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
        }
      },
    );
  });
}
