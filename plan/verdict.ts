import * as fs from "node:fs";
import * as path from "node:path";
import type { StackConfig } from "../configs/stack/schema";
import type { Finding, Unjudged } from "../policies/judge";
import type { Plan } from "./plan";

export interface PlanVerdict {
  /** The verdict as a page. */
  readonly text: string;
  /** A mandatory rule found something. */
  readonly forbidden: boolean;
  readonly findings: readonly Finding[];
  readonly unjudged: readonly Unjudged[];
  /** How many resources were judged. */
  readonly judged: number;
}

/**
 * Judges a plan with the policy pack. Unlike in a preview, every value is known, so no mandatory rule is demoted.
 *
 * @param file Settings of the pack. Default: `policies/config.STACK.json` where it exists, else the stack's environment.
 * @throws Error where the settings are wrong, or a rule itself fails.
 */
export async function verdictOn(
  plan: Plan,
  config: StackConfig,
  root: string,
  file = path.join(root, "policies", `config.${plan.stack}.json`),
): Promise<PlanVerdict> {
  // Only here: the pack's SDK takes time to load.
  const [{ isForbidden, judge }, { checkConfig }, { verdictText }] = await Promise.all([
    import("../policies/judge"),
    import("../policies/checkConfig"),
    import("../policies/report"),
  ]);
  const policyConfig = (
    fs.existsSync(file)
      ? JSON.parse(fs.readFileSync(file, "utf8"))
      : { settings: { environment: config.environment } }
  ) as Record<string, unknown>;
  const mistakes = checkConfig(policyConfig);
  if (mistakes.length > 0) throw new Error([`${file}:`, ...mistakes].join("\n  "));
  const verdict = await judge(plan, { policyConfig });
  const judged = plan.resources.length;
  return {
    ...verdict,
    judged,
    text: verdictText(verdict, judged),
    forbidden: isForbidden(verdict),
  };
}
