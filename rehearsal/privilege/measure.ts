/** Least privilege as a measurement: takes one permission out of a running stack at a time, and sees what breaks. */
import type { Rehearsal } from "../rehearsal";
import { refusedConnections, ruleNotRehearsed, statementNotRehearsed } from "../report";
import { checks, type Check } from "./checks";
import { Stand } from "./stand";

/** What came of taking one permission out. */
export interface Removal {
  /** Security-group rule or statement: `lgtm-memcached-from-loki-querier-11211`, `lgtm-loki-task/ListBucket`. */
  readonly name: string;
  readonly kind: "security-group rule" | "statement";
  /** `needed`: a check broke, or something was refused that it had let through. */
  readonly verdict: "needed" | "not needed by the rehearsed parts" | "not rehearsed";
  /** Checks that broke, with what each said. */
  readonly broke: readonly string[];
  /** What was refused meanwhile. */
  readonly refused: readonly string[];
  /** Why it was not rehearsed. */
  readonly because?: string;
}

export interface PrivilegeReport {
  readonly version: 1;
  readonly stack: string;
  readonly removals: readonly Removal[];
  /** Checks that fail with every permission in place: nothing can be concluded then. */
  readonly broken: readonly string[];
}

interface Permission {
  readonly name: string;
  readonly kind: Removal["kind"];
  readonly notRehearsed?: string;
  readonly remove: () => Promise<void>;
  readonly restore: () => Promise<void>;
}

/** Longest time for the stack to be whole again after a permission is back. */
const RECOVERY_SECONDS = 90;

/**
 * Takes every permission out and puts it back, one at a time.
 *
 * @param only Names to measure; default: all.
 */
export async function measurePrivileges(
  rehearsal: Rehearsal,
  say: (line: string) => void,
  only?: RegExp,
): Promise<PrivilegeReport> {
  const stand = await Stand.make(rehearsal);
  const removals: Removal[] = [];
  try {
    const broken = await whole(stand);
    const all = await permissionsOf(rehearsal);
    for (const permission of broken.length === 0 ? all : []) {
      if (only !== undefined && !only.test(permission.name)) continue;
      const removal = await without(stand, permission);
      removals.push(removal);
      say(lineOf(removal));
      if (removal.verdict === "not rehearsed") continue;
      const still = await recovered(stand);
      if (still.length > 0) {
        return { version: 1, stack: rehearsal.view.stack, removals, broken: still };
      }
    }
    return { version: 1, stack: rehearsal.view.stack, removals, broken };
  } finally {
    stand.stop();
  }
}

const lineOf = ({ name, verdict, broke, refused, because }: Removal) =>
  `${name}: ${verdict}${because === undefined ? "" : ` (${because})`}` +
  [...broke, ...refused.map((each) => `refused: ${each}`)].map((each) => `\n    ${each}`).join("");

async function permissionsOf(rehearsal: Rehearsal): Promise<Permission[]> {
  const { firewall, s3, view } = rehearsal;
  const uses = await firewall.uses();
  const rules = uses.map((use): Permission => ({
    name: use.rule.name,
    kind: "security-group rule",
    notRehearsed: ruleNotRehearsed(rehearsal, use),
    remove: () => firewall.removeRule(use.rule),
    restore: () => firewall.restoreRule(use.rule),
  }));
  const statements = view.taskRoles
    .flatMap((role) => role.statements)
    .map(({ id }): Permission => ({
      name: id,
      kind: "statement",
      notRehearsed: statementNotRehearsed(rehearsal, id),
      remove: () => s3.call("removeStatement", id),
      restore: () => s3.call("restoreStatement", id),
    }));
  return [...statements, ...rules];
}

async function without(stand: Stand, permission: Permission): Promise<Removal> {
  const { name, kind, notRehearsed: because } = permission;
  if (because !== undefined) {
    return { name, kind, verdict: "not rehearsed", broke: [], refused: [], because };
  }
  const { firewall, s3 } = stand.rehearsal;
  await firewall.forgetRefusals();
  await s3.call("forgetRefusals");
  await permission.remove();
  let broke: string[] = [];
  let refused: string[] = [];
  try {
    broke = await failingTwice(stand, quickChecks);
    if (broke.length === 0) broke = await failing(stand, slowChecks);
    refused = await refusals(stand.rehearsal);
  } finally {
    await permission.restore();
  }
  const needed = broke.length > 0 || refused.length > 0;
  const verdict = needed ? "needed" : "not needed by the rehearsed parts";
  return { name, kind, verdict, broke, refused };
}

const quickChecks = checks.filter((check) => !check.slow);
const slowChecks = checks.filter((check) => check.slow);

/** Checks that fail, with what each says. All at once. */
async function failing(stand: Stand, which: readonly Check[]): Promise<string[]> {
  const results = await Promise.all(
    which.map(({ name, run }) =>
      run(stand).then(
        () => [],
        (error: unknown) => [`${name}: ${error instanceof Error ? error.message : String(error)}`],
      ),
    ),
  );
  return results.flat();
}

/** Those that fail twice in a row: on a busy machine an answer may come too late for once. */
async function failingTwice(stand: Stand, which: readonly Check[]): Promise<string[]> {
  const first = await failing(stand, which);
  return failing(
    stand,
    which.filter(({ name }) => first.some((each) => each.startsWith(`${name}:`))),
  );
}

/** Waits until every check holds, the slow ones too: rings take a while after a cold start. */
async function whole(stand: Stand): Promise<string[]> {
  const broken = await recovered(stand);
  if (broken.length > 0) return broken;
  const deadline = performance.now() + RECOVERY_SECONDS * 1000;
  for (;;) {
    const slow = await failing(stand, slowChecks);
    if (slow.length === 0 || performance.now() > deadline) return slow;
  }
}

/** Waits until every quick check holds. @returns those that still fail at the end. */
async function recovered(stand: Stand): Promise<string[]> {
  const deadline = performance.now() + RECOVERY_SECONDS * 1000;
  for (;;) {
    const broken = await failing(stand, quickChecks);
    if (broken.length === 0 || performance.now() > deadline) return broken;
  }
}

async function refusals(rehearsal: Rehearsal): Promise<string[]> {
  const connections = await refusedConnections(rehearsal);
  const requests = await rehearsal.s3.call("refusals");
  return [
    ...connections.map(({ from, to, port }) => `${from} -> ${to}:${port}`),
    ...requests.map(
      ({ roleArn, action, resource }) => `${roleArn.split("/").at(-1)} ${action} ${resource}`,
    ),
  ];
}

/** The measurement's closing lines. */
export function privilegeText({ removals, broken }: PrivilegeReport): string {
  const count = (verdict: Removal["verdict"]) =>
    removals.filter((removal) => removal.verdict === verdict).length;
  const lines = [
    `${count("needed")} needed, ${count("not needed by the rehearsed parts")} not needed by the rehearsed parts, ` +
      `${count("not rehearsed")} not rehearsed`,
    ...broken.map(
      (each) =>
        `nothing could be concluded any more, this failed with everything in place: ${each}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
