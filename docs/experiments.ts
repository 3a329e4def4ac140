import * as fs from "node:fs";
import * as path from "node:path";
import { experiments, shortExperiments } from "../rehearsal/experiments/catalog";
import type { ExperimentResult } from "../rehearsal/experiments/result";
import { traps } from "../rehearsal/experiments/traps";
import type { SignalReport } from "../rehearsal/traffic/ledger";

/** Folder of the results that are kept. */
export const RESULTS = "rehearsal/results";

/** The page of the rehearsal, with the tables made from the kept results. */
export function rehearsalPage(root: string, page: string): string {
  const results = readResults(root);
  const parts: Record<string, string> = {
    experiments: experimentsTable(results),
    traps: trapsTable(results),
  };
  return page.replace(
    /(<!-- generated:(\w+) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
    (_, start: string, name: string, end: string) => {
      const content = parts[name];
      if (content === undefined)
        throw new Error(`docs/rehearsal.md has a generated part nobody makes: ${name}`);
      return `${start}\n${content}\n\n${end}`;
    },
  );
}

function readResults(root: string): ExperimentResult[] {
  const folder = path.join(root, RESULTS);
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map(
      (file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as ExperimentResult,
    );
}

/** A row per experiment, stack and signal; sums over the runs, and the worst of what is a time. */
export function experimentsTable(results: readonly ExperimentResult[]): string {
  const rows = [...experiments, ...shortExperiments].flatMap(({ name, title }) =>
    ["dev", "prod"].flatMap((stack) => {
      const runs = results.filter((each) => each.experiment === name && each.stack === stack);
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
      ...["what is done", "stack", "runs", "signal", "pushes refused", "lost", "reads failed"],
      ...["reads short", "slowest read", "promises"],
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
  | "slowestReadMs";

const sum = (reports: readonly SignalReport[], key: Figures): number =>
  reports.reduce((total, each) => total + each[key], 0);
const worst = (reports: readonly SignalReport[], key: Figures): number =>
  reports.reduce((most, each) => Math.max(most, each[key]), 0);

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
  const text = `${sum(reports, "readsShort")} of ${sum(reports, "reads")}`;
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

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
