import { createHash } from "node:crypto";

/** What is sent, by the product that keeps it. */
export type Signal = "metrics" | "logs" | "traces" | "profiles";

/** A way into the stack: one protocol at one door. */
export type Way =
  | "remote-write"
  | "otlp-metrics"
  | "loki-push"
  | "otlp-logs"
  | "otlp-grpc-traces"
  | "otlp-http-traces"
  | "profiles";

export const signalOf: Readonly<Record<Way, Signal>> = {
  "remote-write": "metrics",
  "otlp-metrics": "metrics",
  "loki-push": "logs",
  "otlp-logs": "logs",
  "otlp-grpc-traces": "traces",
  "otlp-http-traces": "traces",
  profiles: "profiles",
};

/** Name under which everything is sent: metric name, job and service name. */
export const SERVICE = "lgtm-smoke";
export const METRIC = "lgtm_smoke";

/** Items that belong together: one series, one log stream, or the traces and profiles of one sender. */
export interface Stream {
  /** Id of the run; every item carries it, so that runs never see each other's. */
  readonly run: string;
  readonly way: Way;
  /** Name of the stream inside the run: letters, digits and hyphens. */
  readonly name: string;
  /** Level of log lines that are pushed. @default "info", which Loki keeps for the shortest time */
  readonly level?: string;
}

/** One thing to account for: a sample, a log line, a trace, a profile. */
export interface Item {
  /** Unique inside its stream. */
  readonly sequence: number;
  /** Time stamp in milliseconds since 1970, unique inside its stream. */
  readonly timeMs: number;
}

/** Spans of each trace: a trace counts as found when all of them are there. */
export const SPANS_PER_TRACE = 2;

/** Id of the trace that an item is; sender and reader both know it without talking. */
export const traceIdOf = (stream: Stream, item: Item): string =>
  createHash("sha256")
    .update(`${stream.run}/${stream.way}/${stream.name}/${item.sequence}`)
    .digest("hex")
    .slice(0, 32);

/** Text of a log line: the item can be told from the line alone, whatever a gateway wraps around it. */
export const lineOf = (stream: Stream, item: Item): string =>
  `run=${stream.run} stream=${stream.name} sequence=${item.sequence} of a smoke test`;

/** The items named in a text, of one stream. */
export function sequencesIn(text: string, stream: Stream): number[] {
  const pattern = new RegExp(`run=${stream.run} stream=${stream.name} sequence=(\\d+) `, "g");
  return [...text.matchAll(pattern)].map((match) => Number(match[1]));
}

/** Name of the stack frame that an item of a profile is. */
export const frameOf = (stream: Stream, item: Item): string =>
  `run=${stream.run} stream=${stream.name} sequence=${item.sequence} `;
