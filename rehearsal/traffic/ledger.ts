import { signalOf, type Item, type Signal, type Stream } from "../../smoke/items";

/** One batch, with all its tries. Times are milliseconds since 1970. */
export interface PushRecord {
  readonly stream: Stream;
  readonly items: readonly Item[];
  readonly beganMs: number;
  readonly endedMs: number;
  readonly tries: number;
  /** Why the last try failed; absent: the batch was acknowledged. */
  readonly refusal?: string;
}

/** One read, with all its tries, held against what had been acknowledged when it began. */
export interface ReadRecord {
  readonly stream: Stream;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly tries: number;
  /** Items that had to be there. */
  readonly expected: number;
  /** Those that were not. */
  readonly missing: readonly Item[];
  /** Those that were missing, and there when they were asked for again at once. */
  readonly late: readonly Item[];
  /** Why the last try failed; absent: it was answered. */
  readonly failure?: string;
}

/** What became of one signal. Seconds count from the event of the experiment. */
export interface SignalReport {
  readonly signal: Signal;
  readonly pushes: number;
  /** Pushes that were tried again and acknowledged in the end. */
  readonly pushesRetried: number;
  readonly pushesRefused: number;
  /** Seconds of the clock in which a push began that was refused in the end. */
  readonly refusedSeconds: number;
  readonly refusals: readonly string[];
  readonly slowestPushMs: number;
  readonly acknowledged: number;
  /** Acknowledged and not there at the end. */
  readonly lost: number;
  readonly reads: number;
  readonly readsRetried: number;
  readonly readsFailed: number;
  readonly failedReadSeconds: number;
  readonly failures: readonly string[];
  readonly slowestReadMs: number;
  /** When the slowest read began; absent where nothing was read, and in results that are older. */
  readonly slowestReadSeconds?: number;
  /** Reads that were answered without something acknowledged. */
  readonly readsShort: number;
  /** Reads that lacked something which was there when it was asked for once more; absent in results that are older. */
  readonly readsShortForAMoment?: number;
  readonly short?: ShortReads;
  /** The first reads that were short for a moment only; absent in results that are older. */
  readonly moments?: readonly ShortRead[];
}

/** A read that lacked something. */
export interface ShortRead {
  readonly seconds: number;
  readonly missing: number;
  readonly expected: number;
  /** Age of what was missing when the read began, in seconds: youngest and oldest. */
  readonly ages: readonly [number, number];
}

export interface ShortReads {
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Most items that one read lacked, of how many. */
  readonly most: number;
  readonly mostOf: number;
  /** The first of them, one by one. */
  readonly examples: readonly ShortRead[];
}

/** Enough to see a pattern. */
const MOST_EXAMPLES = 30;

/** Everything that was pushed and read in one run; counts, and judges nothing. */
export class Ledger {
  private readonly pushes: PushRecord[] = [];
  private readonly reads: ReadRecord[] = [];
  private readonly acknowledgedItems = new Map<string, { stream: Stream; items: Item[] }>();

  pushed(record: PushRecord): void {
    this.pushes.push(record);
    if (record.refusal !== undefined) return;
    const key = streamKey(record.stream);
    const known = this.acknowledgedItems.get(key) ?? { stream: record.stream, items: [] };
    known.items.push(...record.items);
    this.acknowledgedItems.set(key, known);
  }

  wasRead(record: ReadRecord): void {
    this.reads.push(record);
  }

  /** Everything acknowledged so far, by stream. */
  acknowledged(): readonly { readonly stream: Stream; readonly items: readonly Item[] }[] {
    return [...this.acknowledgedItems.values()];
  }

  /**
   * The account of every signal that was sent.
   *
   * @param eventMs - when the experiment did what it is about
   * @param lost - how many acknowledged items of each stream were not there at the end, by {@link streamKey}
   */
  report(eventMs: number, lost: ReadonlyMap<string, number>): SignalReport[] {
    const signals = [...new Set(this.pushes.map(({ stream }) => signalOf[stream.way]))];
    return signals.map((signal) => this.reportOf(signal, eventMs, lost));
  }

  private reportOf(
    signal: Signal,
    eventMs: number,
    lost: ReadonlyMap<string, number>,
  ): SignalReport {
    const ofSignal = ({ stream }: { stream: Stream }) => signalOf[stream.way] === signal;
    const pushes = this.pushes.filter(ofSignal);
    const refused = pushes.filter(({ refusal }) => refusal !== undefined);
    const reads = this.reads.filter(ofSignal);
    const failed = reads.filter(({ failure }) => failure !== undefined);
    const short = reads.filter(
      ({ failure, missing }) => failure === undefined && missing.length > 0,
    );
    const late = reads.filter((read) => read.missing.length === 0 && read.late.length > 0);
    const streams = this.acknowledged().filter(ofSignal);
    return {
      signal,
      pushes: pushes.length,
      pushesRetried: pushes.filter(({ tries, refusal }) => tries > 1 && refusal === undefined)
        .length,
      pushesRefused: refused.length,
      refusedSeconds: secondsOf(refused),
      refusals: [...new Set(refused.map(({ refusal = "" }) => refusal))].slice(0, 5),
      slowestPushMs: slowest(pushes),
      acknowledged: sum(streams.map(({ items }) => items.length)),
      lost: sum(streams.map(({ stream }) => lost.get(streamKey(stream)) ?? 0)),
      reads: reads.length,
      readsRetried: reads.filter(({ tries, failure }) => tries > 1 && failure === undefined).length,
      readsFailed: failed.length,
      failedReadSeconds: secondsOf(failed),
      failures: [...new Set(failed.map(({ failure = "" }) => failure))].slice(0, 5),
      slowestReadMs: slowest(reads),
      ...slowestBegan(reads, eventMs),
      readsShort: short.length,
      readsShortForAMoment: late.length,
      ...(late.length === 0
        ? {}
        : {
            moments: late.slice(0, MOST_EXAMPLES).map((read) => example(read, read.late, eventMs)),
          }),
      ...(short.length === 0 ? {} : { short: shortReads(short, eventMs) }),
    };
  }
}

/** A stream as a key. */
export const streamKey = ({ run, way, name }: Stream): string => `${run}/${way}/${name}`;

function shortReads(reads: readonly ReadRecord[], eventMs: number): ShortReads {
  const times = reads.map(({ beganMs }) => tenthsOf(beganMs - eventMs));
  const worst = reads.reduce((a, b) => (b.missing.length > a.missing.length ? b : a));
  return {
    firstSeconds: Math.min(...times),
    lastSeconds: Math.max(...times),
    most: worst.missing.length,
    mostOf: worst.expected,
    examples: reads.slice(0, MOST_EXAMPLES).map((read) => example(read, read.missing, eventMs)),
  };
}

function example(
  { beganMs, expected }: ReadRecord,
  missing: readonly Item[],
  eventMs: number,
): ShortRead {
  const ages = missing.map(({ timeMs }) => tenthsOf(beganMs - timeMs));
  return {
    seconds: tenthsOf(beganMs - eventMs),
    missing: missing.length,
    expected,
    ages: [Math.min(...ages), Math.max(...ages)],
  };
}

const secondsOf = (records: readonly { readonly beganMs: number }[]): number =>
  new Set(records.map(({ beganMs }) => Math.floor(beganMs / 1000))).size;

const slowest = (records: readonly { readonly beganMs: number; readonly endedMs: number }[]) =>
  records.reduce((most, { beganMs, endedMs }) => Math.max(most, endedMs - beganMs), 0);

function slowestBegan(reads: readonly ReadRecord[], eventMs: number) {
  const most = slowest(reads);
  const worst = reads.find(({ beganMs, endedMs }) => endedMs - beganMs === most);
  return worst === undefined ? {} : { slowestReadSeconds: tenthsOf(worst.beganMs - eventMs) };
}

const tenthsOf = (milliseconds: number): number => Math.round(milliseconds / 100) / 10;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
