import * as path from "node:path";
import { expectedLoadSchema, type ExpectedLoad } from "../configs/stack/expectedLoad";
import { loadStackFile } from "../configs/stack/load";
import type { StackConfig } from "../configs/stack/schema";
import lgtm from "../index";
import { capacityOf } from "../plan/capacity/capacity";
import { formulas, unsized } from "../plan/capacity/formulas";
import { limitsOf } from "../plan/capacity/limits";
import { smallestSizes, withFragment } from "../plan/capacity/sizes";
import { alternatives } from "../plan/compare";
import { costOfPlan, type CostReport } from "../plan/cost";
import { plannedStack, PROJECT, type PlannedStack } from "../plan/makePlan";
import { pricesOf } from "../plan/prices";
import { record } from "../plan/record";
import { figures, type Figure } from "../plan/workload/figures";
import { buildCatalog } from "../stacks/catalog";
import { markdown, withGenerated } from "./page";

/** Loads that the pages show. */
const loads: readonly ExpectedLoad[] = [
  {},
  {
    activeSeries: 100_000,
    logsGbPerDay: 50,
    logStreams: 1_000,
    spansPerSecond: 500,
    profilesGbPerDay: 2,
    users: 20,
    openDashboards: 3,
  },
  {
    activeSeries: 1_000_000,
    logsGbPerDay: 200,
    logStreams: 5_000,
    spansPerSecond: 5_000,
    profilesGbPerDay: 10,
    users: 100,
    openDashboards: 10,
  },
].map((load) => expectedLoadSchema.parse(load));

const columns = ["series", "logs, GB/day", "spans/s", "profiles, GB/day", "users"] as const;
const cells = (load: ExpectedLoad) =>
  [
    load.activeSeries,
    load.logsGbPerDay,
    load.spansPerSecond,
    load.profilesGbPerDay,
    load.users,
  ].map((value) => value.toLocaleString("en-US"));

/** docs/cost.md with its generated parts. */
export function costPageWith(page: string, bills: readonly Bill[]): string {
  return withGenerated(page, { assumed: assumed(), elsewhere: elsewhere(bills) });
}

/** docs/capacity.md with its generated parts. */
export function capacityPageWith(root: string, page: string): string {
  const config = loadStackFile(path.join(root, "Pulumi.prod.yaml"));
  return withGenerated(page, {
    formulas: formulaTable(),
    limits: markdown(
      ["role", "limit", "prod", "setting", "source"],
      limitsOf(config).map(({ role, what, most, setting, source }) => [
        role,
        what,
        most.toLocaleString("en-US"),
        setting ?? "none",
        source,
      ]),
    ),
    sizes: sizes(config),
    ends: ends(config),
  });
}

function assumed(): string {
  return markdown(
    ["figure", "value", "unit"],
    Object.entries<Figure>(figures)
      .filter(([, { source }]) => source.startsWith("assumed"))
      .map(([id, { value, unit }]) => [id, value.toLocaleString("en-US"), unit]),
  );
}

/** What a load costs a month, in USD: here, in the smallest sizes of prod's shape that carry it, and elsewhere. */
export interface Bill {
  readonly load: ExpectedLoad;
  readonly cost: CostReport;
  /** AWS's managed services, then Grafana Cloud. */
  readonly others: readonly number[];
}

/** The loads of the pages, small to large. */
export async function billsElsewhere(root: string): Promise<Bill[]> {
  const base = loadStackFile(path.join(root, "Pulumi.prod.yaml"));
  const bills: Bill[] = [];
  for (const load of loads) {
    const { plan } = await planned(sized(base, load));
    const others = alternatives(plan.workload, pricesOf(plan.region)).map(({ total }) => total);
    bills.push({ load, cost: costOfPlan(plan), others });
  }
  return bills;
}

const usd = (value: number) => Math.round(value).toLocaleString("en-US");

function elsewhere(bills: readonly Bill[]): string {
  return markdown(
    [...columns, "fixed", "usage", "in all", "AWS managed", "Grafana Cloud"],
    bills.map(({ load, cost, others }) => [
      ...cells(load),
      ...[cost.fixedUsd, cost.usageUsd, cost.total, ...others].map(usd),
    ]),
  );
}

/** The same in short, for the README. */
export function worthIt(bills: readonly Bill[]): string {
  return markdown(
    ["series", "logs, GB/day", "spans/s", "this stack", "AWS managed services", "Grafana Cloud"],
    bills.map(({ load, cost, others }) => [
      ...cells(load).slice(0, 3),
      ...[cost.total, ...others].map(usd),
    ]),
  );
}

function sized(config: StackConfig, load: ExpectedLoad): StackConfig {
  const { fragment, ends: ending } = smallestSizes(config, load);
  if (fragment === undefined) throw new Error(`no size carries it: ${JSON.stringify(ending)}`);
  return withFragment(config, fragment);
}

async function planned(config: StackConfig): Promise<PlannedStack> {
  const catalog = buildCatalog(config);
  const { stack, accountId, region } = config;
  const recording = await record(() => lgtm(config, catalog), {
    project: PROJECT,
    stack,
    accountId,
    region,
    config: {},
  });
  return plannedStack(config, catalog, recording);
}

function formulaTable(): string {
  const lines = new Map<string, { says: string; source: string; resources: string[] }>();
  for (const { role, says, source, resource } of formulas) {
    const key = `${role}/${says}`;
    const known = lines.get(key);
    if (known === undefined) lines.set(key, { says, source, resources: [resource] });
    else known.resources.push(resource);
  }
  return markdown(
    ["role", "of", "needs", "source"],
    [
      ...[...lines].map(([key, { says, source, resources }]) => [
        key.split("/")[0] ?? "",
        resources.join(", "),
        says,
        source,
      ]),
      ...Object.entries(unsized).map(([role, why]) => [role, "", `not sized: ${why}`, ""]),
    ],
  );
}

function sizes(base: StackConfig): string {
  const configs = loads.map((load) => sized(base, load));
  const [first] = configs;
  if (first === undefined) return "";
  const size = (config: StackConfig, role: string) => {
    const found = capacityOf(config, config.expectedLoad).find((each) => each.role === role);
    return found === undefined ? "" : `${found.replicas} × ${found.vcpu} / ${found.memoryGb}`;
  };
  return markdown(
    ["role", ...loads.map((load) => `${cells(load).slice(0, 3).join(", ")}`)],
    capacityOf(first, first.expectedLoad)
      .filter(({ bounds }) => bounds.length > 0)
      .map(({ role }) => [role, ...configs.map((config) => size(config, role))]),
  );
}

/** Loads at which this shape ends, one signal at a time. */
function ends(config: StackConfig): string {
  const growing: readonly [keyof ExpectedLoad, string, number, Partial<ExpectedLoad>][] = [
    ["activeSeries", "active series each 15 s", 100_000, {}],
    ["logsGbPerDay", "GB of logs a day", 100, { logStreams: 5_000 }],
    ["spansPerSecond", "spans/s of 500 bytes", 1_000, {}],
    ["profilesGbPerDay", "GB of profiles a day", 10, {}],
  ];
  return markdown(
    ["up to", "then ends", "next"],
    growing.map(([key, words, step, others]) => {
      const at = (times: number) =>
        smallestSizes(config, expectedLoadSchema.parse({ ...others, [key]: times * step }));
      let low = 0;
      let high = 1;
      while (at(high).fragment !== undefined) [low, high] = [high, high * 2];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (at(middle).fragment === undefined) high = middle;
        else low = middle;
      }
      const [end] = at(high).ends;
      return [
        `${(low * step).toLocaleString("en-US")} ${words}`,
        `${end?.role ?? ""}: ${end?.because.replace(/ carry \d+ % of it/, "") ?? ""}`,
        end?.next ?? "",
      ];
    }),
  );
}
