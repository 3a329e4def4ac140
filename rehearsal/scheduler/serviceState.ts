import type { TargetState } from "../parts";
import type { Task } from "../tasks/task";
import type { Service, TaskDefinition } from "../types";
import type { TaskView } from "./rollout";

/** How a deployment ended. */
export type DeploymentOutcome = "completed" | "rolled back" | "failed";

/** A task that has been asked for and does not run yet. */
export interface Slot {
  readonly deployment: number;
  readonly definition: TaskDefinition;
  readonly subnetId: string;
  cancelled: boolean;
}

export interface ScheduledTask extends TaskView {
  /** Absent where it is only asked for so far. */
  readonly task?: Task;
}

/** One service: its deployments and their tasks. */
export class ServiceState {
  private readonly list: Task[] = [];
  private readonly slots = new Set<Slot>();
  private readonly subnets = new WeakMap<Task, string>();
  private readonly targets = new Map<Task, readonly (TargetState | undefined)[]>();
  private deployment = 1;
  private count = 0;
  private definition: TaskDefinition;
  /** Definition of the last deployment that completed. */
  private good: TaskDefinition | undefined;
  private finish: ((outcome: DeploymentOutcome) => void) | undefined;
  private ending: DeploymentOutcome = "completed";
  /** Tasks of the newest deployment that stopped before they were healthy. */
  failures = 0;
  /** Nothing is started any more. */
  failed = false;

  constructor(readonly service: Service) {
    this.definition = service.taskDefinition;
  }

  get tasks(): Task[] {
    return [...this.list];
  }

  /** Begins a new deployment. */
  begin(definition: TaskDefinition = this.definition): Promise<DeploymentOutcome> {
    this.definition = definition;
    this.ending = "completed";
    this.next();
    return new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  /** Goes back to the last definition that worked. @returns whether there is one. */
  rollBack(): boolean {
    const { good } = this;
    if (good === undefined || good === this.definition) {
      this.failed = true;
      this.finish?.("failed");
      this.finish = undefined;
      return false;
    }
    this.definition = good;
    this.ending = "rolled back";
    this.next();
    return true;
  }

  private next(): void {
    this.deployment++;
    this.failures = 0;
    this.failed = false;
    for (const slot of this.slots) slot.cancelled = true;
  }

  nextTaskName(): string {
    return `${this.service.name}/${++this.count}`;
  }

  /**
   * Asks for a task.
   *
   * @param lost Subnets where none can be placed.
   * @returns undefined where no subnet is left.
   */
  reserve(lost: ReadonlySet<string>): Slot | undefined {
    const { deployment, definition } = this;
    const subnetId = this.subnetForNext(lost);
    if (subnetId === undefined) return undefined;
    const slot: Slot = { deployment, definition, subnetId, cancelled: false };
    this.slots.add(slot);
    return slot;
  }

  release(slot: Slot): void {
    this.slots.delete(slot);
  }

  fill(slot: Slot, task: Task): void {
    this.slots.delete(slot);
    this.subnets.set(task, slot.subnetId);
    this.list.push(task);
  }

  /** @returns whether it was there. */
  remove(task: Task): boolean {
    const index = this.list.indexOf(task);
    if (index < 0) return false;
    this.list.splice(index, 1);
    this.targets.delete(task);
    return true;
  }

  subnetOf(task: Task): string | undefined {
    return this.subnets.get(task);
  }

  isFresh(task: Task): boolean {
    return task.deployment === this.deployment;
  }

  noteTargets(task: Task, targets: readonly (TargetState | undefined)[]): void {
    this.targets.set(task, targets);
  }

  /** Counts a task that stopped by itself before it was healthy. @returns whether it counts. */
  noteStopped(task: Task): boolean {
    if (!this.isFresh(task) || task.healthyAt !== undefined) return false;
    if (task.stoppedReason === "its machine is gone" || task.stoppedReason === "replaced")
      return false;
    this.failures++;
    return true;
  }

  /** The subnet with the fewest of its tasks, out of those that are there. */
  private subnetForNext(lost: ReadonlySet<string>): string | undefined {
    const counts = new Map(
      this.service.subnetIds.filter((id) => !lost.has(id)).map((id) => [id, 0]),
    );
    const used = [
      ...this.list.filter((task) => !task.leaving).map((task) => this.subnets.get(task)),
      ...[...this.slots].filter(({ cancelled }) => !cancelled).map(({ subnetId }) => subnetId),
    ];
    for (const id of used) {
      if (id !== undefined && counts.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return [...counts].sort(([, a], [, b]) => a - b)[0]?.[0];
  }

  views(): ScheduledTask[] {
    const tasks = this.list
      .filter((task) => task.status !== "STOPPED")
      .map((task) => ({
        task,
        fresh: this.isFresh(task),
        present: true,
        leaving: task.leaving,
        healthy: this.healthy(task),
        unhealthy: this.unhealthy(task),
      }));
    const slots = [...this.slots]
      .filter(({ cancelled }) => !cancelled)
      .map(() => ({
        ...{ fresh: true, present: true, leaving: false, healthy: false, unhealthy: false },
      }));
    return [...tasks, ...slots];
  }

  private healthy(task: Task): boolean {
    if (task.leaving || task.status !== "RUNNING") return false;
    const checked = task.definition.containers.some(({ healthCheck }) => healthCheck);
    if (checked && task.health !== "HEALTHY") return false;
    if (this.service.targets.length === 0) return true;
    const targets = this.targets.get(task);
    return targets === undefined
      ? false
      : targets.every((state) => state === "healthy" || state === undefined);
  }

  private unhealthy(task: Task): boolean {
    if (task.leaving) return false;
    if (task.health === "UNHEALTHY") return true;
    const { healthCheckGracePeriodSeconds } = this.service;
    const age = (performance.now() - (task.runningAt ?? performance.now())) / 1000;
    return (
      age > healthCheckGracePeriodSeconds &&
      (this.targets.get(task)?.includes("unhealthy") ?? false)
    );
  }

  get steady(): boolean {
    const views = this.views();
    return (
      views.length === this.service.desiredCount &&
      views.every(({ fresh, healthy }) => fresh && healthy)
    );
  }

  /** Ends the deployment where it is done. */
  settle(): void {
    if (!this.steady) return;
    this.good = this.definition;
    this.failures = 0;
    this.finish?.(this.ending);
    this.finish = undefined;
  }

  /** What it lacks. */
  complaint(): string {
    const { service } = this;
    const views = this.views();
    const healthy = views.filter((view) => view.healthy).length;
    const tasks = this.list.map(
      (task) =>
        `${task.name} ${task.status} ${task.health}${task.stoppedReason ? ` (${task.stoppedReason})` : ""}`,
    );
    return `${service.name}: ${healthy} of ${service.desiredCount} healthy; ${tasks.join(", ") || "no task"}`;
  }
}
