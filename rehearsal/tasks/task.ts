import * as fs from "node:fs";
import * as path from "node:path";
import type { Nic } from "../network/network";
import type { Container, Service, TaskDefinition } from "../types";
import type { RunningContainer } from "./container";
import type { ContainerEnd, ContainerStop } from "./container";

/** ECS's own words, those that a rehearsal tells apart. */
export type TaskStatus =
  "PROVISIONING" | "PENDING" | "RUNNING" | "DEACTIVATING" | "STOPPING" | "STOPPED";

export type Health = "UNKNOWN" | "HEALTHY" | "UNHEALTHY";

/** Starts containers of one task; what differs between machines is in here. */
export interface ContainerStarter {
  start(task: Task, container: Container): Promise<RunningContainer>;
}

/** One task: its containers in order, health checks, restarts in place, the stop. */
export class Task {
  status: TaskStatus = "PROVISIONING";
  health: Health = "UNKNOWN";
  /** When it was asked for, began to run and was first healthy: milliseconds of `performance.now()`. */
  readonly createdAt = performance.now();
  runningAt: number | undefined;
  healthyAt: number | undefined;
  /** Why it stopped. */
  stoppedReason: string | undefined;
  readonly containers = new Map<string, RunningContainer>();
  /** How its containers ended when they were asked to. */
  stops: readonly ContainerStop[] = [];
  private failures = 0;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    /** `loki-ingester-0/2`. */
    readonly name: string,
    readonly service: Service,
    readonly definition: TaskDefinition,
    /** Number of the deployment that it belongs to. */
    readonly deployment: number,
    readonly nic: Nic,
    /** Folder of its own: volumes, roots. */
    readonly folder: string,
    /** Folder for the logs of every task. */
    private readonly logFolder: string,
    private readonly starter: ContainerStarter,
    private readonly changed: (task: Task) => void,
  ) {}

  /** Whether it is on its way out or gone. */
  get leaving(): boolean {
    return ["DEACTIVATING", "STOPPING", "STOPPED"].includes(this.status);
  }

  logFile(container: string): string {
    return path.join(this.logFolder, `${this.name.replace(/\//g, ".")}.${container}.log`);
  }

  /** Last lines that a container wrote. */
  lastLines(container: string, count: number): string {
    try {
      return fs
        .readFileSync(this.logFile(container), "utf8")
        .trimEnd()
        .split("\n")
        .slice(-count)
        .join("\n");
    } catch {
      return "";
    }
  }

  /** Starts its containers, each after those it depends on. */
  async run(): Promise<void> {
    this.setStatus("PENDING");
    const ended = new Map<string, Promise<ContainerEnd>>();
    for (const container of inOrder(this.definition.containers)) {
      for (const name of container.after) {
        const end = await ended.get(name);
        if (end?.code !== 0) {
          await this.fail(`${name} ended with ${endText(end)}`);
          return;
        }
      }
      if (this.leaving) return;
      const running = await this.starter.start(this, container);
      this.containers.set(container.name, running);
      ended.set(container.name, running.ended);
      void this.watch(container, running);
    }
    if (this.leaving) return;
    this.runningAt = performance.now();
    this.setStatus("RUNNING");
  }

  /** Ends it as ECS does once it is out of names and target groups: SIGTERM, stop timeout, SIGKILL. */
  async stop(reason: string): Promise<void> {
    if (this.status === "STOPPED") return;
    this.stoppedReason ??= reason;
    this.setStatus("STOPPING");
    this.clearTimers();
    const running = [...this.containers.values()].filter((container) => container.running);
    this.stops = await Promise.all(running.map((container) => container.stop()));
    if (this.stops.some(({ killed }) => killed))
      this.stoppedReason += ", killed after its stop timeout";
    this.setStatus("STOPPED");
  }

  /** Kills every process at once, as when its machine is gone. */
  async kill(reason: string): Promise<void> {
    this.stoppedReason ??= reason;
    this.status = "STOPPING";
    this.clearTimers();
    for (const container of this.containers.values()) container.signal("SIGKILL");
    await Promise.all([...this.containers.values()].map(({ ended }) => ended));
    this.setStatus("STOPPED");
  }

  /** Marks it as on its way out: it takes part in nothing new. */
  deactivate(reason: string): void {
    this.stoppedReason ??= reason;
    if (!this.leaving) this.setStatus("DEACTIVATING");
  }

  private async watch(container: Container, running: RunningContainer): Promise<void> {
    this.scheduleHealthCheck(container, running);
    const end = await running.ended;
    if (this.leaving || !container.essential) return;
    const policy = container.restartPolicy;
    const ranSeconds = (performance.now() - running.startedAt) / 1000;
    const ignored = policy?.ignoredExitCodes.includes(end.code ?? -1) ?? false;
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
    if (policy !== undefined && !ignored && ranSeconds >= policy.attemptPeriodSeconds) {
      this.setHealth("UNKNOWN");
      const again = await this.starter.start(this, container);
      this.containers.set(container.name, again);
      void this.watch(container, again);
      return;
    }
    await this.fail(`essential container ${container.name} ended with ${endText(end)}`);
  }

  private async fail(reason: string): Promise<void> {
    if (this.leaving) return;
    const said = [...this.containers.keys()]
      .map((name) => this.lastLines(name, 3))
      .join("\n")
      .trim();
    await this.stop(said === "" ? reason : `${reason}: ${said}`);
  }

  private scheduleHealthCheck(container: Container, running: RunningContainer): void {
    const check = container.healthCheck;
    if (check === undefined || !container.essential) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void running.checkHealth().then((healthy) => {
        if (this.leaving || !running.running) return;
        const inStartPeriod =
          performance.now() - running.startedAt < check.startPeriodSeconds * 1000;
        if (healthy) {
          this.failures = 0;
          this.setHealth("HEALTHY");
        } else if (this.health !== "UNKNOWN" || !inStartPeriod) {
          this.failures++;
          if (this.failures >= check.retries) this.setHealth("UNHEALTHY");
        }
        this.scheduleHealthCheck(container, running);
      });
    }, check.intervalSeconds * 1000);
    this.timers.add(timer);
  }

  private setHealth(health: Health): void {
    if (this.health === health) return;
    this.health = health;
    if (health === "HEALTHY") this.healthyAt ??= performance.now();
    this.changed(this);
  }

  private setStatus(status: TaskStatus): void {
    if (this.status === status || this.status === "STOPPED") return;
    this.status = status;
    this.changed(this);
  }

  private clearTimers(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}

/** Containers that others wait for first. */
function inOrder(containers: readonly Container[]): Container[] {
  const ordered: Container[] = [];
  const visit = (container: Container) => {
    if (ordered.includes(container)) return;
    for (const name of container.after) {
      const other = containers.find((each) => each.name === name);
      if (other) visit(other);
    }
    ordered.push(container);
  };
  containers.forEach(visit);
  return ordered;
}

const endText = (end: ContainerEnd | undefined) =>
  end === undefined
    ? "nothing"
    : end.outOfMemory === true
      ? "SIGKILL: it had used up its memory"
      : (end.signal ?? `exit code ${end.code}`);
