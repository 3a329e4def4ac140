import type { EnforcementLevel, PolicyConfigSchema, Severity } from "@pulumi/policy";
import type { Resource, Stack } from "./resource";
import type { Value } from "./value";

export type { Resource, Stack } from "./resource";
export type { Value } from "./value";

/** JSON schema of each setting. */
export type SettingsSchema = Readonly<PolicyConfigSchema["properties"]>;

export type Subject =
  | "security-groups"
  | "iam"
  | "storage"
  | "compute"
  | "ingress"
  | "network"
  | "resilience"
  | "hygiene"
  | "watch"
  | "acknowledgements";

/** What every rule says about itself; `docs/policies.md` and the pack's metadata are made from it. */
interface About {
  /** Name of the policy in the pack: lower case with hyphens, unique, never changed. */
  readonly id: string;
  readonly subject: Subject;
  /** One line: what goes wrong without the rule. */
  readonly rationale: string;
  /** Row of the requirements (`A2`), "measured", or the address of a page. */
  readonly source: string;
  /** How a finding is mended, in the imperative. */
  readonly mend: string;
  /**
   * Everything (`any`), or only what belongs to an LGTM system (`lgtm`; see `lgtm.ts` for how that is recognised).
   * The rule itself has to keep to it.
   */
  readonly scope: "any" | "lgtm";
  /**
   * What the rule reads: resource type → paths of the properties. A rule sees resources of these types only; the
   * properties are for readers, and `reads.test.ts` holds them against those that the rule looks at while it judges the
   * shipped stacks and mutants of them (ids and ARNs, by which references are followed, are left out).
   */
  readonly reads: Readonly<Record<string, readonly string[]>>;
  /** The rule sees every resource; `reads` then names only where it usually finds something. */
  readonly everyType?: boolean;
  readonly severity: Severity;
  /** Default `mandatory`. */
  readonly enforcement?: EnforcementLevel;
  /** Settings of this rule alone. What all rules share (the environment) is a setting of the rule `settings`. */
  readonly configSchema?: SettingsSchema;
}

/** Judges one resource by its inputs, before anything is done. */
export interface ResourceRule extends About {
  readonly judges: "resource";
  judge(resource: Resource, judgement: Judgement): void;
}

/** Judges all resources of the stack together, by their outputs. */
export interface StackRule extends About {
  readonly judges: "stack";
  judge(stack: Stack, judgement: Judgement): void;
}

export type Rule = ResourceRule | StackRule;

export interface FindingDetails {
  /** Stable short id of what was found, without spaces: `0.0.0.0/0:443`, `Action::s3:*`. Acknowledgements name it. */
  readonly finding: string;
  /** What is wrong with which value, without a full stop: `port 22 is open to 0.0.0.0/0`. */
  readonly says: string;
  /** How to mend it, where this finding needs another answer than the rule's own. */
  readonly mend?: string;
}

/** What a rule may do besides reading. */
export interface Judgement {
  /** `prod` unless the settings say otherwise: forgetting them makes the rules strict. */
  readonly environment: "dev" | "prod";
  /** A setting of the rule from the stack's policy config; the schema's default where the config leaves it out. */
  setting(name: string): Value;
  /** Reports a finding. A resource rule names its resource, a stack rule the one that has to change. */
  report(resource: Resource, details: FindingDetails): void;
  /**
   * Judges items one by one: an unknown value ends the judgement of its item only, so what a preview does know is
   * judged with full force, and the engine is told that the rule did not see everything.
   */
  each<T>(items: Iterable<T>, judge: (item: T) => void): void;
}

export const resourceRule = (rule: Omit<ResourceRule, "judges">): ResourceRule => ({
  ...rule,
  judges: "resource",
});

export const stackRule = (rule: Omit<StackRule, "judges">): StackRule => ({
  ...rule,
  judges: "stack",
});

/** The same properties of several types, for a rule's `reads`. */
export const readsOf = (
  types: readonly string[],
  ...paths: readonly string[]
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(types.map((type) => [type, paths]));
