import type { StackConfig } from "../configs/stack/schema";
import { alloy } from "./alloy";
import { grafana } from "./grafana";
import { loki } from "./loki";
import { memcached } from "./memcached";
import { mimir } from "./mimir";
import { pyroscope } from "./pyroscope";
import { tempo } from "./tempo";
import type { Catalog, Instance, Product, Role } from "./types";

/** The whole system that a stack file describes. Everything else (rules, names, policies, tasks) is derived from it. */
export function buildCatalog(config: StackConfig): Catalog {
  const key = JSON.stringify(config);
  if (latest?.key !== key) latest = { key, catalog: build(config) };
  return latest.catalog;
}

/** The program and the planner's page ask for the same catalog one after the other. */
let latest: { readonly key: string; readonly catalog: Catalog } | undefined;

function build(config: StackConfig): Catalog {
  return {
    // memcached first: Loki asks for its name up to three times at start, ten seconds each (measured).
    products: [memcached, mimir, loki, tempo, pyroscope, grafana, alloy].map((product) =>
      product(config),
    ),
  };
}

/** All roles of all products, in the catalog's order. */
export function rolesOf(catalog: Catalog): Role[] {
  return catalog.products.flatMap((product) => product.roles);
}

/** One ECS service, with what it belongs to. */
export interface Service {
  readonly product: Product;
  readonly role: Role;
  readonly instance: Instance;
}

/** All ECS services, in the catalog's order. */
export function servicesOf(catalog: Catalog): Service[] {
  return catalog.products.flatMap((product) =>
    product.roles.flatMap((role) =>
      role.instances.map((instance) => ({ product, role, instance })),
    ),
  );
}
