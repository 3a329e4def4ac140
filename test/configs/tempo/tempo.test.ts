import assert from "node:assert/strict";
import { parse } from "yaml";
import { blocklistPollSeconds } from "../../../configs/tempo/storage";
import {
  renderTempo,
  tempoArgs,
  tempoRingRoles,
  tempoStopTimeoutSeconds,
  type TempoRoleId,
} from "../../../configs/tempo/tempo";
import type { StackConfig } from "../../../configs/stack/schema";
import { endpoints } from "../../../stacks/endpoints";
import { configWith, devConfig, prodConfig } from "../../fixtures/config";
import { at, seconds } from "../parsed";

const roles: readonly TempoRoleId[] = [
  "tempo-distributor",
  "tempo-ingester",
  "tempo-querier",
  "tempo-query-frontend",
  "tempo-compactor",
  "tempo-metrics-generator",
];
const read = (config: StackConfig, role: TempoRoleId, replica = 0): unknown =>
  parse(renderTempo(config, role, replica));

describe("Tempo's configuration", () => {
  const config = prodConfig();

  it("S4: each role is told its target and its file", () => {
    assert.deepEqual(tempoArgs("tempo-query-frontend"), [
      "-config.file=/etc/lgtm/tempo.yaml",
      "-target=query-frontend",
    ]);
  });

  it("S23: every ring of every role names the interfaces", () => {
    for (const role of roles) {
      const file = read(config, role);
      for (const path of [
        "distributor.ring.instance_interface_names",
        "metrics_generator.ring.instance_interface_names",
        "compactor.ring.instance_interface_names",
        "ingester.lifecycler.interface_names",
      ]) {
        assert.deepEqual(at(file, path), ["eth1", "eth0"], `${role} ${path}`);
      }
    }
  });

  it("S16: an ingester's id is its replica's, and it does not wait for dead members", () => {
    for (const replica of [0, 1, 2]) {
      const file = read(config, "tempo-ingester", replica);
      assert.equal(at(file, "ingester.lifecycler.id"), `tempo-ingester-${replica}`);
      assert.equal(at(file, "ingester.lifecycler.readiness_check_ring_health"), false);
    }
    for (const role of roles.filter((id) => id !== "tempo-ingester")) {
      assert.equal(at(read(config, role), "ingester.lifecycler.id"), undefined, role);
    }
  });

  it("S16: a single metrics-generator keeps its id, several do not share one", () => {
    const path = "metrics_generator.ring.instance_id";
    assert.equal(at(read(config, "tempo-metrics-generator"), path), "tempo-metrics-generator-0");
    const two = configWith(config, { tempo: { metricsGenerator: { replicas: 2 } } });
    assert.equal(at(read(two, "tempo-metrics-generator"), path), undefined);
  });

  it("S16: writers and readers know the replication factor; zone awareness stays off", () => {
    for (const [stack, factor] of [
      [devConfig(), 1],
      [prodConfig(), 3],
    ] as const) {
      for (const role of roles) {
        const file = read(stack, role);
        assert.equal(at(file, "ingester.lifecycler.ring.replication_factor"), factor, role);
        assert.doesNotMatch(
          renderTempo(stack, role, 0),
          /zone_awareness_enabled|availability_zone/,
        );
      }
    }
  });

  it("S17: exactly the roles with a ring gossip, under a label of product and stack", () => {
    for (const role of roles) {
      const memberlist = at(read(config, role), "memberlist");
      assert.equal(memberlist !== undefined, tempoRingRoles.includes(role), role);
    }
    const file = read(config, "tempo-querier");
    assert.equal(at(file, "memberlist.cluster_label"), "lgtm-tempo");
    assert.equal(at(file, "memberlist.rejoin_interval"), "30s");
    assert.deepEqual(
      at(file, "memberlist.join_members"),
      ["distributor", "ingester", "querier", "metrics-generator"].map(
        (part) => `dns+tempo-${part}.lgtm.local:7946`,
      ),
    );
  });

  it("S17: whoever gossips has the port in the catalog", () => {
    for (const role of tempoRingRoles) {
      assert.ok(
        endpoints[role].ports.some(({ name }) => name === "gossip"),
        role,
      );
    }
  });

  it("S4: the distributor listens for OTLP on every address", () => {
    const file = read(config, "tempo-distributor");
    const protocols = "distributor.receivers.otlp.protocols";
    assert.equal(at(file, `${protocols}.grpc.endpoint`), "0.0.0.0:4317");
    assert.equal(at(file, `${protocols}.http.endpoint`), "0.0.0.0:4318");
  });

  it("S14: an ingester flushes everything when it stops, and never holds much", () => {
    const file = read(config, "tempo-ingester");
    assert.equal(at(file, "ingester.flush_all_on_shutdown"), true);
    assert.ok(seconds(at(file, "ingester.max_block_duration")) <= 300);
    assert.ok(Number(at(file, "ingester.max_block_bytes")) <= 100 * 1024 * 1024);
    assert.equal(tempoStopTimeoutSeconds("tempo-ingester"), 120);
  });

  it("S14: roles that never end by themselves are not waited for long", () => {
    assert.ok(tempoStopTimeoutSeconds("tempo-querier") <= 45);
    assert.ok(tempoStopTimeoutSeconds("tempo-query-frontend") <= 45);
  });

  it("S22: a flushed block is found within two polls, and the ingester keeps it for longer", () => {
    for (const role of roles) {
      const poll = at(read(config, role), "storage.trace.blocklist_poll");
      if (poll === undefined) continue;
      assert.ok(seconds(poll) >= 30 && seconds(poll) <= 60, role);
    }
    const kept = at(read(config, "tempo-ingester"), "ingester.complete_block_timeout");
    assert.ok(seconds(kept) > 3 * blocklistPollSeconds);
  });

  it("S22: the bucket is searched also for what is a minute old, the ingesters for all they keep", () => {
    const frontend = read(config, "tempo-query-frontend");
    const ingester = read(config, "tempo-ingester");
    const backendAfter = seconds(at(frontend, "query_frontend.search.query_backend_after"));
    const ingestersUntil = seconds(at(frontend, "query_frontend.search.query_ingesters_until"));
    assert.ok(backendAfter > 0 && backendAfter <= 60);
    assert.ok(
      ingestersUntil >=
        seconds(at(ingester, "ingester.max_block_duration")) +
          seconds(at(ingester, "ingester.complete_block_timeout")),
    );
  });

  it("S4: retention follows the stack file, and all of it can be searched", () => {
    for (const days of [1, 7, 30]) {
      const stack = configWith(config, { tempo: { retentionDays: days } });
      const retention = at(read(stack, "tempo-compactor"), "compactor.compaction.block_retention");
      assert.equal(seconds(retention), days * 86400);
      const frontend = read(stack, "tempo-query-frontend");
      for (const kind of ["search", "metrics"]) {
        assert.ok(
          seconds(at(frontend, `query_frontend.${kind}.max_duration`)) > days * 86400,
          kind,
        );
      }
    }
  });

  it("S25: server timeouts are not below the query's", () => {
    const stack = configWith(config, { queryTimeoutSeconds: 600 });
    for (const role of roles) {
      const write = seconds(at(read(stack, role), "server.http_server_write_timeout"));
      assert.ok(write > 600, role);
    }
    assert.equal(at(read(stack, "tempo-query-frontend"), "query_frontend.api_timeout"), "600s");
    for (const kind of ["search", "trace_by_id"]) {
      assert.equal(at(read(stack, "tempo-querier"), `querier.${kind}.query_timeout`), "600s");
    }
  });

  it("S25: a frontend hears within 10 s that a querier is gone, and nobody else pings", () => {
    for (const role of roles) {
      const [after, patience] = ["time", "timeout"].map((key) =>
        at(read(config, role), `server.grpc_server_keepalive_${key}`),
      );
      if (role !== "tempo-query-frontend") assert.equal(after ?? patience, undefined, role);
      else assert.ok(seconds(after) + seconds(patience) <= 10, role);
    }
  });

  it("a look-up of a trace is one job for the ingesters and four for each querier", () => {
    for (const replicas of [1, 3]) {
      const stack = configWith(config, { tempo: { querier: { replicas } } });
      const shards = at(
        read(stack, "tempo-query-frontend"),
        "query_frontend.trace_by_id.query_shards",
      );
      assert.equal(shards, 1 + 4 * replicas);
    }
  });

  it("S21: a querier takes on as much as its memory holds", () => {
    const path = "querier.max_concurrent_queries";
    assert.equal(at(read(config, "tempo-querier"), path), 20);
    assert.equal(at(read(devConfig(), "tempo-querier"), path), 5);
  });

  it("B2: Tempo writes under its own prefix, by IPv4 names, with the stack's key", () => {
    const s3 = at(read(config, "tempo-ingester"), "storage.trace.s3") as Record<string, unknown>;
    assert.equal(s3["prefix"], "ftt-tempo");
    assert.equal(s3["bucket"], config.bucketName);
    assert.equal(s3["enable_dual_stack"], false);
    assert.equal(s3["sse"], undefined);
    const kmsKeyArn = "arn:aws:kms:ap-northeast-2:123456789012:key/1234";
    const encrypted = configWith(config, { storage: { kmsKeyArn } });
    assert.deepEqual(at(read(encrypted, "tempo-ingester"), "storage.trace.s3.sse"), {
      type: "SSE-KMS",
      kms_key_id: kmsKeyArn,
    });
  });

  it("S4: the querier finds its frontend by name", () => {
    assert.equal(
      at(read(config, "tempo-querier"), "querier.frontend_worker.frontend_address"),
      "tempo.lgtm.local:9095",
    );
  });

  it("D4: span metrics and service graphs go to Mimir with exemplars", () => {
    for (const role of ["tempo-distributor", "tempo-metrics-generator"] as const) {
      assert.deepEqual(
        at(read(config, role), "overrides.defaults.metrics_generator.processors"),
        ["service-graphs", "span-metrics"],
        role,
      );
    }
    const storage = at(read(config, "tempo-metrics-generator"), "metrics_generator.storage");
    assert.deepEqual(storage, {
      path: "/data/generator",
      remote_write: [{ url: "http://mimir.lgtm.local:9009/api/v1/push", send_exemplars: true }],
    });
  });

  it("S4: nothing is reported to the outside", () => {
    for (const role of roles) {
      assert.equal(at(read(config, role), "usage_report.reporting_enabled"), false, role);
    }
    assert.equal(
      at(read(config, "tempo-query-frontend"), "query_frontend.mcp_server.enabled"),
      false,
    );
  });

  it("S11: every file is small and says why", () => {
    for (const role of roles) {
      const text = renderTempo(config, role, 0);
      assert.ok(text.length < 5 * 1024, `${role}: ${text.length}`);
      assert.match(text, /^ *# /m);
    }
  });
});
