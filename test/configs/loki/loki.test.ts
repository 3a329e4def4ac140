import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parse } from "yaml";
import { cacheItemLimitMiB, writeBackMiB } from "../../../configs/loki/caches";
import { lokiFiles, renderLoki } from "../../../configs/loki/loki";
import { lokiRoleIds, lokiRoleSettings, type LokiRoleId } from "../../../configs/loki/roles";
import { memoryMiBOf } from "../../../configs/goRuntime";
import { deletionDelayHours } from "../../../configs/stack/retention";
import type { StackConfig } from "../../../configs/stack/schema";
import { endpoints, portNumbers } from "../../../stacks/endpoints";
import { configWith, devConfig, prodConfig } from "../../fixtures/config";
import { at, seconds } from "../parsed";

const rendered = (config: StackConfig, role: LokiRoleId, replica = 0): unknown =>
  parse(renderLoki(config, role, replica));
const prod = (role: LokiRoleId, replica = 0) => rendered(prodConfig(), role, replica);
const rolesWith = (path: string, config = prodConfig()) =>
  lokiRoleIds.filter((role) => at(rendered(config, role), path) !== undefined);

const ringRoles: LokiRoleId[] = [
  "loki-distributor",
  "loki-ingester",
  "loki-querier",
  "loki-compactor",
];
const bucketRoles: LokiRoleId[] = ["loki-ingester", "loki-querier", "loki-compactor"];
const kmsKeyArn =
  "arn:aws:kms:ap-northeast-2:123456789012:key/12345678-1234-1234-1234-123456789012";

describe("configuration of Loki", () => {
  it("S2: each role runs one target of its own, and none is a query-scheduler", () => {
    assert.deepEqual(
      lokiRoleIds.map((role) => at(prod(role), "target")),
      ["distributor", "ingester", "querier", "query-frontend", "compactor"],
    );
    assert.deepEqual(rolesWith("query_scheduler"), []);
    assert.deepEqual(rolesWith("frontend.scheduler_address"), []);
    assert.deepEqual(rolesWith("frontend_worker.scheduler_address"), []);
  });

  it("S2: every role listens where the catalog says", () => {
    for (const role of lokiRoleIds) {
      assert.equal(at(prod(role), "server.http_listen_port"), portNumbers.lokiHttp, role);
      assert.equal(at(prod(role), "server.grpc_listen_port"), portNumbers.grpc, role);
    }
  });

  it("S2: one file per task, where the server's argument points", () => {
    const [file, ...others] = lokiFiles(prodConfig(), "loki-ingester", 2);
    assert.deepEqual(others, []);
    assert.equal(file?.path, "/etc/lgtm/loki.yaml");
    assert.equal(file?.content, renderLoki(prodConfig(), "loki-ingester", 2));
  });

  it("S2: factor 3 in prod, 1 in dev, in every role", () => {
    for (const role of lokiRoleIds) {
      assert.equal(at(prod(role), "common.replication_factor"), 3, role);
      assert.equal(at(rendered(devConfig(), role), "common.replication_factor"), 1, role);
    }
  });

  it("S2: retention lives in the compactor; the readers know that deletions exist", () => {
    const compactor = prod("loki-compactor");
    assert.equal(at(compactor, "compactor.retention_enabled"), true);
    assert.equal(at(compactor, "compactor.delete_request_store"), "s3");
    assert.deepEqual(rolesWith("compactor.retention_enabled"), [
      "loki-querier",
      "loki-query-frontend",
      "loki-compactor",
    ]);
    assert.deepEqual(rolesWith("compactor.retention_delete_delay"), ["loki-compactor"]);
  });

  it("S3: ingester and querier keep chunks in memcached, the query-frontend results, nobody else anything", () => {
    const chunks = "chunk_store_config.chunk_cache_config";
    const results = "query_range.results_cache.cache";
    assert.deepEqual(rolesWith(chunks), ["loki-ingester", "loki-querier"]);
    assert.deepEqual(rolesWith(results), ["loki-query-frontend"]);
    for (const [role, cache] of [
      ["loki-ingester", chunks],
      ["loki-querier", chunks],
      ["loki-query-frontend", results],
    ] as const) {
      const file = prod(role);
      assert.equal(
        at(file, `${cache}.memcached_client.addresses`),
        "dns+memcached.lgtm.local:11211",
        role,
      );
      // A chunk of 1.5 MB must fit, with its header.
      assert.equal(
        at(file, `${cache}.memcached_client.max_item_size`),
        cacheItemLimitMiB * 1024 * 1024,
      );
      assert.ok(cacheItemLimitMiB * 1024 * 1024 > 1_572_864);
    }
    assert.equal(at(prod("loki-query-frontend"), "query_range.cache_results"), true);
  });

  it("S3: no role has a cache of its own beside memcached", () => {
    assert.equal(
      at(prod("loki-querier"), "chunk_store_config.chunk_cache_config.embedded_cache.enabled"),
      false,
    );
    assert.equal(
      at(prod("loki-query-frontend"), "query_range.results_cache.cache.embedded_cache.enabled"),
      false,
    );
    for (const role of lokiRoleIds) {
      assert.doesNotMatch(renderLoki(prodConfig(), role, 0), /embedded_cache:\n\s+enabled: true/);
    }
  });

  it("S13: whatever role reads its file knows the query-frontend, so none looks for a scheduler", () => {
    for (const role of lokiRoleIds) {
      assert.equal(
        at(prod(role), "frontend_worker.frontend_address"),
        "loki-query-frontend.lgtm.local:9095",
        role,
      );
      assert.equal(
        at(prod(role), "common.compactor_grpc_address"),
        "loki-compactor.lgtm.local:9095",
        role,
      );
    }
    assert.equal(
      at(prod("loki-query-frontend"), "frontend.tail_proxy_url"),
      "http://loki-querier.lgtm.local:3100",
    );
    assert.deepEqual(rolesWith("frontend"), ["loki-query-frontend"]);
  });

  it("S13: names follow the namespace", () => {
    const moved = configWith(prodConfig(), { namespace: "other.internal" });
    for (const role of lokiRoleIds) {
      const text = renderLoki(moved, role, 0);
      assert.match(text, /loki-query-frontend\.other\.internal/);
      assert.doesNotMatch(text, /lgtm\.local/);
    }
  });

  it("S14: the ingester flushes when it stops", () => {
    assert.equal(at(prod("loki-ingester"), "ingester.wal.flush_on_shutdown"), true);
    assert.equal(at(prod("loki-ingester"), "common.path_prefix"), "/data");
    assert.deepEqual(rolesWith("ingester.wal"), ["loki-ingester"]);
  });

  it("S14: what is found by name goes on serving until DNS (TTL 10, S13) has forgotten it", () => {
    assert.deepEqual(rolesWith("shutdown_delay"), ["loki-distributor"]);
    for (const role of rolesWith("shutdown_delay")) {
      const delay = seconds(at(prod(role), "shutdown_delay"));
      const drain = seconds(at(prod(role), "server.graceful_shutdown_timeout"));
      assert.ok(delay >= 10);
      assert.ok(delay + drain <= 60, "leaves time to close within the stop timeout");
    }
  });

  it("S16: an ingester has a fixed id, the same in no other; a dead one keeps none from getting ready", () => {
    assert.deepEqual(
      [0, 1, 2].map((replica) => at(prod("loki-ingester", replica), "ingester.lifecycler.id")),
      ["loki-ingester-0", "loki-ingester-1", "loki-ingester-2"],
    );
    assert.equal(
      at(prod("loki-ingester"), "ingester.lifecycler.readiness_check_ring_health"),
      false,
    );
    assert.deepEqual(rolesWith("ingester.lifecycler.id"), ["loki-ingester"]);
  });

  it("S16: replicas of the other roles read the same file", () => {
    for (const role of ["loki-distributor", "loki-querier", "loki-query-frontend"] as const) {
      assert.equal(renderLoki(prodConfig(), role, 1), renderLoki(prodConfig(), role, 0), role);
    }
  });

  it("S16: there is no file for a replica that the role does not have", () => {
    for (const replica of [-1, 0.5, 3]) {
      assert.throws(() => renderLoki(prodConfig(), "loki-ingester", replica), /3 replicas/);
    }
    assert.throws(() => renderLoki(prodConfig(), "loki-compactor", 1), /1 replicas/);
  });

  it("S16: autoforget as configured, and zone awareness off by default", () => {
    assert.equal(at(prod("loki-ingester"), "ingester.autoforget_unhealthy"), true);
    for (const role of lokiRoleIds) {
      assert.doesNotMatch(renderLoki(prodConfig(), role, 0), /zone_awareness|availability_zone/);
    }
  });

  it("S16: with zone awareness every role knows of it, each ingester has its zone, autoforget is off", () => {
    const config = configWith(prodConfig(), {
      loki: { zoneAwareness: true, autoforgetUnhealthy: false },
    });
    assert.deepEqual(rolesWith("ingester.lifecycler.ring.zone_awareness_enabled", config), [
      ...lokiRoleIds,
    ]);
    assert.deepEqual(
      [0, 1, 2].map((replica) =>
        at(rendered(config, "loki-ingester", replica), "ingester.lifecycler.availability_zone"),
      ),
      ["ap-northeast-2a", "ap-northeast-2b", "ap-northeast-2c"],
    );
    assert.equal(at(rendered(config, "loki-ingester"), "ingester.autoforget_unhealthy"), false);
  });

  it("S17: the roles in a ring gossip with each other, the query-frontend with nobody", () => {
    assert.deepEqual(rolesWith("memberlist"), ringRoles);
    for (const role of ringRoles) {
      const file = prod(role);
      assert.deepEqual(
        at(file, "memberlist.join_members"),
        ringRoles.map((member) => `dns+${endpoints[member].dnsName}.lgtm.local:7946`),
        role,
      );
      assert.equal(at(file, "memberlist.rejoin_interval"), "30s");
      assert.equal(at(file, "memberlist.cluster_label"), "lgtm-loki");
      assert.equal(at(file, "memberlist.bind_port"), portNumbers.gossip);
      assert.equal(at(file, "memberlist.advertise_port"), portNumbers.gossip);
    }
    assert.equal(
      at(rendered(devConfig(), "loki-querier"), "memberlist.cluster_label"),
      "lgtm-dev-loki",
    );
  });

  it("S21: what waits for memcached, and the replay of the log, fit into the task", () => {
    const memoryGb = fc.oneof(fc.constantFrom(0.5, 1), fc.integer({ min: 2, max: 30 }));
    fc.assert(
      fc.property(memoryGb, (memory) => {
        const size = { memoryGb: memory };
        const config = configWith(prodConfig(), {
          loki: { ingester: size, querier: size, queryFrontend: size },
        });
        const ingester = rendered(config, "loki-ingester");
        assert.equal(
          at(ingester, "ingester.wal.replay_memory_ceiling"),
          `${Math.floor(memoryMiBOf(memory) * 0.75)}MB`,
        );
        for (const [role, path] of [
          ["loki-ingester", "chunk_store_config.chunk_cache_config"],
          ["loki-querier", "chunk_store_config.chunk_cache_config"],
          ["loki-query-frontend", "query_range.results_cache.cache"],
        ] as const) {
          const limit = at(rendered(config, role), `${path}.background.writeback_size_limit`);
          assert.equal(limit, `${writeBackMiB(memory)}MB`, role);
        }
        assert.ok(writeBackMiB(memory) * 16 <= memoryMiBOf(memory));
      }),
    );
  });

  it("S21: each role's buffer is sized by its own task", () => {
    const config = configWith(prodConfig(), { loki: { querier: { memoryGb: 8 } } });
    const path = "chunk_store_config.chunk_cache_config.background.writeback_size_limit";
    assert.equal(at(rendered(config, "loki-querier"), path), "512MB");
    assert.equal(at(rendered(config, "loki-ingester"), path), "128MB");
  });

  it("S22: new index files are looked for every 30 s, by readers and by the compactor that waits for them", () => {
    const path = "storage_config.tsdb_shipper.resync_interval";
    assert.deepEqual(rolesWith(path), bucketRoles);
    for (const role of bucketRoles) assert.ok(seconds(at(prod(role), path)) <= 30, role);
  });

  it("S23: every role names eth1, then eth0, and memberlist with it", () => {
    for (const role of lokiRoleIds) {
      assert.deepEqual(at(prod(role), "common.instance_interface_names"), ["eth1", "eth0"], role);
      assert.equal(at(prod(role), "common.ring.kvstore.store"), "memberlist", role);
    }
  });

  it("S25: one fixed tenant, nothing sent home, gRPC messages of 16 MiB on both ends", () => {
    const limit = 16 * 1024 * 1024;
    for (const role of lokiRoleIds) {
      const file = prod(role);
      assert.equal(at(file, "auth_enabled"), false, role);
      assert.equal(at(file, "analytics.reporting_enabled"), false, role);
      assert.equal(at(file, "server.grpc_server_max_recv_msg_size"), limit, role);
      assert.equal(at(file, "server.grpc_server_max_send_msg_size"), limit, role);
    }
    const both = { max_recv_msg_size: limit, max_send_msg_size: limit };
    for (const role of ["loki-distributor", "loki-querier"] as const) {
      assert.deepEqual(at(prod(role), "ingester_client.grpc_client_config"), both, role);
    }
    assert.deepEqual(at(prod("loki-querier"), "frontend_worker.query_frontend_grpc_client"), both);
    // Loki refuses both forms of the client's settings together.
    assert.deepEqual(rolesWith("frontend_worker.grpc_client_config"), []);
  });

  it("S25: limits are the same in every role; a year can be asked for", () => {
    const config = configWith(prodConfig(), {
      loki: { ingestionRateMbPerSecond: 9, ingestionBurstMb: 18, maxStreams: 777 },
    });
    for (const role of lokiRoleIds) {
      assert.deepEqual(
        at(rendered(config, role), "limits_config"),
        {
          ingestion_rate_mb: 9,
          ingestion_burst_size_mb: 18,
          max_global_streams_per_user: 777,
          query_timeout: "300s",
          max_query_length: "0s",
          retention_period: "8760h",
          retention_stream: [{ selector: '{level="info"}', priority: 1, period: "720h" }],
        },
        role,
      );
    }
  });

  it("S25: a server's HTTP timeouts are not below the query's", () => {
    for (const queryTimeoutSeconds of [30, 300, 3600]) {
      const config = configWith(prodConfig(), { queryTimeoutSeconds });
      for (const role of lokiRoleIds) {
        const file = rendered(config, role);
        const query = seconds(at(file, "limits_config.query_timeout"));
        assert.equal(query, queryTimeoutSeconds);
        assert.ok(seconds(at(file, "server.http_server_write_timeout")) >= query, role);
        assert.ok(seconds(at(file, "server.http_server_read_timeout")) >= query, role);
      }
    }
  });

  it("S25: a frontend hears within 10 s that a querier is gone, and nobody else pings", () => {
    for (const role of lokiRoleIds) {
      const file = rendered(prodConfig(), role);
      const [after, patience] = ["time", "timeout"].map((key) =>
        at(file, `server.grpc_server_keepalive_${key}`),
      );
      if (role !== "loki-query-frontend") assert.equal(after ?? patience, undefined, role);
      else assert.ok(seconds(after) + seconds(patience) <= 10, role);
    }
  });

  it("S25: schema of the bucket: tsdb v13 by the day, from a constant day, the same in every role", () => {
    const config = configWith(prodConfig(), { loki: { schemaFrom: "2024-02-29" } });
    for (const role of lokiRoleIds) {
      assert.deepEqual(
        at(rendered(config, role), "schema_config.configs"),
        [
          {
            from: "2024-02-29",
            store: "tsdb",
            object_store: "s3",
            schema: "v13",
            index: { prefix: "index_", period: "24h" },
          },
        ],
        role,
      );
    }
  });

  it("S25: deletion markers are in the bucket, below Loki's own prefix", () => {
    const prefix = at(prod("loki-compactor"), "compactor.deletion_marker_object_store_prefix");
    assert.match(String(prefix), /^[a-z-]+\/$/);
    // Where the bucket's expiry of chunks (ftt-loki/fake/) does not reach, nor the index is.
    assert.doesNotMatch(String(prefix), /^(fake|index)\//);
  });

  it("B1: bucket, region and key of the stack, for the roles that use the bucket and no other", () => {
    assert.deepEqual(rolesWith("storage_config"), bucketRoles);
    const s3 = "storage_config.object_store.s3";
    const encrypted = configWith(prodConfig(), { storage: { kmsKeyArn } });
    for (const role of bucketRoles) {
      assert.deepEqual(at(prod(role), s3), {
        endpoint: "s3.ap-northeast-2.amazonaws.com",
        region: "ap-northeast-2",
        bucket_name: prodConfig().bucketName,
        dualstack_enabled: false,
      });
      assert.deepEqual(at(rendered(encrypted, role), `${s3}.sse`), {
        type: "SSE-KMS",
        kms_key_id: kmsKeyArn,
      });
    }
  });

  it("B2: everything lies below ftt-loki/, through the client that knows prefixes", () => {
    for (const role of bucketRoles) {
      assert.equal(at(prod(role), "storage_config.use_thanos_objstore"), true, role);
      assert.equal(at(prod(role), "storage_config.object_store.storage_prefix"), "ftt-loki", role);
    }
  });

  it("B3: info 30 days and the rest a year as configured, deleted after the delay that S3's end allows for", () => {
    const config = configWith(prodConfig(), { loki: { retentionDays: 90, infoRetentionDays: 7 } });
    const file = rendered(config, "loki-compactor");
    assert.equal(seconds(at(file, "limits_config.retention_period")), 90 * 24 * 3600);
    assert.equal(seconds(at(file, "limits_config.retention_stream.0.period")), 7 * 24 * 3600);
    assert.equal(
      seconds(at(file, "compactor.retention_delete_delay")),
      deletionDelayHours.loki * 3600,
    );
  });

  it("S11: a file stays readable: at most 6 KB, no variable to expand, the same from run to run", () => {
    for (const config of [devConfig(), prodConfig()]) {
      for (const role of lokiRoleIds) {
        const text = renderLoki(config, role, 0);
        assert.ok(Buffer.byteLength(text) < 6000, `${role}: ${Buffer.byteLength(text)}`);
        assert.doesNotMatch(text, /\$/, role);
        assert.equal(renderLoki(config, role, 0), text, role);
      }
    }
  });

  it("S2: every role has its section in the stack file", () => {
    for (const role of lokiRoleIds) {
      assert.ok(prodConfig().loki[lokiRoleSettings[role]].memoryGb > 0, role);
    }
    const roles = Object.keys(endpoints).filter((id) => id.startsWith("loki-"));
    assert.deepEqual([...lokiRoleIds].sort(), roles.sort());
  });
});
