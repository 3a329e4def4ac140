import * as path from "node:path";
import { loadStackFile } from "../configs/stack/load";
import type { StackConfig } from "../configs/stack/schema";
import { MEASURED_FILE, type Measured, type MeasuredSignal } from "../plan/measured";
import { experiments, shortExperiments } from "../rehearsal/experiments/catalog";
import type { ExperimentResult } from "../rehearsal/experiments/result";
import type { Signal } from "../smoke/items";
import { readResults, sum, worst } from "./experiments";
import type { GeneratedFile } from "./generated";

/** What can happen to a running stack; a limit that refuses and a client that is wrong are no losses. */
const EVENTS = [
  ...["roll", "roll-rings", "roll-one", "kill", "kill-one", "kill-two", "zone"],
  ...["restart-in-loss", "s3-away", "s3-away-60", "s3-slow", "s3-503"],
  ...["memcached-away", "dns-away"],
];

/** The figures that a plan's warnings and the report's "what if" show, from the kept results. */
export function measuredFile(root: string): GeneratedFile {
  const stacks = new Map<string, StackConfig>();
  const configOf = (stack: string): StackConfig => {
    const known = stacks.get(stack) ?? loadStackFile(path.join(root, `Pulumi.${stack}.yaml`));
    stacks.set(stack, known);
    return known;
  };
  const measured = measuredIn(readResults(root), configOf);
  return {
    path: MEASURED_FILE,
    content: `${JSON.stringify({ from: "rehearsal/results, by npm run generate", measured }, undefined, 2)}\n`,
  };
}

/** One entry per experiment and stack, in the catalog's order. */
export function measuredIn(
  results: readonly ExperimentResult[],
  configOf: (stack: string) => StackConfig,
): Measured[] {
  return [...experiments, ...shortExperiments]
    .filter(({ name }) => EVENTS.includes(name))
    .flatMap(({ name, title }) =>
      ["dev", "prod"].flatMap((stack) => {
        const runs = results.filter(
          ({ experiment, stack: of, traffic }) =>
            experiment === name && of === stack && traffic !== undefined,
        );
        if (runs.length === 0) return [];
        const days = runs.map(({ date }) => date.slice(0, 10)).sort();
        return [
          {
            experiment: name,
            title: title.replaceAll("`", ""),
            stack,
            runs: runs.length,
            from: days[0] ?? "",
            to: days.at(-1) ?? "",
            signals: signalsOf(runs, configOf(stack)),
          },
        ];
      }),
    );
}

function signalsOf(runs: readonly ExperimentResult[], config: StackConfig): MeasuredSignal[] {
  const factors: Readonly<Record<Signal, number>> = {
    metrics: config.mimir.replicationFactor,
    logs: config.loki.replicationFactor,
    traces: config.tempo.replicationFactor,
    profiles: 1,
  };
  const reports = runs.flatMap(({ traffic }) => traffic?.signals ?? []);
  const signals = [...new Set(reports.map(({ signal }) => signal))].sort();
  return signals.map((signal) => {
    const own = reports.filter((report) => report.signal === signal);
    return {
      signal,
      replicationFactor: factors[signal],
      pushes: sum(own, "pushes"),
      pushesRefused: sum(own, "pushesRefused"),
      refusedSeconds: worst(own, "refusedSeconds"),
      acknowledged: sum(own, "acknowledged"),
      lost: sum(own, "lost"),
      reads: sum(own, "reads"),
      readsFailed: sum(own, "readsFailed"),
      failedReadSeconds: worst(own, "failedReadSeconds"),
      readsShort: sum(own, "readsShort"),
    };
  });
}
