import type { Resource } from "../resource";
import { resourceRule, stackRule, type Rule } from "../rule";
import { knownFlags, shells } from "../data/commands";
import { serversOf, startWords, TASK_DEFINITION, serverReads } from "../servers/server";
import {
  SCALING_TARGET,
  SERVICE,
  desiredCountOf,
  serversIn,
  tasksOf,
  taskReads,
} from "../servers/services";

const subject = "compute" as const;

const fargateLinux = resourceRule({
  id: "compute-fargate-linux",
  subject,
  rationale:
    "Outside of Fargate's Linux the servers' images do not start, and tasks share a host, its network and its role.",
  source: "S10",
  mend: "requiresCompatibilities FARGATE alone, networkMode awsvpc, operatingSystemFamily LINUX, platformVersion LATEST or none",
  scope: "lgtm",
  reads: {
    [TASK_DEFINITION]: ["containerDefinitions", "requiresCompatibilities", "runtimePlatform"],
  },
  severity: "high",
  judge(taskDefinition, judgement) {
    if (serversOf(taskDefinition).length === 0) return;
    const report = (finding: string, says: string) =>
      judgement.report(taskDefinition, { finding, says });
    judgement.each(["requiresCompatibilities"], (key) => {
      const kinds = taskDefinition.at(key).texts();
      if (kinds.length === 1 && kinds[0] === "FARGATE") return;
      report(`${key}:${kinds.join(",") || "none"}`, `it may run on ${kinds.join(", ") || "EC2"}`);
    });
    judgement.each(["operatingSystemFamily"], (key) => {
      const system = taskDefinition.at("runtimePlatform", key).text() ?? "LINUX";
      if (system !== "LINUX") report(`${key}:${system}`, `its operating system is ${system}`);
    });
  },
});

const settingsInFile = resourceRule({
  id: "compute-settings-in-file",
  subject,
  rationale:
    "A flag wins over the file that people review and every other rule reads; a shell in front of the server may do anything.",
  source: "S11",
  mend: "Write the setting into the server's file, and start the image's own entry point",
  scope: "lgtm",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    judgement.each(serversOf(taskDefinition), (server) => {
      const [first = ""] = startWords(server.container);
      if (shells.has(first.slice(first.lastIndexOf("/") + 1))) {
        judgement.report(taskDefinition, {
          finding: `${server.name}:${first}`,
          says: `container ${server.name} starts ${first} and not the server`,
        });
        return;
      }
      const known = knownFlags[server.product];
      if (known === undefined) return;
      for (const flag of server.flags.keys()) {
        if (known.has(flag)) continue;
        judgement.report(taskDefinition, {
          finding: `${server.name}:-${flag}`,
          says: `container ${server.name} sets ${flag} by a flag, over what its file says`,
        });
      }
    });
  },
});

const runs = stackRule({
  id: "compute-service-runs",
  subject,
  rationale: "A service without tasks is green, and what it should do is not done.",
  source: "S15",
  mend: "Set desiredCount to at least 1, or remove the service",
  scope: "lgtm",
  reads: {
    [SERVICE]: ["desiredCount", "schedulingStrategy", "name", "taskDefinition"],
    ...taskReads,
    [SCALING_TARGET]: ["resourceId"],
  },
  severity: "high",
  judge(stack, judgement) {
    const scaled = new Set(
      stack.ofType(SCALING_TARGET).map((target) => lastPart(target, "resourceId")),
    );
    judgement.each(tasksOf(stack), (task) => {
      if (serversIn(task).length === 0) return;
      const { service } = task;
      // Scaled services may rest: office hours set them to 0 at night.
      if (scaled.has(lastPart(service, "name"))) return;
      const strategy = service.at("schedulingStrategy").text() ?? "REPLICA";
      if (strategy !== "REPLICA") {
        judgement.report(service, {
          finding: `schedulingStrategy:${strategy}`,
          says: `its scheduling strategy is ${strategy}, which Fargate does not know`,
        });
      }
      if (desiredCountOf(service) > 0) return;
      judgement.report(service, { finding: "desiredCount:0", says: "it keeps no task running" });
    });
  },
});

function lastPart(resource: Resource, key: string): string {
  const value = resource.at(key);
  return value.isUnknown ? "" : ((value.text() ?? "").split("/").at(-1) ?? "");
}

export const computePlatformRules: readonly Rule[] = [fargateLinux, settingsInFile, runs];
