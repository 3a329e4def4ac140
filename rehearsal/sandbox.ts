/**
 * Everything of a rehearsal runs in namespaces of its own (network, mounts, processes, host name), made by one
 * `unshare`: whatever happens, the kernel takes all of it away when its first process ends, and that one ends when the
 * command does.
 */
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { runProgram } from "./network/command";
import { offerMemory, removeWhenOver, type MemoryOffer } from "./tasks/memory";

/** Programs of the machine that a rehearsal needs, with the Debian package that has each. */
const needed: Readonly<Record<string, string>> = {
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  prlimit: "util-linux",
  mount: "mount",
  chroot: "coreutils",
  ip: "iproute2",
  nft: "nftables",
  conntrack: "conntrack",
  sysctl: "procps",
  haproxy: "haproxy",
};

const FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** What this machine lacks to rehearse at all; empty where it can. */
export function machineComplaints(): string[] {
  const complaints: string[] = [];
  if (process.platform !== "linux") {
    return [`a rehearsal needs Linux (network namespaces); this is ${process.platform}`];
  }
  if (process.getuid?.() !== 0) {
    complaints.push("a rehearsal makes network namespaces and mounts: run it as root (sudo)");
  }
  const absent = Object.entries(needed).filter(
    ([program]) => !FOLDERS.some((folder) => fs.existsSync(path.join(folder, program))),
  );
  if (absent.length > 0) {
    complaints.push(
      `missing: ${absent.map(([program]) => program).join(", ")}; on Debian or Ubuntu: ` +
        `apt-get install ${[...new Set(absent.map(([, debian]) => debian))].join(" ")}`,
    );
  }
  return complaints;
}

/** Tells the process inside of its {@link MemoryOffer}. */
const MEMORY_VARIABLE = "LGTM_REHEARSAL_MEMORY";
let sandboxes = 0;

/**
 * Starts one of the project's commands inside a sandbox, with a channel for messages. It is not in the terminal's process
 * group: Ctrl-C reaches this process only, which ends the sandbox in order.
 *
 * @param entry Path of the command's source, from the project's folder.
 */
export function startInSandbox(projectRoot: string, entry: string): ChildProcess {
  const script = [
    // Namespaces of the network and what programs keep there are the sandbox's own.
    "mount -t tmpfs -o mode=755 tmpfs /run",
    'exec "$@"',
  ].join("\n");
  const memory = offerMemory(`rehearsal-${process.pid}-${++sandboxes}`);
  const sandbox = spawn(
    "setpriv",
    [
      // Dies with this process, also when that is killed without a word.
      ...["--pdeathsig", "KILL", "--"],
      ...["unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--mount-proc"],
      ...["--kill-child=KILL", "--propagation", "private", "--"],
      ...["sh", "-euc", script, "sandbox"],
      ...[process.execPath, path.join(projectRoot, "run.js"), entry],
    ],
    {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      detached: true,
      env: {
        ...process.env,
        PATH: [...FOLDERS, process.env.PATH ?? ""].join(path.delimiter),
        [MEMORY_VARIABLE]: JSON.stringify(memory),
      },
    },
  );
  if ("ground" in memory) removeWhenOver(memory.ground);
  return sandbox;
}

/** Inside: where tasks' memory can be limited, or why it cannot. */
export function memoryOffer(): MemoryOffer {
  const said = process.env[MEMORY_VARIABLE];
  return said === undefined ? { reason: "not in a sandbox" } : (JSON.parse(said) as MemoryOffer);
}

/** Inside: lets every program here ask the sandbox's name server. */
export async function useNameServer(address: string): Promise<void> {
  const own = "/run/name-server.conf";
  fs.writeFileSync(own, `nameserver ${address}\n`);
  const file = "/etc/resolv.conf";
  const target = fs.lstatSync(file).isSymbolicLink()
    ? path.resolve("/etc", fs.readlinkSync(file))
    : file;
  // A link leads into /run, which is empty and the sandbox's own here.
  if (target.startsWith("/run/") && !fs.existsSync(target)) {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, "");
  }
  await runProgram("mount", ["--bind", own, target]);
}
