import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { keyRules } from "../../configs/versionKeys";
import { versionMistakes } from "../../configs/versionMistakes";
import {
  checkKeys,
  checkTag,
  compareVersions,
  imageOf,
  versions,
  type PinnedImage,
} from "../../configs/versions";
import type { Tree } from "../../configs/yaml";
import { renderLoki } from "../../configs/loki/loki";
import { lokiRoleIds } from "../../configs/loki/roles";
import { renderMimir } from "../../configs/mimir/mimir";
import { renderPyroscope } from "../../configs/pyroscope/pyroscope";
import type { StackConfig } from "../../configs/stack/schema";
import { renderTempo, tempoRingRoles, type TempoRoleId } from "../../configs/tempo/tempo";
import { buildCatalog } from "../../stacks/catalog";
import type { ProductName } from "../../stacks/types";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

const images = Object.keys(versions) as PinnedImage[];
const tempoRoles: readonly TempoRoleId[] = [
  ...tempoRingRoles,
  "tempo-query-frontend",
  "tempo-compactor",
];
const tree = (text: string) => parse(text) as Tree;

const filesOf = (config: StackConfig): [ProductName, string, Tree][] => [
  ["mimir", "mimir", tree(renderMimir(config, 0))],
  ["pyroscope", "pyroscope", tree(renderPyroscope(config))],
  ...tempoRoles.map((role): [ProductName, string, Tree] => [
    "tempo",
    role,
    tree(renderTempo(config, role, 0)),
  ]),
  ...lokiRoleIds.map((role): [ProductName, string, Tree] => [
    "loki",
    role,
    tree(renderLoki(config, role, 0)),
  ]),
];

const namesKey = (mistakes: readonly string[], key: string) =>
  mistakes.some((mistake) => mistake.includes(`the key ${key} must`));

describe("version pins", () => {
  it("S10: every image has one exact version and says where it was seen", () => {
    for (const image of images) {
      const { repository, tag, source } = versions[image];
      assert.match(tag, /^v?\d+\.\d+\.\d+/, image);
      assert.match(repository, /^(docker\.io\/grafana|public\.ecr\.aws\/docker\/library)\//, image);
      assert.ok(source.length > 20, image);
      assert.deepEqual(checkTag(image, tag), [], image);
    }
  });

  it("S10: Tempo 2.10, Mimir 3.1, Loki 3.7, Pyroscope 2.2, Grafana 13.2", () => {
    for (const [image, line] of [
      ["tempo", "2.10."],
      ["mimir", "3.1."],
      ["loki", "3.7."],
      ["pyroscope", "2.2."],
      ["grafana", "13.2."],
      ["memcached", "1.6."],
    ] as const) {
      assert.ok(versions[image].tag.startsWith(line), image);
    }
  });

  it("S10: an image is the pin, or what the stack file says", () => {
    const config = prodConfig();
    assert.equal(imageOf(config, "tempo"), "docker.io/grafana/tempo:2.10.8");
    assert.equal(imageOf(config, "busybox"), "public.ecr.aws/docker/library/busybox:1.37.0-musl");
    const moved = configWith(config, { images: { versions: { tempo: "2.10.9" } } });
    assert.equal(imageOf(moved, "tempo"), "docker.io/grafana/tempo:2.10.9");
    assert.equal(imageOf(moved, "loki"), imageOf(config, "loki"));
  });

  it("S10: Docker Hub comes through the account's cache, the public gallery does not", () => {
    const config = configWith(devConfig(), { images: { pullThroughCache: true } });
    const host = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/lgtm-dev-docker-hub";
    assert.equal(imageOf(config, "grafana"), `${host}/grafana/grafana:${versions.grafana.tag}`);
    assert.equal(imageOf(config, "memcached"), imageOf(devConfig(), "memcached"));
    for (const image of images) assert.doesNotMatch(imageOf(config, image), /docker\.io/, image);
  });

  it("S10: a busybox that needs a libc, and a Grafana without data sources, are refused", () => {
    assert.match(checkTag("busybox", "1.37.0")[0] ?? "", /-musl or -uclibc/);
    assert.match(checkTag("busybox", "1.37.0-glibc")[0] ?? "", /static/);
    assert.deepEqual(checkTag("busybox", "1.38.0-uclibc"), []);
    assert.match(checkTag("grafana", "13.2.2-slim")[0] ?? "", /take 13\.2\.2/);
  });
});

describe("keys by version", () => {
  for (const [name, config] of [
    ["dev", devConfig()],
    ["prod", prodConfig()],
  ] as const) {
    it(`Cost, capacity, versions: every file of ${name} suits the pinned version`, () => {
      for (const [product, file, settings] of filesOf(config)) {
        assert.deepEqual(checkKeys(product, versions[product].tag, settings), [], file);
      }
    });
  }

  it("Cost, capacity, versions: Tempo 3 names the ingester and the compactor", () => {
    const mistakes = checkKeys(
      "tempo",
      "3.0.3",
      tree(renderTempo(prodConfig(), "tempo-ingester", 0)),
    );
    assert.ok(namesKey(mistakes, "ingester"));
    assert.ok(namesKey(mistakes, "compactor"));
    assert.match(mistakes[0] ?? "", /^tempo 3\.0\.3: .*gone since 3\.0\.0.*v3-0\.md/);
    const frontend = checkKeys(
      "tempo",
      "3.0.3",
      tree(renderTempo(prodConfig(), "tempo-query-frontend", 0)),
    );
    assert.ok(namesKey(frontend, "query_frontend.search.query_ingesters_until"));
    assert.ok(namesKey(checkKeys("tempo", "2.10.8", { memory: {} }), "memory"));
  });

  it("Cost, capacity, versions: what Mimir 3 took away is named from the version on", () => {
    const old: Tree = {
      frontend_worker: { frontend_address: "mimir:9095" },
      compactor: { no_blocks_file_cleanup_enabled: true },
      blocks_storage: {
        bucket_store: { index_cache: { memcached: { addresses_provider: "dns" } } },
      },
    };
    const named = (tag: string, key: string) => namesKey(checkKeys("mimir", tag, old), key);
    assert.equal(named("2.17.0", "frontend_worker.frontend_address"), false);
    assert.equal(named("3.0.0", "frontend_worker.frontend_address"), true);
    assert.equal(named("3.0.6", "compactor.no_blocks_file_cleanup_enabled"), false);
    assert.equal(named("3.1.4", "compactor.no_blocks_file_cleanup_enabled"), true);
    assert.equal(named("3.1.4", "*.memcached.addresses_provider"), true);
    assert.ok(namesKey(checkKeys("mimir", "2.17.0", { querier: { ring: {} } }), "querier.ring"));
  });

  it("S22: Mimir without one of the four keys is refused by its name", () => {
    const settings = tree(renderMimir(prodConfig(), 0));
    const without = { ...settings, compactor: {} };
    assert.ok(namesKey(checkKeys("mimir", "3.1.4", without), "compactor.cleanup_interval"));
  });

  it("Cost, capacity, versions: Loki 3.8 refuses what 3.7 still took", () => {
    const old: Tree = { limits_config: { unordered_writes: true } };
    assert.deepEqual(checkKeys("loki", "3.7.6", old), []);
    assert.ok(namesKey(checkKeys("loki", "3.8.0", old), "limits_config.unordered_writes"));
  });

  it("S23: Loki's interfaces without a memberlist store are refused", () => {
    const half: Tree = { common: { instance_interface_names: ["eth1"] } };
    assert.ok(namesKey(checkKeys("loki", "3.7.6", half), "common.ring.kvstore.store"));
    assert.deepEqual(checkKeys("loki", "3.7.6", {}), []);
  });

  it("S5: Pyroscope 1 does not know the storage key, Pyroscope 2 must have it", () => {
    const settings = tree(renderPyroscope(prodConfig()));
    assert.ok(namesKey(checkKeys("pyroscope", "1.21.1", settings), "architecture_storage"));
    const mistakes = checkKeys("pyroscope", "2.2.1", {});
    assert.ok(namesKey(mistakes, "architecture_storage"));
    assert.ok(namesKey(mistakes, "limits.write_path"));
  });

  it("Cost, capacity, versions: a moved image is checked against what its tasks would read", () => {
    const moved = (changes: Partial<StackConfig["images"]["versions"]>) => {
      const config = configWith(prodConfig(), { images: { versions: changes } });
      return versionMistakes(buildCatalog(prodConfig()), config).map(({ what }) => what);
    };
    assert.deepEqual(moved({}), []);
    assert.deepEqual(moved({ tempo: "2.10.9", grafana: "13.2.3", loki: "3.7.7" }), []);
    const tempo = moved({ tempo: "3.0.3" });
    const ingester = tempo.filter((mistake) =>
      mistake.startsWith("tempo 3.0.3: the key ingester "),
    );
    assert.equal(ingester.length, 1);
    assert.match(ingester[0] ?? "", /\[.*tempo-ingester.*tempo-compactor.*\]$/);
    assert.ok(
      moved({ pyroscope: "1.21.1" }).some((mistake) => mistake.includes("architecture_storage")),
    );
    assert.equal(moved({ busybox: "1.37.0" }).length, 1);
  });

  it("Cost, capacity, versions: every rule has a reason, and some range in which it holds", () => {
    assert.ok(keyRules.length > 30);
    for (const rule of keyRules) {
      assert.ok(rule.why.length > 1 && rule.source.length > 5, rule.key);
      assert.ok(rule.from !== undefined || rule.before !== undefined, rule.key);
      if (rule.from !== undefined && rule.before !== undefined) {
        assert.ok(compareVersions(rule.from, rule.before) < 0, rule.key);
      }
    }
  });
});

describe("order of versions", () => {
  it("S10: is that of the numbers, whatever surrounds them", () => {
    assert.ok(compareVersions("2.9.0", "2.10.8") < 0);
    assert.equal(compareVersions("v1.18.1", "1.18.1-boringcrypto"), 0);
    assert.equal(compareVersions("3", "3.0.0"), 0);
    assert.throws(() => compareVersions("latest", "1.0.0"), /not a version: latest/);
  });

  it("S10: is an order", () => {
    const part = fc.nat(40);
    const version = fc.tuple(part, part, part).map((parts) => parts.join("."));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          assert.ok(compareVersions(a, c) <= 0);
        }
      }),
    );
  });
});
