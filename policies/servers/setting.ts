import type { SettingRow } from "../data/serverSettings";
import type { Resource } from "../resource";
import type { Judgement } from "../rule";
import type { Value } from "../value";
import { durationSeconds, durationText } from "./duration";
import { type Server, serversOf } from "./server";

/** A setting as the server will see it: flag before file before default. */
export function settingOf(
  server: Server,
  { key, flag, fallback }: Pick<SettingRow, "key" | "flag" | "fallback">,
): unknown {
  const fromFlag = flag === undefined ? undefined : server.flags.get(flag);
  return fromFlag ?? inFile(server, key).known() ?? fallback;
}

export const inFile = (server: Server, key: string): Value => server.settings.at(...key.split("."));

/** Seconds of a duration setting; `undefined` where it is none. */
export const secondsOf = (server: Server, key: string, fallback?: string): number | undefined =>
  durationSeconds(settingOf(server, { key, fallback }));

const applies = (row: SettingRow, server: Server) =>
  row.product === server.product &&
  server.hasSettings &&
  (row.onlyWith === undefined || inFile(server, row.onlyWith).exists) &&
  (row.targets === undefined || row.targets.some((target) => server.targets.includes(target)));

function holds(row: SettingRow, value: unknown): boolean {
  const { need } = row;
  if ("is" in need) return value === need.is || value === String(need.is);
  if ("set" in need) return value !== undefined && value !== null && value !== "";
  if ("atLeast" in need) return Number(value) >= need.atLeast;
  if ("firstInterface" in need) return Array.isArray(value) && value[0] === need.firstInterface;
  const seconds = durationSeconds(value);
  if (seconds === undefined) return false;
  return "atMostSeconds" in need ? seconds <= need.atMostSeconds : seconds >= need.atLeastSeconds;
}

function wanted({ need }: SettingRow): string {
  if ("is" in need) return String(need.is);
  if ("set" in need) return "something";
  if ("atLeast" in need) return `at least ${need.atLeast}`;
  if ("firstInterface" in need) return `[${need.firstInterface}, …]`;
  return "atMostSeconds" in need
    ? `at most ${durationText(need.atMostSeconds)}`
    : `at least ${durationText(need.atLeastSeconds)}`;
}

/** Reports every setting of a table that a task definition's servers get wrong. */
export function judgeSettings(
  taskDefinition: Resource,
  rows: readonly SettingRow[],
  judgement: Judgement,
): void {
  for (const server of serversOf(taskDefinition)) {
    for (const row of rows) {
      if (!applies(row, server)) continue;
      const value = settingOf(server, row);
      if (holds(row, value)) continue;
      const written = inFile(server, row.key).exists || value !== row.fallback;
      judgement.report(taskDefinition, {
        finding: row.key,
        says: `${row.key} of ${server.product} ${server.targets.join(",")} is ${
          written ? short(value) : value === undefined ? "not set" : `not set, so ${short(value)}`
        } and not ${wanted(row)}: ${row.why}`,
      });
    }
  }
}

const short = (value: unknown): string => (JSON.stringify(value) ?? "absent").slice(0, 80);
