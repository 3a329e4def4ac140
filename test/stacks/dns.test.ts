import assert from "node:assert/strict";
import { buildCatalog } from "../../stacks/catalog";
import { certificateNames, discoveryServices, hostNames, hostRecords } from "../../stacks/dns";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

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

describe("G1: host records", () => {
  const hosts = ["grafana", "mimir", "loki", "tempo"].map((host) => `${host}.dev.example.com`);
  it("are made only in a zone that the stack file names", () => {
    assert.deepEqual(hostRecords(buildCatalog(devConfig()), devConfig()), []);
    const config = configWith(devConfig(), {
      ingress: { hostedZoneId: "Z0123456789ABC", certificateArn: undefined },
    });
    assert.deepEqual(
      hostRecords(buildCatalog(config), config),
      hosts.map((name) => ({ name, type: "A" })),
    );
  });
  it("cover every host of the listener, as does the certificate", () => {
    assert.deepEqual(hostNames(buildCatalog(devConfig()), devConfig()), hosts);
    assert.deepEqual(certificateNames(devConfig()), ["*.dev.example.com"]);
  });
});
