import { Command } from "commander";
import type { ExpectedLoad } from "../configs/stack/expectedLoad";
import { loadStackFile } from "../configs/stack/load";
import { StackConfigError } from "../configs/stack/mistake";
import { stackChecks } from "../stacks/stackChecks";
import { capacityOf } from "./capacity/capacity";
import { configuredPage, endsText, fragmentText } from "./capacity/page";
import { smallestSizes } from "./capacity/sizes";
import { LoadError, loadWith, readLoad } from "./loadFile";
import { stackFileOf } from "./stackArgument";

/** Options that are settings of the load. */
const loadOptions: readonly [flag: string, key: keyof ExpectedLoad, description: string][] = [
  ["--series <n>", "activeSeries", "active series"],
  ["--scrape-seconds <n>", "scrapeIntervalSeconds", "seconds between two samples of a series"],
  ["--logs-gb-day <n>", "logsGbPerDay", "GB of log lines a day"],
  ["--streams <n>", "logStreams", "log streams"],
  ["--spans <n>", "spansPerSecond", "spans a second"],
  ["--span-bytes <n>", "spanBytes", "bytes of a span"],
  ["--profiles-gb-day <n>", "profilesGbPerDay", "GB of profiles a day"],
  ["--dashboards <n>", "openDashboards", "dashboards that are open, on average"],
];

/**
 * `npm run capacity -- --stack prod`: what the configured sizes carry. With a load, the smallest sizes that carry it, as a
 * fragment of a stack file. Exit code 1 where the input is wrong, 4 where this shape ends.
 */
function main() {
  const command = new Command("npm run capacity --")
    .description("Show what a stack carries, or the smallest sizes for a load.")
    .option("--stack <stack>", "name of the stack, or the path of its file", "prod")
    .option("--load <file>", "a load: a file with keys of lgtm:expectedLoad")
    .option("--json", "print JSON")
    .showHelpAfterError();
  for (const [flag, , description] of loadOptions) command.option(flag, description);
  command.parse();
  const options = command.opts<Record<string, string | boolean | undefined>>();
  const config = loadStackFile(stackFileOf(String(options["stack"])), stackChecks);

  const given = loadOptions.flatMap(([flag, key]) => {
    const value = options[optionName(flag)];
    return value === undefined ? [] : [[key, Number(value)] as const];
  });
  const file = options["load"];
  const fromFile =
    typeof file === "string" ? readLoad(file, config.expectedLoad) : config.expectedLoad;
  const load = loadWith(fromFile, Object.fromEntries(given), "the command line");

  if (given.length === 0 && file === undefined) {
    const capacity = capacityOf(config, load);
    process.stdout.write(
      options["json"] === true
        ? `${JSON.stringify(capacity, finite, 2)}\n`
        : configuredPage(config.stack, load, capacity),
    );
    return;
  }
  const { fragment, ends } = smallestSizes(config, load);
  if (options["json"] === true)
    process.stdout.write(`${JSON.stringify({ fragment, ends }, finite, 2)}\n`);
  else if (fragment === undefined) process.stderr.write(endsText(ends, load));
  else process.stdout.write(fragmentText(fragment, load));
  if (fragment === undefined) process.exitCode = 4;
}

/** JSON has no infinity. */
const finite = (_: string, value: unknown): unknown => (value === Infinity ? null : value);

const optionName = (flag: string): string =>
  flag.replace(/^--| <n>$/g, "").replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

try {
  main();
} catch (error) {
  if (error instanceof StackConfigError) process.stderr.write(`${error.report()}\n`);
  else if (error instanceof LoadError) process.stderr.write(`${error.message}\n`);
  else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env["LGTM_DEBUG"] !== undefined && error instanceof Error)
      process.stderr.write(`\n${error.stack}\n`);
  }
  process.exitCode = 1;
}
