import type { Check } from "./check";
import { ringsAreWhole, targetsAreHealthy } from "./members";
import { findTrace, generated, push, readLog, resultsAreCached } from "./paths";
import { throughout } from "./patience";
import { ANSWER_MILLISECONDS, urlOf } from "./stand";
import {
  blocksAreListed,
  bucketServes,
  cached,
  chunksAreLookedUp,
  deleteRequestsAreKnown,
  flushed,
} from "./storage";

/** Named checks of what a stack is for. Each says in one line what no longer works. */
const quick = (name: string, run: Check["run"]): Check => ({ name, kind: "quick", run });
const flush = (name: string, run: Check["run"]): Check => ({ name, kind: "flush", run });
const watch = (name: string, run: Check["run"]): Check => ({ name, kind: "watch", run });
const patient = (name: string, run: Check["run"]): Check => ({ name, kind: "patient", run });

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
  // Of these two the state now: nothing else is taken out before they hold again.
  quick("every ring is whole", (stand) => ringsAreWhole(stand)),
  quick("every target is healthy", (stand) => targetsAreHealthy(stand)),
  watch("every ring member sees and reaches all others", (stand, over) =>
    throughout(45, () => ringsAreWhole(stand), over),
  ),
  watch("every service keeps its healthy targets", (stand, over) =>
    // A target that was healthy is not after three checks, 10 s apart, each of which may take 5 s.
    throughout(60, () => targetsAreHealthy(stand), over),
  ),
  watch("no request to the bucket fails", bucketServes),
  watch("lists of blocks are kept up to date", blocksAreListed),
  flush("flushed logs are in the bucket", (stand, over) =>
    flushed(stand, "loki", "loki-push", over),
  ),
  flush("flushed traces are in the bucket", (stand, over) =>
    flushed(stand, "tempo", "otlp-http-traces", over),
  ),
  flush("flushed chunks are in the cache", cached),
  flush("queriers look for chunks in the cache", chunksAreLookedUp),
  patient("delete requests are known", deleteRequestsAreKnown),
];
