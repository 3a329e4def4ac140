import { badTraffic } from "./badTraffic";
import * as dependencies from "./dependencies";
import type { Experiment } from "./experiment";
import { overload } from "./overload";
import * as replacements from "./replacements";
import { retention } from "./retention";

/** Every experiment, in the order of the table. */
export const experiments: readonly Experiment[] = [
  dependencies.coldStart,
  replacements.roll,
  replacements.kill,
  replacements.killTwo,
  replacements.zone,
  replacements.restartInLoss,
  dependencies.s3AwayLong,
  dependencies.s3Slow,
  dependencies.s3Errors,
  dependencies.memcachedAway,
  dependencies.dnsAway,
  overload,
  badTraffic,
  retention,
];

/** Shorter ones, for the lane in CI. */
export const shortExperiments: readonly Experiment[] = [
  replacements.rollOne,
  replacements.rollRings,
  replacements.killOneRing,
  dependencies.s3AwayShort,
];

/** @throws Error naming all of them, where there is none of that name. */
export function experimentNamed(name: string): Experiment {
  const all = [...experiments, ...shortExperiments];
  const found = all.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`no experiment ${name}; there are ${all.map((each) => each.name).join(", ")}`);
  return found;
}
