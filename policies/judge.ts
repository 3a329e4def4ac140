import { analyze, analyzeStack, providersOf, type Diagnostic, type JudgedResource } from "./engine";
import { policies, rules } from "./index";
import { parseMessage, typesOf } from "./policy";
import type { Rule } from "./rule";
import { type Acknowledgement, SETTINGS } from "./session";
import { isRecord } from "./value";

export type { JudgedResource } from "./engine";

/** What is judged: a plan, or a state in the same shape (`state.ts`). */
export interface Judged {
  readonly resources: readonly JudgedResource[];
}

export interface Finding {
  readonly rule: string;
  readonly urn: string;
  /** Stable short id; acknowledgements name it. */
  readonly finding: string;
  /** Names resource, value and mend. */
  readonly message: string;
  readonly enforcement: "advisory" | "mandatory";
}

/** What a rule could not judge, because a value is unknown or masked. */
export interface Unjudged {
  readonly rule: string;
  readonly urn: string;
  readonly reason: string;
}

export interface Verdict {
  /** Resource by resource, then stack rule by stack rule. */
  readonly findings: readonly Finding[];
  readonly unjudged: readonly Unjudged[];
}

export interface JudgeOptions {
  /** Settings by rule, as `--policy-pack-config` takes them. Default: none, which is strict. */
  readonly policyConfig?: Readonly<Record<string, unknown>>;
  /** Added to those of `policyConfig`. */
  readonly acknowledgements?: readonly Acknowledgement[];
  /** Default: all rules of the pack. */
  readonly rules?: readonly Rule[];
  /** `YYYY-MM-DD`, for the expiry of acknowledgements. Default: today. */
  readonly today?: string;
}

/**
 * Judges a plan or a state in this process with the engine's semantics: resource rules see inputs, stack rules see
 * outputs, through the SDK's own analyzer functions (unknown values, enforcement levels).
 *
 * @throws Error where a rule itself fails.
 */
export async function judge(judged: Judged, options: JudgeOptions = {}): Promise<Verdict> {
  const chosen = policies(
    { config: configOf(options), ...(options.today === undefined ? {} : { today: options.today }) },
    options.rules ?? rules,
  );
  const resourcePolicies = chosen.filter((policy) => "validateResource" in policy);
  const stackPolicies = chosen.filter((policy) => "validateStack" in policy);
  const providers = providersOf(judged.resources);
  const verdict = { findings: [] as Finding[], unjudged: [] as Unjudged[] };
  // The SDK unpacks every property for every policy: leave out what the policy would not look at.
  const byType = new Map<string, ReturnType<typeof analyze>>();
  for (const resource of judged.resources) {
    let run = byType.get(resource.type);
    if (run === undefined) {
      run = analyze(
        resourcePolicies.filter((policy) => typesOf(policy)?.has(resource.type) ?? true),
      );
      byType.set(resource.type, run);
    }
    collect(verdict, await run(resource, providers), resource.urn);
  }
  collect(verdict, await analyzeStack(stackPolicies, judged.resources, providers), "");
  return verdict;
}

/** Whether a verdict forbids to deploy. */
export const isForbidden = (verdict: Verdict): boolean =>
  verdict.findings.some((finding) => finding.enforcement === "mandatory");

function configOf(options: JudgeOptions): Readonly<Record<string, unknown>> {
  const config = options.policyConfig ?? {};
  if (options.acknowledgements === undefined) return config;
  const settings = config[SETTINGS];
  const shared = isRecord(settings) ? settings : {};
  const given: unknown = shared["acknowledgements"];
  return {
    ...config,
    [SETTINGS]: {
      ...shared,
      acknowledgements: [
        ...(Array.isArray(given) ? (given as unknown[]) : []),
        ...options.acknowledgements,
      ],
    },
  };
}

function collect(
  verdict: { findings: Finding[]; unjudged: Unjudged[] },
  diagnostics: readonly Diagnostic[],
  urn: string,
): void {
  for (const diagnostic of diagnostics) {
    const rule = diagnostic.getPolicyname();
    const where = diagnostic.getUrn() || urn;
    const message = diagnostic.getMessage();
    const parsed = parseMessage(message);
    if (parsed === undefined) {
      verdict.unjudged.push({ rule, urn: where, reason: message });
    } else {
      verdict.findings.push({
        rule,
        urn: where,
        finding: parsed.finding,
        message: parsed.text,
        enforcement: diagnostic.getEnforcementlevel() === 1 ? "mandatory" : "advisory",
      });
    }
  }
}
