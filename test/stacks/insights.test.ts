import assert from "node:assert/strict";
import type { StackConfig } from "../../configs/stack/schema";
import { buildCatalog } from "../../stacks/catalog";
import { insights } from "../../stacks/insights";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

const find = (config: StackConfig, id: string) =>
  insights(buildCatalog(config), config).find((one) => one.id === id)?.text ?? "";

describe("what a stack does not survive", () => {
  it("names the roles of one task, and those whose successor waits for their end", () => {
    assert.match(find(devConfig(), "one-task"), /loki-querier/);
    assert.doesNotMatch(find(prodConfig(), "one-task"), /loki-querier/);
    assert.match(find(prodConfig(), "one-task"), /memcached/);
    assert.match(find(prodConfig(), "singletons"), /loki-compactor.*alloy-collector/);
    assert.doesNotMatch(find(prodConfig(), "singletons"), /mimir|ingester/);
  });

  it("N2: names rings of which one zone may hold more copies than the quorum can spare", () => {
    const six = configWith(prodConfig(), { mimir: { replicas: 6 } });
    assert.match(find(six, "zone-loss-mimir"), /one zone holds 2 of 6 replicas/);
    assert.equal(find(prodConfig(), "zone-loss-mimir"), "");
  });
});
