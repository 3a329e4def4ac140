import type { Catalog, Product, Role } from "../stacks/types";

/** One further product of many roles; each is one service with its name, group, rules and task definition. */
export function withCopies(catalog: Catalog, count: number): Catalog {
  const pattern = catalog.products.find((product) => product.name === "pyroscope") as Product;
  const role = pattern.roles[0] as Role;
  const extra = {
    ...pattern,
    name: "extra",
    prefixes: ["extra/"],
    roles: Array.from({ length: count }, (_, index) => ({
      ...role,
      id: `extra-${index}`,
      product: "extra",
      dnsName: `extra-${index}`,
      exposures: [],
      instances: role.instances.map((instance) => ({ ...instance, serviceName: `extra-${index}` })),
    })),
  } as unknown as Product;
  return { ...catalog, products: count === 0 ? catalog.products : [...catalog.products, extra] };
}
