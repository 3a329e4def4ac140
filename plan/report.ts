import type { StackConfig } from "../configs/stack/schema";
import { servicesOf } from "../stacks/catalog";
import { edges } from "../stacks/edges";
import { anonymousDockerHubPulls, dockerHubAnonymousLimit, imagePulls } from "../stacks/imagePulls";
import { lifecycleRules } from "../stacks/lifecycle";
import type { Catalog, Role } from "../stacks/types";
import { costOfPlan, type CostItem, type CostReport } from "./cost";
import { capacityTable, firstToBreak } from "./capacity/page";
import { loadInWords } from "./costPage";
import { carriedLoad } from "./load";
import type { PlannedStack } from "./makePlan";
import type { Plan } from "./plan";
import { retentionOf } from "./retention";
import { bullet, table } from "./table";
import { planWarnings } from "./warnings";

export interface ReportFacts {
  /** Where plan.json and the rendered files were written. */
  readonly folder: string;
  /** What the policy pack says; absent where it was not asked. */
  readonly verdict?: string;
  /** How long the plan took, from the start of the process. */
  readonly seconds: number;
}

/** The page that `npm run plan` prints. */
export function report(planned: PlannedStack, facts: ReportFacts): string {
  const { config, catalog, plan } = planned;
  const cost = costOfPlan(plan);
  const sections: [string, readonly string[]][] = [
    ["Services", services(config, catalog)],
    ["Reachable from outside", frontDoor(config, catalog)],
    ["Connections inside", connections(config, catalog)],
    [`Storage: s3://${config.bucketName} (${config.region})`, storage(config, catalog)],
    ["Cost of a month in USD", costLines(cost)],
    ["Load it carries", load(config)],
    ["Capacity: how often the expected load fits", capacity(planned)],
    ["Image pulls of an `up` that starts every task", pulls(config, catalog)],
    ["Warnings", warnings(planned, cost)],
    ["Policy pack", (facts.verdict ?? "not asked (--no-policy)").trimEnd().split("\n")],
    ["Next steps", nextSteps(config, plan)],
  ];
  const resources = plan.resources.filter((resource) => resource.custom).length;
  return [
    `Plan of stack ${config.stack} (${config.environment}): ${config.name} in account ${config.accountId}, ` +
      `${config.zoneNames.join(", ")}; ${resources} resources`,
    ...sections.flatMap(([title, lines]) => ["", title, ...lines.map((line) => `  ${line}`)]),
    "",
    `Wrote plan.json and the rendered files to ${facts.folder}/ in ${facts.seconds.toFixed(1)} s; no cloud was asked.`,
    "",
  ].join("\n");
}

function services(config: StackConfig, catalog: Catalog): string[] {
  const zones = (index: number | undefined) =>
    index === undefined ? config.network.zones.join(" ") : (config.network.zones[index] ?? "");
  const rows = servicesOf(catalog).map(({ role, instance }) => [
    instance.serviceName,
    tasks(role, instance.desiredCount),
    String(role.vcpu),
    String(role.memoryGb),
    role.replacement,
    role.holdsData ? "holds data" : "",
    role.spot ? "Spot" : "on demand",
    zones(instance.zoneIndex),
    `${role.dnsName}.${config.namespace}`,
  ]);
  const totals = servicesOf(catalog).reduce(
    (sum, { role, instance }) => ({
      tasks: sum.tasks + instance.desiredCount,
      vcpu: sum.vcpu + instance.desiredCount * role.vcpu,
      memoryGb: sum.memoryGb + instance.desiredCount * role.memoryGb,
    }),
    { tasks: 0, vcpu: 0, memoryGb: 0 },
  );
  return [
    ...table(
      [
        { title: "service" },
        { title: "tasks", numeric: true },
        { title: "vCPU", numeric: true },
        { title: "GB", numeric: true },
        { title: "class" },
        { title: "data" },
        { title: "capacity" },
        { title: "zones" },
        { title: "name" },
      ],
      rows,
    ),
    `${totals.tasks} tasks, ${totals.vcpu} vCPU, ${totals.memoryGb} GB, ${config.cpuArchitecture}`,
  ];
}

const tasks = (role: Role, count: number) =>
  role.autoscaling === undefined
    ? String(count)
    : `${role.autoscaling.minReplicas}-${role.autoscaling.maxReplicas}`;

function frontDoor(config: StackConfig, catalog: Catalog): string[] {
  const guard = {
    token: "bearer token",
    cidr: `from ${config.ingress.allowedCidrs.join(", ")}`,
    both: `bearer token, from ${config.ingress.allowedCidrs.join(", ")}`,
    none: "NO GUARD",
  }[config.ingress.auth];
  const rows = servicesOf(catalog)
    .filter(({ instance, role }) => role.instances[0] === instance)
    .flatMap(({ role }) =>
      role.exposures.flatMap((exposure) =>
        exposure.paths.map((path) => [
          `https://${exposure.host}.${config.domain}${path}`,
          `${role.id} ${role.ports.find((port) => port.name === exposure.port)?.number ?? ""}`,
          exposure.guarded ? guard : "login",
        ]),
      ),
    );
  const { securityGroupIds, cidrs } = config.collection.clients;
  const clients = [...securityGroupIds, ...cidrs];
  return [
    ...table([{ title: "address" }, { title: "goes to" }, { title: "guard" }], rows),
    `everything else is 404; port 80 only redirects; the load balancer is ${config.ingress.internal ? "internal" : "internet-facing"}`,
    clients.length === 0
      ? "nobody may reach the gateway yet: name security groups or blocks in collection.clients"
      : `the gateway (alloy.${config.namespace}) may be reached by ${clients.join(", ")}`,
  ];
}

function connections(config: StackConfig, catalog: Catalog): string[] {
  const byTarget = new Map<string, Map<number, string[]>>();
  for (const edge of edges(catalog, config)) {
    const ports = byTarget.get(edge.to) ?? new Map<number, string[]>();
    byTarget.set(edge.to, ports.set(edge.port, [...(ports.get(edge.port) ?? []), edge.from]));
  }
  return table(
    [{ title: "to" }, { title: "port", numeric: true }, { title: "from" }],
    [...byTarget].flatMap(([to, ports]) =>
      [...ports]
        .sort(([a], [b]) => a - b)
        .map(([port, from], index) => [index === 0 ? to : "", String(port), from.join(", ")]),
    ),
  );
}

function storage(config: StackConfig, catalog: Catalog): string[] {
  const rules = lifecycleRules(catalog, config);
  const rows = catalog.products.flatMap((product) =>
    product.prefixes.map((prefix) => {
      const rule = rules.find(
        (each) => each.expireAfterDays !== undefined && each.prefix.startsWith(prefix),
      );
      const step = (storageClass: string) => {
        const transition = rule?.transitions?.find((each) => each.storageClass === storageClass);
        return transition === undefined ? "" : `day ${transition.afterDays}`;
      };
      return [
        prefix,
        product.name,
        retentionOf(config, prefix),
        step("STANDARD_IA"),
        step("GLACIER_IR") || step("INTELLIGENT_TIERING"),
        rule?.expireAfterDays === undefined ? "never" : `day ${rule.expireAfterDays}`,
      ];
    }),
  );
  return table(
    [
      { title: "prefix" },
      { title: "owner" },
      { title: "server keeps" },
      { title: "Standard-IA" },
      { title: config.storage.tiering === "lifecycle" ? "Glacier IR" : "Intelligent-Tiering" },
      { title: "S3's own end" },
    ],
    rows,
  );
}

const usd = (value: number) => value.toFixed(2);

function costLines(cost: CostReport): string[] {
  const rows = cost.items.map((item) => [
    item.what,
    `${Number(item.quantity.toFixed(2))} ${item.unit}`,
    usd(item.monthlyUsd),
    [item.estimate === true ? "estimate" : "", item.assumption ?? sharesOf(item)]
      .filter((part) => part !== "")
      .join(": "),
  ]);
  return [
    ...table(
      [{ title: "item" }, { title: "quantity" }, { title: "USD", numeric: true }, { title: "" }],
      rows,
    ),
    `fixed ${usd(cost.fixedUsd)} + usage ${usd(cost.usageUsd)} = ${usd(cost.totalWithoutContainerInsights)}` +
      `; Container Insights ${usd(cost.containerInsightsUsd)}; in all ${usd(cost.total)}`,
    "prices with source and date: plan/prices.ts; how each line comes about: npm run cost",
  ];
}

/** An estimated line that several products share, by product. */
const sharesOf = ({ group, parts }: CostItem): string =>
  group === "usage" || group === "container insights"
    ? parts.map(({ product, monthlyUsd }) => `${product} ${usd(monthlyUsd)}`).join(", ")
    : "";

function load(config: StackConfig): string[] {
  return table(
    [{ title: "signal" }, { title: "up to" }, { title: "from" }],
    carriedLoad(config).map(({ signal, load: most, because }) => [signal, most, because]),
  );
}

function capacity({ config, capacity: roles }: PlannedStack): string[] {
  return [
    ...bullet(`expected are ${loadInWords(config.expectedLoad)}`),
    ...capacityTable(roles),
    firstToBreak(roles),
  ];
}

function pulls(config: StackConfig, catalog: Catalog): string[] {
  const anonymous = anonymousDockerHubPulls(catalog, config);
  return [
    ...table(
      [{ title: "image" }, { title: "pulls", numeric: true }],
      imagePulls(catalog, config).map(({ image, pulls: count }) => [image, String(count)]),
    ),
    anonymous === 0
      ? "none of them counts against Docker Hub's anonymous limit"
      : `${anonymous} of them count against Docker Hub's anonymous limit of ${dockerHubAnonymousLimit.pulls} in ${dockerHubAnonymousLimit.windowHours} hours per address`,
  ];
}

function warnings(planned: PlannedStack, cost: CostReport): string[] {
  const lines = planWarnings(planned, cost);
  return lines.length === 0 ? ["none"] : lines.flatMap((line) => bullet(line));
}

function nextSteps(config: StackConfig, plan: Plan): string[] {
  return [
    `pulumi preview -s ${plan.stack} --diff    what AWS itself would say (needs credentials of ${config.accountId})`,
    `pulumi up -s ${plan.stack}                deploy`,
    ...(config.ingress.hostedZoneId === undefined
      ? [
          `point grafana., mimir., loki. and tempo.${config.domain} at the load balancer (output loadBalancerDnsName)`,
        ]
      : []),
    "send the first metric, log, trace and profile: docs/sending.md",
  ];
}
