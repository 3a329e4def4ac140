import type { StackConfig } from "../configs/stack/schema";
import { portNumbers } from "./endpoints";
import { rolesOf } from "./catalog";
import type { Callee, Catalog, Edge, Role } from "./types";

/** What of a stack file changes who may talk to whom. */
export type EdgeConfig = Pick<StackConfig, "collection" | "egress" | "network">;

/**
 * Every allowed connection, each exactly once, except gossip: that is one self rule per product on the group that its
 * gossiping roles share (see gossip.ts). Derived from the calls of the roles, from what they show on the
 * load balancer, and from the clients that may reach the gateway.
 */
export function edges(catalog: Catalog, config: EdgeConfig): Edge[] {
  const roles = rolesOf(catalog);
  const found: Edge[] = [];
  for (const role of roles) {
    for (const call of role.calls) {
      found.push({
        from: role.id,
        to: call.to,
        port: calledPort(roles, call.to, call.port),
        why: call.why,
      });
    }
    if (config.network.interfaceEndpoints.length > 0 && config.network.existing === undefined) {
      found.push({
        from: role.id,
        to: "endpoints",
        port: portNumbers.https,
        why: "AWS APIs without NAT",
      });
    }
    for (const exposure of role.exposures) {
      const port = calledPort(roles, role.id, exposure.port);
      found.push({ from: "load-balancer", to: role.id, port, why: `front door: ${exposure.id}` });
      found.push({
        from: "load-balancer",
        to: role.id,
        port: exposure.healthCheck.port,
        why: `health check: ${exposure.id}`,
      });
    }
  }
  const { securityGroupIds, cidrs } = config.collection.clients;
  if (securityGroupIds.length + cidrs.length > 0) {
    for (const role of roles.filter(({ id }) => id === "alloy-gateway")) {
      for (const port of role.ports.filter(({ name }) => name !== "http")) {
        found.push({
          from: "clients",
          to: role.id,
          port: port.number,
          why: `gateway: ${port.name}`,
        });
      }
    }
  }
  return merge(found);
}

/** A role gossips exactly where it lists the port. */
export function gossips(role: Role): boolean {
  return role.ports.some((port) => port.name === "gossip");
}

/** What a security group may send, besides its edges. */
export interface EgressRule {
  readonly protocol: "tcp" | "udp" | "-1";
  /** Absent with protocol -1: every port. */
  readonly port?: number;
  readonly cidr: string;
  readonly why: string;
}

/**
 * What every task may reach besides the stack's own edges. `all` is the design's; `restricted` leaves HTTPS (S3, AWS,
 * registries, login and alert receivers have no fixed addresses) and DNS of the VPC.
 */
export function taskEgress(config: EdgeConfig): EgressRule[] {
  if (config.egress === "all") {
    return [{ protocol: "-1", cidr: "0.0.0.0/0", why: "everything" }];
  }
  return [
    {
      protocol: "tcp",
      port: portNumbers.https,
      cidr: "0.0.0.0/0",
      why: "HTTPS: AWS, registries, receivers",
    },
    { protocol: "udp", port: portNumbers.dns, cidr: config.network.cidr, why: "DNS" },
    { protocol: "tcp", port: portNumbers.dns, cidr: config.network.cidr, why: "DNS over TCP" },
  ];
}

/** With restricted egress, every edge needs a rule on the caller's side too. */
export function needsEgressPerEdge(config: EdgeConfig): boolean {
  return config.egress === "restricted";
}

function calledPort(roles: readonly Role[], to: Callee, name: string): number {
  if (to === "postgres") return portNumbers.postgres;
  if (to === "endpoints") return portNumbers.https;
  const port = roles
    .find((role) => role.id === to)
    ?.ports.find((candidate) => candidate.name === name);
  if (port === undefined) throw new Error(`no role ${to} with a port named ${name}`);
  return port.number;
}

/** One rule per (caller, callee, port), whatever the number of reasons. */
function merge(found: readonly Edge[]): Edge[] {
  const byKey = new Map<string, { edge: Edge; reasons: Set<string> }>();
  for (const edge of found) {
    const key = `${edge.from}|${edge.to}|${edge.port}`;
    const entry = byKey.get(key) ?? { edge, reasons: new Set<string>() };
    entry.reasons.add(edge.why);
    byKey.set(key, entry);
  }
  return [...byKey.values()].map(({ edge, reasons }) => ({
    ...edge,
    why: [...reasons].join(", "),
  }));
}
