import * as fs from "node:fs";
import * as path from "node:path";
import { median } from "../bench/measure";
import { experiments, shortExperiments } from "../rehearsal/experiments/catalog";
import type { ExperimentResult } from "../rehearsal/experiments/result";
import type { PrivilegeReport, Removal } from "../rehearsal/privilege/measure";
import { traps } from "../rehearsal/experiments/traps";
import type { SignalReport } from "../rehearsal/traffic/ledger";
import { markdown, withGenerated } from "./page";

/** Folder of the results that are kept. */
export const RESULTS = "rehearsal/results";

/** The page of the rehearsal, with the tables made from the kept results. */
export function rehearsalPage(root: string, page: string): string {
  const results = readResults(root);
  const parts: Record<string, string> = {
    experiments: experimentsTable(results),
    start: startTable(results),
    traps: trapsTable(results),
    privileges: privilegesTable(read<PrivilegeReport>(root, path.join(RESULTS, "privileges"))),
  };
  return withGenerated(page, parts);
}

/** Every kept result, the oldest of each experiment first. */
export const readResults = (root: string): ExperimentResult[] => read(root, RESULTS);

function read<Result>(root: string, folder: string): Result[] {
  return fs
    .readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(fs.readFileSync(path.join(root, folder, file), "utf8")) as Result);
}

/** What is built here is not always what is deployed: `2.9.0`. */
const tempoOf = ({ programs }: ExperimentResult): string =>
  /\d+\.\d+\.\d+/.exec(programs["tempo"] ?? "")?.[0] ?? "unknown";

/** A row per experiment, stack, version of Tempo and signal; sums over the runs, and the worst of what is a time. */
export function experimentsTable(results: readonly ExperimentResult[]): string {
  const versions = [...new Set(results.map(tempoOf))];
  const shapes = ["dev", "prod"].flatMap((stack) => versions.map((tempo) => ({ stack, tempo })));
  const rows = [...experiments, ...shortExperiments].flatMap(({ name, title }) =>
    shapes.flatMap(({ stack, tempo }) => {
      const runs = results.filter(
        (each) => each.experiment === name && each.stack === stack && tempoOf(each) === tempo,
      );
      if (runs.length === 0) return [];
      const signals = [
        ...new Set(
          runs.flatMap(({ traffic }) => traffic?.signals.map((each) => each.signal) ?? []),
        ),
      ].sort();
      return signals.map((signal, index) => {
        const reports = runs.flatMap(
          ({ traffic }) => traffic?.signals.filter((each) => each.signal === signal) ?? [],
        );
        const first = index === 0;
        return [
          first ? title : "",
          first ? stack : "",
          first ? tempo : "",
          first ? String(runs.length) : "",
          signal,
          share(reports, "pushesRefused", "pushes", "refusedSeconds"),
          `${sum(reports, "lost")} of ${sum(reports, "acknowledged")}`,
          share(reports, "readsFailed", "reads", "failedReadSeconds"),
          shortCell(reports),
          `${(worst(reports, "slowestReadMs") / 1000).toFixed(1)} s`,
          first ? verdict(runs) : "",
        ];
      });
    }),
  );
  return markdown(
    [
      ...["what is done", "stack", "Tempo", "runs", "signal", "pushes refused", "lost"],
      ...["reads failed", "reads short", "slowest read", "promises"],
    ],
    rows,
  );
}

function trapsTable(results: readonly ExperimentResult[]): string {
  const rows = traps.map((trap) => {
    const runs = results.filter(({ experiment }) => experiment === `trap-${trap.name}`);
    const noticed = runs.filter(({ broken }) => broken.some((each) => trap.says.test(each)));
    const words = noticed[0]?.broken.find((each) => trap.says.test(each)) ?? "";
    const outcome =
      runs.length === 0
        ? trap.needs === undefined
          ? "not run yet"
          : `not run: no binary of ${trap.needs}`
        : `${noticed.length} of ${runs.length}`;
    return [trap.title, trap.stack, outcome, words.replaceAll("|", "\\|").slice(0, 160)];
  });
  return markdown(["trap put back into the plan", "stack", "noticed", "by these words"], rows);
}

/** How long the cold starts took from nothing until everything that can be started was ready. */
export function startTable(results: readonly ExperimentResult[]): string {
  const rows = ["dev", "prod"].flatMap((stack) => {
    const runs = results.filter(
      (each) => each.experiment === "cold-start" && each.stack === stack && each.readySeconds,
    );
    if (runs.length === 0) return [];
    const seconds = runs.map(({ readySeconds = NaN }) => readySeconds).sort((a, b) => a - b);
    const loads = runs.map(({ machine }) => machine.loadAverage);
    const [first] = runs;
    return [
      [
        stack,
        String(first?.tasks ?? ""),
        String(runs.length),
        `${median(seconds).toFixed(1)} s`,
        `${seconds.at(0)?.toFixed(1)} to ${seconds.at(-1)?.toFixed(1)} s`,
        `${Math.min(...loads)} to ${Math.max(...loads)}`,
        String(first?.machine.processors ?? ""),
      ],
    ];
  });
  return markdown(
    ["stack", "tasks", "cold starts", "median", "all", "load average before", "processors"],
    rows,
  );
}

const verdicts: readonly Removal["verdict"][] = [
  "needed",
  "used",
  "not needed by the rehearsed parts",
  "not rehearsed",
];

/** A row per permission; of several measurements of one, the last. */
export function privilegesTable(reports: readonly PrivilegeReport[]): string {
  const last = new Map(
    [...reports]
      .sort((a, b) => a.date.localeCompare(b.date))
      .flatMap(({ stack, removals }) =>
        removals.map((removal) => [`${stack} ${removal.name}`, { stack, removal }] as const),
      ),
  );
  const rows = [...last.values()]
    .sort(
      (a, b) =>
        verdicts.indexOf(a.removal.verdict) - verdicts.indexOf(b.removal.verdict) ||
        a.removal.name.localeCompare(b.removal.name),
    )
    .map(({ stack, removal: { name, verdict, broke, refused, because } }) => {
      // What breaks: the check's name; what it said is in the result.
      const check = broke[0]?.split(": ")[0] ?? because ?? "";
      return [`\`${name}\``, stack, verdict, check, (refused[0] ?? "").replaceAll("|", "\\|")];
    });
  return markdown(["taken out", "stack", "verdict", "breaks, or why not", "refused"], rows);
}

type Figures =
  | "pushes"
  | "pushesRefused"
  | "refusedSeconds"
  | "acknowledged"
  | "lost"
  | "reads"
  | "readsFailed"
  | "failedReadSeconds"
  | "readsShort"
  | "readsShortForAMoment"
  | "slowestReadMs";

/** Of all runs together. */
export const sum = (reports: readonly SignalReport[], key: Figures): number =>
  reports.reduce((total, each) => total + (each[key] ?? 0), 0);
/** Of the worst run. */
export const worst = (reports: readonly SignalReport[], key: Figures): number =>
  reports.reduce((most, each) => Math.max(most, each[key] ?? 0), 0);

const share = (
  reports: readonly SignalReport[],
  key: Figures,
  of: Figures,
  seconds: Figures,
): string => {
  const count = sum(reports, key);
  const text = `${count} of ${sum(reports, of)}`;
  return count === 0 ? text : `${text}, for ${worst(reports, seconds)} s`;
};

function shortCell(reports: readonly SignalReport[]): string {
  const moments = sum(reports, "readsShortForAMoment");
  const text =
    `${sum(reports, "readsShort")} of ${sum(reports, "reads")}` +
    (moments === 0 ? "" : ` (${moments} more for a moment)`);
  const spans = reports.flatMap(({ short }) => short ?? []);
  if (spans.length === 0) return text;
  const from = Math.min(...spans.map(({ firstSeconds }) => firstSeconds));
  const to = Math.max(...spans.map(({ lastSeconds }) => lastSeconds));
  const most = spans.reduce((a, b) => (b.most > a.most ? b : a));
  return `${text}, ${from} to ${to} s, up to ${most.most} of ${most.mostOf} items`;
}

function verdict(runs: readonly ExperimentResult[]): string {
  const red = runs.filter(({ broken }) => broken.length > 0).length;
  return red === 0 ? "kept" : `broken in ${red} of ${runs.length}`;
}
