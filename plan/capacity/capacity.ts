/** What the configured sizes carry of a load, role by role, and what breaks first. Pure: a page may reckon with it. */

import { memoryFigures, seriesPerTask } from "../../configs/mimir/memoryModel";
import type { ExpectedLoad } from "../../configs/stack/expectedLoad";
import { rolesIn, settingAt, type RoleSettings } from "../../configs/stack/roles";
import type { StackSettings } from "../../configs/stack/schema";
import { demandOf, ownDemand, type Demand } from "./demand";
import { formulas, unsized, type RolePath } from "./formulas";
import { limitsOf } from "./limits";

/** Something that a role may run out of. */
export interface Bound {
  /** A resource of a task, or a limit of the server in words. */
  readonly what: string;
  /** How many times the load fits; below 1 it does not. Infinity where the load does not ask for it. */
  readonly times: number;
  readonly has: number;
  readonly needs: number;
  readonly says: string;
  readonly source: string;
  /** Setting of the stack file that raises it. */
  readonly setting?: string;
}

export interface RoleCapacity {
  readonly role: RolePath;
  readonly replicas: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  /** By how soon it is reached. Empty for a role that nobody publishes a formula for. */
  readonly bounds: readonly Bound[];
  /** Why there is no bound. */
  readonly unsized?: string;
}

/** One size of a role. */
export interface Size {
  readonly replicas: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly diskGb: number;
}

/** Copies that a role holds of what it is sent. */
export function copiesOf(settings: StackSettings, role: RolePath): number {
  const factors: Partial<Record<RolePath, number>> = {
    mimir: settings.mimir.replicationFactor,
    "loki.ingester": settings.loki.replicationFactor,
    "tempo.ingester": settings.tempo.replicationFactor,
  };
  return factors[role] ?? 1;
}

/** Disk of a role's task: Fargate's 20 GB where the stack file has no such setting. */
export const diskOf = (settings: StackSettings, role: RolePath): number =>
  (settingAt(settings, role) as { readonly ephemeralStorageGb?: number }).ephemeralStorageGb ?? 20;

/** What one size of a role carries: the part of the stack's own load is taken off first. */
export function boundsOf(
  role: RolePath,
  size: Size,
  copies: number,
  load: Demand,
  own: Demand,
): Bound[] {
  const bounds = formulas
    .filter((formula) => formula.role === role)
    .map((formula): Bound => {
      const has = size[formula.resource];
      const fixed = formula.idle + formula.total(own, copies) / size.replicas;
      const growing = formula.total(load, copies) / size.replicas;
      return {
        what: formula.resource,
        times: timesOf(has - fixed, growing),
        has,
        needs: fixed + growing,
        says: formula.says,
        source: formula.source,
      };
    });
  return role === "mimir" ? [...bounds, mimirMemory(size, copies, load, own)] : bounds;
}

/** Mimir's memory is what its series limit is made of. */
function mimirMemory(size: Size, copies: number, load: Demand, own: Demand): Bound {
  const carries = seriesPerTask(size.memoryGb);
  const ofOwn = (own.series * copies) / size.replicas;
  const ofLoad = (load.series * copies) / size.replicas;
  return {
    what: "memoryGb",
    times: timesOf(carries - ofOwn, ofLoad),
    has: size.memoryGb,
    needs: carries === 0 ? Infinity : (size.memoryGb * (ofOwn + ofLoad)) / carries,
    says: "2.5 GB for 300,000 series in memory, caches and half as much again to spare (configs/mimir/memoryModel.ts)",
    source: memoryFigures.bytesPerSeries.source,
  };
}

/** How often `growing` fits into what is left; nothing left carries nothing, not even no load. */
function timesOf(left: number, growing: number): number {
  if (left < 0) return 0;
  return growing === 0 ? Infinity : left / growing;
}

/** Every role of a stack under a load. */
export function capacityOf(settings: StackSettings, expected: ExpectedLoad): RoleCapacity[] {
  const load = demandOf(expected);
  const own = ownDemand(settings);
  const limits = limitsOf(settings);
  return rolesIn(settings).map((each) => {
    const role = each.path as RolePath;
    const size = { ...sizeOf(each), diskGb: diskOf(settings, role) };
    const refused = limits
      .filter((limit) => limit.role === role)
      .map((limit): Bound => {
        const fixed = limit.asked(own);
        const growing = limit.asked(load);
        return {
          what: `limit: ${limit.what}`,
          times: timesOf(limit.most - fixed, growing),
          has: limit.most,
          needs: fixed + growing,
          says: limit.what,
          source: limit.source,
          ...(limit.setting === undefined ? {} : { setting: limit.setting }),
        };
      });
    const bounds = [...boundsOf(role, size, copiesOf(settings, role), load, own), ...refused].sort(
      (a, b) => a.times - b.times || (a.what < b.what ? -1 : 1),
    );
    return {
      role,
      replicas: size.replicas,
      vcpu: size.vcpu,
      memoryGb: size.memoryGb,
      bounds,
      ...(bounds.length > 0 ? {} : { unsized: unsized[role] ?? "no formula" }),
    };
  });
}

/** A role that scales by itself carries what its most tasks carry. */
const sizeOf = ({ replicas, vcpu, memoryGb, autoscaling }: RoleSettings) => ({
  replicas: autoscaling?.maxReplicas ?? replicas,
  vcpu,
  memoryGb,
});

/** How many times the load fits into a role. */
export const timesCarried = ({ bounds }: RoleCapacity): number => bounds[0]?.times ?? Infinity;

/** What the load does not fit into. */
export function overloaded(capacity: readonly RoleCapacity[]): RoleCapacity[] {
  return capacity.filter((role) => timesCarried(role) < 1);
}
