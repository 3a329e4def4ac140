import { addLike, allTypes as types, container, inContainer, mutant, set } from "./edits";
import type { Mutant, Properties } from "./mutant";

/**
 * What another team would do to tasks and services: each in a place of the task definition or service that the mutants
 * before do not touch. The findings were written down before the rules were.
 */
export const outsideTaskMutants: readonly Mutant[] = [
  mutant(
    "Grafana's variables come from a file in a bucket",
    "take settings from elsewhere",
    (plan) => {
      inContainer(plan, "lgtm-grafana", "grafana", "environmentFiles", [
        { type: "s3", value: "arn:aws:s3:::settings/grafana.env" },
      ]);
    },
    "compute-settings-in-task grafana:environmentFiles",
  ),
  mutant(
    "the init container takes its files from a bucket",
    "take settings from elsewhere",
    (plan) => {
      inContainer(plan, "lgtm-mimir-0", "init", "environmentFiles", [
        { type: "s3", value: "arn:aws:s3:::settings/mimir.env" },
      ]);
    },
    "compute-settings-in-task init:environmentFiles",
  ),
  mutant(
    "a shared volume over plain NFS",
    "mount a shared volume",
    (plan) => {
      efs(plan, { fileSystemId: "fs-1", authorizationConfig: { iam: "ENABLED" } });
    },
    "compute-volumes-encrypted shared:transitEncryption",
  ),
  mutant(
    "a shared volume without TLS in so many words, for everybody",
    "mount a shared volume",
    (plan) => {
      efs(plan, { fileSystemId: "fs-1", transitEncryption: "DISABLED" });
    },
    "compute-volumes-encrypted shared:transitEncryption",
    "compute-volumes-encrypted shared:iam",
  ),
  mutant(
    "a shared volume for whoever reaches it",
    "mount a shared volume",
    (plan) => {
      efs(plan, {
        fileSystemId: "fs-1",
        transitEncryption: "ENABLED",
        authorizationConfig: { accessPointId: "fsap-1", iam: "DISABLED" },
      });
    },
    "compute-volumes-encrypted shared:iam",
  ),
  mutant(
    "a file system without encryption",
    "add a file system",
    (plan) => {
      plan.add("aws:efs/fileSystem:FileSystem", "lgtm-shared", {
        creationToken: "lgtm",
        tags: { Project: "lgtm" },
      }).protect = true;
    },
    "compute-volumes-encrypted encrypted",
  ),
  mutant(
    "a task volume without encryption",
    "attach a volume to a service",
    (plan) => {
      set(plan, types.service, "lgtm-pyroscope", "volumeConfiguration", {
        name: "data",
        managedEbsVolume: { roleArn: "arn:aws:iam::123456789012:role/x", encrypted: false },
      });
    },
    "compute-volumes-encrypted managedEbsVolume",
  ),
  mutant(
    "Loki's distributor on Fargate 1.3",
    "pin an old platform",
    (plan) => {
      set(plan, types.service, "lgtm-loki-distributor", "platformVersion", "1.3.0");
    },
    "compute-platform-version platformVersion:1.3.0",
  ),
  mutant(
    "an ingester on Fargate 1.0",
    "pin an old platform",
    (plan) => {
      set(plan, types.service, "lgtm-tempo-ingester-1", "platformVersion", "1.0.0");
    },
    "compute-platform-version platformVersion:1.0.0",
  ),
  mutant(
    "an ingester with 1024 files",
    "lower a limit",
    (plan) => {
      nofile(plan, "lgtm-loki-ingester-0", "ingester", 1024);
    },
    "compute-open-files ingester:nofile:1024",
  ),
  mutant(
    "Mimir with a soft limit only",
    "lower a limit",
    (plan) => {
      nofile(plan, "lgtm-mimir-1", "mimir", 4096);
    },
    "compute-open-files mimir:nofile:4096",
  ),
  mutant(
    "the bucket's name leads to another host",
    "forge a name",
    (plan) => {
      inContainer(plan, "lgtm-tempo-compactor", "compactor", "extraHosts", [
        { hostname: "s3.ap-northeast-2.amazonaws.com", ipAddress: "203.0.113.7" },
      ]);
    },
    "compute-names-from-cloud-map compactor:extraHosts",
  ),
  mutant(
    "somebody else's resolver",
    "forge a name",
    (plan) => {
      inContainer(plan, "lgtm-loki-querier", "querier", "dnsServers", ["203.0.113.53"]);
    },
    "compute-names-from-cloud-map querier:dnsServers",
  ),
  mutant(
    "another search domain",
    "forge a name",
    (plan) => {
      inContainer(plan, "lgtm-alloy-gateway", "gateway", "dnsSearchDomains", ["example.net"]);
    },
    "compute-names-from-cloud-map gateway:dnsSearchDomains",
  ),
  mutant(
    "the database's password rotates",
    "rotate a secret",
    (plan) => {
      rotate(plan, "lgtm-database-password");
    },
    "compute-secret-rotation rotates",
  ),
  mutant(
    "Grafana's key rotates",
    "rotate a secret",
    (plan) => {
      rotate(plan, "lgtm-grafana-secret-key");
    },
    "compute-secret-rotation rotates",
  ),
  mutant(
    "an ingester's service is deleted without waiting",
    "force a deletion",
    (plan) => {
      set(plan, types.service, "lgtm-loki-ingester-2", "forceDelete", true);
    },
    "compute-no-force-delete forceDelete",
  ),
  mutant(
    "faults may be injected into Mimir",
    "open a task definition to others",
    (plan) => {
      set(plan, types.taskDefinition, "lgtm-mimir-2", "enableFaultInjection", true);
    },
    "compute-task-definition-own enableFaultInjection",
  ),
  mutant(
    "the newest revision of anybody runs",
    "open a task definition to others",
    (plan) => {
      set(plan, types.taskDefinition, "lgtm-loki-compactor", "trackLatest", true);
    },
    "compute-task-definition-own trackLatest",
  ),
  mutant(
    "containers share their processes",
    "share a namespace inside the task",
    (plan) => {
      set(plan, types.taskDefinition, "lgtm-grafana", "pidMode", "task");
    },
    "compute-no-privileges pidMode:task",
  ),
  mutant(
    "containers share their memory",
    "share a namespace inside the task",
    (plan) => {
      set(plan, types.taskDefinition, "lgtm-pyroscope", "ipcMode", "task");
    },
    "compute-no-privileges ipcMode:task",
  ),
  mutant(
    "SYS_ADMIN for the init container",
    "add a capability to another container",
    (plan) => {
      inContainer(plan, "lgtm-tempo-querier", "init", "linuxParameters", {
        capabilities: { add: ["SYS_ADMIN"] },
      });
    },
    "compute-no-privileges init:capability:SYS_ADMIN",
  ),
  mutant(
    "a server starts before its files are there",
    "remove a dependency between containers",
    (plan) => {
      inContainer(plan, "lgtm-loki-querier", "querier", "dependsOn", undefined);
    },
    "resilience-start-order querier:starts-before:init",
    // Nobody waits for it, so it is no container that prepares something.
    "compute-not-root init:0",
  ),
  mutant(
    "Mimir waits for nothing",
    "remove a dependency between containers",
    (plan) => {
      inContainer(plan, "lgtm-mimir-0", "mimir", "dependsOn", []);
    },
    "resilience-start-order mimir:starts-before:init",
    "compute-not-root init:0",
  ),
  mutant(
    "a health check that forgives",
    "let a health check always pass",
    (plan) => {
      health(
        plan,
        "lgtm-mimir-0",
        "mimir",
        "wget -q -O /dev/null http://127.0.0.1:9009/ready || true",
      );
    },
    "resilience-health-check mimir:never-fails",
  ),
  mutant(
    "a health check that ends with success",
    "let a health check always pass",
    (plan) => {
      health(plan, "lgtm-pyroscope", "pyroscope", "wget -qO- http://127.0.0.1:4040/ready; exit 0");
    },
    "resilience-health-check pyroscope:never-fails",
  ),
  mutant(
    "a health check of nothing but success",
    "let a health check always pass",
    (plan) => {
      health(plan, "lgtm-tempo-distributor", "distributor", "exit 0");
    },
    "resilience-health-check distributor:asks-nothing",
  ),
  mutant(
    "a service that nobody reviewed beside Loki's querier",
    "copy a service",
    (plan) => {
      addLike(plan, types.service, "lgtm-loki-querier", "lgtm-loki-querier-copy", (properties) => {
        properties["name"] = "lgtm-loki-querier-copy";
        properties["platformVersion"] = "1.2.0";
      });
    },
    "compute-platform-version platformVersion:1.2.0",
  ),
];

type Plan = Parameters<Mutant["apply"]>[0];

function efs(plan: Plan, configuration: Properties): void {
  plan.change(types.taskDefinition, "lgtm-grafana", (properties) => {
    (properties["volumes"] as Properties[]).push({
      name: "shared",
      efsVolumeConfiguration: configuration,
    });
  });
}

const nofile = (plan: Plan, task: string, name: string, softLimit: number): void =>
  container(plan, task, name, (found) => {
    found["ulimits"] = [{ name: "nofile", softLimit, hardLimit: 65535 }];
  });

function rotate(plan: Plan, secret: string): void {
  plan.add("aws:secretsmanager/secretRotation:SecretRotation", `${secret}-rotation`, {
    secretId: plan.arn(types.secret, secret),
    rotationRules: { automaticallyAfterDays: 7 },
  });
}

const health = (plan: Plan, task: string, name: string, command: string): void =>
  container(plan, task, name, (found) => {
    (found["healthCheck"] as Properties)["command"] = ["CMD-SHELL", command];
  });
