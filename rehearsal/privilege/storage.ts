import type { Way } from "../../smoke/items";
import { push, readLog } from "./paths";
import { expect, pause, throughout, within } from "./patience";
import { urlOf, type Stand } from "./stand";

async function flushIngesters(stand: Stand, product: "loki" | "tempo"): Promise<void> {
  for (const task of stand.tasks(new RegExp(`${product}-ingester`)))
    await stand.ask(stand.collector, `${urlOf(task)}/flush`, { method: "POST" }, [200, 204]);
}

/** Flushes the ingesters and waits for objects under their product's prefix. */
export async function flushed(
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

export async function cached(stand: Stand, over?: AbortSignal): Promise<void> {
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
export async function chunksAreLookedUp(stand: Stand, over?: AbortSignal): Promise<void> {
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

/** Insists that a count does not change for a while. */
async function staysAsItIs(
  seconds: number,
  count: () => Promise<number>,
  otherwise: string,
  over: AbortSignal | undefined,
): Promise<void> {
  const before = await count();
  await throughout(seconds, async () => expect((await count()) === before, otherwise), over, 5);
}

/** Queriers look every 30 s which files of the index the bucket has; Loki's list of tables is up to a minute old. */
const LIST_SECONDS = 95;

/** Nothing that is asked of the bucket fails. Not all failures are seen by who reads and writes: of a list an old one is kept. */
export async function bucketServes(stand: Stand, over?: AbortSignal): Promise<void> {
  const failures = () =>
    stand.metric(
      /loki-(querier|ingester|compactor)|tempo-(querier|query-frontend|ingester|compactor)/,
      /^(loki_objstore_bucket_operation_failures_total\{.*operation="(iter|upload)"|tempodb_blocklist_poll_errors_total|tempo_ingester_failed_flushes_total)/,
    );
  await staysAsItIs(LIST_SECONDS, failures, "a request has failed", over);
}

/** Longest time between two lists of blocks, with the time that one takes. */
const POLL_SECONDS = 45;

/** What is asked of S3 and gets no answer is no failure for many minutes: it is tried again. */
export async function blocksAreListed(stand: Stand, over?: AbortSignal): Promise<void> {
  const tasks = stand.tasks(/tempo-(querier|query-frontend|compactor)/);
  const lists = () =>
    Promise.all(
      tasks.map((task) => stand.metricOf(task, /^tempodb_blocklist_poll_duration_seconds_count /)),
    );
  const before = await lists();
  await within(
    POLL_SECONDS,
    async () => {
      const now = await lists();
      const late = tasks.filter((_, index) => now[index] === before[index]);
      expect(
        late.length === 0,
        `no new list of blocks: ${late.map(({ name }) => name).join(", ")}`,
      );
    },
    over,
    5,
  );
}

/**
 * Queriers and query frontends ask the compactor every 5 minutes for delete requests and the state of cached results; the rest is
 * how long a connection that gets no answers is waited for.
 */
const DELETE_REQUESTS_SECONDS = 345;

export async function deleteRequestsAreKnown(stand: Stand, over?: AbortSignal): Promise<void> {
  const failures = () =>
    stand.metric(
      /loki-(querier|query-frontend)/,
      /^loki_compactor_grpc_request_duration_seconds_count\{.*status_code="(?!2)/,
    );
  const otherwise = "the compactor could not be asked for delete requests";
  await staysAsItIs(DELETE_REQUESTS_SECONDS, failures, otherwise, over);
}
