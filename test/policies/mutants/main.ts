import * as fs from "node:fs";
import * as path from "node:path";
import program from "../../../index";
import { makePlan } from "../../../plan/makePlan";
import { judge, type Judged } from "../../../policies/judge";
import { peerSources, type Peer } from "../../../policies/peers";
import { peersRun } from "../../../policies/peersRun";
import { mutants } from "./all";
import { seenBy } from "./seenByPeers";
import { isKilled, run, type Outcome, type Settings, type ShippedPlans } from "./run";

const root = path.join(__dirname, "..", "..", "..");

/** The shipped stacks, planned afresh. */
export async function shippedPlans(): Promise<ShippedPlans> {
  const planOf = async (stack: string): Promise<Judged> =>
    (await makePlan(path.join(root, `Pulumi.${stack}.yaml`), () => Promise.resolve(program())))
      .plan;
  return { dev: await planOf("dev"), prod: await planOf("prod") };
}

export function shippedSettings(): Settings {
  const read = (stack: string) =>
    JSON.parse(
      fs.readFileSync(path.join(root, "policies", `config.${stack}.json`), "utf8"),
    ) as Record<string, unknown>;
  return { dev: read("dev"), prod: read("prod") };
}

/** `npm run test:mutants`: exit code 1 where one survives or gives another finding than its own. */
async function main(): Promise<void> {
  const [plans, settings] = [await shippedPlans(), shippedSettings()];
  const started = performance.now();
  const outcomes: Outcome[] = [];
  const only = process.argv[2];
  const shipped = await falseFindings(plans, settings);
  for (const each of shipped) console.log(`false finding: ${each}`);
  for (const mutant of mutants) {
    if (only === undefined || mutant.name.includes(only))
      outcomes.push(await run(mutant, plans, settings));
  }
  const seconds = (performance.now() - started) / 1000;
  const failed = outcomes.filter((outcome) => !isKilled(outcome));
  for (const { mutant, missing, surprising } of failed) {
    console.log(`survived or surprised: ${mutant.name} (${mutant.stack})`);
    for (const each of missing) console.log(`  missing    ${each}`);
    for (const each of surprising) console.log(`  surprising ${each}`);
  }
  const operators = new Set(outcomes.map(({ mutant }) => mutant.operator)).size;
  console.log(
    `${outcomes.length - failed.length} of ${outcomes.length} mutants killed, each by exactly its expected findings (${operators} operators, ${seconds.toFixed(1)} s).`,
  );
  for (const peer of Object.keys(peerSources) as Peer[]) {
    const seen = seenBy(
      peer,
      outcomes.map(({ mutant }) => mutant),
    );
    const run = peersRun.peers.find((each) => each.peer === peer);
    const found =
      run === undefined
        ? "was read and not run"
        : `found ${Object.keys(run.seen).length} of ${peersRun.mutants} when it was run on ${peersRun.date}`;
    console.log(`${peer} has a rule about ${seen} of them, and ${found}.`);
  }
  console.log(`${shipped.length} false findings on the shipped plans.`);
  if (failed.length + shipped.length > 0) process.exitCode = 1;
}

/** What the pack says about the shipped plans, which should be nothing. */
export async function falseFindings(plans: ShippedPlans, settings: Settings): Promise<string[]> {
  const found: string[] = [];
  for (const stack of ["dev", "prod"] as const) {
    const { findings } = await judge(plans[stack], { policyConfig: settings[stack] });
    found.push(...findings.map(({ rule, finding, urn }) => `${stack} ${rule} ${finding} ${urn}`));
  }
  return found;
}

if (require.main === module) void main();
