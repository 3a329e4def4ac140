import { gossips } from "./edges";
import type { Catalog, ProductName, RoleId } from "./types";

/** A product whose roles gossip with each other, and with nobody else (S17). */
export interface GossipCircle {
  readonly product: ProductName;
  /** The roles that take part. */
  readonly roles: readonly RoleId[];
}

/** One circle per gossiping product, in the catalog's order. */
export function gossipCircles(catalog: Catalog): GossipCircle[] {
  return catalog.products
    .map(({ name, roles }) => ({ product: name, roles: roles.filter(gossips).map(({ id }) => id) }))
    .filter(({ roles }) => roles.length > 0);
}
