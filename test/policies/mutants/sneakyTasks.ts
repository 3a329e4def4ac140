import {
  addLike,
  allTypes as t,
  container,
  devMutant,
  file,
  inContainer,
  mutant,
  set,
  setting,
  variable,
} from "./edits";
import type { BrokenPlan, Mutant, Properties } from "./mutant";

const mimir = "lgtm-mimir-0";
const querier = "lgtm-loki-querier";

const word = (task: string, name: string, text: string) => (plan: BrokenPlan) =>
  container(plan, task, name, (found) => {
    (found["command"] as string[]).push(text);
  });

/** Changes a variable of Grafana. */
const grafana = (plan: BrokenPlan, name: string, value: string): void =>
  container(plan, "lgtm-grafana", "grafana", (found) => {
    const variables = found["environment"] as { name: string; value: string }[];
    variables.find((each) => each.name === name)!.value = value;
  });

const lifecycle = (stack: string, change: (rules: Properties[]) => void) => (plan: BrokenPlan) =>
  plan.change(t.lifecycle, `${stack}-bucket`, (p) => change(p["rules"] as Properties[]));

const storage: readonly Mutant[] = [
  devMutant(
    "overwritten blocks go to GLACIER",
    "move old versions in dev",
    lifecycle("lgtm-dev", (rules) => {
      const undelete = rules.find(({ id }) => id === "undelete-blocks")!;
      undelete["noncurrentVersionTransitions"] = [{ noncurrentDays: 1, storageClass: "GLACIER" }];
    }),
    "storage-no-archive undelete-blocks:noncurrent:GLACIER",
  ),
  devMutant(
    "one rule ends everything",
    "widen a filter in dev",
    lifecycle("lgtm-dev", (rules) => {
      rules.push({ id: "all", status: "Enabled", filter: {}, expiration: { days: 500 } });
    }),
    "storage-live-state all:rules/",
    "storage-live-state all:alerts/",
    "storage-live-state all:ftt-loki/index/",
  ),
  mutant(
    "rules end by tag and prefix",
    "write a prefix in another place",
    lifecycle("lgtm", (rules) => {
      rules.push({
        id: "tagged",
        status: "Enabled",
        filter: { and: { prefix: "rules/", tags: { team: "x" } } },
        expiration: { days: 500 },
      });
    }),
    "storage-live-state tagged:rules/",
  ),
  mutant(
    "rules end by the former prefix",
    "write a prefix in another place",
    lifecycle("lgtm", (rules) => {
      rules.push({ id: "former", status: "Enabled", prefix: "ru", expiration: { days: 500 } });
    }),
    "storage-live-state former:rules/",
  ),
  mutant(
    "what is large ends",
    "filter by size",
    lifecycle("lgtm", (rules) => {
      rules.push({
        id: "large",
        status: "Enabled",
        filter: { objectSizeGreaterThan: 1000 },
        expiration: { days: 500 },
      });
    }),
    "storage-live-state large:rules/",
    "storage-live-state large:alerts/",
    "storage-live-state large:ftt-loki/index/",
  ),
  mutant(
    "the bucket's own former lifecycle",
    "write a lifecycle in another way",
    (plan) =>
      set(plan, t.bucket, "lgtm-bucket", "lifecycleRules", [
        { enabled: true, prefix: "rules/", expiration: { days: 1 } },
      ]),
    "storage-live-state lifecycleRules[0]:rules/",
  ),
  mutant(
    "a second lifecycle",
    "settle a matter twice",
    (plan) => addLike(plan, t.lifecycle, "lgtm-bucket", "added", () => undefined),
    "storage-settings-once lifecycle:twice",
  ),
  mutant(
    "a second bucket policy",
    "settle a matter twice",
    (plan) => addLike(plan, t.bucketPolicy, "lgtm-bucket", "added", () => undefined),
    "storage-settings-once policy:twice",
  ),
  mutant(
    "the TLS statement refuses TLS",
    "turn a policy statement round",
    (plan) =>
      plan.document<{ Statement: Properties[] }>(t.bucketPolicy, "lgtm-bucket", "policy", (d) => {
        d.Statement[0]!["Condition"] = { Bool: { "aws:SecureTransport": "true" } };
      }),
    "storage-tls-only plain-http",
  ),
  mutant(
    "a database cluster's member with a public address",
    "add a database of another type",
    (plan) =>
      plan.add("aws:rds/clusterInstance:ClusterInstance", "added", { publiclyAccessible: true }),
    "storage-database publiclyAccessible",
  ),
  mutant(
    "Grafana talks to its database in plain text",
    "change a variable",
    (plan) =>
      container(plan, "lgtm-grafana", "grafana", (found) => {
        for (const each of found["environment"] as Properties[])
          if (each["name"] === "GF_DATABASE_SSL_MODE") each["value"] = "disable";
      }),
    "storage-database-tls ssl-mode:disable",
  ),
];

const tasks: readonly Mutant[] = [
  devMutant(
    "Loki follows latest",
    "change an image in dev",
    (plan) => inContainer(plan, "lgtm-dev-loki-querier", "querier", "image", "grafana/loki:latest"),
    "compute-image-pinned querier:latest",
  ),
  devMutant(
    "the init image has no tag",
    "change an image in dev",
    (plan) => inContainer(plan, "lgtm-dev-loki-querier", "init", "image", "busybox"),
    "compute-image-pinned init:no-tag",
  ),
  devMutant(
    "root by another number",
    "change a user in dev",
    (plan) => inContainer(plan, "lgtm-dev-loki-querier", "querier", "user", "00"),
    "compute-not-root querier:00",
  ),
  devMutant(
    "an ingester on Spot",
    "change a capacity provider in dev",
    (plan) =>
      set(plan, t.service, "lgtm-dev-loki-ingester-0", "capacityProviderStrategies", [
        { capacityProvider: "FARGATE_SPOT", weight: 1 },
      ]),
    "compute-spot-stateless loki:ingester",
  ),
  mutant(
    "a ring replica partly on Spot",
    "mix capacity providers",
    (plan) =>
      set(plan, t.service, mimir, "capacityProviderStrategies", [
        { capacityProvider: "FARGATE", base: 1, weight: 1 },
        { capacityProvider: "FARGATE_SPOT", weight: 1 },
      ]),
    "compute-spot-stateless mimir:all,alertmanager",
  ),
  mutant(
    "a second container that nobody set up",
    "add a container",
    (plan) =>
      plan.containers(querier, (containers) => {
        containers.push({ name: "debug", image: "public.ecr.aws/x/debug:1.2.3" });
      }),
    "compute-not-root debug:no-user",
    "compute-readonly-root debug:readonlyRootFilesystem",
    "compute-logging debug:logDriver",
  ),
  mutant(
    "Docker's socket",
    "mount the host",
    (plan) =>
      set(plan, t.taskDefinition, mimir, "volumes", [
        { name: "config" },
        { name: "data", hostPath: "/var/run/docker.sock" },
        { name: "scratch-tmp" },
      ]),
    "compute-no-privileges hostPath:/var/run/docker.sock",
  ),
  mutant(
    "EC2 as well",
    "leave Fargate",
    (plan) => set(plan, t.taskDefinition, mimir, "requiresCompatibilities", ["EC2", "FARGATE"]),
    "compute-fargate-linux requiresCompatibilities:EC2,FARGATE",
  ),
  mutant(
    "Windows",
    "leave Linux",
    (plan) =>
      set(
        plan,
        t.taskDefinition,
        mimir,
        "runtimePlatform.operatingSystemFamily",
        "WINDOWS_SERVER_2022_CORE",
      ),
    "compute-fargate-linux operatingSystemFamily:WINDOWS_SERVER_2022_CORE",
  ),
  mutant(
    "a flag switches flushing off",
    "override the file by a flag",
    word(mimir, "mimir", "-blocks-storage.tsdb.flush-blocks-on-shutdown=false"),
    "compute-settings-in-file mimir:-blocks-storage.tsdb.flush-blocks-on-shutdown",
  ),
  mutant(
    "a flag keeps one copy",
    "override the file by a flag",
    word(mimir, "mimir", "-ingester.ring.replication-factor=1"),
    "compute-settings-in-file mimir:-ingester.ring.replication-factor",
  ),
  mutant(
    "a flag ends Loki's retention",
    "override the file by a flag",
    word("lgtm-loki-compactor", "compactor", "-compactor.retention-enabled=false"),
    "compute-settings-in-file compactor:-compactor.retention-enabled",
  ),
  mutant(
    "a shell before the server",
    "replace an entry point",
    (plan) => inContainer(plan, mimir, "mimir", "entryPoint", ["/bin/sh", "-c"]),
    "compute-settings-in-file mimir:/bin/sh",
  ),
  mutant(
    "a shell that adds a flag to the server's",
    "replace an entry point",
    (plan) =>
      inContainer(plan, "lgtm-tempo-ingester-0", "ingester", "entryPoint", [
        ...["/etc/lgtm/bin/busybox", "sh", "-c"],
        '"$0" "$@" -ingester.lifecycler.id=x & server=$!\nwait $server',
      ]),
    "compute-settings-in-file ingester:/etc/lgtm/bin/busybox",
  ),
  mutant(
    "a shell that starts another server where it should wait",
    "replace an entry point",
    (plan) =>
      container(plan, "lgtm-tempo-ingester-1", "ingester", (found) => {
        const [busybox, sh, option, script] = found["entryPoint"] as string[];
        found["entryPoint"] = [
          ...[busybox, sh, option],
          script?.replace("wait $server; code=$?\n", "kill $server; /tempo -target=all; code=$?\n"),
        ];
      }),
    "compute-settings-in-file ingester:/etc/lgtm/bin/busybox",
  ),
  mutant(
    "no distributor runs",
    "run nothing",
    (plan) => set(plan, t.service, "lgtm-loki-distributor", "desiredCount", 0),
    "compute-service-runs desiredCount:0",
  ),
  devMutant(
    "no compactor runs",
    "run nothing in dev",
    (plan) => set(plan, t.service, "lgtm-dev-loki-compactor", "desiredCount", 0),
    "compute-service-runs desiredCount:0",
  ),
  mutant(
    "one task per host",
    "change the scheduling",
    (plan) => set(plan, t.service, "lgtm-pyroscope", "schedulingStrategy", "DAEMON"),
    "compute-service-runs schedulingStrategy:DAEMON",
  ),
  mutant(
    "both distributors in one zone",
    "place all tasks together",
    (plan) =>
      set(plan, t.service, "lgtm-loki-distributor", "networkConfiguration.subnets", [
        plan.id(t.subnet, "lgtm-vpc-private-1"),
      ]),
    "resilience-zone-spread one-zone:ap-northeast-2a",
  ),
  mutant(
    "a rolling deployment by somebody else",
    "change the deployment's controller",
    (plan) => set(plan, t.service, "lgtm-grafana", "deploymentController", { type: "EXTERNAL" }),
    "compute-circuit-breaker controller:EXTERNAL",
  ),
  mutant(
    "the percentages of a ring are left to ECS",
    "remove two properties",
    (plan) =>
      plan.change(t.service, mimir, (p) => {
        delete p["deploymentMaximumPercent"];
        delete p["deploymentMinimumHealthyPercent"];
      }),
    "compute-stop-before-start minimum:100",
    "compute-stop-before-start maximum:200",
  ),
  mutant(
    "logs into another region",
    "change a log option",
    (plan) =>
      container(plan, mimir, "mimir", (found) => {
        const { options } = found["logConfiguration"] as { options: Properties };
        options["awslogs-region"] = "us-east-1";
      }),
    "compute-logging mimir:awslogs-region:us-east-1",
  ),
  mutant(
    "a webhook in plain environment",
    "add a secret of another form",
    (plan) =>
      variable(
        plan,
        querier,
        "querier",
        "ADDRESS",
        `https://hooks.slack.com/services/T${"0".repeat(8)}/B${"0".repeat(8)}/${"Xy1".repeat(8)}`,
      ),
    "compute-secrets-by-reference querier:ADDRESS",
  ),
  mutant(
    "a password in a health check",
    "add a secret of another form",
    (plan) =>
      inContainer(plan, "lgtm-grafana", "grafana", "healthCheck.command", [
        "CMD-SHELL",
        "/etc/lgtm/bin/busybox wget --password=hunter22abc -q -O /dev/null http://127.0.0.1:3000/api/health",
      ]),
    "compute-secrets-by-reference grafana:healthCheck",
  ),
  mutant(
    "a label with a password",
    "add a secret of another form",
    (plan) => inContainer(plan, querier, "querier", "dockerLabels", { password: "hunter22" }),
    "compute-secrets-by-reference querier:dockerLabels.password",
  ),
  mutant(
    "Grafana for everybody",
    "open Grafana",
    (plan) => grafana(plan, "GF_AUTH_ANONYMOUS_ENABLED", "true"),
    "ingress-grafana-login GF_AUTH_ANONYMOUS_ENABLED",
  ),
  mutant(
    "Grafana lets everybody sign up",
    "open Grafana",
    (plan) => grafana(plan, "GF_USERS_ALLOW_SIGN_UP", "true"),
    "ingress-grafana-login GF_USERS_ALLOW_SIGN_UP",
  ),
];

const health: readonly Mutant[] = [
  mutant(
    "a health check that asks nobody",
    "replace a health check",
    (plan) => inContainer(plan, mimir, "mimir", "healthCheck.command", ["CMD-SHELL", "exit 0"]),
    "resilience-health-check mimir:asks-nothing",
  ),
  mutant(
    "a health check that asks for metrics",
    "replace a health check",
    (plan) =>
      inContainer(plan, mimir, "mimir", "healthCheck.command", [
        "CMD",
        "/etc/lgtm/bin/busybox",
        "wget",
        "-q",
        "-O",
        "/dev/null",
        "http://127.0.0.1:9009/metrics",
      ]),
    "resilience-health-check mimir:path:/metrics",
  ),
  mutant(
    "a quarter of an hour until somebody notices",
    "slow a health check down",
    (plan) => inContainer(plan, mimir, "mimir", "healthCheck.interval", 300),
    "resilience-health-check mimir:slow:900",
  ),
  mutant(
    "the server may end alone",
    "make a server dispensable",
    (plan) => inContainer(plan, mimir, "mimir", "essential", false),
    "resilience-health-check mimir:not-essential",
  ),
];

const servers: readonly Mutant[] = [
  mutant(
    "a querier fetches work from the distributor",
    "name another part",
    (plan) => setting(plan, querier, "frontend_worker.frontend_address", "loki.lgtm.local:9095"),
    "resilience-addresses-lead-right frontend_worker.frontend_address:loki.lgtm.local:9095",
  ),
  mutant(
    "a querier fetches work on the HTTP port",
    "name another port",
    (plan) =>
      setting(
        plan,
        querier,
        "frontend_worker.frontend_address",
        "loki-query-frontend.lgtm.local:3100",
      ),
    "resilience-addresses-lead-right frontend_worker.frontend_address:loki-query-frontend.lgtm.local:3100",
  ),
  mutant(
    "Mimir joins Tempo's gossip",
    "name another product",
    (plan) =>
      setting(plan, mimir, "memberlist.join_members", ["dns+tempo-ingester.lgtm.local:7946"]),
    "resilience-addresses-lead-right memberlist.join_members:dns+tempo-ingester.lgtm.local:7946",
  ),
  mutant(
    "a name in no namespace",
    "name another namespace",
    (plan) =>
      setting(plan, mimir, "ruler.alertmanager_url", "http://mimir.other.local:9009/alertmanager"),
    "resilience-names-exist mimir.other.local",
  ),
  mutant(
    "the namespace of another VPC",
    "move the namespace",
    (plan) => set(plan, t.namespace, "lgtm-namespace", "vpc", "vpc-00000000000000000"),
    "resilience-names-exist vpc:vpc-00000000000000000",
  ),
  ...(
    [
      ["common.storage.backend", "filesystem"],
      ["common.storage.s3.insecure", true],
      ["common.storage.s3.dualstack_enabled", true],
    ] as const
  ).map(([key, value]) =>
    mutant(
      `Mimir: ${key} ${value}`,
      "send data elsewhere",
      (plan) => setting(plan, mimir, key, value),
      `resilience-server-limits ${key}`,
    ),
  ),
  mutant(
    "one Mimir writes under another tenant",
    "write under another key",
    (plan) => setting(plan, mimir, "no_auth_tenant", "team-a"),
    "resilience-server-limits no_auth_tenant",
  ),
  mutant(
    "one Mimir writes rules under another prefix",
    "write under another key",
    (plan) => setting(plan, mimir, "ruler_storage.storage_prefix", "ruler"),
    "resilience-server-limits ruler_storage.storage_prefix",
  ),
  devMutant(
    "three copies in one Mimir",
    "change a server's setting in dev",
    (plan) => setting(plan, "lgtm-dev-mimir-0", "ingester.ring.replication_factor", 3),
    "resilience-ring-replicas mimir:1<3",
    "resilience-replication-factor store_gateway.sharding_ring.replication_factor:1",
    "resilience-replication-factor alertmanager.sharding_ring.replication_factor:1",
  ),
  devMutant(
    "two Grafanas with a database each",
    "change a number in dev",
    (plan) => set(plan, t.service, "lgtm-dev-grafana", "desiredCount", 2),
    "compute-only-one desiredCount:2",
  ),
  devMutant(
    "S3 keys in Tempo's file",
    "change a server's file in dev",
    (plan) =>
      file(plan, "lgtm-dev-tempo-querier", "FILE_TEMPO_YAML", (text) =>
        text.replace("    s3:\n", "    s3:\n      secret_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCY\n"),
      ),
    "compute-secrets-by-reference init:FILE_TEMPO_YAML",
  ),
];

const hygiene: readonly Mutant[] = [
  mutant(
    "the provider has keys of its own",
    "add a credential",
    (plan) => set(plan, t.provider, "lgtm", "accessKey", "AKIAIOSFODNN7EXAMPLE"),
    "hygiene-provider-account accessKey",
  ),
  mutant(
    "the provider takes any certificate",
    "flip a boolean of the provider",
    (plan) => set(plan, t.provider, "lgtm", "insecure", true),
    "hygiene-provider-account insecure",
  ),
  mutant(
    "changes of the bucket's policy are ignored",
    "add an option",
    (plan) => {
      plan.find(t.bucketPolicy, "lgtm-bucket").ignoreChanges = ["policy"];
    },
    "hygiene-ignored-changes ignoreChanges:policy",
  ),
  devMutant(
    "dev's log group is kept for ever",
    "remove a property in dev",
    (plan) => set(plan, t.logGroup, "lgtm-dev-mimir-logs", "retentionInDays", undefined),
    "hygiene-log-retention retentionInDays:0",
  ),
];

export const sneakyTaskMutants: readonly Mutant[] = [
  ...storage,
  ...tasks,
  ...health,
  ...servers,
  ...hygiene,
];
