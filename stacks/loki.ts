import { lokiArgs, lokiFiles } from "../configs/loki/loki";
import { type LokiRoleId, usesBucket } from "../configs/loki/roles";
import { lokiPrefix } from "../configs/loki/storage";
import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { portOf } from "./endpoints";
import { defineRole, DRAIN_SECONDS, FLUSH_SECONDS, type RoleSpec, SCRATCH_PATHS } from "./role";
import type { Call, Product, Role } from "./types";

/** S2: logs, as separate services. */
export function loki(config: StackConfig): Product {
  const settings = config.loki;
  const role = (id: LokiRoleId, component: string, spec: LokiRoleSpec): Role =>
    defineRole(config, {
      holdsData: false,
      callsAws: usesBucket(id),
      health: { kind: "http", port: portOf(id, "http"), path: "/ready" },
      stopTimeoutSeconds: spec.holdsData === true ? FLUSH_SECONDS : DRAIN_SECONDS,
      ...spec,
      id,
      product: "loki",
      component,
      user: "10001:10001",
      dataPath: "/data",
      scratchPaths: SCRATCH_PATHS,
      go: true,
      args: lokiArgs,
      files: (replica) => lokiFiles(config, id, replica),
    });
  const cache = (why: string): Call => ({ to: "memcached", port: "memcached", why });
  const deletes: Call = { to: "loki-compactor", port: "grpc", why: "delete requests" };
  return {
    name: "loki",
    image: imageOf(config, "loki"),
    prefixes: [`${lokiPrefix}/`],
    awsAccess: [],
    roles: [
      role("loki-distributor", "distributor", {
        size: settings.distributor,
        replacement: "stateless",
        calls: [{ to: "loki-ingester", port: "grpc", why: "write streams" }],
      }),
      role("loki-ingester", "ingester", {
        size: settings.ingester,
        replacement: "ring",
        holdsData: true,
        // It writes the chunks it flushes into the cache (measured).
        calls: [cache("cache flushed chunks")],
      }),
      role("loki-querier", "querier", {
        size: settings.querier,
        replacement: "stateless",
        calls: [
          { to: "loki-query-frontend", port: "grpc", why: "fetch query work" },
          { to: "loki-ingester", port: "grpc", why: "read recent streams" },
          deletes,
          cache("cached chunks"),
        ],
      }),
      role("loki-query-frontend", "query-frontend", {
        size: settings.queryFrontend,
        replacement: "stateless",
        // Its /ready is 503 until a querier has found it by its name, which lists healthy tasks only (S20).
        health: {
          kind: "http",
          port: portOf("loki-query-frontend", "http"),
          path: "/loki/api/v1/status/buildinfo",
        },
        calls: [
          { to: "loki-querier", port: "http", why: "live tail" },
          deletes,
          cache("cached results"),
        ],
      }),
      role("loki-compactor", "compactor", {
        size: settings.compactor,
        replacement: "singleton",
        calls: [],
      }),
    ],
  };
}

type LokiRoleSpec = Pick<RoleSpec, "size" | "replacement" | "calls"> &
  Partial<Pick<RoleSpec, "holdsData" | "health">>;
