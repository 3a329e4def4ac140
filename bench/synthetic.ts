/** Plans prod with a number of further services: what does one more cost? */
import "../plan/lean";
import * as path from "node:path";
import { loadStack } from "../configs/stack/load";
import lgtm from "../index";
import { makePlan } from "../plan/makePlan";
import { planText } from "../plan/plan";
import { buildCatalog } from "../stacks/catalog";
import type { Catalog, Product, Role } from "../stacks/types";

/** One further product of many roles; each is one service with its name, group, rules and task definition. */
function withCopies(catalog: Catalog, count: number): Catalog {
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

async function main() {
  const count = Number(process.argv[2]);
  const file = path.resolve("Pulumi.prod.yaml");
  const { config } = loadStack(file);
  const planned = await makePlan(file, () =>
    Promise.resolve(lgtm(config, withCopies(buildCatalog(config), count))),
  );
  const services = planned.plan.resources.filter(
    (resource) => resource.type === "aws:ecs/service:Service",
  ).length;
  process.stdout.write(`${services} services, ${planText(planned.plan).length} bytes\n`);
}

void main();
