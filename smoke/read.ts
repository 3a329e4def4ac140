import { HttpClient, type Reach } from "./http";
import type { ReadingRoom } from "./doors";
import {
  frameOf,
  METRIC,
  sequencesIn,
  SERVICE,
  signalOf,
  SPANS_PER_TRACE,
  traceIdOf,
  type Item,
  type Stream,
} from "./items";

/** Loki's own default of `max_entries_limit_per_query` (grafana.com/docs/loki, limits_config). */
const LOKI_PAGE_LINES = 5000;

/**
 * More traces than these are searched for first: a search reads each block once, where every look-up by id reads a part of each
 * (seconds a trace in a stack with some blocks on two cores).
 */
const FEW_TRACES = 20;

/** Reads items back. */
export class Reader {
  private readonly http: HttpClient;

  constructor(
    private readonly room: ReadingRoom,
    reach: Reach,
  ) {
    this.http = new HttpClient(reach);
  }

  /** Can this signal be read from here? */
  public knows(stream: Stream): boolean {
    return this.room.urls[signalOf[stream.way]] !== undefined;
  }

  /**
   * Which of these items are there, by sequence.
   *
   * @throws Error where the read fails; an item that is not there is no failure.
   */
  public async read(stream: Stream, items: readonly Item[]): Promise<ReadonlySet<number>> {
    const signal = signalOf[stream.way];
    const base = this.room.urls[signal];
    if (base === undefined) throw new Error(`nowhere to read ${signal} from`);
    if (items.length === 0) return new Set();
    const readers = {
      metrics: () => this.samples(base, stream, items),
      logs: () => this.lines(base, stream, items),
      traces: () => this.traces(base, stream, items),
      profiles: () => this.frames(base, stream, items),
    };
    const found = await readers[signal]();
    return new Set(items.map(({ sequence }) => sequence).filter((each) => found.has(each)));
  }

  public close(): void {
    this.http.close();
  }

  /** The samples themselves, not what a function makes of them: a range selector in an instant query. */
  private async samples(
    base: string,
    stream: Stream,
    items: readonly Item[],
  ): Promise<ReadonlySet<number>> {
    const [from, to] = spanOf(items);
    const selector = `${METRIC}{run="${stream.run}",way="${stream.way}",stream="${stream.name}"}`;
    const query = new URLSearchParams({
      query: `${selector}[${to - from + 1000}ms]`,
      time: String((to + 1) / 1000),
    });
    const answer = (await this.json(`${base}/api/v1/query?${query.toString()}`)) as {
      data: { result: { values: [number, string][] }[] };
    };
    const at = new Map(items.map(({ timeMs, sequence }) => [timeMs, sequence]));
    return new Set(
      answer.data.result
        .flatMap(({ values }) => values)
        .flatMap(([seconds, value]) => {
          const sequence = at.get(Math.round(seconds * 1000));
          return sequence === Number(value) ? [sequence] : [];
        }),
    );
  }

  private async lines(
    base: string,
    stream: Stream,
    items: readonly Item[],
  ): Promise<ReadonlySet<number>> {
    const found = new Set<number>();
    const [from, to] = spanOf(items);
    // OpenTelemetry's labels are not those of a push, and a gateway's are not Loki's: the line tells them apart.
    const selector =
      stream.way === "loki-push"
        ? `{job="${SERVICE}",run="${stream.run}",stream="${stream.name}"}`
        : `{service_name=~"(.+/)?${SERVICE}"} |= "run=${stream.run} stream=${stream.name} "`;
    let start = BigInt(from) * 1_000_000n;
    const end = BigInt(to + 1) * 1_000_000n;
    for (;;) {
      const query = new URLSearchParams({
        query: selector,
        start: String(start),
        end: String(end),
        limit: String(LOKI_PAGE_LINES),
        direction: "forward",
      });
      const answer = (await this.json(`${base}/loki/api/v1/query_range?${query.toString()}`)) as {
        data: { result: { values: [string, string][] }[] };
      };
      const values = answer.data.result.flatMap((result) => result.values);
      for (const [, line] of values)
        for (const sequence of sequencesIn(line, stream)) found.add(sequence);
      if (values.length < LOKI_PAGE_LINES) return found;
      // Time stamps are unique inside a stream: the next page begins after the last one.
      start = values.reduce((last, [time]) => (BigInt(time) > last ? BigInt(time) : last), 0n) + 1n;
    }
  }

  private async traces(
    base: string,
    stream: Stream,
    items: readonly Item[],
  ): Promise<ReadonlySet<number>> {
    const known =
      items.length > FEW_TRACES
        ? await this.searched(base, stream, items).catch(() => new Set())
        : new Set();
    const isKnown = (item: Item) => known.has(traceIdOf(stream, item));
    const found = new Set(items.filter(isKnown).map(({ sequence }) => sequence));
    const waiting = items.filter((item) => !isKnown(item));
    const work = async () => {
      for (let item = waiting.pop(); item !== undefined; item = waiting.pop())
        if (await this.hasTrace(base, traceIdOf(stream, item))) found.add(item.sequence);
    };
    await Promise.all(Array.from({ length: 4 }, work));
    return found;
  }

  /** Ids of those that a search finds whole. What it does not find may be there all the same. */
  private async searched(
    base: string,
    stream: Stream,
    items: readonly Item[],
  ): Promise<ReadonlySet<string>> {
    const [from, to] = spanOf(items);
    const query = new URLSearchParams({
      q: `{ span.run = "${stream.run}" && span.stream = "${stream.name}" }`,
      start: String(Math.floor(from / 1000) - 1),
      end: String(Math.ceil(to / 1000) + 2),
      limit: String(4 * items.length),
      spss: String(SPANS_PER_TRACE),
    });
    const answer = (await this.json(`${base}/api/search?${query.toString()}`)) as {
      traces?: { traceID: string; spanSets?: { matched: number }[] }[];
    };
    return new Set(
      (answer.traces ?? [])
        .filter(({ spanSets }) => spanSets?.some(({ matched }) => matched === SPANS_PER_TRACE))
        // Tempo leaves out leading zeros.
        .map(({ traceID }) => traceID.padStart(32, "0")),
    );
  }

  private async hasTrace(base: string, traceId: string): Promise<boolean> {
    const answer = (await this.json(`${base}/api/traces/${traceId}`, [404])) as
      { batches?: { scopeSpans?: { spans?: { spanId: string }[] }[] }[] } | undefined;
    const spans = (answer?.batches ?? [])
      .flatMap(({ scopeSpans }) => scopeSpans ?? [])
      .flatMap((scope) => scope.spans ?? []);
    return new Set(spans.map(({ spanId }) => spanId)).size === SPANS_PER_TRACE;
  }

  private async frames(
    base: string,
    stream: Stream,
    items: readonly Item[],
  ): Promise<ReadonlySet<number>> {
    const [from, to] = spanOf(items);
    const query = new URLSearchParams({
      query: `process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="${SERVICE}"}`,
      from: String(from - 20_000),
      until: String(to + 1000),
      "max-nodes": "16384",
    });
    const answer = (await this.json(`${base}/pyroscope/render?${query.toString()}`)) as {
      flamebearer?: { names?: string[] };
    };
    const names = new Set(answer.flamebearer?.names?.map((name) => name.trim()));
    return new Set(
      items.flatMap((item) => (names.has(frameOf(stream, item).trim()) ? [item.sequence] : [])),
    );
  }

  private async json(url: string, absent: readonly number[] = []): Promise<unknown> {
    const { authorization } = this.room;
    const { status, body } = await this.http.request(url, {
      headers: {
        accept: "application/json",
        ...(authorization === undefined ? {} : { authorization }),
      },
    });
    if (absent.includes(status)) return undefined;
    const text = body.toString();
    if (status !== 200) {
      const words = text.replaceAll(/\s+/g, " ").trim().slice(0, 200);
      throw new Error(`HTTP ${status}${words === "" ? "" : `: ${words}`}`);
    }
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`HTTP 200, but no JSON: ${text.slice(0, 80)}`);
    }
  }
}

/** First and last time stamp, in milliseconds. */
function spanOf(items: readonly Item[]): [number, number] {
  const times = items.map(({ timeMs }) => timeMs);
  return [
    times.reduce((a, b) => Math.min(a, b), Infinity),
    times.reduce((a, b) => Math.max(a, b), 0),
  ];
}
