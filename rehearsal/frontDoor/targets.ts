import * as net from "node:net";
import { SLOTS_PER_GROUP, backendName } from "./configuration";
import type { TargetState } from "../parts";
import type { TargetGroup } from "../types";

/**
 * The targets of HAProxy's backends, set while it runs. Each target takes a slot: one entry that the health check
 * watches, and one that is asked while no entry of the group is healthy.
 */
export class Targets {
  private readonly slots = new Map<string, (string | undefined)[]>();
  private readonly draining = new Map<string, NodeJS.Timeout>();
  private readonly seenHealthy = new Set<string>();
  private closed = false;
  private asked: Promise<readonly (readonly string[])[]> | undefined;

  constructor(
    private readonly socketFile: string,
    groups: readonly TargetGroup[],
  ) {
    for (const group of groups)
      this.slots.set(backendName(group), new Array<undefined>(SLOTS_PER_GROUP).fill(undefined));
  }

  /** A new target: checked from now on, and asked once it is healthy. @throws Error where the group is full. */
  public async register(group: TargetGroup, address: string, port: number): Promise<void> {
    const slots = this.slotsOf(group);
    const name = `${address}:${port}`;
    if (slots.includes(name)) return;
    const index = slots.indexOf(undefined);
    if (index < 0) throw new Error(`${group.name} has ${SLOTS_PER_GROUP} targets already`);
    slots[index] = name;
    const [target, open] = names(group, index);
    await this.tell(
      `set server ${target} addr ${address} port ${port}`,
      `set server ${target} state ready`,
      // Nothing is sent to a target before its first checks have passed.
      `set server ${target} health down`,
      `set server ${open} addr ${address} port ${port}`,
      `set server ${open} state ready`,
    );
  }

  /** A target that leaves: nothing new is sent to it, and after the group's delay what is still open is cut. */
  public async deregister(group: TargetGroup, address: string, port: number): Promise<void> {
    const index = this.slotsOf(group).indexOf(`${address}:${port}`);
    const key = `${group.arn} ${address}:${port}`;
    if (index < 0 || this.draining.has(key)) return;
    const timer = setTimeout(
      () => void this.free(group, index, key).catch(() => undefined),
      group.deregistrationDelaySeconds * 1000,
    );
    timer.unref();
    this.draining.set(key, timer);
    const [target, open] = names(group, index);
    await this.tell(`set server ${target} state drain`, `set server ${open} state maint`);
  }

  /** What `describe-target-health` would say; `unused` for an address that is none of the group's targets. */
  public async state(group: TargetGroup, address: string, port: number): Promise<TargetState> {
    const index = this.slotsOf(group).indexOf(`${address}:${port}`);
    if (index < 0) return "unused";
    const statistics = await this.statistics();
    const status = statistics.find(
      ([name, server]) => name === backendName(group) && server === `target${index + 1}`,
    )?.[17];
    return this.stateOf(`${group.arn} ${address}:${port}`, status ?? "");
  }

  /** Lines of `show stat`; whoever asks while an answer is under way gets that one. */
  private statistics(): Promise<readonly (readonly string[])[]> {
    this.asked ??= this.tell("show stat")
      .then((text) => text.split("\n").map((line) => line.split(",")))
      .finally(() => {
        this.asked = undefined;
      });
    return this.asked;
  }

  /** HAProxy is about to end: nothing is told to it any more, and nobody hears that it went away. */
  public close(): void {
    this.closed = true;
    for (const timer of this.draining.values()) clearTimeout(timer);
    this.draining.clear();
  }

  private stateOf(key: string, status: string): TargetState {
    if (this.draining.has(key)) return "draining";
    if (status.startsWith("UP")) {
      this.seenHealthy.add(key);
      return "healthy";
    }
    return this.seenHealthy.has(key) ? "unhealthy" : "initial";
  }

  private async free(group: TargetGroup, index: number, key: string): Promise<void> {
    const [target, open] = names(group, index);
    await this.tell(
      `shutdown sessions server ${target}`,
      `shutdown sessions server ${open}`,
      `set server ${target} state maint`,
    );
    this.draining.delete(key);
    this.seenHealthy.delete(key);
    this.slotsOf(group)[index] = undefined;
  }

  private slotsOf(group: TargetGroup): (string | undefined)[] {
    const slots = this.slots.get(backendName(group));
    if (slots === undefined) throw new Error(`no target group ${group.name}`);
    return slots;
  }

  /** One line of commands over HAProxy's socket; its answer. @throws Error with HAProxy's words where it refuses. */
  private async tell(...commands: readonly string[]): Promise<string> {
    if (this.closed) return "";
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = net.createConnection(this.socketFile);
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("end", () => resolve(text));
      socket.on("error", (error) => (this.closed ? resolve("") : reject(error)));
      socket.setTimeout(30_000, () => socket.destroy(new Error("HAProxy does not answer")));
      socket.write(`${commands.join(";")}\n`);
    });
    const refused = answer
      .split("\n")
      .filter((line) =>
        /^(No such|Unknown|Invalid|can't|Permission|cannot|'set server)/i.test(line),
      );
    if (refused.length > 0) throw new Error(`HAProxy: ${refused.join("; ")}`);
    return answer;
  }
}

const names = (group: TargetGroup, index: number): [string, string] => [
  `${backendName(group)}/target${index + 1}`,
  `${backendName(group)}/open${index + 1}`,
];
