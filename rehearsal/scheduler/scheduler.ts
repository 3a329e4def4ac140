import * as fs from "node:fs";
import * as path from "node:path";
import type { Journal } from "../journal";
import type { NameServer } from "../names/nameServer";
import type { Firewall } from "../network/firewall";
import type { Network } from "../network/network";
import type { FrontDoor } from "../parts";
import type { ContainerStop } from "../tasks/container";
import { Task, type ContainerStarter } from "../tasks/task";
import type { Service, TaskDefinition } from "../types";
import { circuitBreakerThreshold, decide } from "./rollout";
import { ServiceState, type DeploymentOutcome } from "./serviceState";
import type { Timing } from "./timing";

export interface SchedulerParts {
  readonly network: Network;
  readonly firewall: Firewall;
  readonly names: NameServer;
  /** Absent where nothing is exposed. */
  readonly frontDoor?: FrontDoor;
  readonly starter: ContainerStarter;
  readonly journal: Journal;
  readonly timing: Timing;
  /** Folder for the tasks' folders. */
  readonly folder: string;
  /** Folder for their logs. */
  readonly logFolder: string;
  /** Told of each task as soon as it has an address. */
  readonly onPlaced?: (task: Task) => void;
}

/** How a server ended that was asked to. */
export interface TaskStop extends ContainerStop {
  readonly task: string;
}

const POLL_MILLISECONDS = 500;

/** Keeps services as ECS keeps them: counts, rolling updates, health, names and targets. */
export class Scheduler {
  private readonly states = new Map<string, ServiceState>();
  private poll: NodeJS.Timeout | undefined;
  private readonly lostSubnets = new Set<string>();
  private stopped = false;
  private firstStart = true;
  /** How tasks ended that were asked to, in the order of their ends. */
  readonly stops: TaskStop[] = [];

  constructor(private readonly parts: SchedulerParts) {
    this.pollLater();
  }

  /** Starts services, all at once. */
  start(services: readonly Service[]): void {
    for (const service of services) this.states.set(service.name, new ServiceState(service));
    for (const state of this.states.values()) this.reconcile(state);
    this.firstStart = false;
  }

  /** Every task that has not stopped, or those of one service. */
  tasks(serviceName?: string): Task[] {
    return [...this.states.values()]
      .filter(({ service }) => serviceName === undefined || service.name === serviceName)
      .flatMap(({ tasks }) => tasks);
  }

  get services(): readonly Service[] {
    return [...this.states.values()].map(({ service }) => service);
  }

  /**
   * Rolls a service, as `forceNewDeployment` or another task definition does.
   *
   * @returns when the service is steady again, or the circuit breaker has rolled it back.
   */
  deploy(serviceName: string, definition?: TaskDefinition): Promise<DeploymentOutcome> {
    const state = this.state(serviceName);
    const outcome = state.begin(definition);
    this.parts.journal.note(serviceName, "deployment begins");
    this.reconcile(state);
    return outcome;
  }

  /** Resolves when each service has its count of healthy tasks and no others. */
  async steady(timeoutSeconds: number, serviceNames?: readonly string[]): Promise<void> {
    const deadline = performance.now() + timeoutSeconds * 1000;
    const waiting = () =>
      [...this.states.values()]
        .filter(({ service }) => serviceNames?.includes(service.name) ?? true)
        .filter((state) => !state.steady);
    while (waiting().length > 0) {
      if (performance.now() > deadline || this.stopped) {
        throw new NotSteadyError(waiting().map((state) => state.complaint()));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The machine under a task is gone: its packets vanish, its name goes later, a new task comes elsewhere. */
  async kill(task: Task): Promise<void> {
    const { firewall, journal, timing } = this.parts;
    journal.note(task.name, "killed");
    task.deactivate("its machine is gone");
    await firewall.darken([task.nic.address]);
    await task.kill("its machine is gone");
    setTimeout(() => void this.forget(task), timing.deathNoticeSeconds * 1000);
  }

  /** Kills every task in some subnets and places none there until {@link restoreSubnets}. */
  async loseSubnets(subnetIds: readonly string[]): Promise<void> {
    for (const id of subnetIds) this.lostSubnets.add(id);
    const lost = [...this.states.values()].flatMap((state) =>
      state.tasks.filter((task) => subnetIds.includes(state.subnetOf(task) ?? "")),
    );
    await Promise.all(lost.filter((task) => !task.leaving).map((task) => this.kill(task)));
  }

  restoreSubnets(subnetIds: readonly string[]): void {
    for (const id of subnetIds) this.lostSubnets.delete(id);
    for (const state of this.states.values()) this.reconcile(state);
  }

  /** Takes a running task away as ECS's StopTask does. */
  async stopTask(task: Task, reason: string): Promise<void> {
    await this.retire(task, reason);
  }

  /** Asks tasks to end, all at once, and starts nothing any more. */
  async end(tasks: readonly Task[]): Promise<void> {
    this.stopped = true;
    for (const task of tasks) this.unregister(task);
    await Promise.all(tasks.map((task) => task.stop("the rehearsal ends")));
  }

  /** Kills everything at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.poll);
    await Promise.all(this.tasks().map((task) => task.kill("the rehearsal ends")));
  }

  private state(name: string): ServiceState {
    const state = this.states.get(name);
    if (state === undefined) throw new Error(`no service ${name} has been started`);
    return state;
  }

  private reconcile(state: ServiceState): void {
    if (this.stopped) return;
    const { service } = state;
    const decision = decide(state.views(), service.desiredCount, {
      minimum: service.minimumHealthyPercent,
      maximum: service.maximumPercent,
    });
    for (const { task } of decision.stop) {
      if (task === undefined) continue;
      void this.retire(task, state.isFresh(task) ? "its health check fails" : "replaced");
    }
    if (!state.failed) {
      for (let i = 0; i < decision.start; i++) void this.launch(state, this.firstStart);
    }
    state.settle();
  }

  private async launch(state: ServiceState, first: boolean): Promise<void> {
    const { network, firewall, journal, timing, folder } = this.parts;
    const { service } = state;
    const slot = state.reserve(this.lostSubnets);
    if (slot === undefined) return;
    const delay = first ? timing.firstStartSeconds : timing.startSeconds;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay * 1000));
    if (this.stopped || slot.cancelled) {
      state.release(slot);
      return;
    }
    if (this.lostSubnets.has(slot.subnetId)) {
      // Its zone went away while it was being placed: it is asked for again.
      state.release(slot);
      this.reconcile(state);
      return;
    }
    const name = state.nextTaskName();
    const nic = await network.joinTask(name, slot.subnetId);
    await firewall.add(nic.address, service.securityGroupIds);
    const taskFolder = path.join(folder, name.replace(/\//g, "."));
    fs.mkdirSync(taskFolder, { recursive: true });
    const task = new Task(
      name,
      service,
      slot.definition,
      slot.deployment,
      nic,
      taskFolder,
      this.parts.logFolder,
      this.parts.starter,
      (changed) => this.onChange(state, changed),
    );
    state.fill(slot, task);
    this.parts.onPlaced?.(task);
    journal.note(name, "starting", nic.address);
    await task
      .run()
      .catch((error: unknown) => task.stop(`it could not be started: ${String(error)}`));
  }

  private onChange(state: ServiceState, task: Task): void {
    const { names, frontDoor, journal } = this.parts;
    const { discovery, targets } = task.service;
    if (task.status === "RUNNING" && !task.leaving) {
      if (task.health === "UNKNOWN") {
        journal.note(task.name, "running");
        for (const { targetGroupArn, port } of targets) {
          void frontDoor?.register(targetGroupArn, task.nic.address, port);
        }
      } else journal.note(task.name, task.health.toLowerCase());
      // Cloud Map learns from ECS whether the container is healthy; unhealthy ones are not answered.
      if (discovery && task.health === "HEALTHY") {
        names.register(discovery.name, discovery.ttlSeconds, task.nic.address);
      } else if (discovery) names.deregister(discovery.name, task.nic.address);
    }
    if (task.status === "STOPPED") {
      journal.note(task.name, "stopped", task.stoppedReason);
      this.stops.push(...task.stops.map((stop) => ({ task: task.name, ...stop })));
      this.countFailure(state, task);
      if (task.stoppedReason !== "its machine is gone") void this.forget(task);
    }
    this.reconcile(state);
  }

  /** Out of names and target groups, the wait for requests under way, then the stop. */
  private async retire(task: Task, reason: string): Promise<void> {
    if (task.leaving) return;
    const { journal, frontDoor } = this.parts;
    journal.note(task.name, "leaving", reason);
    task.deactivate(reason);
    this.unregister(task);
    if (frontDoor && task.service.targets.length > 0) await this.drained(task, frontDoor);
    await task.stop(reason);
  }

  /** ECS sends SIGTERM when the target has left its target groups. */
  private async drained(task: Task, frontDoor: FrontDoor): Promise<void> {
    const deadline = performance.now() + 320_000;
    while (performance.now() < deadline && !this.stopped) {
      const states = await Promise.all(
        task.service.targets.map(({ targetGroupArn, port }) =>
          frontDoor.targetState(targetGroupArn, task.nic.address, port),
        ),
      );
      if (states.every((state) => state === "unused")) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  private unregister(task: Task): void {
    const { names, frontDoor } = this.parts;
    const { discovery, targets } = task.service;
    if (discovery) names.deregister(discovery.name, task.nic.address);
    for (const { targetGroupArn, port } of targets) {
      void frontDoor?.deregister(targetGroupArn, task.nic.address, port);
    }
  }

  /** Nothing of it is left but its folder. */
  private async forget(task: Task): Promise<void> {
    const { network, firewall } = this.parts;
    const state = this.state(task.service.name);
    if (!state.remove(task)) return;
    this.unregister(task);
    await network.leave(task.nic);
    await firewall.remove(task.nic.address);
    await firewall.lighten([task.nic.address]);
    this.reconcile(state);
  }

  private countFailure(state: ServiceState, task: Task): void {
    const { service } = state;
    if (!state.noteStopped(task)) return;
    if (!service.circuitBreaker) return;
    if (state.failures < circuitBreakerThreshold(service.desiredCount)) return;
    const rolledBack = state.rollBack();
    this.parts.journal.note(
      service.name,
      "circuit breaker",
      rolledBack ? "rolled back" : "no earlier deployment to go back to",
    );
  }

  /** One after the other: on a busy machine they would pile up. */
  private pollLater(): void {
    this.poll = setTimeout(() => {
      void this.readTargets()
        .catch((error: unknown) => {
          if (this.stopped) return;
          const reason = error instanceof Error ? error.message : String(error);
          this.parts.journal.note("load-balancer", "tells no target's state", reason);
        })
        .then(() => {
          if (!this.stopped) this.pollLater();
        });
    }, POLL_MILLISECONDS);
  }

  private async readTargets(): Promise<void> {
    const { frontDoor } = this.parts;
    if (frontDoor === undefined) return;
    const read = async (state: ServiceState, task: Task) => {
      const targets = await Promise.all(
        task.service.targets.map(({ targetGroupArn, port }) =>
          frontDoor.targetState(targetGroupArn, task.nic.address, port),
        ),
      );
      state.noteTargets(task, targets);
    };
    await Promise.all(
      [...this.states.values()].flatMap((state) =>
        state.tasks
          .filter(({ leaving, service }) => !leaving && service.targets.length > 0)
          .map((task) => read(state, task)),
      ),
    );
    for (const state of this.states.values()) this.reconcile(state);
  }
}

/** Services that did not become steady; the message says what each lacks. */
export class NotSteadyError extends Error {
  constructor(readonly complaints: readonly string[]) {
    super(complaints.join("\n"));
  }
}
