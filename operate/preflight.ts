import "../plan/lean";
import * as dns from "node:dns/promises";
import { Command } from "commander";
import { makePlan } from "../plan/makePlan";
import { hostNames } from "../stacks/dns";
import { checkPage, exitCodeOf } from "./check";
import { clientsFor } from "./clients";
import { preflight } from "./preflight/preflight";
import { runCommand, stackFile } from "./stackFile";

/** `npm run preflight -- STACK`: exit code 0, or 1 where a first `pulumi up` would fail. */
async function main(): Promise<void> {
  const command = new Command("npm run preflight --")
    .description("Check the account before a first `pulumi up`, and print the mends. Only reads.")
    .argument("<stack>", "name of the stack (dev for Pulumi.dev.yaml), or the path of its file")
    .option("--json", "print the findings as JSON")
    .showHelpAfterError()
    .parse();
  const { config, catalog, plan } = await makePlan(stackFile(command.args[0] ?? ""));
  const results = await preflight(
    { config, plan, hosts: hostNames(catalog, config) },
    { clients: clientsFor(config.region), resolveNameServers: (domain) => dns.resolveNs(domain) },
  );
  const title = `Preflight of stack ${config.stack}: account ${config.accountId}, ${config.region}`;
  process.stdout.write(
    command.opts<{ json?: boolean }>().json === true
      ? `${JSON.stringify(results, undefined, 2)}\n`
      : checkPage(title, results),
  );
  process.exitCode = exitCodeOf(results);
}

runCommand(main);
