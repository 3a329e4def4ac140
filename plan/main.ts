import "./lean";
import * as path from "node:path";
import { Command } from "commander";
import { StackConfigError } from "../configs/stack/mistake";
import { passRolePolicy } from "../stacks/deployRole";
import { compareWith } from "./diffCommand";
import { renderedFiles, writeFolder } from "./files";
import { makePlan, type PlannedStack } from "./makePlan";
import { planText } from "./plan";
import { report } from "./report";
import { projectRoot, stackFileOf } from "./stackArgument";
import { type PlanVerdict, verdictOn } from "./verdict";

interface Options {
  readonly json?: boolean;
  readonly html?: boolean;
  readonly out?: string;
  readonly diff?: string;
  readonly markdown?: boolean;
  readonly allowDataLoss?: boolean;
  readonly policy: boolean;
  readonly policyConfig?: string;
}

/**
 * `npm run plan -- STACK`: exit code 0; 1 where the stack file has mistakes or the plan cannot be made; 2 where the plan
 * breaks a mandatory rule of the policy pack; 3 where `--diff` finds that data would be lost.
 */
async function main() {
  const command = new Command("npm run plan --")
    .description(
      "Show what `pulumi up` would deploy, resolved to the last value, without a cloud account.",
    )
    .argument("<stack>", "name of the stack (dev for Pulumi.dev.yaml), or the path of its file")
    .option("--json", "print plan.json instead of the page")
    .option("--html", "write report.html beside plan.json: picture, rules, cost, what if")
    .option("--out <dir>", "folder for plan.json and the rendered files (default: plans/STACK)")
    .option(
      "--diff <plan.json>",
      "compare with another plan: resources, cost, data that would be lost",
    )
    .option("--markdown", "print the comparison as Markdown")
    .option(
      "--policy-config <file>",
      "settings of the policy pack (default: policies/config.STACK.json)",
    )
    .option("--no-policy", "do not judge the plan with the policy pack")
    .option("--allow-data-loss", "do not stop (exit code 3) where the comparison loses data")
    .showHelpAfterError()
    .parse();
  const [stack = ""] = command.args;
  const options = command.opts<Options>();
  const planned = await makePlan(stackFileOf(stack));
  const root = projectRoot();
  const verdict = options.policy
    ? await verdictOn(planned.plan, planned.config, root, options.policyConfig)
    : undefined;
  if (verdict?.forbidden === true) {
    process.stderr.write(
      `The plan breaks rules that must hold; nothing was written.\n\n${verdict.text}`,
    );
    process.exitCode = 2;
    return;
  }
  // Before anything is written: the other plan may be the one that this one replaces.
  const comparison =
    options.diff === undefined ? undefined : compareWith(planned.plan, options.diff, options);
  const folder = options.out ?? path.join(root, "plans", planned.config.stack);
  const text = planText(planned.plan);
  const page = report(planned, {
    verdict: verdict?.text,
    folder: path.relative(process.cwd(), folder) || ".",
    // performance.now() counts from the start of the process, so loading is in it.
    seconds: performance.now() / 1000,
  });
  writeFolder(folder, [
    { path: "plan.json", content: text },
    ...(options.html === true ? [await reportFile(planned, verdict)] : []),
    {
      path: "pass-role.json",
      content: `${JSON.stringify(passRolePolicy(planned.catalog, planned.config), undefined, 2)}\n`,
    },
    ...renderedFiles(planned.catalog).map((each) => ({ ...each, path: `files/${each.path}` })),
  ]);
  process.stdout.write(comparison?.text ?? (options.json === true ? text : page));
  if (comparison?.stopped === true) process.exitCode = 3;
}

/** The report as a page. Only here: its parts take time to load that no other plan should pay. */
async function reportFile(planned: PlannedStack, verdict: PlanVerdict | undefined) {
  const { reportPage } = await import("../report/page");
  return { path: "report.html", content: await reportPage(planned, verdict) };
}

main().catch((error: unknown) => {
  if (error instanceof StackConfigError) {
    process.stderr.write(`${error.report()}\n`);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The plan could not be made; nothing was written.\n\n${message}\n`);
    if (process.env["LGTM_DEBUG"] !== undefined && error instanceof Error)
      process.stderr.write(`\n${error.stack}\n`);
    else process.stderr.write("\nLGTM_DEBUG=1 shows where it happened.\n");
  }
  process.exitCode = 1;
});
