import { memoryMiBOf } from "../goRuntime";
import type { StackConfig } from "../stack/schema";

/** A number of the model, with where it comes from. */
interface Figure {
  readonly value: number;
  readonly source: string;
}

const mib = 1024 * 1024;

/** What the series limit of S25 is made of. */
export const memoryFigures = {
  bytesPerSeries: {
    value: (2.5 * 1024 * mib) / 300_000,
    source:
      "Mimir's capacity planning: 2.5 GB for 300,000 in-memory series (8.7 KB each). Measured 4 KB over minutes with 250,000, without a 2 h head or a compaction; the larger figure counts.",
  },
  spareShare: {
    value: 1.5,
    source:
      "Mimir's capacity planning: 50 % spare memory. Measured: count() over 200,000 series takes 0.6–0.8 GB for a moment on the replica that runs it.",
  },
  idleMiB: { value: 128, source: "Measured: 96–138 MiB with no load, every part in one process." },
  blocksPerIngester: {
    value: 8,
    source: "Blocks of 2 h that an ingester keeps for its default 13 h, rounded up.",
  },
  scrapeIntervalSeconds: {
    value: 15,
    source:
      "Interval at which a series gets a sample; the default of Alloy's scrapes in this stack.",
  },
} satisfies Record<string, Figure>;

/**
 * Sizes of Mimir's in-memory caches, in bytes, cut to the task (S21). The defaults (1 GiB, 1 GiB, 350 MiB, 100 MiB, 100 MiB
 * per block) are more than a small task has before the first series. Shares of the memory, so that 4 GB get
 * 256, 128, 64, 32 and 8 MiB: measured to be no slower with 200,000 series.
 */
export function mimirCaches(memoryGb: number) {
  const memory = memoryMiBOf(memoryGb) * mib;
  return {
    /** Index cache of the store-gateway. */
    indexBytes: Math.floor(memory / 16),
    /** Series hashes of the store-gateway, for query sharding. */
    storeSeriesHashBytes: Math.floor(memory / 32),
    /** Series hashes of the ingester. */
    ingesterSeriesHashBytes: Math.floor(memory / 64),
    /** Postings of the ingester's head block. */
    headPostingsBytes: Math.floor(memory / 128),
    /** Postings of each of the ingester's blocks on disk. */
    blockPostingsBytes: Math.floor(memory / 512),
  };
}

/** All caches of {@link mimirCaches} full, in bytes. */
export function mimirCacheTotalBytes(memoryGb: number): number {
  const caches = mimirCaches(memoryGb);
  return (
    caches.indexBytes +
    caches.storeSeriesHashBytes +
    caches.ingesterSeriesHashBytes +
    caches.headPostingsBytes +
    caches.blockPostingsBytes * memoryFigures.blocksPerIngester.value
  );
}

/** In-memory series that one task carries with every cache full and the advised memory to spare. */
export function seriesPerTask(memoryGb: number): number {
  const usable = (memoryMiBOf(memoryGb) * mib) / memoryFigures.spareShare.value;
  const free = usable - memoryFigures.idleMiB.value * mib - mimirCacheTotalBytes(memoryGb);
  return Math.max(0, Math.floor(free / memoryFigures.bytesPerSeries.value));
}

/**
 * Limit of active series of the whole stack (S25): the one given, or what the tasks carry. Every series is in memory
 * `replicationFactor` times, so three tasks with factor 3 carry as much as one.
 */
export function maxSeries({ mimir }: Pick<StackConfig, "mimir">): number {
  if (mimir.maxSeries !== undefined) return mimir.maxSeries;
  const total = (seriesPerTask(mimir.memoryGb) * mimir.replicas) / mimir.replicationFactor;
  return Math.max(1000, Math.floor(total / 1000) * 1000);
}

/** Limit of ingested samples per second: the one given, or every series once per interval, half as much again to spare. */
export function ingestionRate(config: Pick<StackConfig, "mimir">): number {
  return (
    config.mimir.ingestionRateSamplesPerSecond ??
    Math.ceil((maxSeries(config) / memoryFigures.scrapeIntervalSeconds.value) * 1.5)
  );
}
