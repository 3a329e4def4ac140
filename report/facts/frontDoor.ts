import { record, records, text } from "../../plan/charges";
import type { PlannedResource } from "../../plan/plan";
import { withoutStack, texts, type PlanIndex } from "./planIndex";

/** One rule of the HTTPS listener, in the order in which they are tried. */
export interface Route {
  readonly priority: number;
  readonly host: string;
  readonly paths: readonly string[];
  /** ECS services behind it, without the stack's name; empty where the load balancer answers by itself. */
  readonly services: readonly string[];
  /** Answer of the load balancer itself, such as `404`. */
  readonly fixedAnswer?: string;
  readonly port: string;
  readonly protocol: string;
  /** What a request must bring along: a header, a source address. */
  readonly guards: readonly string[];
  readonly healthPath: string;
  readonly drainSeconds: string;
}

export interface FrontDoorFacts {
  readonly internal: boolean;
  readonly idleTimeoutSeconds: string;
  readonly tlsPolicy: string;
  readonly deletionProtection: boolean;
  readonly accessLogs: boolean;
  readonly dnsName: string;
  readonly routes: readonly Route[];
  /** What happens to everything that no rule names. */
  readonly otherwise: string;
}

/** The load balancer with its listeners and rules; undefined where the plan has none. */
export function frontDoorFacts(index: PlanIndex, name: string): FrontDoorFacts | undefined {
  const [balancer] = index.ofType("aws:lb/loadBalancer:LoadBalancer");
  if (balancer === undefined) return undefined;
  const https = index
    .ofType("aws:lb/listener:Listener")
    .find((listener) => text(listener.inputs["protocol"]) === "HTTPS");
  const behind = new Map<string, string[]>();
  for (const service of index.ofType("aws:ecs/service:Service")) {
    for (const { targetGroupArn } of records(service.inputs["loadBalancers"])) {
      const arn = text(targetGroupArn);
      const short = withoutStack(text(service.inputs["name"]), name);
      behind.set(arn, [...(behind.get(arn) ?? []), short]);
    }
  }
  return {
    internal: balancer.inputs["internal"] === true,
    idleTimeoutSeconds: text(balancer.inputs["idleTimeout"]),
    tlsPolicy: text(https?.inputs["sslPolicy"]),
    deletionProtection: balancer.inputs["enableDeletionProtection"] === true,
    accessLogs: record(balancer.inputs["accessLogs"])["enabled"] === true,
    dnsName: text(balancer.outputs["dnsName"]),
    routes: index
      .ofType("aws:lb/listenerRule:ListenerRule")
      .map((rule) => routeOf(rule, behind, index))
      .sort((a, b) => a.priority - b.priority),
    otherwise: answerOf(records(https?.inputs["defaultActions"])[0]) ?? "forwarded",
  };
}

function routeOf(
  rule: PlannedResource,
  behind: ReadonlyMap<string, readonly string[]>,
  index: PlanIndex,
): Route {
  const conditions = records(rule.inputs["conditions"]);
  const values = (kind: string) =>
    conditions.flatMap((condition) => texts(record(condition[kind])["values"]));
  const [action = {}] = records(rule.inputs["actions"]);
  const arn = text(action["targetGroupArn"]);
  const group = index.byArn(arn)?.inputs ?? {};
  const answer = answerOf(action);
  const headers = conditions
    .map((condition) => text(record(condition["httpHeader"])["httpHeaderName"]))
    .filter((header) => header !== "");
  const sources = values("sourceIp");
  return {
    priority: Number(rule.inputs["priority"] ?? 0),
    host: values("hostHeader").join(", "),
    paths: values("pathPattern"),
    services: behind.get(arn) ?? [],
    ...(answer === undefined ? {} : { fixedAnswer: answer }),
    port: text(group["port"]),
    protocol: text(group["protocolVersion"]),
    guards: [
      ...headers.map((header) =>
        header.toLowerCase() === "authorization" ? "bearer token" : `header ${header}`,
      ),
      ...(sources.length > 0 ? [`from ${sources.join(", ")}`] : []),
    ],
    healthPath: text(record(group["healthCheck"])["path"]),
    drainSeconds: text(group["deregistrationDelay"]),
  };
}

function answerOf(action: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const fixed = record(action?.["fixedResponse"]);
  const status = text(fixed["statusCode"]);
  return status === "" ? undefined : status;
}
