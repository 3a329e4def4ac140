import assert from "node:assert/strict";
import type { StackConfig } from "../../configs/stack/schema";
import { buildCatalog } from "../../stacks/catalog";
import { insights } from "../../stacks/insights";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";

const idsOf = (config: StackConfig) => insights(buildCatalog(config), config).map(({ id }) => id);
const find = (config: StackConfig, id: string) =>
  insights(buildCatalog(config), config).find((one) => one.id === id);

describe("warnings of the plan", () => {
  it("name each ring with one copy", () => {
    assert.deepEqual(
      idsOf(devConfig()).filter((id) => id.startsWith("one-copy")),
      ["one-copy-mimir", "one-copy-loki", "one-copy-tempo"],
    );
    assert.ok(!idsOf(prodConfig()).some((id) => id.startsWith("one-copy")));
  });

  it("N2: name the rings that a lost zone takes along, and are silent with three zones", () => {
    assert.match(find(defaultConfig(), "zone-loss-mimir")!.text, /one zone holds 2 of 3 replicas/);
    assert.ok(find(defaultConfig(), "zone-loss-loki-ingester"));
    assert.ok(!idsOf(prodConfig()).some((id) => id.startsWith("zone-loss")));
    const six = configWith(prodConfig(), { mimir: { replicas: 6 } });
    assert.ok(
      find(six, "zone-loss-mimir"),
      "six replicas without zone awareness may keep two copies in one zone",
    );
  });

  it("S10: warn where prod relies on anonymous pulls, and only mention it in dev", () => {
    assert.equal(find(prodConfig(), "docker-hub-anonymous")!.severity, "warning");
    assert.equal(find(devConfig(), "docker-hub-anonymous")!.severity, "note");
  });

  it("name what depends on a setting exactly where it is set", () => {
    const cases: [string, StackConfig, StackConfig][] = [
      ["grafana-sqlite", devConfig(), prodConfig()],
      ["spot", devConfig(), prodConfig()],
      ["open-ingest", configWith(devConfig(), { ingress: { auth: "none" } }), devConfig()],
      [
        "cloudwatch-logs-experimental",
        configWith(devConfig(), { collection: { logGroups: ["/aws/rds/one"] } }),
        devConfig(),
      ],
    ];
    for (const [id, with_, without] of cases) {
      assert.ok(find(with_, id), id);
      assert.equal(find(without, id), undefined, id);
    }
    assert.equal(find(defaultConfig(), "grafana-sqlite")!.severity, "warning");
  });

  it("put warnings before notes, each id once", () => {
    const found = insights(buildCatalog(devConfig()), devConfig());
    const firstNote = found.findIndex(({ severity }) => severity === "note");
    assert.ok(found.slice(firstNote).every(({ severity }) => severity === "note"));
    assert.equal(new Set(found.map(({ id }) => id)).size, found.length);
  });
});
