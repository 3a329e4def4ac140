import type { StackConfig } from "../configs/stack/schema";
import { versionMistakes } from "../configs/versionMistakes";
import { alloy } from "./alloy";
import { grafana } from "./grafana";
import { loki } from "./loki";
import { memcached } from "./memcached";
import { mimir } from "./mimir";
import { pyroscope } from "./pyroscope";
import { tempo } from "./tempo";
import type { Catalog, Instance, Product, Role } from "./types";

/**
 * The whole system that a stack file describes. Everything else (rules, names, policies, tasks) is derived from it.
 *
 * @throws Error where `images.versions` asks for a version that does not know a key of the rendered configuration, or
 * needs one that is not there; every such key is named.
 */
export function buildCatalog(config: StackConfig): Catalog {
  const catalog = {
    // memcached first: Loki asks for its name up to three times at start, ten seconds each (measured).
    products: [memcached, mimir, loki, tempo, pyroscope, grafana, alloy].map((product) =>
      product(config),
    ),
  };
  const mistakes = versionMistakes(catalog, config);
  if (mistakes.length > 0) {
    throw new Error(["images.versions does not fit the configuration:", ...mistakes].join("\n  "));
  }
  return catalog;
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
