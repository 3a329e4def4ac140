import { randomBytes } from "node:crypto";
import * as path from "node:path";
import type { ChildProcess } from "node:child_process";
import type { Door, ReadingRoom } from "../../smoke/doors";
import type { Reach } from "../../smoke/http";
import { signalOf, type Way } from "../../smoke/items";
import type { Place } from "../parts";
import { Ledger, type SignalReport } from "./ledger";
import type { Feed, PusherNews, PusherOrder, ReaderNews, ReaderOrder } from "./messages";

/** Where a pushing client stands, and what it pushes through. */
export interface Sender {
  readonly client: Place;
  readonly door: Door;
}

export interface TrafficSettings {
  readonly senders: readonly Sender[];
  /** Where the reading client stands, and what it reads. */
  readonly grafana: Place;
  readonly room: ReadingRoom;
  /** PEM of the authority behind the front door. */
  readonly ca: string;
  readonly projectRoot: string;
  /** Times the usual rate. @default 1 */
  readonly times?: number;
}

export interface TrafficReport {
  readonly signals: readonly SignalReport[];
  /** Time that the last reading took until everything was there, or until it was given up, in seconds. */
  readonly settledSeconds: number;
  /** Why the last reading failed, where it did: then `lost` counts what could not be read. */
  readonly settleFailure?: string;
}

/** Each try of a push. A dead address answers nothing: that is noticed by this only. */
const PUSH_TRY_MS = 2000;
/** Grafana waits longer still (`timeout` of its data sources, 300 s): a slow answer is slow, and no failure. */
const READ_TRY_MS = 30_000;

/** Streams, pushes a second of each, and items in a push. Small: two cores carry the stack and this. */
export const usual: Readonly<Record<Way, { streams: number; rate: number; batch: number }>> = {
  "remote-write": { streams: 2, rate: 1, batch: 5 },
  "otlp-metrics": { streams: 1, rate: 1, batch: 5 },
  "loki-push": { streams: 3, rate: 2, batch: 10 },
  "otlp-logs": { streams: 1, rate: 1, batch: 10 },
  "otlp-grpc-traces": { streams: 1, rate: 2, batch: 1 },
  "otlp-http-traces": { streams: 1, rate: 2, batch: 1 },
  profiles: { streams: 1, rate: 0.5, batch: 2 },
};

/** Constant load and its exact account: processes push, and one reads what they saw acknowledged. */
export class Traffic {
  private readonly ledger = new Ledger();

  private constructor(
    private readonly pushers: readonly ChildProcess[],
    private readonly reader: ChildProcess,
  ) {
    for (const pusher of pushers)
      pusher.on("message", (news: PusherNews) => {
        if (news.kind !== "pushed") return;
        this.ledger.pushed(news.record);
        const { stream, items, refusal } = news.record;
        if (refusal === undefined) order(reader, { kind: "acknowledged", stream, items });
      });
    reader.on("message", (news: ReaderNews) => {
      if (news.kind === "read") this.ledger.wasRead(news.record);
    });
  }

  static start(settings: TrafficSettings): Traffic {
    const { senders, grafana, room, ca, projectRoot, times = 1 } = settings;
    const run = randomBytes(4).toString("hex");
    const reach = (timeoutMs: number): Reach => ({ ca, timeoutMs });
    const feedsOf = ({ urls }: Door): Feed[] =>
      (Object.keys(urls) as Way[])
        .filter((way) => room.urls[signalOf[way]] !== undefined)
        .flatMap((way) => {
          const { streams, rate, batch } = usual[way];
          return Array.from({ length: streams }, (_, index) => ({
            stream: { run, way, name: `s${index}` },
            rate: rate * times,
            batch,
          }));
        });
    const reader = start(grafana, projectRoot, "rehearsal/traffic/reader.ts");
    const fed = senders.map((sender) => ({ ...sender, feeds: feedsOf(sender.door) }));
    const streams = fed.flatMap(({ feeds }) => feeds).map(({ stream }) => stream);
    order(reader, { kind: "start", room, reach: reach(READ_TRY_MS), streams });
    const pushers = fed.map(({ client, door, feeds }) => {
      const pusher = start(client, projectRoot, "rehearsal/traffic/pusher.ts");
      order(pusher, { kind: "start", door, reach: reach(PUSH_TRY_MS), feeds });
      return pusher;
    });
    return new Traffic(pushers, reader);
  }

  /** The account while the load goes on: nothing counts as lost yet. */
  soFar(eventMs: number): TrafficReport {
    return { signals: this.ledger.report(eventMs, new Map()), settledSeconds: 0 };
  }

  /** Ends the load, reads everything back, and gives the account. */
  async finish(eventMs: number, settleMs: number): Promise<TrafficReport> {
    await Promise.all(
      this.pushers.map((pusher) => {
        const pushed = this.news<PusherNews, "done">(pusher, "done");
        order(pusher, { kind: "stop" });
        return pushed;
      }),
    );
    const stopped = this.news<ReaderNews, "stopped">(this.reader, "stopped");
    order(this.reader, { kind: "stop" });
    await stopped;
    const settled = this.news<ReaderNews, "settled">(this.reader, "settled");
    order(this.reader, { kind: "settle", timeoutMs: settleMs });
    const { lost, tookMs, failure } = await settled;
    this.stop();
    return {
      signals: this.ledger.report(eventMs, new Map(lost.map(([key, gone]) => [key, gone.length]))),
      settledSeconds: Math.round(tookMs / 100) / 10,
      ...(failure === undefined ? {} : { settleFailure: failure }),
    };
  }

  stop(): void {
    for (const each of [...this.pushers, this.reader]) each.kill("SIGKILL");
  }

  private news<News extends { kind: string }, Kind extends News["kind"]>(
    child: ChildProcess,
    kind: Kind,
  ): Promise<Extract<News, { kind: Kind }>> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error("a process of the load has ended"));
      child.once("exit", ended);
      child.on("message", (news: News) => {
        if (news.kind !== kind) return;
        child.off("exit", ended);
        resolve(news as Extract<News, { kind: Kind }>);
      });
    });
  }
}

function order(child: ChildProcess, message: PusherOrder | ReaderOrder): void {
  if (child.connected) child.send(message);
}

function start(place: Place, projectRoot: string, entry: string): ChildProcess {
  return place.spawn(process.execPath, [path.join(projectRoot, "run.js"), entry], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // Name look-ups block a thread each: with the resolver away, four would stop everything else.
    env: { ...process.env, UV_THREADPOOL_SIZE: "64" },
  });
}
