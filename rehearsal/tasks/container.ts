import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import type { Container } from "../types";
import type { ContainerRoot } from "./containerRoot";
import type { MemoryGroup } from "./memory";

export interface ContainerSettings {
  readonly container: Container;
  readonly root: ContainerRoot;
  /** Network namespace of the task. */
  readonly namespace: string;
  /** Entry point and command. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** File to which it writes. */
  readonly logFile: string;
  /** Control group of its task. Absent: memory is not limited here. */
  readonly memory?: MemoryGroup;
}

/** How a container ended. */
export interface ContainerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its task had used up its memory. */
  readonly outOfMemory?: true;
}

/** How a container ended that was asked to. */
export interface ContainerStop {
  readonly container: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From SIGTERM to its end. */
  readonly seconds: number;
  /** It had not ended after its stop timeout. */
  readonly killed: boolean;
}

/** A running container: a process in the task's network namespace, with mounts, a root and a host name of its own. */
export class RunningContainer {
  private readonly child: ChildProcess;
  readonly startedAt = performance.now();
  /** Resolves when it has ended. */
  readonly ended: Promise<ContainerEnd>;

  constructor(private readonly settings: ContainerSettings) {
    const { container, root, namespace, argv, memory } = settings;
    const { uid, gid } = container.user ?? { uid: 0, gid: 0 };
    const files = container.openFiles;
    const most = openFilesLimit();
    const limit = files
      ? `prlimit --nofile=${Math.min(files.soft, most)}:${Math.min(files.hard, most)} `
      : "";
    // One process from here to the server: each program replaces the one before.
    const join = memory === undefined ? "" : `echo 0 > '${memory.door}'\n`;
    const script = `${join}${root.script}\nexec ${limit}chroot --userspec=${uid}:${gid} --groups= '${root.folder}' "$@"`;
    const log = fs.openSync(settings.logFile, "a");
    this.child = spawn(
      "nsenter",
      [
        `--net=/run/netns/${namespace}`,
        ...["unshare", "--mount", "--uts", "--ipc", "--propagation", "private"],
        ...["sh", "-c", script, container.name, ...argv],
      ],
      {
        stdio: ["ignore", log, log],
        // A process group of its own: nothing of a container outlives its first process.
        detached: true,
        env: { PATH: `${SYSTEM_PATH}:/bin`, ...settings.environment },
      },
    );
    fs.closeSync(log);
    this.ended = new Promise((resolve) => {
      this.child.once("error", () => resolve({ code: 127, signal: null }));
      this.child.once("exit", (code, signal) => {
        this.killAll();
        resolve({
          code,
          signal,
          // 137: a shell tells so of the server that it has started.
          ...((signal === "SIGKILL" || code === 137) && (memory?.outOfMemory() ?? 0) > 0
            ? { outOfMemory: true }
            : {}),
        });
      });
    });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** SIGKILL reaches whatever it has started; all else, as on ECS, its first process only. */
  signal(signal: NodeJS.Signals): void {
    if (signal === "SIGKILL") this.killAll();
    else this.child.kill(signal);
  }

  private killAll(): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // None is left.
    }
  }

  /** SIGTERM, and SIGKILL where it has not ended after its stop timeout. */
  async stop(): Promise<ContainerStop> {
    const began = performance.now();
    this.signal("SIGTERM");
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      this.signal("SIGKILL");
    }, this.settings.container.stopTimeoutSeconds * 1000);
    const { code, signal } = await this.ended;
    clearTimeout(timer);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    return { container: this.settings.container.name, code, signal, seconds, killed };
  }

  /** Runs the health check once inside the container, as its user. */
  checkHealth(): Promise<boolean> {
    const { container } = this.settings;
    const check = container.healthCheck;
    if (check === undefined || this.pid === undefined || !this.running) {
      return Promise.resolve(false);
    }
    const { uid, gid } = container.user ?? { uid: 0, gid: 0 };
    const command = check.shell ? ["/bin/sh", "-c", ...check.command] : check.command;
    return new Promise((resolve) => {
      const child = spawn(
        "nsenter",
        [
          ...["--target", String(this.pid), "--mount", "--net", "--uts", "--root", "--wd=/"],
          ...["--setuid", String(uid), "--setgid", String(gid), "--", ...command],
        ],
        { stdio: "ignore", env: this.settings.environment },
      );
      const timer = setTimeout(() => child.kill("SIGKILL"), check.timeoutSeconds * 1000);
      child.once("error", () => resolve(false));
      child.once("exit", (code) => {
        clearTimeout(timer);
        resolve(code === 0);
      });
    });
  }
}

/** Where this machine's programs for mounting and changing root are, whatever the container's PATH is. */
const SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Most open files that this machine lets a process have: a container's own limit may ask for more. */
export function openFilesLimit(): number {
  const limits = fs.readFileSync("/proc/self/limits", "utf8");
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return hard === undefined || hard === "unlimited" ? Infinity : Number(hard);
}
