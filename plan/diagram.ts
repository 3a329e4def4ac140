import type { StackConfig } from "../configs/stack/schema";
import { rolesOf } from "../stacks/catalog";
import { edges } from "../stacks/edges";
import type { Catalog, Role } from "../stacks/types";

/** Mermaid flowchart of the products: who calls whom on which port, what faces outside, who owns which prefix. */
export function diagram(config: StackConfig, catalog: Catalog): string {
  const productOf = new Map<string, string>(
    rolesOf(catalog).map((role) => [role.id, boxOf(role.id, role.product)]),
  );
  const arrows = new Map<string, Set<number>>();
  for (const edge of edges(catalog, config)) {
    const from = productOf.get(edge.from) ?? edge.from;
    const to = productOf.get(edge.to) ?? edge.to;
    if (from === to || from === "alloy-collector") continue;
    const key = `${from} --> ${to}`;
    arrows.set(key, (arrows.get(key) ?? new Set<number>()).add(edge.port));
  }
  const boxes = new Map<string, string[]>();
  for (const role of rolesOf(catalog)) {
    const box = boxOf(role.id, role.product);
    boxes.set(box, [...(boxes.get(box) ?? []), label(role)]);
  }
  return [
    "flowchart LR",
    '  users(["people"]) -- 443 --> load-balancer',
    '  apps(["applications outside the VPC"]) -- "443, bearer token" --> load-balancer',
    '  clients(["applications in the VPC"]) -- "4317 4318 9999 3500 4041" --> alloy-gateway',
    '  load-balancer{{"load balancer"}}',
    `  subgraph private["private subnets, ${config.network.zones.length} zones"]`,
    ...[...boxes].map(([box, roles]) => `    ${box}["<b>${box}</b><br/>${roles.join("<br/>")}"]`),
    ...(config.grafana.database.type === "postgres" ? ['    postgres[("PostgreSQL")]'] : []),
    "  end",
    ...[...arrows].map(([arrow, ports]) => {
      const [from, to] = arrow.split(" --> ");
      return `  ${from} -- "${[...ports].sort((a, b) => a - b).join(" ")}" --> ${to}`;
    }),
    '  alloy-collector -- "scrapes every server" --> mimir',
    '  cloudwatch[("CloudWatch")] -. metrics, logs .-> alloy-collector',
    '  bucket[("S3 bucket")]',
    ...catalog.products
      .filter((product) => product.prefixes.length > 0)
      .map((product) => `  ${product.name} -. "${product.prefixes.join(" ")}" .-> bucket`),
    "",
  ].join("\n");
}

const label = (role: Role) =>
  role.component === role.product ? `×${role.replicas}` : `${role.component} ×${role.replicas}`;

/** One box per product; Alloy's two parts do different things, so they are two boxes. */
const boxOf = (role: string, product: string) => (product === "alloy" ? role : product);
