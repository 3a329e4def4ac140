import type { Product } from "../data/parts";
import type { Resource, Stack } from "../resource";
import { type Server, serversOf } from "./server";
import { tasksOf } from "./services";
import type { Value } from "../value";

export const LOAD_BALANCERS = [
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:alb/loadBalancer:LoadBalancer",
] as const;
export const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"] as const;
export const LISTENER_RULES = [
  "aws:lb/listenerRule:ListenerRule",
  "aws:alb/listenerRule:ListenerRule",
] as const;
export const TARGET_GROUPS = [
  "aws:lb/targetGroup:TargetGroup",
  "aws:alb/targetGroup:TargetGroup",
] as const;

/** Resources of several types that a property leads to. */
export const leadingTo = (
  stack: Stack,
  resource: Resource,
  property: string,
  types: readonly string[],
): Resource[] => types.flatMap((type) => stack.referenced(resource, property, type));

/** Target groups that a list of actions forwards to: by ARN, in any of the three places. */
export function forwardedArns(actions: readonly Value[]): string[] {
  return actions.flatMap((action) => [
    ...action.at("targetGroupArn").texts(),
    ...action
      .at("forward", "targetGroups")
      .oneOrMore()
      .flatMap((group) => group.at("arn").texts()),
  ]);
}

export const forwards = (actions: readonly Value[]): boolean =>
  actions.some((action) => action.at("type").text() === "forward");

/** Servers behind each target group. Where a task definition is not known its group is left out. */
export function serversBehind(stack: Stack): ReadonlyMap<Resource, readonly Server[]> {
  const behind = new Map<Resource, Server[]>();
  for (const { service, taskDefinition } of tasksOf(stack)) {
    if (taskDefinition === undefined || taskDefinition.at("containerDefinitions").isUnknown)
      continue;
    const groups = new Set<Resource>();
    const balancers = service.at("loadBalancers");
    if (balancers.isUnknown) continue;
    for (const balancer of balancers.oneOrMore()) {
      const arn = balancer.at("targetGroupArn");
      const found = arn.isUnknown ? undefined : stack.byArn(arn.text());
      if (found !== undefined) groups.add(found);
    }
    if (groups.size === 0) {
      for (const found of service.propertyDependencies["loadBalancers"] ?? []) {
        if ((TARGET_GROUPS as readonly string[]).includes(found.type)) groups.add(found);
      }
    }
    const servers = serversOf(taskDefinition);
    for (const group of groups) behind.set(group, [...(behind.get(group) ?? []), ...servers]);
  }
  return behind;
}

/** Ports that only one product listens on, for a target group whose tasks are not part of the stack. */
const portOwners: Readonly<Record<number, Product>> = {
  9009: "mimir",
  3100: "loki",
  3200: "tempo",
  4317: "tempo",
  4318: "tempo",
  4040: "pyroscope",
};

/** Products that a target group leads to. */
export function productsBehind(
  group: Resource,
  behind: ReadonlyMap<Resource, readonly Server[]>,
): ReadonlySet<Product> {
  const known = behind.get(group);
  if (known !== undefined) return new Set(known.map(({ product }) => product));
  const owner = portOwners[group.at("port").number() ?? 0];
  return new Set(owner === undefined ? [] : [owner]);
}

/**
 * Whether a path pattern of a listener rule matches a path: `*` is any text, `?` one character.
 * Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
export function patternMatches(pattern: string, path: string): boolean {
  // Two pointers with one point of return: linear, where a regular expression of many stars is not.
  let p = 0;
  let s = 0;
  let star = -1;
  let mark = 0;
  while (s < path.length) {
    if (
      p < pattern.length &&
      (pattern[p] === "?" || pattern[p] === path[s]) &&
      pattern[p] !== "*"
    ) {
      p += 1;
      s += 1;
    } else if (pattern[p] === "*") {
      star = p;
      mark = s;
      p += 1;
    } else if (star !== -1) {
      p = star + 1;
      mark += 1;
      s = mark;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
