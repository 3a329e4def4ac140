import type { StackConfig } from "../configs/stack/schema";
import { rolesOf } from "./catalog";
import { portOf } from "./endpoints";
import type { Catalog, Exposure } from "./types";

/** One target group: an exposure with the number of its port. */
export type Target = Omit<Exposure, "port"> & { readonly port: number };

/** What the load balancer forwards to, in the catalog's order. */
export function targetsOf(catalog: Catalog): Target[] {
  return rolesOf(catalog).flatMap((role) =>
    role.exposures.map((exposure) => ({ ...exposure, port: portOf(role.id, exposure.port) })),
  );
}

/**
 * Who may open a connection to the load balancer. An internet-facing one is there for everybody; an internal one for
 * the VPC and for the address blocks that the stack file names.
 */
export function frontDoorCidrs(
  config: Pick<StackConfig, "ingress" | "network" | "collection">,
): string[] {
  if (!config.ingress.internal) return ["0.0.0.0/0"];
  return [
    ...new Set([
      config.network.cidr,
      ...config.ingress.allowedCidrs,
      ...config.collection.clients.cidrs,
    ]),
  ];
}
