import assert from "node:assert/strict";
import { buildCatalog } from "../../stacks/catalog";
import { discoveryServices, hostNames } from "../../stacks/dns";
import { devConfig, prodConfig } from "../fixtures/config";

describe("S13: names in Cloud Map", () => {
  const services = discoveryServices(buildCatalog(prodConfig()));

  it("are the design's five, Alloy, and one per further role", () => {
    const names = Object.fromEntries(services.map(({ name, roleId }) => [name, roleId]));
    assert.equal(Object.keys(names).length, services.length);
    assert.equal(names.mimir, "mimir");
    assert.equal(names.loki, "loki-distributor");
    assert.equal(names.tempo, "tempo-query-frontend");
    assert.equal(names.pyroscope, "pyroscope");
    assert.equal(names.grafana, "grafana");
    assert.equal(names.alloy, "alloy-gateway");
    assert.equal(names["loki-query-frontend"], "loki-query-frontend");
    assert.equal(names["tempo-distributor"], "tempo-distributor");
  });

  it("S15: are shared by the replicas of a ring", () => {
    const mimir = services.find(({ name }) => name === "mimir")!;
    assert.deepEqual(mimir.serviceNames, ["mimir-0", "mimir-1", "mimir-2"]);
  });

  it("are A records with a TTL of ten seconds, of healthy tasks", () => {
    for (const { recordType, ttlSeconds, routingPolicy, customHealthCheck } of services) {
      assert.deepEqual(
        [recordType, ttlSeconds, routingPolicy, customHealthCheck],
        ["A", 10, "MULTIVALUE", true],
      );
    }
  });
});

describe("G1: host names", () => {
  it("are every host of the listener, once", () => {
    assert.deepEqual(
      hostNames(buildCatalog(devConfig()), devConfig()),
      ["grafana", "mimir", "loki", "tempo"].map((host) => `${host}.dev.example.com`),
    );
  });
});
