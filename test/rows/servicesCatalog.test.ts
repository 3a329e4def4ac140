import assert from "node:assert/strict";
import type { PlannedStack } from "../../plan/makePlan";
import { prodConfig } from "../fixtures/config";
import { defaultPlan, devPlan, planWith, prodPlan } from "../fixtures/plans";
import { wrongKeys } from "../fixtures/stackFile";
import { at } from "../configs/parsed";
import { fileOf, mayConnect, taskNamed, yamlOf } from "./reading";
import { classOf, portsOf, servicesOf, servicesOfRole } from "./services";

/** One line of the table of S1–S7: what a stack with no settings, dev and prod run. */
interface Line {
  /** Tasks: default, dev, prod. */
  readonly tasks: readonly [number, number, number];
  /** vCPU and GB: the design's (default and prod), and dev's. */
  readonly design: readonly [number, number];
  readonly dev: readonly [number, number];
  readonly class: "ring" | "singleton" | "stateless";
  /** The line's own ports; gRPC and gossip come on top where the product has them. */
  readonly ports: readonly number[];
  readonly grpc: boolean;
  readonly gossip: boolean;
}

const ring = { class: "ring", grpc: true, gossip: true } as const;
const member = { class: "stateless", grpc: true, gossip: true } as const;
const aside = { class: "stateless", grpc: true, gossip: false } as const;
const full = { design: [1, 2], dev: [0.25, 0.5] } as const;
const half = { design: [0.5, 1], dev: [0.25, 0.5] } as const;

const table: Readonly<Record<string, Line>> = {
  mimir: { tasks: [3, 1, 3], design: [2, 4], dev: [0.5, 1], ...ring, ports: [9009] },
  "loki-distributor": { tasks: [2, 1, 2], ...full, ...member, ports: [3100] },
  "loki-ingester": { tasks: [3, 1, 3], ...full, ...ring, ports: [3100] },
  "loki-querier": { tasks: [2, 1, 2], ...full, ...member, ports: [3100] },
  "loki-query-frontend": { tasks: [2, 1, 2], ...half, ...aside, ports: [3100] },
  "loki-compactor": { tasks: [1, 1, 1], ...full, ...member, class: "singleton", ports: [3100] },
  memcached: {
    tasks: [1, 1, 1],
    design: [0.5, 2],
    dev: [0.25, 0.5],
    ...aside,
    grpc: false,
    ports: [11211],
  },
  "tempo-distributor": { tasks: [1, 1, 2], ...full, ...member, ports: [3200, 4317, 4318] },
  "tempo-ingester": { tasks: [1, 1, 3], ...full, ...ring, ports: [3200] },
  "tempo-querier": { tasks: [1, 1, 2], ...full, ...member, ports: [3200] },
  // Without a ring of its own it has nobody to gossip with.
  "tempo-query-frontend": { tasks: [1, 1, 2], ...full, ...aside, ports: [3200] },
  "tempo-compactor": { tasks: [1, 1, 1], ...full, ...aside, class: "singleton", ports: [3200] },
  "tempo-metrics-generator": {
    tasks: [1, 1, 1],
    ...full,
    ...member,
    class: "singleton",
    ports: [3200],
  },
  pyroscope: { tasks: [1, 1, 1], ...full, ...aside, class: "singleton", ports: [4040] },
  // sqlite in default and dev; prod's line is tested apart.
  grafana: {
    tasks: [1, 1, 1],
    ...half,
    ...aside,
    class: "singleton",
    grpc: false,
    ports: [3000],
  },
  "alloy-collector": {
    tasks: [1, 1, 1],
    ...half,
    ...aside,
    class: "singleton",
    grpc: false,
    ports: [12345],
  },
  "alloy-gateway": {
    tasks: [1, 1, 2],
    ...half,
    ...aside,
    grpc: false,
    ports: [3500, 4041, 4317, 4318, 9999, 12345],
  },
};

const stacks = [defaultPlan, devPlan, prodPlan] as const;

/** Judges lines of the table in all three stacks. */
async function judge(roles: readonly string[], image: RegExp): Promise<void> {
  for (const [index, plan] of stacks.entries()) {
    const stack = await plan();
    const isDev = stack.config.environment === "dev";
    for (const role of roles) {
      const line = table[role]!;
      const where = `${role} of ${stack.config.stack}`;
      const services = servicesOfRole(stack, role);
      assert.equal(
        services.reduce((sum, { inputs }) => sum + inputs.desiredCount, 0),
        line.tasks[index],
        `${where}: tasks`,
      );
      const expectedClass = role === "grafana" && index === 2 ? "stateless" : line.class;
      assert.equal(classOf(services), expectedClass, where);
      const [vcpu, gb] = isDev ? line.dev : line.design;
      const ports = [...line.ports, ...(line.grpc ? [9095] : []), ...(line.gossip ? [7946] : [])];
      for (const service of services) {
        const { cpu, memory } = service.definition.inputs;
        assert.deepEqual([cpu, memory], [String(vcpu * 1024), String(gb * 1024)], where);
        assert.deepEqual(
          portsOf(service).sort((a, b) => a - b),
          ports.sort((a, b) => a - b),
          `${where}: ports`,
        );
        assert.match(service.server.image, image, where);
      }
    }
  }
}

/** The server's own file says that it listens where the table says. */
function listens(stack: PlannedStack, service: string, port: number): void {
  const server = at(yamlOf(stack, service), "server");
  assert.equal(at(server, "http_listen_port"), port, service);
  assert.equal(at(server, "grpc_listen_port"), 9095, service);
}

describe("rows S1 to S7: what runs", () => {
  it("S1: mimir 3.1, three tasks with factor 3, one with factor 1 in dev, everything in one process", async () => {
    await judge(["mimir"], /^docker\.io\/grafana\/mimir:3\.1\.\d+$/);
    for (const plan of stacks) {
      const stack = await plan();
      for (const { name } of servicesOfRole(stack, "mimir")) {
        const file = yamlOf(stack, name, "mimir.yaml");
        assert.equal(at(file, "target"), "all,alertmanager");
        listens(stack, name, 9009);
        const factor = stack.config.environment === "dev" ? 1 : 3;
        for (const ringOf of ["ingester.ring", "store_gateway.sharding_ring"]) {
          assert.equal(at(file, `${ringOf}.replication_factor`), factor, `${name} ${ringOf}`);
        }
        // Blocks of 2 h are the default, and flushed when the task stops, too.
        assert.equal(at(file, "blocks_storage.tsdb.block_ranges_period"), undefined);
        assert.equal(at(file, "blocks_storage.tsdb.flush_blocks_on_shutdown"), true);
      }
    }
  });

  it("S1: without rules the Alertmanager is left out", async () => {
    const stack = await planWith(prodConfig(), { mimir: { rules: false } });
    assert.equal(at(yamlOf(stack, "mimir-0", "mimir.yaml"), "target"), "all");
  });

  it("S2: loki 3.7 as five services, three ingesters with factor 3, one with factor 1 in dev", async () => {
    const roles = ["distributor", "ingester", "querier", "query-frontend", "compactor"];
    await judge(
      roles.map((role) => `loki-${role}`),
      /^docker\.io\/grafana\/loki:3\.7\.\d+$/,
    );
    for (const plan of stacks) {
      const stack = await plan();
      assert.deepEqual(
        servicesOf(stack)
          .filter(({ server }) => server.image.includes("/loki:"))
          .map(({ name }) => name.replace(/^loki-|-\d+$/g, ""))
          .filter((role, index, all) => all.indexOf(role) === index)
          .sort(),
        [...roles].sort(),
      );
      for (const role of roles) {
        for (const { name, dnsName } of servicesOfRole(stack, `loki-${role}`)) {
          const file = yamlOf(stack, name);
          assert.equal(at(file, "target"), role);
          listens(stack, name, 3100);
          assert.equal(
            at(file, "common.replication_factor"),
            stack.config.environment === "dev" ? 1 : 3,
          );
          assert.equal(dnsName, role === "distributor" ? "loki" : `loki-${role}`);
          // Retention lives in the compactor: nobody else has anything to delete with.
          assert.equal(
            at(file, "compactor.retention_delete_delay") !== undefined,
            role === "compactor",
            name,
          );
          if (role === "compactor") assert.equal(at(file, "compactor.retention_enabled"), true);
        }
      }
    }
  });

  it("S2: only querier and query-frontend may be on Spot", () => {
    for (const role of ["querier", "queryFrontend"]) {
      assert.deepEqual(wrongKeys("prod", { [`loki.${role}.spot`]: true }), [], role);
    }
    for (const role of ["distributor", "ingester", "compactor"]) {
      const [key] = wrongKeys("prod", { [`loki.${role}.spot`]: true });
      assert.equal(key, `loki.${role}.spot`);
    }
  });

  it("S3: memcached 1.6 holds Loki's chunks and results", async () => {
    await judge(["memcached"], /^public\.ecr\.aws\/docker\/library\/memcached:1\.6\.\d+/);
    for (const plan of stacks) {
      const stack = await plan();
      assert.ok(taskNamed(stack, "memcached").server.command?.includes("--port=11211"));
      const address = "memcached_client.addresses";
      const chunks = `chunk_store_config.chunk_cache_config.${address}`;
      const memcached = `dns+memcached.${stack.config.namespace}:11211`;
      for (const service of ["loki-ingester-0", "loki-querier"]) {
        assert.equal(at(yamlOf(stack, service), chunks), memcached, service);
      }
      const results = `query_range.results_cache.cache.${address}`;
      assert.equal(at(yamlOf(stack, "loki-query-frontend"), results), memcached);
      for (const from of ["loki-ingester", "loki-querier", "loki-query-frontend"]) {
        assert.ok(mayConnect(stack, from, "memcached", 11211), from);
      }
    }
  });

  it("S4: tempo 2.10 as six services, three ingesters with factor 3 in prod", async () => {
    const roles = [
      "distributor",
      "ingester",
      "querier",
      "query-frontend",
      "compactor",
      "metrics-generator",
    ];
    await judge(
      roles.map((role) => `tempo-${role}`),
      /^docker\.io\/grafana\/tempo:2\.10\.\d+$/,
    );
    for (const plan of stacks) {
      const stack = await plan();
      const factor = stack.config.stack === "prod" ? 3 : 1;
      for (const role of roles) {
        for (const { name, server, dnsName } of servicesOfRole(stack, `tempo-${role}`)) {
          assert.ok(server.command?.includes(`-target=${role}`), name);
          listens(stack, name, 3200);
          assert.equal(
            at(yamlOf(stack, name), "ingester.lifecycler.ring.replication_factor"),
            factor,
          );
          assert.equal(dnsName, role === "query-frontend" ? "tempo" : `tempo-${role}`);
        }
      }
      const otlp = "distributor.receivers.otlp.protocols";
      const distributor = yamlOf(stack, "tempo-distributor");
      assert.equal(at(distributor, `${otlp}.grpc.endpoint`), "0.0.0.0:4317");
      assert.equal(at(distributor, `${otlp}.http.endpoint`), "0.0.0.0:4318");
    }
  });

  it("S4: only querier and query-frontend may be on Spot", () => {
    for (const role of ["querier", "queryFrontend"]) {
      assert.deepEqual(wrongKeys("prod", { [`tempo.${role}.spot`]: true }), [], role);
    }
    for (const role of ["distributor", "ingester", "compactor", "metricsGenerator"]) {
      const [key] = wrongKeys("prod", { [`tempo.${role}.spot`]: true });
      assert.equal(key, `tempo.${role}.spot`);
    }
  });

  it("S5: pyroscope 2.2, one process, storage v1", async () => {
    await judge(["pyroscope"], /^docker\.io\/grafana\/pyroscope:2\.2\.\d+$/);
    for (const plan of stacks) {
      const stack = await plan();
      const file = yamlOf(stack, "pyroscope");
      assert.ok(taskNamed(stack, "pyroscope").server.command?.includes("-target=all"));
      assert.equal(at(file, "architecture_storage"), "v1");
      assert.equal(at(file, "limits.write_path"), "ingester");
      listens(stack, "pyroscope", 4040);
    }
  });

  it("S6: grafana 13.2, one task; a singleton with sqlite, stateless with postgres", async () => {
    await judge(["grafana"], /^docker\.io\/grafana\/grafana:13\.2\.\d+$/);
    for (const plan of stacks) {
      const stack = await plan();
      const { environment } = taskNamed(stack, "grafana");
      assert.equal(environment.get("GF_SERVER_HTTP_PORT"), "3000");
      assert.equal(
        environment.get("GF_DATABASE_TYPE"),
        stack.config.stack === "prod" ? "postgres" : "sqlite3",
      );
    }
  });

  it("S6: two tasks with postgres, which agree on who notifies; with sqlite refused", async () => {
    const stack = await planWith(prodConfig(), { grafana: { replicas: 2 } });
    const services = servicesOfRole(stack, "grafana");
    assert.equal(classOf(services), "stateless");
    assert.deepEqual(
      services.map(({ inputs }) => inputs.desiredCount),
      [2],
    );
    assert.deepEqual(portsOf(services[0]!), [3000, 9094]);
    const { environment } = taskNamed(stack, "grafana");
    assert.equal(environment.get("GF_UNIFIED_ALERTING_HA_PEERS"), "grafana.lgtm.local:9094");
    assert.ok(mayConnect(stack, "grafana", "grafana", 9094));
    assert.deepEqual(wrongKeys("prod", { "grafana.replicas": 2 }), []);
    assert.deepEqual(wrongKeys("dev", { "grafana.replicas": 2 }), ["grafana.replicas"]);
  });

  it("S7: one alloy that fetches, and gateways that receive", async () => {
    await judge(["alloy-collector", "alloy-gateway"], /^docker\.io\/grafana\/alloy:v1\.\d+\.\d+$/);
    for (const plan of stacks) {
      const stack = await plan();
      const collector = fileOf(stack, "alloy-collector", "config.alloy");
      const gateway = fileOf(stack, "alloy-gateway", "config.alloy");
      assert.match(collector, /^prometheus\.exporter\.cloudwatch "/m);
      assert.match(collector, /^prometheus\.scrape "/m);
      assert.doesNotMatch(gateway, /cloudwatch/);
      for (const service of ["alloy-collector", "alloy-gateway"]) {
        const { server } = taskNamed(stack, service);
        assert.ok(server.command?.includes("--server.http.listen-addr=0.0.0.0:12345"), service);
      }
      for (const port of [4317, 4318]) assert.match(gateway, new RegExp(`"0\\.0\\.0\\.0:${port}"`));
      for (const port of [9999, 3500, 4041]) {
        assert.match(gateway, new RegExp(`listen_port\\s*= ${port}\\b`));
      }
    }
  });

  it("S7: nothing runs beside these services", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const known = Object.keys(table).flatMap((role) => servicesOfRole(stack, role));
      assert.deepEqual(
        servicesOf(stack)
          .map(({ name }) => name)
          .sort(),
        [...new Set(known.map(({ name }) => name))].sort(),
      );
    }
  });
});
