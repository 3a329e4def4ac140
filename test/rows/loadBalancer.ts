import type { PlannedStack } from "../../plan/makePlan";
import type { PlannedResource } from "../../plan/plan";
import { unwrapAll } from "../../plan/record";
import { isInside } from "../../configs/stack/addresses";
import { resourcesOf } from "../fixtures/plans";

export interface Request {
  readonly host: string;
  readonly path: string;
  /** Value of the `Authorization` header. */
  readonly authorization?: string;
  readonly from?: string;
}

interface Condition {
  readonly hostHeader?: { readonly values: readonly string[] };
  readonly pathPattern?: { readonly values: readonly string[] };
  readonly sourceIp?: { readonly values: readonly string[] };
  readonly httpHeader?: { readonly httpHeaderName: string; readonly values: readonly string[] };
}

export interface Action {
  readonly type: string;
  readonly targetGroupArn?: string;
  readonly fixedResponse?: { readonly statusCode: string };
  readonly redirect?: Readonly<Record<string, string>>;
}

interface Rule {
  readonly priority: number;
  readonly conditions: readonly Condition[];
  readonly actions: readonly Action[];
}

/** The rules as AWS would get them: secrets laid open. */
export const rulesOf = ({ recording }: PlannedStack): Rule[] =>
  recording.resources
    .filter(({ type }) => type === "aws:lb/listenerRule:ListenerRule")
    .map(({ inputs }) => unwrapAll(inputs) as Rule)
    .sort((a, b) => a.priority - b.priority);

/**
 * What the load balancer does with an HTTPS request: the status of a fixed response, or port and services of the target
 * group it goes to. Patterns as AWS documents them: `*` any number of characters, `?` one; paths mind case, hosts and
 * headers do not.
 */
export function answerTo(stack: PlannedStack, request: Request): string {
  const rule = rulesOf(stack).find(({ conditions }) =>
    conditions.every((condition) => holds(condition, request)),
  );
  const action = rule?.actions[0] ?? defaultAction(stack);
  if (action?.fixedResponse !== undefined) return action.fixedResponse.statusCode;
  const group = resourcesOf(stack, "aws:lb/targetGroup:TargetGroup").find(
    ({ outputs }) => outputs["arn"] === action?.targetGroupArn,
  );
  return group === undefined ? "nothing" : `${servicesOf(stack, group).join(" ")}`;
}

/** `name:port` of every service whose tasks are registered in a target group. */
function servicesOf(stack: PlannedStack, group: PlannedResource): string[] {
  return resourcesOf(stack, "aws:ecs/service:Service").flatMap(({ inputs }) =>
    ((inputs["loadBalancers"] ?? []) as { targetGroupArn: string; containerPort: number }[])
      .filter(({ targetGroupArn }) => targetGroupArn === group.outputs["arn"])
      .map(({ containerPort }) => `${String(inputs["name"])}:${containerPort}`),
  );
}

function defaultAction(stack: PlannedStack): Action | undefined {
  const listener = resourcesOf(stack, "aws:lb/listener:Listener").find(
    ({ inputs }) => inputs["port"] === 443,
  );
  return (listener?.inputs["defaultActions"] as Action[] | undefined)?.[0];
}

function holds(condition: Condition, { host, path, authorization, from }: Request): boolean {
  const { hostHeader, pathPattern, sourceIp, httpHeader } = condition;
  return (
    (hostHeader === undefined || hostHeader.values.some((value) => like(value, host, "i"))) &&
    (pathPattern === undefined || pathPattern.values.some((value) => like(value, path, ""))) &&
    (sourceIp === undefined ||
      sourceIp.values.some((block) => isInside(`${from ?? ""}/32`, block))) &&
    (httpHeader === undefined ||
      (httpHeader.httpHeaderName.toLowerCase() === "authorization" &&
        authorization !== undefined &&
        httpHeader.values.some((value) => like(value, authorization, "i"))))
  );
}

function like(pattern: string, text: string, flags: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, flags).test(text);
}
