import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parse } from "yaml";
import { renderMimir } from "../../../configs/mimir/mimir";
import {
  laterMimirRings,
  removedMimirKey,
  removedMimirKeys,
} from "../../../configs/mimir/removedKeys";
import { mimirMistakes } from "../../../configs/mimir/settings";
import published from "../../../configs/mimir/settings.json";
import type { StackConfig } from "../../../configs/stack/schema";
import type { Tree } from "../../../configs/yaml";
import { configWith, devConfig, prodConfig } from "../../fixtures/config";
import { at } from "../parsed";

const known: Readonly<Record<string, string>> = published.settings;
const tree = (config: StackConfig, replica = 0): Tree =>
  parse(renderMimir(config, replica)) as Tree;

const kmsKeyArn =
  "arn:aws:kms:ap-northeast-2:123456789012:key/12345678-1234-1234-1234-123456789012";

/** Every option that shapes the file. */
const anyConfig = fc
  .record({
    prod: fc.boolean(),
    rules: fc.boolean(),
    kms: fc.boolean(),
    copies: fc.constantFrom(1, 3),
    size: fc.constantFrom([0.25, 0.5], [0.5, 1], [2, 4], [4, 30]),
    maxSeries: fc.option(fc.integer({ min: 1000, max: 10_000_000 }), { nil: undefined }),
    rate: fc.option(fc.integer({ min: 1000, max: 1_000_000 }), { nil: undefined }),
    outOfOrderWindowMinutes: fc.integer({ min: 30, max: 1440 }),
    retentionDays: fc.integer({ min: 1, max: 3650 }),
    queryTimeoutSeconds: fc.integer({ min: 30, max: 3600 }),
  })
  .map(({ prod, kms, copies, size, rate, queryTimeoutSeconds, ...mimir }) =>
    configWith(prod ? prodConfig() : devConfig(), {
      queryTimeoutSeconds,
      storage: { kmsKeyArn: kms ? kmsKeyArn : undefined },
      mimir: {
        ...mimir,
        replicas: copies,
        replicationFactor: copies,
        vcpu: size[0],
        memoryGb: size[1],
        ingestionRateSamplesPerSecond: rate,
      },
    }),
  );

describe("Mimir's settings, key by key", () => {
  it("S1: every rendered key is published, has the type that Mimir reads, and is not gone in 3.x", () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        assert.deepEqual(mimirMistakes(tree(config, config.mimir.replicas - 1), known), []);
      }),
      { numRuns: 50 },
    );
  });

  it("S23: the file names the interfaces wherever Mimir has a setting for them", () => {
    const places = Object.keys(known).filter((path) => path.endsWith(".instance_interface_names"));
    assert.ok(places.length >= 9, `${places.length} in the list`);
    for (const path of places)
      assert.deepEqual(at(tree(prodConfig()), path), ["eth1", "eth0"], path);
  });

  it("S23: rings that only Mimir 3 has are listed, and not in the file", () => {
    for (const ring of laterMimirRings) {
      assert.equal(at(tree(prodConfig()), ring), undefined, ring);
      assert.equal(known[`${ring}.instance_interface_names`], undefined, ring);
    }
  });

  it("every removed key was a setting of 2.17, so that none is a slip of the pen", () => {
    for (const { key } of removedMimirKeys) {
      const named = Object.keys(known).filter((path) => removedMimirKey(path)?.key === key);
      assert.ok(named.length > 0, key);
    }
  });

  const mistakes: readonly [string, (settings: Mutable) => void, RegExp][] = [
    ["an unknown key", (s) => (s.ingestor = { ring: 1 }), /^ingestor\.ring is not a setting/],
    [
      "an unknown key inside a block",
      (s) => (block(s, "querier").timeuot = "1s"),
      /querier\.timeuot/,
    ],
    ["an inherited name", (s) => Object.assign(s, { toString: "x" }), /^toString is not a setting/],
    [
      "a text where a number belongs",
      (s) => (block(s, "limits").ingestion_burst_size = "1"),
      /is a int/,
    ],
    ["a broken number", (s) => (block(s, "limits").max_global_series_per_user = 1.5), /is a int/],
    ["a text where a switch belongs", (s) => (s.multitenancy_enabled = "false"), /is a boolean/],
    ["a bare number as a duration", (s) => (s.shutdown_delay = 10), /is a duration/],
    ["days, which Go does not know", (s) => (block(s, "querier").timeout = "1d"), /is a duration/],
    [
      "a text where a list belongs",
      (s) => (block(s, "memberlist").join_members = "x"),
      /is a list of strings/,
    ],
    ["a value where a block belongs", (s) => (s.server = "x"), /^server is not a setting/],
    [
      "a key gone in 3.0",
      (s) => (s.frontend_worker = { frontend_address: "x:1" }),
      /gone since Mimir 3\.0/,
    ],
    [
      "a key gone in 3.1, wherever it stands",
      (s) => (s.ruler_storage = { cache: { memcached: { dns_ignore_startup_failures: true } } }),
      /gone since Mimir 3\.1/,
    ],
  ];
  for (const [title, change, message] of mistakes) {
    it(`refuses ${title}`, () => {
      const settings = structuredClone(tree(prodConfig())) as Mutable;
      change(settings);
      const found = mimirMistakes(settings as Tree, known);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }
});

type Mutable = Record<string, unknown>;
const block = (settings: Mutable, name: string) => settings[name] as Mutable;
