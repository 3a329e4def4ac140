/**
 * What the rehearsal measured of a stack's shape: plan/measured.json, made from the kept results by `npm run generate`
 * (docs/measured.ts). A plan only reads it.
 */
import generated from "./measured.json";

/** The results of one experiment on one of the shipped stacks, all runs together. */
export interface Measured {
  /** `kill`. */
  readonly experiment: string;
  /** What was done, in one line. */
  readonly title: string;
  /** Stack that was rehearsed. */
  readonly stack: string;
  readonly runs: number;
  /** Days of the first and the last run, `2026-11-25`. */
  readonly from: string;
  readonly to: string;
  readonly signals: readonly MeasuredSignal[];
}

/** One signal; counts are sums over the runs, times the worst of them. */
export interface MeasuredSignal {
  readonly signal: string;
  /** Copies of each write in that stack. What was measured says nothing of another number. */
  readonly replicationFactor: number;
  readonly pushes: number;
  readonly pushesRefused: number;
  readonly refusedSeconds: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly reads: number;
  readonly readsFailed: number;
  readonly failedReadSeconds: number;
  readonly readsShort: number;
}

/** Copies of each write, by the product that keeps them. */
export interface Shape {
  readonly mimir: { readonly replicationFactor: number };
  readonly loki: { readonly replicationFactor: number };
  readonly tempo: { readonly replicationFactor: number };
}

export const MEASURED_FILE = "plan/measured.json";

/** What has been kept; nothing where nothing was rehearsed. */
const kept: readonly Measured[] = generated.measured;

/** What holds for a shape: signals with as many copies as in the stack that was rehearsed. */
export function measuredFor(shape: Shape, all: readonly Measured[] = kept): Measured[] {
  const factors: Readonly<Record<string, number>> = {
    metrics: shape.mimir.replicationFactor,
    logs: shape.loki.replicationFactor,
    traces: shape.tempo.replicationFactor,
    profiles: 1,
  };
  return all
    .map((each) => ({
      ...each,
      signals: each.signals.filter(
        ({ signal, replicationFactor }) => factors[signal] === replicationFactor,
      ),
    }))
    .filter(({ signals }) => signals.length > 0);
}

/** When, how often and by which command. */
export function sourceOf({ experiment, stack, runs, from, to }: Measured): string {
  const when = from === to ? from : `${from} to ${to}`;
  const often = runs === 1 ? "1 run" : `${runs} runs`;
  return `${when}, ${often} of npm run rehearse -- ${stack} --experiment ${experiment}`;
}

/** What was refused, lost, failed and short of one signal: `logs: pushes refused for 31 s (40 of 900), …`. */
export function signalText(signal: MeasuredSignal): string {
  const share = (count: number, of: number, what: string, seconds?: number) =>
    count === 0
      ? []
      : [`${what}${seconds === undefined ? "" : ` for ${seconds} s`} (${count} of ${of})`];
  const hurts = [
    ...share(signal.pushesRefused, signal.pushes, "pushes refused", signal.refusedSeconds),
    ...share(signal.lost, signal.acknowledged, "acknowledged items lost"),
    ...share(signal.readsFailed, signal.reads, "reads failed", signal.failedReadSeconds),
    ...share(signal.readsShort, signal.reads, "reads short"),
  ];
  return `${signal.signal}: ${
    hurts.length > 0
      ? hurts.join(", ")
      : `nothing refused, lost, failed or short (${signal.acknowledged} items)`
  }`;
}

const hurts = (signal: MeasuredSignal): boolean =>
  signal.pushesRefused + signal.lost + signal.readsFailed + signal.readsShort > 0;

/** What the rehearsal saw that hurts a stack of this shape, one line per experiment. */
export function measuredWarnings(shape: Shape, all?: readonly Measured[]): string[] {
  return measuredFor(shape, all)
    .map((each) => ({ ...each, signals: each.signals.filter(hurts) }))
    .filter(({ signals }) => signals.length > 0)
    .map(
      (each) =>
        `measured: ${each.title}. ${each.signals.map(signalText).join("; ")} (${sourceOf(each)})`,
    );
}
