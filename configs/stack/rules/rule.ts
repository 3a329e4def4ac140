import type { StackSettings } from "../schema";

/** What another stack file of the same folder says, as far as two stacks could get in each other's way. */
export interface Sibling {
  readonly file: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly name: string;
  readonly namespace: string;
  readonly bucketName: string;
  readonly vpcId?: string;
}

/** What a rule may look at besides the settings. */
export interface RuleFacts {
  /** `aws:region`. */
  readonly region: string;
  /** The other stack files of the folder. */
  readonly siblings: readonly Sibling[];
  /** Text of `grafana.database.caBundleFile`; absent where there is no such file. */
  readonly caBundlePem?: string;
  /** Number of listener rules that the settings lead to; the catalog derives it. Absent = not checked. */
  readonly listenerRules?: (settings: StackSettings) => number;
}

/** One broken rule. Paths are dotted and start below `lgtm:`. */
export interface Finding {
  readonly key: string;
  /** The value given; without it the setting at `key` is shown. */
  readonly given?: unknown;
  readonly allowed: string;
  readonly mend: string;
  /** Other settings the rule looked at: where one of them has no valid value, the finding is dropped. */
  readonly involves?: readonly string[];
}

/** A rule across fields. */
export interface Rule {
  readonly id: string;
  /** Row of the requirements. */
  readonly row: string;
  readonly check: (settings: StackSettings, facts: RuleFacts) => readonly Finding[];
}

/** The first of two equal items, for each item that is there twice. */
export function repeated(items: readonly string[]): readonly string[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))];
}
