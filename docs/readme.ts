import * as path from "node:path";
import { loadStackFile } from "../configs/stack/load";
import lgtm from "../index";
import { costOfPlan } from "../plan/cost";
import { diagram } from "../plan/diagram";
import { makePlan } from "../plan/makePlan";
import { buildCatalog } from "../stacks/catalog";

/** Replaces what stands between `<!-- generated:NAME -->` and `<!-- /generated -->` by what the program says. */
export async function readmeWith(root: string, readme: string): Promise<string> {
  const parts: Record<string, string> = {
    picture: picture(root),
    cost: await costTable(root),
  };
  return readme.replace(
    /(<!-- generated:(\w+) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
    (_, start: string, name: string, end: string) => {
      const content = parts[name];
      if (content === undefined)
        throw new Error(`the README has a generated part nobody makes: ${name}`);
      return `${start}\n${content}\n\n${end}`;
    },
  );
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
    const { plan } = await makePlan(path.join(root, file), () => Promise.resolve(lgtm()));
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
