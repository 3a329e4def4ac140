import { parseBlock } from "./addresses";
import { rolesIn } from "./roles";
import type { StackConfig } from "./schema";

/** What is allowed, but should be known before it is deployed. */
export interface StackWarning {
  readonly id: string;
  /** Row of the requirements. */
  readonly row: string;
  readonly text: string;
}

interface Warning {
  readonly id: string;
  readonly row: string;
  /** The text, or undefined where there is nothing to warn of. */
  readonly when: (config: StackConfig) => string | undefined;
}

const isProd = (config: StackConfig) => config.environment === "prod";

const warnings: readonly Warning[] = [
  {
    id: "one-copy",
    row: "S16",
    when: (config) => {
      const products = (["mimir", "loki", "tempo"] as const).filter(
        (product) => config[product].replicationFactor === 1,
      );
      return products.length === 0
        ? undefined
        : `${products.join(", ")}: one copy of each write (replicationFactor 1). A task that dies uncleanly takes what it had not flushed with it, and writes fail until its replacement is there`;
    },
  },
  {
    id: "two-zones",
    row: "N2",
    when: ({ network, mimir, loki, tempo }) => {
      const products = [
        { name: "mimir", factor: mimir.replicationFactor },
        { name: "loki", factor: loki.replicationFactor },
        { name: "tempo", factor: tempo.replicationFactor },
      ].filter(({ factor }) => factor > network.zones.length);
      return products.length === 0
        ? undefined
        : `${products.map(({ name }) => name).join(", ")}: ${network.zones.length} zones for three replicas. The zone that holds two of them takes the quorum with it: writes and reads fail until it is back`;
    },
  },
  {
    id: "single-nat",
    row: "N3",
    when: (config) =>
      isProd(config) &&
      config.network.existing === undefined &&
      config.network.natGateways === "single"
        ? "one NAT gateway for all zones: without its zone no task can be started and nothing outside AWS's gateway endpoint is reached"
        : undefined,
  },
  {
    id: "sqlite",
    row: "D3",
    when: ({ grafana }) =>
      grafana.database.type === "sqlite"
        ? "Grafana's database is sqlite on the task's disk: users, edited dashboards, silences and API keys are gone with the task; what is provisioned is not"
        : undefined,
  },
  {
    id: "single-az-database",
    row: "D3",
    when: (config) =>
      isProd(config) &&
      config.grafana.database.type === "postgres" &&
      !config.grafana.database.multiAz
        ? "Grafana's database is in one zone: without it nobody can log in (grafana.database.multiAz)"
        : undefined,
  },
  {
    id: "database-tls-unverified",
    row: "D3",
    when: ({ grafana }) =>
      grafana.database.type === "postgres" && grafana.database.caBundleFile === undefined
        ? "TLS to Grafana's database is required, but its certificate is not verified (grafana.database.caBundleFile)"
        : undefined,
  },
  {
    id: "anonymous-pulls",
    row: "S10",
    when: (config) =>
      isProd(config) &&
      config.images.credentialsSecretArn === undefined &&
      !config.images.pullThroughCache
        ? "images come from Docker Hub anonymously: above its limit no task starts, also not in place of a dead one (images.credentialsSecretArn or images.pullThroughCache)"
        : undefined,
  },
  {
    id: "experimental-receiver",
    row: "D5",
    when: ({ collection }) =>
      collection.logGroups.length > 0
        ? "CloudWatch Logs come through otelcol.receiver.awscloudwatch, which is experimental: the whole collector runs with --stability.level=experimental, events that are stamped before the last poll are missed, and each restart reads the last 15 minutes again"
        : undefined,
  },
  {
    id: "world-writes",
    row: "G8",
    when: ({ ingress }) =>
      ingress.auth === "none"
        ? "the ingest paths are open: anybody who knows the address may write"
        : ingress.allowedCidrs.some((cidr) => parseBlock(cidr)?.bits === 0)
          ? `0.0.0.0/0 is among the addresses that may write${ingress.auth === "cidr" ? ": nothing else guards the ingest paths" : ""}`
          : undefined,
  },
  {
    id: "wide-blocks",
    row: "G8",
    when: ({ ingress }) => {
      const wide = ingress.allowedCidrs.filter((cidr) => {
        const bits = parseBlock(cidr)?.bits ?? 32;
        return bits > 0 && bits < 8;
      });
      return wide.length === 0
        ? undefined
        : `${wide.join(", ")} may write: each is more than 16 million addresses`;
    },
  },
  {
    id: "spot",
    row: "S19",
    when: (config) => {
      const roles = rolesIn(config).filter((role) => role.spot === true);
      return roles.length === 0
        ? undefined
        : `on Spot: ${roles.map(({ path }) => path).join(", ")}. A task can be taken away with two minutes' notice, and at times there is none to be had: queries fail then, data does not`;
    },
  },
  {
    id: "asleep",
    row: "S19",
    when: ({ schedule }) =>
      schedule === undefined
        ? undefined
        : `the stack runs ${schedule.days} from ${schedule.startHour} to ${schedule.stopHour} o'clock (${schedule.timezone}); outside it receives nothing and no alert fires`,
  },
  {
    id: "insights-off",
    row: "D5",
    when: ({ containerInsights, collection }) =>
      containerInsights === "disabled" && collection.cloudwatchMetrics.includes("containerInsights")
        ? "Container Insights is disabled, so the collector asks for its metrics in vain (collection.cloudwatchMetrics)"
        : undefined,
  },
  {
    id: "unwatched",
    row: "D9",
    when: (config) =>
      isProd(config) && config.watch.enabled === false
        ? "nothing watches the stack from outside: Grafana's alerts fall silent together with Mimir, and nobody hears of a ring task that died (watch.enabled)"
        : undefined,
  },
  {
    id: "nobody-hears",
    row: "D9",
    when: (config) =>
      (config.watch.enabled ?? isProd(config)) &&
      config.watch.emails.length + config.watch.webhooks.length === 0
        ? "alarms go to a topic that nobody has subscribed to (watch.emails, watch.webhooks)"
        : undefined,
  },
  {
    id: "no-budget",
    row: "D9",
    when: (config) =>
      isProd(config) &&
      config.watch.enabled !== false &&
      config.watch.monthlyBudgetUsd === undefined
        ? "no budget: the first to notice a doubled bill is whoever pays it (watch.monthlyBudgetUsd)"
        : undefined,
  },
  {
    id: "unprotected",
    row: "B1",
    when: (config) =>
      config.protectData
        ? undefined
        : `bucket ${config.bucketName} is deleted with everything in it when the stack is destroyed`,
  },
];

/** Ids of all warnings. */
export const warningIds: readonly string[] = warnings.map(({ id }) => id);

/** What the plan warns of, in the order of the list above. */
export function stackWarnings(config: StackConfig): readonly StackWarning[] {
  return warnings.flatMap(({ id, row, when }) => {
    const text = when(config);
    return text === undefined ? [] : [{ id, row, text }];
  });
}
