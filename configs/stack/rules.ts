import { alertingRules } from "./rules/alerting";
import { collectionRules } from "./rules/collection";
import { ingressRules } from "./rules/ingress";
import { nameRules } from "./rules/names";
import { networkRules } from "./rules/network";
import { prodRules } from "./rules/prod";
import { roleRules } from "./rules/roles";
import type { Rule } from "./rules/rule";
import { storageRules } from "./rules/storage";
import { watchRules } from "./rules/watch";

export type { Finding, Rule, RuleFacts, Sibling } from "./rules/rule";

/** Every rule across fields, in the order in which a stack file is read. */
export const rules: readonly Rule[] = [
  ...nameRules,
  ...networkRules,
  ...ingressRules,
  ...roleRules,
  ...storageRules,
  ...prodRules,
  ...collectionRules,
  ...watchRules,
  ...alertingRules,
];
