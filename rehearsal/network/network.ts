import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import type { Place } from "../parts";
import type { PlanView } from "../types";
import { AddressPool, addressAt, prefixLength } from "./addresses";
import { runProgram } from "./command";

/**
 * Where Fargate serves a task its credentials, on the interface that only the task and its host share
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html).
 */
export const CREDENTIALS_ADDRESS = "169.254.170.2";
/** Outside the VPC: stands for what a task reaches through its gateways (RFC 5737, for documentation only). */
const OUTSIDE = "198.51.100.0/24";
/** Links between a task and its host, on Fargate 169.254.172.0/22. */
const LINKS = "169.254.172.0/22";

/** A namespace with eth1, the address that others see, and for tasks eth0, which nobody else can reach. */
export class Nic implements Place {
  constructor(
    readonly name: string,
    /** Name of the network namespace. */
    readonly namespace: string,
    readonly address: string,
    /** Further addresses of eth1. */
    readonly otherAddresses: readonly string[],
    readonly linkLocalAddress: string | undefined,
  ) {}

  spawn(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn("nsenter", [`--net=/run/netns/${this.namespace}`, program, ...args], options);
  }
}

/**
 * The VPC of a plan on one machine: every place is a network namespace whose eth1 ends at this machine as the VPC's
 * router, so that each packet between two places passes the firewall, also within a subnet, as on AWS.
 */
export class Network {
  private readonly pools = new Map<string, AddressPool>();
  private readonly outside = new AddressPool(OUTSIDE);
  private readonly links = new AddressPool(LINKS);
  private count = 0;

  constructor(private readonly view: PlanView) {
    for (const { id, cidr } of view.subnets) this.pools.set(id, new AddressPool(cidr));
  }

  /** Where AWS answers names in a VPC: its block's address plus two. */
  get resolverAddress(): string {
    return addressAt(this.view.vpcCidr, 2);
  }

  /** Makes this namespace the router. */
  async start(): Promise<void> {
    const gateways = [...this.view.subnets.map(({ cidr }) => cidr), OUTSIDE].map(gatewayOf);
    await ip([
      "link set lo up",
      ...[this.resolverAddress, CREDENTIALS_ADDRESS, ...gateways].map(
        (address) => `address add ${address}/32 dev lo`,
      ),
    ]);
    await runProgram("sysctl", [
      ...["-q", "-w", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0"],
      ...["net.ipv4.conf.default.rp_filter=0", "net.ipv4.conf.all.send_redirects=0"],
      "net.ipv4.conf.default.send_redirects=0",
      // What a task sends to another's link-local address gets as far as the firewall, which says so.
      "net.ipv4.conf.default.proxy_arp=1",
    ]);
  }

  /** A task's namespace in a subnet. */
  joinTask(name: string, subnetId: string): Promise<Nic> {
    const { cidr } = this.subnet(subnetId);
    return this.join(name, [{ cidr, address: this.take(subnetId) }], this.links.take());
  }

  /** A namespace in subnets without a link to a host: the load balancer, a test client. */
  joinSubnets(name: string, subnetIds: readonly string[]): Promise<Nic> {
    return this.join(
      name,
      subnetIds.map((id) => ({ cidr: this.subnet(id).cidr, address: this.take(id) })),
    );
  }

  /** A namespace outside the VPC. */
  joinOutside(name: string): Promise<Nic> {
    return this.join(name, [{ cidr: OUTSIDE, address: this.outside.take() }]);
  }

  /** Removes a namespace; what was still under way to it is lost without an answer. */
  async leave(nic: Nic): Promise<void> {
    // Kept as a black hole: AWS does not answer for an address that is gone either.
    await ip([
      ...[nic.address, ...nic.otherAddresses].map(
        (address) => `route replace blackhole ${address}/32`,
      ),
      `netns delete ${nic.namespace}`,
    ]);
  }

  private take(subnetId: string): string {
    const pool = this.pools.get(subnetId);
    if (pool === undefined) throw new Error(`the plan has no subnet ${subnetId}`);
    return pool.take();
  }

  private subnet(id: string) {
    const subnet = this.view.subnets.find((each) => each.id === id);
    if (subnet === undefined) throw new Error(`the plan has no subnet ${id}`);
    return subnet;
  }

  private async join(
    name: string,
    addresses: readonly { readonly cidr: string; readonly address: string }[],
    linkLocal?: string,
  ): Promise<Nic> {
    const id = ++this.count;
    const namespace = `t${id}`;
    const [first] = addresses;
    if (first === undefined) throw new Error(`${name} has no subnet`);
    await ip([
      `netns add ${namespace}`,
      `link add v${id} type veth peer name eth1 netns ${namespace}`,
      `link set v${id} up`,
      ...addresses.map(({ address }) => `route add ${address}/32 dev v${id}`),
      ...(linkLocal === undefined
        ? []
        : [
            `link add l${id} type veth peer name eth0 netns ${namespace}`,
            `link set l${id} up`,
            `route add ${linkLocal}/32 dev l${id}`,
          ]),
    ]);
    await ip(
      [
        "link set lo up",
        "link set eth1 up",
        ...addresses.map(
          ({ cidr, address }) =>
            `address add ${address}/${prefixLength(cidr)} dev eth1 noprefixroute`,
        ),
        `route add default via ${gatewayOf(first.cidr)} dev eth1 src ${first.address} onlink`,
        ...(linkLocal === undefined
          ? []
          : [
              "link set eth0 up",
              `address add ${linkLocal}/${prefixLength(LINKS)} dev eth0`,
              `route add ${CREDENTIALS_ADDRESS}/32 dev eth0`,
            ]),
      ],
      namespace,
    );
    const others = addresses.slice(1).map(({ address }) => address);
    return new Nic(name, namespace, first.address, others, linkLocal);
  }
}

const gatewayOf = (cidr: string) => addressAt(cidr, 1);

/** Runs `ip` over a list of commands. */
async function ip(commands: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ["-netns", namespace];
  await runProgram("ip", [...where, "-batch", "-"], `${commands.join("\n")}\n`);
}
