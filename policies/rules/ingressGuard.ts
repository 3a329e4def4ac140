import ipaddr from "ipaddr.js";
import { goodToken, LEAST_GUARD_PREFIX_BITS } from "../data/ingress";
import type { Resource } from "../resource";
import { stackRule, type Rule, readsOf } from "../rule";
import {
  forwards,
  LISTENER_RULES,
  LISTENERS,
  patternMatches,
  productsBehind,
  serversBehind,
} from "../servers/ingress";
import { openingReads, openingsOf, targetGroupsOf } from "../servers/openings";
import type { Value } from "../value";

const subject = "ingress" as const;

const reads = openingReads;

/** What is wrong with the guard of a rule; undefined where it holds. Conditions all have to be true, so one is enough. */
function guardGap(conditions: readonly Value[]): { finding: string; says: string } | undefined {
  let weak: { finding: string; says: string } | undefined;
  for (const condition of conditions) {
    const header = condition.at("httpHeader");
    if (header.exists) {
      const gap = headerGap(header);
      if (gap === undefined) return undefined;
      weak ??= gap;
    }
    const source = condition.at("sourceIp");
    if (source.exists) {
      const gap = sourceGap(source);
      if (gap === undefined) return undefined;
      weak ??= gap;
    }
  }
  return weak ?? { finding: "unguarded", says: "without a token or a source address" };
}

function headerGap(header: Value): { finding: string; says: string } | undefined {
  const name = header.at("httpHeaderName").text() ?? "";
  const values = header.at("values").items();
  if (values.length === 0)
    return { finding: "header:empty", says: "to a header condition without values" };
  if (name.toLowerCase() !== "authorization") {
    return {
      finding: `header:${name}`,
      says: `to whoever sends the header ${name}, which is no credential`,
    };
  }
  for (const value of values) {
    if (value.isMasked) continue;
    const text = value.text() ?? "";
    // The value itself stays out of the message: it may be the token.
    if (/[*?]/.test(text))
      return {
        finding: "token:wildcard",
        says: "to a token with a wildcard, which any token matches",
      };
    if (!goodToken.test(text)) {
      return {
        finding: "token:weak",
        says: `to a token of ${text.length} characters that is not "Bearer" and 32 to 100 of 0-9a-z`,
      };
    }
  }
  return undefined;
}

function sourceGap(source: Value): { finding: string; says: string } | undefined {
  const cidrs = source.at("values").texts();
  if (cidrs.length === 0)
    return { finding: "source:empty", says: "to a source condition without addresses" };
  const wide = cidrs.find((cidr) => {
    if (!ipaddr.isValidCIDR(cidr)) return true;
    const [address, bits] = ipaddr.parseCIDR(cidr);
    return bits < LEAST_GUARD_PREFIX_BITS[address.kind()];
  });
  return wide === undefined
    ? undefined
    : { finding: `source:${wide}`, says: `to ${wide}, which is no guard` };
}

const ingestGuard = stackRule({
  id: "ingress-ingest-guard",
  subject,
  rationale:
    "An ingest path without a guard lets the Internet write into the stack, and fill a bucket that somebody pays for.",
  source: "G8",
  mend: "Add a condition on Authorization with a generated token, or on the senders' addresses",
  scope: "lgtm",
  reads,
  severity: "critical",
  judge(stack, judgement) {
    judgement.each(openingsOf(stack, judgement), ({ rule, ingest, conditions }) => {
      const [path] = ingest;
      if (path === undefined) return;
      const gap = guardGap(conditions);
      if (gap === undefined) return;
      judgement.report(rule, { finding: gap.finding, says: `it opens ${path} ${gap.says}` });
    });
  },
});

const queryGuard = stackRule({
  id: "ingress-query-guard",
  subject,
  rationale:
    "The servers know no users: an open query path shows every metric, log and trace to everybody, an open administration path stops them.",
  source: "G5",
  mend: "Forward exact ingest paths only; a query path needs the guard of the ingest paths, or goes through Grafana",
  scope: "lgtm",
  reads,
  severity: "critical",
  judge(stack, judgement) {
    judgement.each(openingsOf(stack, judgement), ({ rule, query, conditions }) => {
      const [path] = query;
      if (path === undefined) return;
      const gap = guardGap(conditions);
      if (gap === undefined) return;
      judgement.report(rule, {
        finding: `${gap.finding}:${path}`,
        says: `it opens ${path} ${gap.says}`,
      });
    });
  },
});

/** Grafana serves these without a login (G2). */
const GRAFANA_OPEN_PATHS = ["/metrics"];

const metricsHidden = stackRule({
  id: "ingress-metrics-hidden",
  subject,
  rationale:
    "Grafana answers /metrics without a login: users, data sources and versions for everybody.",
  source: "G2",
  mend: "Add a rule with a smaller priority number for the same host that answers /metrics and /metrics/* with 404",
  scope: "lgtm",
  reads: {
    ...reads,
    ...readsOf(LISTENER_RULES, "actions", "conditions", "priority", "listenerArn"),
  },
  severity: "medium",
  judge(stack, judgement) {
    const behind = serversBehind(stack);
    const rules = stack.ofType(...LISTENER_RULES);
    judgement.each(rules, (rule) => {
      const actions = rule.at("actions").oneOrMore();
      if (!forwards(actions)) return;
      const toGrafana = targetGroupsOf(stack, rule, actions).some((group) =>
        productsBehind(group, behind).has("grafana"),
      );
      if (!toGrafana) return;
      const priority = rule.at("priority").number() ?? Infinity;
      const before = rules.filter(
        (other) =>
          (other.at("priority").number() ?? Infinity) < priority &&
          !forwards(other.at("actions").oneOrMore()) &&
          sameHosts(other, rule),
      );
      for (const path of GRAFANA_OPEN_PATHS) {
        if (!matchesPath(rule, path) || before.some((other) => answersFirst(other, path))) continue;
        judgement.report(rule, {
          finding: path,
          says: `it forwards ${path} to Grafana, and no earlier rule answers it`,
        });
      }
    });
  },
});

const patternsOf = (rule: Resource, key: "pathPattern" | "hostHeader"): string[][] =>
  rule
    .at("conditions")
    .oneOrMore()
    .map((condition) => condition.at(key, "values").texts())
    .filter((values) => values.length > 0);

const matchesPath = (rule: Resource, path: string) =>
  patternsOf(rule, "pathPattern").every((patterns) =>
    patterns.some((pattern) => patternMatches(pattern, path)),
  );

/** A rule that takes the path whatever else the request is: it has no condition but host and path. */
const answersFirst = (rule: Resource, path: string) =>
  matchesPath(rule, path) &&
  rule
    .at("conditions")
    .oneOrMore()
    .every((condition) => condition.at("pathPattern").exists || condition.at("hostHeader").exists);

function sameHosts(first: Resource, second: Resource): boolean {
  const hosts = patternsOf(second, "hostHeader").flat();
  return patternsOf(first, "hostHeader").every((patterns) =>
    hosts.every((host) => patterns.some((pattern) => patternMatches(pattern, host))),
  );
}

const defaultAction = stackRule({
  id: "ingress-default-action",
  subject,
  rationale:
    "A default action that forwards opens a server to every host name and path that no rule knows.",
  source: "G7",
  mend: "Answer with fixed-response 404, and forward in rules only",
  scope: "any",
  reads: readsOf(LISTENERS, "protocol", "defaultActions"),
  severity: "high",
  judge(stack, judgement) {
    judgement.each(stack.ofType(...LISTENERS), (listener) => {
      const protocol = listener.at("protocol").text();
      // A network load balancer has nothing but its default action, and port 80 is another rule's business.
      if (protocol !== "HTTPS") return;
      const actions = listener.at("defaultActions").oneOrMore();
      if (forwards(actions)) {
        judgement.report(listener, { finding: "forward", says: "its default action forwards" });
        return;
      }
      for (const action of actions) {
        const type = action.at("type").text() ?? "none";
        const status = action.at("fixedResponse", "statusCode").text() ?? "none";
        if (type === "fixed-response" && /^4\d\d$/.test(status)) continue;
        const what = type === "fixed-response" ? status : type;
        judgement.report(listener, {
          finding: `default:${what}`,
          says: `its default action answers with ${what}, so whoever tries paths is not told no`,
        });
      }
    });
  },
});

export const ingressGuardRules: readonly Rule[] = [
  ingestGuard,
  queryGuard,
  metricsHidden,
  defaultAction,
];
