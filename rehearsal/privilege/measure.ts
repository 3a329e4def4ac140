/** Least privilege as a measurement: takes one permission out of a running stack at a time, and sees what breaks. */
import type { Rehearsal } from "../rehearsal";
import { ruleNotRehearsed, statementNotRehearsed } from "../report";
import type { SecurityGroupRule } from "../types";
import { failing, failingAfter, type Check } from "./check";
import { checks } from "./checks";
import { Stand } from "./stand";

/** What came of taking one permission out. */
export interface Removal {
  /** Security-group rule or statement: `lgtm-memcached-from-loki-querier-11211`, `lgtm-loki-task/ListBucket`. */
  readonly name: string;
  readonly kind: "security-group rule" | "statement";
  /**
   * `needed`: something was refused that it lets through, and a check broke. `used`: something was refused, and every check
   * held all the same.
   */
  readonly verdict: "needed" | "used" | "not needed by the rehearsed parts" | "not rehearsed";
  /** Checks that broke, with what each said. */
  readonly broke: readonly string[];
  /** What it would have let through. */
  readonly refused: readonly string[];
  /** Why it was not rehearsed. */
  readonly because?: string;
}

export interface PrivilegeReport {
  readonly version: 1;
  readonly stack: string;
  /** When it began, ISO 8601. */
  readonly date: string;
  readonly removals: readonly Removal[];
  /** Checks that fail with every permission in place: nothing can be concluded then. */
  readonly broken: readonly string[];
}

interface Permission {
  readonly name: string;
  readonly kind: Removal["kind"];
  readonly notRehearsed?: string;
  /** What has been refused that it would have let through. */
  readonly missed: () => Promise<string[]>;
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
  const about = {
    version: 1,
    stack: rehearsal.view.stack,
    date: new Date().toISOString(),
    removals,
  } as const;
  try {
    // Rings take a while after a cold start. What some checks watch for a while, quick ones ask at this moment.
    const broken = [
      ...(await failingAfter(stand, quickChecks, RECOVERY_SECONDS)),
      ...(await failingAfter(stand, ofKind("flush"), RECOVERY_SECONDS)),
    ];
    const all = await permissionsOf(rehearsal);
    for (const permission of broken.length === 0 ? all : []) {
      if (only !== undefined && !only.test(permission.name)) continue;
      const started = performance.now();
      const removal = await without(stand, permission);
      removals.push(removal);
      if (removal.verdict === "not rehearsed") {
        say(lineOf(removal));
        continue;
      }
      const measured = performance.now();
      const still = await failingAfter(stand, quickChecks, RECOVERY_SECONDS);
      say(
        `${lineOf(removal)}\n    ${secondsFrom(started, measured)} s, whole again after ${secondsFrom(measured)} s`,
      );
      if (still.length > 0) {
        return { ...about, broken: still };
      }
    }
    return { ...about, broken };
  } finally {
    stand.stop();
  }
}

const secondsFrom = (start: number, end = performance.now()) => ((end - start) / 1000).toFixed(1);

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
    missed: () => missedConnections(rehearsal, use.rule),
    remove: () => firewall.removeRule(use.rule),
    restore: () => firewall.restoreRule(use.rule),
  }));
  const statements = view.taskRoles
    .flatMap((role) => role.statements)
    .map(({ id }): Permission => ({
      name: id,
      kind: "statement",
      notRehearsed: statementNotRehearsed(rehearsal, id),
      missed: async () =>
        (await s3.call("refusals")).map(
          ({ roleArn, action, resource }) => `${roleArn.split("/").at(-1)} ${action} ${resource}`,
        ),
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
    for (const which of [quickChecks, slowChecks, patientChecks]) {
      // Minutes, only for what somebody has wanted.
      if (which === patientChecks && refused.length === 0) break;
      broke = await brokenBy(stand, which, permission);
      refused = await permission.missed();
      if (broke.length > 0 && refused.length > 0) break;
    }
  } finally {
    await permission.restore();
  }
  // A check that breaks although nothing was refused broke for another reason: a busy machine.
  const verdict =
    refused.length === 0
      ? "not needed by the rehearsed parts"
      : broke.length === 0
        ? "used"
        : "needed";
  return { name, kind, verdict, broke: refused.length === 0 ? [] : broke, refused };
}

const ofKind = (...kinds: readonly Check["kind"][]) =>
  checks.filter(({ kind }) => kinds.includes(kind));
const quickChecks = ofKind("quick");
const slowChecks = ofKind("flush", "watch");
const patientChecks = ofKind("patient");

/**
 * Makes checks until one has failed and the permission is missed: that is enough. Which ones held before is known, so a failure
 * while just this is refused is no accident.
 */
async function brokenBy(
  stand: Stand,
  which: readonly Check[],
  permission: Permission,
): Promise<string[]> {
  const broke: string[] = [];
  const enough = Promise.withResolvers<void>();
  const over = new AbortController();
  const all = Promise.all(
    which.map(async (check) => {
      const failures = await failing(stand, [check], over.signal);
      if (over.signal.aborted) return;
      broke.push(...failures);
      if (failures.length > 0 && (await permission.missed()).length > 0) enough.resolve();
    }),
  );
  await Promise.race([all, enough.promise]);
  over.abort();
  return [...broke];
}

/** Connections, new or cut, that a rule would have let through. */
async function missedConnections(rehearsal: Rehearsal, rule: SecurityGroupRule): Promise<string[]> {
  const missed = (await rehearsal.firewall.missed(rule)).map(({ from, to, port }) => {
    const [who, whom] = [from, to].map((each) => rehearsal.ownerOf(each).replace(/\/\d+$/, ""));
    return `${who} -> ${whom}:${port}`;
  });
  return [...new Set(missed)];
}

/** The measurement's closing lines. */
export function privilegeText({ removals, broken }: PrivilegeReport): string {
  const count = (verdict: Removal["verdict"]) =>
    removals.filter((removal) => removal.verdict === verdict).length;
  const lines = [
    `${count("needed")} needed, ${count("used")} used without a check that breaks, ${count("not needed by the rehearsed parts")} not needed by the rehearsed parts, ` +
      `${count("not rehearsed")} not rehearsed`,
    ...broken.map(
      (each) =>
        `nothing could be concluded any more, this failed with everything in place: ${each}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
