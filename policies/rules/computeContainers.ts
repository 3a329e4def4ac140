import { pinnedTag } from "../data/images";
import type { Resource } from "../resource";
import { type Judgement, resourceRule, type Rule } from "../rule";
import { containersOf, initContainerNames, TASK_DEFINITION, serverReads } from "../servers/server";
import type { Value } from "../value";

const subject = "compute" as const;

const nameOf = (container: Value) => container.at("name").text() ?? "?";
const eachContainer = (
  taskDefinition: Resource,
  judgement: Judgement,
  judge: (container: Value, all: readonly Value[]) => void,
) => {
  const all = containersOf(taskDefinition);
  judgement.each(all, (container) => judge(container, all));
};

const imagesPinned = resourceRule({
  id: "compute-image-pinned",
  subject,
  rationale:
    "A tag that moves is another server after the next restart, in one task and not in the others.",
  source: "S10",
  mend: "Name a version of three numbers, or a digest, in the image",
  scope: "any",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    eachContainer(taskDefinition, judgement, (container) => {
      const image = container.at("image").text();
      if (image === undefined || /@sha256:[0-9a-f]{64}$/.test(image)) return;
      const tag = /:([^:/@]+)$/.exec(image)?.[1];
      const pinned =
        tag !== undefined &&
        (pinnedTag.test(tag) || (/\bbusybox:/.test(image) && /^\d+\.\d+/.test(tag)));
      if (pinned) return;
      judgement.report(taskDefinition, {
        finding: `${nameOf(container)}:${tag ?? "no-tag"}`,
        says: `container ${nameOf(container)} runs ${image}, whose ${tag === undefined ? "missing tag means latest" : `tag ${tag} moves`}`,
      });
    });
  },
});

/** `root`, 0, and any group with them. */
const isRoot = (user: string) => /^(0+|root)(:|$)/.test(user.trim());

const notRoot = resourceRule({
  id: "compute-not-root",
  subject,
  rationale: "A server that runs as root owns the task when it is broken into.",
  source: "S10",
  mend: "Name a numeric user that is not 0; only an init container that ends before the servers start may be root",
  scope: "any",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    eachContainer(taskDefinition, judgement, (container, all) => {
      const user = container.at("user").text();
      if (user !== undefined && user !== "" && !isRoot(user)) return;
      // It gives directories to the servers' users, and is gone before they start (S11).
      const preparesOnly =
        initContainerNames(all).has(nameOf(container)) &&
        container.at("essential").boolean() === false &&
        container.at("readonlyRootFilesystem").boolean() === true &&
        container.at("portMappings").items().length === 0;
      if (preparesOnly) return;
      judgement.report(taskDefinition, {
        finding: `${nameOf(container)}:${user ?? "no-user"}`,
        says: `container ${nameOf(container)} runs as ${user === undefined || user === "" ? "whatever its image names, which may be root" : `user ${user}`}`,
      });
    });
  },
});

const noPrivileges = resourceRule({
  id: "compute-no-privileges",
  subject,
  rationale:
    "Privileges, host namespaces and added capabilities undo the isolation between tasks and host.",
  source: "S10",
  mend: "Remove the privilege; Fargate's tasks need none of them",
  scope: "any",
  reads: {
    [TASK_DEFINITION]: [
      "containerDefinitions",
      "networkMode",
      "pidMode",
      "ipcMode",
      "requiresCompatibilities",
      "volumes",
    ],
  },
  severity: "critical",
  judge(taskDefinition, judgement) {
    const report = (finding: string, says: string) =>
      judgement.report(taskDefinition, { finding, says });
    judgement.each(["pidMode", "ipcMode"], (key) => {
      const mode = taskDefinition.at(key).text()?.toLowerCase();
      if (mode === "host")
        report(`${key}:host`, `${key} is host: the task sees every process of its host`);
      if (mode === "task")
        report(`${key}:task`, `${key} is task: each container reads the others' processes`);
    });
    judgement.each(["networkMode"], (key) => {
      const mode = taskDefinition.at(key).text();
      if (mode !== "awsvpc") {
        report(
          `networkMode:${mode ?? "absent"}`,
          `networkMode is ${mode ?? "absent"} and not awsvpc, so security groups do not hold for the task`,
        );
      }
    });
    judgement.each(taskDefinition.at("volumes").oneOrMore(), (volume) => {
      const path = volume.at("hostPath").text() ?? volume.at("host", "sourcePath").text();
      if (path !== undefined && path !== "")
        report(`hostPath:${path}`, `a volume is the directory ${path} of the host`);
    });
    eachContainer(taskDefinition, judgement, (container) => {
      const name = nameOf(container);
      if (container.at("privileged").boolean() === true) {
        report(`${name}:privileged`, `container ${name} is privileged`);
      }
      for (const capability of container.at("linuxParameters", "capabilities", "add").texts()) {
        report(
          `${name}:capability:${capability}`,
          `container ${name} adds the capability ${capability}`,
        );
      }
      for (const device of container.at("linuxParameters", "devices").oneOrMore()) {
        report(
          `${name}:device`,
          `container ${name} gets the device ${device.at("hostPath").toString()} of its host`,
        );
      }
    });
  },
});

const taskSize = resourceRule({
  id: "compute-task-definition-size",
  subject,
  rationale: "ECS refuses a task definition above 64 KiB in the middle of a deployment.",
  source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html",
  mend: "Shorten the largest rendered file, or let the server load it from elsewhere",
  scope: "any",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    const known = taskDefinition.at("containerDefinitions").known();
    const text = typeof known === "string" ? known : JSON.stringify(known ?? "");
    const bytes = Buffer.byteLength(text) + BYTES_AROUND_CONTAINERS;
    if (bytes <= TASK_DEFINITION_LIMIT_BYTES) return;
    judgement.report(taskDefinition, {
      finding: "too-large",
      says: `the task definition has about ${bytes} bytes, ECS takes ${TASK_DEFINITION_LIMIT_BYTES}`,
    });
  },
});

const TASK_DEFINITION_LIMIT_BYTES = 64 * 1024;
/** ARNs, family, sizes, volumes and tags beside the containers. */
const BYTES_AROUND_CONTAINERS = 1024;

const memoryLimit = resourceRule({
  id: "compute-memory-limit",
  subject,
  rationale:
    "A Go server that is told more memory than its task has is killed instead of collecting garbage.",
  source: "S21",
  mend: "Set GOMEMLIMIT to 85–90 % of the task's memory",
  scope: "any",
  reads: { [TASK_DEFINITION]: ["containerDefinitions", "memory"] },
  severity: "medium",
  judge(taskDefinition, judgement) {
    const memoryMiB = taskDefinition.at("memory").number();
    if (memoryMiB === undefined) return;
    eachContainer(taskDefinition, judgement, (container) => {
      for (const entry of container.at("environment").oneOrMore()) {
        if (entry.at("name").text() !== "GOMEMLIMIT") continue;
        const limit = entry.at("value").text() ?? "";
        const limitMiB = goMemoryMiB(limit);
        if (limitMiB !== undefined && limitMiB < memoryMiB) continue;
        judgement.report(taskDefinition, {
          finding: `${nameOf(container)}:GOMEMLIMIT`,
          says: `GOMEMLIMIT of container ${nameOf(container)} is ${limit}, its task has ${memoryMiB}MiB`,
        });
      }
    });
  },
});

const bytesOf: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Source: pkg.go.dev/runtime, "GOMEMLIMIT". */
function goMemoryMiB(text: string): number | undefined {
  const match = /^(\d{1,15})(B|KiB|MiB|GiB|TiB)?$/.exec(text);
  return match === null
    ? undefined
    : (Number(match[1]) * (bytesOf[match[2] ?? "B"] ?? 1)) / 2 ** 20;
}

export const computeContainerRules: readonly Rule[] = [
  imagesPinned,
  notRoot,
  noPrivileges,
  taskSize,
  memoryLimit,
];
