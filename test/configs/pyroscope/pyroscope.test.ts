import assert from "node:assert/strict";
import { parse } from "yaml";
import { pyroscopeArgs, renderPyroscope } from "../../../configs/pyroscope/pyroscope";
import type { StackConfig } from "../../../configs/stack/schema";
import { configWith, prodConfig } from "../../fixtures/config";
import { at, seconds } from "../parsed";

const read = (config: StackConfig): unknown => parse(renderPyroscope(config));

describe("Pyroscope's configuration", () => {
  const config = prodConfig();
  const file = read(config);

  it("S5: one process with storage v1 and the write path that it needs", () => {
    assert.deepEqual(pyroscopeArgs, ["-config.file=/etc/lgtm/pyroscope.yaml", "-target=all"]);
    assert.equal(at(file, "architecture_storage"), "v1");
    assert.equal(at(file, "limits.write_path"), "ingester");
  });

  it("S22: what a replaced task flushed is readable at once", () => {
    assert.equal(at(file, "querier.query_store_after"), "0s");
    assert.equal(at(file, "store_gateway.bucket_store.ignore_blocks_within"), "0s");
    assert.ok(seconds(at(file, "store_gateway.bucket_store.sync_interval")) <= 30);
    assert.ok(seconds(at(file, "compactor.cleanup_interval")) <= 30);
  });

  it("S14: a killed task loses little, and blocks divide the compactor's first range of an hour", () => {
    const block = seconds(at(file, "pyroscopedb.max_block_duration"));
    assert.ok(block <= 1800);
    assert.equal(3600 % block, 0);
    assert.ok(Number(at(file, "pyroscopedb.min_free_disk_gb")) < 10);
  });

  it("S14: everything is written below /data", () => {
    for (const path of [
      "pyroscopedb.data_path",
      "store_gateway.bucket_store.sync_dir",
      "compactor.data_dir",
    ]) {
      assert.match(String(at(file, path)), /^\/data\//, path);
    }
  });

  it("S5: profiles are kept as long as the stack file says, and can be queried that far back", () => {
    const stack = read(configWith(config, { pyroscope: { retentionDays: 12 } }));
    for (const key of [
      "compactor_blocks_retention_period",
      "max_query_lookback",
      "max_query_length",
    ]) {
      assert.equal(at(stack, `limits.${key}`), "12d", key);
    }
  });

  it("S23: every ring names the interfaces", () => {
    for (const path of [
      "ingester.lifecycler.interface_names",
      "distributor.ring.instance_interface_names",
      "store_gateway.sharding_ring.instance_interface_names",
      "compactor.sharding_ring.instance_interface_names",
      "overrides_exporter.ring.instance_interface_names",
      "frontend.instance_interface_names",
    ]) {
      assert.deepEqual(at(file, path), ["eth1", "eth0"], path);
    }
  });

  it("S17: its memberlist has a label of its own and joins nobody", () => {
    assert.equal(at(file, "memberlist.cluster_label"), "lgtm-pyroscope");
    assert.equal(at(file, "memberlist.join_members"), undefined);
  });

  it("S25: server timeouts are not below the query's", () => {
    const stack = read(configWith(config, { queryTimeoutSeconds: 600 }));
    assert.ok(seconds(at(stack, "server.http_server_write_timeout")) > 600);
  });

  it("B2: Pyroscope writes under its own prefix, with the task role and the stack's key", () => {
    assert.equal(at(file, "storage.prefix"), "ftt-pyroscope");
    assert.deepEqual(at(file, "storage.s3"), {
      endpoint: "s3.ap-northeast-2.amazonaws.com",
      region: "ap-northeast-2",
      bucket_name: config.bucketName,
      native_aws_auth_enabled: true,
    });
    const kmsKeyArn = "arn:aws:kms:ap-northeast-2:123456789012:key/1234";
    const encrypted = read(configWith(config, { storage: { kmsKeyArn } }));
    assert.deepEqual(at(encrypted, "storage.s3.sse"), { type: "SSE-KMS", kms_key_id: kmsKeyArn });
  });

  it("S5: nothing is reported to the outside, and its own profiles stay out", () => {
    assert.equal(at(file, "analytics.reporting_enabled"), false);
    assert.equal(at(file, "self_profiling.disable_push"), true);
  });
});
