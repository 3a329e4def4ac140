import type { PlanResource } from "./charges";

/** Products of the cost table, in the order in which they are printed; `shared` is what no product owns alone. */
export const costProducts = [
  "mimir",
  "loki",
  "memcached",
  "tempo",
  "pyroscope",
  "grafana",
  "alloy",
  "shared",
] as const;
export type CostProduct = (typeof costProducts)[number];

const isProduct = (name: string): name is CostProduct =>
  costProducts.some((product) => product === name);

/** The database and the secrets of Grafana are made before its product's component. */
const grafanas = /LgtmDatabase\$|LgtmSecrets\$.*::[^:]*(-grafana-|-database-)/;

/** Whose a resource is. */
export interface Owner {
  readonly product: CostProduct;
  /** Role such as `loki-querier`, where the resource is one role's alone. */
  readonly role?: string;
}

/** Finds the owners of a plan's resources: the nearest `LgtmProduct` and `LgtmService` above each. */
export function ownersOf(all: readonly PlanResource[]): (resource: PlanResource) => Owner {
  const byUrn = new Map(all.map((resource) => [resource.urn, resource]));
  return (resource) => {
    let service: string | undefined;
    for (
      let each: PlanResource | undefined = resource;
      each !== undefined;
      each = each.parent === undefined ? undefined : byUrn.get(each.parent)
    ) {
      if (each.type === "lgtm:index:LgtmService") service = each.name;
      if (each.type !== "lgtm:index:LgtmProduct") continue;
      const product = each.name.split("-").at(-1) ?? "";
      if (!isProduct(product)) break;
      const stackName = each.name.slice(0, -product.length);
      return service?.startsWith(stackName) === true
        ? { product, role: service.slice(stackName.length) }
        : { product };
    }
    return { product: grafanas.test(resource.urn) ? "grafana" : "shared" };
  };
}
