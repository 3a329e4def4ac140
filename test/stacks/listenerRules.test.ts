import assert from "node:assert/strict";
import fc from "fast-check";
import { buildCatalog, rolesOf } from "../../stacks/catalog";
import {
  listenerLimits,
  listenerRuleCount,
  listenerRules,
  type ListenerRuleSpec,
} from "../../stacks/listenerRules";
import type { StackConfig } from "../../configs/stack/schema";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

const withAuth = (auth: StackConfig["ingress"]["auth"], allowedCidrs: string[] = []) =>
  configWith(prodConfig(), { ingress: { auth, allowedCidrs } });
const rulesOf = (config: StackConfig) => listenerRules(buildCatalog(config), config);
const cidrs = (count: number) => Array.from({ length: count }, (_, i) => `192.0.${i}.0/24`);
const forwards = (rule: ListenerRuleSpec, id: string) =>
  rule.action.kind === "forward" && rule.action.exposureId === id;

const shape = ({ hosts, paths, needsToken, sourceCidrs, action }: ListenerRuleSpec) => ({
  hosts,
  paths,
  needsToken,
  sourceCidrs,
  to: action.kind === "forward" ? action.exposureId : 404,
});

describe("G2-G8: listener rules", () => {
  it("G2-G7: are exactly the paths of the front door, each guarded, Grafana's metrics hidden", () => {
    const open = { sourceCidrs: undefined, needsToken: false };
    const token = { sourceCidrs: undefined, needsToken: true };
    assert.deepEqual(rulesOf(prodConfig()).map(shape), [
      { hosts: ["grafana.example.com"], paths: ["/metrics", "/metrics/*"], ...open, to: 404 },
      { hosts: ["grafana.example.com"], paths: ["/*"], ...open, to: "grafana" },
      {
        hosts: ["mimir.example.com"],
        paths: ["/api/v1/push", "/otlp/v1/metrics"],
        ...token,
        to: "mimir",
      },
      {
        hosts: ["loki.example.com"],
        paths: ["/loki/api/v1/push", "/otlp/v1/logs"],
        ...token,
        to: "loki",
      },
      {
        hosts: ["tempo.example.com"],
        paths: ["/api/traces", "/api/traces/*"],
        ...token,
        to: "tempo",
      },
      { hosts: ["tempo.example.com"], paths: ["/v1/traces"], ...token, to: "otlp-http" },
      {
        hosts: ["tempo.example.com"],
        paths: ["/opentelemetry.proto.collector.trace.v1.TraceService/*"],
        ...token,
        to: "otlp-grpc",
      },
    ]);
  });

  it("G5: no rule leads to the query path where nothing guards it", () => {
    const rules = rulesOf(configWith(devConfig(), { ingress: { auth: "none" } }));
    assert.ok(rules.every((rule) => !forwards(rule, "tempo")));
    assert.ok(rules.every((rule) => !rule.needsToken && rule.sourceCidrs === undefined));
  });

  it("G8: with cidr and no address nothing may write", () => {
    const rules = rulesOf(withAuth("cidr"));
    assert.deepEqual(
      rules.filter((rule) => rule.action.kind === "forward").map((rule) => rule.name),
      ["grafana-1"],
    );
  });

  it("G8: every guarded path is open to every allowed address, by token where asked, and to nothing else", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("token" as const, "cidr" as const, "both" as const),
        fc.integer({ min: 1, max: 12 }),
        (auth, count) => {
          const config = withAuth(auth, cidrs(count));
          const rules = rulesOf(config);
          for (const exposure of rolesOf(buildCatalog(config)).flatMap((role) => role.exposures)) {
            const own = rules.filter((rule) => forwards(rule, exposure.id));
            const reached = own.flatMap((rule) =>
              rule.paths.flatMap((path) =>
                (rule.sourceCidrs ?? ["*"]).map((from) => `${from} ${path}`),
              ),
            );
            const sources = exposure.guarded && auth !== "token" ? cidrs(count) : ["*"];
            assert.deepEqual(
              reached.sort(),
              sources.flatMap((from) => exposure.paths.map((path) => `${from} ${path}`)).sort(),
            );
            for (const rule of own)
              assert.equal(rule.needsToken, exposure.guarded && auth !== "cidr");
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keep the load balancer's limits, with room for a second token, for any number of addresses", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("token" as const, "cidr" as const, "both" as const, "none" as const),
        fc.integer({ min: 0, max: 100 }),
        (auth, count) => {
          const rules = rulesOf(withAuth(auth, cidrs(count)));
          for (const rule of rules) {
            const conditions = [rule.hosts, rule.paths, rule.sourceCidrs ?? []];
            const values = conditions.flat().length + (rule.needsToken ? 2 : 0);
            assert.ok(values <= listenerLimits.valuesPerRule, `${rule.name}: ${values} values`);
            for (const condition of conditions)
              assert.ok(condition.length <= listenerLimits.valuesPerCondition);
            const wildcards = rule.paths.join("").replace(/[^*?]/g, "").length;
            assert.ok(wildcards <= listenerLimits.wildcardsPerRule);
            assert.ok(rule.priority >= 1 && rule.priority <= listenerLimits.maxPriority);
          }
          for (const pick of ["priority", "name"] as const) {
            assert.equal(new Set(rules.map((rule) => rule[pick])).size, rules.length);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("change no rule when an address is appended, but for the one with room left", () => {
    for (const auth of ["cidr", "both"] as const) {
      for (let count = 1; count < 30; count++) {
        const before = rulesOf(withAuth(auth, cidrs(count)));
        const after = new Map(
          rulesOf(withAuth(auth, cidrs(count + 1))).map((rule) => [rule.name, rule]),
        );
        for (const rule of before) {
          const later = after.get(rule.name)!;
          assert.equal(later.action.kind, rule.action.kind);
          assert.deepEqual(later.sourceCidrs?.slice(0, rule.sourceCidrs?.length), rule.sourceCidrs);
        }
      }
    }
  });

  it("a second token makes no rule and changes none", () => {
    for (const auth of ["token", "both"] as const) {
      const one = withAuth(auth, cidrs(7));
      const two = configWith(one, { ingress: { tokenIds: ["a", "b"] } });
      assert.deepEqual(rulesOf(two), rulesOf(one));
    }
  });

  it("are counted the same without a catalog, and the hidden path comes before its host", () => {
    for (const auth of ["token", "cidr", "both", "none"] as const) {
      const config = withAuth(auth, cidrs(9));
      assert.equal(listenerRuleCount(config), rulesOf(config).length);
    }
    const [hidden, open] = rulesOf(prodConfig());
    assert.ok(hidden!.action.kind === "notFound" && hidden!.priority < open!.priority);
    // The limit can be reached, so that the stack file must be checked for it.
    assert.ok(listenerRuleCount(withAuth("both", cidrs(13))) > listenerLimits.rulesPerLoadBalancer);
    assert.ok(
      listenerRuleCount(withAuth("both", cidrs(12))) <= listenerLimits.rulesPerLoadBalancer,
    );
  });
});

describe("G9: target groups", () => {
  const exposures = rolesOf(buildCatalog(prodConfig())).flatMap((role) =>
    role.exposures.map((exposure) => ({ role: role.id, ...exposure })),
  );
  it("have health checks on the right port and short deregistration delays", () => {
    assert.deepEqual(
      exposures.map(({ id, healthCheck, deregistrationDelaySeconds, protocolVersion }) => [
        id,
        `${healthCheck.port}${healthCheck.path}`,
        healthCheck.matcher,
        deregistrationDelaySeconds,
        protocolVersion,
      ]),
      [
        ["mimir", "9009/ready", "200", 15, "HTTP1"],
        ["loki", "3100/ready", "200", 15, "HTTP1"],
        ["otlp-http", "3200/ready", "200", 15, "HTTP1"],
        ["otlp-grpc", "4317/AWS.ALB/healthcheck", "0-99", 15, "GRPC"],
        ["tempo", "3200/api/echo", "200", 2, "HTTP1"],
        ["grafana", "3000/api/health", "200", 60, "HTTP1"],
      ],
    );
  });
  it("own priorities that do not overlap", () => {
    const bases = exposures.map((exposure) => exposure.priority).sort((a, b) => a - b);
    for (let i = 1; i < bases.length; i++) assert.ok(bases[i]! - bases[i - 1]! >= 1000);
  });
});
