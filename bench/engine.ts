/**
 * `npm run bench:engine`: how long the real engine takes over the shipped production stack, with the stand-in's
 * providers, from the start of the CLI to its end. Medians of 5 in turn.
 */
import * as path from "node:path";
import { Lane } from "../test/engine/lane";
import { median } from "./measure";

const ROUNDS = 5;
const MOST_PREVIEW_SECONDS = 8;
const MOST_QUIET_SECONDS = 6;

const pack = path.join(__dirname, "..", "policies");
const policy = {
  policyPacks: [pack],
  policyPackConfigs: [path.join(pack, "config.prod.json")],
};

async function main(): Promise<void> {
  const [empty, full] = [await Lane.open("bench-empty"), await Lane.open("bench-full")];
  // As a user's engine does.
  for (const lane of [empty, full]) lane.serve(undefined);
  try {
    const [fresh, deployed] = [await empty.stack("prod"), await full.stack("prod")];
    const up = await deployed.up();
    const seconds = { preview: [] as number[], quiet: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      seconds.preview.push((await fresh.preview(policy)).seconds);
      seconds.quiet.push((await deployed.preview({ expectNoChanges: true })).seconds);
    }
    console.log(`first up of prod: ${up.seconds.toFixed(1)} s`);
    const bars = [
      ["preview of prod with the policy pack", median(seconds.preview), MOST_PREVIEW_SECONDS],
      ["preview of prod without a change", median(seconds.quiet), MOST_QUIET_SECONDS],
    ] as const;
    for (const [what, value, most] of bars) {
      const ok = value <= most;
      if (!ok) process.exitCode = 1;
      console.log(`  ${ok ? "ok  " : "OVER"} ${what}: ${value.toFixed(2)} s (at most ${most})`);
    }
  } finally {
    empty.close();
    full.close();
  }
}

void main();
