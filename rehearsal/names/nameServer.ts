import * as dgram from "node:dgram";
import * as net from "node:net";
import * as packet from "dns-packet";

/** Cloud Map answers at most so many addresses, chosen at random (S13). */
const MOST_ADDRESSES = 8;

/**
 * Answers as Route 53 does for a Cloud Map namespace: an A record per registered address, with the record's TTL, and
 * nothing for a name without any. Fixed names stand for what is outside the VPC.
 */
export class NameServer {
  private readonly records = new Map<string, { ttlSeconds: number; addresses: Set<string> }>();
  private readonly unknown = new Map<string, number>();
  private udp: dgram.Socket | undefined;
  private tcp: net.Server | undefined;

  /** Askers, by address, whose questions are not answered: for them the resolver is away. */
  awayFor: (asker: string) => boolean = () => false;

  /**
   * @param fixed Names, or `*.` and a parent, that always have the same addresses.
   * @param planned Names of Cloud Map services, which exist without an address too.
   * @param searchDomain What clients append to a name that they do not find.
   */
  constructor(
    private readonly fixed: ReadonlyMap<string, readonly string[]>,
    private readonly planned: ReadonlySet<string>,
    private readonly searchDomain: string,
  ) {}

  async start(address: string, port = 53): Promise<void> {
    const udp = dgram.createSocket("udp4");
    udp.on("message", (message, from) => {
      const answer = this.answer(message, from.address);
      if (answer) udp.send(packet.encode(answer), from.port, from.address);
    });
    const tcp = net.createServer((socket) => this.serveStream(socket));
    await Promise.all([
      new Promise<void>((resolve, reject) => {
        udp.once("error", reject);
        udp.bind(port, address, resolve);
      }),
      new Promise<void>((resolve, reject) => {
        tcp.once("error", reject);
        tcp.listen(port, address, resolve);
      }),
    ]);
    this.udp = udp;
    this.tcp = tcp;
  }

  stop(): void {
    this.udp?.close();
    this.tcp?.close();
  }

  register(name: string, ttlSeconds: number, address: string): void {
    const record = this.records.get(name) ?? { ttlSeconds, addresses: new Set<string>() };
    record.addresses.add(address);
    this.records.set(name, record);
  }

  deregister(name: string, address: string): void {
    this.records.get(name)?.addresses.delete(address);
  }

  /** Addresses that a name has now. */
  addressesOf(name: string): readonly string[] {
    return [...(this.records.get(name)?.addresses ?? this.fixedAddresses(name) ?? [])];
  }

  /** Names that were asked for and are in no plan → how often. */
  get unknownNames(): ReadonlyMap<string, number> {
    return this.unknown;
  }

  private answer(message: Buffer, asker: string): packet.Packet | undefined {
    if (this.awayFor(asker)) return undefined;
    let query: packet.DecodedPacket;
    try {
      query = packet.decode(message);
    } catch {
      return undefined;
    }
    const [question] = query.questions ?? [];
    if (query.type !== "query" || question === undefined) return undefined;
    const name = question.name.toLowerCase();
    const record = this.records.get(name);
    const addresses = record ? [...record.addresses] : this.fixedAddresses(name);
    const flags = packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE;
    const base: packet.Packet = { type: "response", id: query.id, questions: [question] };
    if (addresses === undefined || (record && addresses.length === 0)) {
      this.noteUnknown(name);
      // Route 53 has no name whose every instance is unhealthy or gone.
      return { ...base, flags: flags | 3 };
    }
    const chosen = question.type === "A" ? shuffled(addresses).slice(0, MOST_ADDRESSES) : [];
    return {
      ...base,
      flags,
      answers: chosen.map((data) => ({
        type: "A",
        class: "IN",
        name: question.name,
        ttl: record?.ttlSeconds ?? 60,
        data,
      })),
    };
  }

  private noteUnknown(name: string): void {
    const bare = name.replace(new RegExp(`\\.${this.searchDomain.replace(/\./g, "\\.")}$`), "");
    if (this.planned.has(bare) || bare !== name) return;
    this.unknown.set(name, (this.unknown.get(name) ?? 0) + 1);
  }

  private fixedAddresses(name: string): string[] | undefined {
    const parent = `*.${name.split(".").slice(1).join(".")}`;
    const addresses = this.fixed.get(name) ?? this.fixed.get(parent);
    return addresses && [...addresses];
  }

  private serveStream(socket: net.Socket): void {
    let pending = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        const answer = this.answer(pending.subarray(2, end), socket.remoteAddress ?? "");
        pending = pending.subarray(end);
        if (answer === undefined) continue;
        const encoded = packet.encode(answer);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(encoded.length);
        socket.write(Buffer.concat([length, encoded]));
      }
    });
  }
}

function shuffled<T>(list: readonly T[]): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    const [a, b] = [copy[i], copy[j]];
    if (a !== undefined && b !== undefined) [copy[i], copy[j]] = [b, a];
  }
  return copy;
}
