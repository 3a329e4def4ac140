import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { planText } from "../../plan/plan";
import { devConfig, prodConfig } from "../fixtures/config";
import { planOfConfig } from "../fixtures/plans";

/** Runs the command. Its progress is shown only where the test fails. */
export function rehearse(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["run.js", "rehearsal/main.ts", ...args],
    { encoding: "utf8", maxBuffer: 1e8 },
  );
  return { status, stdout, stderr };
}

/** @returns a new folder with the plans of the shipped stacks, `dev.json` and `prod.json`. */
export async function writePlans(): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-lane-"));
  for (const [stack, config] of [
    ["dev", devConfig()],
    ["prod", prodConfig()],
  ] as const)
    fs.writeFileSync(
      path.join(folder, `${stack}.json`),
      planText((await planOfConfig(config)).plan),
    );
  return folder;
}
