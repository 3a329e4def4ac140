import assert from "node:assert/strict";
import { type Clock, RingPause } from "../../components/ringPause";
import { stackWarnings } from "../../configs/stack/warnings";
import type { PlannedStack } from "../../plan/makePlan";
import { RING_PAUSE_SECONDS } from "../../stacks/rollout";
import { at, seconds } from "../configs/parsed";
import { configWith, devConfig, prodConfig } from "../fixtures/config";
import {
  defaultPlan,
  devPlan,
  planOfConfig,
  planWith,
  prodPlan,
  resourceOf,
  resourcesOf,
} from "../fixtures/plans";
import { mistakesWith, wrongKeys } from "../fixtures/stackFile";
import { fileOf, mayConnect, tasksOf, yamlOf } from "./reading";
import { portsOf, servicesOf, servicesOfRole } from "./services";

const stacks = [defaultPlan, devPlan, prodPlan] as const;
const rings = ["mimir", "loki-ingester", "tempo-ingester"] as const;

/** Services of a product whose servers read a YAML file, each with it. */
function filesOf(stack: PlannedStack, product: string): (readonly [string, unknown])[] {
  return servicesOf(stack)
    .filter(({ name }) => name.startsWith(product))
    .map(({ name }) => [name, yamlOf(stack, name, `${product}.yaml`)] as const);
}

/** Every value under a key of that name, anywhere in a parsed file, by its dotted path. */
function everywhere(tree: unknown, key: string, prefix = ""): [string, unknown][] {
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([name, value]): [string, unknown][] => [
    ...(name === key ? [[`${prefix}${name}`, value] as [string, unknown]] : []),
    ...everywhere(value, key, `${prefix}${name}.`),
  ]);
}

describe("S16: ring hygiene", () => {
  const memberRings = [
    "ingester.ring",
    "store_gateway.sharding_ring",
    "compactor.sharding_ring",
    "distributor.ring",
    "ruler.ring",
    "alertmanager.sharding_ring",
  ];

  it("S16: every replica has a fixed id of its own in every ring that it joins", async () => {
    for (const plan of [...stacks, () => planWith(prodConfig(), { mimir: { replicas: 6 } })]) {
      const stack = await plan();
      for (const [name, file] of filesOf(stack, "mimir")) {
        for (const ring of memberRings) {
          assert.equal(at(file, `${ring}.instance_id`), name, `${name} ${ring}`);
        }
      }
      for (const role of ["loki-ingester", "tempo-ingester"]) {
        for (const { name } of servicesOfRole(stack, role)) {
          assert.equal(at(yamlOf(stack, name), "ingester.lifecycler.id"), name);
        }
      }
      assert.equal(
        at(yamlOf(stack, "tempo-metrics-generator"), "metrics_generator.ring.instance_id"),
        "tempo-metrics-generator-0",
      );
    }
  });

  it("S16: a dead ingester keeps no other from getting ready, and Loki forgets it", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const role of ["loki-ingester", "tempo-ingester"]) {
        for (const { name } of servicesOfRole(stack, role)) {
          const ready = "ingester.lifecycler.readiness_check_ring_health";
          assert.equal(at(yamlOf(stack, name), ready), false, name);
        }
      }
      for (const { name } of servicesOfRole(stack, "loki-ingester")) {
        assert.equal(at(yamlOf(stack, name), "ingester.autoforget_unhealthy"), true, name);
      }
    }
  });

  it("S16: factor 2, and fewer replicas than copies, are refused with the reason", () => {
    for (const product of ["mimir", "loki", "tempo"]) {
      const key = `${product}.replicationFactor`;
      const [mistake, ...others] = mistakesWith("prod", { [key]: 2 });
      assert.deepEqual(others, []);
      assert.equal(mistake!.key.replace(/^lgtm:/, ""), key);
      assert.match(mistake!.mend, /silently short/);
    }
    for (const role of ["mimir", "loki.ingester", "tempo.ingester"]) {
      assert.deepEqual(wrongKeys("prod", { [`${role}.replicas`]: 2 }), [`${role}.replicas`]);
      assert.deepEqual(wrongKeys("prod", { [`${role}.replicas`]: 4 }), []);
    }
  });

  it("S16: zone awareness is off everywhere, and with Loki's autoforget refused", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const product of ["mimir", "loki", "tempo", "pyroscope"]) {
        for (const [name, file] of filesOf(stack, product)) {
          for (const [path, value] of everywhere(file, "zone_awareness_enabled")) {
            assert.equal(value, false, `${name} ${path}`);
          }
          for (const key of ["availability_zone", "instance_availability_zone"]) {
            assert.deepEqual(everywhere(file, key), [], name);
          }
        }
      }
    }
    assert.deepEqual(wrongKeys("prod", { "loki.zoneAwareness": true }), ["loki.zoneAwareness"]);
    const aware = { "loki.zoneAwareness": true, "loki.autoforgetUnhealthy": false };
    assert.deepEqual(wrongKeys("prod", aware), []);
  });

  it("S16: zone awareness by config: each ingester its zone, autoforget off", async () => {
    const stack = await planWith(prodConfig(), {
      loki: { zoneAwareness: true, autoforgetUnhealthy: false },
    });
    const zones = servicesOfRole(stack, "loki-ingester").map(({ name }) => {
      const file = yamlOf(stack, name);
      assert.equal(at(file, "ingester.autoforget_unhealthy"), false);
      return at(file, "ingester.lifecycler.availability_zone");
    });
    assert.deepEqual(zones, ["ap-northeast-2a", "ap-northeast-2b", "ap-northeast-2c"]);
    for (const [name, file] of filesOf(stack, "loki")) {
      assert.equal(at(file, "ingester.lifecycler.ring.zone_awareness_enabled"), true, name);
    }
  });

  it("S16: the plan warns where there is one copy of each write", async () => {
    const idsOf = (stack: PlannedStack) => stackWarnings(stack.config).map(({ id }) => id);
    assert.ok(idsOf(await devPlan()).includes("one-copy"));
    assert.ok(!idsOf(await prodPlan()).includes("one-copy"));
  });
});

describe("S17: gossip", () => {
  it("S17: one cluster per product and stack, rejoined every 30 s", async () => {
    const labels = new Map<string, string>();
    for (const plan of [devPlan, prodPlan]) {
      const stack = await plan();
      for (const product of ["mimir", "loki", "tempo"]) {
        const gossiping = servicesOf(stack).filter(
          (service) => service.name.startsWith(product) && portsOf(service).includes(7946),
        );
        assert.ok(gossiping.length > 0, product);
        for (const { name } of gossiping) {
          const memberlist = at(yamlOf(stack, name, `${product}.yaml`), "memberlist");
          const label = `${stack.config.name}-${product}`;
          assert.equal(at(memberlist, "cluster_label"), label, name);
          assert.equal(at(memberlist, "rejoin_interval"), "30s", name);
          assert.equal(at(memberlist, "bind_port"), 7946, name);
          labels.set(label, product);
          const own = new Set(gossiping.map(({ dnsName }) => `dns+${dnsName}.lgtm.local:7946`));
          assert.deepEqual(new Set(at(memberlist, "join_members") as string[]), own, name);
        }
      }
    }
    assert.equal(labels.size, 6);
  });

  it("S17: whoever has no gossip port joins nobody, and nobody else's group is let in", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const service of servicesOf(stack)) {
        if (portsOf(service).includes(7946)) continue;
        assert.ok(!JSON.stringify(service.init.environment).includes("join_members"), service.name);
      }
      const products = ["mimir", "loki", "tempo"];
      for (const from of products) {
        for (const to of products) {
          assert.equal(mayConnect(stack, `${from}-gossip`, `${to}-gossip`, 7946), from === to);
        }
      }
      const groups = resourcesOf(stack, "aws:ec2/securityGroup:SecurityGroup");
      for (const service of servicesOf(stack)) {
        const gossip = groups.find(
          ({ name }) => name === `${stack.config.name}-${service.name.split("-")[0]}-gossip`,
        );
        assert.equal(
          gossip !== undefined &&
            service.inputs.networkConfiguration.securityGroups.includes(gossip.id!),
          portsOf(service).includes(7946),
          service.name,
        );
      }
    }
  });
});

describe("S22: no query hole", () => {
  it("S22: Mimir and Pyroscope look into S3 for all times, and learn of new blocks within 30 s", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const product of ["mimir", "pyroscope"]) {
        const store = product === "mimir" ? "blocks_storage" : "store_gateway";
        for (const [name, file] of filesOf(stack, product)) {
          assert.equal(at(file, "querier.query_store_after"), "0s", name);
          assert.equal(at(file, `${store}.bucket_store.ignore_blocks_within`), "0s", name);
          assert.ok(seconds(at(file, `${store}.bucket_store.sync_interval`)) <= 30, name);
          assert.ok(seconds(at(file, "compactor.cleanup_interval")) <= 30, name);
        }
      }
    }
  });

  it("S22: Loki looks for new index files every 30 s, Tempo for new blocks every 30 to 60 s", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const role of ["loki-querier", "loki-ingester", "loki-compactor"]) {
        for (const { name } of servicesOfRole(stack, role)) {
          const resync = "storage_config.tsdb_shipper.resync_interval";
          assert.equal(at(yamlOf(stack, name), resync), "30s", name);
        }
      }
      const poll = "storage.trace.blocklist_poll";
      const readers = filesOf(stack, "tempo").filter(([, file]) => at(file, "storage"));
      assert.deepEqual(
        readers
          .map(([name]) => name.replace(/-\d+$/, ""))
          .filter((n, i, all) => all.indexOf(n) === i),
        ["tempo-compactor", "tempo-ingester", "tempo-querier", "tempo-query-frontend"],
      );
      for (const [name, file] of readers) {
        const interval = seconds(at(file, poll));
        assert.ok(interval >= 30 && interval <= 60, name);
      }
      // What was flushed stays in its ingester until two polls are over.
      for (const { name } of servicesOfRole(stack, "tempo-ingester")) {
        const file = yamlOf(stack, name);
        const kept = seconds(at(file, "ingester.complete_block_timeout"));
        assert.ok(kept >= 2 * seconds(at(file, poll)), name);
      }
      const after = at(yamlOf(stack, "tempo-query-frontend"), "query_frontend.search");
      assert.ok(seconds(at(after, "query_backend_after")) <= 60);
    }
  });

  it("S22: Mimir tells a client to come back within 10 s", async () => {
    for (const plan of stacks) {
      for (const [name, file] of filesOf(await plan(), "mimir")) {
        assert.equal(at(file, "distributor.retry_after_header.max_backoff"), "10s", name);
      }
    }
  });

  it("S22: the engine waits on every replica of a ring, and on nothing else", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const { name: stackName } = stack.config;
      for (const { name, resource } of servicesOf(stack)) {
        const role = rings.find((ring) => name.startsWith(`${ring}-`));
        const alone = role === undefined || servicesOfRole(stack, role).length === 1;
        assert.deepEqual(
          resource.hooks,
          alone ? {} : { beforeUpdate: [`${stackName}-${role}-pause-120s`] },
          name,
        );
      }
    }
  });

  it("S22: 120 s lie between the stop of one replica and that of the next", async () => {
    let now = 5_000;
    const clock: Clock = {
      now: () => now,
      sleep: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
      say: () => Promise.resolve(),
    };
    const pause = new RingPause("mimir", RING_PAUSE_SECONDS, clock);
    const begun: number[] = [];
    for (const replica of ["mimir-0", "mimir-1", "mimir-2"]) {
      await pause.beforeSwap(replica);
      begun.push(now);
      now += replica === "mimir-1" ? 150_000 : 20_000;
    }
    assert.equal(begun[0], 5_000);
    assert.equal(begun[1]! - begun[0], 120_000);
    assert.equal(begun[2]! - begun[1]!, 150_000);
  });

  it("S22: a ring replica that comes back waits for what its predecessor flushed, and nothing else waits", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const { service, initScript } of tasksOf(stack)) {
        const role = rings.find((ring) => service.startsWith(`${ring}-`));
        const replicas = role === undefined ? 1 : servicesOfRole(stack, role).length;
        const [, name] = /^up\(\) \{ nslookup '([^']+)'/m.exec(initScript) ?? [];
        const [, others] = /^while \[ "\$\(up\)" -ge (\d+) \]/m.exec(initScript) ?? [];
        const [, seconds] = /^end=.* \+ (\d+)\)\)$/m.exec(initScript) ?? [];
        assert.deepEqual(
          [name, others, seconds],
          replicas === 1
            ? [undefined, undefined, undefined]
            : [`${role}.${stack.config.namespace}`, String(replicas - 1), "75"],
          service,
        );
      }
    }
  });

  it("S16: of each trace three copies arrive: a push stays open until the third has", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const alone = stack.config.tempo.replicationFactor === 1;
      assert.equal(
        at(yamlOf(stack, "tempo-distributor", "tempo.yaml"), "distributor.artificial_delay"),
        alone ? undefined : "100ms",
      );
    }
  });

  it("S22: a swap stops the old task before the new one starts, so the pause is counted from its flush", async () => {
    for (const role of rings) {
      for (const { name, inputs } of servicesOfRole(await prodPlan(), role)) {
        assert.deepEqual(
          [inputs.deploymentMinimumHealthyPercent, inputs.deploymentMaximumPercent],
          [0, 100],
          name,
        );
        assert.equal(inputs["waitForSteadyState"], true, name);
      }
    }
  });
});

describe("S23: ring interfaces", () => {
  const interfaces = ["eth1", "eth0"];
  const paths: Readonly<Record<string, readonly string[]>> = {
    mimir: [
      "ingester.ring.instance_interface_names",
      "store_gateway.sharding_ring.instance_interface_names",
      "compactor.sharding_ring.instance_interface_names",
      "distributor.ring.instance_interface_names",
      "ruler.ring.instance_interface_names",
      "alertmanager.sharding_ring.instance_interface_names",
      "query_scheduler.ring.instance_interface_names",
      "overrides_exporter.ring.instance_interface_names",
      "frontend.instance_interface_names",
    ],
    loki: ["common.instance_interface_names"],
    tempo: [
      "distributor.ring.instance_interface_names",
      "metrics_generator.ring.instance_interface_names",
      "compactor.ring.instance_interface_names",
      "ingester.lifecycler.interface_names",
    ],
    pyroscope: [
      "ingester.lifecycler.interface_names",
      "distributor.ring.instance_interface_names",
      "store_gateway.sharding_ring.instance_interface_names",
      "compactor.sharding_ring.instance_interface_names",
      "overrides_exporter.ring.instance_interface_names",
      "frontend.instance_interface_names",
    ],
  };

  it("S23: every ring of every server takes its address from eth1, then eth0", async () => {
    for (const plan of [
      ...stacks,
      () => planWith(devConfig(), { network: { cidr: "100.64.0.0/16" } }),
    ]) {
      const stack = await plan();
      for (const [product, expected] of Object.entries(paths)) {
        const files = filesOf(stack, product);
        assert.ok(files.length > 0, product);
        for (const [name, file] of files) {
          for (const path of expected)
            assert.deepEqual(at(file, path), interfaces, `${name} ${path}`);
          // And no ring stands in the file without them, but where Loki's common block speaks for it.
          for (const key of ["ring", "sharding_ring"]) {
            for (const [path, ring] of everywhere(file, key)) {
              if (product === "loki" || path.startsWith("ingester.lifecycler")) continue;
              assert.deepEqual(at(ring, "instance_interface_names"), interfaces, `${name} ${path}`);
            }
          }
        }
      }
    }
  });

  it("S23: Loki names its memberlist store with them, or it would exit", async () => {
    for (const plan of stacks) {
      for (const [name, file] of filesOf(await plan(), "loki")) {
        assert.equal(at(file, "common.ring.kvstore.store"), "memberlist", name);
      }
    }
  });
});

describe("S25: limits and time", () => {
  it("S25: tenant ids are fixed for the life of the bucket", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const [name, file] of filesOf(stack, "mimir")) {
        assert.equal(at(file, "multitenancy_enabled"), false, name);
        assert.equal(at(file, "no_auth_tenant"), "anonymous", name);
      }
      // Without authentication these are the servers' own constants: fake, single-tenant, anonymous.
      for (const [name, file] of filesOf(stack, "loki")) {
        assert.equal(at(file, "auth_enabled"), false, name);
      }
      for (const product of ["tempo", "pyroscope"]) {
        for (const [name, file] of filesOf(stack, product)) {
          assert.equal(at(file, "multitenancy_enabled") ?? false, false, name);
        }
      }
      // The lifecycle of the bucket is written for exactly these.
      const lifecycle = JSON.stringify(
        resourcesOf(stack, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
      );
      for (const prefix of ["blocks/anonymous/", "ftt-loki/fake/", "ftt-tempo/single-tenant/"]) {
        assert.ok(lifecycle.includes(`"${prefix}"`), prefix);
      }
    }
  });

  it("S25: a year is queryable", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const [name, file] of filesOf(stack, "loki")) {
        assert.equal(at(file, "limits_config.max_query_length"), "0s", name);
        assert.equal(at(file, "limits_config.max_query_lookback") ?? "0s", "0s", name);
        assert.ok(seconds(at(file, "limits_config.retention_period")) >= 365 * 86_400, name);
      }
      for (const [name, file] of filesOf(stack, "mimir")) {
        for (const limit of ["max_total_query_length", "max_partial_query_length"]) {
          assert.equal(at(file, `limits.${limit}`), undefined, name);
        }
        const kept = seconds(at(file, "limits.compactor_blocks_retention_period"));
        assert.ok(kept >= 365 * 86_400, name);
        // A year is 365 requests of a day, which the scheduler must let wait.
        const waiting = at(file, "query_scheduler.max_outstanding_requests_per_tenant");
        assert.ok(Number(waiting) >= 365, name);
      }
    }
  });

  it("S25: timeouts in one order: server ≥ query ≥ Grafana ≤ load balancer", async () => {
    const longer = { queryTimeoutSeconds: 900, ingress: { idleTimeoutSeconds: 930 } };
    for (const stack of [
      ...(await Promise.all(stacks.map((plan) => plan()))),
      await planWith(prodConfig(), longer),
    ]) {
      const wanted = stack.config.queryTimeoutSeconds;
      const { environment } = tasksOf(stack).find(({ service }) => service === "grafana")!;
      const grafana = Number(environment.get("GF_DATAPROXY_TIMEOUT"));
      assert.equal(grafana, wanted);
      const { datasources } = yamlOf(stack, "grafana", "datasources/lgtm.yaml") as {
        datasources: { name: string; jsonData: { timeout: number } }[];
      };
      for (const { name, jsonData } of datasources) assert.equal(jsonData.timeout, wanted, name);
      const balancer = resourceOf(
        stack,
        "aws:lb/loadBalancer:LoadBalancer",
        `${stack.config.name}-alb`,
      );
      assert.ok(Number(balancer.inputs["idleTimeout"]) >= grafana);

      const queries: Readonly<Record<string, readonly string[]>> = {
        mimir: ["querier.timeout"],
        loki: ["limits_config.query_timeout"],
        "tempo-querier": ["querier.search.query_timeout", "querier.trace_by_id.query_timeout"],
        "tempo-query-frontend": ["query_frontend.api_timeout"],
      };
      let asked = 0;
      for (const product of ["mimir", "loki", "tempo", "pyroscope"]) {
        for (const [name, file] of filesOf(stack, product)) {
          const keys = queries[product] ?? queries[name] ?? [];
          for (const key of keys) {
            const query = seconds(at(file, key));
            assert.ok(query >= grafana, `${name} ${key}`);
            assert.ok(seconds(at(file, "server.http_server_write_timeout")) >= query, name);
            assert.ok(seconds(at(file, "server.http_server_read_timeout")) >= query, name);
            asked++;
          }
          assert.ok(seconds(at(file, "server.http_server_write_timeout")) >= grafana, name);
        }
      }
      assert.ok(asked >= 9, String(asked));
    }
  });

  it("S25: a load balancer that would cut the longest query is refused", () => {
    assert.deepEqual(wrongKeys("prod", { queryTimeoutSeconds: 600 }), [
      "ingress.idleTimeoutSeconds",
    ]);
    const mended = { queryTimeoutSeconds: 600, "ingress.idleTimeoutSeconds": 600 };
    assert.deepEqual(wrongKeys("prod", mended), []);
  });

  it("S25: the load balancer ends an idle connection before the server does, or a push meets a closed one", async () => {
    for (const stack of [
      ...(await Promise.all(stacks.map((plan) => plan()))),
      await planWith(prodConfig(), { ingress: { idleTimeoutSeconds: 900 } }),
    ]) {
      const idle = stack.config.ingress.idleTimeoutSeconds;
      for (const name of ["mimir-0", "loki-distributor"]) {
        const server = seconds(at(yamlOf(stack, name), "server.http_server_idle_timeout"));
        assert.ok(server > idle, `${name} ${server}`);
      }
    }
  });

  it("S25: the series limit follows the task's memory, or the stack file", async () => {
    const limit = async (stack: Promise<PlannedStack>) =>
      Number(at(yamlOf(await stack, "mimir-0", "mimir.yaml"), "limits.max_global_series_per_user"));
    const larger = planWith(prodConfig(), { mimir: { memoryGb: 8 } });
    const sizes = [await limit(devPlan()), await limit(prodPlan()), await limit(larger)];
    assert.ok(!sizes.includes(150_000));
    assert.ok(sizes[0]! < sizes[1]! && sizes[1]! < sizes[2]!, sizes.join());
    assert.ok(sizes[0]! >= 10_000, "dev takes something");
    // At Mimir's own 2.5 GB for 300,000 series, three full replicas with factor 3 fit into 4 GB each.
    assert.ok((sizes[1]! / 300_000) * 2.5 < 0.85 * 4);
    assert.equal(await limit(planWith(prodConfig(), { mimir: { maxSeries: 90_000 } })), 90_000);
  });

  it("S25: late samples and exemplars are taken", async () => {
    for (const plan of stacks) {
      for (const [name, file] of filesOf(await plan(), "mimir")) {
        assert.ok(seconds(at(file, "limits.out_of_order_time_window")) >= 30 * 60, name);
        assert.ok(Number(at(file, "limits.max_global_exemplars_per_user")) > 0, name);
      }
    }
    assert.deepEqual(wrongKeys("prod", { "mimir.outOfOrderWindowMinutes": 29 }), [
      "mimir.outOfOrderWindowMinutes",
    ]);
    const generator = yamlOf(await prodPlan(), "tempo-metrics-generator");
    const [write] = at(generator, "metrics_generator.storage.remote_write") as unknown[];
    assert.equal(at(write, "send_exemplars"), true);
  });

  it("S25: Loki's parts exchange up to 16 MiB", async () => {
    const bytes = 16 * 1024 * 1024;
    for (const plan of stacks) {
      for (const [name, file] of filesOf(await plan(), "loki")) {
        for (const way of ["recv", "send"]) {
          assert.equal(at(file, `server.grpc_server_max_${way}_msg_size`), bytes, name);
        }
        const clients = [
          ["loki-distributor", "ingester_client.grpc_client_config"],
          ["loki-querier", "ingester_client.grpc_client_config"],
          ["loki-querier", "frontend_worker.query_frontend_grpc_client"],
        ] as const;
        for (const [role, client] of clients) {
          if (role !== name) continue;
          assert.equal(at(file, `${client}.max_recv_msg_size`), bytes, `${name} ${client}`);
          assert.equal(at(file, `${client}.max_send_msg_size`), bytes, `${name} ${client}`);
        }
      }
    }
  });

  it("S25: Loki's schema begins on one constant day, and its deletion markers are in the bucket", async () => {
    const days = new Set<unknown>();
    for (const plan of stacks) {
      const stack = await plan();
      for (const [name] of filesOf(stack, "loki")) {
        days.add(/^ *from: (\S+)$/m.exec(fileOf(stack, name, "loki.yaml"))?.[1]);
      }
      const compactor = at(yamlOf(stack, "loki-compactor"), "compactor");
      assert.match(String(at(compactor, "deletion_marker_object_store_prefix")), /^[\w-]+\/$/);
      assert.equal(at(compactor, "delete_request_store"), "s3");
    }
    assert.deepEqual([...days], ["2025-01-01"]);
    const later = await planOfConfig(
      configWith(prodConfig(), { loki: { schemaFrom: "2026-02-03" } }),
    );
    assert.match(fileOf(later, "loki-querier", "loki.yaml"), /from: 2026-02-03/);
  });
});
