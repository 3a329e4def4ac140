import assert from "node:assert/strict";
import { gatewayFile, renderGateway } from "../../../configs/alloy/gateway";
import { idOf } from "../../../configs/alloy/syntax";
import { endpoints, portNumbers } from "../../../stacks/endpoints";
import { configWith, devConfig, prodConfig } from "../../fixtures/config";
import { blocksOf, endsOf, find, linksOf, pathOf, textIn, valueIn } from "./graph";

const file = gatewayFile(prodConfig());
const listeners = () =>
  blocksOf(file).flatMap((one) => {
    if (valueIn(one, "listen_port") !== undefined) {
      return [`${textIn(one, "listen_address")}:${textIn(one, "listen_port")}`];
    }
    const server = one.name === "grpc" || one.name === "http";
    return server ? [textIn(one, "endpoint")] : [];
  });

describe("Alloy gateway (D6)", () => {
  it("D6: every reference leads to a component of the file, and every component is used", () => {
    const ids = file.map((one) => (one.kind === "block" ? idOf(one) : ""));
    assert.equal(new Set(ids).size, ids.length);
    const links = linksOf(file);
    for (const { from, to } of links) assert.ok(ids.includes(to), `${from} -> ${to}`);
    const entrances = [
      "otelcol.receiver.otlp.otlp",
      "prometheus.receive_http.remote_write",
      "loki.source.api.push",
      "pyroscope.receive_http.profiles",
    ];
    for (const id of ids.filter((one) => !entrances.includes(one))) {
      assert.ok(
        links.some(({ to }) => to === id),
        `${id} is never written to`,
      );
    }
  });

  it("D6: every signal ends at its server", () => {
    const mimir = ["prometheus.remote_write.mimir"];
    const loki = ["loki.write.loki"];
    assert.deepEqual(endsOf(file, "otelcol.receiver.otlp.otlp", "metrics"), mimir);
    assert.deepEqual(endsOf(file, "otelcol.receiver.otlp.otlp", "logs"), loki);
    assert.deepEqual(endsOf(file, "otelcol.receiver.otlp.otlp", "traces"), [
      "otelcol.exporter.otlp.tempo",
    ]);
    assert.deepEqual(endsOf(file, "prometheus.receive_http.remote_write"), mimir);
    assert.deepEqual(endsOf(file, "loki.source.api.push"), loki);
    assert.deepEqual(endsOf(file, "pyroscope.receive_http.profiles"), [
      "pyroscope.write.pyroscope",
    ]);
  });

  it("D6: logs are never batched, and every log line passes the level stages", () => {
    for (const [start, signal] of [
      ["otelcol.receiver.otlp.otlp", "logs"],
      ["loki.source.api.push", "forward_to"],
    ] as const) {
      const path = pathOf(file, start, signal);
      assert.ok(!path.some((id) => id.startsWith("otelcol.processor.batch")), path.join(" -> "));
      assert.ok(path.includes("loki.process.level"), path.join(" -> "));
    }
    // The other signals are: the check above could fail.
    for (const signal of ["metrics", "traces"]) {
      const path = pathOf(file, "otelcol.receiver.otlp.otlp", signal);
      assert.ok(path.includes("otelcol.processor.batch.otlp"), signal);
    }
  });

  it("D6, S7: it listens on the ports of the catalog, and else on loopback only, no port twice", () => {
    const open = listeners();
    assert.equal(new Set(open.map((one) => one.split(":")[1])).size, open.length);
    assert.deepEqual(
      open
        .filter((one) => one.startsWith("0.0.0.0:"))
        .map((one) => Number(one.split(":")[1]))
        .sort(),
      endpoints["alloy-gateway"].ports
        .filter(({ name }) => name !== "http")
        .map(({ number }) => number)
        .sort(),
    );
    assert.deepEqual(
      open.filter((one) => !one.startsWith("0.0.0.0:")).sort(),
      [
        `127.0.0.1:${portNumbers.gatewayLokiGrpc}`,
        `127.0.0.1:${portNumbers.gatewayProfilesGrpc}`,
        `127.0.0.1:${portNumbers.gatewayRemoteWriteGrpc}`,
      ].sort(),
    );
    assert.ok(!open.some((one) => one.endsWith(`:${portNumbers.alloyHttp}`)), "Alloy's own port");
  });

  it("D6: no receiver is left with a server that opens a random port", () => {
    for (const name of ["prometheus.receive_http", "loki.source.api", "pyroscope.receive_http"]) {
      const receiver = find(file, name);
      assert.equal(valueIn(find(receiver!.body, "grpc"), "listen_address"), "127.0.0.1", name);
    }
  });

  it("D6: lines keep their own time, exemplars are sent on, messages are as large as Loki takes", () => {
    assert.equal(valueIn(find(file, "loki.source.api"), "use_incoming_timestamp"), true);
    const endpoint = find(find(file, "prometheus.remote_write")!.body, "endpoint");
    assert.equal(valueIn(endpoint, "send_exemplars"), true);
    assert.equal(valueIn(find(endpoint!.body, "queue_config"), "batch_send_deadline"), "1s");
    const otlp = find(file, "otelcol.receiver.otlp")!.body;
    assert.equal(valueIn(find(otlp, "grpc"), "max_recv_msg_size"), "16MiB");
    assert.equal(valueIn(find(otlp, "http"), "max_request_body_size"), "16MiB");
    assert.equal(valueIn(find(file, "loki.source.api"), "max_send_message_size"), "16MiB");
  });

  it("D6, S21: the heap limit follows the task's memory", () => {
    const limit = (memoryGb: number) =>
      valueIn(
        find(
          gatewayFile(configWith(devConfig(), { alloy: { gateway: { memoryGb } } })),
          "otelcol.processor.memory_limiter",
        ),
        "limit",
      );
    assert.equal(limit(0.5), "384MiB");
    assert.equal(limit(2), "1536MiB");
  });

  it("D6: it knows nothing of live debugging, labels of its own or experimental blocks", () => {
    const text = renderGateway(prodConfig());
    for (const word of ["livedebugging", "external_labels", "wal {", "append_metadata"]) {
      assert.ok(!text.includes(word), word);
    }
    assert.equal(find(find(file, "loki.write")!.body, "queue_config"), undefined);
  });

  it("D6, S13: addresses follow the namespace", () => {
    const text = renderGateway(configWith(devConfig(), { namespace: "obs.internal" }));
    for (const address of [
      "http://mimir.obs.internal:9009/api/v1/push",
      "http://loki.obs.internal:3100/loki/api/v1/push",
      "tempo-distributor.obs.internal:4317",
      "http://pyroscope.obs.internal:4040",
    ]) {
      assert.ok(text.includes(`"${address}"`), address);
    }
    assert.ok(!text.includes("lgtm.local"));
  });
});
