/** Plans prod with a number of further products of one service each: what does one more service cost? */
import "../plan/lean";
import * as path from "node:path";
import { loadStack } from "../configs/stack/load";
import lgtm from "../index";
import { makePlan } from "../plan/makePlan";
import { planText } from "../plan/plan";
import { buildCatalog } from "../stacks/catalog";
import type { Catalog, Product } from "../stacks/types";

function withCopies(catalog: Catalog, count: number): Catalog {
  const pattern = catalog.products.find((product) => product.name === "pyroscope") as Product;
  const copies = Array.from({ length: count }, (_, index) => {
    const name = `extra-${index}`;
    return {
      ...pattern,
      name,
      prefixes: [`${name}/`],
      roles: pattern.roles.map((role) => ({
        ...role,
        id: name,
        product: name,
        dnsName: name,
        exposures: [],
        instances: role.instances.map((instance) => ({ ...instance, serviceName: name })),
      })),
    } as unknown as Product;
  });
  return { ...catalog, products: [...catalog.products, ...copies] };
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
