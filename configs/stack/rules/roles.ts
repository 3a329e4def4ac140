import { dataRoles, rolesIn, singletons } from "../roles";
import { isFargateSize, sizesFor } from "../fargateSizes";
import type { StackSettings } from "../schema";
import type { Finding, Rule } from "./rule";

/** Cloud Map answers a query with at most eight addresses of a name (P15). */
export const maxDnsAnswers = 8;

/** Rings whose members hold copies of each write: replicas and replication factor belong together. */
const rings = (settings: StackSettings) => [
  { path: "mimir", product: "mimir", replicas: settings.mimir.replicas },
  { path: "loki.ingester", product: "loki", replicas: settings.loki.ingester.replicas },
  { path: "tempo.ingester", product: "tempo", replicas: settings.tempo.ingester.replicas },
];

const factorOf = (settings: StackSettings, product: string) =>
  settings[product as "mimir" | "loki" | "tempo"].replicationFactor;

export const roleRules: readonly Rule[] = [
  {
    id: "fargate-size",
    row: "S1–S7",
    check: (settings) =>
      rolesIn(settings)
        .filter((role) => !isFargateSize(role.vcpu, role.memoryGb))
        .map((role): Finding => {
          const allowed = sizesFor(role.vcpu);
          const key = allowed.startsWith("vcpu") ? "vcpu" : "memoryGb";
          return {
            key: `${role.path}.${key}`,
            given: `vcpu ${role.vcpu} with memoryGb ${role.memoryGb}`,
            allowed,
            mend: `set ${role.path}.vcpu and ${role.path}.memoryGb to a size that Fargate has`,
            involves: [`${role.path}.vcpu`, `${role.path}.memoryGb`],
          };
        }),
  },
  {
    id: "replication-factor",
    row: "S16",
    check: (settings) =>
      (["mimir", "loki", "tempo"] as const)
        .filter((product) => ![1, 3].includes(factorOf(settings, product)))
        .map((product) => ({
          key: `${product}.replicationFactor`,
          allowed: "1 or 3",
          mend:
            factorOf(settings, product) % 2 === 0
              ? "use 3: with an even factor reads go silently short while one replica is away (measured)"
              : "use 3: nothing else has been measured",
        })),
  },
  {
    id: "replicas-carry-factor",
    row: "S16",
    check: (settings) =>
      rings(settings)
        .filter(({ product, replicas }) => {
          const factor = factorOf(settings, product);
          return [1, 3].includes(factor) && replicas < factor;
        })
        .map(({ path, product }) => ({
          key: `${path}.replicas`,
          allowed: `at least ${factorOf(settings, product)}, the replication factor`,
          mend: `raise ${path}.replicas, or set ${product}.replicationFactor to 1 (a lost task is then lost data)`,
          involves: [`${product}.replicationFactor`],
        })),
  },
  {
    id: "singleton",
    row: "S15",
    check: (settings) =>
      rolesIn(settings)
        .filter((role) => role.path in singletons && role.replicas !== 1)
        .map((role) => ({
          key: `${role.path}.replicas`,
          allowed: "exactly 1",
          mend: `remove the line: ${singletons[role.path]}; give it more vcpu and memoryGb instead`,
        })),
  },
  {
    id: "grafana-replicas",
    row: "D3",
    check: ({ grafana }) =>
      grafana.replicas > 1 && grafana.database.type !== "postgres"
        ? [
            {
              key: "grafana.replicas",
              allowed: "1 with sqlite",
              mend: "set grafana.database.type to postgres: each task has an sqlite of its own, so logins and edits come and go",
              involves: ["grafana.database.type"],
            },
          ]
        : [],
  },
  {
    id: "dns-answers",
    row: "S13",
    check: (settings) =>
      rolesIn(settings)
        .filter(
          (role) => Math.max(role.replicas, role.autoscaling?.maxReplicas ?? 0) > maxDnsAnswers,
        )
        .map((role) => ({
          key:
            role.replicas > maxDnsAnswers
              ? `${role.path}.replicas`
              : `${role.path}.autoscaling.maxReplicas`,
          allowed: `at most ${maxDnsAnswers}`,
          mend: `use ${maxDnsAnswers} larger tasks: Cloud Map answers with at most ${maxDnsAnswers} addresses of a name, so the others would never be called`,
        })),
  },
  {
    id: "autoscaling-range",
    row: "S19",
    check: (settings) =>
      rolesIn(settings).flatMap((role) => {
        const range = role.autoscaling;
        if (range === undefined) return [];
        const fits = range.minReplicas <= role.replicas && role.replicas <= range.maxReplicas;
        if (fits) return [];
        return [
          {
            key: `${role.path}.autoscaling`,
            given: `minReplicas ${range.minReplicas}, replicas ${role.replicas}, maxReplicas ${range.maxReplicas}`,
            allowed: "minReplicas ≤ replicas ≤ maxReplicas",
            mend: `replicas is the count at the first deployment: put it between the bounds, and minReplicas not above maxReplicas`,
            involves: [`${role.path}.replicas`],
          },
        ];
      }),
  },
  {
    id: "autoforget-or-zones",
    row: "S16",
    check: ({ loki }) =>
      loki.zoneAwareness && loki.autoforgetUnhealthy
        ? [
            {
              key: "loki.zoneAwareness",
              allowed: "false together with loki.autoforgetUnhealthy: true",
              mend: "remove loki.zoneAwareness: once a dead zone is forgotten, one of the two left answers reads alone, silently short (measured)",
              involves: ["loki.autoforgetUnhealthy"],
            },
          ]
        : [],
  },
];

/**
 * Why a role has no setting of that name, for settings that other roles have; undefined where there is no such reason.
 */
export function whyNotSetting(rolePath: string, setting: string): string | undefined {
  if (setting !== "spot" && setting !== "autoscaling") return undefined;
  const holdsData = dataRoles.includes(rolePath);
  if (setting === "spot") {
    if (holdsData)
      return "this role holds data that is not in S3 yet, and a Spot task can be taken away (S14)";
    if (rolePath in singletons)
      return "there is exactly one task of this role, and a Spot task can be taken away";
    return "only the queriers and query-frontends of Loki and Tempo may run on Spot (S19)";
  }
  if (holdsData) return "this role holds data; each replica is a service of its own (S15)";
  if (rolePath in singletons) return "there is exactly one task of this role (S15)";
  return "only stateless roles of Loki and Tempo and the gateway scale (S19)";
}
