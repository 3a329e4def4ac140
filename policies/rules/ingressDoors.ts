import type { Resource } from "../resource";
import { readsOf, resourceRule, type Rule } from "../rule";
import { LISTENER_RULES, LISTENERS, LOAD_BALANCERS } from "../servers/ingress";

const subject = "ingress" as const;
const actionsOf = (resource: Resource) =>
  resource
    .at((LISTENERS as readonly string[]).includes(resource.type) ? "defaultActions" : "actions")
    .oneOrMore();

const noRedirectElsewhere = resourceRule({
  id: "ingress-no-redirect-elsewhere",
  subject,
  rationale:
    "A client follows a redirect with its token: to another host it hands it over, over HTTP it shows it to everybody.",
  source:
    "G1; https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html",
  mend: "Keep #{host} as the redirect's host, and HTTPS as its protocol",
  scope: "any",
  reads: {
    ...readsOf(LISTENERS, "protocol", "defaultActions"),
    ...readsOf(LISTENER_RULES, "actions"),
  },
  severity: "high",
  judge(resource, judgement) {
    const isListener = (LISTENERS as readonly string[]).includes(resource.type);
    // The default action of HTTPS, and the protocol to which port 80 leads, have rules of their own.
    if (isListener && resource.at("protocol").text() !== "HTTP") return;
    judgement.each(actionsOf(resource), (action) => {
      const redirect = action.at("redirect");
      if (!redirect.exists) return;
      const host = redirect.at("host").text() ?? "#{host}";
      if (host !== "#{host}" && host !== "")
        judgement.report(resource, { finding: `host:${host}`, says: `it redirects to ${host}` });
      const protocol = redirect.at("protocol").text() ?? "#{protocol}";
      if (protocol === "HTTP" && !isListener)
        judgement.report(resource, {
          finding: "protocol:HTTP",
          says: "it redirects to plain HTTP",
        });
    });
  },
});

const balancerSettings = resourceRule({
  id: "ingress-balancer-settings",
  subject,
  rationale:
    "Without HTTP/2 no gRPC arrives, a kept X-Forwarded-For is whatever the sender writes, and an open failure is no guard.",
  source:
    "G7; https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
  mend: "Leave enableHttp2 on, xffHeaderProcessingMode at append and enableWafFailOpen off",
  scope: "any",
  reads: readsOf(
    LOAD_BALANCERS,
    "loadBalancerType",
    "enableHttp2",
    "xffHeaderProcessingMode",
    "enableWafFailOpen",
  ),
  severity: "medium",
  judge(balancer, judgement) {
    if ((balancer.at("loadBalancerType").text() ?? "application") !== "application") return;
    const report = (finding: string, says: string) => judgement.report(balancer, { finding, says });
    judgement.each(["enableHttp2"], (key) => {
      if (balancer.at(key).boolean() === false) report(key, "it speaks no HTTP/2");
    });
    judgement.each(["xffHeaderProcessingMode"], (key) => {
      const mode = balancer.at(key).text() ?? "append";
      if (mode !== "append") report(`xff:${mode}`, `X-Forwarded-For is treated as ${mode}`);
    });
    judgement.each(["enableWafFailOpen"], (key) => {
      if (balancer.at(key).boolean() === true)
        report(key, "it lets everything in while WAF is away");
    });
  },
});

export const ingressDoorRules: readonly Rule[] = [noRedirectElsewhere, balancerSettings];
