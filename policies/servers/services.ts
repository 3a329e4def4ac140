import type { Resource, Stack } from "../resource";
import { type Server, serversOf, TASK_DEFINITION } from "./server";

export const SERVICE = "aws:ecs/service:Service";
export const SCALING_TARGET = "aws:appautoscaling/target:Target";

/** An ECS service and what it runs. */
export interface Task {
  readonly service: Resource;
  /** Absent where it is not part of the stack. */
  readonly taskDefinition: Resource | undefined;
}

/** What leads from a service to its servers (`tasksOf`, `serversIn`), for the rules' `reads`; it may name a family. */
export const taskReads: Readonly<Record<string, readonly string[]>> = {
  [TASK_DEFINITION]: ["containerDefinitions", "family"],
};

export const tasksOf = (stack: Stack): Task[] => {
  const byFamily = new Map<string, Resource>();
  for (const taskDefinition of stack.ofType(TASK_DEFINITION)) {
    const family = taskDefinition.at("family");
    if (!family.isUnknown) byFamily.set(family.text() ?? "", taskDefinition);
  }
  return stack.ofType(SERVICE).map((service) => ({
    service,
    taskDefinition:
      stack.referenced(service, "taskDefinition", TASK_DEFINITION)[0] ??
      byFamily.get(familyIn(service)),
  }));
};

/** A task definition may be named by its family, its ARN or its ARN without a revision. */
function familyIn(service: Resource): string {
  const value = service.at("taskDefinition");
  if (value.isUnknown) return "";
  return (value.text() ?? "").replace(/^arn:.*:task-definition\//, "").replace(/:\d+$/, "");
}

/** LGTM servers of a service. @throws UnknownValueError in a preview that does not know the containers. */
export const serversIn = (task: Task): Server[] =>
  task.taskDefinition === undefined ? [] : serversOf(task.taskDefinition);

/** Tasks that the service keeps running; the provider's default is 0. */
export const desiredCountOf = (service: Resource): number =>
  service.at("desiredCount").number() ?? 0;

/** Most tasks that a service may have: its desired count, or what autoscaling allows. */
export function largestCounts(stack: Stack): (service: Resource) => number {
  const byService = new Map<string, number>();
  for (const target of stack.ofType(SCALING_TARGET)) {
    const id = target.at("resourceId");
    const most = target.at("maxCapacity");
    if (id.isUnknown || most.isUnknown) continue;
    byService.set((id.text() ?? "").split("/").at(-1) ?? "", most.number() ?? 0);
  }
  return (service) =>
    Math.max(desiredCountOf(service), byService.get(service.at("name").text() ?? "") ?? 0);
}
