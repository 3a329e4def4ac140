import assert from "node:assert/strict";
import * as path from "node:path";
import { parse } from "yaml";
import { keyRules } from "../../configs/versionKeys";
import { versions } from "../../configs/versions";
import { costOfPlan, type CostReport } from "../../plan/cost";
import type { PlannedStack } from "../../plan/makePlan";
import { report } from "../../plan/report";
import { devConfig } from "../fixtures/config";
import {
  defaultPlan,
  devPlan,
  loadFile,
  planOfConfig,
  planWith,
  prodPlan,
} from "../fixtures/plans";
import { mistakesWith } from "../fixtures/stackFile";
import { tasksOf } from "./reading";

const costOf = ({ plan }: PlannedStack): CostReport => costOfPlan(plan);
/** The lines of one section of the page. */
function section(stack: PlannedStack, title: string): string[] {
  const lines = report(stack, { folder: "plans", seconds: 1 }).split("\n");
  const start = lines.indexOf(title);
  assert.ok(start >= 0, `the page has a section ${title}`);
  const end = lines.indexOf("", start);
  return lines.slice(start + 1, end).map((line) => line.trim());
}
const price = "Cost of a month in USD";
const limitsOf = (stack: PlannedStack, service: string) => {
  const task = tasksOf(stack).find((each) => each.service === service);
  const [text] = [...(task?.files ?? [])].flatMap(([file, content]) =>
    file.endsWith(".yaml") ? [content] : [],
  );
  const parsed = parse(text ?? "") as Record<string, Record<string, unknown>>;
  return parsed["limits"] ?? parsed["limits_config"] ?? {};
};
const digits = (text: string | undefined) => (text ?? "").replaceAll(",", "");

const stacks: readonly [string, () => Promise<PlannedStack>][] = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["the default", defaultPlan],
];

// Not proven here: the prices themselves, which have their source and date in plan/prices.ts.
describe("Cost, capacity, versions", () => {
  for (const [name, plan] of stacks) {
    it(`X3: the page says what ${name} costs a month, item by item, adding up to the total`, async () => {
      const stack = await plan();
      const cost = costOf(stack);
      const lines = section(stack, price);
      assert.ok(cost.items.length >= 10);
      for (const { what, monthlyUsd } of cost.items) {
        assert.ok(
          lines.some((line) => line.includes(what) && line.includes(monthlyUsd.toFixed(2))),
          `${what} ${monthlyUsd}`,
        );
      }
      const sum = cost.items.reduce((total, { monthlyUsd }) => total + monthlyUsd, 0);
      assert.equal(cost.total.toFixed(2), sum.toFixed(2));
      assert.ok(lines.some((line) => line.endsWith(`in all ${cost.total.toFixed(2)}`)));
    });

    it(`X3: Container Insights of ${name} is a line of its own, outside the figure to compare`, async () => {
      const cost = costOf(await plan());
      const insights = cost.items.filter(({ group }) => group === "container insights");
      assert.ok(insights.length >= 1);
      const own = insights.reduce((total, { monthlyUsd }) => total + monthlyUsd, 0);
      assert.equal(cost.containerInsightsUsd.toFixed(2), own.toFixed(2));
      assert.ok(own > 0);
      assert.equal((cost.total - cost.totalWithoutContainerInsights).toFixed(2), own.toFixed(2));
    });

    it(`X3: the page says what load ${name} carries, and the servers' limits are the same`, async () => {
      const stack = await plan();
      const [, metrics, logs] = section(stack, "Load it carries");
      const mimir = limitsOf(stack, "mimir-0");
      assert.ok(digits(metrics).includes(`${String(mimir["max_global_series_per_user"])} active`));
      assert.ok(digits(metrics).includes(`${String(mimir["ingestion_rate"])} samples/s`));
      const loki = limitsOf(stack, "loki-distributor");
      assert.ok(digits(logs).includes(`${String(loki["ingestion_rate_mb"])} MB/s`));
      assert.ok(digits(logs).includes(`${String(loki["max_global_streams_per_user"])} streams`));
    });
  }

  it("X3: without Container Insights there is no such line", async () => {
    const cost = costOf(await planWith(devConfig(), { containerInsights: "disabled" }));
    assert.equal(cost.containerInsightsUsd, 0);
    assert.deepEqual(
      cost.items.filter(({ group }) => group === "container insights"),
      [],
    );
  });

  it("X3: more memory carries more series", async () => {
    const [small, large] = await Promise.all([
      devPlan(),
      planWith(devConfig(), { mimir: { memoryGb: 4 } }),
    ]);
    const series = (stack: PlannedStack) =>
      Number(limitsOf(stack, "mimir-0")["max_global_series_per_user"]);
    assert.ok(series(large) > 2 * series(small));
    assert.notDeepEqual(section(large, "Load it carries"), section(small, "Load it carries"));
  });

  it("X3: dev costs at most 215 USD around the clock, and 130 in office hours", async () => {
    assert.ok(costOf(await devPlan()).totalWithoutContainerInsights <= 215);
    const file = path.join(__dirname, "../../examples/office-hours/Pulumi.dev.yaml");
    const { config } = loadFile(file);
    assert.ok(config.schedule !== undefined);
    const officeHours = await planOfConfig(config);
    assert.ok(costOf(officeHours).totalWithoutContainerInsights <= 130);
  });

  it("X3: every image is pinned in one place, and the four servers' keys with their versions", async () => {
    for (const stack of [await devPlan(), await prodPlan()]) {
      const images = tasksOf(stack).flatMap(({ containers }) =>
        containers.map(({ image }) => image),
      );
      const pinned = Object.values(versions).map(({ repository, tag }) => `${repository}:${tag}`);
      assert.deepEqual(
        [...new Set(images)].filter((image) => !pinned.includes(image)),
        [],
      );
    }
    for (const product of ["mimir", "loki", "tempo", "pyroscope"]) {
      const rules = keyRules.filter((rule) => rule.product === product);
      assert.ok(
        rules.some(({ expect }) => expect === "present"),
        `${product}: keys that must be`,
      );
      assert.ok(
        rules.some(({ expect }) => expect === "absent"),
        `${product}: keys that must not`,
      );
      for (const { why, source } of rules) assert.ok(why !== "" && source !== "");
    }
  });

  for (const [product, tag, key] of [
    ["tempo", "3.0.0", "ingester"],
    ["mimir", "2.17.0", undefined],
    ["loki", "3.8.0", undefined],
    ["pyroscope", "1.21.1", "architecture_storage"],
  ] as const) {
    it(`X3: ${product} ${tag} ${key === undefined ? "is taken" : "fails in the plan, with the key named"}`, () => {
      const found = mistakesWith("prod", { [`images.versions.${product}`]: tag });
      if (key === undefined) {
        assert.deepEqual(found, []);
        return;
      }
      assert.ok(found.length >= 1);
      for (const mistake of found) assert.equal(mistake.key, `lgtm:images.versions.${product}`);
      const text = found.map((mistake) => `${mistake.given} ${mistake.allowed} ${mistake.mend}`);
      assert.ok(
        text.some((line) => line.includes(`the key ${key} must not be set`)),
        text.join("\n"),
      );
    });
  }
});
