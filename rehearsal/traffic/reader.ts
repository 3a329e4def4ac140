/** The process that reads, in Grafana's place. `traffic.ts` starts it and tells it what has been acknowledged. */
import { reasonOf } from "../../smoke/http";
import { signalOf, type Item, type Stream } from "../../smoke/items";
import { Reader } from "../../smoke/read";
import { streamKey, type ReadRecord } from "./ledger";
import type { ReaderNews, ReaderOrder } from "./messages";
import { retried } from "./retry";

/** Pause between two reads of one stream. */
const PAUSE_MS = 700;
/** A read asks for so much of a stream: what came last, or a stretch of the past. */
const WINDOW_MS = 20_000;
/** Each is a question of its own, and one of the past opens every block that may hold it. */
const TRACES_PER_READ = 2;
/**
 * For a moment servers have some data in neither of two places. A Tempo ingester takes idle traces out of its memory first
 * and then writes them to its log (grafana/tempo:modules/ingester/instance.go, CutCompleteTraces, v2.9.0). A Loki querier
 * that learns of a compacted index, every 10 minutes, may drop the files of the common index set before it has the tenant's
 * (grafana/loki:pkg/storage/stores/shipper/indexshipper/downloads/table.go, Sync goes over a map, v3.7.6).
 */
const MOMENT_MS = 1500;

const tell = (news: ReaderNews): void => void process.send?.(news);

/** Reads one stream over and over, and holds each answer against what had been acknowledged before it was asked. */
class Watcher {
  readonly items: Item[] = [];
  private going = true;
  private readonly loop: Promise<void>;

  constructor(
    readonly stream: Stream,
    private readonly reader: Reader,
    private readonly timeoutMs: number,
  ) {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.going = false;
    await this.loop;
  }

  private async run(): Promise<void> {
    for (let turn = 0; this.going; turn++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const wanted = this.choose(turn);
      if (wanted.length > 0) tell({ kind: "read", record: await this.read(wanted) });
    }
  }

  private async read(wanted: readonly Item[]): Promise<ReadRecord> {
    const beganMs = Date.now();
    const { tries, result } = await retried(
      () =>
        this.reader.read(this.stream, wanted).then(
          (found) => ({ found, failure: undefined }),
          (error: unknown) => ({ found: undefined, failure: reasonOf(error, this.timeoutMs) }),
        ),
      ({ failure }) => failure === undefined,
      "first failure",
    );
    const { found, failure } = result;
    const atFirst =
      found === undefined ? [] : wanted.filter(({ sequence }) => !found.has(sequence));
    const missing = await this.afterAMoment(atFirst);
    const record = { stream: this.stream, beganMs, endedMs: Date.now(), tries };
    return {
      ...record,
      expected: wanted.length,
      missing,
      late: atFirst.filter((item) => !missing.includes(item)),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  /** What of these is still missing when it is asked for once more. */
  private async afterAMoment(missing: readonly Item[]): Promise<readonly Item[]> {
    if (missing.length === 0) return missing;
    await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
    const found = await this.reader.read(this.stream, missing).catch(() => new Set<number>());
    return missing.filter(({ sequence }) => !found.has(sequence));
  }

  /** By turns: the newest, and a stretch of the past, where replacements leave their holes. */
  private choose(turn: number): readonly Item[] {
    const newest = this.items.at(-1);
    const first = this.items[0];
    if (newest === undefined || first === undefined) return [];
    const latestStart = newest.timeMs - WINDOW_MS;
    const start =
      turn % 2 === 0 ? latestStart : first.timeMs + Math.random() * (latestStart - first.timeMs);
    const window = this.items.filter(
      ({ timeMs }) => timeMs >= start && timeMs < start + WINDOW_MS + 1,
    );
    if (signalOf[this.stream.way] !== "traces") return window;
    return Array.from(
      { length: Math.min(TRACES_PER_READ, window.length) },
      () => window[Math.floor(Math.random() * window.length)],
    ).filter((item) => item !== undefined);
  }
}

/** The last reading: everything acknowledged, again and again until it is all there. */
async function settle(
  watchers: readonly Watcher[],
  reader: Reader,
  timeoutMs: number,
): Promise<Extract<ReaderNews, { kind: "settled" }>> {
  const began = Date.now();
  const deadlineMs = began + timeoutMs;
  const waiting = new Map<Watcher, readonly Item[]>(
    watchers.map((watcher) => [watcher, [...watcher.items]]),
  );
  let failure: string | undefined;
  // Whose items have all been looked for at least once: what is left of those is what was missing then.
  const complete = new Set<Watcher>();
  for (;;) {
    failure = undefined;
    await Promise.all(
      [...waiting].map(async ([watcher, items]) => {
        const left = await lookFor(reader, watcher.stream, items, deadlineMs).catch(
          (error: unknown) => {
            if (!complete.has(watcher) || Date.now() <= deadlineMs)
              failure = reasonOf(error, timeoutMs);
            return undefined;
          },
        );
        if (left === undefined) return;
        complete.add(watcher);
        if (left.length === 0) waiting.delete(watcher);
        else waiting.set(watcher, left);
      }),
    );
    if (waiting.size === 0 || Date.now() > deadlineMs) break;
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
  return {
    kind: "settled",
    lost: [...waiting].map(([{ stream }, items]) => [
      streamKey(stream),
      items.map(({ sequence }) => sequence),
    ]),
    tookMs: Date.now() - began,
    ...(failure === undefined ? {} : { failure }),
  };
}

/** What of these is not there. In pieces: a query over all of an experiment would be another kind of test. */
async function lookFor(
  reader: Reader,
  stream: Stream,
  items: readonly Item[],
  deadlineMs: number,
): Promise<readonly Item[]> {
  const missing: Item[] = [];
  // Each trace is a question of its own.
  const atOnce = signalOf[stream.way] === "traces" ? 50 : 2000;
  for (let start = 0; start < items.length; start += atOnce) {
    if (Date.now() > deadlineMs) throw new Error("there was no time to look for everything");
    const piece = items.slice(start, start + atOnce);
    const found = await reader.read(stream, piece);
    missing.push(...piece.filter(({ sequence }) => !found.has(sequence)));
  }
  return missing;
}

let reader: Reader | undefined;
let watchers: Watcher[] = [];
process.on("disconnect", () => process.exit());
process.on("message", (order: ReaderOrder) => {
  switch (order.kind) {
    case "start": {
      const started = new Reader(order.room, order.reach);
      reader = started;
      watchers = order.streams.map((stream) => new Watcher(stream, started, order.reach.timeoutMs));
      return;
    }
    case "acknowledged": {
      const key = streamKey(order.stream);
      watchers.find(({ stream }) => streamKey(stream) === key)?.items.push(...order.items);
      return;
    }
    case "stop":
      void Promise.all(watchers.map((watcher) => watcher.stop())).then(() =>
        tell({ kind: "stopped" }),
      );
      return;
    case "settle":
      if (reader !== undefined) void settle(watchers, reader, order.timeoutMs).then(tell);
  }
});
