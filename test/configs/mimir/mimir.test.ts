import assert from "node:assert/strict";
import { parse } from "yaml";
import { fallbackAlertmanager, fallbackAlertmanagerPath } from "../../../configs/mimir/rules";
import { mimirFiles, renderMimir } from "../../../configs/mimir/mimir";
import { maxSeries, mimirCaches } from "../../../configs/mimir/memoryModel";
import { deletionDelayHours } from "../../../configs/stack/retention";
import type { StackConfig } from "../../../configs/stack/schema";
import { portNumbers } from "../../../stacks/endpoints";
import { configWith, defaultConfig, devConfig, prodConfig } from "../../fixtures/config";
import { at, seconds } from "../parsed";

const rings = [
  "ingester.ring",
  "store_gateway.sharding_ring",
  "compactor.sharding_ring",
  "distributor.ring",
  "ruler.ring",
  "alertmanager.sharding_ring",
];

const rendered = (config: StackConfig, replica = 0): unknown => parse(renderMimir(config, replica));
const prod = () => rendered(prodConfig());
const kmsKeyArn =
  "arn:aws:kms:ap-northeast-2:123456789012:key/12345678-1234-1234-1234-123456789012";

describe("configuration of Mimir", () => {
  it("S1: every part and the Alertmanager run in one process, which listens where the catalog says", () => {
    assert.equal(at(prod(), "target"), "all,alertmanager");
    assert.equal(at(prod(), "server.http_listen_port"), portNumbers.mimirHttp);
    assert.equal(at(prod(), "server.grpc_listen_port"), portNumbers.grpc);
    assert.equal(at(prod(), "memberlist.bind_port"), portNumbers.gossip);
    assert.equal(at(prod(), "memberlist.advertise_port"), portNumbers.gossip);
  });

  it("S1: blocks of 2 h: the block range is left at its default", () => {
    assert.equal(at(prod(), "blocks_storage.tsdb.block_ranges_period"), undefined);
    assert.equal(at(prod(), "compactor.block_ranges"), undefined);
  });

  it("S1: without rules there is no Alertmanager, and no way to add a rule", () => {
    const config = configWith(prodConfig(), { mimir: { rules: false } });
    const file = rendered(config);
    assert.equal(at(file, "target"), "all");
    assert.equal(at(file, "ruler.enable_api"), false);
    assert.equal(at(file, "ruler.alertmanager_url"), undefined);
    assert.equal(at(file, "alertmanager.external_url"), undefined);
    assert.deepEqual(
      mimirFiles(config, 0).map(({ path }) => path),
      ["/etc/lgtm/mimir.yaml"],
    );
  });

  it("S1: rules are evaluated in the process, and go to the Alertmanager beside it", () => {
    assert.equal(at(prod(), "ruler.alertmanager_url"), "http://127.0.0.1:9009/alertmanager");
    assert.equal(at(prod(), "ruler.query_frontend"), undefined);
    const externalUrl = at(prod(), "alertmanager.external_url");
    assert.equal(new URL(String(externalUrl)).pathname, "/alertmanager");
  });

  it("S1: the fallback Alertmanager configuration is written where Mimir reads it, and valid", () => {
    const files = mimirFiles(prodConfig(), 0);
    assert.equal(at(prod(), "alertmanager.fallback_config_file"), fallbackAlertmanagerPath);
    const file = files.find(({ path }) => path === fallbackAlertmanagerPath);
    assert.equal(file?.content, fallbackAlertmanager(prodConfig()));
    const fallback: unknown = parse(file.content);
    const receivers = at(fallback, "receivers") as { name: string }[];
    assert.ok(receivers.some(({ name }) => name === at(fallback, "route.receiver")));
  });

  it("S14: blocks are flushed when the task stops, and the stop fits into 120 s", () => {
    assert.equal(at(prod(), "blocks_storage.tsdb.flush_blocks_on_shutdown"), true);
    const memberlistDefaults = 20 + 10;
    const flush = 30;
    const stop =
      seconds(at(prod(), "shutdown_delay")) +
      seconds(at(prod(), "server.graceful_shutdown_timeout")) +
      memberlistDefaults +
      flush;
    assert.ok(stop <= 120, `${stop} s`);
    // Until DNS (TTL 10, S13) no longer names the task.
    assert.ok(seconds(at(prod(), "shutdown_delay")) >= 10);
  });

  it("S16: a replica has the same fixed id in every ring, and no two share one", () => {
    for (const ring of rings) {
      for (const replica of [0, 1, 2]) {
        const file = rendered(prodConfig(), replica);
        assert.equal(at(file, `${ring}.instance_id`), `mimir-${replica}`, ring);
      }
    }
  });

  it("S16: zone awareness is off, and each copying ring makes the configured number of copies", () => {
    for (const [config, copies] of [
      [prodConfig(), 3],
      [devConfig(), 1],
    ] as const) {
      const text = renderMimir(config, 0);
      assert.doesNotMatch(text, /zone_awareness|availability_zone/);
      for (const ring of [
        "ingester.ring",
        "store_gateway.sharding_ring",
        "alertmanager.sharding_ring",
      ]) {
        assert.equal(at(parse(text), `${ring}.replication_factor`), copies, ring);
      }
    }
  });

  it("S16: there is no file for a replica that the stack does not have", () => {
    for (const replica of [-1, 0.5, 3]) {
      assert.throws(() => renderMimir(prodConfig(), replica), /3 replicas/);
    }
  });

  it("S17: one gossip cluster per product and stack, joined by name, rejoined every 30 s", () => {
    assert.deepEqual(at(prod(), "memberlist.join_members"), ["dns+mimir.lgtm.local:7946"]);
    assert.equal(at(prod(), "memberlist.rejoin_interval"), "30s");
    assert.equal(at(prod(), "memberlist.cluster_label"), "lgtm-mimir");
    assert.equal(at(rendered(devConfig()), "memberlist.cluster_label"), "lgtm-dev-mimir");
    const moved = configWith(prodConfig(), { namespace: "other.internal" });
    assert.deepEqual(at(rendered(moved), "memberlist.join_members"), [
      "dns+mimir.other.internal:7946",
    ]);
  });

  it("S21: caches are cut to the task's memory", () => {
    const caches = mimirCaches(4);
    const store = "blocks_storage.bucket_store";
    const expected: Record<string, number> = {
      [`${store}.index_cache.inmemory.max_size_bytes`]: caches.indexBytes,
      [`${store}.series_hash_cache_max_size_bytes`]: caches.storeSeriesHashBytes,
      "blocks_storage.tsdb.series_hash_cache_max_size_bytes": caches.ingesterSeriesHashBytes,
      "blocks_storage.tsdb.head_postings_for_matchers_cache_max_bytes": caches.headPostingsBytes,
      "blocks_storage.tsdb.block_postings_for_matchers_cache_max_bytes": caches.blockPostingsBytes,
    };
    for (const [path, bytes] of Object.entries(expected))
      assert.equal(at(prod(), path), bytes, path);
    assert.equal(at(prod(), `${store}.index_cache.backend`), "inmemory");
    assert.equal(at(prod(), "querier.max_concurrent"), 8);
    assert.equal(at(rendered(devConfig()), "querier.max_concurrent"), 4);
  });

  it("S22: nothing hides a flushed block, and it is found within seconds", () => {
    assert.equal(seconds(at(prod(), "querier.query_store_after")), 0);
    assert.equal(seconds(at(prod(), "blocks_storage.bucket_store.ignore_blocks_within")), 0);
    assert.ok(seconds(at(prod(), "blocks_storage.bucket_store.sync_interval")) <= 30);
    assert.ok(seconds(at(prod(), "compactor.cleanup_interval")) <= 30);
  });

  it("S22: a client is told to come back within 10 s", () => {
    const header = "distributor.retry_after_header";
    assert.equal(at(prod(), `${header}.enabled`), true);
    assert.equal(at(prod(), `${header}.max_backoff`), "10s");
    assert.ok(
      seconds(at(prod(), `${header}.min_backoff`)) <= seconds(at(prod(), `${header}.max_backoff`)),
    );
  });

  it("S23: every ring and the query-frontend take their address from eth1, then eth0", () => {
    const idle = ["query_scheduler.ring", "overrides_exporter.ring"];
    for (const holder of [...rings, ...idle, "frontend"]) {
      assert.deepEqual(at(prod(), `${holder}.instance_interface_names`), ["eth1", "eth0"], holder);
    }
  });

  it("S25: one fixed tenant, no statistics sent, everything written on the data volume", () => {
    assert.equal(at(prod(), "multitenancy_enabled"), false);
    assert.equal(at(prod(), "no_auth_tenant"), "anonymous");
    assert.equal(at(prod(), "usage_stats.enabled"), false);
    const directories = [
      "blocks_storage.tsdb.dir",
      "blocks_storage.bucket_store.sync_dir",
      "compactor.data_dir",
      "ruler.rule_path",
      "alertmanager.data_dir",
      "activity_tracker.filepath",
    ].map((path) => String(at(prod(), path)));
    for (const directory of directories) assert.match(directory, /^\/data\/[^/]+$/);
    // Mimir refuses directories of which one begins with another, as plain text.
    for (const one of directories) {
      assert.deepEqual(
        directories.filter((other) => other !== one && other.startsWith(one)),
        [],
        one,
      );
    }
    assert.equal(new Set(directories).size, directories.length);
  });

  it("S25: the server's HTTP timeouts are not below the query's", () => {
    for (const queryTimeoutSeconds of [30, 300, 3600]) {
      const file = rendered(configWith(prodConfig(), { queryTimeoutSeconds }));
      const query = seconds(at(file, "querier.timeout"));
      assert.equal(query, queryTimeoutSeconds);
      assert.ok(seconds(at(file, "server.http_server_write_timeout")) >= query);
      assert.ok(seconds(at(file, "server.http_server_read_timeout")) >= query);
    }
  });

  it("S25: series limit from the memory model or the stack file, rate with it", () => {
    assert.equal(at(prod(), "limits.max_global_series_per_user"), maxSeries(prodConfig()));
    const given = rendered(
      configWith(prodConfig(), { mimir: { maxSeries: 5000, ingestionRateSamplesPerSecond: 1234 } }),
    );
    assert.equal(at(given, "limits.max_global_series_per_user"), 5000);
    assert.equal(at(given, "limits.ingestion_rate"), 1234);
    const rate = Number(at(prod(), "limits.ingestion_rate"));
    assert.ok(rate * 15 >= maxSeries(prodConfig()), "every series once per 15 s");
    assert.ok(Number(at(prod(), "limits.ingestion_burst_size")) >= rate);
  });

  it("S25: late samples and exemplars are taken", () => {
    assert.equal(seconds(at(prod(), "limits.out_of_order_time_window")), 3600);
    assert.ok(Number(at(prod(), "limits.max_global_exemplars_per_user")) > 0);
  });

  it("S25: ingesters are asked for as long as late samples may lie in them alone", () => {
    for (const outOfOrderWindowMinutes of [30, 600, 1440]) {
      const file = rendered(configWith(prodConfig(), { mimir: { outOfOrderWindowMinutes } }));
      const within = seconds(at(file, "limits.query_ingesters_within"));
      assert.ok(within >= outOfOrderWindowMinutes * 60 + 2 * 3600, `${within} s`);
    }
  });

  it("S25: no limit on the length of a query", () => {
    assert.equal(at(prod(), "limits.max_total_query_length"), undefined);
    assert.equal(at(prod(), "limits.max_partial_query_length"), undefined);
  });

  it("B1: bucket, region and key of the stack; no dual-stack host, no address for credentials", () => {
    const s3 = "common.storage.s3";
    assert.equal(at(prod(), "common.storage.backend"), "s3");
    assert.equal(at(prod(), `${s3}.endpoint`), "s3.ap-northeast-2.amazonaws.com");
    assert.equal(at(prod(), `${s3}.region`), "ap-northeast-2");
    assert.equal(at(prod(), `${s3}.bucket_name`), prodConfig().bucketName);
    assert.equal(at(prod(), `${s3}.dualstack_enabled`), false);
    assert.equal(at(prod(), `${s3}.sse`), undefined);
    const encrypted = rendered(configWith(prodConfig(), { storage: { kmsKeyArn } }));
    assert.deepEqual(at(encrypted, `${s3}.sse`), { type: "SSE-KMS", kms_key_id: kmsKeyArn });
    assert.doesNotMatch(renderMimir(prodConfig(), 0), /sts_endpoint|access_key|secret/);
  });

  it("B2: three prefixes, all different and of letters and digits only", () => {
    const prefixes = ["blocks_storage", "ruler_storage", "alertmanager_storage"].map((store) =>
      String(at(prod(), `${store}.storage_prefix`)),
    );
    assert.deepEqual(prefixes, ["blocks", "rules", "alerts"]);
  });

  it("B3: metrics are kept as long as configured, and deleted after the delay that S3's end allows for", () => {
    assert.equal(seconds(at(prod(), "limits.compactor_blocks_retention_period")), 365 * 24 * 3600);
    assert.equal(seconds(at(prod(), "compactor.deletion_delay")), deletionDelayHours.mimir * 3600);
  });

  it("S11: a file stays readable: at most 6.5 KB, the same from run to run, replicas differ by id alone", () => {
    for (const config of [devConfig(), prodConfig(), defaultConfig()]) {
      const text = renderMimir(config, 0);
      assert.ok(Buffer.byteLength(text) < 6500, `${Buffer.byteLength(text)}`);
      assert.equal(renderMimir(config, 0), text);
    }
    assert.equal(
      renderMimir(prodConfig(), 2).replaceAll("mimir-2", "mimir-0"),
      renderMimir(prodConfig(), 0),
    );
  });
});
