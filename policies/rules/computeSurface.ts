import { leastOpenFiles } from "../data/parts";
import { resourceRule, stackRule, type Rule } from "../rule";
import { containersOf, serversOf, TASK_DEFINITION, serverReads } from "../servers/server";
import { SERVICE } from "../servers/services";

const subject = "compute" as const;

const FILE_SYSTEM = "aws:efs/fileSystem:FileSystem";
const SECRET_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";

const settingsInTask = resourceRule({
  id: "compute-settings-in-task",
  subject,
  rationale:
    "A file of variables in a bucket is read when a task starts: no plan, review or rule sees what it says.",
  source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html",
  mend: "Write the variables into the task definition, and secrets into Secrets Manager",
  scope: "any",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    judgement.each(containersOf(taskDefinition), (container) => {
      for (const file of container.at("environmentFiles").oneOrMore()) {
        const name = container.at("name").text() ?? "?";
        judgement.report(taskDefinition, {
          finding: `${name}:environmentFiles`,
          says: `container ${name} takes variables from ${file.at("value").toString()}`,
        });
      }
    });
  },
});

const volumesEncrypted = resourceRule({
  id: "compute-volumes-encrypted",
  subject,
  rationale:
    "A shared volume without TLS shows everything to the network, and without IAM opens to whoever reaches its port.",
  source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html",
  mend: "Set transitEncryption to ENABLED and authorizationConfig.iam to ENABLED, and encrypt the file system",
  scope: "any",
  reads: {
    [TASK_DEFINITION]: ["volumes"],
    [FILE_SYSTEM]: ["encrypted"],
    [SERVICE]: ["volumeConfiguration"],
  },
  severity: "high",
  judge(resource, judgement) {
    const report = (finding: string, says: string) => judgement.report(resource, { finding, says });
    if (resource.type === FILE_SYSTEM) {
      if (resource.at("encrypted").boolean() !== true)
        report("encrypted", "the file system is not encrypted");
      return;
    }
    if (resource.type === SERVICE) {
      judgement.each(resource.at("volumeConfiguration").oneOrMore(), (volume) => {
        if (volume.at("managedEbsVolume", "encrypted").boolean() === false)
          report("managedEbsVolume", "the volume that each task gets is not encrypted");
      });
      return;
    }
    judgement.each(resource.at("volumes").oneOrMore(), (volume) => {
      const efs = volume.at("efsVolumeConfiguration");
      if (!efs.exists) return;
      const name = volume.at("name").text() ?? "?";
      if (efs.at("transitEncryption").text() !== "ENABLED")
        report(`${name}:transitEncryption`, `volume ${name} crosses the network in plain text`);
      if (efs.at("authorizationConfig", "iam").text() !== "ENABLED")
        report(`${name}:iam`, `volume ${name} opens to whoever reaches it, whatever its role`);
    });
  },
});

const platformVersion = resourceRule({
  id: "compute-platform-version",
  subject,
  rationale:
    "An old platform gets no fixes, and lacks what the tasks ask for: volumes, user ids, secrets by key.",
  source:
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html (1.4.0 is LATEST)",
  mend: "Remove platformVersion, or set it to LATEST",
  scope: "any",
  reads: { [SERVICE]: ["platformVersion"] },
  severity: "high",
  judge(service, judgement) {
    const version = service.at("platformVersion").text() ?? "LATEST";
    if (version === "LATEST" || version === "1.4.0") return;
    judgement.report(service, {
      finding: `platformVersion:${version}`,
      says: `its platform version is ${version}`,
    });
  },
});

const openFiles = resourceRule({
  id: "compute-open-files",
  subject,
  rationale: "A server that runs out of file descriptors refuses connections and loses blocks.",
  source:
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html (ulimits: Fargate's default is 65535)",
  mend: "Leave nofile at Fargate's 65535, or set both limits to it",
  scope: "lgtm",
  reads: serverReads,
  severity: "medium",
  judge(taskDefinition, judgement) {
    judgement.each(serversOf(taskDefinition), ({ name, container }) => {
      for (const limit of container.at("ulimits").oneOrMore()) {
        if (limit.at("name").text() !== "nofile") continue;
        const soft = limit.at("softLimit").number();
        if (soft === undefined || soft >= leastOpenFiles) continue;
        judgement.report(taskDefinition, {
          finding: `${name}:nofile:${soft}`,
          says: `container ${name} may open ${soft} files and connections`,
        });
      }
    });
  },
});

/** Source: API_ContainerDefinition ("not supported for tasks that use the awsvpc network mode"). */
const ownNames = ["extraHosts", "dnsServers", "dnsSearchDomains", "links", "hostname"];

const namesFromCloudMap = resourceRule({
  id: "compute-names-from-cloud-map",
  subject,
  rationale:
    "Names of a container's own lead where no rule looks, and ECS refuses them with awsvpc.",
  source: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
  mend: "Remove them: Cloud Map and the VPC's resolver know every name",
  scope: "any",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    judgement.each(containersOf(taskDefinition), (container) => {
      const name = container.at("name").text() ?? "?";
      for (const key of ownNames) {
        const value = container.at(key);
        if ((value.text() ?? "") === "" && value.items().length === 0) continue;
        judgement.report(taskDefinition, {
          finding: `${name}:${key}`,
          says: `container ${name} sets ${key}: ${value.toString()}`,
        });
      }
    });
  },
});

const secretRotation = stackRule({
  id: "compute-secret-rotation",
  subject,
  rationale:
    "ECS reads a secret when a task starts: what rotates meanwhile locks every running task out.",
  source: "D3",
  mend: "Remove the rotation; change the secret together with a deployment",
  scope: "any",
  reads: { ...serverReads, [SECRET_ROTATION]: ["secretId"] },
  severity: "high",
  judge(stack, judgement) {
    const named = new Set<string>();
    judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
      for (const container of containersOf(taskDefinition)) {
        for (const secret of container.at("secrets").oneOrMore()) {
          const from = secret.at("valueFrom").text() ?? "";
          named.add(from.split(":").slice(0, 7).join(":"));
        }
      }
    });
    judgement.each(stack.ofType(SECRET_ROTATION), (rotation) => {
      const secret = rotation.at("secretId").text() ?? "";
      if (!named.has(secret)) return;
      judgement.report(rotation, {
        finding: "rotates",
        says: `it rotates ${secret}, which tasks read once`,
      });
    });
  },
});

const noForceDelete = resourceRule({
  id: "compute-no-force-delete",
  subject,
  rationale: "A forced deletion does not wait for tasks: what they have not flushed is gone.",
  source: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html",
  mend: "Remove forceDelete: Pulumi scales to 0 first",
  scope: "any",
  reads: { [SERVICE]: ["forceDelete"] },
  severity: "medium",
  judge(service, judgement) {
    if (judgement.environment !== "prod" || service.at("forceDelete").boolean() !== true) return;
    judgement.report(service, { finding: "forceDelete", says: "forceDelete is true in prod" });
  },
});

const taskDefinitionOwn = resourceRule({
  id: "compute-task-definition-own",
  subject,
  rationale:
    "Faults from outside, or a revision that somebody else registered: what runs is not what was reviewed.",
  source:
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fault-injection.html; https://www.pulumi.com/registry/packages/aws/api-docs/ecs/taskdefinition/#tracklatest_nodejs",
  mend: "Remove trackLatest, and in prod enableFaultInjection",
  scope: "any",
  reads: { [TASK_DEFINITION]: ["enableFaultInjection", "trackLatest"] },
  severity: "medium",
  judge(taskDefinition, judgement) {
    judgement.each(["enableFaultInjection", "trackLatest"], (key) => {
      if (key === "enableFaultInjection" && judgement.environment !== "prod") return;
      if (taskDefinition.at(key).boolean() !== true) return;
      judgement.report(taskDefinition, { finding: key, says: `${key} is true` });
    });
  },
});

export const computeSurfaceRules: readonly Rule[] = [
  settingsInTask,
  volumesEncrypted,
  platformVersion,
  openFiles,
  namesFromCloudMap,
  secretRotation,
  noForceDelete,
  taskDefinitionOwn,
];
