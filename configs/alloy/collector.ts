import type { StackConfig } from "../stack/schema";
import { endpoints, hostOf, portOf } from "../../stacks/endpoints";
import type { AwsAccess, ProductName, RoleId } from "../../stacks/types";
import { cloudwatchLogs, cloudwatchMetrics, duration } from "./cloudwatch";
import { lokiWrite, metricsReceiver, mimirWrite } from "./destinations";
import {
  attr,
  block,
  call,
  component,
  ref,
  renderAlloy,
  type Block,
  type Statement,
} from "./syntax";

/** The job label of a product's servers: `lgtm/loki`. */
export const scrapeJob = (product: ProductName): string => `lgtm/${product}`;

/** Every role whose metrics are scraped (D7): all that have an HTTP server, this one included; memcached has none. */
export const scrapedRoles: readonly RoleId[] = (Object.keys(endpoints) as RoleId[]).filter((role) =>
  endpoints[role].ports.some(({ name }) => name === "http"),
);

/**
 * The collector of rows D5 and D7: it scrapes every server of the stack and copies CloudWatch metrics and the named
 * groups of CloudWatch Logs.
 *
 * @throws Error where `collection.logGroups` names one of the stack's own groups.
 */
export function renderCollector(config: StackConfig): string {
  return renderAlloy(
    "Alloy collector: the stack's own servers and CloudWatch in; Mimir and Loki out. Runs once: two would fetch twice.",
    collectorFile(config),
  );
}

/** The same as a tree, for whoever wants to know its structure. */
export function collectorFile(config: StackConfig): Statement[] {
  const logs = cloudwatchLogs(config);
  return [
    ...scrapes(config),
    ...cloudwatchMetrics(config),
    ...logs,
    mimirWrite(config),
    ...(logs.length > 0 ? [lokiWrite(config)] : []),
  ];
}

function scrapes(config: StackConfig): Block[] {
  const byPort = new Map<number, RoleId[]>();
  for (const role of scrapedRoles) {
    const port = portOf(role, "http");
    byPort.set(port, [...(byPort.get(port) ?? []), role]);
  }
  const discoveries = [...byPort].map(([port, roles]) =>
    component("discovery.dns", productOf(roles[0]!), [
      attr(
        "names",
        roles.map((role) => hostOf(config, role)),
      ),
      attr("type", "A"),
      attr("port", port),
      attr("refresh_interval", "15s"),
    ]),
  );
  const interval = config.collection.scrapeIntervalSeconds;
  return [
    ...discoveries,
    component("discovery.relabel", "servers", [
      attr(
        "targets",
        call(
          "array.concat",
          ...discoveries.map(({ label }) => ref(`discovery.dns.${label!}.targets`)),
        ),
      ),
      rule("([^.-]+).*", "job", "lgtm/$1"),
      rule("([^.]+)\\..*", "role", "$1"),
      ...renamedRoles().map(({ role, dnsName }) => rule(`${dnsName}\\..*`, "role", role)),
    ]),
    component("prometheus.scrape", "servers", [
      attr("targets", ref("discovery.relabel.servers.output")),
      attr("scrape_interval", duration(interval)),
      attr("scrape_timeout", duration(Math.min(interval, 10))),
      attr("forward_to", [metricsReceiver]),
    ]),
  ];
}

/** The scraped roles whose name in Cloud Map is not their own: `loki` is the distributor. */
const renamedRoles = (): { role: RoleId; dnsName: string }[] =>
  scrapedRoles
    .map((role) => ({ role, dnsName: endpoints[role].dnsName }))
    .filter(({ role, dnsName }) => role !== dnsName);

const rule = (regex: string, target: string, replacement: string): Block =>
  block("rule", [
    attr("source_labels", ["__meta_dns_name"]),
    attr("regex", regex),
    attr("target_label", target),
    attr("replacement", replacement),
  ]);

const productOf = (role: RoleId): ProductName => role.split("-")[0] as ProductName;

/**
 * What the collector's task role may do (A3). Reading metrics and tags knows no resources; log groups and roles are
 * exactly the ones that the configuration names.
 */
export function collectorAccess(config: StackConfig): AwsAccess[] {
  const { cloudwatchMetrics: services, logGroups, assumeRoleArns } = config.collection;
  const access: AwsAccess[] = [];
  if (services.length > 0) {
    access.push({
      sid: "ReadCloudWatchMetrics",
      actions: [
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
        "tag:GetResources",
      ],
      resources: ["*"],
    });
  }
  if (logGroups.length > 0) {
    access.push({
      sid: "ReadNamedLogGroups",
      actions: ["logs:DescribeLogGroups", "logs:FilterLogEvents"],
      resources: logGroups.map(
        (name) => `arn:aws:logs:${config.region}:${config.accountId}:log-group:${name}:*`,
      ),
    });
  }
  if (services.length > 0 && assumeRoleArns.length > 0) {
    access.push({
      sid: "AssumeNamedRoles",
      actions: ["sts:AssumeRole"],
      resources: [...assumeRoleArns],
    });
  }
  return access;
}
