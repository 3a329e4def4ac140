import { gunzipSync, gzipSync } from "node:zlib";
import {
  allTypes as t,
  container,
  file,
  inContainer,
  mutant,
  type Properties,
  set,
  setting,
  variable,
} from "./edits";
import type { Mutant } from "./mutant";

const mimir = "lgtm-mimir-0";
const querier = "lgtm-loki-querier";

const containers: readonly Mutant[] = [
  mutant(
    "the image is latest",
    "change an image",
    (plan) => inContainer(plan, mimir, "mimir", "image", "docker.io/grafana/mimir:latest"),
    "compute-image-pinned mimir:latest",
  ),
  mutant(
    "the image has no tag",
    "change an image",
    (plan) => inContainer(plan, querier, "querier", "image", "docker.io/grafana/loki"),
    "compute-image-pinned querier:no-tag",
  ),
  mutant(
    "the image follows a minor version",
    "change an image",
    (plan) =>
      inContainer(plan, "lgtm-tempo-querier", "querier", "image", "docker.io/grafana/tempo:2.10"),
    "compute-image-pinned querier:2.10",
  ),
  mutant(
    "the server is root",
    "change a value",
    (plan) => inContainer(plan, mimir, "mimir", "user", "0:10001"),
    "compute-not-root mimir:0:10001",
  ),
  mutant(
    "the server is whatever its image says",
    "remove a property",
    (plan) => inContainer(plan, mimir, "mimir", "user", undefined),
    "compute-not-root mimir:no-user",
  ),
  mutant(
    "the init container stays and may write everywhere",
    "change a value",
    (plan) => inContainer(plan, querier, "init", "readonlyRootFilesystem", false),
    "compute-not-root init:0",
    "compute-readonly-root init:readonlyRootFilesystem",
  ),
  mutant(
    "a server's root file system is writable",
    "flip a boolean",
    (plan) => inContainer(plan, mimir, "mimir", "readonlyRootFilesystem", false),
    "compute-readonly-root mimir:readonlyRootFilesystem",
  ),
  mutant(
    "a container is privileged",
    "add a property",
    (plan) => inContainer(plan, querier, "querier", "privileged", true),
    "compute-no-privileges querier:privileged",
  ),
  mutant(
    "a capability is added",
    "add a property",
    (plan) =>
      inContainer(plan, querier, "querier", "linuxParameters", {
        capabilities: { add: ["SYS_PTRACE"] },
      }),
    "compute-no-privileges querier:capability:SYS_PTRACE",
  ),
  mutant(
    "the task sees its host's processes",
    "add a property",
    (plan) => set(plan, t.taskDefinition, querier, "pidMode", "host"),
    "compute-no-privileges pidMode:host",
  ),
  mutant(
    "the task has its host's network",
    "change a value",
    (plan) => set(plan, t.taskDefinition, querier, "networkMode", "host"),
    "compute-no-privileges networkMode:host",
  ),
  mutant(
    "the task definition is larger than ECS takes",
    "change a server's file",
    (plan) => file(plan, querier, "FILE_LOKI_YAML", (text) => `${text}\n${"# x".repeat(22_000)}`),
    "compute-task-definition-size too-large",
  ),
  mutant(
    "GOMEMLIMIT is more than the task has",
    "change a value",
    (plan) =>
      container(plan, mimir, "mimir", (c) => {
        for (const each of c["environment"] as Properties[])
          if (each["name"] === "GOMEMLIMIT") each["value"] = "8GiB";
      }),
    "compute-memory-limit mimir:GOMEMLIMIT",
  ),
];

const secrets: readonly Mutant[] = [
  mutant(
    "a password in plain environment",
    "add a variable",
    (plan) => variable(plan, "lgtm-grafana", "grafana", "GF_SECURITY_ADMIN_PASSWORD", "hunter22"),
    "compute-secrets-by-reference grafana:GF_SECURITY_ADMIN_PASSWORD",
  ),
  mutant(
    "an AWS key under a harmless name",
    "add a variable",
    (plan) => variable(plan, querier, "querier", "SETTING_A", "AKIAIOSFODNN7EXAMPLE"),
    "compute-secrets-by-reference querier:SETTING_A",
  ),
  mutant(
    "an ingest token under a harmless name",
    "add a variable",
    (plan) =>
      variable(
        plan,
        "lgtm-alloy-gateway",
        "gateway",
        "EXTRA",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      ),
    "compute-secrets-by-reference gateway:EXTRA",
  ),
  mutant(
    "a password inside a URL",
    "add a variable with an address",
    (plan) =>
      variable(
        plan,
        "lgtm-grafana",
        "grafana",
        "GF_DATABASE_URL",
        "postgres://grafana:s3cret-w0rd@db.example.com:5432/grafana",
      ),
    "compute-secrets-by-reference grafana:GF_DATABASE_URL",
  ),
  mutant(
    "a private key in a rendered file",
    "change a server's file",
    (plan) =>
      file(
        plan,
        "lgtm-grafana",
        "FILE_PROVISIONING_DATASOURCES_LGTM_YAML",
        (text) => `${text}\n# -----BEGIN RSA PRIVATE KEY-----\n`,
      ),
    "compute-secrets-by-reference init:FILE_PROVISIONING_DATASOURCES_LGTM_YAML",
  ),
  mutant(
    "a private key in a compressed file",
    "change a server's file",
    (plan) =>
      file(plan, "lgtm-grafana", "PACKED_FILES", (text) =>
        gzipSync(
          `${gunzipSync(Buffer.from(text, "base64")).toString()}\n# -----BEGIN PRIVATE KEY-----\n`,
        ).toString("base64"),
      ),
    "compute-secrets-by-reference init:PACKED_FILES",
  ),
  mutant(
    "S3 keys in Loki's file",
    "change a server's file",
    (plan) =>
      setting(
        plan,
        querier,
        "storage_config.object_store.s3.secret_access_key",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      ),
    "compute-secrets-by-reference init:FILE_LOKI_YAML",
  ),
  mutant(
    "a token on the command line",
    "change a command",
    (plan) =>
      container(plan, querier, "querier", (c) => {
        (c["command"] as string[]).push("-api-token=abcdef0123456789");
      }),
    "compute-secrets-by-reference querier:command",
    "compute-settings-in-file querier:-api-token",
  ),
];

const logs: readonly Mutant[] = [
  mutant(
    "a container logs nowhere",
    "remove a property",
    (plan) => inContainer(plan, querier, "querier", "logConfiguration", undefined),
    "compute-logging querier:logDriver",
  ),
  mutant(
    "a container logs into a group of somebody else",
    "change a value",
    (plan) =>
      container(plan, querier, "querier", (c) => {
        ((c["logConfiguration"] as Properties)["options"] as Properties)["awslogs-group"] =
          "/ecs/other";
      }),
    "compute-logging querier:awslogs-group",
    "iam-logs-own-group missing:/ecs/other",
  ),
  mutant(
    "the log driver makes its group itself",
    "add a property",
    (plan) =>
      container(plan, querier, "querier", (c) => {
        ((c["logConfiguration"] as Properties)["options"] as Properties)["awslogs-create-group"] =
          "true";
      }),
    "compute-logging querier:awslogs-create-group",
  ),
  mutant(
    "a server waits for its log",
    "change a value",
    (plan) =>
      container(plan, querier, "querier", (c) => {
        ((c["logConfiguration"] as Properties)["options"] as Properties)["mode"] = "blocking";
      }),
    "compute-logging querier:mode",
  ),
];

const spot = [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }];
const half = [
  { capacityProvider: "FARGATE", weight: 1, base: 1 },
  { capacityProvider: "FARGATE_SPOT", weight: 3, base: 0 },
];

const services: readonly Mutant[] = [
  mutant(
    "a task has a public address",
    "flip a boolean",
    (plan) => set(plan, t.service, querier, "networkConfiguration.assignPublicIp", true),
    "compute-no-public-address assignPublicIp",
  ),
  mutant(
    "no rollback",
    "flip a boolean",
    (plan) => set(plan, t.service, querier, "deploymentCircuitBreaker.rollback", false),
    "compute-circuit-breaker rollback",
  ),
  mutant(
    "no circuit breaker",
    "remove a property",
    (plan) => set(plan, t.service, querier, "deploymentCircuitBreaker", undefined),
    "compute-circuit-breaker enable",
    "compute-circuit-breaker rollback",
  ),
  mutant(
    "ECS Exec in prod",
    "flip a boolean",
    (plan) => set(plan, t.service, querier, "enableExecuteCommand", true),
    "compute-no-exec exec",
  ),
  mutant(
    "launchType instead of a strategy",
    "replace a property",
    (plan) => {
      set(plan, t.service, querier, "capacityProviderStrategies", undefined);
      set(plan, t.service, querier, "launchType", "FARGATE");
    },
    "compute-capacity-providers launchType:FARGATE",
  ),
  mutant(
    "no strategy at all",
    "remove a property",
    (plan) => set(plan, t.service, querier, "capacityProviderStrategies", undefined),
    "compute-capacity-providers no-strategy",
  ),
  mutant(
    "the deployment waits for nothing",
    "flip a boolean",
    (plan) => set(plan, t.service, querier, "waitForSteadyState", false),
    "compute-steady-state waitForSteadyState",
  ),
  mutant(
    "Mimir on Spot",
    "change a capacity provider",
    (plan) => set(plan, t.service, mimir, "capacityProviderStrategies", spot),
    "compute-spot-stateless mimir:all,alertmanager",
  ),
  mutant(
    "Loki's compactor on Spot",
    "change a capacity provider",
    (plan) => set(plan, t.service, "lgtm-loki-compactor", "capacityProviderStrategies", spot),
    "compute-spot-stateless loki:compactor",
  ),
  mutant(
    "an ingester partly on Spot",
    "change a capacity provider",
    (plan) => set(plan, t.service, "lgtm-tempo-ingester-1", "capacityProviderStrategies", half),
    "compute-spot-stateless tempo:ingester",
  ),
  mutant(
    "Spot is the cluster's default",
    "change a value",
    (plan) => set(plan, t.capacity, "lgtm-cluster", "defaultCapacityProviderStrategies", spot),
    "compute-spot-stateless default-spot",
  ),
  mutant(
    "two Mimirs with one id during a deployment",
    "change a number",
    (plan) => set(plan, t.service, mimir, "deploymentMaximumPercent", 200),
    "compute-stop-before-start maximum:200",
  ),
  mutant(
    "the old compactor is never stopped first",
    "change a number",
    (plan) => set(plan, t.service, "lgtm-loki-compactor", "deploymentMinimumHealthyPercent", 100),
    "compute-stop-before-start minimum:100",
  ),
  mutant(
    "rebalancing of a ring is left to its default",
    "remove a property",
    (plan) =>
      set(plan, t.service, "lgtm-loki-ingester-2", "availabilityZoneRebalancing", undefined),
    "compute-stop-before-start availabilityZoneRebalancing",
  ),
  mutant(
    "a stateless service stops first",
    "change a number",
    (plan) => set(plan, t.service, querier, "deploymentMinimumHealthyPercent", 0),
    "compute-stop-before-start minimum:0",
  ),
  mutant(
    "two tasks of one ring replica",
    "change a number",
    (plan) => set(plan, t.service, mimir, "desiredCount", 2),
    "compute-only-one desiredCount:2",
  ),
  mutant(
    "two Pyroscopes",
    "change a number",
    (plan) => set(plan, t.service, "lgtm-pyroscope", "desiredCount", 2),
    "compute-only-one desiredCount:2",
  ),
  mutant(
    "autoscaling of a singleton",
    "add a resource",
    (plan) =>
      plan.add(t.scaling, "lgtm-scaling", {
        resourceId: "service/lgtm-cluster/lgtm-tempo-compactor",
        maxCapacity: 4,
        minCapacity: 1,
        scalableDimension: "ecs:service:DesiredCount",
        serviceNamespace: "ecs",
      }),
    "compute-only-one maxCapacity:4",
  ),
  mutant(
    "a ring replica has 30 s to flush",
    "change a number",
    (plan) => inContainer(plan, mimir, "mimir", "stopTimeout", 30),
    "compute-stop-timeout mimir:30",
  ),
  mutant(
    "an ingester has ECS' default to flush",
    "remove a property",
    (plan) => inContainer(plan, "lgtm-loki-ingester-0", "ingester", "stopTimeout", undefined),
    "compute-stop-timeout ingester:30",
  ),
];

const flush: readonly Mutant[] = [
  mutant(
    "Mimir does not flush",
    "change a server's setting",
    (plan) => setting(plan, mimir, "blocks_storage.tsdb.flush_blocks_on_shutdown", false),
    "compute-flush-on-stop blocks_storage.tsdb.flush_blocks_on_shutdown",
  ),
  mutant(
    "one Loki ingester does not flush",
    "remove a server's setting",
    (plan) => setting(plan, "lgtm-loki-ingester-1", "ingester.wal.flush_on_shutdown", undefined),
    "compute-flush-on-stop ingester.wal.flush_on_shutdown",
  ),
  mutant(
    "Pyroscope keeps its index on the disk",
    "remove a server's setting",
    (plan) => setting(plan, "lgtm-pyroscope", "architecture_storage", undefined),
    "compute-flush-on-stop architecture_storage",
  ),
];

export const computeMutants: readonly Mutant[] = [
  ...containers,
  ...secrets,
  ...logs,
  ...services,
  ...flush,
];
