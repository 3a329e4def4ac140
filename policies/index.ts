import type { Policy } from "./policy";
import { policyOf } from "./policy";
import type { Rule } from "./rule";
import { securityGroupClosureRules } from "./rules/securityGroupClosure";
import { securityGroupPeerRules } from "./rules/securityGroupPeers";
import { securityGroupWritingRules } from "./rules/securityGroupWriting";
import { acknowledgementRule, settingsRule } from "./rules/settings";
import { Session, type SessionOptions } from "./session";

/** All rules of the pack, by subject. */
export const rules: readonly Rule[] = [
  ...securityGroupWritingRules,
  ...securityGroupPeerRules,
  ...securityGroupClosureRules,
];

/**
 * The policies of one run, in the order in which they have to run: the shared settings first, what became of the
 * acknowledgements last.
 */
export function policies(options: SessionOptions = {}, chosen: readonly Rule[] = rules): Policy[] {
  const session = new Session(options);
  return [settingsRule, ...chosen, acknowledgementRule(session)].map((rule) =>
    policyOf(rule, session),
  );
}
