import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan";
import { haproxyConfiguration, regularExpression } from "../../rehearsal/frontDoor/configuration";
import { readPlanView } from "../../rehearsal/planView";
import { unmaskListeners } from "../../rehearsal/secrets";
import type { LoadBalancer } from "../../rehearsal/types";
import { prodPlan } from "../fixtures/plans";

const token = "0123456789abcdef".repeat(4);
const place = { address: "10.0.0.1", certificateFile: "/c.pem", socketFile: "/s" };

/** HAProxy's configuration for a plan, with two tokens. */
function configurationOf(plan: Plan, tokens: readonly string[] = [token]): string {
  const view = readPlanView(plan);
  const secrets = { valueOf: () => "", ingestTokens: Object.fromEntries(tokens.entries()) };
  const balancer = unmaskListeners(view.loadBalancer as LoadBalancer, secrets);
  return haproxyConfiguration(balancer, view.targetGroups, place);
}

/** The plan with the inputs of one resource changed. */
const changed = (plan: Plan, name: string, inputs: Record<string, unknown>): Plan => ({
  ...plan,
  resources: plan.resources.map((resource) =>
    resource.name === name && resource.type.startsWith("aws:lb/")
      ? { ...resource, inputs: { ...resource.inputs, ...inputs } }
      : resource,
  ),
});

describe("front door of a rehearsal", () => {
  let plan: Plan;
  before(async () => {
    ({ plan } = await prodPlan());
  });

  it("has a rule for each rule of the plan, and a backend for each target group", () => {
    const text = configurationOf(plan);
    const count = (type: string) => plan.resources.filter((r) => r.type === type).length;
    const lines = (pattern: RegExp) => [...text.matchAll(pattern)].length;
    assert.equal(lines(/set-var\(txn\.rule\)/g), count("aws:lb/listenerRule:ListenerRule"));
    assert.equal(lines(/^backend /gm), count("aws:lb/targetGroup:TargetGroup"));
    assert.equal(lines(/^frontend /gm), count("aws:lb/listener:Listener"));
  });

  it("takes either token, and the masked value of the plan nowhere", () => {
    const text = configurationOf(plan, [token, "f".repeat(64)]);
    assert.ok(text.includes(`'^Bearer ${token}$' '^Bearer ${"f".repeat(64)}$'`));
    assert.ok(!text.includes("secret"));
  });

  it("orders rules by priority, so that a hidden path wins over its host", () => {
    const text = configurationOf(plan);
    assert.ok(text.indexOf("str(lgtm-grafana-hidden-1)") < text.indexOf("str(lgtm-grafana-1)"));
    const swapped = changed(plan, "lgtm-grafana-1", { priority: 1 });
    const other = configurationOf(swapped);
    assert.ok(other.indexOf("str(lgtm-grafana-hidden-1)") > other.indexOf("str(lgtm-grafana-1)"));
  });

  it("takes timings from the plan", () => {
    const group = plan.resources.find(
      ({ name, type }) => name === "lgtm-loki" && type.includes("targetGroup"),
    );
    const healthCheck = {
      ...(group?.inputs["healthCheck"] as object),
      interval: 7,
      healthyThreshold: 4,
      path: "/x",
    };
    const other = changed(plan, "lgtm-loki", { healthCheck });
    const text = configurationOf(other);
    assert.match(
      text,
      /backend lgtm-loki\n(?:.*\n)*?.*uri \/x ver(?:.*\n)*?.*check inter 7s rise 4 fall 3 port 3100/,
    );
    assert.match(text, /backend lgtm-loki\n {2}balance leastconn\n/);
    const inTurn = changed(plan, "lgtm-loki", { loadBalancingAlgorithmType: undefined });
    assert.match(configurationOf(inTurn), /backend lgtm-loki\n {2}balance roundrobin\n/);
    const inputs = { idleTimeout: 42, dropInvalidHeaderFields: false };
    const slow = configurationOf(changed(plan, "lgtm-alb", inputs));
    assert.match(slow, /timeout client 42s/);
    assert.doesNotMatch(slow, /del-header/);
  });

  it("compares paths with case, hosts and header values without", () => {
    const text = configurationOf(plan);
    for (const match of text.matchAll(/\{ ([^{}]*?) -m reg( -i)? '/g)) {
      const [, subject = "", ignoresCase] = match;
      assert.equal(ignoresCase !== undefined, subject !== "path", subject);
    }
  });

  it("knows * and ? and nothing else", () => {
    const matches = (pattern: string, text: string) =>
      new RegExp(regularExpression(pattern)).test(text);
    assert.ok(matches("/api/traces/*", "/api/traces/"));
    assert.ok(matches("/a?c", "/abc"));
    assert.ok(!matches("/a?c", "/ac"));
    assert.ok(!matches("/api/traces/*", "/api/traces"));
    assert.ok(!matches("a.b", "axb"));
    assert.ok(!matches("/api/v1/push", "/x/api/v1/push"));
    assert.ok(!matches("(a|b)", "a"));
  });

  it("refuses what it does not stand in for", () => {
    const redirect = { type: "redirect", redirect: { statusCode: "HTTP_301", path: "/x" } };
    const other = changed(plan, "lgtm-http", { defaultActions: [redirect] });
    assert.throws(() => configurationOf(other), /changes path or query/);
    const quoted = changed(plan, "lgtm-loki-1", {
      conditions: [{ pathPattern: { values: ["/'"] } }],
    });
    assert.throws(() => configurationOf(quoted), /quoting/);
  });
});
