import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { runProgram } from "./command";

/** A connection as the kernel tracks it: who began it, and with whom. */
export interface Connection {
  readonly from: string;
  readonly to: string;
  readonly protocol: "tcp" | "udp";
  readonly fromPort: number;
  readonly port: number;
}

/** Every connection that is tracked in this network namespace and not over. */
export async function connections(): Promise<Connection[]> {
  return parseConnections(await runProgram("conntrack", ["-L"]));
}

/** TCP states of a connection over which nothing comes any more; hundreds of them, of checks and scrapes, linger for minutes. */
const OVER = /^tcp +\d+ \d+ (TIME_WAIT|CLOSE) /;

/** Reads what `conntrack -L` prints: a line each, the direction in which it was begun first. */
export function parseConnections(text: string): Connection[] {
  const pattern = /^(tcp|udp) .*?\bsrc=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/;
  return text.split("\n").flatMap((line) => {
    const match = pattern.exec(line);
    if (match === null || OVER.test(line)) return [];
    const [, protocol, from = "", to = "", fromPort, port] = match;
    return [
      {
        from,
        to,
        protocol: protocol as "tcp" | "udp",
        fromPort: Number(fromPort),
        port: Number(port),
      },
    ];
  });
}

/** Forgets some, in one go: what goes on must be permitted anew. One that has ended meanwhile is none. */
export async function forget(which: readonly Connection[]): Promise<void> {
  if (which.length === 0) return;
  const lines = which.map(
    ({ from, to, protocol, fromPort, port }) =>
      `-D -p ${protocol} -s ${from} -d ${to} --sport ${fromPort} --dport ${port}\n`,
  );
  // Its standard input it opens by name, and a socket, as Node makes them, cannot be opened so.
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "conntrack-"));
  try {
    const file = path.join(folder, "commands");
    await fs.writeFile(file, lines.join(""));
    await runProgram("conntrack", ["--load-file", file]);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}
