/** Plans prod with a number of further services: what does one more cost? */
import "../plan/lean";
import * as path from "node:path";
import { loadStack } from "../configs/stack/load";
import lgtm from "../index";
import { makePlan } from "../plan/makePlan";
import { planText } from "../plan/plan";
import { buildCatalog } from "../stacks/catalog";
import { withCopies } from "./copies";

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
