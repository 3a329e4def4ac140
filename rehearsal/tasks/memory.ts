/**
 * Memory limits of task definitions, by the kernel's control groups. They are the one thing of a rehearsal that no namespace
 * holds: the command makes one group for the sandbox, and a process that outlives it takes the group away.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** A control group in which groups of tasks can be made. */
export interface MemoryGround {
  readonly version: 1 | 2;
  readonly folder: string;
}

/** What this machine has: a ground, or why there is none. */
export type MemoryOffer = { readonly ground: MemoryGround } | { readonly reason: string };

/** How a task used what it may have. */
export interface MemoryUse {
  readonly task: string;
  readonly limitMiB: number;
  /** Most that it had at once, its files in the page cache included. Absent: this kernel does not say. */
  readonly peakMiB?: number;
  /** Processes that were killed because the limit was reached. */
  readonly outOfMemory: number;
}

const MIB = 1024 * 1024;

/** Names of the files by version (Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst of Linux). */
const files = {
  1: {
    limit: "memory.limit_in_bytes",
    peak: "memory.max_usage_in_bytes",
    events: "memory.oom_control",
  },
  2: { limit: "memory.max", peak: "memory.peak", events: "memory.events" },
} as const;

/**
 * Makes a group for a sandbox under this process's own group, so that the limits of that one go on holding.
 *
 * @param root - the machine's file system, other than `/` in tests
 */
export function offerMemory(name: string, root = "/"): MemoryOffer {
  const own = ownGroup(root);
  if (own === undefined) return { reason: "this machine has no control groups for memory" };
  let reason = "";
  for (const parent of upwards(own.mount, own.group)) {
    const folder = path.join(parent, name);
    try {
      fs.mkdirSync(folder);
    } catch (error) {
      reason ||= `no control group can be made in ${parent} (${codeOf(error)})`;
      continue;
    }
    const ground = { version: own.version, folder };
    if (root !== "/" || canLimit(ground)) return { ground };
    fs.rmdirSync(folder);
    reason ||= `control groups under ${parent} do not limit memory`;
  }
  return { reason };
}

/** A process that waits for the end of this one, however it ends, and takes a ground away. */
export function removeWhenOver({ folder }: MemoryGround): void {
  const script = [
    "cat > /dev/null",
    // The last processes of the sandbox may still be on their way out.
    'for i in $(seq 100); do find "$1" -depth -type d -exec rmdir {} + 2> /dev/null',
    '[ -d "$1" ] || exit 0; sleep 0.1; done',
  ].join("\n");
  const mop = spawn("sh", ["-c", script, "mop", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // Ctrl-C is for the command, not for who cleans up after it.
    detached: true,
  });
  mop.once("error", () => undefined);
  mop.unref();
  (mop.stdin as unknown as { unref?: () => void } | null)?.unref?.();
}

/** Groups of tasks on a ground. */
export class MemoryLimits {
  private readonly groups = new Map<string, { limitMiB: number; group: MemoryGroup }>();

  constructor(private readonly ground: MemoryGround) {}

  /** Makes a task's group. @returns the group, for its containers. */
  add(task: string, limitMiB: number): MemoryGroup {
    const known = this.groups.get(task);
    if (known !== undefined) return known.group;
    const { version } = this.ground;
    const folder = path.join(this.ground.folder, task.replaceAll("/", "."));
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, files[version].limit), String(limitMiB * MIB));
    withoutSwap(version, folder, limitMiB);
    const group = new MemoryGroup(version, folder);
    this.groups.set(task, { limitMiB, group });
    return group;
  }

  /** What each task that there was has used. */
  uses(): MemoryUse[] {
    return [...this.groups].map(([task, { limitMiB, group }]) => {
      const peakMiB = group.peakMiB();
      return {
        task,
        limitMiB,
        ...(peakMiB === undefined ? {} : { peakMiB }),
        outOfMemory: group.outOfMemory(),
      };
    });
  }
}

/** The group of one task. */
export class MemoryGroup {
  constructor(
    private readonly version: 1 | 2,
    private readonly folder: string,
  ) {}

  /** File to which a process writes 0 in order to belong here, with what it starts. */
  get door(): string {
    return path.join(this.folder, "cgroup.procs");
  }

  /** Most that it had at once; undefined where this kernel does not say. */
  peakMiB(): number | undefined {
    const peak = Number(read(path.join(this.folder, files[this.version].peak)) || NaN);
    return Number.isFinite(peak) ? Math.round(peak / MIB) : undefined;
  }

  /** Processes that were killed because the limit was reached. */
  outOfMemory(): number {
    const events = read(path.join(this.folder, files[this.version].events));
    return Number(/^oom_kill (\d+)/m.exec(events)?.[1] ?? 0);
  }
}

/** Fargate has no swap: neither has a task here, where the kernel counts it. */
function withoutSwap(version: 1 | 2, folder: string, limitMiB: number): void {
  const [name, value] =
    version === 1 ? ["memory.memsw.limit_in_bytes", limitMiB * MIB] : ["memory.swap.max", 0];
  const file = path.join(folder, name);
  if (fs.existsSync(file)) fs.writeFileSync(file, String(value));
}

/** Whether groups inside this one can have limits; version 2 has to be told so. */
function canLimit({ version, folder }: MemoryGround): boolean {
  if (version === 1) return fs.existsSync(path.join(folder, files[1].limit));
  try {
    fs.writeFileSync(path.join(folder, "cgroup.subtree_control"), "+memory");
    return true;
  } catch {
    return false;
  }
}

/** Where groups for memory are mounted, and which of them this process is in. */
function ownGroup(
  root: string,
): { readonly version: 1 | 2; readonly mount: string; readonly group: string } | undefined {
  const mounts = read(path.join(root, "proc/self/mounts"))
    .split("\n")
    .map((line) => line.split(" "));
  const groups = read(path.join(root, "proc/self/cgroup"));
  const v1 = mounts.find(
    ([, , type, options]) => type === "cgroup" && options?.split(",").includes("memory"),
  )?.[1];
  if (v1 !== undefined) {
    const group = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1] ?? "/";
    return { version: 1, mount: path.join(root, v1), group };
  }
  const v2 = mounts.find(([, , type]) => type === "cgroup2")?.[1];
  if (v2 === undefined) return undefined;
  const group = /^0::(.*)$/m.exec(groups)?.[1] ?? "/";
  return { version: 2, mount: path.join(root, v2), group };
}

/** A group and those around it, as far as they can be seen here. */
function upwards(mount: string, group: string): string[] {
  const folders: string[] = [];
  for (let at = path.join(mount, group); at.startsWith(mount); at = path.dirname(at)) {
    if (fs.existsSync(at)) folders.push(at);
    if (at === mount || at === "/") break;
  }
  return folders;
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
