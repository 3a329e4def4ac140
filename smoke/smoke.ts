import { randomBytes } from "node:crypto";
import type { Door, ReadingRoom } from "./doors";
import { reasonOf, type Reach } from "./http";
import { signalOf, type Item, type Signal, type Stream, type Way } from "./items";
import { Pusher } from "./push";
import { Reader } from "./read";

/** What came of one way through one door. */
export interface WayReport {
  readonly door: string;
  readonly way: Way;
  readonly signal: Signal;
  readonly sent: number;
  readonly acknowledged: number;
  readonly readBack: number;
  /** Acknowledged and not read back within the time: sequence numbers. */
  readonly missing: readonly number[];
  /** Why pushes were refused, each reason once. */
  readonly refusals: readonly string[];
  /** Why the last read failed, where one did. */
  readonly readFailure?: string;
  /** Nothing to read this signal from: what was acknowledged is taken at its word. */
  readonly unread?: true;
  /** Slowest acknowledgement, in milliseconds. */
  readonly slowestAckMs?: number;
  /** From the last acknowledgement until everything acknowledged was read, in milliseconds. */
  readonly readableAfterMs?: number;
}

export interface SmokeReport {
  /** Id that every item of this run carries. */
  readonly run: string;
  readonly ways: readonly WayReport[];
}

export interface SmokeOptions {
  readonly doors: readonly Door[];
  readonly room: ReadingRoom;
  readonly reach: Reach;
  /** Items per way, in {@link batches} pushes. */
  readonly items: number;
  readonly batches: number;
  /** How long an acknowledged item may take until it can be read, in milliseconds. */
  readonly readTimeoutMs: number;
  /** Pause between two looks, in milliseconds. */
  readonly readPauseMs: number;
}

/** Sends items on every way of every door and reads back what was acknowledged. All ways at once. */
export async function smoke(options: SmokeOptions): Promise<SmokeReport> {
  const run = randomBytes(6).toString("hex");
  const reader = new Reader(options.room, options.reach);
  try {
    const ways = await Promise.all(
      options.doors.map(async (door) => {
        const pusher = new Pusher(door, options.reach);
        try {
          return await Promise.all(
            (Object.keys(door.urls) as Way[])
              .filter((way) => door.urls[way] !== undefined)
              .map((way) => {
                const stream = { run, way, name: door.name.replaceAll(" ", "-") };
                return oneWay(door, stream, pusher, reader, options);
              }),
          );
        } finally {
          pusher.close();
        }
      }),
    );
    return { run, ways: ways.flat() };
  } finally {
    reader.close();
  }
}

async function oneWay(
  door: Door,
  stream: Stream,
  pusher: Pusher,
  reader: Reader,
  options: SmokeOptions,
): Promise<WayReport> {
  const items = itemsFrom(Date.now(), options.items);
  const acknowledged: Item[] = [];
  const refusals = new Set<string>();
  let slowestAckMs = 0;
  const size = Math.ceil(items.length / options.batches);
  for (let start = 0; start < items.length; start += size) {
    const batch = items.slice(start, start + size);
    const began = Date.now();
    const result = await pusher.push(stream, batch);
    if (result.kind === "refused") {
      refusals.add(result.reason);
    } else {
      acknowledged.push(...batch);
      slowestAckMs = Math.max(slowestAckMs, Date.now() - began);
    }
  }
  const counts = {
    door: door.name,
    way: stream.way,
    signal: signalOf[stream.way],
    sent: items.length,
    acknowledged: acknowledged.length,
    refusals: [...refusals],
    ...(acknowledged.length === 0 ? {} : { slowestAckMs }),
  };
  if (!reader.knows(stream)) return { ...counts, readBack: 0, missing: [], unread: true };
  return { ...counts, ...(await readBack(stream, acknowledged, reader, options)) };
}

/** A millisecond apart, the last one now. */
const itemsFrom = (nowMs: number, count: number): Item[] =>
  Array.from({ length: count }, (_, sequence) => ({
    sequence,
    timeMs: nowMs - count + 1 + sequence,
  }));

async function readBack(
  stream: Stream,
  acknowledged: readonly Item[],
  reader: Reader,
  { readTimeoutMs, readPauseMs, reach }: SmokeOptions,
): Promise<Pick<WayReport, "readBack" | "missing" | "readFailure" | "readableAfterMs">> {
  const began = Date.now();
  const found = new Set<number>();
  let readFailure: string | undefined;
  while (found.size < acknowledged.length) {
    try {
      const waiting = acknowledged.filter(({ sequence }) => !found.has(sequence));
      for (const sequence of await reader.read(stream, waiting)) found.add(sequence);
      readFailure = undefined;
    } catch (error) {
      readFailure = reasonOf(error, reach.timeoutMs);
    }
    if (found.size >= acknowledged.length) break;
    if (Date.now() - began + readPauseMs > readTimeoutMs) break;
    await new Promise((resolve) => setTimeout(resolve, readPauseMs));
  }
  const missing = acknowledged.map(({ sequence }) => sequence).filter((each) => !found.has(each));
  return {
    readBack: acknowledged.length - missing.length,
    missing,
    ...(readFailure === undefined ? {} : { readFailure }),
    ...(acknowledged.length > 0 && missing.length === 0
      ? { readableAfterMs: Date.now() - began }
      : {}),
  };
}
