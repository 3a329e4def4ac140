import assert from "node:assert/strict";
import { buildCatalog, rolesOf } from "../../stacks/catalog";
import { RING_PAUSE_SECONDS, rollout } from "../../stacks/rollout";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

const roles = rolesOf(buildCatalog(prodConfig()));

describe("S15: rollout", () => {
  it("stops before it starts wherever there must be one of a kind, and starts first elsewhere", () => {
    for (const role of roles) {
      const { minimumHealthyPercent, maximumPercent, availabilityZoneRebalancing } = rollout(role);
      assert.deepEqual(
        [minimumHealthyPercent, maximumPercent, availabilityZoneRebalancing],
        role.replacement === "stateless" ? [100, 200, "ENABLED"] : [0, 100, "DISABLED"],
        role.id,
      );
    }
  });

  it("rolls back by itself and waits for the steady state, with patience", () => {
    for (const role of roles) {
      const { deploymentCircuitBreaker, waitForSteadyState, timeoutMinutes } = rollout(role);
      assert.deepEqual(deploymentCircuitBreaker, { enable: true, rollback: true });
      assert.equal(waitForSteadyState, true);
      assert.ok(timeoutMinutes >= 20);
    }
  });

  it("gives the grace period exactly to services with a target group", () => {
    const graced = roles.filter(
      (role) => rollout(role).healthCheckGracePeriodSeconds !== undefined,
    );
    assert.deepEqual(graced.map((role) => role.id).sort(), [
      "grafana",
      "loki-distributor",
      "mimir",
      "tempo-distributor",
      "tempo-query-frontend",
    ]);
  });

  it("S19: Spot changes the capacity provider and nothing else", () => {
    const config = (spot: boolean) =>
      configWith(devConfig(), { loki: { querier: { spot } }, tempo: { querier: { spot: false } } });
    const querier = (spot: boolean) =>
      rollout(rolesOf(buildCatalog(config(spot))).find((role) => role.id === "loki-querier")!);
    assert.deepEqual(querier(true).capacityProviderStrategies, [
      { capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 },
    ]);
    assert.deepEqual(
      { ...querier(true), capacityProviderStrategies: [] },
      { ...querier(false), capacityProviderStrategies: [] },
    );
    assert.equal(querier(false).capacityProviderStrategies[0]!.capacityProvider, "FARGATE");
  });

  it("S14: no role that holds data is on Spot", () => {
    for (const role of [...roles, ...rolesOf(buildCatalog(devConfig()))]) {
      assert.ok(!(role.spot && role.holdsData), role.id);
    }
  });

  it("S22: two minutes lie between two replicas of a ring", () => {
    assert.ok(RING_PAUSE_SECONDS >= 120);
  });
});
