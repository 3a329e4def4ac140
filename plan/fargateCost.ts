/** What the ECS services of a plan consume of Fargate in a month. */

import {
  charge,
  hasType,
  record,
  records,
  text,
  toNumber,
  type Charge,
  type CostWarning,
  type PlanResource,
} from "./charges";
import { UnsupportedScheduleError, weeklyRun, type WeeklyRun } from "./runningHours";

const hoursPerWeek = 168;
/** Ephemeral storage that a task has free of charge, in GB (AWS Fargate pricing page). */
const freeEphemeralGb = 20;

/** The compute of one ECS service. */
export interface ServiceRun {
  readonly urn: string;
  readonly name: string;
  readonly cluster: string;
  readonly family: string;
  readonly containers: number;
  /** Largest task count of the week. */
  readonly tasks: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly architecture: "x86" | "arm";
  /** Expected share of the tasks on Fargate Spot, 0–1. */
  readonly spotShare: number;
  /** Hours of the week (168) in which the service has tasks. */
  readonly hoursPerWeek: number;
  readonly ephemeralGb: number;
  readonly taskHoursPerMonth: number;
  readonly publicIps: boolean;
  /** ARN of the Cloud Map service its tasks register with. */
  readonly registries: readonly string[];
}

/** Number at the start of ECS's size text: "512", "0.5 vCPU", "1 GB"; the latter two in thousandths of 1,024. */
function size(value: unknown, unit: RegExp): number {
  const written = text(value);
  const amount = Number.parseFloat(written);
  return unit.test(written) ? amount * 1024 : amount;
}

/**
 * Expected share of tasks on Spot: the provider with a base takes it first, weights split the rest. ECS places whole
 * tasks; over time and many services the expectation is what the bill shows.
 */
export function spotShareOf(strategies: readonly Record<string, unknown>[], tasks: number): number {
  if (tasks <= 0) return 0;
  const bases = strategies.map((strategy) => Math.min(toNumber(strategy.base) ?? 0, tasks));
  const rest = Math.max(0, tasks - bases.reduce((sum, base) => sum + base, 0));
  const weights = strategies.map((strategy) => toNumber(strategy.weight) ?? 0);
  const allWeights = weights.reduce((sum, weight) => sum + weight, 0);
  const onSpot = strategies.reduce((sum, strategy, index) => {
    if (strategy.capacityProvider !== "FARGATE_SPOT") return sum;
    const weighted = allWeights > 0 ? (rest * (weights[index] ?? 0)) / allWeights : 0;
    return sum + (bases[index] ?? 0) + weighted;
  }, 0);
  return Math.min(1, onSpot / tasks);
}

/** Last segment of an ARN or name: "arn:…:cluster/lgtm-dev" and "lgtm-dev" are the same cluster. */
export function lastSegment(value: unknown): string {
  return text(value).split("/").at(-1) ?? "";
}

function scalingOf(
  resources: readonly PlanResource[],
  type: string,
  cluster: string,
  name: string,
): PlanResource[] {
  return resources.filter(
    (r) =>
      hasType(r, type) &&
      r.inputs.serviceNamespace === "ecs" &&
      r.inputs.resourceId === `service/${cluster}/${name}`,
  );
}

function weekOf(
  service: PlanResource,
  desired: number,
  actions: readonly PlanResource[],
  warnings: CostWarning[],
): WeeklyRun {
  const always = {
    taskHoursPerWeek: desired * hoursPerWeek,
    hoursPerWeek: desired > 0 ? hoursPerWeek : 0,
    peakTasks: desired,
  };
  try {
    return weeklyRun(
      desired,
      actions.map(({ inputs }) => {
        const action = record(inputs.scalableTargetAction);
        return {
          schedule: text(inputs.schedule),
          minCapacity: toNumber(action.minCapacity),
          maxCapacity: toNumber(action.maxCapacity),
          timezone: inputs.timezone === undefined ? undefined : text(inputs.timezone),
        };
      }),
    );
  } catch (error) {
    if (!(error instanceof UnsupportedScheduleError)) throw error;
    warnings.push({
      id: "schedule-not-counted",
      what: `the schedule of service ${service.name} cannot be counted (${error.message}): priced around the clock`,
      urns: [service.urn, ...actions.map((action) => action.urn)],
    });
    return always;
  }
}

/** Reads every Fargate service of a plan; what cannot be priced goes into `warnings`. */
export function fargateServices(
  resources: readonly PlanResource[],
  hoursPerMonth: number,
  warnings: CostWarning[],
): ServiceRun[] {
  const definitions = new Map(
    resources
      .filter((r) => hasType(r, "aws:ecs/taskDefinition:TaskDefinition"))
      .map((r) => [text(r.outputs.arn ?? r.inputs.arn), r]),
  );
  return resources
    .filter((r) => hasType(r, "aws:ecs/service:Service"))
    .flatMap((service) => {
      const { inputs } = service;
      const definition = definitions.get(text(inputs.taskDefinition));
      if (
        definition === undefined ||
        inputs.launchType === "EC2" ||
        inputs.launchType === "EXTERNAL"
      ) {
        warnings.push({
          id: "service-not-priced",
          what: `service ${service.name} is not priced: ${definition === undefined ? "its task definition is not in the plan" : "it does not run on Fargate"}`,
          urns: [service.urn],
        });
        return [];
      }
      const name = text(service.outputs.name ?? inputs.name);
      const cluster = lastSegment(inputs.cluster);
      const minimum = scalingOf(resources, "aws:appautoscaling/target:Target", cluster, name).map(
        (target) => toNumber(target.inputs.minCapacity) ?? 0,
      );
      const actions = scalingOf(
        resources,
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        cluster,
        name,
      );
      // A schedule's range replaces the target's, so the target's minimum only counts where there is none.
      const desired = Math.max(
        toNumber(inputs.desiredCount) ?? 0,
        ...(actions.length > 0 && inputs.desiredCount !== undefined ? [] : minimum),
      );
      const week = weekOf(service, desired, actions, warnings);
      const network = record(inputs.networkConfiguration);
      const task = definition.inputs;
      return [
        {
          urn: service.urn,
          name,
          cluster,
          family: text(task.family ?? definition.name),
          containers: containersOf(task.containerDefinitions),
          tasks: week.peakTasks,
          vcpu: size(task.cpu, /vcpu/i) / 1024,
          memoryGb: size(task.memory, /gb/i) / 1024,
          architecture: record(task.runtimePlatform).cpuArchitecture === "ARM64" ? "arm" : "x86",
          spotShare: spotShareOf(records(inputs.capacityProviderStrategies), week.peakTasks),
          hoursPerWeek: week.hoursPerWeek,
          ephemeralGb: toNumber(record(task.ephemeralStorage).sizeInGib) ?? freeEphemeralGb,
          taskHoursPerMonth: (week.taskHoursPerWeek / hoursPerWeek) * hoursPerMonth,
          publicIps: network.assignPublicIp === true,
          registries: records(inputs.serviceRegistries).map((r) => text(r.registryArn)),
        } satisfies ServiceRun,
      ];
    });
}

function containersOf(definitions: unknown): number {
  if (typeof definitions !== "string") return Array.isArray(definitions) ? definitions.length : 1;
  try {
    const parsed: unknown = JSON.parse(definitions);
    return Array.isArray(parsed) ? parsed.length : 1;
  } catch {
    return 1;
  }
}

/** The charges of one service: vCPU and memory on demand and on Spot, extra ephemeral storage, public addresses. */
export function chargesOf(service: ServiceRun): Charge[] {
  const { architecture, spotShare, taskHoursPerMonth: hours } = service;
  const shares = [
    { market: "", share: 1 - spotShare },
    { market: "spot-", share: spotShare },
  ] as const;
  return [
    ...shares.flatMap(({ market, share }) => [
      charge("compute", `fargate-${market}${architecture}-vcpu`, service.vcpu * hours * share),
      charge(
        "compute",
        `fargate-${market}${architecture}-memory`,
        service.memoryGb * hours * share,
      ),
    ]),
    charge(
      "compute",
      "fargate-ephemeral-storage",
      Math.max(0, service.ephemeralGb - freeEphemeralGb) * hours,
    ),
    charge("network", "public-ipv4-hour", service.publicIps ? hours : 0),
  ].filter(({ quantity }) => quantity > 0);
}
