/** Named checks of what a stack is for. Each says in one line what no longer works. */
import { randomBytes } from "node:crypto";
import { lineOf, traceIdOf, type Item, type Stream, type Way } from "../../smoke/items";
import { expect, pause, throughout, within } from "./patience";
import { serviceLike, urlOf, type Stand, ANSWER_MILLISECONDS } from "./stand";

export interface Check {
  readonly name: string;
  /** `flush` waits for data to get through to where it is kept, `watch` for something that shows only after a while. */
  readonly kind: "quick" | "flush" | "watch";
  /**
   * @param over - nobody wants to know any more: what takes long gives up
   * @throws Error where it does not hold.
   */
  readonly run: (stand: Stand, over?: AbortSignal) => Promise<void>;
}

/** Pushes one new item. */
async function push(
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

async function readLog(
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

async function findTrace(stand: Stand, through: "grafana" | "front door"): Promise<void> {
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

async function generated(stand: Stand): Promise<void> {
  const count = () =>
    stand.metric(/tempo-metrics-generator$/, /^tempo_metrics_generator_spans_received_total/);
  const before = await count();
  await push(stand, "otlp-http-traces");
  await within(4, async () => expect((await count()) > before, "no span has come"));
}

async function ringsAreWhole(stand: Stand): Promise<void> {
  for (const product of [/loki-/, /tempo-/]) {
    const members = stand
      .tasks(product)
      .filter(({ definition }) => definition.containers.some(({ ports }) => ports.includes(7946)));
    for (const task of members) {
      const { body } = await stand.ask(stand.collector, `${urlOf(task)}/metrics`);
      const seen = /^\w*memberlist_client_cluster_members_count (\d+)/m.exec(body)?.[1];
      expect(
        Number(seen) === members.length,
        `${task.name} sees ${seen ?? "no"} of ${members.length} members`,
      );
    }
  }
}

async function targetsAreHealthy(stand: Stand): Promise<void> {
  const { scheduler, frontDoor } = stand.rehearsal;
  for (const task of scheduler.tasks().filter(({ leaving }) => !leaving)) {
    for (const { targetGroupArn, port } of task.service.targets) {
      const state = await frontDoor?.targetState(targetGroupArn, task.nic.address, port);
      expect(state === "healthy", `${task.name}:${port} is ${state ?? "no target"}`);
    }
  }
}

async function flushIngesters(stand: Stand, product: "loki" | "tempo"): Promise<void> {
  for (const task of stand.tasks(new RegExp(`${product}-ingester`)))
    await stand.ask(stand.collector, `${urlOf(task)}/flush`, { method: "POST" }, [200, 204]);
}

/** Flushes the ingesters and waits for objects under their product's prefix. */
async function flushed(
  stand: Stand,
  product: "loki" | "tempo",
  way: Way,
  over?: AbortSignal,
): Promise<void> {
  await push(stand, way);
  const prefix = `ftt-${product}`;
  const before = stand.objectsUnder(prefix);
  // Tempo cuts a trace off only after it has been idle for a while.
  await within(
    30,
    async () => {
      await flushIngesters(stand, product);
      await pause(2000);
      expect(stand.objectsUnder(prefix) > before, `no new object under ${prefix}/`);
    },
    over,
  );
}

async function cached(stand: Stand, over?: AbortSignal): Promise<void> {
  const sets = () =>
    stand.metric(
      /loki-ingester/,
      /^loki_memcache_request_duration_seconds_count\{.*method="Memcache.Put".*status_code="200"/,
    );
  const before = await sets();
  await push(stand, "loki-push");
  await within(
    15,
    async () => {
      await flushIngesters(stand, "loki");
      await pause(1000);
      expect((await sets()) > before, "no chunk has been written to the cache");
    },
    over,
  );
}

/** A querier learns from the ingesters which chunks are flushed, and looks in the cache before it goes to the bucket. */
async function chunksAreLookedUp(stand: Stand, over?: AbortSignal): Promise<void> {
  const asked = () =>
    stand.metric(
      /loki-querier/,
      /^loki_memcache_request_duration_seconds_count\{.*status_code="200"/,
    );
  const before = await asked();
  const pushed = await push(stand, "loki-push");
  await within(
    15,
    async () => {
      await flushIngesters(stand, "loki");
      await pause(1000);
      await readLog(stand, pushed);
      expect((await asked()) > before, "the cache was not asked");
    },
    over,
  );
}

/** Queriers and compactors look every 30 s which files of the index and which blocks the bucket has. */
async function bucketIsListed(stand: Stand, over?: AbortSignal): Promise<void> {
  const failures = () =>
    stand.metric(
      /(loki|tempo)-(querier|compactor)/,
      /^(tempodb_blocklist_poll_errors_total|loki_tsdb_shipper_tables_sync_operation_total\{.*status="failure")/,
    );
  const before = await failures();
  const attempt = async () =>
    expect((await failures()) === before, "a list of the bucket could not be had");
  await throughout(45, attempt, over, 5);
}

/** Only results that are older than some minutes are cached: an old range is asked for, and has nothing in it. */
async function resultsAreCached(stand: Stand): Promise<void> {
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

const quick = (name: string, run: Check["run"]): Check => ({ name, kind: "quick", run });
const flush = (name: string, run: Check["run"]): Check => ({ name, kind: "flush", run });
const watch = (name: string, run: Check["run"]): Check => ({ name, kind: "watch", run });

export const checks: readonly Check[] = [
  quick("logs are taken at the front door", async (stand) => void (await push(stand, "loki-push"))),
  quick(
    "traces are taken at the front door, HTTP",
    async (stand) => void (await push(stand, "otlp-http-traces")),
  ),
  quick(
    "traces are taken at the front door, gRPC",
    async (stand) => void (await push(stand, "otlp-grpc-traces")),
  ),
  quick("port 80 redirects", async (stand) => {
    const { host } = new URL(stand.door.urls["loki-push"] ?? "");
    await stand.ask(stand.internet, `http://${host}/`, {}, [301]);
  }),
  quick(
    "logs are taken from the gateway",
    async (stand) => void (await push(stand, "loki-push", "gateway")),
  ),
  quick(
    "traces are taken from the gateway",
    async (stand) => void (await push(stand, "otlp-grpc-traces", "gateway")),
  ),
  quick("logs are read back", (stand) => readLog(stand)),
  quick("logs are tailed", async (stand) => {
    const base = stand.urlOfService(/loki-query-frontend$/).replace("http:", "ws:");
    const query = encodeURIComponent('{run=~".+"}');
    await stand.grafana.call(
      "openSocket",
      `${base}/loki/api/v1/tail?query=${query}`,
      ANSWER_MILLISECONDS,
    );
  }),
  quick("results of queries are looked up in the cache", resultsAreCached),
  quick("traces are found", (stand) => findTrace(stand, "grafana")),
  quick("traces are found through the front door", (stand) => findTrace(stand, "front door")),
  quick("spans become metrics", generated),
  quick("every server can be scraped", async (stand) => {
    await Promise.all(
      stand
        .tasks(/loki-|tempo-|mimir|pyroscope/)
        .map((task) => stand.ask(stand.collector, `${urlOf(task)}/metrics`)),
    );
  }),
  watch("every ring member sees all others", (stand, over) =>
    throughout(25, () => ringsAreWhole(stand), over),
  ),
  watch("the load balancer sees every target healthy", (stand, over) =>
    // A target that was healthy is not after three checks, 10 s apart, each of which may take 5 s.
    throughout(50, () => targetsAreHealthy(stand), over),
  ),
  watch("the bucket can be listed", bucketIsListed),
  flush("flushed logs are in the bucket", (stand, over) =>
    flushed(stand, "loki", "loki-push", over),
  ),
  flush("flushed traces are in the bucket", (stand, over) =>
    flushed(stand, "tempo", "otlp-http-traces", over),
  ),
  flush("flushed chunks are in the cache", cached),
  flush("queriers look for chunks in the cache", chunksAreLookedUp),
];

/** Checks that fail, with what each says. All at once. */
export async function failing(
  stand: Stand,
  which: readonly Check[],
  over?: AbortSignal,
): Promise<string[]> {
  const results = await Promise.all(
    which.map(({ name, run }) =>
      run(stand, over).then(
        () => [],
        (error: unknown) => [`${name}: ${error instanceof Error ? error.message : String(error)}`],
      ),
    ),
  );
  return results.flat();
}

/** Makes some checks until each has held once. @returns those that still fail in the end. */
export async function failingAfter(
  stand: Stand,
  which: readonly Check[],
  seconds: number,
): Promise<string[]> {
  const deadline = performance.now() + seconds * 1000;
  let left = which;
  for (;;) {
    const broken = await failing(stand, left);
    if (broken.length === 0 || performance.now() > deadline) return broken;
    left = left.filter(({ name }) => broken.some((each) => each.startsWith(`${name}:`)));
  }
}
