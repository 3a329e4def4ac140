import { serverPaths, type ServerPaths } from "../data/ingress";
import type { Resource, Stack } from "../resource";
import { type Judgement, readsOf } from "../rule";
import {
  forwardedArns,
  forwards,
  LISTENER_RULES,
  patternMatches,
  productsBehind,
  serversBehind,
  TARGET_GROUPS,
} from "./ingress";
import {} from "./server";
import { SERVICE, taskReads } from "./services";
import type { Value } from "../value";

/** What tells which paths of which server a listener rule opens, for the rules' `reads`. */
export const openingReads: Readonly<Record<string, readonly string[]>> = {
  ...readsOf(LISTENER_RULES, "actions", "conditions"),
  ...readsOf(TARGET_GROUPS, "arn", "port"),
  [SERVICE]: ["loadBalancers", "taskDefinition"],
  ...taskReads,
};

/** A listener rule that forwards to an LGTM server, with the paths it opens. */
export interface Opening {
  readonly rule: Resource;
  readonly ingest: readonly string[];
  readonly query: readonly string[];
  readonly conditions: readonly Value[];
}

/** @throws never: what a preview does not know is noted in the judgement. */
export function openingsOf(stack: Stack, judgement: Judgement): Opening[] {
  const behind = serversBehind(stack);
  const openings: Opening[] = [];
  judgement.each(stack.ofType(...LISTENER_RULES), (rule) => {
    const actions = rule.at("actions").oneOrMore();
    if (!forwards(actions)) return;
    const conditions = rule.at("conditions").oneOrMore();
    const known = conditions
      .map((condition) => condition.at("pathPattern", "values").texts())
      .filter((patterns) => patterns.length > 0);
    const opens = (path: string) =>
      known.every((patterns) => patterns.some((pattern) => patternMatches(pattern, path)));
    const served = new Set(
      targetGroupsOf(stack, rule, actions).flatMap((group) => [...productsBehind(group, behind)]),
    );
    const paths = [...served].flatMap((product): ServerPaths[] => {
      const found = serverPaths[product];
      return found === undefined ? [] : [found];
    });
    openings.push({
      rule,
      conditions,
      ingest: paths.flatMap(({ ingest }) => ingest.filter(opens)),
      query: paths.flatMap(({ query }) => query.filter(opens)),
    });
  });
  return openings;
}

/** Target groups that a listener rule forwards to. */
export function targetGroupsOf(
  stack: Stack,
  rule: Resource,
  actions: readonly Value[],
): Resource[] {
  const types: readonly string[] = TARGET_GROUPS;
  if (actions.some((action) => action.at("targetGroupArn").isUnknown)) {
    return (rule.propertyDependencies["actions"] ?? []).filter(({ type }) => types.includes(type));
  }
  return forwardedArns(actions).flatMap((arn) => stack.byArn(arn) ?? []);
}
