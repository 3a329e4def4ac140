import assert from "node:assert/strict";
import fc from "fast-check";
import { buildCatalog } from "../../stacks/catalog";
import { type LifecycleRuleSpec, lifecycleRules, prefixesOf } from "../../stacks/lifecycle";
import type { StackConfig } from "../../configs/stack/schema";
import { configWith, defaultConfig, prodConfig } from "../fixtures/config";

const rulesOf = (config: StackConfig) => lifecycleRules(buildCatalog(config), config);
const byId = (config: StackConfig) => new Map(rulesOf(config).map((rule) => [rule.id, rule]));

/** Keys of whatever must never be moved or expired by age, and of what may be. */
const precious = [
  "ftt-loki/index/index_20000/1-loki-ingester-0.tsdb.gz",
  "ftt-loki/loki_cluster_seed.json",
  "rules/rules/anonymous/x/y",
  "alerts/anonymous",
  "blocks/__mimir_cluster/mimir_cluster_seed.json",
  "ftt-tempo/tempo_cluster_seed.json",
];
const touches = (rule: LifecycleRuleSpec, objectKey: string) =>
  objectKey.startsWith(rule.prefix) &&
  (rule.expireAfterDays !== undefined || (rule.transitions ?? []).length > 0);

describe("B3: lifecycle", () => {
  it("has the ages of the requirements, by full tenant prefix", () => {
    const rules = byId(defaultConfig());
    const steps = [
      { afterDays: 30, storageClass: "STANDARD_IA" },
      { afterDays: 90, storageClass: "GLACIER_IR" },
    ];
    assert.deepEqual(rules.get("metrics"), {
      id: "metrics",
      prefix: "blocks/anonymous/",
      transitions: steps,
      expireAfterDays: 400,
    });
    assert.deepEqual(rules.get("logs"), {
      id: "logs",
      prefix: "ftt-loki/fake/",
      transitions: [
        { afterDays: 37, storageClass: "STANDARD_IA" },
        { afterDays: 97, storageClass: "GLACIER_IR" },
      ],
      expireAfterDays: 400,
    });
    assert.deepEqual(rules.get("traces"), {
      id: "traces",
      prefix: "ftt-tempo/single-tenant/",
      expireAfterDays: 14,
    });
    assert.deepEqual(rules.get("profiles"), {
      id: "profiles",
      prefix: "ftt-pyroscope/",
      expireAfterDays: 45,
    });
    assert.deepEqual(rules.get("uploads"), { id: "uploads", prefix: "", abortUploadsAfterDays: 1 });
    assert.deepEqual(rules.get("delete-markers"), {
      id: "delete-markers",
      prefix: "",
      expiredObjectDeleteMarker: true,
    });
  });

  it("B1: keeps old versions 3 days, and 30 of what people write", () => {
    const kept = rulesOf(defaultConfig())
      .filter((rule) => rule.noncurrentExpireAfterDays !== undefined)
      .map((rule) => [rule.prefix, rule.noncurrentExpireAfterDays]);
    assert.deepEqual(Object.fromEntries(kept), {
      "blocks/": 3,
      "rules/": 30,
      "alerts/": 30,
      "ftt-loki/": 3,
      "ftt-tempo/": 3,
      "ftt-pyroscope/": 3,
    });
    assert.equal(kept.length, prefixesOf(buildCatalog(defaultConfig())).length);
  });

  it("B4: hands the choice of class to S3 where asked, and never an unreadable class", () => {
    const rules = rulesOf(configWith(prodConfig(), { storage: { tiering: "intelligentTiering" } }));
    const moved = rules.filter((rule) => rule.transitions !== undefined);
    assert.deepEqual(
      moved.map((rule) => rule.prefix),
      ["blocks/anonymous/", "ftt-loki/fake/"],
    );
    for (const rule of moved) {
      assert.deepEqual(rule.transitions, [{ afterDays: 0, storageClass: "INTELLIGENT_TIERING" }]);
    }
  });

  const storage = fc.record({
    tiering: fc.constantFrom("lifecycle" as const, "intelligentTiering" as const),
    metrics: fc.record({
      infrequentAccessAfterDays: fc.integer({ min: 30, max: 60 }),
      glacierInstantRetrievalAfterDays: fc.integer({ min: 90, max: 200 }),
      expireAfterDays: fc.integer({ min: 380, max: 3650 }),
    }),
    traces: fc.record({ expireAfterDays: fc.integer({ min: 9, max: 400 }) }),
  });

  it("never moves or expires indexes, rules, alerts or cluster seeds, whatever the ages", () => {
    fc.assert(
      fc.property(storage, (settings) => {
        for (const rule of rulesOf(configWith(prodConfig(), { storage: settings }))) {
          for (const objectKey of precious)
            assert.ok(!touches(rule, objectKey), `${rule.id} ${objectKey}`);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is a configuration that S3 takes", () => {
    fc.assert(
      fc.property(storage, (settings) => {
        const rules = rulesOf(configWith(prodConfig(), { storage: settings }));
        assert.equal(new Set(rules.map((rule) => rule.id)).size, rules.length);
        for (const rule of rules) {
          // API_LifecycleRule: an id of at most 255 characters, at least one action.
          assert.ok(rule.id.length <= 255 && Object.keys(rule).length > 2);
          // API_LifecycleExpiration: a marker's expiry can't be combined with days.
          assert.ok(
            rule.expiredObjectDeleteMarker === undefined || rule.expireAfterDays === undefined,
          );
          const days = (rule.transitions ?? []).map(({ afterDays }) => afterDays);
          for (let i = 1; i < days.length; i++) assert.ok(days[i]! >= days[i - 1]! + 30);
          if (rule.expireAfterDays !== undefined)
            assert.ok(days.every((day) => day < rule.expireAfterDays!));
        }
      }),
      { numRuns: 20 },
    );
  });
});
