import type {
  EnforcementLevel,
  PolicyConfigSchema,
  ReportViolation,
  ResourceValidation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { Resource, Stack } from "./resource";
import type { FindingDetails, Judgement, ResourceRule, Rule } from "./rule";
import { type Session, SETTINGS } from "./session";
import { UnknownValueError } from "./unknownValue";
import { Value } from "./value";

export type Policy = ResourceValidationPolicy | StackValidationPolicy;

/** Makes the SDK's policy of a rule. The rules of one run share a session. */
export function policyOf(rule: Rule, session: Session): Policy {
  const about = {
    name: rule.id,
    description: rule.rationale,
    displayName: rule.id,
    enforcementLevel: levelOf(rule, session),
    severity: rule.severity,
    remediationSteps: rule.mend,
    tags: [rule.subject, rule.scope === "lgtm" ? "lgtm" : "general"],
    framework: {
      name: "lgtm",
      version: "1",
      reference: rule.source,
      specification: rule.rationale,
    },
    ...(rule.source.startsWith("https://") ? { url: rule.source } : {}),
    ...(rule.configSchema === undefined
      ? {}
      : { configSchema: { properties: rule.configSchema } as PolicyConfigSchema }),
  };
  const types = rule.everyType === true ? undefined : new Set(Object.keys(rule.reads));
  const policy: Policy =
    rule.judges === "resource"
      ? { ...about, validateResource: resourceValidation(rule, types, session) }
      : {
          ...about,
          validateStack: (args, report) => {
            // Also in the engine a rule sees what it says it reads, so that all lanes see the same.
            const seen = args.resources.filter(({ type }) => types?.has(type) ?? true);
            const stack = new Stack(seen);
            const judgement = new RunningJudgement(rule, session, args.getConfig(), report);
            judgement.run(() => rule.judge(stack, judgement));
          },
        };
  if (types !== undefined) judgedTypes.set(policy, types);
  return policy;
}

function resourceValidation(
  rule: ResourceRule,
  types: ReadonlySet<string> | undefined,
  session: Session,
): ResourceValidation {
  const validate: ResourceValidation = (args, report) => {
    if (types?.has(args.type) === false) return;
    const judgement = new RunningJudgement(rule, session, args.getConfig(), report);
    judgement.run(() => rule.judge(new Resource(args), judgement));
  };
  // The SDK's own mark of a validation for one type: it then skips all others without unpacking their properties.
  // Source: @pulumi/policy 1.21.0, `validateResourceOfType` and `getPulumiType` in policy.js.
  return types?.size === 1 ? Object.assign(validate, { __pulumiType: [...types][0] }) : validate;
}

const judgedTypes = new WeakMap<Policy, ReadonlySet<string>>();

/** The resource types that a policy looks at; `undefined` for all. */
export const typesOf = (policy: Policy): ReadonlySet<string> | undefined => judgedTypes.get(policy);

function levelOf(rule: Rule, session: Session): EnforcementLevel {
  const config = session.options.config;
  for (const given of [config?.[rule.id], config?.["all"]]) {
    const level =
      typeof given === "string" ? given : new Value(given, "").at("enforcementLevel").text();
    if (level === "advisory" || level === "mandatory" || level === "disabled") return level;
  }
  return rule.enforcement ?? "mandatory";
}

class RunningJudgement implements Judgement {
  private readonly settings: Record<string, unknown>;
  private unseen: Error | undefined;

  constructor(
    private readonly rule: Rule,
    readonly session: Session,
    settings: unknown,
    private readonly reportViolation: ReportViolation,
  ) {
    this.settings = session.settingsOf(rule.id, settings);
    if (rule.id === SETTINGS) session.configure(this.settings);
  }

  get environment(): "dev" | "prod" {
    return this.session.environment;
  }

  setting(name: string): Value {
    const given = this.settings[name] ?? this.rule.configSchema?.[name]?.default;
    return new Value(given, name);
  }

  report(resource: Resource, details: FindingDetails): void {
    const finding = details.finding.replace(/\s+/g, "_");
    if (this.session.accepts(this.rule.id, resource, finding)) return;
    const mend = (details.mend ?? this.rule.mend).replace(/\.$/, "");
    this.reportViolation(
      `[${this.rule.id} ${finding}] ${resource.type} "${resource.name}": ${details.says}. Mend: ${mend}.`,
      resource.urn,
    );
  }

  each<T>(items: Iterable<T>, judge: (item: T) => void): void {
    for (const item of items) {
      try {
        judge(item);
      } catch (error) {
        if (!(error instanceof UnknownValueError)) throw error;
        this.unseen ??= error;
      }
    }
  }

  /** Runs the rule, and tells the SDK at the end where something could not be seen. */
  run(judge: () => void): void {
    judge();
    if (this.unseen !== undefined) throw this.unseen;
  }
}

/** Rule and finding id in the text of a violation, whatever lane it comes from. */
export function parseMessage(
  message: string,
): { rule: string; finding: string; text: string } | undefined {
  const match = /\[([a-z0-9-]+) (\S+)\] (.*)$/s.exec(message);
  if (match === null) return undefined;
  return { rule: match[1] ?? "", finding: match[2] ?? "", text: (match[3] ?? "").trim() };
}
