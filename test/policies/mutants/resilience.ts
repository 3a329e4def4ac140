import { allTypes as t, file, inContainer, mutant, set, setting } from "./edits";
import type { BrokenPlan, Mutant } from "./mutant";

const lokis = [
  "compactor",
  "distributor",
  "ingester-0",
  "ingester-1",
  "ingester-2",
  "querier",
  "query-frontend",
].map((role) => `lgtm-loki-${role}`);

const everywhere = (plan: BrokenPlan, tasks: readonly string[], key: string, value: unknown) => {
  for (const task of tasks) setting(plan, task, key, value);
};

/** Lets a service no longer wait for another. */
const forget = (plan: BrokenPlan, service: string, other: string) => {
  const found = plan.find(t.service, service);
  found.dependencies = (found.dependencies ?? []).filter((urn) => !urn.endsWith(`::${other}`));
};

const rings: readonly Mutant[] = [
  mutant(
    "a ring with two of three members running",
    "change a number",
    (plan) => set(plan, t.service, "lgtm-mimir-2", "desiredCount", 0),
    "resilience-ring-replicas mimir:2<3",
    "compute-service-runs desiredCount:0",
  ),
  mutant(
    "five copies in three members",
    "change a server's setting",
    (plan) => everywhere(plan, lokis, "common.replication_factor", 5),
    "resilience-ring-replicas loki:3<5",
  ),
  mutant(
    "two copies in all of Loki",
    "change a server's setting",
    (plan) => everywhere(plan, lokis, "common.replication_factor", 2),
    "resilience-replication-factor loki:2",
    "resilience-zone-quorum loki:copies:2",
  ),
  mutant(
    "the distributor alone counts on one copy",
    "change a server's setting",
    (plan) =>
      setting(
        plan,
        "lgtm-tempo-distributor",
        "ingester.lifecycler.ring.replication_factor",
        undefined,
      ),
    "resilience-replication-factor tempo:1!=3",
  ),
  mutant(
    "the store gateways of one Mimir keep one copy",
    "change a server's setting",
    (plan) => setting(plan, "lgtm-mimir-1", "store_gateway.sharding_ring.replication_factor", 1),
    "resilience-replication-factor store_gateway.sharding_ring.replication_factor:1",
  ),
  mutant(
    "two of three replicas in one zone",
    "change a reference",
    (plan) =>
      set(plan, t.service, "lgtm-mimir-2", "networkConfiguration.subnets", [
        plan.id(t.subnet, "lgtm-vpc-private-1"),
      ]),
    "resilience-zone-quorum mimir:ap-northeast-2a",
  ),
  mutant(
    "a replica may be placed anywhere",
    "change a reference",
    (plan) =>
      set(
        plan,
        t.service,
        "lgtm-loki-ingester-1",
        "networkConfiguration.subnets",
        [1, 2, 3].map((zone) => plan.id(t.subnet, `lgtm-vpc-private-${zone}`)),
      ),
    "resilience-zone-quorum loki:not-pinned",
  ),
  mutant(
    "a random ring id",
    "remove a server's setting",
    (plan) => setting(plan, "lgtm-tempo-ingester-1", "ingester.lifecycler.id", undefined),
    "resilience-ring-ids ingester.lifecycler.id",
  ),
  mutant(
    "a ring id from the task's host name",
    "change a server's setting",
    (plan) => setting(plan, "lgtm-mimir-0", "ingester.ring.instance_id", "${HOSTNAME}"),
    "resilience-ring-ids ingester.ring.instance_id",
  ),
  mutant(
    "two replicas with one id",
    "change a server's setting",
    (plan) => setting(plan, "lgtm-loki-ingester-2", "ingester.lifecycler.id", "loki-ingester-0"),
    "resilience-ring-ids ingester.lifecycler.id:loki-ingester-0",
  ),
  mutant(
    "two replicas are swapped together",
    "remove a dependency",
    (plan) => forget(plan, "lgtm-mimir-1", "lgtm-mimir-0"),
    "resilience-ring-order mimir:parallel",
  ),
  mutant(
    "Tempo gossips under Loki's label",
    "change a server's setting",
    (plan) => setting(plan, "lgtm-tempo-querier", "memberlist.cluster_label", "lgtm-loki"),
    "resilience-gossip memberlist.cluster_label:lgtm-loki",
  ),
  mutant(
    "one Mimir gossips under another label",
    "change a server's setting",
    (plan) => setting(plan, "lgtm-mimir-2", "memberlist.cluster_label", "mimir"),
    "resilience-gossip memberlist.cluster_label:mimir",
  ),
  mutant(
    "a ring that is never joined again",
    "remove a server's setting",
    (plan) => setting(plan, "lgtm-loki-distributor", "memberlist.rejoin_interval", undefined),
    "resilience-gossip memberlist.rejoin_interval",
  ),
];

const settings: readonly Mutant[] = [
  mutant(
    "zone awareness with autoforget",
    "add a server's setting",
    (plan) =>
      setting(
        plan,
        "lgtm-loki-ingester-0",
        "ingester.lifecycler.ring.zone_awareness_enabled",
        true,
      ),
    "resilience-no-zone-autoforget zone-awareness+autoforget",
  ),
  mutant(
    "Mimir's queries look into S3 after twelve hours",
    "remove a server's setting",
    (plan) => setting(plan, "lgtm-mimir-0", "querier.query_store_after", undefined),
    "resilience-query-hole querier.query_store_after",
  ),
  mutant(
    "Loki's queriers look for new index files every five minutes",
    "remove a server's setting",
    (plan) =>
      setting(plan, "lgtm-loki-querier", "storage_config.tsdb_shipper.resync_interval", undefined),
    "resilience-query-hole storage_config.tsdb_shipper.resync_interval",
  ),
  mutant(
    "Pyroscope ignores blocks of three hours",
    "change a server's setting",
    (plan) =>
      setting(plan, "lgtm-pyroscope", "store_gateway.bucket_store.ignore_blocks_within", "3h"),
    "resilience-query-hole store_gateway.bucket_store.ignore_blocks_within",
  ),
  mutant(
    "Tempo's generator takes the link-local interface",
    "remove a server's setting",
    (plan) =>
      setting(
        plan,
        "lgtm-tempo-metrics-generator",
        "metrics_generator.ring.instance_interface_names",
        undefined,
      ),
    "resilience-ring-interfaces metrics_generator.ring.instance_interface_names",
  ),
  mutant(
    "interfaces in the wrong order",
    "change a server's setting",
    (plan) =>
      setting(plan, "lgtm-mimir-1", "store_gateway.sharding_ring.instance_interface_names", [
        "eth0",
        "eth1",
      ]),
    "resilience-ring-interfaces store_gateway.sharding_ring.instance_interface_names",
  ),
  mutant(
    "Loki names interfaces without memberlist",
    "remove a server's setting",
    (plan) => setting(plan, "lgtm-loki-querier", "common.ring", undefined),
    "resilience-ring-interfaces common.ring.kvstore.store",
  ),
  mutant(
    "an ingester waits for the whole ring",
    "remove a server's setting",
    (plan) =>
      setting(
        plan,
        "lgtm-loki-ingester-1",
        "ingester.lifecycler.readiness_check_ring_health",
        undefined,
      ),
    "resilience-ring-readiness ingester.lifecycler.readiness_check_ring_health",
  ),
  mutant(
    "Alloy is made to wait for a minute and a half",
    "remove a server's setting",
    (plan) => setting(plan, "lgtm-mimir-0", "distributor.retry_after_header", undefined),
    "resilience-server-limits distributor.retry_after_header.max_backoff",
  ),
  mutant(
    "a year of logs can't be asked for",
    "remove a server's setting",
    (plan) =>
      setting(plan, "lgtm-loki-query-frontend", "limits_config.max_query_length", undefined),
    "resilience-server-limits limits_config.max_query_length",
  ),
  mutant(
    "CloudWatch's late samples are refused",
    "change a server's setting",
    (plan) => setting(plan, "lgtm-mimir-0", "limits.out_of_order_time_window", "10m"),
    "resilience-server-limits limits.out_of_order_time_window",
  ),
  mutant(
    "the server hangs up before its query is done",
    "remove a server's setting",
    (plan) => setting(plan, "lgtm-loki-querier", "server.http_server_write_timeout", undefined),
    "resilience-timeouts server.http_server_write_timeout",
  ),
];

const names: readonly Mutant[] = [
  mutant(
    "a configuration names what does not exist",
    "change a server's setting",
    (plan) =>
      setting(
        plan,
        "lgtm-loki-querier",
        "frontend_worker.frontend_address",
        "loki-frontend.lgtm.local:9095",
      ),
    "resilience-names-exist loki-frontend.lgtm.local",
  ),
  mutant(
    "a configuration names a port where nothing listens",
    "change a server's file",
    (plan) =>
      file(plan, "lgtm-alloy-gateway", "FILE_CONFIG_ALLOY", (text) =>
        text.replace("tempo-distributor.lgtm.local:4317", "tempo-distributor.lgtm.local:4319"),
      ),
    "resilience-names-exist tempo-distributor.lgtm.local:4319",
  ),
  mutant(
    "nobody registers under a name",
    "remove a property",
    (plan) => set(plan, t.service, "lgtm-memcached", "serviceRegistries", undefined),
    "resilience-names-exist memcached.lgtm.local:empty",
    "resilience-service-registered serviceRegistries",
  ),
  mutant(
    "an alias record instead of a Cloud Map service",
    "replace a resource",
    (plan) => {
      plan.remove(t.name, "lgtm-memcached-name");
      plan.add(t.record, "lgtm-memcached-record", {
        name: "memcached.lgtm.local",
        type: "CNAME",
        records: ["cache.example.com"],
        ttl: 60,
        zoneId: "Z0",
      });
    },
    "resilience-names-exist memcached.lgtm.local",
  ),
  mutant(
    "addresses are cached for a minute",
    "change a number",
    (plan) =>
      set(plan, t.name, "lgtm-mimir-name", "dnsConfig.dnsRecords", [{ type: "A", ttl: 60 }]),
    "resilience-name-records ttl:60",
  ),
  mutant(
    "each answer holds one task",
    "change a value",
    (plan) => set(plan, t.name, "lgtm-loki-ingester-name", "dnsConfig.routingPolicy", "WEIGHTED"),
    "resilience-name-records routingPolicy:WEIGHTED",
  ),
  mutant(
    "a name lists tasks that are not healthy",
    "remove a property",
    (plan) => set(plan, t.name, "lgtm-tempo-ingester-name", "healthCheckCustomConfig", undefined),
    "resilience-name-records healthCheckCustomConfig",
  ),
  mutant(
    "nine tasks behind one name",
    "change a number",
    (plan) => set(plan, t.service, "lgtm-loki-querier", "desiredCount", 9),
    "resilience-name-answers loki-querier:9",
  ),
];

const health: readonly Mutant[] = [
  mutant(
    "a server without a health check",
    "remove a property",
    (plan) => inContainer(plan, "lgtm-mimir-1", "mimir", "healthCheck", undefined),
    "resilience-health-check mimir:none",
  ),
  mutant(
    "a query-frontend waits for what waits for it",
    "change a command",
    (plan) =>
      inContainer(plan, "lgtm-loki-query-frontend", "query-frontend", "healthCheck.command", [
        "CMD",
        "/etc/lgtm/bin/busybox",
        "wget",
        "-q",
        "-O",
        "/dev/null",
        "http://127.0.0.1:3100/ready",
      ]),
    "resilience-health-check query-frontend:/ready",
  ),
  mutant(
    "the health check asks another port",
    "change a command",
    (plan) =>
      inContainer(plan, "lgtm-pyroscope", "pyroscope", "healthCheck.command", [
        "CMD",
        "/etc/lgtm/bin/busybox",
        "wget",
        "-q",
        "-O",
        "/dev/null",
        "http://127.0.0.1:4041/ready",
      ]),
    "resilience-health-check pyroscope:port:4041",
  ),
  mutant(
    "half a minute to start",
    "remove a property",
    (plan) => inContainer(plan, "lgtm-mimir-1", "mimir", "healthCheck.startPeriod", undefined),
    "resilience-health-check mimir:startPeriod",
  ),
  mutant(
    "the server waits for an init container that must not end",
    "flip a boolean",
    (plan) => inContainer(plan, "lgtm-loki-querier", "init", "essential", true),
    "resilience-start-order querier->init:SUCCESS",
    "compute-not-root init:0",
  ),
  mutant(
    "the server waits for a container that is not there",
    "change a value",
    (plan) =>
      inContainer(plan, "lgtm-grafana", "grafana", "dependsOn", [
        { containerName: "prepare", condition: "START" },
      ]),
    "resilience-start-order grafana->prepare:START",
    "compute-not-root init:0",
  ),
  mutant(
    "no grace period behind the load balancer",
    "remove a property",
    (plan) => set(plan, t.service, "lgtm-mimir-0", "healthCheckGracePeriodSeconds", undefined),
    "resilience-grace-period grace:0",
  ),
];

export const resilienceMutants: readonly Mutant[] = [...rings, ...settings, ...names, ...health];
