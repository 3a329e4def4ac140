import type { CostReport } from "./cost";
import type { ChangeKind, DataLoss, PlanDiff, ResourceChange } from "./diff";
import { lineChanges, type PropertyChange } from "./diffProperties";
import { table } from "./table";

/** Monthly bills of both plans; absent where the region has no price table. */
export interface DiffCost {
  readonly before: CostReport;
  readonly after: CostReport;
}

export interface DiffReportOptions {
  readonly cost?: DiffCost;
  /** The loss of data is meant (`--allow-data-loss`). */
  readonly allowDataLoss?: boolean;
  /** Lines of a text or values of a resource to show before cutting. Default 20. */
  readonly longest?: number;
}

const signs: Readonly<Record<ChangeKind, string>> = {
  added: "+",
  changed: "~",
  replaced: "±",
  removed: "-",
};
const kinds: readonly ChangeKind[] = ["removed", "replaced", "changed", "added"];

/** The page for a terminal. */
export function diffText(diff: PlanDiff, options: DiffReportOptions = {}): string {
  const sections: string[][] = [
    [`Difference of stack ${diff.stack}: ${summary(diff)}`],
    ...kinds.flatMap((kind) =>
      of(diff, kind).map((change) => [
        `${signs[kind]} ${kind} ${change.type} ${change.name}${reason(change)}`,
        ...details(change.properties, options).map((line) => `    ${line}`),
      ]),
    ),
    ...(options.cost === undefined ? [] : [["Cost of a month in USD", ...costTable(options.cost)]]),
    ...lossLines(diff, options),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n")}\n`;
}

/** The same for a comment on a pull request. */
export function diffMarkdown(diff: PlanDiff, options: DiffReportOptions = {}): string {
  const stopped = diff.dataLoss.length > 0;
  const parts = [
    `### Plan of \`${diff.stack}\`: ${summary(diff)}`,
    ...(stopped
      ? [
          options.allowDataLoss === true
            ? "> [!WARNING]\n> **Data is lost, and the change says that it is meant.**"
            : "> [!CAUTION]\n> **Stopped: this loses data.** If it is meant, label the pull request `allow-data-loss`.",
          list(diff.dataLoss),
        ]
      : []),
    ...(diff.unguarded.length > 0 ? ["**No longer guarded**", list(diff.unguarded)] : []),
    ...(options.cost === undefined ? [] : [costMarkdown(options.cost)]),
    ...kinds.flatMap((kind) => {
      const changes = of(diff, kind);
      return changes.length === 0 ? [] : [folded(kind, changes, options)];
    }),
    ...(diff.changes.length === 0 ? ["No resource changes."] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function summary(diff: PlanDiff): string {
  if (diff.changes.length === 0) return "no changes";
  return kinds
    .map((kind) => [of(diff, kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}`)
    .join(", ");
}

const of = (diff: PlanDiff, kind: ChangeKind) => diff.changes.filter((each) => each.kind === kind);

const reason = ({ replacedFor, undescribed }: ResourceChange) => {
  if (replacedFor.length > 0) return ` (for ${replacedFor.join(", ")})`;
  return undescribed === true ? " (whether in place is not known)" : "";
};

function details(
  properties: readonly PropertyChange[],
  { longest = 20 }: DiffReportOptions,
): string[] {
  const lines = properties.flatMap(({ path, before, after }) => {
    if (isText(before) && isText(after)) {
      const changes = lineChanges(before, after).map(({ sign, line }) => `  ${sign} ${line}`);
      return [`${path}:`, ...cut(changes, longest)];
    }
    return [`${path}: ${shown(before)} → ${shown(after)}`];
  });
  return cut(lines, longest * 2);
}

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.includes("\n");

function cut(lines: readonly string[], longest: number): string[] {
  return lines.length <= longest
    ? [...lines]
    : [...lines.slice(0, longest), `… ${lines.length - longest} more lines`];
}

function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.split("\n")[0] ?? "";
  return line.length > 100 || line !== text ? `${line.slice(0, 100)}…` : line;
}

function costTable({ before, after }: DiffCost): string[] {
  return table(
    [
      { title: "  part" },
      { title: "before", numeric: true },
      { title: "after", numeric: true },
      { title: "difference", numeric: true },
    ],
    costRows({ before, after }).map(([part, ...usd]) => [`  ${part}`, ...usd]),
  );
}

function costMarkdown(cost: DiffCost): string {
  const rows = costRows(cost);
  return [
    "| USD a month | before | after | difference |",
    "| --- | ---: | ---: | ---: |",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");
}

/** Every line of the bill that differs, then the total. */
function costRows({ before, after }: DiffCost): string[][] {
  const usdOf = (report: CostReport) =>
    new Map(report.items.map((item) => [item.id, { what: item.what, usd: item.monthlyUsd }]));
  const [old, now] = [usdOf(before), usdOf(after)];
  const row = (what: string, a: number, b: number) => [
    what,
    a.toFixed(2),
    b.toFixed(2),
    `${b < a ? "−" : "+"}${Math.abs(b - a).toFixed(2)}`,
  ];
  return [
    ...[...new Set([...old.keys(), ...now.keys()])]
      .map((id) => ({
        what: (now.get(id) ?? old.get(id))?.what ?? id,
        a: old.get(id)?.usd ?? 0,
        b: now.get(id)?.usd ?? 0,
      }))
      .filter(({ a, b }) => Math.abs(a - b) >= 0.005)
      .map(({ what, a, b }) => row(what, a, b)),
    row("in all", before.total, after.total),
  ];
}

function lossLines(diff: PlanDiff, { allowDataLoss }: DiffReportOptions): string[][] {
  const lines = (losses: readonly DataLoss[]) =>
    losses.map(({ type, name, how, what }) => `  ${type} ${name}: ${how}: ${what}`);
  return [
    ...(diff.unguarded.length > 0 ? [["No longer guarded", ...lines(diff.unguarded)]] : []),
    ...(diff.dataLoss.length > 0
      ? [
          [
            allowDataLoss === true
              ? "Data is lost (allowed by --allow-data-loss)"
              : "Stopped: this loses data. --allow-data-loss, if it is meant",
            ...lines(diff.dataLoss),
          ],
        ]
      : []),
  ];
}

const list = (losses: readonly DataLoss[]) =>
  losses
    .map(({ type, name, how, what }) => `- \`${type}\` **${name}**: ${how}. Held: ${what}.`)
    .join("\n");

function folded(
  kind: ChangeKind,
  changes: readonly ResourceChange[],
  options: DiffReportOptions,
): string {
  const body = changes.flatMap((change) => [
    `${signs[kind]} ${change.type} ${change.name}${reason(change)}`,
    ...details(change.properties, options).map((line) => `    ${line}`),
  ]);
  const fence = "`".repeat(Math.max(3, ...body.map((line) => longestTicks(line) + 1)));
  return [
    `<details${kind === "added" || kind === "changed" ? "" : " open"}><summary>${changes.length} ${kind}</summary>`,
    "",
    `${fence}diff`,
    ...body,
    fence,
    "",
    "</details>",
  ].join("\n");
}

const longestTicks = (line: string) =>
  Math.max(0, ...(line.match(/`+/g) ?? []).map((ticks) => ticks.length));
