import { table } from "../plan/table";
import type { SmokeReport, WayReport } from "./smoke";

/** 0: everything arrived; 2: a push was refused; 3: something acknowledged was not read back. */
export function exitCodeOf({ ways }: SmokeReport): number {
  if (ways.some(({ missing }) => missing.length > 0)) return 3;
  return ways.some(({ refusals }) => refusals.length > 0) ? 2 : 0;
}

/** The page: a line per way, then what went wrong, then one line for all of it. */
export function smokePage(report: SmokeReport): string {
  const { run, ways } = report;
  const rows = ways.map((way) => [
    way.signal,
    way.door,
    way.way,
    String(way.sent),
    String(way.acknowledged),
    way.unread ? "not read" : String(way.readBack),
    way.unread ? "" : String(way.missing.length),
    way.slowestAckMs === undefined ? "" : `${way.slowestAckMs} ms`,
    way.readableAfterMs === undefined ? "" : `${way.readableAfterMs} ms`,
  ]);
  const columns = [
    ...["signal", "door", "way"].map((title) => ({ title })),
    ...["sent", "acknowledged", "read back", "missing", "slowest answer", "readable after"].map(
      (title) => ({ title, numeric: true }),
    ),
  ];
  const wrong = ways.flatMap(mistakesOf);
  const sum = (value: (way: WayReport) => number) =>
    ways.reduce((total, way) => total + value(way), 0);
  return [
    `Smoke test, run ${run}`,
    "",
    ...table(columns, rows),
    ...(wrong.length === 0 ? [] : ["", ...wrong]),
    "",
    `${sum((way) => way.sent)} sent, ${sum((way) => way.acknowledged)} acknowledged, ` +
      `${sum((way) => way.readBack)} read back, ${sum((way) => way.missing.length)} missing`,
    "",
  ].join("\n");
}

function mistakesOf(way: WayReport): string[] {
  const name = `${way.way} (${way.door})`;
  return [
    ...way.refusals.map((reason) => `REFUSED ${name}: ${reason}`),
    ...(way.missing.length === 0
      ? []
      : [
          `MISSING ${name}: ${way.missing.length} acknowledged, not read back: ${some(way.missing)}` +
            (way.readFailure === undefined ? "" : `; the last read failed: ${way.readFailure}`),
        ]),
  ];
}

const some = (sequences: readonly number[]): string =>
  sequences.length <= 10
    ? sequences.join(", ")
    : `${sequences.slice(0, 10).join(", ")} and ${sequences.length - 10} more`;
