import type { Resource } from "../resource";
import { resourceRule, stackRule, type Rule } from "../rule";
import {
  containersOf,
  initContainerNames,
  serversOf,
  TASK_DEFINITION,
  serverReads,
} from "../servers/server";
import {
  desiredCountOf,
  largestCounts,
  SCALING_TARGET,
  SERVICE,
  serversIn,
  tasksOf,
  taskReads,
} from "../servers/services";

const subject = "compute" as const;

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const CAPACITY = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders";

const readonlyRoot = stackRule({
  id: "compute-readonly-root",
  subject,
  rationale: "A writable root file system is where an intruder leaves what he needs.",
  source: "S11",
  mend: "Set readonlyRootFilesystem to true and mount a volume where the server writes",
  scope: "any",
  reads: {
    ...taskReads,
    [SERVICE]: ["taskDefinition", "enableExecuteCommand"],
  },
  severity: "medium",
  judge(stack, judgement) {
    // The agent of ECS Exec writes into the root file system (developerguide/ecs-exec.html).
    const withExec = new Set<string>();
    judgement.each(tasksOf(stack), ({ service, taskDefinition }) => {
      if (service.at("enableExecuteCommand").boolean() === true && taskDefinition !== undefined) {
        withExec.add(taskDefinition.urn);
      }
    });
    judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
      const containers = containersOf(taskDefinition);
      const init = initContainerNames(containers);
      judgement.each(containers, (container) => {
        const name = container.at("name").text() ?? "?";
        if (container.at("readonlyRootFilesystem").boolean() === true) return;
        if (withExec.has(taskDefinition.urn) && !init.has(name)) return;
        judgement.report(taskDefinition, {
          finding: `${name}:readonlyRootFilesystem`,
          says: `the root file system of container ${name} is writable`,
        });
      });
    });
  },
});

const logging = stackRule({
  id: "compute-logging",
  subject,
  rationale:
    "Logs that go nowhere, into a group nobody owns, or that block the server when CloudWatch is away.",
  source: "S18",
  mend: "Send every container's log to a log group of this stack: awslogs, mode non-blocking, no awslogs-create-group",
  scope: "any",
  reads: { ...serverReads, [LOG_GROUP]: ["name"] },
  severity: "medium",
  judge(stack, judgement) {
    const groups = new Set<string>();
    const regions = new Map<string, string>();
    // Where a preview does not know the name of one group yet, a name that is not found proves nothing.
    const allKnown = stack.ofType(LOG_GROUP).every((group) => {
      const name = group.at("name");
      if (!name.isUnknown) {
        groups.add(name.text() ?? "");
        const region = group.arn?.split(":")[3];
        if (region !== undefined) regions.set(name.text() ?? "", region);
      }
      return !name.isUnknown;
    });
    judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
      judgement.each(containersOf(taskDefinition), (container) => {
        const name = container.at("name").text() ?? "?";
        const report = (finding: string, says: string) =>
          judgement.report(taskDefinition, { finding: `${name}:${finding}`, says });
        const driver = container.at("logConfiguration", "logDriver").text();
        const options = container.at("logConfiguration", "options");
        if (driver !== "awslogs" && driver !== "awsfirelens") {
          report(
            "logDriver",
            `container ${name} has ${driver === undefined ? "no log configuration" : `the log driver ${driver}`}`,
          );
          return;
        }
        if (driver === "awsfirelens") return;
        const group = options.at("awslogs-group").text();
        if (options.at("awslogs-create-group").boolean() === true) {
          report(
            "awslogs-create-group",
            `container ${name} makes its log group itself, without retention and outside the stack`,
          );
        } else if (group === undefined || (allKnown && !groups.has(group))) {
          report(
            "awslogs-group",
            `container ${name} logs into ${group ?? "no group"}, which this stack does not own`,
          );
        }
        const region = options.at("awslogs-region").text();
        const home = regions.get(group ?? "");
        if (region !== undefined && home !== undefined && region !== home) {
          report(
            `awslogs-region:${region}`,
            `container ${name} logs to ${region}, and its group is in ${home}`,
          );
        }
        const mode = options.at("mode").text();
        if (mode !== "non-blocking") {
          report(
            "mode",
            `log mode of container ${name} is ${mode ?? "blocking, the default"}: it stands still while CloudWatch Logs is away`,
          );
        }
      });
    });
  },
});

const spot = stackRule({
  id: "compute-spot-stateless",
  subject,
  rationale:
    "Spot takes a task away after two minutes, whole zones at once: whatever holds data or is alone must not be there.",
  source: "S14",
  mend: "Use FARGATE for rings, singletons and whatever holds data; Spot is for queriers and query-frontends",
  scope: "any",
  reads: {
    [SERVICE]: ["capacityProviderStrategies", "deploymentMaximumPercent", "taskDefinition"],
    ...taskReads,
    [CAPACITY]: ["defaultCapacityProviderStrategies"],
  },
  severity: "critical",
  judge(stack, judgement) {
    const isSpot = (resource: Resource, property: string) =>
      resource
        .at(property)
        .oneOrMore()
        .some((strategy) => /SPOT/i.test(strategy.at("capacityProvider").text() ?? ""));
    judgement.each(tasksOf(stack), (task) => {
      if (!isSpot(task.service, "capacityProviderStrategies")) return;
      const stateful = serversIn(task).find(
        ({ part }) => part.holdsData || part.replacement !== "stateless",
      );
      // What is stopped before its successor starts is alone or holds something, whatever it is.
      const stopsFirst = task.service.at("deploymentMaximumPercent").number() === 100;
      if (stateful === undefined && !stopsFirst) return;
      judgement.report(task.service, {
        finding:
          stateful === undefined
            ? "stops-first"
            : `${stateful.product}:${stateful.targets.join(",")}`,
        says:
          stateful === undefined
            ? "a service that stops before it starts runs on Spot"
            : `${stateful.product} ${stateful.targets.join(",")} ${stateful.part.holdsData ? "holds data" : "exists once"} and runs on Spot`,
      });
    });
    judgement.each(stack.ofType(CAPACITY), (capacity) => {
      if (!isSpot(capacity, "defaultCapacityProviderStrategies")) return;
      judgement.report(capacity, {
        finding: "default-spot",
        says: "Spot is the cluster's default, so every service that says nothing gets it",
      });
    });
  },
});

const stopBeforeStart = stackRule({
  id: "compute-stop-before-start",
  subject,
  rationale:
    "Two tasks with one ring id, or two compactors, corrupt each other; a stateless service that stops first is away on every deployment.",
  source: "S15",
  mend: "Rings and singletons: minimum 0, maximum 100, availabilityZoneRebalancing DISABLED; stateless: minimum 100, maximum 200",
  scope: "lgtm",
  reads: {
    [SERVICE]: [
      "deploymentMinimumHealthyPercent",
      "deploymentMaximumPercent",
      "availabilityZoneRebalancing",
      "taskDefinition",
    ],
    ...taskReads,
  },
  severity: "high",
  judge(stack, judgement) {
    judgement.each(tasksOf(stack), (task) => {
      const { service } = task;
      const servers = serversIn(task);
      if (servers.length === 0) return;
      const server = servers.find(({ part }) => part.replacement !== "stateless") ?? servers[0]!;
      const what = `${server.product} ${server.targets.join(",")}, ${server.part.replacement}`;
      const minimum = service.at("deploymentMinimumHealthyPercent").number() ?? 100;
      const maximum = service.at("deploymentMaximumPercent").number() ?? 200;
      if (server.part.replacement === "stateless") {
        if (minimum < 100) {
          judgement.report(service, {
            finding: `minimum:${minimum}`,
            says: `deploymentMinimumHealthyPercent of ${what} is ${minimum}`,
          });
        }
        if (maximum <= 100) {
          judgement.report(service, {
            finding: `maximum:${maximum}`,
            says: `deploymentMaximumPercent of ${what} is ${maximum}: nothing can be started before it is stopped`,
          });
        }
        return;
      }
      if (minimum > 0) {
        judgement.report(service, {
          finding: `minimum:${minimum}`,
          says: `deploymentMinimumHealthyPercent of ${what} is ${minimum}: the old task is never stopped first`,
        });
      }
      if (maximum > 100) {
        judgement.report(service, {
          finding: `maximum:${maximum}`,
          says: `deploymentMaximumPercent of ${what} is ${maximum}: two tasks run at once`,
        });
      }
      // On when nothing is said at creation, and it needs room above 100 %.
      const rebalancing = service.at("availabilityZoneRebalancing").text();
      if (rebalancing !== "DISABLED") {
        judgement.report(service, {
          finding: "availabilityZoneRebalancing",
          says: `availabilityZoneRebalancing of ${what} is ${rebalancing ?? "not set, which means ENABLED"}`,
        });
      }
    });
  },
});

const onlyOne = stackRule({
  id: "compute-only-one",
  subject,
  rationale:
    "A second task of a singleton works against the first: two compactors, two collectors, two SQLite databases.",
  source: "S15",
  mend: "Keep desiredCount at 1 and remove the autoscaling target",
  scope: "lgtm",
  reads: {
    [SERVICE]: ["desiredCount", "name", "taskDefinition"],
    ...taskReads,
    [SCALING_TARGET]: ["resourceId", "maxCapacity"],
  },
  severity: "critical",
  judge(stack, judgement) {
    const largest = largestCounts(stack);
    judgement.each(tasksOf(stack), (task) => {
      const server = serversIn(task).find(({ part }) => part.replacement !== "stateless");
      if (server === undefined) return;
      const most = largest(task.service);
      if (most <= 1) return;
      const desired = desiredCountOf(task.service);
      judgement.report(task.service, {
        finding: desired > 1 ? `desiredCount:${desired}` : `maxCapacity:${most}`,
        says: `${server.product} ${server.targets.join(",")} is a ${server.part.replacement === "ring" ? "ring replica with an id of its own" : "singleton"} and may have ${most} tasks`,
      });
    });
  },
});

const stopTimeout = resourceRule({
  id: "compute-stop-timeout",
  subject,
  rationale:
    "Flushing took up to 42 s; after ECS' default of 30 s the task is killed and the rest is lost.",
  source: "S14",
  mend: "Set stopTimeout to 120, the most that Fargate gives",
  scope: "lgtm",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    judgement.each(serversOf(taskDefinition), (server) => {
      if (!server.part.holdsData) return;
      const seconds = server.container.at("stopTimeout").number() ?? ECS_STOP_TIMEOUT_SECONDS;
      if (seconds >= DATA_STOP_TIMEOUT_SECONDS) return;
      judgement.report(taskDefinition, {
        finding: `${server.name}:${seconds}`,
        says: `container ${server.name} holds data and has ${seconds} s to stop`,
      });
    });
  },
});

const ECS_STOP_TIMEOUT_SECONDS = 30;
const DATA_STOP_TIMEOUT_SECONDS = 120;

export const computeTaskRules: readonly Rule[] = [
  readonlyRoot,
  logging,
  spot,
  stopBeforeStart,
  onlyOne,
  stopTimeout,
];
