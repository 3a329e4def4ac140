import type { StackConfig } from "../configs/stack/schema";
import { rolesOf } from "./catalog";
import { anonymousDockerHubPulls, dockerHubAnonymousLimit } from "./imagePulls";
import type { Catalog, Role } from "./types";

/** Something to know before the stack is deployed: what it does not survive, or what may surprise. */
export interface Insight {
  readonly id: string;
  readonly severity: "warning" | "note";
  readonly text: string;
}

/** Warnings of the plan, most severe first. */
export function insights(catalog: Catalog, config: StackConfig): Insight[] {
  const roles = rolesOf(catalog);
  const found = [
    ...unreplicated(config),
    ...zoneLoss(roles, config),
    ...singles(roles),
    ...disposable(config),
    ...openIngest(config),
    ...experimental(config),
    ...pulls(catalog, config),
    ...spot(roles),
  ];
  return [...found].sort((a, b) => rank(a) - rank(b));
}

const rank = (insight: Insight) => (insight.severity === "warning" ? 0 : 1);

/** Rings with one copy: what one task holds is lost when it dies uncleanly. */
function unreplicated(config: StackConfig): Insight[] {
  const rings = [
    ["mimir", config.mimir.replicationFactor, "metrics since the last two-hour block"],
    ["loki", config.loki.replicationFactor, "logs whose chunks are not flushed yet"],
    ["tempo", config.tempo.replicationFactor, "traces of up to five minutes"],
  ] as const;
  return rings
    .filter(([, factor]) => factor === 1)
    .map(([product, , what]) => ({
      id: `one-copy-${product}`,
      severity: "warning" as const,
      text: `${product} keeps one copy of each write: a task that dies uncleanly loses ${what}, and refuses writes until it is back. A clean stop loses nothing.`,
    }));
}

/** Rings of which one zone holds more members than the quorum can spare. */
function zoneLoss(roles: readonly Role[], config: StackConfig): Insight[] {
  const factors: Partial<Record<Role["product"], number>> = {
    mimir: config.mimir.replicationFactor,
    loki: config.loki.replicationFactor,
    tempo: config.tempo.replicationFactor,
  };
  return roles
    .filter((role) => role.replacement === "ring")
    .flatMap((role) => {
      const factor = factors[role.product] ?? 1;
      const perZone = new Map<number, number>();
      for (const { zoneIndex = 0 } of role.instances) {
        perZone.set(zoneIndex, (perZone.get(zoneIndex) ?? 0) + 1);
      }
      const most = Math.max(...perZone.values());
      // With more members than copies, a write may have more than its spare copies in one zone.
      const spare = factor - (Math.floor(factor / 2) + 1);
      if (factor === 1 || most <= spare) return [];
      return [
        {
          id: `zone-loss-${role.id}`,
          severity: "warning" as const,
          text: `${role.id}: one zone holds ${most} of ${role.replicas} replicas; if it is lost, ${role.product} loses its quorum (${spare} may be missing). Use three zones.`,
        },
      ];
    });
}

/** Roles of which there is one task: away while it is replaced. */
function singles(roles: readonly Role[]): Insight[] {
  const alone = roles.filter((role) => role.replacement === "stateless" && role.replicas === 1);
  const singletons = roles.filter((role) => role.replacement === "singleton");
  return [
    ...(alone.length > 0
      ? [
          {
            id: "one-task",
            severity: "note" as const,
            text: `One task each, away for up to a minute when it dies: ${list(alone)}.`,
          },
        ]
      : []),
    ...(singletons.length > 0
      ? [
          {
            id: "singletons",
            severity: "note" as const,
            text: `Exactly one task, stopped before its successor starts: ${list(singletons)}.`,
          },
        ]
      : []),
  ];
}

function disposable(config: StackConfig): Insight[] {
  return config.grafana.database.type === "sqlite"
    ? [
        {
          id: "grafana-sqlite",
          severity: config.environment === "prod" ? "warning" : "note",
          text: "Grafana's database is on its task's disk: users, and dashboards made by hand, are gone with the task. Provisioned ones come back.",
        },
      ]
    : [];
}

function openIngest(config: StackConfig): Insight[] {
  return config.ingress.auth === "none"
    ? [
        {
          id: "open-ingest",
          severity: "warning",
          text: "Anybody who reaches the load balancer may write (ingress.auth is none).",
        },
      ]
    : [];
}

function experimental(config: StackConfig): Insight[] {
  return config.collection.logGroups.length > 0
    ? [
        {
          id: "cloudwatch-logs-experimental",
          severity: "warning",
          text: "CloudWatch log groups are polled by an experimental receiver of Alloy: it re-reads 15 minutes after each start (duplicates), and misses events that arrive late.",
        },
      ]
    : [];
}

function pulls(catalog: Catalog, config: StackConfig): Insight[] {
  const anonymous = anonymousDockerHubPulls(catalog, config);
  if (anonymous === 0) return [];
  const { pulls: limit, windowHours } = dockerHubAnonymousLimit;
  return [
    {
      id: "docker-hub-anonymous",
      severity: config.environment === "prod" || anonymous > limit / 2 ? "warning" : "note",
      text: `One up pulls ${anonymous} images from Docker Hub without an account; it allows ${limit} in ${windowHours} hours per address, and all tasks share their NAT gateway's. Set images.credentialsSecretArn or images.pullThroughCache.`,
    },
  ];
}

function spot(roles: readonly Role[]): Insight[] {
  const onSpot = roles.filter((role) => role.spot);
  return onSpot.length > 0
    ? [
        {
          id: "spot",
          severity: "note",
          text: `On Spot, with two minutes' notice and none at all while AWS has no spare capacity: ${list(onSpot)}.`,
        },
      ]
    : [];
}

const list = (roles: readonly Role[]) => roles.map((role) => role.id).join(", ");
