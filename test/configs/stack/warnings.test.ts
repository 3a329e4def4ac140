import * as assert from "node:assert/strict";
import { stackWarnings, warningIds } from "../../../configs/stack/warnings";
import type { StackConfig } from "../../../configs/stack/schema";
import {
  configWith,
  defaultConfig,
  type DeepPartial,
  devConfig,
  prodConfig,
} from "../../fixtures/config";

const ids = (config: StackConfig) => stackWarnings(config).map(({ id }) => id);

/** Per warning: what raises it, and a part of what it says. */
const raised: readonly {
  id: string;
  base: StackConfig;
  change: DeepPartial<StackConfig>;
  says: RegExp;
}[] = [
  {
    id: "one-copy",
    base: prodConfig(),
    change: { tempo: { replicationFactor: 1 } },
    says: /^tempo: one copy/,
  },
  {
    id: "two-zones",
    base: prodConfig(),
    change: { network: { zones: ["a", "b"] } },
    says: /mimir, loki, tempo: 2 zones/,
  },
  {
    id: "single-nat",
    base: prodConfig(),
    change: { network: { natGateways: "single" } },
    says: /one NAT gateway/,
  },
  {
    id: "sqlite",
    base: prodConfig(),
    change: { grafana: { database: { type: "sqlite" } } },
    says: /gone with the task/,
  },
  {
    id: "single-az-database",
    base: prodConfig(),
    change: { grafana: { database: { multiAz: false } } },
    says: /in one zone/,
  },
  {
    id: "database-tls-unverified",
    base: devConfig(),
    change: { grafana: { database: { type: "postgres" } } },
    says: /caBundleFile/,
  },
  {
    id: "anonymous-pulls",
    base: configWith(prodConfig(), { images: { pullThroughCache: true } }),
    change: { images: { pullThroughCache: false } },
    says: /anonymously/,
  },
  {
    id: "experimental-receiver",
    base: devConfig(),
    change: { collection: { logGroups: ["/x"] } },
    says: /experimental/,
  },
  { id: "world-writes", base: devConfig(), change: { ingress: { auth: "none" } }, says: /open/ },
  {
    id: "world-writes",
    base: devConfig(),
    change: { ingress: { auth: "cidr", allowedCidrs: ["0.0.0.0/0"] } },
    says: /nothing else guards/,
  },
  {
    id: "wide-blocks",
    base: devConfig(),
    change: { ingress: { auth: "cidr", allowedCidrs: ["64.0.0.0/3"] } },
    says: /64\.0\.0\.0\/3/,
  },
  {
    id: "spot",
    base: prodConfig(),
    change: { loki: { querier: { spot: true } } },
    says: /on Spot: loki\.querier\./,
  },
  {
    id: "asleep",
    base: devConfig(),
    change: { schedule: { days: "MON-FRI" } },
    says: /MON-FRI from \d+ to \d+/,
  },
  {
    id: "insights-off",
    base: prodConfig(),
    change: { containerInsights: "disabled" },
    says: /in vain/,
  },
  {
    id: "unwatched",
    base: prodConfig(),
    change: { watch: { enabled: false } },
    says: /fall silent together with Mimir/,
  },
  {
    id: "nobody-hears",
    base: prodConfig(),
    change: { watch: { emails: [] } },
    says: /nobody has subscribed/,
  },
  {
    id: "no-budget",
    base: prodConfig(),
    change: { watch: { monthlyBudgetUsd: undefined } },
    says: /doubled bill/,
  },
  {
    id: "unprotected",
    base: prodConfig(),
    change: { environment: "dev" },
    says: /sys-lgtm-s3 is deleted/,
  },
];

describe("warnings of the plan", () => {
  for (const { id, base, change, says } of raised) {
    it(`${id}: ${says.source}`, () => {
      assert.ok(!ids(base).includes(id), "raised before the change");
      const warning = stackWarnings(configWith(base, change)).find((each) => each.id === id);
      assert.match(warning?.text ?? "", says);
      assert.match(warning?.row ?? "", /^[NGSDBA]\d+$/);
    });
  }

  it("are each raised by one of the changes above", () => {
    assert.deepEqual(
      warningIds.filter((id) => !raised.some((each) => each.id === id)),
      [],
    );
  });

  it("tell what the design's defaults lack for production", () => {
    assert.deepEqual(ids(defaultConfig()), [
      "one-copy",
      "two-zones",
      "single-nat",
      "sqlite",
      "anonymous-pulls",
      "nobody-hears",
      "no-budget",
    ]);
    assert.deepEqual(ids(prodConfig()), ["database-tls-unverified", "anonymous-pulls"]);
    assert.deepEqual(ids(devConfig()), ["one-copy", "sqlite", "spot", "unprotected"]);
  });
});
