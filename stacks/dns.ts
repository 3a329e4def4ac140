import type { IngressConfig } from "./exposures";
import { listenerRules } from "./listenerRules";
import { rolesOf } from "./catalog";
import type { Catalog, RoleId } from "./types";

/** S13: so a replaced task is out of the answers soon, and servers do not ask all the time. */
const TTL_SECONDS = 10;

/** One Cloud Map service: a name with an A record per healthy task. */
export interface DiscoveryService {
  /** Name without the namespace. */
  readonly name: string;
  readonly roleId: RoleId;
  /** ECS services that register here. */
  readonly serviceNames: readonly string[];
  readonly recordType: "A";
  readonly routingPolicy: "MULTIVALUE";
  readonly ttlSeconds: number;
  /** ECS reports the health of each task by itself, so a name lists healthy tasks only. */
  readonly customHealthCheck: true;
}

/**
 * S13: one name per role. The replicas of a ring are ECS services of their own and share their role's name. AWS says
 * neither yes nor no to that; if it refuses, give every instance a name of its own here (`instance.serviceName` in
 * place of `role.dnsName`) and list those names in the servers' `join_members` and addresses.
 */
export function discoveryServices(catalog: Catalog): DiscoveryService[] {
  return rolesOf(catalog).map((role) => ({
    name: role.dnsName,
    roleId: role.id,
    serviceNames: role.instances.map((instance) => instance.serviceName),
    recordType: "A",
    routingPolicy: "MULTIVALUE",
    ttlSeconds: TTL_SECONDS,
    customHealthCheck: true,
  }));
}

/** G1: all host names of the front door, each once: what the certificate covers and what gets a record. */
export function hostNames(catalog: Catalog, config: IngressConfig): string[] {
  return [...new Set(listenerRules(catalog, config).flatMap((rule) => rule.hosts))];
}
