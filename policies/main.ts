import * as fs from "node:fs";
import { Command } from "commander";
import { checkConfig } from "./checkConfig";
import { isForbidden, judge, type Judged } from "./judge";
import { verdictText } from "./report";
import { judgedState } from "./state";
import { isRecord } from "./value";

interface Options {
  readonly plan?: string;
  readonly state?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** `npm run policy`: exit code 0, 2 where a mandatory rule found something, 1 where nothing could be judged. */
async function main(): Promise<void> {
  const options = new Command("npm run policy --")
    .description("Judge a plan, or the state of what runs, with the policy pack.")
    .option("--plan <file>", "plan.json, as `npm run plan` writes it")
    .option("--state <file>", "state, as `pulumi stack export` writes it")
    .option("--config <file>", "settings of the pack, as `--policy-pack-config` takes them")
    .option("--json", "print the verdict as JSON")
    .showHelpAfterError()
    .parse()
    .opts<Options>();
  const judged = read(options);
  const config: unknown =
    options.config === undefined ? {} : JSON.parse(fs.readFileSync(options.config, "utf8"));
  if (!isRecord(config)) throw new Error(`${options.config} holds no settings`);
  const mistakes = checkConfig(config);
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  const verdict = await judge(judged, { policyConfig: config });
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(verdict, undefined, 2)}\n`
      : verdictText(verdict, judged.resources.length),
  );
  if (isForbidden(verdict)) process.exitCode = 2;
}

function read(options: Options): Judged {
  const { plan, state } = options;
  if ((plan === undefined) === (state === undefined)) {
    throw new Error("name what to judge: either --plan FILE or --state FILE");
  }
  const text = fs.readFileSync(plan ?? state ?? "", "utf8");
  if (plan === undefined) return judgedState(text);
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed) || !Array.isArray(parsed["resources"])) {
    throw new Error(`${plan} is no plan: \`npm run plan -- STACK\` writes one`);
  }
  return parsed as unknown as Judged;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
