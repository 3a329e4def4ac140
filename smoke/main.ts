import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Command, Option } from "commander";
import { loadStackFile } from "../configs/stack/load";
import { runCommand, stackFile } from "../operate/stackFile";
import { listenerRuleCount } from "../stacks/listenerRules";
import { frontDoorOf, gatewayOf, grafanaAt, grafanaOf, type Door, type ReadingRoom } from "./doors";
import { readOptions, type SmokeFlags } from "./options";
import { exitCodeOf, smokePage } from "./report";
import { smoke } from "./smoke";

const pairs = (value: string, before: readonly string[] = []): string[] => [...before, value];

function command(): Command {
  return new Command("npm run smoke --")
    .description(
      "Sends metrics, logs and traces (with the gateway also profiles) and reads back what was acknowledged.\n" +
        "Exit codes: 1 bad input, 2 a push was refused, 3 something acknowledged was not read back.",
    )
    .argument("[stack]", "name of a deployed stack: asks pulumi and Secrets Manager for the rest")
    .option("--plan <file>", "plan.json with the URLs")
    .option("--outputs <file>", "`pulumi stack output --json` with the URLs")
    .option("--url <way=url>", "where to send, per way; `grafana=URL` for Grafana", pairs)
    .option("--read <signal=url>", "read a signal from its server, not through Grafana", pairs)
    .addOption(
      new Option("--door <which>", "which doors to try")
        .choices(["front-door", "gateway", "both"])
        .default("front-door"),
    )
    .option("--token-file <file>", "ingest token (default: environment INGEST_TOKEN)")
    .option("--grafana-password-file <file>", "of the user admin (default: GRAFANA_PASSWORD)")
    .option("--ca <file>", "PEM of an authority to trust, too")
    .option("--resolve-to <address>", "connect there for every HTTPS host")
    .option("--resolve-port <port>", "port at that address, where it is not the URL's")
    .option("--items <count>", "items per way", "20")
    .option("--batches <count>", "pushes per way", "4")
    .option("--timeout <seconds>", "longest wait for one answer", "10")
    .option("--read-timeout <seconds>", "how long until an item must be readable", "120")
    .option("--force", "also where the load balancer lets in named addresses only")
    .option("--json", "print the report as JSON")
    .showHelpAfterError();
}

async function main(): Promise<void> {
  const parsed = command().parse();
  const flags = parsed.opts<SmokeFlags>();
  const stack = parsed.args[0];
  const excuse = stack === undefined || flags.force === true ? undefined : notFromHere(stack);
  if (excuse !== undefined) {
    process.stdout.write(`smoke test of ${stack} skipped: ${excuse}\n`);
    return;
  }
  const options = readOptions(stack, flags, process.env);
  const outputs =
    options.outputs ?? (stack === undefined ? undefined : await outputsOfStack(stack));
  const secrets = stack === undefined ? {} : await secretsOf(stack, outputs);
  const token = options.token ?? secrets.token;
  const password = options.grafanaPassword ?? secrets.grafanaPassword;
  const report = await smoke({
    ...options,
    doors: doorsOf(flags.door, outputs, options.urls, token),
    room: roomOf(outputs, options, password),
    readPauseMs: 1000,
  });
  process.stdout.write(
    flags.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : smokePage(report),
  );
  process.exitCode = exitCodeOf(report);
}

function doorsOf(
  which: SmokeFlags["door"],
  outputs: unknown,
  urls: Door["urls"],
  token: string | undefined,
): Door[] {
  const front = frontDoorOf(outputs, token);
  const doors = [
    ...(which === "gateway" ? [] : [{ ...front, urls: { ...front.urls, ...urls } }]),
    ...(which === "front-door" ? [] : [gatewayOf(outputs)]),
  ];
  if (doors.every((door) => Object.keys(door.urls).length === 0))
    throw new Error("nowhere to send: the outputs have no `urls`, and no --url was given");
  return doors;
}

function roomOf(
  outputs: unknown,
  { read, grafanaUrl }: ReturnType<typeof readOptions>,
  password: string | undefined,
): ReadingRoom {
  // Whoever names servers reads from them, and nowhere else.
  if (Object.keys(read).length > 0) return { urls: read };
  if (password === undefined || password === "")
    throw new Error(
      "nothing can be read back: give Grafana's password (GRAFANA_PASSWORD or --grafana-password-file), or --read",
    );
  return grafanaUrl === undefined ? grafanaOf(outputs, password) : grafanaAt(grafanaUrl, password);
}

/** Why a deployment's pipeline cannot reach a stack; undefined where it can. */
function notFromHere(stack: string): string | undefined {
  const { ingress } = loadStackFile(stackFile(stack), { listenerRules: listenerRuleCount });
  if (ingress.internal) return "its load balancer is internal; run it inside the VPC with --force";
  if (ingress.auth === "cidr" || ingress.auth === "both")
    return "its load balancer lets in ingress.allowedCidrs only; run it from there with --force";
  return undefined;
}

async function outputsOfStack(stack: string): Promise<unknown> {
  const args = ["stack", "output", "--json", "--stack", stack];
  try {
    const { stdout } = await promisify(execFile)("pulumi", args);
    return JSON.parse(stdout) as unknown;
  } catch (error) {
    throw new Error(
      `what was deployed is not known: ${error instanceof Error ? error.message : String(error)}\n` +
        "log in to the stack's backend, or give --outputs or --plan",
    );
  }
}

/** The token and the password of a deployed stack, by the ARNs in its outputs. */
async function secretsOf(
  stack: string,
  outputs: unknown,
): Promise<{ token?: string; grafanaPassword?: string }> {
  const { ingestTokenSecretArns = {}, grafanaAdminPasswordSecretArn } = outputs as {
    ingestTokenSecretArns?: Readonly<Record<string, string>>;
    grafanaAdminPasswordSecretArn?: string;
  };
  const { region } = loadStackFile(stackFile(stack), { listenerRules: listenerRuleCount });
  const client = new SecretsManagerClient({ region, maxAttempts: 5 });
  const valueOf = async (arn: string | undefined) =>
    arn === undefined
      ? undefined
      : (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString;
  return {
    token: await valueOf(Object.values(ingestTokenSecretArns)[0]),
    grafanaPassword: await valueOf(grafanaAdminPasswordSecretArn),
  };
}

runCommand(main);
