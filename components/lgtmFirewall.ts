import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { portNumbers } from "../stacks/endpoints";
import type { EgressRule } from "../stacks/edges";
import type { GossipCircle } from "../stacks/gossip";
import type { Edge, ProductName, RoleId } from "../stacks/types";

/** What {@link LgtmFirewall} is made of. */
export interface LgtmFirewallArgs {
  /** VPC of the groups. */
  readonly vpcId: pulumi.Input<string>;
  /** Roles that run in the stack. */
  readonly roles: readonly RoleId[];
  /** Allowed connections: each becomes one rule. */
  readonly edges: readonly Edge[];
  /** One gossip group per circle. */
  readonly gossip: readonly GossipCircle[];
  /** IPv4 blocks that may reach ports 443 and 80 of the load balancer. */
  readonly publicCidrs: readonly string[];
  /** Security groups of the collection gateway's clients. */
  readonly clientSecurityGroupIds: readonly string[];
  /** IPv4 blocks of the collection gateway's clients. */
  readonly clientCidrs: readonly string[];
  /** Make a group for the database. */
  readonly database: boolean;
  /**
   * Group in front of the interface endpoints.
   *
   * @default - there are no interface endpoints
   */
  readonly endpointSecurityGroupId?: pulumi.Input<string>;
  /** What every task may reach besides the edges. */
  readonly taskEgress: readonly EgressRule[];
  /** Callers need a rule of their own per edge, because {@link taskEgress} does not cover them. */
  readonly egressPerEdge: boolean;
}

/** What a rule lets out; without a port, all of them. */
interface Target {
  readonly protocol: "tcp" | "udp" | "-1";
  readonly port?: number;
}

const tcp = (port: number): Target => ({ protocol: "tcp", port });

/** Where a rule's traffic comes from or goes to: exactly one of the two. */
interface Peer {
  readonly name: string;
  readonly cidrIpv4?: string;
  readonly referencedSecurityGroupId?: pulumi.Input<string>;
}

/**
 * Who may talk to whom: one group per role, one per gossiping product, one each for load balancer and database, and
 * one standalone rule per port and peer. Rules inside a group would fight with them.
 *
 * **Cost.** None.
 */
export class LgtmFirewall extends pulumi.ComponentResource {
  /** Id of each role's group, by role. */
  public readonly roleSecurityGroupIds: pulumi.Output<Record<string, string>>;
  /** Id of each product's gossip group, by product. */
  public readonly gossipSecurityGroupIds: pulumi.Output<Record<string, string>>;
  /** Id of the load balancer's group. */
  public readonly loadBalancerSecurityGroupId: pulumi.Output<string>;
  /** Id of the database's group; absent where there is no database. */
  public readonly databaseSecurityGroupId: pulumi.Output<string> | undefined;

  private readonly groups = new Map<string, pulumi.Input<string>>();
  private readonly gossipGroups = new Map<ProductName, aws.ec2.SecurityGroup>();
  /** Rules by the parties that they let talk. */
  private readonly ruleResources = new Map<string, pulumi.Resource[]>();
  private readonly circles: readonly GossipCircle[];

  constructor(
    private readonly prefix: string,
    args: LgtmFirewallArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("lgtm:index:LgtmFirewall", prefix, {}, opts);
    this.circles = args.gossip;

    const roles = args.roles.map(
      (role) => [role, this.createGroup(role, `Tasks of ${role}`, args)] as const,
    );
    const loadBalancer = this.createGroup("load-balancer", "Load balancer", args);
    const database = args.database
      ? this.createGroup("postgres", "Database of Grafana", args)
      : undefined;
    if (args.endpointSecurityGroupId !== undefined)
      this.groups.set("endpoints", args.endpointSecurityGroupId);
    for (const circle of args.gossip) this.createGossip(circle, args);

    this.openLoadBalancer(args.publicCidrs);
    for (const edge of args.edges) this.openEdge(edge, args);
    for (const caller of [...args.roles, "load-balancer"] as const) this.openWayOut(caller, args);

    this.roleSecurityGroupIds = pulumi.output(
      Object.fromEntries(roles.map(([role, group]) => [role, group.id])),
    );
    this.gossipSecurityGroupIds = pulumi.output(
      Object.fromEntries([...this.gossipGroups].map(([product, group]) => [product, group.id])),
    );
    this.loadBalancerSecurityGroupId = loadBalancer.id;
    this.databaseSecurityGroupId = database?.id;
    this.registerOutputs({
      roleSecurityGroupIds: this.roleSecurityGroupIds,
      gossipSecurityGroupIds: this.gossipSecurityGroupIds,
      loadBalancerSecurityGroupId: this.loadBalancerSecurityGroupId,
      databaseSecurityGroupId: this.databaseSecurityGroupId,
    });
  }

  /** The groups that a task of a role carries: its own, and its product's gossip group where it gossips. */
  public groupsOf(role: RoleId): pulumi.Input<string>[] {
    const circle = this.circles.find(({ roles }) => roles.includes(role));
    const gossip = circle === undefined ? undefined : this.gossipGroups.get(circle.product);
    return [this.group(role), ...(gossip === undefined ? [] : [gossip.id])];
  }

  /** The rules that a role takes part in: a task that starts before they are open is taken for a broken one. */
  public rulesOf(role: RoleId): readonly pulumi.Resource[] {
    const circle = this.circles.find(({ roles }) => roles.includes(role));
    return [role, ...(circle === undefined ? [] : [gossipGroup(circle)])].flatMap(
      (party) => this.ruleResources.get(party) ?? [],
    );
  }

  private group(name: string): pulumi.Input<string> {
    const id = this.groups.get(name);
    if (id === undefined) throw new Error(`no security group for ${name}`);
    return id;
  }

  private createGroup(
    name: string,
    description: string,
    args: LgtmFirewallArgs,
  ): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      `${this.prefix}-${name}`,
      { vpcId: args.vpcId, description },
      { parent: this },
    );
    this.groups.set(name, group.id);
    return group;
  }

  private createGossip(circle: GossipCircle, args: LgtmFirewallArgs): void {
    const name = gossipGroup(circle);
    const group = this.createGroup(name, `Gossip of ${circle.product}`, args);
    this.gossipGroups.set(circle.product, group);
    const self: Peer = { name: "self", referencedSecurityGroupId: group.id };
    const description = `memberlist of ${circle.product}`;
    this.ingress(name, portNumbers.gossip, self, description);
    if (args.egressPerEdge) this.egress(name, tcp(portNumbers.gossip), self, description);
  }

  private openLoadBalancer(publicCidrs: readonly string[]): void {
    for (const cidr of publicCidrs) {
      const peer = cidrPeer(cidr);
      this.ingress("load-balancer", portNumbers.https, peer, "HTTPS");
      this.ingress("load-balancer", portNumbers.http, peer, "redirect to HTTPS");
    }
  }

  private openEdge(edge: Edge, args: LgtmFirewallArgs): void {
    for (const peer of this.callers(edge, args)) this.ingress(edge.to, edge.port, peer, edge.why);
    if (args.egressPerEdge && edge.from !== "clients") {
      const peer: Peer = { name: edge.to, referencedSecurityGroupId: this.group(edge.to) };
      this.egress(edge.from, tcp(edge.port), peer, edge.why);
    }
  }

  private callers(edge: Edge, args: LgtmFirewallArgs): Peer[] {
    if (edge.from !== "clients") {
      return [{ name: edge.from, referencedSecurityGroupId: this.group(edge.from) }];
    }
    return [
      ...args.clientSecurityGroupIds.map((id) => ({ name: id, referencedSecurityGroupId: id })),
      ...args.clientCidrs.map(cidrPeer),
    ];
  }

  /** The load balancer calls its targets alone, but the design lets it call everybody. */
  private openWayOut(caller: RoleId | "load-balancer", args: LgtmFirewallArgs): void {
    if (caller === "load-balancer" && args.egressPerEdge) return;
    for (const { protocol, port, cidr, why } of args.taskEgress) {
      this.egress(caller, { protocol, port }, cidrPeer(cidr), why);
    }
  }

  private ingress(to: string, port: number, peer: Peer, description: string): void {
    const { name, ...source } = peer;
    const rule = new aws.vpc.SecurityGroupIngressRule(
      `${this.prefix}-${to}-from-${name}-${port}`,
      {
        securityGroupId: this.group(to),
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        description,
        ...source,
      },
      { parent: this },
    );
    this.remember(to, rule);
    this.remember(name, rule);
  }

  private egress(from: string, target: Target, peer: Peer, description: string): void {
    const { name, ...destination } = peer;
    const { protocol, port } = target;
    const suffix = `${port === undefined ? "" : `-${port}`}${protocol === "udp" ? "-udp" : ""}`;
    const rule = new aws.vpc.SecurityGroupEgressRule(
      `${this.prefix}-${from}-to-${name}${suffix}`,
      {
        securityGroupId: this.group(from),
        ipProtocol: protocol,
        fromPort: port,
        toPort: port,
        description,
        ...destination,
      },
      { parent: this },
    );
    this.remember(from, rule);
    this.remember(name, rule);
  }

  private remember(party: string, rule: pulumi.Resource): void {
    this.ruleResources.set(party, [...(this.ruleResources.get(party) ?? []), rule]);
  }
}

const gossipGroup = (circle: GossipCircle) => `${circle.product}-gossip`;

const anywhere = "0.0.0.0/0";

/** Slashes would read as folders in a URN. */
const cidrPeer = (cidr: string): Peer => ({
  name: cidr === anywhere ? "anywhere" : cidr.replace("/", "-"),
  cidrIpv4: cidr,
});
