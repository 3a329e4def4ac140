import { execFile } from "node:child_process";
import * as dns from "node:dns/promises";
import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { Command } from "commander";
import { loadStackFile } from "../configs/stack/load";
import type { Plan } from "../plan/plan";
import { buildCatalog, servicesOf } from "../stacks/catalog";
import { hostNames } from "../stacks/dns";
import { listenerRuleCount } from "../stacks/listenerRules";
import { serviceName } from "../stacks/names";
import { checkPage, exitCodeOf } from "./check";
import { clientsFor } from "./clients";
import { runCommand, stackFile } from "./stackFile";
import {
  type Expected,
  expectedOfOutputs,
  expectedOfPlan,
  expectedOfState,
} from "./verify/expected";
import { verify } from "./verify/verify";

interface Options {
  readonly outputs?: string;
  readonly state?: string;
  readonly plan?: string;
  readonly timeout: string;
  readonly interval: string;
  readonly hosts: boolean;
  readonly inVpc?: boolean;
  readonly json?: boolean;
}

/** `npm run verify -- STACK`: exit code 0, or 1 where something does not run as deployed. */
async function main(): Promise<void> {
  const command = new Command("npm run verify --")
    .description(
      "After `pulumi up`: does every service run exactly what was deployed, healthy and found by its name?",
    )
    .argument("<stack>", "name of the stack (dev for Pulumi.dev.yaml), or the path of its file")
    .option("--outputs <file>", "`pulumi stack output --json` (default: asks pulumi itself)")
    .option("--state <file>", "`pulumi stack export`")
    .option("--plan <file>", "plan.json: compares contents, for whoever cannot read the state")
    .option("--timeout <seconds>", "how long ECS may still be at work", "600")
    .option("--interval <seconds>", "pause between two looks", "10")
    .option("--no-hosts", "do not look the public hosts up")
    .option("--in-vpc", "also look the private names up: only inside the VPC")
    .option("--json", "print the findings as JSON")
    .showHelpAfterError()
    .parse();
  const options = command.opts<Options>();
  const config = loadStackFile(stackFile(command.args[0] ?? ""), {
    listenerRules: listenerRuleCount,
  });
  const catalog = buildCatalog(config);
  const results = await verify(await expectedOf(config.stack, options), {
    clients: clientsFor(config.region),
    timeoutSeconds: seconds(options.timeout),
    intervalSeconds: seconds(options.interval),
    hosts: options.hosts && !config.ingress.internal ? hostNames(catalog, config) : [],
    resolve: (name) => dns.resolve4(name),
    privateNames: (seen) =>
      options.inVpc !== true
        ? {}
        : Object.fromEntries(
            servicesOf(catalog).flatMap(({ role, instance }) => {
              const service = seen.services.get(serviceName(config, instance));
              const registry = service?.serviceRegistries?.[0]?.registryArn;
              return registry === undefined
                ? []
                : [[`${role.dnsName}.${config.namespace}`, registry]];
            }),
          ),
    onWait: (red, left) =>
      process.stderr.write(`${red} services are not there yet; waiting up to ${left} s\n`),
  });
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(results, undefined, 2)}\n`
      : checkPage(`Deployment of stack ${config.stack}: ${config.region}`, results),
  );
  process.exitCode = exitCodeOf(results);
}

async function expectedOf(stack: string, options: Options): Promise<Expected> {
  const read = async (file: string) => JSON.parse(await fs.readFile(file, "utf8")) as unknown;
  if (options.outputs !== undefined) return expectedOfOutputs(await read(options.outputs));
  if (options.state !== undefined) return expectedOfState(await read(options.state));
  if (options.plan !== undefined) return expectedOfPlan((await read(options.plan)) as Plan);
  try {
    const { stdout } = await promisify(execFile)("pulumi", [
      ...["stack", "output", "--json", "--stack", stack],
    ]);
    return expectedOfOutputs(JSON.parse(stdout));
  } catch (error) {
    throw new Error(
      `what was deployed is not known: ${error instanceof Error ? error.message : String(error)}\n` +
        "log in to the stack's backend, or give --outputs, --state or --plan",
    );
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${text} is no number of seconds`);
  return value;
}

runCommand(main);
