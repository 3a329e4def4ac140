import type { CustomResource, PlanReader } from "./planReader";
import type {
  Listener,
  ListenerAction,
  ListenerCondition,
  ListenerRule,
  LoadBalancer,
  TargetGroup,
} from "./types";

/** Target groups. Defaults are ELB's. */
export function targetGroupsOf(reader: PlanReader): TargetGroup[] {
  return reader.all("aws:lb/targetGroup:TargetGroup").map((group) => {
    const inputs = group.inputs as {
      readonly port: number;
      readonly protocolVersion?: TargetGroup["protocolVersion"];
      readonly deregistrationDelay?: number;
      readonly loadBalancingAlgorithmType?: TargetGroup["algorithm"];
      readonly healthCheck?: {
        readonly path?: string;
        readonly port?: string;
        readonly matcher?: string;
        readonly interval?: number;
        readonly timeout?: number;
        readonly healthyThreshold?: number;
        readonly unhealthyThreshold?: number;
      };
    };
    const { port, protocolVersion, deregistrationDelay, loadBalancingAlgorithmType } = inputs;
    const check = inputs.healthCheck ?? {};
    return {
      arn: group.id,
      name: group.name,
      port,
      protocolVersion: protocolVersion ?? "HTTP1",
      deregistrationDelaySeconds: Number(deregistrationDelay ?? 300),
      algorithm: loadBalancingAlgorithmType ?? "round_robin",
      healthCheck: {
        path: check.path ?? "/",
        port: /^\d+$/.test(check.port ?? "") ? Number(check.port) : port,
        matcher: check.matcher ?? "200",
        intervalSeconds: check.interval ?? 30,
        timeoutSeconds: check.timeout ?? 5,
        healthyThreshold: check.healthyThreshold ?? 5,
        unhealthyThreshold: check.unhealthyThreshold ?? 2,
      },
    };
  });
}

/** The load balancer with its listeners and their rules; undefined where the plan has none. */
export function loadBalancerOf(reader: PlanReader): LoadBalancer | undefined {
  const [balancer] = reader.all("aws:lb/loadBalancer:LoadBalancer");
  if (balancer === undefined) return undefined;
  const { securityGroups, subnets, idleTimeout, dropInvalidHeaderFields } = balancer.inputs as {
    readonly securityGroups?: readonly string[];
    readonly subnets?: readonly string[];
    readonly idleTimeout?: number;
    readonly dropInvalidHeaderFields?: boolean;
  };
  return {
    arn: balancer.id,
    securityGroupIds: securityGroups ?? [],
    subnetIds: subnets ?? [],
    idleTimeoutSeconds: idleTimeout ?? 60,
    dropInvalidHeaderFields: dropInvalidHeaderFields ?? false,
    listeners: reader
      .all("aws:lb/listener:Listener")
      .filter((listener) => listener.inputs.loadBalancerArn === balancer.id)
      .map((listener) => listenerOf(listener, reader)),
  };
}

function listenerOf(listener: CustomResource, reader: PlanReader): Listener {
  const { port, protocol, sslPolicy, defaultActions } = listener.inputs as {
    readonly port: number;
    readonly protocol: Listener["protocol"];
    readonly sslPolicy?: string;
    readonly defaultActions: readonly ElbAction[];
  };
  return {
    arn: listener.id,
    port,
    protocol,
    sslPolicy,
    defaultAction: actionOf(defaultActions, listener, reader),
    rules: reader
      .all("aws:lb/listenerRule:ListenerRule")
      .filter((rule) => rule.inputs.listenerArn === listener.id)
      .map((rule) => ruleOf(rule, reader))
      .sort((a, b) => a.priority - b.priority),
  };
}

function ruleOf(rule: CustomResource, reader: PlanReader): ListenerRule {
  const { priority, conditions, actions } = rule.inputs as {
    readonly priority: number;
    readonly conditions: readonly ElbCondition[];
    readonly actions: readonly ElbAction[];
  };
  return {
    urn: rule.urn,
    name: rule.name,
    priority,
    conditions: conditions.flatMap((condition) => {
      const read = conditionOf(condition);
      if (read === undefined) {
        reader.complain(
          `listener rule ${rule.name}: a condition on ${Object.keys(condition).join(", ")} cannot be rehearsed`,
        );
      }
      return read ?? [];
    }),
    action: actionOf(actions, rule, reader),
  };
}

interface ElbCondition {
  readonly hostHeader?: { readonly values: readonly string[] };
  readonly pathPattern?: { readonly values: readonly string[] };
  readonly httpRequestMethod?: { readonly values: readonly string[] };
  readonly sourceIp?: { readonly values: readonly string[] };
  readonly httpHeader?: { readonly httpHeaderName: string; readonly values: readonly string[] };
}

function conditionOf(condition: ElbCondition): ListenerCondition | undefined {
  const { hostHeader, pathPattern, httpRequestMethod, sourceIp, httpHeader } = condition;
  if (hostHeader) return { kind: "host", values: hostHeader.values };
  if (pathPattern) return { kind: "path", values: pathPattern.values };
  if (httpRequestMethod) return { kind: "method", values: httpRequestMethod.values };
  if (sourceIp) return { kind: "sourceIp", values: sourceIp.values };
  if (httpHeader)
    return { kind: "header", header: httpHeader.httpHeaderName, values: httpHeader.values };
  return undefined;
}

interface ElbAction {
  readonly type: string;
  readonly targetGroupArn?: string;
  readonly fixedResponse?: {
    readonly statusCode?: string;
    readonly contentType: string;
    readonly messageBody?: string;
  };
  readonly redirect?: {
    readonly statusCode: string;
    readonly protocol?: string;
    readonly port?: string;
    readonly host?: string;
    readonly path?: string;
    readonly query?: string;
  };
}

/** Defaults of a redirect are ELB's: keep what the request had. */
function actionOf(
  actions: readonly ElbAction[],
  owner: CustomResource,
  reader: PlanReader,
): ListenerAction {
  const [action] = actions;
  if (actions.length === 1 && action?.type === "forward" && action.targetGroupArn) {
    return { kind: "forward", targetGroupArn: action.targetGroupArn };
  }
  if (actions.length === 1 && action?.fixedResponse) {
    const { statusCode, contentType, messageBody } = action.fixedResponse;
    return {
      kind: "fixedResponse",
      statusCode: Number(statusCode ?? 200),
      contentType,
      body: messageBody ?? "",
    };
  }
  if (actions.length === 1 && action?.redirect) {
    const { redirect } = action;
    return {
      kind: "redirect",
      statusCode: Number(redirect.statusCode.replace("HTTP_", "")),
      protocol: redirect.protocol ?? "#{protocol}",
      port: redirect.port ?? "#{port}",
      host: redirect.host ?? "#{host}",
      path: redirect.path ?? "/#{path}",
      query: redirect.query ?? "#{query}",
    };
  }
  reader.complain(
    `${owner.name} (${owner.type}): ${actions.map(({ type }) => type).join(" and ")} cannot be rehearsed`,
  );
  return { kind: "fixedResponse", statusCode: 503, contentType: "text/plain", body: "" };
}
