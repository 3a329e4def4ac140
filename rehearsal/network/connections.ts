import { runProgram } from "./command";

/** A connection as the kernel tracks it: who began it, and with whom. */
export interface Connection {
  readonly from: string;
  readonly to: string;
  readonly protocol: "tcp" | "udp";
  readonly fromPort: number;
  readonly port: number;
}

/** Every connection that is tracked in this network namespace. */
export async function connections(): Promise<Connection[]> {
  return parseConnections(await runProgram("conntrack", ["-L"]));
}

/** Reads what `conntrack -L` prints: a line each, the direction in which it was begun first. */
export function parseConnections(text: string): Connection[] {
  const pattern = /^(tcp|udp) .*?\bsrc=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/;
  return text.split("\n").flatMap((line) => {
    const match = pattern.exec(line);
    if (match === null) return [];
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

/** Forgets one: what goes on must be permitted anew. */
export async function forget({ from, to, protocol, fromPort, port }: Connection): Promise<void> {
  const filter = ["-p", protocol, "-s", from, "-d", to, "--sport", `${fromPort}`];
  await runProgram("conntrack", ["-D", ...filter, "--dport", `${port}`]).catch((error: unknown) => {
    // It has ended meanwhile.
    if (!/\b0 flow entries/.test(String(error))) throw error;
  });
}
