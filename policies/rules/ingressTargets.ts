import { MOST_DEREGISTRATION_SECONDS } from "../data/ingress";
import {
  grpcPorts,
  MOST_SECONDS_UNNOTICED,
  portsWithoutPages,
  readinessPaths,
} from "../data/health";
import type { Resource } from "../resource";
import { type Judgement, readsOf, resourceRule, type Rule, type Stack, stackRule } from "../rule";
import { LISTENER_RULES, serversBehind, TARGET_GROUPS } from "../servers/ingress";
import { targetGroupsOf } from "../servers/openings";
import {} from "../servers/server";
import { SERVICE, taskReads } from "../servers/services";

const subject = "ingress" as const;
const ATTACHMENTS = [
  "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  "aws:alb/targetGroupAttachment:TargetGroupAttachment",
] as const;

const targetHealth = stackRule({
  id: "ingress-target-health",
  subject,
  rationale: "Targets that are asked the wrong thing are never healthy, or always.",
  source: "G9",
  mend: "Check the server's own health path; for query-frontends one that waits for nobody",
  scope: "lgtm",
  reads: {
    ...readsOf(TARGET_GROUPS, "arn", "port", "protocolVersion", "targetType", "healthCheck"),
    ...readsOf(LISTENER_RULES, "actions"),
    ...readsOf(ATTACHMENTS, "targetGroupArn"),
    [SERVICE]: ["loadBalancers", "taskDefinition"],
    ...taskReads,
  },
  severity: "high",
  judge(stack, judgement) {
    const behind = serversBehind(stack);
    judgeEmptyGroups(stack, behind, judgement);
    judgement.each(behind, ([group, servers]) => {
      const check = group.at("healthCheck");
      if (check.at("enabled").boolean() === false) {
        judgement.report(group, { finding: "disabled", says: "its health check is switched off" });
        return;
      }
      const report = (finding: string, says: string) => judgement.report(group, { finding, says });
      const speaksGrpc = group.at("protocolVersion").text() === "GRPC";
      const traffic = group.at("port").number();
      const type = group.at("targetType").text() ?? "instance";
      if (type !== "ip")
        report(`targetType:${type}`, `its targets are ${type}s, and a Fargate task has an address`);
      if (traffic !== undefined && grpcPorts.has(traffic) !== speaksGrpc) {
        report(
          `protocol:${traffic}`,
          `it ${speaksGrpc ? "speaks" : "does not speak"} gRPC to port ${traffic}, which ${speaksGrpc ? "does not" : "does"}`,
        );
      }
      const unnoticed =
        (check.at("interval").number() ?? 30) * (check.at("unhealthyThreshold").number() ?? 3);
      const isSet = check.at("interval").exists || check.at("unhealthyThreshold").exists;
      if (isSet && unnoticed > MOST_SECONDS_UNNOTICED) {
        report(`slow:${unnoticed}`, `a dead target is given requests for ${unnoticed} s`);
      }
      // The provider's default is the root page.
      const path = check.at("path").text() ?? "/";
      const paths = servers.flatMap(({ product }) => readinessPaths[product] ?? []);
      if (!speaksGrpc && paths.length > 0 && !paths.includes(path)) {
        report(
          `path:${path}`,
          `it asks ${path}, which answers while the server cannot work; ${[...new Set(paths)].join(" or ")} tell`,
        );
      }
      const matcher = check.at("matcher").text() ?? (speaksGrpc ? "12" : "200");
      if (!speaksGrpc && matcher.split(/[,-]/).some((code) => Number(code) >= 300))
        report(`matcher:${matcher}`, `it takes ${matcher} for healthy: errors too`);
      const frontend = servers.some(
        ({ product, targets }) =>
          (product === "tempo" || product === "loki") && targets.includes("query-frontend"),
      );
      if (frontend && path === "/ready") {
        judgement.report(group, {
          finding: "/ready",
          says: "it asks a query-frontend for /ready, which is 503 until a querier has found it",
        });
      }
      const port = check.at("port").text();
      const asked = port === undefined || port === "traffic-port" ? traffic : Number(port);
      if (!speaksGrpc && asked !== undefined && portsWithoutPages.has(asked))
        report(`port:${asked}`, `its health check asks port ${asked}, which has no such page`);
      const listens = servers.flatMap(({ container }) =>
        container
          .at("portMappings")
          .oneOrMore()
          .flatMap((mapping) => mapping.at("containerPort").number() ?? []),
      );
      if (asked !== undefined && listens.length > 0 && !listens.includes(asked)) {
        judgement.report(group, {
          finding: `port:${asked}`,
          says: `its health check asks port ${asked}, where nothing listens`,
        });
      }
    });
  },
});

/** A rule that forwards to nobody answers 503. What a preview cannot tell, and targets that others register, are left out. */
function judgeEmptyGroups(
  stack: Stack,
  behind: ReturnType<typeof serversBehind>,
  judgement: Judgement,
): void {
  const isKnown = stack
    .ofType(SERVICE)
    .every(
      (service) =>
        !service.at("loadBalancers").isUnknown && !service.at("taskDefinition").isUnknown,
    );
  if (behind.size === 0 || !isKnown || stack.ofType(...ATTACHMENTS).length > 0) return;
  const used = new Set(
    stack
      .ofType(SERVICE)
      .flatMap((service) => service.at("loadBalancers").oneOrMore())
      .flatMap((balancer) => balancer.at("targetGroupArn").texts()),
  );
  const empty = new Set<Resource>();
  judgement.each(stack.ofType(...LISTENER_RULES), (rule) => {
    for (const group of targetGroupsOf(stack, rule, rule.at("actions").oneOrMore())) {
      if (group.at("targetType").text() === "ip" && !used.has(group.arn ?? "")) empty.add(group);
    }
  });
  for (const group of empty) {
    judgement.report(group, {
      finding: "no-targets",
      says: "a listener rule forwards to it, and no service registers in it",
    });
  }
}

const deregistration = resourceRule({
  id: "ingress-deregistration",
  subject,
  rationale: "The default of 300 s is added to every replica of every roll.",
  source: "G9",
  mend: "Set deregistrationDelay to 15 for pushes and 60 for queries",
  scope: "any",
  reads: readsOf(TARGET_GROUPS, "deregistrationDelay"),
  severity: "low",
  judge(group, judgement) {
    const seconds = group.at("deregistrationDelay").number() ?? 300;
    if (seconds <= MOST_DEREGISTRATION_SECONDS) return;
    judgement.report(group, {
      finding: `deregistrationDelay:${seconds}`,
      says: `deregistrationDelay is ${seconds} s`,
    });
  },
});

export const ingressTargetRules: readonly Rule[] = [targetHealth, deregistration];
