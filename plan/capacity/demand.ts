/** A load in the units that servers are sized by. */

import type { ExpectedLoad } from "../../configs/stack/expectedLoad";
import { rolesIn } from "../../configs/stack/roles";
import type { StackSettings } from "../../configs/stack/schema";
import { figure } from "../workload/figures";
import { ownSeriesOfRole, queriesPerSecond, tracesGbPerDay } from "../workload/signals";

/** What arrives, before it is copied. */
export interface Demand {
  readonly series: number;
  readonly samplesPerSecond: number;
  readonly queriesPerSecond: number;
  readonly logsMbPerSecond: number;
  readonly logStreams: number;
  readonly tracesMbPerSecond: number;
  readonly tracesPerSecond: number;
  readonly profilesMbPerSecond: number;
  /** The same, of what goes through the gateway. */
  readonly gateway: {
    readonly series: number;
    readonly samplesPerSecond: number;
    readonly logsMbPerSecond: number;
    readonly tracesMbPerSecond: number;
    readonly profilesMbPerSecond: number;
  };
  /** Series that the collector scrapes of the stack itself. */
  readonly scrapedSeries: number;
  readonly scrapedSamplesPerSecond: number;
}

const mbPerSecond = (gbPerDay: number) => (gbPerDay * 1000) / 86_400;

/** What applications send and people ask. */
export function demandOf(load: ExpectedLoad): Demand {
  const arriving = {
    series: load.activeSeries,
    samplesPerSecond: load.activeSeries / load.scrapeIntervalSeconds,
    logsMbPerSecond: mbPerSecond(load.logsGbPerDay),
    tracesMbPerSecond: mbPerSecond(tracesGbPerDay(load)),
    profilesMbPerSecond: mbPerSecond(load.profilesGbPerDay),
  };
  const inside = 1 - load.publicIngestShare;
  return {
    ...arriving,
    queriesPerSecond: queriesPerSecond(load),
    logStreams: load.logStreams,
    tracesPerSecond: load.spansPerSecond / figure("spansPerTrace"),
    gateway: {
      series: arriving.series * inside,
      samplesPerSecond: arriving.samplesPerSecond * inside,
      logsMbPerSecond: arriving.logsMbPerSecond * inside,
      tracesMbPerSecond: arriving.tracesMbPerSecond * inside,
      profilesMbPerSecond: arriving.profilesMbPerSecond * inside,
    },
    scrapedSeries: 0,
    scrapedSamplesPerSecond: 0,
  };
}

/** What the stack sends to itself: the series that the collector scrapes. It does not grow with the load. */
export function ownDemand(settings: StackSettings): Demand {
  const series = rolesIn(settings).reduce(
    (sum, { path, replicas }) => sum + replicas * ownSeriesOfRole(path),
    0,
  );
  const samplesPerSecond = series / settings.collection.scrapeIntervalSeconds;
  const none = {
    logsMbPerSecond: 0,
    tracesMbPerSecond: 0,
    profilesMbPerSecond: 0,
  };
  return {
    ...none,
    series,
    samplesPerSecond,
    queriesPerSecond: 0,
    logStreams: 0,
    tracesPerSecond: 0,
    gateway: { ...none, series: 0, samplesPerSecond: 0 },
    scrapedSeries: series,
    scrapedSamplesPerSecond: samplesPerSecond,
  };
}
