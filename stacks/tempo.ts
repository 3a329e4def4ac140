import {
  renderTempo,
  tempoArgs,
  tempoConfigPath,
  tempoStopTimeoutSeconds,
  type TempoRoleId,
} from "../configs/tempo/tempo";
import { tempoPrefix } from "../configs/tempo/storage";
import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { portOf } from "./endpoints";
import { defineRole, DRAIN_SECONDS, FLUSH_SECONDS, type RoleSpec, SCRATCH_PATHS } from "./role";
import type { StopHook } from "./stopHook";
import type { Product, Role } from "./types";

/** S4: traces, as Tempo 2's separate services. */
export function tempo(config: StackConfig): Product {
  const settings = config.tempo;
  const role = (id: TempoRoleId, component: string, spec: TempoRoleSpec): Role =>
    defineRole(config, {
      holdsData: false,
      callsAws: true,
      health: { kind: "http", port: portOf(id, "http"), path: "/ready" },
      // Some of Tempo's parts never end by themselves: no use in waiting for them.
      stopTimeoutSeconds: Math.min(
        tempoStopTimeoutSeconds(id),
        spec.holdsData === true ? FLUSH_SECONDS : DRAIN_SECONDS,
      ),
      ...spec,
      id,
      product: "tempo",
      component,
      user: "10001:10001",
      dataPath: "/data",
      scratchPaths: SCRATCH_PATHS,
      go: true,
      args: tempoArgs(id),
      files: (replica) => [{ path: tempoConfigPath, content: renderTempo(config, id, replica) }],
    });
  return {
    name: "tempo",
    image: imageOf(config, "tempo"),
    prefixes: [`${tempoPrefix}/`],
    awsAccess: [],
    roles: [
      role("tempo-distributor", "distributor", {
        size: settings.distributor,
        replacement: "stateless",
        // It hands spans on and opens no bucket.
        callsAws: false,
        calls: [
          { to: "tempo-ingester", port: "grpc", why: "write spans" },
          { to: "tempo-metrics-generator", port: "grpc", why: "spans for span metrics" },
        ],
      }),
      role("tempo-ingester", "ingester", {
        size: settings.ingester,
        replacement: "ring",
        holdsData: true,
        stopHook: flushBeforeStop,
        calls: [],
      }),
      role("tempo-querier", "querier", {
        size: settings.querier,
        replacement: "stateless",
        calls: [
          { to: "tempo-query-frontend", port: "grpc", why: "fetch query work" },
          { to: "tempo-ingester", port: "grpc", why: "read recent traces" },
        ],
      }),
      role("tempo-query-frontend", "query-frontend", {
        size: settings.queryFrontend,
        replacement: "stateless",
        // Its /ready is 503 until a querier has found it by its name, which lists healthy tasks only (S20).
        health: { kind: "http", port: portOf("tempo-query-frontend", "http"), path: "/api/echo" },
        calls: [],
      }),
      role("tempo-compactor", "compactor", {
        size: settings.compactor,
        replacement: "singleton",
        calls: [],
      }),
      role("tempo-metrics-generator", "metrics-generator", {
        size: settings.metricsGenerator,
        replacement: "singleton",
        // Series that Mimir has not taken yet wait in its write-ahead log.
        holdsData: true,
        callsAws: false,
        calls: [{ to: "mimir", port: "http", why: "remote write of span metrics" }],
      }),
    ],
  };
}

type TempoRoleSpec = Pick<RoleSpec, "size" | "replacement" | "calls"> &
  Partial<Pick<RoleSpec, "holdsData" | "callsAws" | "health" | "stopHook">>;

/**
 * An ingester that cuts a block completes it up to 10 s later, and gives it up where it is told to end before: up to five
 * minutes of traces went with the task (seen in a rehearsed roll; modules/ingester/flush.go of v2.9.0: `enqueue` sleeps, and
 * `flushRemaining` waits for the queue only). So it is asked to flush first, which is not put off and begins a new block: by
 * the time it is told to end, whatever was waiting has been uploaded, and nothing new waits.
 */
const flushBeforeStop: StopHook = {
  program: "/tempo",
  port: portOf("tempo-ingester", "http"),
  path: "/flush",
  seconds: 12,
};
