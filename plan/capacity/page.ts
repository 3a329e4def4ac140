import { stringify } from "yaml";
import type { ExpectedLoad } from "../../configs/stack/expectedLoad";
import { loadInWords } from "../costPage";
import { table } from "../table";
import { overloaded, timesCarried, type Bound, type RoleCapacity } from "./capacity";
import type { Fragment, ShapeEnd } from "./sizes";

const amount = (value: number): string =>
  Number.isFinite(value)
    ? Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 2 })
    : "more than it has";
const units: Readonly<Record<string, string>> = {
  vcpu: "vCPU",
  memoryGb: "GB memory",
  diskGb: "GB disk",
};

/** "memory: needs 3.1 of 4 GB". */
export function boundInWords({ what, needs, has }: Bound): string {
  const unit = units[what];
  return unit === undefined
    ? `${what}: ${amount(needs)} of ${amount(has)}`
    : `${unit}: ${amount(needs)} of ${amount(has)}`;
}

/** How often a load fits, in words. */
export function timesInWords(times: number): string {
  if (times === Infinity) return "any";
  if (times >= 10) return `× ${Math.floor(times).toLocaleString("en-US")}`;
  return `× ${(Math.floor(times * 10) / 10).toFixed(1)}`;
}

/** One line per role: what of the load it carries, and what it runs out of first. */
export function capacityTable(capacity: readonly RoleCapacity[]): string[] {
  return table(
    [
      { title: "role" },
      { title: "tasks", numeric: true },
      { title: "vCPU", numeric: true },
      { title: "GB", numeric: true },
      { title: "carries", numeric: true },
      { title: "breaks first" },
    ],
    capacity.map((role) => [
      role.role,
      String(role.replicas),
      String(role.vcpu),
      String(role.memoryGb),
      role.unsized === undefined ? timesInWords(timesCarried(role)) : "",
      role.bounds[0] === undefined ? `not sized: ${role.unsized}` : boundInWords(role.bounds[0]),
    ]),
  );
}

/** The first role to break when the load grows as a whole. */
export function firstToBreak(capacity: readonly RoleCapacity[]): string {
  const [first] = [...capacity].sort((a, b) => timesCarried(a) - timesCarried(b));
  const bound = first?.bounds[0];
  return first === undefined || bound === undefined
    ? "nothing is known to break"
    : `as the load grows, ${first.role} breaks first, at ${timesInWords(bound.times)} of it (${boundInWords(bound)})`;
}

/** A warning for each role that the expected load does not fit into. */
export function overloadWarnings(capacity: readonly RoleCapacity[]): string[] {
  return overloaded(capacity).map(({ role, bounds }) => {
    const first = bounds.filter(({ times }) => times < 1).map(boundInWords);
    return `expectedLoad is more than ${role} carries (${first.join("; ")}): "npm run capacity" prints the smallest sizes that do`;
  });
}

/** The page of a stack's own sizes. */
export function configuredPage(
  stack: string,
  load: ExpectedLoad,
  capacity: readonly RoleCapacity[],
): string {
  const sources = [
    ...new Set(capacity.flatMap(({ bounds }) => bounds.map(({ source }) => source))),
  ];
  return [
    `What stack ${stack} carries`,
    `Of the expected load: ${loadInWords(load)}`,
    "",
    ...capacityTable(capacity),
    "",
    firstToBreak(capacity),
    "",
    "Sources",
    ...sources.map((source) => `- ${source}`),
    "",
  ].join("\n");
}

/** The fragment as it stands in a stack file. */
export function fragmentText(fragment: Fragment, load: ExpectedLoad): string {
  const config = Object.fromEntries(
    Object.entries(fragment).map(([section, settings]) => [`lgtm:${section}`, settings]),
  );
  return [
    `# The smallest sizes for ${loadInWords(load)}.`,
    "# Put these keys over those of the stack file, then: npm run plan, npm run cost.",
    stringify({ config }, { lineWidth: 120 }),
  ].join("\n");
}

/** Where this shape ends. */
export function endsText(ends: readonly ShapeEnd[], load: ExpectedLoad): string {
  return [
    `This shape does not carry ${loadInWords(load)}.`,
    "",
    ...ends.flatMap(({ role, because, next }) => [`${role}: ${because}`, `  next: ${next}`]),
    "",
  ].join("\n");
}
