import { openingReads, openingsOf } from "../servers/openings";
import { environmentOf, serversOf, serverReads } from "../servers/server";
import { LOAD_BALANCERS } from "../servers/ingress";
import { resourceRule, stackRule, type Rule, readsOf } from "../rule";
import { isPublic, SUBNET, topologyOf, topologyReads } from "../topology";

const subject = "ingress" as const;

/** The one query path of the design: traces by id, with the ingest guard (G5). */
const guardedQuery = /^\/api\/traces\//;

const ingestPathsOnly = stackRule({
  id: "ingress-ingest-paths-only",
  subject,
  rationale:
    "Every sender holds the ingest token: a rule that opens more than ingest paths lets each of them read, delete and stop.",
  source: "G3, G4, G6, G7",
  mend: "List the exact ingest paths in the rule's path pattern",
  scope: "lgtm",
  reads: openingReads,
  severity: "high",
  judge(stack, judgement) {
    judgement.each(openingsOf(stack, judgement), ({ rule, query, conditions }) => {
      const isGuarded = conditions.some(
        (condition) => condition.at("httpHeader").exists || condition.at("sourceIp").exists,
      );
      // Without any guard it is the finding of `ingress-query-guard`.
      const path = isGuarded ? query.find((each) => !guardedQuery.test(each)) : undefined;
      if (path === undefined) return;
      judgement.report(rule, {
        finding: path,
        says: `its path pattern opens ${path} to whoever may send`,
      });
    });
  },
});

/** Settings of Grafana that let in who has no account. Source: grafana.com/docs/grafana/latest/setup-grafana/configure-grafana */
const openDoors: Readonly<Record<string, string>> = {
  GF_AUTH_ANONYMOUS_ENABLED: "everybody sees what the anonymous role may see",
  GF_USERS_ALLOW_SIGN_UP: "everybody makes an account",
  GF_AUTH_PROXY_ENABLED: "whoever sends a header is the user it names",
};

const grafanaLogin = resourceRule({
  id: "ingress-grafana-login",
  subject,
  rationale: "Grafana faces the Internet: its login is all that stands in front of every signal.",
  source: "D2",
  mend: "Leave anonymous access, sign-up and the auth proxy off, and give the first password from Secrets Manager",
  scope: "lgtm",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    judgement.each(serversOf(taskDefinition), (server) => {
      if (server.product !== "grafana") return;
      const variables = new Map(
        environmentOf(server.container).map(({ name, value }) => [name, value]),
      );
      for (const [name, says] of Object.entries(openDoors)) {
        if (!/^(true|1|yes|on)$/i.test(variables.get(name)?.trim() ?? "")) continue;
        judgement.report(taskDefinition, { finding: name, says: `${name} is on: ${says}` });
      }
      const secrets = server.container
        .at("secrets")
        .oneOrMore()
        .map((secret) => secret.at("name").text());
      const password = /^GF_SECURITY_ADMIN_PASSWORD(__FILE)?$/;
      const isGiven = [...variables.keys(), ...secrets].some((name) => password.test(name ?? ""));
      if (isGiven || variables.get("GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION") === "true") return;
      judgement.report(taskDefinition, {
        finding: "GF_SECURITY_ADMIN_PASSWORD",
        says: "no first password is given, so it is admin",
      });
    });
  },
});

const subnets = stackRule({
  id: "ingress-load-balancer-subnets",
  subject,
  rationale:
    "A load balancer that faces the Internet from a subnet without a way there answers nobody, and one in a single zone goes with it.",
  source:
    "G1; https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
  mend: "Put it into the public subnets of at least two zones",
  scope: "any",
  reads: {
    ...topologyReads,
    ...readsOf(LOAD_BALANCERS, "loadBalancerType", "internal", "subnets"),
  },
  severity: "high",
  judge(stack, judgement) {
    const topology = topologyOf(stack);
    judgement.each(stack.ofType(...LOAD_BALANCERS), (loadBalancer) => {
      const ids = loadBalancer.at("subnets").texts();
      const found = ids.map((id) => stack.byId(SUBNET, id));
      const zones = new Set(
        found.map((subnet, index) => subnet?.at("availabilityZone").text() ?? ids[index]),
      );
      if (ids.length > 0 && zones.size < 2) {
        judgement.report(loadBalancer, {
          finding: `zones:${zones.size}`,
          says: "all of its subnets are in one zone",
        });
      }
      if (loadBalancer.at("internal").boolean() === true || topology.hasUnknownTables) return;
      for (const subnet of found) {
        if (subnet === undefined || isPublic(subnet, topology)) continue;
        judgement.report(loadBalancer, {
          finding: `private:${subnet.name}`,
          says: `it faces the Internet from ${subnet.name}, which has no route to an internet gateway`,
        });
      }
    });
  },
});

export const ingressServerRules: readonly Rule[] = [ingestPathsOnly, grafanaLogin, subnets];
