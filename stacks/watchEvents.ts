import type { StackConfig } from "../configs/stack/schema";
import { rolesOf, servicesOf } from "./catalog";
import { clusterName, serviceName } from "./names";
import type { Catalog } from "./types";
import type { AlarmSpec } from "./watchAlarms";
import { type Runbook, runbookLink } from "./watchRunbooks";

/** An event of AWS that becomes a message. */
export interface EventSpec {
  /** Name of the rule, after the stack's. */
  readonly id: string;
  /** What happened, as the description of the rule. */
  readonly what: string;
  readonly runbook: Runbook;
  /** EventBridge's pattern. */
  readonly pattern: Readonly<Record<string, unknown>>;
  /** Placeholder of the message → JSON path in the event. */
  readonly paths: Readonly<Record<string, string>>;
  /** EventBridge's template of the message: a text, or JSON, with `<placeholder>`s. */
  readonly template: string;
}

/** What a container returns that was killed or broke; a server that flushed in order returns 0. */
const NOT_IN_ORDER = [{ "anything-but": [0] }];
/**
 * Ends that ECS or somebody chose: the server got its SIGTERM and its time. `TaskFailedToStart` never held data.
 * All values: Amazon ECS API reference, Task, stopCode.
 */
const CHOSEN_ENDS = ["ServiceSchedulerInitiated", "UserInitiated", "TaskFailedToStart"];
const TAKEN_AWAY = ["SpotInterruption", "TerminationNotice"];

const sentence = (text: string) => JSON.stringify(text);
/**
 * A message as JSON: where a field of the event is a list, which has no place in a text, and paths know no index
 * (EventBridge API reference, InputTransformer: "dot notation, not bracket notation").
 */
const record = (fields: Readonly<Record<string, string>>) =>
  JSON.stringify(fields).replace(/"(<\w+>)"/g, "$1");

const taskChange = "ECS Task State Change";
const stopped = {
  service: "$.detail.group",
  code: "$.detail.stopCode",
  reason: "$.detail.stoppedReason",
  zone: "$.detail.availabilityZone",
};

/**
 * The events of a stack that is watched. Patterns and fields: Amazon ECS developer guide, "Amazon ECS events" (task
 * state change, service action, service deployment state change).
 */
export function events(catalog: Catalog, config: StackConfig): EventSpec[] {
  const { region, accountId } = config;
  const clusterArn = `arn:aws:ecs:${region}:${accountId}:cluster/${clusterName(config)}`;
  const rings = servicesOf(catalog)
    .filter(({ role }) => role.holdsData)
    .map(({ instance }) => `service:${serviceName(config, instance)}`);
  const told = (runbook: Runbook) => `Runbook: ${runbookLink(config, runbook)}`;
  const unclean: EventSpec = {
    id: "unclean-stop",
    what: "A task that holds data stopped without flushing",
    runbook: "unclean-death-of-a-ring-task",
    pattern: {
      source: ["aws.ecs"],
      "detail-type": [taskChange],
      detail: {
        clusterArn: [clusterArn],
        lastStatus: ["STOPPED"],
        group: rings,
        $or: [
          { containers: { exitCode: NOT_IN_ORDER } },
          { stopCode: [{ "anything-but": CHOSEN_ENDS }] },
        ],
      },
    },
    paths: stopped,
    template: sentence(
      `<service> stopped without flushing (<code>: <reason>, <zone>). Flush the survivors before anything else stops. ${told("unclean-death-of-a-ring-task")}`,
    ),
  };
  return [
    unclean,
    {
      id: "deployment-failed",
      what: "A deployment failed; ECS has put the previous revision back",
      runbook: "rollback",
      pattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        resources: [
          { prefix: `arn:aws:ecs:${region}:${accountId}:service/${clusterName(config)}/` },
        ],
        detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
      },
      paths: { services: "$.resources", reason: "$.detail.reason" },
      template: record({
        what: "A deployment failed",
        services: "<services>",
        reason: "<reason>",
        runbook: runbookLink(config, "rollback"),
      }),
    },
    {
      id: "start-impaired",
      what: "A service cannot start its tasks, or finds no place for them",
      runbook: "too-few-tasks",
      pattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Service Action"],
        detail: {
          clusterArn: [clusterArn],
          eventName: ["SERVICE_TASK_PLACEMENT_FAILURE", "SERVICE_TASK_START_IMPAIRED"],
        },
      },
      paths: { services: "$.resources", event: "$.detail.eventName", reason: "$.detail.reason" },
      template: record({
        what: "A service cannot start its tasks",
        services: "<services>",
        event: "<event>",
        reason: "<reason>",
        runbook: runbookLink(config, "too-few-tasks"),
      }),
    },
    ...(rolesOf(catalog).some(({ spot }) => spot)
      ? [
          {
            id: "spot-interruption",
            what: "A task on Spot was taken away",
            runbook: "spot-interruptions",
            pattern: {
              source: ["aws.ecs"],
              "detail-type": [taskChange],
              detail: { clusterArn: [clusterArn], lastStatus: ["STOPPED"], stopCode: TAKEN_AWAY },
            },
            paths: stopped,
            template: sentence(
              `<service> lost a task on Spot (<code>: <reason>, <zone>). ${told("spot-interruptions")}`,
            ),
          } satisfies EventSpec,
        ]
      : []),
  ];
}

/** An event that reaches nobody is an alarm, on the other way to the topic. */
export const deliveryAlarms = (specs: readonly EventSpec[], { name }: StackConfig): AlarmSpec[] =>
  specs.map(({ id }) => ({
    id: `${id}-undelivered`,
    what: `EventBridge could not deliver the event ${id}`,
    runbook: "undelivered-events",
    of: {
      namespace: "AWS/Events",
      name: "FailedInvocations",
      dimensions: { RuleName: `${name}-${id}` },
      statistic: "Sum",
      periodSeconds: 300,
    },
    comparison: ">",
    threshold: 0,
    periods: 1,
    whenMissing: "notBreaching",
  }));
