import type { StackConfig } from "../configs/stack/schema";
import { rolesOf } from "./catalog";
import type { Catalog, Role } from "./types";

/** What a stack of this shape does not survive; what follows from single settings is in `configs/stack/warnings.ts`. */
export interface Insight {
  readonly id: string;
  readonly text: string;
}

/** What the loss of a task or of a zone means. */
export function insights(catalog: Catalog, config: StackConfig): Insight[] {
  const roles = rolesOf(catalog);
  // Two zones have a warning of their own, with the mend.
  const byZone = config.network.zones.length < 3 ? [] : zoneLoss(roles, config);
  return [...byZone, ...singles(roles)];
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
            text: `One task each, away for up to a minute when it dies: ${list(alone)}.`,
          },
        ]
      : []),
    ...(singletons.length > 0
      ? [
          {
            id: "singletons",
            text: `Exactly one task, stopped before its successor starts: ${list(singletons)}.`,
          },
        ]
      : []),
  ];
}

const list = (roles: readonly Role[]) => roles.map((role) => role.id).join(", ");
