import type { Plan } from "../plan/plan";
import type { Timing } from "./scheduler/timing";

/** What the command hands to the process inside the sandbox. */
export interface RehearsalSettings {
  readonly plan: Plan;
  /** Folder of the repository. */
  readonly projectRoot: string;
  /** Program of this machine by the image's program name; an image without one is not started. */
  readonly programs: Readonly<Record<string, string>>;
  /** Version of each program that says its version, `2.9.0`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Program of the S3 server behind the stand-in. */
  readonly s3Program: string;
  readonly timing: Timing;
  /** Longest wait until everything is ready, in seconds. */
  readonly readySeconds: number;
  /** Folder for the tasks' logs; absent: they are gone with the sandbox. */
  readonly logs?: string;
}

/** What `main.ts` asks for. */
export interface Order {
  readonly settings: RehearsalSettings;
  readonly json: boolean;
  readonly keep: boolean;
  /** Port of 127.0.0.1 outside whose connections are handed in, while it is kept. */
  readonly port?: number;
  /** Permissions to take out one at a time: a regular expression over their names; absent: none. */
  readonly removals?: string;
}

/** Exit codes of `npm run rehearse`. */
export const exitCodes = {
  /** Everything became ready and did what it should. */
  good: 0,
  /** It could not be rehearsed: mistakes in what was asked, or in this machine. */
  impossible: 1,
  /** It was rehearsed and does not keep its promises. */
  broken: 2,
} as const;
