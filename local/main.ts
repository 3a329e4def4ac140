/**
 * `npm run local -- STACK`: the plan on this machine, in containers. `npm run local -- down STACK` ends it.
 * Exit codes: 1 for bad input, and where Docker cannot start what was written.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { runCommand } from "../operate/stackFile";
import type { Plan } from "../plan/plan";
import { readPlanFile } from "../plan/planFile";
import { ThrowAwayAuthority } from "../rehearsal/cloud/certificates";
import { readPlanView } from "../rehearsal/planView";
import { localRunOf } from "./compose";
import { composeArguments, docker, dockerIsMissing } from "./docker";
import { COMPOSE_FILE, localSecrets, writeRun } from "./folder";
import { page } from "./page";

interface UpOptions {
  readonly plan?: string;
  readonly out?: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly start: boolean;
}

const port = (text: string): number => {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number < 65536) return number;
  throw new InvalidArgumentError("a port is a whole number from 1 to 65535.");
};

const folderOf = (stack: string, out?: string): string =>
  path.resolve(out ?? path.join("plans", `${stack}-local`));

const projectOf = (stack: string): string => `lgtm-local-${stack.toLowerCase()}`;

async function up(stack: string, options: UpOptions): Promise<void> {
  const planFile = options.plan ?? path.join("plans", stack, "plan.json");
  const plan = readPlan(planFile, stack);
  const view = readPlanView(plan);
  const folder = folderOf(stack, options.out);
  const { secrets, credentials, kept } = localSecrets(folder, plan, view);
  const run = localRunOf(plan, view, {
    secrets,
    credentials,
    listenerPorts: new Map([
      [443, options.httpsPort],
      [80, options.httpPort],
    ]),
  });
  await writeRun(folder, run, kept, await ThrowAwayAuthority.make());
  const args = composeArguments(projectOf(stack), path.join(folder, COMPOSE_FILE), [
    ...["up", "--detach", "--remove-orphans"],
  ]);
  const obstacle = options.start ? dockerIsMissing() : undefined;
  process.stdout.write(
    page({ stack, folder, run, httpsPort: options.httpsPort, project: projectOf(stack) }),
  );
  if (!options.start || obstacle !== undefined) {
    process.stdout.write(`\nStart it with:\n  docker ${args.join(" ")}\n`);
  }
  if (obstacle !== undefined) throw new Error(`Written, not started: ${obstacle}.`);
  if (options.start) await docker(args);
}

async function down(
  stack: string,
  options: { readonly out?: string; readonly volumes?: boolean },
): Promise<void> {
  const file = path.join(folderOf(stack, options.out), COMPOSE_FILE);
  if (!fs.existsSync(file)) throw new Error(`nothing to end: there is no ${file}`);
  const obstacle = dockerIsMissing();
  if (obstacle !== undefined) throw new Error(`Cannot end it: ${obstacle}.`);
  await docker(
    composeArguments(projectOf(stack), file, [
      ...["down", "--remove-orphans"],
      ...(options.volumes === true ? ["--volumes"] : []),
    ]),
  );
}

function readPlan(file: string, stack: string): Plan {
  if (!fs.existsSync(file)) {
    throw new Error(`there is no ${file}: make it with \`npm run plan -- ${stack}\``);
  }
  return readPlanFile(file);
}

const command = new Command("npm run local --").showHelpAfterError();
command
  .command("up <stack>", { isDefault: true })
  .description("write compose.yaml from a plan, and start it with Docker")
  .option("--plan <file>", "plan.json (default: plans/STACK/plan.json)")
  .option("--out <dir>", "folder to write (default: plans/STACK-local)")
  .option("--https-port <port>", "port on 127.0.0.1 for the load balancer's 443", port, 443)
  .option("--http-port <port>", "port on 127.0.0.1 for the load balancer's 80", port, 80)
  .option("--no-start", "only write")
  .action((stack: string, options: UpOptions) => up(stack, options));
command
  .command("down <stack>")
  .description("end what `up` started")
  .option("--out <dir>", "folder of the run (default: plans/STACK-local)")
  .option("--volumes", "with its data")
  .action((stack: string, options: { out?: string; volumes?: boolean }) => down(stack, options));

runCommand(async () => {
  await command.parseAsync();
});
