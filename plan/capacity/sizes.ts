/** The smallest sizes that carry a load, or where this shape ends. */

import type { ExpectedLoad } from "../../configs/stack/expectedLoad";
import { fargateSizes } from "../../configs/stack/fargateSizes";
import { rolesIn, settingAt, singletons } from "../../configs/stack/roles";
import { maxDnsAnswers } from "../../configs/stack/rules/roles";
import type { StackSettings } from "../../configs/stack/schema";
import { boundsOf, capacityOf, copiesOf, diskOf, overloaded, type Size } from "./capacity";
import { demandOf, ownDemand, type Demand } from "./demand";
import { formulas, type RolePath } from "./formulas";
import { limitsOf, peak } from "./limits";

/** Settings to put into a stack file, nested as they stand there. */
export type Fragment = Record<string, Record<string, unknown>>;

/** A role that no size of this shape carries. */
export interface ShapeEnd {
  readonly role: RolePath;
  /** What the largest size of it runs out of. */
  readonly because: string;
  /** What to build instead. */
  readonly next: string;
}

export interface Sizing {
  /** Absent where the shape ends. */
  readonly fragment?: Fragment;
  readonly ends: readonly ShapeEnd[];
}

/** Relative price of a size: a vCPU costs as much as nine GB (plan/prices.ts, both architectures). */
const price = ({ replicas, vcpu, memoryGb, diskGb }: Size): number =>
  replicas * (vcpu + memoryGb / 9.1 + Math.max(0, diskGb - 20) / 290);

/** Largest disk of a Fargate task that the stack file takes, in GB. */
const maxDiskGb = 200;

/** Roles that can be given a disk. */
const hasDisk = (settings: StackSettings, role: RolePath): boolean =>
  "ephemeralStorageGb" in (settingAt(settings, role) as object);

/** Counts of tasks that a role may have: never fewer than the stack file says, and in a ring the same number in each zone. */
function counts(settings: StackSettings, role: RolePath, atLeast: number): number[] {
  if (role in singletons) return [1];
  if (role === "grafana" || role === "memcached") return [atLeast];
  const step = copiesOf(settings, role) > 1 ? settings.network.zones.length : 1;
  return Array.from({ length: maxDnsAnswers }, (_, index) => index + 1).filter(
    (count) => count >= atLeast && (count === atLeast || count % step === 0),
  );
}

/** Every size of a role, the cheapest first. Made once for roles that may have the same ones: there are thousands. */
function candidates(settings: StackSettings, role: RolePath, atLeast: number): readonly Size[] {
  const sizesDisk =
    hasDisk(settings, role) &&
    formulas.some((formula) => formula.role === role && formula.resource === "diskGb");
  const disks = sizesDisk
    ? Array.from({ length: (maxDiskGb - 20) / 10 + 1 }, (_, index) => 20 + index * 10)
    : [diskOf(settings, role)];
  const allowed = counts(settings, role, atLeast);
  const key = `${allowed.join()}/${disks.join()}`;
  const known = sorted.get(key);
  if (known !== undefined) return known;
  const sizes = allowed
    .flatMap((replicas) =>
      [...fargateSizes].flatMap(([vcpu, memories]) =>
        memories.flatMap((memoryGb) =>
          disks.map((diskGb) => ({ replicas, vcpu, memoryGb, diskGb })),
        ),
      ),
    )
    .map((size) => ({ size, usd: price(size) }))
    .sort((a, b) => a.usd - b.usd || a.size.replicas - b.size.replicas)
    .map(({ size }) => size);
  sorted.set(key, sizes);
  return sizes;
}

const sorted = new Map<string, readonly Size[]>();

/**
 * The cheapest sizes that carry a load, role by role. Copies, zones and the fewest tasks of each role are those of the
 * stack it is for; a role without a published formula keeps its size.
 */
export function smallestSizes(settings: StackSettings, expected: ExpectedLoad): Sizing {
  const load = demandOf(expected);
  let sized: StackSettings = { ...settings, expectedLoad: expected };
  const ends: ShapeEnd[] = [];
  // More tasks show more series of themselves, which are a load again: until nothing grows any more.
  for (let round = 0; round < 10; round++) {
    ends.length = 0;
    const own = ownDemand(sized);
    let next = sized;
    for (const { path, replicas } of rolesIn(settings)) {
      const role = path as RolePath;
      if (!formulas.some((formula) => formula.role === role)) continue;
      const found = smallest(settings, role, replicas, load, own);
      if ("because" in found) ends.push(found);
      else next = withSize(next, role, found);
    }
    if (JSON.stringify(next) === JSON.stringify(sized)) break;
    sized = next;
  }
  if (ends.length > 0) return { ends };
  const limited = withLimits(sized, load, ownDemand(sized));
  const refused = unraisable(limited, expected);
  return refused.length > 0
    ? { ends: refused }
    : { fragment: fragmentOf(limited, expected), ends: [] };
}

function smallest(
  settings: StackSettings,
  role: RolePath,
  atLeast: number,
  load: Demand,
  own: Demand,
): Size | ShapeEnd {
  const copies = copiesOf(settings, role);
  const sizes = candidates(settings, role, atLeast);
  const fits = (size: Size) =>
    boundsOf(role, size, copies, load, own).every(({ times }) => times >= 1);
  const found = sizes.find(fits);
  if (found !== undefined) return found;
  const largest = sizes.at(-1) ?? { replicas: 1, vcpu: 0, memoryGb: 0, diskGb: 0 };
  const [bound] = boundsOf(role, largest, copies, load, own).sort((a, b) => a.times - b.times);
  return {
    role,
    because: `${largest.replicas} ${largest.replicas === 1 ? "task" : "tasks"} of ${largest.vcpu} vCPU and ${largest.memoryGb} GB carry ${Math.floor((bound?.times ?? 0) * 100)} % of it (${bound?.what ?? ""}: ${bound?.says ?? ""})`,
    next: nextShapes[role] ?? "more than one task of this role, which this shape does not have",
  };
}

/** What comes after this shape, by the role that ends it. */
const nextShapes: Readonly<Partial<Record<RolePath, string>>> = {
  mimir:
    "Mimir as microservices: distributors, ingesters, queriers, store-gateways and compactors sized apart, with memcached for indices and chunks; on Kubernetes with mimir-distributed, because more than eight tasks of a name need another discovery than Cloud Map's",
  "loki.distributor":
    "Loki with more than eight distributors behind an internal load balancer instead of a name",
  "loki.ingester":
    "Loki's next tier (3 to 30 TB a day): some 90 ingesters with a discovery of their own, on Kubernetes with the loki chart",
  "loki.querier":
    "Loki with index gateways and query-schedulers, and queriers that scale by their queue, on Kubernetes",
  "loki.queryFrontend": "Loki with a query-scheduler between query-frontends and queriers",
  "loki.compactor": "Loki's horizontally scaled compactor, which 3.7 has as an experiment",
  "tempo.distributor": "Tempo 3 with Kafka between distributors and block-builders",
  "tempo.ingester": "Tempo 3 with Kafka: live-stores and block-builders instead of ingesters",
  "tempo.querier": "Tempo's queriers scaled by their queue, or on Kubernetes",
  "tempo.compactor": "several Tempo compactors in a ring",
  "tempo.metricsGenerator": "several generators, each with an external label of its own",
  "alloy.collector": "several collectors in an Alloy cluster, which share the targets",
  "alloy.gateway": "an internal load balancer in front of more than eight gateways",
  pyroscope: "Pyroscope 2 as microservices, with a disk that outlives its task for the index",
};

/** Limits without a setting: the server's own default is the end. */
function unraisable(settings: StackSettings, expected: ExpectedLoad): ShapeEnd[] {
  return overloaded(capacityOf(settings, expected)).flatMap(({ role, bounds }) =>
    bounds
      .filter(({ times, what }) => times < 1 && what.startsWith("limit"))
      .map(({ what, has, needs }) => ({
        role,
        because: `${what}: ${Number(needs.toPrecision(3))} of ${has}`,
        next: `the server's own default, for which the stack file has no setting; beyond it ${nextShapes[role] ?? "another shape"}`,
      })),
  );
}

/** Limits of the stack file, raised where the load or its peak needs more; Mimir's follow its memory unless they are set. */
function withLimits(settings: StackSettings, load: Demand, own: Demand): StackSettings {
  const raised = new Map<string, number>();
  for (const { setting, most, asked } of limitsOf(settings)) {
    const needed = asked(load) + asked(own);
    if (setting !== undefined && needed > most) raised.set(setting, needed);
  }
  const series = raised.get("mimir.maxSeries");
  const samples = raised.get("mimir.ingestionRateSamplesPerSecond");
  const rate = raised.get("loki.ingestionRateMbPerSecond");
  const streams = raised.get("loki.maxStreams");
  const { mimir, loki } = settings;
  return {
    ...settings,
    mimir: {
      ...mimir,
      ...(series === undefined ? {} : { maxSeries: Math.ceil(series) }),
      ...(samples === undefined
        ? {}
        : { ingestionRateSamplesPerSecond: Math.ceil(samples * peak.value) }),
    },
    loki: {
      ...loki,
      ...(rate === undefined
        ? {}
        : {
            ingestionRateMbPerSecond: Math.ceil(rate),
            ingestionBurstMb: Math.max(loki.ingestionBurstMb, Math.ceil(rate * 1.5)),
          }),
      ...(streams === undefined ? {} : { maxStreams: Math.ceil(streams * peak.value) }),
    },
  };
}

/** The settings with one role at another size. */
function withSize<T extends StackSettings>(settings: T, role: RolePath, size: Size): T {
  const [product = "", part] = role.split(".");
  const { replicas, vcpu, memoryGb, diskGb } = size;
  const changed = {
    ...(role in singletons ? {} : { replicas }),
    vcpu,
    memoryGb,
    ...(hasDisk(settings, role) ? { ephemeralStorageGb: diskGb } : {}),
  };
  const section = (settings as unknown as Record<string, Record<string, unknown>>)[product] ?? {};
  const inner = part === undefined ? section : (section[part] as Record<string, unknown>);
  const scaled = scaledTo({ ...inner, ...changed });
  return {
    ...settings,
    [product]: part === undefined ? { ...section, ...scaled } : { ...section, [part]: scaled },
  };
}

/** A role that scales by itself scales around its new count. */
function scaledTo(role: Record<string, unknown>): Record<string, unknown> {
  const range = role["autoscaling"] as { minReplicas: number; maxReplicas: number } | undefined;
  if (range === undefined) return role;
  const count = Number(role["replicas"]);
  return {
    ...role,
    autoscaling: {
      ...range,
      minReplicas: Math.min(range.minReplicas, count),
      maxReplicas: Math.max(range.maxReplicas, count),
    },
  };
}

/** What of the settings is said about sizes and limits, to be put over a stack file. */
function fragmentOf(settings: StackSettings, expected: ExpectedLoad): Fragment {
  const { mimir, loki } = settings;
  const sizeOf = (role: RolePath): Record<string, unknown> => {
    const from = settingAt(settings, role) as Record<string, unknown>;
    const keys = ["replicas", "vcpu", "memoryGb", "ephemeralStorageGb", "autoscaling"];
    return Object.fromEntries(
      keys.flatMap((key) =>
        from[key] === undefined || (key === "replicas" && role in singletons)
          ? []
          : [[key, from[key]]],
      ),
    );
  };
  const parts = (product: string) =>
    Object.fromEntries(
      [...new Set(formulas.map(({ role }) => role))]
        .filter((role) => role.startsWith(`${product}.`))
        .map((role) => [role.slice(product.length + 1), sizeOf(role)]),
    );
  const set = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return {
    mimir: {
      ...sizeOf("mimir"),
      ...set({
        maxSeries: mimir.maxSeries,
        ingestionRateSamplesPerSecond: mimir.ingestionRateSamplesPerSecond,
      }),
    },
    loki: {
      ingestionRateMbPerSecond: loki.ingestionRateMbPerSecond,
      ingestionBurstMb: loki.ingestionBurstMb,
      maxStreams: loki.maxStreams,
      ...parts("loki"),
    },
    tempo: parts("tempo"),
    alloy: parts("alloy"),
    expectedLoad: { ...expected },
  };
}

/** A configuration with a fragment put over it. */
export function withFragment<T extends StackSettings>(config: T, fragment: Fragment): T {
  const over = (base: unknown, changes: Record<string, unknown>): Record<string, unknown> => {
    const result = { ...(base as Record<string, unknown>) };
    for (const [key, value] of Object.entries(changes))
      result[key] =
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? over(result[key], value as Record<string, unknown>)
          : value;
    return result;
  };
  return over(config, fragment) as T;
}
