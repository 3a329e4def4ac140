import type { PlanView, SecurityGroupRule } from "../types";
import { runProgram } from "./command";
import { connections, forget, type Connection } from "./connections";

/** Packets that the security groups refused: SYNs, also repeated ones, counted where they were dropped. */
export interface Refusal {
  readonly from: string;
  readonly to: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** Known of cut connections only. */
  readonly fromPort?: number;
  readonly packets: number;
}

/** How often a rule was the reason, or one of the reasons, to let a connection begin. */
export interface RuleUse {
  readonly rule: SecurityGroupRule;
  readonly connections: number;
}

const TABLE = "rehearsal";

/**
 * Exactly the security groups of a plan: what no egress rule of the sender and no ingress rule of the receiver names is
 * dropped without an answer; answers to what was let through pass. What has no security group (S3, the Internet) is only
 * judged on the other side. Rules are counted one by one, and all that match count: a connection that two rules permit
 * needs neither of them alone.
 */
export class Firewall {
  private readonly removed = new Set<SecurityGroupRule>();
  /** Address → security groups. */
  private readonly members = new Map<string, readonly string[]>();
  private readonly known = new Map<string, readonly string[]>();
  private readonly dark = new Set<string>();

  constructor(private readonly view: PlanView) {}

  async start(): Promise<void> {
    const sets = this.view.securityGroups.map(({ id }) => `set ${id} { type ipv4_addr; }`);
    const counters = this.view.securityGroupRules.map((_, index) => `counter c${index} { }`);
    await nft(`
      table ip ${TABLE} {
        set members { type ipv4_addr; }
        set dark { type ipv4_addr; }
        set refused { type ipv4_addr . ipv4_addr . inet_proto . inet_service; flags dynamic; size 65535; counter; }
        set cut { type ipv4_addr . ipv4_addr . inet_proto . inet_service . inet_service; flags dynamic; size 65535; counter; }
        ${sets.join("\n")}
        ${counters.join("\n")}
        chain egress { }
        chain ingress { }
        chain forward {
          type filter hook forward priority 0; policy drop;
          ip saddr @dark drop
          ip daddr @dark drop
          ct state established,related accept
          meta mark set 0
          ip saddr 169.254.0.0/16 goto refuse
          ip daddr 169.254.0.0/16 goto refuse
          ip saddr != @members meta mark set meta mark | 1
          ip daddr != @members meta mark set meta mark | 2
          jump egress
          jump ingress
          meta mark 3 accept
          goto refuse
        }
        chain refuse {
          tcp flags & (syn | ack) == syn update @refused { ip saddr . ip daddr . meta l4proto . th dport counter }
          tcp flags & syn != syn update @cut { ip saddr . ip daddr . meta l4proto . th dport . th sport counter }
          meta l4proto udp update @refused { ip saddr . ip daddr . meta l4proto . th dport counter }
          drop
        }
      }`);
    await nft(this.chains());
  }

  /** Puts an address into security groups; none at all is allowed. */
  async add(address: string, securityGroupIds: readonly string[]): Promise<void> {
    this.members.set(address, securityGroupIds);
    this.known.set(address, securityGroupIds);
    await nft(
      ["members", ...securityGroupIds]
        .map((set) => `add element ip ${TABLE} ${set} { ${address} }`)
        .join("\n"),
    );
  }

  /** Security groups of an address, also when it is gone. */
  groupsOf(address: string): readonly string[] {
    return this.known.get(address) ?? [];
  }

  async remove(address: string): Promise<void> {
    const groups = this.members.get(address);
    if (groups === undefined) return;
    this.members.delete(address);
    await nft(
      ["members", ...groups]
        .map((set) => `delete element ip ${TABLE} ${set} { ${address} }`)
        .join("\n"),
    );
  }

  /** Lets every packet from and to these addresses vanish, also of connections that exist. */
  async darken(addresses: readonly string[]): Promise<void> {
    await this.setDark(
      addresses.filter((address) => !this.dark.has(address)),
      "add",
    );
  }

  /** Takes {@link darken} back. */
  async lighten(addresses: readonly string[]): Promise<void> {
    await this.setDark(
      addresses.filter((address) => this.dark.has(address)),
      "delete",
    );
  }

  private async setDark(addresses: readonly string[], verb: "add" | "delete"): Promise<void> {
    if (addresses.length === 0) return;
    for (const address of addresses) {
      if (verb === "add") this.dark.add(address);
      else this.dark.delete(address);
    }
    await nft(`${verb} element ip ${TABLE} dark { ${addresses.join(", ")} }`);
  }

  /** Takes a rule out, and lets connection tracking forget what it had let through. */
  async removeRule(rule: SecurityGroupRule): Promise<void> {
    this.removed.add(rule);
    await nft(this.chains());
    await forget((await connections()).filter((each) => this.isConcerned(rule, each)));
  }

  /** Whether a rule lets a connection through, as far as it is the rule's business. */
  isConcerned(
    rule: SecurityGroupRule,
    { from, to, protocol, port }: Omit<Connection, "fromPort">,
  ): boolean {
    const [own, other] = rule.direction === "ingress" ? [to, from] : [from, to];
    const { peer, ports } = rule;
    const has = (address: string, id: string) => this.groupsOf(address).includes(id);
    return (
      has(own, rule.securityGroupId) &&
      ("cidr" in peer || has(other, peer.securityGroupId)) &&
      (rule.protocol === "-1" || rule.protocol === protocol) &&
      (ports === undefined || (port >= ports.from && port <= ports.to))
    );
  }

  /** Puts a removed rule back. */
  async restoreRule(rule: SecurityGroupRule): Promise<void> {
    this.removed.delete(rule);
    await nft(this.chains());
  }

  /** Uses of every rule since the start. */
  async uses(): Promise<RuleUse[]> {
    const counters = new Map(
      (await list<NamedCounter>("counters", "counter")).map(({ name, packets }) => [name, packets]),
    );
    return this.view.securityGroupRules.map((rule, index) => ({
      rule,
      connections: counters.get(`c${index}`) ?? 0,
    }));
  }

  /** Every connection that was refused since the start, the most frequent first. */
  refusals(): Promise<Refusal[]> {
    return this.read("refused");
  }

  /** What a rule would have let through: connections that were refused, and packets of cut ones, answers too. */
  async missed(rule: SecurityGroupRule): Promise<Refusal[]> {
    const [refused, cut] = await Promise.all([this.refusals(), this.read("cut")]);
    const answered = cut.map(({ from, to, port, fromPort = 0, ...rest }) => ({
      ...rest,
      from: to,
      to: from,
      port: fromPort,
      fromPort: port,
    }));
    return [...refused, ...cut, ...answered].filter((each) => this.isConcerned(rule, each));
  }

  private async read(name: "refused" | "cut"): Promise<Refusal[]> {
    const [set] = await list<RefusedSet>(`set ip ${TABLE} ${name}`, "set");
    return (set?.elem ?? [])
      .map(({ elem: { val, counter } }) => {
        const [from, to, protocol, port, fromPort] = val.concat;
        return { from, to, protocol, port, fromPort, packets: counter.packets };
      })
      .sort((a, b) => b.packets - a.packets);
  }

  /** Forgets what was refused so far. */
  async forgetRefusals(): Promise<void> {
    await nft(`flush set ip ${TABLE} refused\nflush set ip ${TABLE} cut`);
  }

  private chains(): string {
    const rules = this.view.securityGroupRules.flatMap((rule, index) =>
      this.removed.has(rule) ? [] : [ruleText(rule, index)],
    );
    return [`flush chain ip ${TABLE} egress`, `flush chain ip ${TABLE} ingress`, ...rules].join(
      "\n",
    );
  }
}

/** One `add rule`: notes in the packet's mark that its direction is allowed. */
function ruleText(rule: SecurityGroupRule, index: number): string {
  const [own, other, bit] =
    rule.direction === "egress" ? ["saddr", "daddr", 1] : ["daddr", "saddr", 2];
  const peer = "cidr" in rule.peer ? rule.peer.cidr : `@${rule.peer.securityGroupId}`;
  const { ports, protocol } = rule;
  const range = ports && (ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`);
  const match =
    protocol === "-1"
      ? ""
      : range && protocol !== "icmp"
        ? `${protocol} dport ${range}`
        : `meta l4proto ${protocol}`;
  return (
    `add rule ip ${TABLE} ${rule.direction} ip ${own} @${rule.securityGroupId} ip ${other} ${peer} ${match} ` +
    `counter name c${index} meta mark set meta mark | ${bit}`
  );
}

interface NamedCounter {
  readonly name: string;
  readonly packets: number;
}

interface RefusedSet {
  readonly elem?: readonly {
    readonly elem: {
      readonly val: { readonly concat: readonly [string, string, "tcp" | "udp", number, number?] };
      readonly counter: { readonly packets: number };
    };
  }[];
}

async function nft(script: string): Promise<void> {
  await runProgram("nft", ["-f", "-"], script);
}

async function list<T>(what: string, kind: string): Promise<T[]> {
  const answer = await runProgram("nft", ["-j", ...`list ${what}`.split(" ")]);
  const { nftables } = JSON.parse(answer) as { nftables: readonly Record<string, T>[] };
  return nftables.flatMap((entry) => entry[kind] ?? []);
}
