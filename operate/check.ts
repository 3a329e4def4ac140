/** What came of a check. */
export type Outcome = "ok" | "warning" | "failed" | "not checked";

export interface Finding {
  readonly outcome: Outcome;
  /** What is the case. */
  readonly found: string;
  /** What to do, command by command; absent where all is well. */
  readonly mend?: readonly string[];
}

export interface CheckResult extends Finding {
  readonly id: string;
  /** The question, as a statement: `hosts have a certificate`. */
  readonly what: string;
}

/** Something to find out about an account. */
export interface Check {
  readonly id: string;
  readonly what: string;
  readonly run: () => Promise<Finding>;
}

/** The caller may not ask that. */
export class MissingPermission extends Error {
  /** @param permission IAM action, such as `ecs:DescribeClusters`. */
  constructor(readonly permission: string) {
    super(`missing permission ${permission}`);
  }
}

/** Error codes by which AWS says no to the caller, not to the request (each service has its own). */
const refusals = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "UnauthorizedOperation",
  "Forbidden",
  "403",
]);

/**
 * Asks AWS something.
 *
 * @param permission IAM action that the question needs; named where the caller lacks it.
 * @throws MissingPermission, and whatever else the call throws.
 */
export async function ask<T>(permission: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (refusals.has(codeOf(error))) throw new MissingPermission(permission);
    throw error;
  }
}

/** AWS's name of an error, such as `NoSuchEntity`; empty for anything else. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { Code, name } = error as Error & { Code?: unknown };
  return typeof Code === "string" ? Code : name;
}

/** The answer, or undefined where AWS says that the thing does not exist. */
export async function orMissing<T>(
  codes: readonly string[],
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (codes.includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Runs checks side by side; one that may not ask or cannot ask is "not checked", and never green. */
export async function runChecks(checks: readonly Check[]): Promise<CheckResult[]> {
  return Promise.all(
    checks.map(async ({ id, what, run }) => {
      try {
        return { id, what, ...(await run()) };
      } catch (error) {
        return { id, what, ...excuse(error) };
      }
    }),
  );
}

function excuse(error: unknown): Finding {
  if (error instanceof MissingPermission) {
    return {
      outcome: "not checked",
      found: `the caller lacks ${error.permission}`,
      mend: [`allow ${error.permission} to the caller, or look at it yourself`],
    };
  }
  const code = codeOf(error);
  return {
    outcome: "not checked",
    found: `AWS did not answer: ${code === "" ? "" : `${code}: `}${error instanceof Error ? error.message : String(error)}`,
  };
}

export const ok = (found: string): Finding => ({ outcome: "ok", found });
export const warning = (found: string, ...mend: string[]): Finding => ({
  outcome: "warning",
  found,
  mend,
});
export const failed = (found: string, ...mend: string[]): Finding => ({
  outcome: "failed",
  found,
  mend,
});
export const notChecked = (found: string, ...mend: string[]): Finding => ({
  outcome: "not checked",
  found,
  mend,
});

/** Several findings as one: the worst, with every mend. */
export function worst(findings: readonly Finding[]): Finding {
  const order: readonly Outcome[] = ["failed", "not checked", "warning", "ok"];
  const outcome =
    order.find((each) => findings.some((finding) => finding.outcome === each)) ?? "ok";
  const told = outcome === "ok" ? findings : findings.filter((each) => each.outcome !== "ok");
  const mend = [...new Set(findings.flatMap((finding) => finding.mend ?? []))];
  return {
    outcome,
    found: told.map((finding) => finding.found).join("; "),
    ...(mend.length > 0 ? { mend } : {}),
  };
}

const marks: Readonly<Record<Outcome, string>> = {
  ok: "ok         ",
  warning: "warning    ",
  failed: "FAILED     ",
  "not checked": "not checked",
};

/** The page: a line per check, then what to do. */
export function checkPage(title: string, results: readonly CheckResult[]): string {
  const count = (outcome: Outcome) => results.filter((each) => each.outcome === outcome).length;
  return [
    title,
    "",
    ...results.flatMap(({ outcome, what, found, mend }) => [
      `${marks[outcome]}  ${what}: ${found}`,
      ...(outcome === "ok" ? [] : (mend ?? [])).map((line) => `             mend: ${line}`),
    ]),
    "",
    `${count("ok")} ok, ${count("warning")} warnings, ${count("failed")} failed, ${count("not checked")} not checked`,
    "",
  ].join("\n");
}

/** 1 where a check failed; what could not be checked is no failure, and is said. */
export const exitCodeOf = (results: readonly CheckResult[]): number =>
  results.some(({ outcome }) => outcome === "failed") ? 1 : 0;
