import assert from "node:assert/strict";
import type { PlannedStack } from "../../../plan/makePlan";
import { resourcesOf } from "../../fixtures/plans";
import {
  alloyBlock,
  discoveryNames,
  fileOf,
  mayConnect,
  taskNamed,
  yamlOf,
} from "../../rows/reading";
import { only, roleOf, rulesTo, servicesOf, subnetsOf, taskCount, type Proofs } from "./proof";

const gateway = (stack: PlannedStack) => fileOf(stack, "alloy-gateway", ".alloy");

/** Topology, network and flows. */
export const topology: Proofs = {
  "alb-entry": (stack) => {
    const alb = only(stack, "aws:lb/loadBalancer:LoadBalancer");
    assert.equal(alb.inputs["loadBalancerType"], "application");
    assert.equal(alb.inputs["internal"], false);
    assert.equal(rulesTo(stack, "grafana.example.com", "/*", 3000).length, 1);
  },
  "alloy-collects": (stack) => {
    assert.match(fileOf(stack, "alloy-collector", ".alloy"), /prometheus\.exporter\.cloudwatch/);
    assert.ok(alloyBlock(gateway(stack), "otelcol.receiver.otlp", "otlp"));
  },
  "alloy-sends": (stack) => {
    for (const [address, role, port] of [
      ["http://mimir.lgtm.local:9009/api/v1/push", "mimir", 9009],
      ["http://loki.lgtm.local:3100/loki/api/v1/push", "loki-distributor", 3100],
      ["tempo-distributor.lgtm.local:4317", "tempo-distributor", 4317],
    ] as const) {
      assert.ok(gateway(stack).includes(`"${address}"`), address);
      assert.ok(mayConnect(stack, "alloy-gateway", role, port), role);
    }
  },
  pyroscope: (stack) => {
    assert.match(taskNamed(stack, "pyroscope").server.image, /grafana\/pyroscope:/);
  },
  "cloud-map": (stack) => {
    for (const name of ["mimir", "loki", "tempo"]) {
      assert.ok(discoveryNames(stack).has(`${name}.lgtm.local`), name);
    }
  },
  "private-dns": (stack) => {
    const namespace = only(stack, "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace");
    assert.equal(namespace.inputs["name"], "lgtm.local");
    assert.equal(namespace.inputs["vpc"], only(stack, "aws:ec2/vpc:Vpc").id);
  },
  bucket: (stack) => {
    const names = resourcesOf(stack, "aws:s3/bucket:Bucket").map(({ inputs }) => inputs["bucket"]);
    assert.ok(names.includes("sys-lgtm-s3"));
    const { common } = yamlOf(stack, "mimir-0", "mimir.yaml") as {
      common: { storage: { s3: { bucket_name: string } } };
    };
    assert.equal(common.storage.s3.bucket_name, "sys-lgtm-s3");
  },
  vpc: (stack) => {
    const vpc = only(stack, "aws:ec2/vpc:Vpc");
    assert.equal(vpc.inputs["enableDnsSupport"], true);
  },
  "public-subnet": {
    literally: (stack) => subnetsOf(stack, "public").length === 1,
    instead: (stack) => {
      const subnets = subnetsOf(stack, "public");
      assert.deepEqual(
        subnets.map(({ zone }) => zone),
        ["ap-northeast-2a", "ap-northeast-2b"],
      );
      const alb = only(stack, "aws:lb/loadBalancer:LoadBalancer");
      assert.deepEqual(
        alb.inputs["subnets"],
        subnets.map(({ id }) => id),
      );
    },
  },
  "private-subnets": (stack) => {
    const subnets = subnetsOf(stack, "private");
    assert.deepEqual(
      subnets.map(({ zone }) => zone),
      ["ap-northeast-2a", "ap-northeast-2b"],
    );
    const ids = new Set(subnets.map(({ id }) => id));
    for (const { name, subnets: used } of servicesOf(stack)) {
      assert.ok(used.length > 0 && used.every((id) => ids.has(id)), name);
    }
  },
  "zone-b-ha": {
    // The design leaves it to ECS: each service in all zones.
    literally: (stack) => servicesOf(stack).every(({ subnets }) => subnets.length === 2),
    instead: (stack) => {
      const zoneOf = new Map(subnetsOf(stack, "private").map(({ id, zone }) => [id, zone]));
      const services = servicesOf(stack);
      const ring = (role: string) =>
        services
          .filter((service) => roleOf(service) === role)
          .map(({ subnets }) => subnets.map((id) => zoneOf.get(id)?.at(-1)).join());
      assert.deepEqual(ring("mimir"), ["a", "b", "a"]);
      assert.deepEqual(ring("loki-ingester"), ["a", "b", "a"]);
      for (const role of ["loki-distributor", "loki-querier", "alloy-gateway"]) {
        assert.deepEqual(ring(role), ["a,b"], role);
      }
    },
  },
  "network-tasks": {
    literally: (stack) =>
      taskCount(stack, (role) => role.startsWith("loki")) === 2 &&
      taskCount(stack, (role) => role.startsWith("tempo")) === 1,
    instead: (stack) => {
      const counts: Record<string, number> = {};
      for (const service of servicesOf(stack)) {
        counts[roleOf(service)] = (counts[roleOf(service)] ?? 0) + service.desiredCount;
      }
      assert.deepEqual(counts, {
        "alloy-collector": 1,
        "alloy-gateway": 1,
        grafana: 1,
        "loki-compactor": 1,
        "loki-distributor": 2,
        "loki-ingester": 3,
        "loki-querier": 2,
        "loki-query-frontend": 2,
        memcached: 1,
        mimir: 3,
        pyroscope: 1,
        "tempo-compactor": 1,
        "tempo-distributor": 1,
        "tempo-ingester": 1,
        "tempo-metrics-generator": 1,
        "tempo-querier": 1,
        "tempo-query-frontend": 1,
      });
    },
  },
  nat: (stack) => {
    const nat = only(stack, "aws:ec2/natGateway:NatGateway");
    const out = resourcesOf(stack, "aws:ec2/route:Route").filter(
      ({ inputs }) => inputs["natGatewayId"] === nat.id,
    );
    assert.equal(out.length, subnetsOf(stack, "private").length);
  },
  igw: (stack) => {
    const gateway = only(stack, "aws:ec2/internetGateway:InternetGateway");
    const out = resourcesOf(stack, "aws:ec2/route:Route").filter(
      ({ inputs }) => inputs["gatewayId"] === gateway.id,
    );
    assert.equal(out.length, subnetsOf(stack, "public").length);
  },
  fargate: (stack) => {
    const definitions = resourcesOf(stack, "aws:ecs/taskDefinition:TaskDefinition");
    assert.ok(definitions.length > 0);
    for (const { inputs } of definitions) {
      assert.deepEqual(inputs["requiresCompatibilities"], ["FARGATE"]);
    }
    for (const { providers, name } of servicesOf(stack)) {
      assert.deepEqual(providers, ["FARGATE"], name);
    }
  },

  "flow-metrics-in": (stack) => {
    assert.match(
      alloyBlock(gateway(stack), "prometheus.receive_http", "remote_write") ?? "",
      /listen_port += 9999[^]*forward_to = \[prometheus\.remote_write\.mimir\.receiver\]/,
    );
    assert.ok(mayConnect(stack, "alloy-gateway", "mimir", 9009));
  },
  "flow-metrics-flush": (stack) => {
    const { blocks_storage: blocks } = yamlOf(stack, "mimir-0", "mimir.yaml") as {
      blocks_storage: { storage_prefix: string; tsdb: Record<string, unknown> };
    };
    assert.equal(blocks.storage_prefix, "blocks");
    // Two hours are Mimir's default.
    assert.equal(blocks.tsdb["block_ranges_period"], undefined);
    assert.equal(blocks.tsdb["flush_blocks_on_shutdown"], true);
  },
  "flow-metrics-out": (stack) => {
    assert.match(
      fileOf(stack, "grafana", "datasources/lgtm.yaml"),
      /url: http:\/\/mimir\.lgtm\.local:9009\/prometheus$/m,
    );
    assert.ok(mayConnect(stack, "grafana", "mimir", 9009));
    const { querier } = yamlOf(stack, "mimir-0", "mimir.yaml") as {
      querier: { query_store_after: string };
    };
    assert.equal(querier.query_store_after, "0s");
  },
  "flow-logs-in": (stack) => {
    assert.match(
      alloyBlock(gateway(stack), "loki.source.api", "push") ?? "",
      /forward_to += \[loki\.process\.level\.receiver\]/,
    );
    assert.ok(mayConnect(stack, "alloy-gateway", "loki-distributor", 3100));
    assert.ok(mayConnect(stack, "loki-distributor", "loki-ingester", 9095));
  },
  "flow-logs-flush": (stack) => {
    const ingester = yamlOf(stack, "loki-ingester-0") as {
      ingester: { wal: { flush_on_shutdown: boolean } };
      storage_config: { object_store: { storage_prefix: string } };
    };
    assert.equal(ingester.ingester.wal.flush_on_shutdown, true);
    assert.equal(ingester.storage_config.object_store.storage_prefix, "ftt-loki");
  },
  "flow-logs-out": {
    literally: (stack) => mayConnect(stack, "grafana", "loki-querier", 3100),
    instead: (stack) => {
      assert.ok(mayConnect(stack, "grafana", "loki-query-frontend", 3100));
      assert.ok(mayConnect(stack, "loki-querier", "loki-query-frontend", 9095));
      assert.ok(mayConnect(stack, "loki-querier", "loki-ingester", 9095));
    },
  },
  "flow-traces-in": (stack) => {
    for (const port of [4317, 4318]) {
      assert.ok(mayConnect(stack, "load-balancer", "tempo-distributor", port), `${port}`);
    }
    assert.equal(rulesTo(stack, "tempo.example.com", "/v1/traces", 4318).length, 1);
    assert.ok(mayConnect(stack, "tempo-distributor", "tempo-ingester", 9095));
  },
  "flow-traces-flush": (stack) => {
    const tempo = yamlOf(stack, "tempo-ingester-0") as {
      ingester: { flush_all_on_shutdown: boolean };
      storage: { trace: { s3: { prefix: string } } };
    };
    assert.equal(tempo.ingester.flush_all_on_shutdown, true);
    assert.equal(tempo.storage.trace.s3.prefix, "ftt-tempo");
  },
  "flow-traces-out": {
    literally: (stack) => mayConnect(stack, "grafana", "tempo-querier", 3200),
    instead: (stack) => {
      assert.ok(mayConnect(stack, "grafana", "tempo-query-frontend", 3200));
      assert.ok(mayConnect(stack, "tempo-querier", "tempo-query-frontend", 9095));
      assert.ok(mayConnect(stack, "tempo-querier", "tempo-ingester", 9095));
    },
  },
};
