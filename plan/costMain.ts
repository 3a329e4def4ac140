import "./lean";
import { Command } from "commander";
import { StackConfigError } from "../configs/stack/mistake";
import { alternatives } from "./compare";
import { costOfPlan } from "./cost";
import { costPage } from "./costPage";
import { LoadError, readLoad } from "./loadFile";
import { makePlan } from "./makePlan";
import { pricesOf, UnknownPriceRegionError } from "./prices";
import { stackFileOf } from "./stackArgument";

interface Options {
  readonly compare?: boolean;
  readonly load?: string;
  readonly json?: boolean;
}

/** `npm run cost -- STACK`: what a month costs, by item and by product. Exit code 1 where something is wrong with the input. */
async function main() {
  const command = new Command("npm run cost --")
    .description("Show what a stack costs a month at its expected load, without a cloud account.")
    .argument("<stack>", "name of the stack (dev for Pulumi.dev.yaml), or the path of its file")
    .option("--compare", "also show what the same load costs elsewhere, at list prices")
    .option("--load <file>", "another load: a file with keys of lgtm:expectedLoad")
    .option("--json", "print the report as JSON")
    .showHelpAfterError()
    .parse();
  const options = command.opts<Options>();
  const { config, plan } = await makePlan(stackFileOf(command.args[0] ?? ""));
  const expected =
    options.load === undefined ? config.expectedLoad : readLoad(options.load, config.expectedLoad);
  const workload = { expected, facts: plan.workload.facts };
  const cost = costOfPlan(plan, workload);
  const others =
    options.compare === true ? alternatives(workload, pricesOf(config.region)) : undefined;
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ stack: config.stack, expectedLoad: expected, ...cost, alternatives: others }, undefined, 2)}\n`
      : costPage(config.stack, cost, expected, others),
  );
}

main().catch((error: unknown) => {
  if (error instanceof StackConfigError) process.stderr.write(`${error.report()}\n`);
  else if (error instanceof LoadError || error instanceof UnknownPriceRegionError)
    process.stderr.write(`${error.message}\n`);
  else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The cost could not be worked out.\n\n${message}\n`);
    if (process.env["LGTM_DEBUG"] !== undefined && error instanceof Error)
      process.stderr.write(`\n${error.stack}\n`);
  }
  process.exitCode = 1;
});
