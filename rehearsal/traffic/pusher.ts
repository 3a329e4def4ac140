/** The process that pushes, in the network namespace of a client. `traffic.ts` starts it and tells it what. */
import type { Item } from "../../smoke/items";
import { Pusher } from "../../smoke/push";
import type { Feed, PusherNews, PusherOrder } from "./messages";
import { retried } from "./retry";

const tell = (news: PusherNews): void => void process.send?.(news);

class Feeder {
  private sequence = 0;
  private lastTimeMs = 0;
  private readonly underWay = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly pusher: Pusher,
    private readonly feed: Feed,
  ) {
    // At a constant rate, whatever becomes of the pushes before: a server that is slow gets no less.
    this.timer = setInterval(() => {
      const push = this.push();
      this.underWay.add(push);
      void push.finally(() => this.underWay.delete(push));
    }, 1000 / feed.rate);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underWay);
  }

  private async push(): Promise<void> {
    const { stream, batch } = this.feed;
    const items = Array.from({ length: batch }, (): Item => {
      this.lastTimeMs = Math.max(this.lastTimeMs + 1, Date.now());
      return { sequence: this.sequence++, timeMs: this.lastTimeMs };
    });
    const beganMs = Date.now();
    const { tries, result } = await retried(
      () => this.pusher.push(stream, items),
      ({ kind }) => kind === "acknowledged",
    );
    const refusal = result.kind === "refused" ? { refusal: result.reason } : {};
    tell({
      kind: "pushed",
      record: { stream, items, beganMs, endedMs: Date.now(), tries, ...refusal },
    });
  }
}

let feeders: Feeder[] = [];
process.on("disconnect", () => process.exit());
process.on("message", (order: PusherOrder) => {
  if (order.kind === "start") {
    const pusher = new Pusher(order.door, order.reach);
    feeders = order.feeds.map((feed) => new Feeder(pusher, feed));
  } else {
    void Promise.all(feeders.map((feeder) => feeder.stop())).then(() => tell({ kind: "done" }));
  }
});
