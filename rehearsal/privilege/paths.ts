/** Ways of logs and traces through the stack: pushed here, read there. */
import { randomBytes } from "node:crypto";
import { lineOf, traceIdOf, type Item, type Stream, type Way } from "../../smoke/items";
import { expect, within } from "./patience";
import { serviceLike, type Stand } from "./stand";

/** Pushes one new item. */
export async function push(
  stand: Stand,
  way: Way,
  from: "internet" | "gateway" = "internet",
): Promise<{ stream: Stream; item: Item }> {
  const stream: Stream = { run: randomBytes(4).toString("hex"), way, name: "privilege" };
  const item: Item = { sequence: 1, timeMs: Date.now() };
  const door = from === "internet" ? stand.door : gatewayDoor(stand);
  const result = await stand[from].call("push", door, stream, [item], stand.reach);
  if (result.kind === "refused") throw new Error(result.reason);
  return { stream, item };
}

/** What the gateway writes to. */
function gatewayDoor(stand: Stand) {
  const { view, rehearsed } = stand.rehearsal;
  const traces = serviceLike(rehearsed, /tempo-distributor$/);
  const grpc = view.targetGroups.find(({ protocolVersion }) => protocolVersion === "GRPC");
  return {
    name: "the gateway's place",
    urls: {
      "loki-push": `${stand.urlOfService(/loki-distributor$/)}/loki/api/v1/push`,
      "otlp-grpc-traces": `http://${traces.discovery?.name ?? ""}:${grpc?.port ?? 0}`,
    },
  };
}

const selector = ({ run }: Stream) => `{run="${run}"}`;

export async function readLog(
  stand: Stand,
  pushed?: { readonly stream: Stream; readonly item: Item },
): Promise<void> {
  const { stream, item } = pushed ?? (await push(stand, "loki-push"));
  const query = new URLSearchParams({
    query: selector(stream),
    start: String((item.timeMs - 60_000) * 1e6),
    end: String((item.timeMs + 60_000) * 1e6),
  });
  const url = `${stand.urlOfService(/loki-query-frontend$/)}/loki/api/v1/query_range?${query.toString()}`;
  await within(5, async () => {
    const { body } = await stand.ask(stand.grafana, url);
    expect(
      body.includes(JSON.stringify(lineOf(stream, item)).slice(1, -1)),
      "the line is not there",
    );
  });
}

export async function findTrace(stand: Stand, through: "grafana" | "front door"): Promise<void> {
  const { stream, item } = await push(stand, "otlp-http-traces");
  const id = traceIdOf(stream, item);
  await within(5, async () => {
    if (through === "grafana") {
      const base = stand.urlOfService(/tempo-query-frontend$/);
      await stand.ask(stand.grafana, `${base}/api/traces/${id}`);
      return;
    }
    const { origin } = new URL(stand.door.urls["otlp-http-traces"] ?? "");
    await stand.ask(stand.internet, `${origin}/api/traces/${id}`, {
      headers: { authorization: `Bearer ${stand.door.token ?? ""}` },
    });
  });
}

/** Only results that are older than some minutes are cached: an old range is asked for, and has nothing in it. */
export async function resultsAreCached(stand: Stand): Promise<void> {
  const asked = () =>
    stand.metric(
      /loki-query-frontend$/,
      /^loki_memcache_request_duration_seconds_count\{.*status_code="200"/,
    );
  const before = await asked();
  const hours = (ago: number) => String(Math.floor(Date.now() / 1000) - ago * 3600);
  const query = new URLSearchParams({
    query: 'sum(count_over_time({run=~".+"}[1m]))',
    start: hours(3),
    end: hours(2),
    step: "60",
  });
  const base = stand.urlOfService(/loki-query-frontend$/);
  await stand.ask(stand.grafana, `${base}/loki/api/v1/query_range?${query.toString()}`);
  await within(5, async () => expect((await asked()) > before, "the cache was not asked"));
}

export async function generated(stand: Stand): Promise<void> {
  const count = () =>
    stand.metric(/tempo-metrics-generator$/, /^tempo_metrics_generator_spans_received_total/);
  const before = await count();
  await push(stand, "otlp-http-traces");
  await within(4, async () => expect((await count()) > before, "no span has come"));
}
