/** What each signal writes into the bucket, and what its server asks of it. */

import type { ExpectedLoad } from "../../configs/stack/expectedLoad";
import type { LoadFacts } from "./facts";
import { figure, type figures } from "./figures";
import type { ObjectFlow } from "./storage";

export const hoursPerMonth = 730;
export const daysPerMonth = hoursPerMonth / 24;
const secondsPerDay = 86_400;
const secondsPerMonth = hoursPerMonth * 3600;

/** The bucket's side of one signal. Days and months are those of a stack that always runs. */
export interface SignalStorage {
  /** What is kept for the retention. */
  readonly flows: readonly ObjectFlow[];
  /** What compaction has replaced, in GB written a day: it lies in Standard until it is deleted for good. */
  readonly replacedGbPerDay: number;
  /** PUT, COPY, POST and LIST requests a month. */
  readonly putRequests: number;
  /** GET requests a month, those of queries apart. */
  readonly getRequests: number;
}

const tasksOf = (facts: LoadFacts, role: string): number => facts.tasks[role] ?? 0;
/** What happens once every so many seconds, in a month. */
const every = (seconds: number): number => secondsPerMonth / seconds;

/** Figures of what each task of a product shows; Grafana's and memcached's were not measured. */
const ownSeriesOf: Readonly<Record<string, keyof typeof figures>> = {
  mimir: "mimirOwnSeries",
  loki: "lokiOwnSeries",
  tempo: "tempoOwnSeries",
  pyroscope: "pyroscopeOwnSeries",
  alloy: "alloyOwnSeries",
};

/** Series that one task of a role (`loki-querier`, or as a setting `loki.querier`) shows of itself. */
export function ownSeriesOfRole(role: string): number {
  const id = ownSeriesOf[/^[a-z]+/.exec(role)?.[0] ?? ""];
  return id === undefined ? 0 : figure(id);
}

/** Series that the stack scrapes of its own servers. */
export function ownSeries(facts: LoadFacts): number {
  return Object.entries(facts.tasks).reduce(
    (sum, [role, tasks]) => sum + tasks * ownSeriesOfRole(role),
    0,
  );
}

/** Samples a second, of applications and of the stack itself. */
export function samplesPerSecond(load: ExpectedLoad, facts: LoadFacts) {
  const applications = load.activeSeries / load.scrapeIntervalSeconds;
  const own = ownSeries(facts) / facts.selfScrapeIntervalSeconds;
  return { applications, own, all: applications + own };
}

/** Panels' queries a second. */
export const queriesPerSecond = (load: ExpectedLoad): number =>
  (load.openDashboards * load.panelsPerDashboard) / load.dashboardRefreshSeconds;

export function metricsStorage(load: ExpectedLoad, facts: LoadFacts): SignalStorage {
  const { replicationFactor: copies, retentionDays } = facts.metrics;
  const replicas = tasksOf(facts, "mimir");
  const gbPerDay =
    (samplesPerSecond(load, facts).all * secondsPerDay * figure("storedBytesPerSample")) / 1e9;
  const objects = (gb: number) =>
    figure("mimirBlockObjects") - 1 + Math.max(1, (gb * 1e9) / figure("mimirChunkFileBytes"));
  // 12 blocks of 2 h from each replica; one of 2 h where there are several to merge; two of 12 h; one of 24 h.
  const merged = copies > 1 ? 12 : 0;
  const uploads = 12 * replicas + merged + 2 + 1;
  const replacedBlocks = 12 * replicas + merged + 2;
  const written =
    12 * replicas * objects(gbPerDay / 12) +
    merged * objects(gbPerDay / 12) +
    2 * objects(gbPerDay / 2) +
    objects(gbPerDay);
  // A replaced block is marked in two places.
  const marks = 2 * replacedBlocks;
  const cleanups = every(figure("mimirCleanupSeconds"));
  const blocks = uploads + retentionDays;
  const pages = Math.ceil(blocks / figure("objectsPerList"));
  // Each clean-up: every replica lists the tenants, one lists marks and blocks and writes the index.
  const cleanerPuts = cleanups * (replicas + 1 + pages + 1);
  // Each sync: every store-gateway lists the tenants and reads the index.
  const syncPuts = cleanups * replicas;
  const polls = facts.rules
    ? replicas * (every(figure("mimirAlertsPollSeconds")) + every(figure("mimirRulesPollSeconds")))
    : 0;
  const used = replicas > 0 ? 1 : 0;
  return {
    flows: [{ gbPerDay: gbPerDay * used, objectsPerDay: objects(gbPerDay) * used, retentionDays }],
    replacedGbPerDay: used * gbPerDay * (copies + (copies > 1 ? 2 : 1)),
    putRequests: used * ((written + marks) * daysPerMonth + cleanerPuts + syncPuts + polls),
    getRequests: used * ((written + uploads) * daysPerMonth + cleanups * (replicas + 1)),
  };
}

export function logsStorage(load: ExpectedLoad, facts: LoadFacts): SignalStorage {
  const { replicationFactor: copies, retentionDays, infoRetentionDays } = facts.logs;
  const ingesters = tasksOf(facts, "loki-ingester");
  const queriers = tasksOf(facts, "loki-querier");
  const used = ingesters > 0 ? 1 : 0;
  const gbPerDay = (load.logsGbPerDay / figure("lokiCompression")) * copies * used;
  const chunks = lokiChunksPerDay(load) * copies * used;
  const flow = (share: number, days: number): ObjectFlow => ({
    gbPerDay: gbPerDay * share,
    objectsPerDay: chunks * share,
    retentionDays: days,
  });
  // One table a day, compacted into one file; today's has what the ingesters have uploaded since.
  const pages = Math.ceil((retentionDays * 2) / figure("objectsPerList"));
  const listings = every(figure("lokiResyncSeconds")) * queriers * pages;
  const compactions = every(figure("lokiCompactionSeconds"));
  const indexFiles = every(figure("lokiIndexUploadSeconds")) * ingesters;
  return {
    flows: [flow(load.infoLogShare, infoRetentionDays), flow(1 - load.infoLogShare, retentionDays)],
    replacedGbPerDay: 0,
    putRequests: used * (chunks * daysPerMonth + indexFiles + listings + compactions * (pages + 1)),
    // Each querier and the compactor fetch each new index file.
    getRequests: used * (indexFiles * (queriers + 1) + compactions),
  };
}

/**
 * Chunks a day, of one copy. A stream's chunk is cut when it is full; at the latest after two hours, and after one where
 * it is a tenth full by then.
 */
export function lokiChunksPerDay(load: ExpectedLoad): number {
  if (load.logStreams === 0 || load.logsGbPerDay === 0) return 0;
  const target = figure("lokiChunkBytes");
  const bytesPerHour = (load.logsGbPerDay * 1e9) / figure("lokiCompression") / load.logStreams / 24;
  const full = bytesPerHour / target;
  const isTenthFull = bytesPerHour * figure("lokiSyncHours") >= target / 10;
  const atLeast = 1 / (isTenthFull ? figure("lokiSyncHours") : figure("lokiMaxChunkAgeHours"));
  return Math.max(full, atLeast) * 24 * load.logStreams;
}

export function tracesStorage(load: ExpectedLoad, facts: LoadFacts): SignalStorage {
  const { replicationFactor: copies, retentionDays } = facts.traces;
  const ingesters = tasksOf(facts, "tempo-ingester");
  const used = ingesters > 0 && load.spansPerSecond > 0 ? 1 : 0;
  const gbPerDay = used * tracesGbPerDay(load);
  const blocksPerDay =
    used *
    Math.max(
      ingesters * (secondsPerDay / figure("tempoBlockSeconds")),
      (gbPerDay * copies * 1e9) / figure("tempoBlockBytes"),
    );
  const objects = figure("tempoBlockObjects");
  // Two to four blocks become one, again and again: a third as many in all.
  const compacted = blocksPerDay / 3;
  const keptPerDay = Math.max(1, (gbPerDay * 1e9) / figure("tempoBlockBytes") / 5) * used;
  const polls = every(figure("tempoPollSeconds"));
  const pollers =
    tasksOf(facts, "tempo-querier") +
    tasksOf(facts, "tempo-query-frontend") +
    tasksOf(facts, "tempo-compactor");
  const pages = Math.ceil(
    (retentionDays * keptPerDay * objects + blocksPerDay * objects * 0.25) /
      figure("objectsPerList"),
  );
  return {
    flows: [{ gbPerDay, objectsPerDay: keptPerDay * objects, retentionDays }],
    replacedGbPerDay: gbPerDay * (copies + figure("tempoRewrites") - 1),
    // A compacted block's meta.json is copied under another name; the compactor lists the blocks and writes the index.
    putRequests:
      used *
      ((blocksPerDay * (objects + 1) + compacted * objects) * daysPerMonth + polls * (pages + 1)),
    getRequests: used * (blocksPerDay * (objects + 1) * daysPerMonth + polls * pollers),
  };
}

/** GB of spans a day, as they are sent. */
export const tracesGbPerDay = (load: ExpectedLoad): number =>
  (load.spansPerSecond * load.spanBytes * secondsPerDay) / 1e9;

export function profilesStorage(load: ExpectedLoad, facts: LoadFacts): SignalStorage {
  const { retentionDays } = facts.profiles;
  const tasks = tasksOf(facts, "pyroscope");
  const used = tasks > 0 && load.profilesGbPerDay > 0 ? 1 : 0;
  const blocksPerDay = used * (secondsPerDay / figure("pyroscopeBlockSeconds"));
  const objects = figure("pyroscopeBlockObjects");
  // 96 blocks of 15 minutes become 24 of an hour, 12 of two, 3 of eight.
  const compactedPerDay = used * (24 + 12 + 3);
  const polls = tasks > 0 ? every(figure("pyroscopePollSeconds")) : 0;
  const gbPerDay = used * load.profilesGbPerDay;
  return {
    flows: [{ gbPerDay, objectsPerDay: used * 3 * objects, retentionDays }],
    replacedGbPerDay: gbPerDay * figure("pyroscopeRewrites"),
    putRequests:
      ((blocksPerDay + compactedPerDay) * objects + 2 * blocksPerDay) * daysPerMonth +
      // As Mimir: clean-up lists tenants, marks and blocks and writes the index; sync lists the tenants.
      polls * 5,
    getRequests: (blocksPerDay + compactedPerDay) * objects * daysPerMonth + polls * 2,
  };
}
