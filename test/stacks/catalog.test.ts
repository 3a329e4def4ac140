import assert from "node:assert/strict";
import fc from "fast-check";
import type { StackConfig } from "../../configs/stack/schema";
import { buildCatalog, rolesOf, servicesOf } from "../../stacks/catalog";
import { endpoints } from "../../stacks/endpoints";
import type { RoleId } from "../../stacks/types";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";

/** The service table of the requirements: row, role, class, tasks by default, in dev and in prod, default size. */
type Row = [string, RoleId, string, number, number, number, string];
const table: readonly Row[] = [
  ["S1", "mimir", "ring", 3, 1, 3, "2/4"],
  ["S2", "loki-distributor", "stateless", 2, 1, 2, "1/2"],
  ["S2", "loki-ingester", "ring", 3, 1, 3, "1/2"],
  ["S2", "loki-querier", "stateless", 2, 1, 2, "1/2"],
  ["S2", "loki-query-frontend", "stateless", 2, 1, 2, "0.5/1"],
  ["S2", "loki-compactor", "singleton", 1, 1, 1, "1/2"],
  ["S3", "memcached", "stateless", 1, 1, 1, "0.5/2"],
  ["S4", "tempo-distributor", "stateless", 1, 1, 2, "1/2"],
  ["S4", "tempo-ingester", "ring", 1, 1, 3, "1/2"],
  ["S4", "tempo-querier", "stateless", 1, 1, 2, "1/2"],
  ["S4", "tempo-query-frontend", "stateless", 1, 1, 2, "1/2"],
  ["S4", "tempo-compactor", "singleton", 1, 1, 1, "1/2"],
  ["S4", "tempo-metrics-generator", "singleton", 1, 1, 1, "1/2"],
  ["S5", "pyroscope", "singleton", 1, 1, 1, "1/2"],
  ["S6", "grafana", "singleton", 1, 1, 1, "0.5/1"],
  ["S7", "alloy-collector", "singleton", 1, 1, 1, "0.5/1"],
  ["S7", "alloy-gateway", "stateless", 1, 1, 2, "0.5/1"],
];

const roleOf = (config: StackConfig, id: RoleId) =>
  rolesOf(buildCatalog(config)).find((role) => role.id === id)!;

describe("S1-S7: catalog", () => {
  for (const [row, id, replacement, byDefault, inDev, inProd, size] of table) {
    it(`${row}: ${id} is a ${replacement} of ${byDefault}, ${inDev} in dev, ${inProd} in prod`, () => {
      const role = roleOf(defaultConfig(), id);
      assert.equal(role.replacement, replacement);
      assert.equal(`${role.vcpu}/${role.memoryGb}`, size);
      assert.deepEqual(
        [defaultConfig(), devConfig(), prodConfig()].map((config) =>
          roleOf(config, id).instances.reduce((sum, instance) => sum + instance.desiredCount, 0),
        ),
        [byDefault, inDev, inProd],
      );
    });
  }

  it("has every role that has a port and a name, once", () => {
    const ids = rolesOf(buildCatalog(prodConfig())).map((role) => role.id);
    assert.deepEqual([...ids].sort(), Object.keys(endpoints).sort());
    assert.deepEqual(table.map(([, id]) => id).sort(), [...ids].sort());
  });

  it("S6: Grafana with PostgreSQL may have several tasks, and is replaced like it", () => {
    assert.equal(roleOf(prodConfig(), "grafana").replacement, "stateless");
    const two = configWith(prodConfig(), { grafana: { replicas: 2 } });
    assert.equal(roleOf(two, "grafana").instances[0]!.desiredCount, 2);
  });

  it("S15: a ring has one service per replica, each in the zone after the last", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 8 }),
        fc.integer({ min: 2, max: 6 }),
        (replicas, zones) => {
          const config = configWith(prodConfig(), {
            mimir: { replicas },
            network: { zones: [..."abcdef"].slice(0, zones) },
          });
          assert.deepEqual(
            roleOf(config, "mimir").instances.map(({ serviceName, desiredCount, zoneIndex }) => [
              serviceName,
              desiredCount,
              zoneIndex,
            ]),
            Array.from({ length: replicas }, (_, i) => [`mimir-${i}`, 1, i % zones]),
          );
        },
      ),
      { numRuns: 15 },
    );
  });

  it("S15: everything else is one service in all zones", () => {
    for (const role of rolesOf(buildCatalog(prodConfig()))) {
      if (role.replacement === "ring") continue;
      assert.equal(role.instances.length, 1);
      assert.equal(role.instances[0]!.zoneIndex, undefined);
    }
  });

  it("S20: waits for /ready, but not where that waits for somebody else", () => {
    const paths = Object.fromEntries(
      rolesOf(buildCatalog(prodConfig())).map((role) => [
        role.id,
        role.health.kind === "http" ? role.health.path : role.health.kind,
      ]),
    );
    const others: Partial<Record<RoleId, string>> = {
      "loki-query-frontend": "/loki/api/v1/status/buildinfo",
      "tempo-query-frontend": "/api/echo",
      grafana: "/api/health",
      "alloy-collector": "/-/ready",
      "alloy-gateway": "/-/ready",
      memcached: "tcp",
    };
    for (const [id, path] of Object.entries(paths)) {
      assert.equal(path, others[id as RoleId] ?? "/ready", id);
    }
  });

  it("S14: knows what holds data, and gives Spot to none of it", () => {
    const holding = rolesOf(buildCatalog(prodConfig()))
      .filter((role) => role.holdsData)
      .map((role) => role.id);
    assert.deepEqual(holding.sort(), [
      "alloy-collector",
      "alloy-gateway",
      "loki-ingester",
      "mimir",
      "pyroscope",
      "tempo-ingester",
      "tempo-metrics-generator",
    ]);
  });

  it("S19: passes autoscaling and Spot on to the role that has them", () => {
    const config = configWith(prodConfig(), {
      loki: {
        querier: {
          spot: true,
          autoscaling: { minReplicas: 2, maxReplicas: 6, targetCpuPercent: 50 },
        },
      },
    });
    const querier = roleOf(config, "loki-querier");
    assert.equal(querier.spot, true);
    assert.deepEqual(querier.autoscaling, { minReplicas: 2, maxReplicas: 6, targetCpuPercent: 50 });
    assert.equal(roleOf(config, "loki-distributor").spot, false);
  });

  it("is the same when it is built twice", () => {
    assert.deepEqual(buildCatalog(prodConfig()), buildCatalog(prodConfig()));
  });

  it("N2: a zone appended in dev changes no service", () => {
    const more = configWith(devConfig(), { network: { zones: ["a", "b", "c"] } });
    const plain = (config: StackConfig) =>
      servicesOf(buildCatalog(config)).map(({ instance }) => instance);
    assert.deepEqual(plain(more), plain(devConfig()));
  });
});
