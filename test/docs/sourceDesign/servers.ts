import assert from "node:assert/strict";
import { alloyBlock, fileOf, roleOfTask, taskNamed, yamlOf } from "../../rows/reading";
import { assertSize, roleOf, servicesOf, taskCount, tasksOfRole, type Proofs } from "./proof";

type Tree = Record<string, Record<string, unknown>>;

const tempoRoles = [
  "tempo-distributor",
  "tempo-ingester",
  "tempo-querier",
  "tempo-query-frontend",
  "tempo-compactor",
  "tempo-metrics-generator",
];

/** The table of components. */
export const servers: Proofs = {
  "mimir-mode": (stack) => {
    const { target } = yamlOf(stack, "mimir-0", "mimir.yaml") as { target: string };
    assert.equal(target.split(",")[0], "all");
    const roles = servicesOf(stack).map(roleOf);
    assert.deepEqual([...new Set(roles.filter((role) => role.startsWith("mimir")))], ["mimir"]);
  },
  "mimir-count": (stack) => {
    assert.equal(
      taskCount(stack, (role) => role === "mimir"),
      3,
    );
    const { ingester } = yamlOf(stack, "mimir-0", "mimir.yaml") as {
      ingester: { ring: { replication_factor: number } };
    };
    assert.equal(ingester.ring.replication_factor, 3);
  },
  "mimir-size": (stack) => assertSize(stack, ["mimir"], 2, 4),
  "mimir-memberlist": (stack) => {
    const { memberlist } = yamlOf(stack, "mimir-0", "mimir.yaml") as {
      memberlist: { join_members: string[] };
    };
    assert.deepEqual(memberlist.join_members, ["dns+mimir.lgtm.local:7946"]);
  },
  "mimir-s3": (stack) => {
    const mimir = yamlOf(stack, "mimir-0", "mimir.yaml") as Tree & {
      common: { storage: { backend: string } };
    };
    assert.equal(mimir.common.storage.backend, "s3");
    for (const section of ["blocks_storage", "ruler_storage", "alertmanager_storage"]) {
      // No backend of its own: the common one holds.
      assert.equal(mimir[section]?.["backend"], undefined, section);
      assert.ok(mimir[section]?.["storage_prefix"], section);
    }
  },
  "mimir-retention": (stack) => {
    const { limits } = yamlOf(stack, "mimir-0", "mimir.yaml") as Tree;
    assert.equal(limits?.["compactor_blocks_retention_period"], `${365 * 24}h`);
  },

  "loki-mode": {
    literally: (stack) =>
      new Set(
        servicesOf(stack)
          .map(roleOf)
          .filter((role) => role.startsWith("loki")),
      ).size === 3,
    instead: (stack) => {
      for (const part of ["distributor", "ingester", "querier", "query-frontend", "compactor"]) {
        const [task] = tasksOfRole(stack, `loki-${part}`);
        assert.ok(task, part);
        const { target } = yamlOf(stack, task.service) as { target: string };
        assert.equal(target, part);
      }
      const { compactor } = yamlOf(stack, "loki-compactor") as Tree;
      assert.equal(compactor?.["retention_enabled"], true);
    },
  },
  "loki-distributor-count": (stack) =>
    assert.equal(
      taskCount(stack, (role) => role === "loki-distributor"),
      2,
    ),
  "loki-ingester-count": {
    literally: (stack) => taskCount(stack, (role) => role === "loki-ingester") === 2,
    instead: (stack) => {
      assert.equal(
        taskCount(stack, (role) => role === "loki-ingester"),
        3,
      );
      const { common } = yamlOf(stack, "loki-ingester-0") as Tree;
      assert.equal(common?.["replication_factor"], 3);
    },
  },
  "loki-querier-count": (stack) =>
    assert.equal(
      taskCount(stack, (role) => role === "loki-querier"),
      2,
    ),
  "loki-size": (stack) =>
    assertSize(stack, ["loki-distributor", "loki-ingester", "loki-querier"], 1, 2),
  "loki-schema": (stack) => {
    const { schema_config: schema } = yamlOf(stack, "loki-ingester-0") as {
      schema_config: { configs: { store: string; schema: string }[] };
    };
    assert.deepEqual(
      schema.configs.map(({ store, schema: version }) => [store, version]),
      [["tsdb", "v13"]],
    );
  },
  "loki-s3": (stack) => {
    const loki = yamlOf(stack, "loki-ingester-0") as {
      schema_config: { configs: { object_store: string }[] };
      storage_config: { object_store: { s3: { bucket_name: string } } };
    };
    assert.equal(loki.schema_config.configs[0]?.object_store, "s3");
    assert.equal(loki.storage_config.object_store.s3.bucket_name, "sys-lgtm-s3");
  },
  "loki-memcached": (stack) => {
    assert.match(taskNamed(stack, "memcached").server.image, /\/memcached:/);
    assert.match(
      fileOf(stack, "loki-querier", ".yaml"),
      /addresses: dns\+memcached\.lgtm\.local:11211/,
    );
  },
  "loki-retention": (stack) => {
    const { limits_config: limits } = yamlOf(stack, "loki-compactor") as {
      limits_config: {
        retention_period: string;
        retention_stream: { selector: string; period: string }[];
      };
    };
    assert.equal(limits.retention_period, `${365 * 24}h`);
    assert.deepEqual(
      limits.retention_stream.map(({ selector, period }) => [selector, period]),
      [['{level="info"}', `${30 * 24}h`]],
    );
  },

  "tempo-mode": (stack) => {
    for (const role of tempoRoles) {
      const command = tasksOfRole(stack, role)[0]?.server.command ?? [];
      assert.ok(command.includes(`-target=${role.slice("tempo-".length)}`), role);
    }
  },
  "tempo-count": (stack) => {
    for (const role of tempoRoles) {
      assert.equal(
        taskCount(stack, (each) => each === role),
        1,
        role,
      );
    }
    assert.equal(
      taskCount(stack, (role) => role.startsWith("tempo-")),
      tempoRoles.length,
    );
  },
  "tempo-size": (stack) => assertSize(stack, tempoRoles, 1, 2),
  "tempo-otlp": (stack) => {
    const { distributor } = yamlOf(stack, "tempo-distributor") as {
      distributor: {
        receivers: { otlp: { protocols: Record<string, { endpoint: string }> } };
      };
    };
    const { protocols } = distributor.receivers.otlp;
    assert.deepEqual(
      Object.entries(protocols).map(([name, { endpoint }]) => [name, endpoint]),
      [
        ["grpc", "0.0.0.0:4317"],
        ["http", "0.0.0.0:4318"],
      ],
    );
  },
  "tempo-s3": (stack) => {
    const { storage } = yamlOf(stack, "tempo-ingester-0") as {
      storage: { trace: { backend: string; s3: { bucket: string } } };
    };
    assert.deepEqual([storage.trace.backend, storage.trace.s3.bucket], ["s3", "sys-lgtm-s3"]);
  },
  "tempo-retention": (stack) => {
    const { compactor } = yamlOf(stack, "tempo-compactor") as {
      compactor: { compaction: { block_retention: string } };
    };
    assert.equal(compactor.compaction.block_retention, `${7 * 24}h`);
  },
  "tempo-generator": (stack) => {
    const { metrics_generator: generator } = yamlOf(stack, "tempo-metrics-generator") as {
      metrics_generator: { storage: { remote_write: { url: string }[] } };
    };
    assert.deepEqual(
      generator.storage.remote_write.map(({ url }) => url),
      ["http://mimir.lgtm.local:9009/api/v1/push"],
    );
  },

  "pyroscope-mode": (stack) => {
    assert.equal(
      taskCount(stack, (role) => role.startsWith("pyroscope")),
      1,
    );
    const command = taskNamed(stack, "pyroscope").server.command ?? [];
    assert.ok(command.length > 0);
    assert.doesNotMatch(command.join(" "), /-target=(?!all)/);
  },
  "pyroscope-size": (stack) => assertSize(stack, ["pyroscope"], 1, 2),
  "pyroscope-s3": (stack) => {
    const { storage } = yamlOf(stack, "pyroscope") as {
      storage: { backend: string; s3: { bucket_name: string } };
    };
    assert.deepEqual([storage.backend, storage.s3.bucket_name], ["s3", "sys-lgtm-s3"]);
  },
  "pyroscope-retention": (stack) => {
    const { limits } = yamlOf(stack, "pyroscope") as Tree;
    assert.equal(limits?.["compactor_blocks_retention_period"], "30d");
  },

  "grafana-count": (stack) =>
    assert.equal(
      taskCount(stack, (role) => role === "grafana"),
      1,
    ),
  "grafana-size": (stack) => assertSize(stack, ["grafana"], 0.5, 1),
  "grafana-sources": (stack) => {
    const { datasources } = yamlOf(stack, "grafana", "datasources/lgtm.yaml") as {
      datasources: { name: string; type: string }[];
    };
    const types = new Map(datasources.map(({ name, type }) => [name, type]));
    assert.equal(types.get("Mimir"), "prometheus");
    assert.equal(types.get("Loki"), "loki");
    assert.equal(types.get("Tempo"), "tempo");
    assert.equal(types.get("Pyroscope"), "grafana-pyroscope-datasource");
  },

  "alloy-count": {
    literally: (stack) => taskCount(stack, (role) => role.startsWith("alloy")) === 1,
    instead: (stack) => {
      assert.equal(
        taskCount(stack, (role) => role === "alloy-collector"),
        1,
      );
      assert.equal(
        taskCount(stack, (role) => role === "alloy-gateway"),
        1,
      );
      // Two collectors would fetch twice: there is never a second one, not even while it is replaced.
      const [collector] = servicesOf(stack).filter(({ name }) => name === "alloy-collector");
      assert.equal(collector?.resource.inputs["deploymentMaximumPercent"], 100);
      assert.doesNotMatch(fileOf(stack, "alloy-gateway", ".alloy"), /cloudwatch/);
    },
  },
  "alloy-size": (stack) => assertSize(stack, ["alloy-collector", "alloy-gateway"], 0.5, 1),
  "alloy-metrics": (stack) => {
    const exporter =
      alloyBlock(
        fileOf(stack, "alloy-collector", ".alloy"),
        "prometheus.exporter.cloudwatch",
        "aws",
      ) ?? "";
    for (const namespace of [
      "AWS/RDS",
      "AWS/ApplicationELB",
      "AWS/NetworkELB",
      "AWS/ElastiCache",
    ]) {
      assert.match(exporter, new RegExp(`type +?= "${namespace}"`));
    }
    const { statements } = roleOfTask(stack, "alloy-collector", "task")!;
    assert.match(JSON.stringify(statements), /cloudwatch:GetMetricData/);
  },
  "alloy-insights": (stack) => {
    assert.match(
      fileOf(stack, "alloy-collector", ".alloy"),
      /type +?= "ECS\/ContainerInsights"[^]*namespace +?= "ECS\/ContainerInsights"/,
    );
  },
};
