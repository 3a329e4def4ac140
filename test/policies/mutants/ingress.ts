import { addLike, allTypes as t, mutant, type Properties, set } from "./edits";
import type { BrokenPlan, Mutant } from "./mutant";

const alb = "lgtm-alb";

/** Replaces one kind of condition of a listener rule, or removes it. */
const condition = (plan: BrokenPlan, rule: string, key: string, value: unknown) =>
  plan.change(t.listenerRule, rule, (properties) => {
    const others = (properties["conditions"] as Properties[]).filter((each) => !(key in each));
    properties["conditions"] = value === undefined ? others : [...others, { [key]: value }];
  });

const header = (value: string) => ({ httpHeaderName: "Authorization", values: [value] });

const guards: readonly Mutant[] = [
  mutant(
    "Mimir's ingest path without its token",
    "remove a condition",
    (plan) => condition(plan, "lgtm-mimir-1", "httpHeader", undefined),
    "ingress-ingest-guard unguarded",
  ),
  mutant(
    "Loki's token is short",
    "change a condition",
    (plan) => condition(plan, "lgtm-loki-1", "httpHeader", header("Bearer secret")),
    "ingress-ingest-guard token:weak",
  ),
  mutant(
    "a token with a wildcard",
    "change a condition",
    (plan) => condition(plan, "lgtm-otlp-http-1", "httpHeader", header("Bearer *")),
    "ingress-ingest-guard token:wildcard",
  ),
  mutant(
    "any sender that says it is Alloy",
    "change a condition",
    (plan) =>
      condition(plan, "lgtm-otlp-grpc-1", "httpHeader", {
        httpHeaderName: "User-Agent",
        values: ["Alloy"],
      }),
    "ingress-ingest-guard header:User-Agent",
  ),
  mutant(
    "0.0.0.0/0 as the guard",
    "replace a condition",
    (plan) => {
      condition(plan, "lgtm-mimir-1", "httpHeader", undefined);
      condition(plan, "lgtm-mimir-1", "sourceIp", { values: ["0.0.0.0/0"] });
    },
    "ingress-ingest-guard source:0.0.0.0/0",
  ),
  mutant(
    "half of the Internet twice as the guard",
    "replace a condition",
    (plan) => {
      condition(plan, "lgtm-loki-1", "httpHeader", undefined);
      condition(plan, "lgtm-loki-1", "sourceIp", { values: ["0.0.0.0/1", "128.0.0.0/1"] });
    },
    "ingress-ingest-guard source:0.0.0.0/1",
  ),
  mutant(
    "Tempo's query path without its token",
    "remove a condition",
    (plan) => condition(plan, "lgtm-tempo-1", "httpHeader", undefined),
    "ingress-query-guard unguarded:/api/traces/0af7651916cd43dd8448eb211c80319c",
  ),
  mutant(
    "another rule opens Loki's query path",
    "add a resource",
    (plan) =>
      addLike(plan, t.listenerRule, "lgtm-loki-1", "lgtm-added", (p) => {
        p["priority"] = 3900;
        p["conditions"] = [
          { hostHeader: { values: ["loki.example.com"] } },
          { pathPattern: { values: ["/loki/api/v1/query*"] } },
        ];
      }),
    "ingress-query-guard unguarded:/loki/api/v1/query",
  ),
  mutant(
    "another rule opens all of Mimir",
    "add a resource",
    (plan) =>
      addLike(plan, t.listenerRule, "lgtm-mimir-1", "lgtm-added", (p) => {
        p["priority"] = 2900;
        p["conditions"] = [{ hostHeader: { values: ["mimir.example.com"] } }];
      }),
    "ingress-ingest-guard unguarded",
    "ingress-query-guard unguarded:/prometheus/api/v1/query",
  ),
  mutant(
    "Grafana's host leads to Mimir through a weighted action",
    "replace an action",
    (plan) =>
      plan.change(t.listenerRule, "lgtm-grafana-1", (p) => {
        p["actions"] = [
          {
            type: "forward",
            forward: { targetGroups: [{ arn: plan.arn(t.targetGroup, "lgtm-mimir"), weight: 1 }] },
          },
        ];
      }),
    "ingress-ingest-guard unguarded",
    "ingress-query-guard unguarded:/prometheus/api/v1/query",
  ),
  mutant(
    "Grafana's metrics are not hidden",
    "remove a resource",
    (plan) => plan.remove(t.listenerRule, "lgtm-grafana-hidden-1"),
    "ingress-metrics-hidden /metrics",
  ),
  mutant(
    "the rule that hides Grafana's metrics comes after the one that shows them",
    "change a number",
    (plan) => set(plan, t.listenerRule, "lgtm-grafana-hidden-1", "priority", 1500),
    "ingress-metrics-hidden /metrics",
  ),
  mutant(
    "the default action forwards",
    "replace an action",
    (plan) =>
      set(plan, t.listener, "lgtm-https", "defaultActions", [
        { type: "forward", targetGroupArn: plan.arn(t.targetGroup, "lgtm-grafana") },
      ]),
    "ingress-default-action forward",
  ),
];

const listeners: readonly Mutant[] = [
  mutant(
    "an old TLS policy",
    "change a value",
    (plan) => set(plan, t.listener, "lgtm-https", "sslPolicy", "ELBSecurityPolicy-2016-08"),
    "ingress-tls-policy sslPolicy:ELBSecurityPolicy-2016-08",
  ),
  mutant(
    "the default TLS policy",
    "remove a property",
    (plan) => set(plan, t.listener, "lgtm-https", "sslPolicy", undefined),
    "ingress-tls-policy sslPolicy:default",
  ),
  mutant(
    "a policy whose name says TLS13 and that takes TLS 1.0",
    "change a value",
    (plan) =>
      set(plan, t.listener, "lgtm-https", "sslPolicy", "ELBSecurityPolicy-TLS13-1-0-2021-06"),
    "ingress-tls-policy sslPolicy:ELBSecurityPolicy-TLS13-1-0-2021-06",
  ),
  mutant(
    "port 80 forwards",
    "replace an action",
    (plan) =>
      set(plan, t.listener, "lgtm-http", "defaultActions", [
        { type: "forward", targetGroupArn: plan.arn(t.targetGroup, "lgtm-grafana") },
      ]),
    "ingress-redirect http:80",
  ),
  mutant(
    "port 80 redirects to itself",
    "change a value",
    (plan) =>
      set(plan, t.listener, "lgtm-http", "defaultActions", [
        { type: "redirect", redirect: { protocol: "HTTP", port: "80", statusCode: "HTTP_301" } },
      ]),
    "ingress-redirect http:80",
  ),
  mutant(
    "a rule on port 80 forwards",
    "add a resource",
    (plan) =>
      addLike(plan, t.listenerRule, "lgtm-grafana-1", "lgtm-added", (p) => {
        p["listenerArn"] = plan.arn(t.listener, "lgtm-http");
        p["conditions"] = [
          { hostHeader: { values: ["grafana.example.com"] } },
          { pathPattern: { values: ["/login"] } },
        ];
      }),
    "ingress-redirect http:forward",
  ),
  mutant(
    "invalid header fields are passed on",
    "remove a property",
    (plan) => set(plan, t.loadBalancer, alb, "dropInvalidHeaderFields", undefined),
    "ingress-invalid-headers dropInvalidHeaderFields",
  ),
  mutant(
    "smuggled requests are counted only",
    "add a property",
    (plan) => set(plan, t.loadBalancer, alb, "desyncMitigationMode", "monitor"),
    "ingress-invalid-headers desyncMitigationMode",
  ),
  mutant(
    "no deletion protection",
    "flip a boolean",
    (plan) => set(plan, t.loadBalancer, alb, "enableDeletionProtection", false),
    "ingress-deletion-protection enableDeletionProtection",
  ),
  mutant(
    "no access logs",
    "flip a boolean",
    (plan) => set(plan, t.loadBalancer, alb, "accessLogs.enabled", false),
    "ingress-access-logs none",
  ),
  mutant(
    "idle timeout at its default",
    "remove a property",
    (plan) => set(plan, t.loadBalancer, alb, "idleTimeout", undefined),
    "ingress-idle-timeout idleTimeout:60",
  ),
  mutant(
    "the target group asks a query-frontend for /ready",
    "change a value",
    (plan) => set(plan, t.targetGroup, "lgtm-tempo", "healthCheck.path", "/ready"),
    "ingress-target-health /ready",
  ),
  mutant(
    "the target group asks a port where nothing listens",
    "change a value",
    (plan) => set(plan, t.targetGroup, "lgtm-otlp-http", "healthCheck.port", "3201"),
    "ingress-target-health port:3201",
    "sg-needed-calls-pass ingress:load-balancer->tempo/distributor:3201",
  ),
  mutant(
    "targets are waited for five minutes",
    "remove a property",
    (plan) => set(plan, t.targetGroup, "lgtm-mimir", "deregistrationDelay", undefined),
    "ingress-deregistration deregistrationDelay:300",
  ),
];

export const ingressMutants: readonly Mutant[] = [...guards, ...listeners];
