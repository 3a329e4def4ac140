import assert from "node:assert/strict";
import { buildCatalog, rolesOf } from "../../stacks/catalog";
import { edges, gossips, needsEgressPerEdge, taskEgress } from "../../stacks/edges";
import { gossipCircles } from "../../stacks/gossip";
import { portNumbers } from "../../stacks/endpoints";
import type { Callee, Caller, Edge, RoleId } from "../../stacks/types";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";

const key = (edge: Pick<Edge, "from" | "to" | "port">) => `${edge.from} -> ${edge.to}:${edge.port}`;
const keysOf = (found: readonly Edge[]) => found.map(key).sort();

/**
 * Measured with every connection refused that is not in this table: the whole stack ready, every functional check good,
 * no refused packet. Loki as separate services; the collector's scrapes were measured by themselves.
 */
const measured: readonly (readonly [Callee, readonly Caller[], number])[] = [
  ["mimir", ["load-balancer", "alloy-gateway", "grafana", "tempo-metrics-generator"], 9009],
  ["mimir", ["mimir"], 9095],
  ["loki-distributor", ["load-balancer", "alloy-gateway"], 3100],
  ["loki-query-frontend", ["load-balancer", "grafana"], 3100],
  ["loki-query-frontend", ["loki-querier"], 9095],
  ["loki-ingester", ["loki-distributor", "loki-querier"], 9095],
  ["loki-querier", ["loki-query-frontend"], 3100],
  ["loki-compactor", ["loki-query-frontend", "loki-querier"], 9095],
  ["memcached", ["loki-querier", "loki-ingester"], 11211],
  ["tempo-query-frontend", ["load-balancer", "grafana"], 3200],
  ["tempo-query-frontend", ["tempo-querier"], 9095],
  ["tempo-distributor", ["load-balancer", "alloy-gateway"], 4317],
  ["tempo-distributor", ["load-balancer", "alloy-gateway"], 4318],
  ["tempo-distributor", ["load-balancer"], 3200],
  ["tempo-ingester", ["tempo-distributor", "tempo-querier"], 9095],
  ["tempo-metrics-generator", ["tempo-distributor", "tempo-querier"], 9095],
  ["pyroscope", ["alloy-gateway", "grafana"], 4040],
  ["mimir", ["alloy-collector"], 9009],
  ...(["distributor", "ingester", "querier", "query-frontend", "compactor"] as const).map(
    (part) => [`loki-${part}`, ["alloy-collector"], 3100] as const,
  ),
  ...(
    [
      "distributor",
      "ingester",
      "querier",
      "query-frontend",
      "compactor",
      "metrics-generator",
    ] as const
  ).map((part) => [`tempo-${part}`, ["alloy-collector"], 3200] as const),
  ["pyroscope", ["alloy-collector"], 4040],
];

/** Ours and not in the table, each with its reason. */
const added: Readonly<Record<string, string>> = {
  "load-balancer -> grafana:3000": "G2; no Grafana was started when the table was measured",
  "alloy-collector -> grafana:3000": "D7; as above",
  "alloy-collector -> alloy-gateway:12345": "D7; one Alloy was both",
  "loki-query-frontend -> memcached:11211": "results cache of metric range queries",
  "grafana -> postgres:5432": "D3",
};
/** In the table and not ours. */
const left: Readonly<Record<string, string>> = {
  "load-balancer -> loki-query-frontend:3100": "no listener rule leads to Loki's query path",
  "alloy-gateway -> tempo-distributor:4318": "the gateway sends OTLP over gRPC",
  "tempo-querier -> tempo-metrics-generator:9095": "TraceQL metrics are off",
};

describe("Security groups: edges", () => {
  it("S1-S7: are the measured minimal table, but for the differences that have a reason", () => {
    const config = prodConfig();
    const ours = new Set(keysOf(edges(buildCatalog(config), config)));
    const table = new Set(
      measured.flatMap(([to, callers, port]) => callers.map((from) => key({ from, to, port }))),
    );
    assert.deepEqual(
      [...ours].filter((edge) => !table.has(edge)).sort(),
      Object.keys(added).sort(),
    );
    assert.deepEqual([...table].filter((edge) => !ours.has(edge)).sort(), Object.keys(left).sort());
  });

  it("S17: gossip is one self rule per product and never an edge", () => {
    const config = prodConfig();
    const catalog = buildCatalog(config);
    assert.deepEqual(
      gossipCircles(catalog)
        .map(({ product }) => product)
        .sort(),
      ["loki", "mimir", "tempo"],
    );
    assert.ok(edges(catalog, config).every((edge) => edge.port !== portNumbers.gossip));
    const silent = rolesOf(catalog).filter((role) => !gossips(role));
    for (const id of ["loki-query-frontend", "tempo-compactor", "pyroscope", "memcached"]) {
      assert.ok(
        silent.some((role) => role.id === id),
        id,
      );
    }
  });

  it("reach a port that the callee listens on, once, with a description that EC2 takes", () => {
    for (const config of [devConfig(), prodConfig(), defaultConfig()]) {
      const catalog = buildCatalog(config);
      const found = edges(catalog, config);
      assert.equal(new Set(keysOf(found)).size, found.length);
      for (const edge of found) {
        const callee = rolesOf(catalog).find((role) => role.id === edge.to);
        if (callee !== undefined)
          assert.ok(
            callee.ports.some((port) => port.number === edge.port),
            key(edge),
          );
        // EC2 API_IpRange: at most 255 of these characters.
        assert.match(edge.why, /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
      }
    }
  });

  it("D7: the collector reaches every HTTP server but itself", () => {
    const config = devConfig();
    const catalog = buildCatalog(config);
    const scraped = edges(catalog, config)
      .filter((edge) => edge.from === "alloy-collector")
      .map((edge) => edge.to as RoleId);
    const servers = rolesOf(catalog)
      .filter(
        (role) => role.ports.some((port) => port.name === "http") && role.id !== "alloy-collector",
      )
      .map((role) => role.id);
    assert.deepEqual([...new Set(scraped)].sort(), servers.sort());
  });

  it("D3: only PostgreSQL has an edge to the database", () => {
    const target = (config: ReturnType<typeof devConfig>) =>
      edges(buildCatalog(config), config)
        .filter((edge) => edge.to === "postgres")
        .map(key);
    assert.deepEqual(target(devConfig()), []);
    assert.deepEqual(target(prodConfig()), ["grafana -> postgres:5432"]);
  });

  it("S6: several Grafanas agree on who notifies, over TCP; one alone has no such edge", () => {
    const own = (replicas: number) => {
      const config = configWith(prodConfig(), { grafana: { replicas } });
      return keysOf(edges(buildCatalog(config), config)).filter((edge) =>
        edge.startsWith("grafana -> grafana"),
      );
    };
    assert.deepEqual(own(1), []);
    assert.deepEqual(own(2), ["grafana -> grafana:9094"]);
  });

  it("D6: named clients reach what the gateway receives, and not its own HTTP server", () => {
    const ports = (clients: { securityGroupIds?: string[]; cidrs?: string[] }) => {
      const config = configWith(devConfig(), { collection: { clients } });
      return edges(buildCatalog(config), config)
        .filter((edge) => edge.from === "clients")
        .map((edge) => edge.port)
        .sort((a, b) => a - b);
    };
    assert.deepEqual(ports({}), []);
    assert.deepEqual(ports({ cidrs: ["10.9.0.0/16"] }), [3500, 4041, 4317, 4318, 9999]);
    assert.deepEqual(
      ports({ securityGroupIds: ["sg-0123456789abcdef0"] }),
      [3500, 4041, 4317, 4318, 9999],
    );
  });

  it("N5: every task reaches the interface endpoints that the program makes", () => {
    const config = configWith(devConfig(), { network: { interfaceEndpoints: ["logs"] } });
    const catalog = buildCatalog(config);
    const callers = edges(catalog, config)
      .filter((edge) => edge.to === "endpoints" && edge.port === 443)
      .map((edge) => edge.from);
    assert.deepEqual(
      callers.sort(),
      rolesOf(catalog)
        .map((role) => role.id)
        .sort(),
    );
  });

  it("G5: without a guard the load balancer does not reach the query path", () => {
    const config = configWith(devConfig(), { ingress: { auth: "none" } });
    assert.ok(
      !keysOf(edges(buildCatalog(config), config)).includes(
        "load-balancer -> tempo-query-frontend:3200",
      ),
    );
  });

  it("egress is everything, or HTTPS and DNS with a rule per edge", () => {
    assert.deepEqual(
      taskEgress(devConfig()).map(({ protocol, port, cidr }) => [protocol, port, cidr]),
      [["-1", undefined, "0.0.0.0/0"]],
    );
    const restricted = configWith(devConfig(), { egress: "restricted" });
    assert.deepEqual(
      taskEgress(restricted).map(({ protocol, port, cidr }) => [protocol, port, cidr]),
      [
        ["tcp", 443, "0.0.0.0/0"],
        ["udp", 53, "10.40.0.0/16"],
        ["tcp", 53, "10.40.0.0/16"],
      ],
    );
    assert.equal(needsEgressPerEdge(devConfig()), false);
    assert.equal(needsEgressPerEdge(restricted), true);
  });
});
