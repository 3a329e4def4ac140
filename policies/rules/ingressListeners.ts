import { modernTlsPolicy } from "../data/ingress";
import { readsOf, resourceRule, type Rule, stackRule } from "../rule";
import { durationText } from "../servers/duration";
import { forwards, leadingTo, LISTENER_RULES, LISTENERS, LOAD_BALANCERS } from "../servers/ingress";
import { BUCKETS, bucketName } from "../servers/buckets";
import { dataBuckets } from "../servers/retention";
import { serversOf, TASK_DEFINITION, serverReads } from "../servers/server";
import { grafanaTimeoutsOf, queryTimeoutsOf } from "../servers/timeouts";
import type { Resource } from "../resource";

const subject = "ingress" as const;
const isApplication = (loadBalancer: Resource) =>
  (loadBalancer.at("loadBalancerType").text() ?? "application") === "application";

const tlsPolicy = resourceRule({
  id: "ingress-tls-policy",
  subject,
  rationale: "The default policy of a listener still speaks TLS 1.0.",
  source: "G7",
  mend: "Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-2021-06 or a stricter one",
  scope: "any",
  reads: readsOf(LISTENERS, "protocol", "sslPolicy"),
  severity: "high",
  judge(listener, judgement) {
    const protocol = listener.at("protocol").text();
    if (protocol !== "HTTPS" && protocol !== "TLS") return;
    const policy = listener.at("sslPolicy").text();
    if (policy !== undefined && modernTlsPolicy.test(policy)) return;
    judgement.report(listener, {
      finding: `sslPolicy:${policy ?? "default"}`,
      says: `its TLS policy is ${policy ?? "the default, ELBSecurityPolicy-2016-08"}`,
    });
  },
});

const redirect = stackRule({
  id: "ingress-redirect",
  subject,
  rationale: "What comes in without TLS carries its token for everybody to read.",
  source: "G1",
  mend: "Let the HTTP listener do nothing but redirect to HTTPS on 443",
  scope: "any",
  reads: {
    ...readsOf(LISTENERS, "protocol", "port", "defaultActions"),
    ...readsOf(LISTENER_RULES, "listenerArn", "actions"),
  },
  severity: "high",
  judge(stack, judgement) {
    const plain = new Set<Resource>();
    judgement.each(stack.ofType(...LISTENERS), (listener) => {
      if (listener.at("protocol").text() !== "HTTP") return;
      plain.add(listener);
      const actions = listener.at("defaultActions").oneOrMore();
      const redirects =
        actions.length > 0 &&
        actions.every(
          (action) =>
            action.at("type").text() === "redirect" &&
            action.at("redirect", "protocol").text() === "HTTPS" &&
            (action.at("redirect", "port").number() ?? 443) === 443,
        );
      if (redirects) return;
      judgement.report(listener, {
        finding: `http:${listener.at("port").toString()}`,
        says: `its listener on port ${listener.at("port").toString()} speaks plain HTTP and does not redirect to HTTPS on 443`,
      });
    });
    judgement.each(stack.ofType(...LISTENER_RULES), (rule) => {
      const on = leadingTo(stack, rule, "listenerArn", LISTENERS);
      if (!on.some((listener) => plain.has(listener))) return;
      if (!forwards(rule.at("actions").oneOrMore())) return;
      judgement.report(rule, {
        finding: "http:forward",
        says: "it forwards from a listener that speaks plain HTTP",
      });
    });
  },
});

const invalidHeaders = resourceRule({
  id: "ingress-invalid-headers",
  subject,
  rationale:
    "Header fields that HTTP does not allow are how requests are smuggled past the load balancer.",
  source: "G7",
  mend: "Set dropInvalidHeaderFields to true, and leave desyncMitigationMode at defensive or stricter",
  scope: "any",
  reads: readsOf(
    LOAD_BALANCERS,
    "loadBalancerType",
    "dropInvalidHeaderFields",
    "desyncMitigationMode",
  ),
  severity: "medium",
  judge(loadBalancer, judgement) {
    if (!isApplication(loadBalancer)) return;
    const drop = loadBalancer.at("dropInvalidHeaderFields");
    if (drop.boolean() !== true) {
      judgement.report(loadBalancer, {
        finding: "dropInvalidHeaderFields",
        says: `dropInvalidHeaderFields is ${drop.toString()}`,
      });
    }
    if (loadBalancer.at("desyncMitigationMode").text() === "monitor") {
      judgement.report(loadBalancer, {
        finding: "desyncMitigationMode",
        says: "desyncMitigationMode is monitor: smuggled requests are counted and passed on",
      });
    }
  },
});

const deletionProtection = resourceRule({
  id: "ingress-deletion-protection",
  subject,
  rationale:
    "A new load balancer has a new name: every sender is cut off until DNS has changed everywhere.",
  source: "G7",
  mend: "Set enableDeletionProtection to true in prod",
  scope: "any",
  reads: readsOf(LOAD_BALANCERS, "enableDeletionProtection"),
  severity: "medium",
  judge(loadBalancer, judgement) {
    if (judgement.environment !== "prod") return;
    const value = loadBalancer.at("enableDeletionProtection");
    if (value.boolean() === true) return;
    judgement.report(loadBalancer, {
      finding: "enableDeletionProtection",
      says: `enableDeletionProtection is ${value.toString()} in prod`,
    });
  },
});

const accessLogs = stackRule({
  id: "ingress-access-logs",
  subject,
  rationale: "Without access logs nobody can say who wrote what into the stack, or who tried.",
  source: "G7",
  mend: "In prod enable accessLogs into a bucket of their own",
  scope: "any",
  reads: {
    ...readsOf(LOAD_BALANCERS, "loadBalancerType", "accessLogs"),
    ...readsOf(BUCKETS, "bucket"),
    ...serverReads,
  },
  severity: "medium",
  judge(stack, judgement) {
    judgement.each(stack.ofType(...LOAD_BALANCERS), (loadBalancer) => {
      if (!isApplication(loadBalancer)) return;
      const logs = loadBalancer.at("accessLogs");
      if (logs.at("enabled").boolean() !== true) {
        if (judgement.environment !== "prod") return;
        judgement.report(loadBalancer, {
          finding: "none",
          says: "it writes no access logs in prod",
        });
        return;
      }
      const bucket =
        leadingTo(stack, loadBalancer, "accessLogs.bucket", BUCKETS).map(bucketName)[0] ??
        logs.at("bucket").text();
      if (bucket === undefined || !dataBuckets(stack).has(bucket)) return;
      judgement.report(loadBalancer, {
        finding: "data-bucket",
        says: `it writes its access logs into ${bucket}, which holds the servers' data`,
      });
    });
  },
});

const idleTimeout = stackRule({
  id: "ingress-idle-timeout",
  subject,
  rationale:
    "A load balancer that gives up before the server does answers long queries with 504 and no reason.",
  source: "S25",
  mend: "Set idleTimeout to at least the longest query timeout of the servers behind it",
  scope: "lgtm",
  reads: {
    ...readsOf(LOAD_BALANCERS, "loadBalancerType", "idleTimeout"),
    ...serverReads,
  },
  severity: "medium",
  judge(stack, judgement) {
    let longest = { key: "", seconds: 0, product: "" };
    judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
      for (const server of serversOf(taskDefinition)) {
        for (const time of [...queryTimeoutsOf(server), ...grafanaTimeoutsOf(server)]) {
          if (time.seconds > longest.seconds) longest = { ...time, product: server.product };
        }
      }
    });
    judgement.each(stack.ofType(...LOAD_BALANCERS), (loadBalancer) => {
      if (!isApplication(loadBalancer)) return;
      const seconds = loadBalancer.at("idleTimeout").number() ?? 60;
      if (seconds >= longest.seconds) return;
      judgement.report(loadBalancer, {
        finding: `idleTimeout:${seconds}`,
        says: `idleTimeout is ${seconds} s; ${longest.key} of ${longest.product} is ${durationText(longest.seconds)}`,
      });
    });
  },
});

export const ingressListenerRules: readonly Rule[] = [
  tlsPolicy,
  redirect,
  invalidHeaders,
  deletionProtection,
  accessLogs,
  idleTimeout,
];
