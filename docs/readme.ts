import * as path from "node:path";
import { loadStackFile } from "../configs/stack/load";
import { costOfPlan } from "../plan/cost";
import { diagram } from "../plan/diagram";
import { buildCatalog } from "../stacks/catalog";
import { withGenerated } from "./page";
import { shippedPlan } from "./shippedPlan";

/** The README with its generated parts as the program says them. */
export async function readmeWith(
  root: string,
  readme: string,
  parts: Readonly<Record<string, string>>,
): Promise<string> {
  return withGenerated(readme, {
    ...parts,
    picture: picture(root),
    cost: await costTable(root),
  });
}

function picture(root: string): string {
  const config = loadStackFile(path.join(root, "Pulumi.prod.yaml"));
  return `\`\`\`mermaid\n${diagram(config, buildCatalog(config))}\`\`\``;
}

const shipped: readonly [string, string][] = [
  ["dev, around the clock", "Pulumi.dev.yaml"],
  ["dev, Monday to Friday 9 to 19 h", "examples/office-hours/Pulumi.dev.yaml"],
  ["prod", "Pulumi.prod.yaml"],
];

async function costTable(root: string): Promise<string> {
  const rows = [];
  for (const [what, file] of shipped) {
    const { plan } = await shippedPlan(root, file);
    const cost = costOfPlan(plan);
    const figures = [
      cost.fixedUsd,
      cost.usageUsd,
      cost.totalWithoutContainerInsights,
      cost.containerInsightsUsd,
    ];
    rows.push(`| ${[what, ...figures.map((usd) => usd.toFixed(0))].join(" | ")} |`);
  }
  return [
    "| stack | fixed | usage at its expected load | together | Container Insights |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}
