import type { Happening } from "../journal";
import type { TaskStop } from "../scheduler/scheduler";
import type { MemoryUse } from "../tasks/memory";
import type { TrafficReport } from "../traffic/traffic";

/** One run of one experiment, as it is kept. */
export interface ExperimentResult {
  readonly version: 1;
  readonly experiment: string;
  readonly title: string;
  readonly stack: string;
  /** When it began, ISO 8601. */
  readonly date: string;
  /** First line of what each program says of its version. */
  readonly programs: Readonly<Record<string, string>>;
  /** Load average of the machine at the beginning and the number of its processors. */
  readonly machine: { readonly loadAverage: number; readonly processors: number };
  /** What was changed in the plan before it was started. */
  readonly changes: readonly string[];
  /** From nothing to everything healthy. */
  readonly readySeconds?: number;
  /** How many tasks were started, at first. */
  readonly tasks: number;
  /** What happened, with seconds since the event. */
  readonly happenings: readonly Happening[];
  readonly traffic?: TrafficReport;
  /** What the servers count of their own copies, by service, at the end. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How servers ended that were asked to. Absent in results from before it was counted. */
  readonly stops?: readonly TaskStop[];
  /** What tasks used of their memory limits. Absent in results from before they were limited. */
  readonly memory?: readonly MemoryUse[] | "not limited";
  /** What had been refused on the way, each in one line. */
  readonly refused: readonly string[];
  /** Promises that were not kept; empty: green. */
  readonly broken: readonly string[];
  readonly notRehearsed: readonly string[];
}
