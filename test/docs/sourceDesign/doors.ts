import assert from "node:assert/strict";
import type { PlannedStack } from "../../../plan/makePlan";
import { resourcesOf } from "../../fixtures/plans";
import { ingressOf, mayConnect } from "../../rows/reading";
import {
  listenerRulesOf,
  only,
  rulesTo,
  servicesOf,
  tasksBehind,
  type Changed,
  type Check,
  type Proofs,
} from "./proof";

/** A name of Cloud Map with its tasks, each of which listens on the port. */
const found =
  (role: string, host: string, port: number, tasks: number): Check =>
  (stack) => {
    assert.equal(tasksBehind(stack, host), tasks);
    assert.ok(mayConnect(stack, "alloy-collector", role, port));
  };

const listener = (stack: PlannedStack, port: number) => {
  const all = resourcesOf(stack, "aws:lb/listener:Listener");
  const one = all.find(({ inputs }) => inputs["port"] === port);
  assert.ok(one, `no listener ${port}`);
  return one.inputs;
};

/** A path that the design lets everybody write to, behind a token here. */
const guarded = (host: string, path: string, port: number): Changed => ({
  literally: (stack) => rulesTo(stack, host, path, port).some((rule) => !rule.guarded),
  instead: (stack) => {
    const rules = rulesTo(stack, host, path, port);
    assert.ok(rules.length > 0 && rules.every((rule) => rule.guarded));
  },
});

const from = (stack: PlannedStack, port: number) =>
  ingressOf(stack)
    .filter((rule) => rule.port === port)
    .map((rule) => `${rule.from} → ${rule.to}`)
    .sort();

/** Every task would be in one group, as the design draws it. */
const oneGroup = (stack: PlannedStack) =>
  new Set(servicesOf(stack).flatMap(({ securityGroups }) => securityGroups)).size === 1;

const egressToAnywhere = (stack: PlannedStack) =>
  new Set(
    resourcesOf(stack, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
      .filter(({ inputs }) => inputs["ipProtocol"] === "-1" && inputs["cidrIpv4"] === "0.0.0.0/0")
      .map(({ inputs }) => inputs["securityGroupId"]),
  );

/** Names, load balancer and security groups. */
export const doors: Proofs = {
  "dns-mimir": found("mimir", "mimir.lgtm.local", 9009, 3),
  "dns-loki": found("loki-distributor", "loki.lgtm.local", 3100, 2),
  "dns-tempo": found("tempo-query-frontend", "tempo.lgtm.local", 3200, 1),
  "dns-pyroscope": found("pyroscope", "pyroscope.lgtm.local", 4040, 1),
  "dns-grafana": found("grafana", "grafana.lgtm.local", 3000, 1),

  "listener-443": (stack) => assert.equal(listener(stack, 443)["protocol"], "HTTPS"),
  "rule-grafana": {
    literally: (stack) => !listenerRulesOf(stack).some(({ statusCode }) => statusCode === "404"),
    instead: (stack) => {
      const [all] = rulesTo(stack, "grafana.example.com", "/*", 3000);
      const hidden = listenerRulesOf(stack).find(({ paths }) => paths.includes("/metrics"));
      assert.deepEqual(hidden?.hosts, ["grafana.example.com"]);
      assert.equal(hidden?.statusCode, "404");
      assert.ok(all && hidden && hidden.priority < all.priority);
    },
  },
  "rule-mimir": guarded("mimir.example.com", "/api/v1/push", 9009),
  "rule-loki": guarded("loki.example.com", "/loki/api/v1/push", 3100),
  "rule-tempo": guarded("tempo.example.com", "/api/traces", 3200),
  "target-groups": (stack) => {
    const ports = Object.fromEntries(
      resourcesOf(stack, "aws:lb/targetGroup:TargetGroup").map(({ name, inputs }) => [
        name.slice(stack.config.name.length + 1),
        inputs["port"],
      ]),
    );
    assert.deepEqual(
      [ports["grafana"], ports["mimir"], ports["loki"], ports["tempo"]],
      [3000, 9009, 3100, 3200],
    );
  },

  "sg-alb-in": (stack) => {
    assert.deepEqual(
      ingressOf(stack)
        .filter((rule) => rule.from === "0.0.0.0/0")
        .map(({ to, port }) => `${to}:${port}`)
        .sort(),
      ["load-balancer:443", "load-balancer:80"],
    );
    assert.deepEqual(listener(stack, 80)["defaultActions"], [
      { type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } },
    ]);
  },
  "sg-alb-out": (stack) => {
    const alb = only(stack, "aws:lb/loadBalancer:LoadBalancer");
    const groups = alb.inputs["securityGroups"] as string[];
    assert.equal(groups.length, 1);
    assert.ok(egressToAnywhere(stack).has(groups[0]));
  },
  "sg-3000": {
    literally: oneGroup,
    instead: (stack) =>
      assert.deepEqual(from(stack, 3000), ["alloy-collector → grafana", "load-balancer → grafana"]),
  },
  "sg-servers": {
    literally: (stack) =>
      oneGroup(stack) ||
      ingressOf(stack).some(
        ({ from: caller, to, port }) => [9009, 3100, 3200].includes(port) && caller === to,
      ),
    instead: (stack) => {
      assert.deepEqual(from(stack, 9009), [
        "alloy-collector → mimir",
        "alloy-gateway → mimir",
        "grafana → mimir",
        "load-balancer → mimir",
        "tempo-metrics-generator → mimir",
      ]);
      for (const port of [3100, 3200]) {
        const callers = from(stack, port);
        assert.ok(callers.some((edge) => edge.startsWith("load-balancer → ")));
        assert.ok(callers.some((edge) => edge.startsWith("grafana → ")));
      }
      // The ALB reaches what it forwards to, and no other Loki or Tempo.
      assert.ok(!mayConnect(stack, "load-balancer", "loki-ingester", 3100));
      assert.ok(!mayConnect(stack, "load-balancer", "tempo-ingester", 3200));
    },
  },
  "sg-otlp": {
    literally: oneGroup,
    instead: (stack) => {
      assert.deepEqual(from(stack, 4317), [
        "alloy-gateway → tempo-distributor",
        "load-balancer → tempo-distributor",
      ]);
      assert.deepEqual(from(stack, 4318), ["load-balancer → tempo-distributor"]);
    },
  },
  "sg-gossip": {
    literally: (stack) => from(stack, 7946).length === 1,
    instead: (stack) =>
      assert.deepEqual(
        from(stack, 7946),
        ["loki", "mimir", "tempo"].map((product) => `${product}-gossip → ${product}-gossip`),
      ),
  },
  "sg-missing": {
    literally: (stack) => !ingressOf(stack).some(({ port }) => [9095, 4040, 11211].includes(port)),
    instead: (stack) => {
      assert.ok(mayConnect(stack, "loki-distributor", "loki-ingester", 9095));
      assert.ok(mayConnect(stack, "tempo-distributor", "tempo-ingester", 9095));
      assert.ok(mayConnect(stack, "mimir", "mimir", 9095));
      assert.ok(mayConnect(stack, "grafana", "pyroscope", 4040));
      assert.ok(mayConnect(stack, "loki-querier", "memcached", 11211));
    },
  },
  "sg-tasks-out": (stack) => {
    const open = egressToAnywhere(stack);
    const services = servicesOf(stack);
    assert.ok(services.length > 0);
    for (const { name, securityGroups } of services) {
      assert.ok(
        securityGroups.some((group) => open.has(group)),
        name,
      );
    }
  },
};
