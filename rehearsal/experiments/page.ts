import { table } from "../../plan/table";
import type { ExperimentResult } from "./result";
import type { Trap } from "./traps";

/** One result, for a terminal. */
export function resultPage(result: ExperimentResult, trap?: Trap): string {
  const { traffic, broken, readySeconds } = result;
  const numeric = (title: string) => ({ title, numeric: true });
  const columns = [
    { title: "signal" },
    ...[
      "pushes",
      "refused",
      "for s",
      "acknowledged",
      "lost",
      "reads",
      "failed",
      "for s",
      "short",
    ].map(numeric),
  ];
  const rows = (traffic?.signals ?? []).map((each) =>
    [
      each.signal,
      each.pushes,
      each.pushesRefused,
      each.refusedSeconds,
      each.acknowledged,
      each.lost,
      each.reads,
      each.readsFailed,
      each.failedReadSeconds,
      each.readsShort,
    ].map(String),
  );
  const noticed = broken.filter((complaint) => trap?.says.test(complaint) ?? false);
  return [
    "",
    `${result.title} (${result.stack}, ${result.date})`,
    ...result.changes.map((change) => `changed: ${change}`),
    ...(readySeconds === undefined ? [] : [`everything ready after ${readySeconds} s`]),
    ...(rows.length === 0 ? [] : table(columns, rows)),
    ...(traffic === undefined
      ? []
      : [`everything acknowledged was looked for during ${traffic.settledSeconds} s`]),
    ...broken.map((complaint) => `RED ${complaint}`),
    trap === undefined
      ? broken.length === 0
        ? "green: every promise was kept"
        : "red"
      : noticed.length > 0
        ? `noticed: ${noticed[0]}`
        : "NOT NOTICED: the trap is in the plan and nothing says so",
    "",
  ].join("\n");
}
