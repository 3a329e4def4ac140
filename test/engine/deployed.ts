import { Lane } from "./lane";
import type { LaneStack, Outcome } from "./laneStack";

/** A stack file as it is shipped, deployed into an empty account. Fork the lane before changing anything. */
export interface Deployed {
  readonly lane: Lane;
  readonly stack: LaneStack;
  readonly preview: Outcome;
  readonly up: Outcome;
}

const deployments = new Map<string, Promise<Deployed>>();

/** Deployed once in a run, whoever asks. */
export function deployed(name: "dev" | "prod"): Promise<Deployed> {
  const known = deployments.get(name) ?? deploy(name);
  deployments.set(name, known);
  return known;
}

async function deploy(name: string): Promise<Deployed> {
  const lane = await Lane.open(name);
  // Other files of the same process may ask for it too.
  process.once("exit", () => lane.close());
  const stack = await lane.stack(name);
  return { lane, stack, preview: await stack.preview(), up: await stack.up() };
}

/** Runs work on a copy of a deployed stack. */
export async function onCopy<T>(
  name: "dev" | "prod",
  work: (stack: LaneStack, lane: Lane) => Promise<T>,
): Promise<T> {
  const lane = (await deployed(name)).lane.fork(name);
  try {
    return await work(await lane.stack(name), lane);
  } finally {
    lane.close();
  }
}
