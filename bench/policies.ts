/** Judges the plan of prod several times over in this process and prints the medians of the processor time in milliseconds, as JSON. */
import "../plan/lean";
import * as fs from "node:fs";
import { judge, type Judged, type JudgedResource } from "../policies/judge";
import { makePlan } from "../plan/makePlan";
import { median } from "./measure";

const ROUNDS = 5;

/** The plan several times over, each with names, ids and references of its own. */
function repeated(plan: Judged, times: number): Judged {
  const text = JSON.stringify(plan.resources);
  const copies = Array.from({ length: times }, (_, index) =>
    index === 0
      ? plan.resources
      : (JSON.parse(
          text
            .replaceAll("lgtm", `lgtm${index}`)
            .replace(/\b(sg|subnet|vpc|rtb|sgr|srv)-/g, `$1-${index}`),
        ) as JudgedResource[]),
  );
  return { resources: copies.flat() };
}

async function main() {
  const { plan } = await makePlan("Pulumi.prod.yaml");
  const policyConfig = JSON.parse(fs.readFileSync("policies/config.prod.json", "utf8")) as Record<
    string,
    unknown
  >;
  const milliseconds: Record<string, number> = {};
  for (const times of [1, 5, 20]) {
    const judged = repeated(plan, times);
    const samples: number[] = [];
    // The first round is the warm-up, except for the first size: a plan is judged once per process.
    for (let round = 0; round < (times === 20 ? 2 : ROUNDS); round++) {
      const started = process.cpuUsage();
      await judge(judged, { policyConfig });
      const { user, system } = process.cpuUsage(started);
      // Time on the processor: another process that takes it away is not growth.
      samples.push((user + system) / 1000);
    }
    milliseconds[`first ${times}`] = samples[0] ?? Number.NaN;
    milliseconds[String(times)] = median(samples);
  }
  process.stdout.write(`${JSON.stringify(milliseconds)}\n`);
}

void main();
