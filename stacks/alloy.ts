import { collectorAccess, renderCollector, scrapedRoles } from "../configs/alloy/collector";
import { renderGateway } from "../configs/alloy/gateway";
import { alloyArgs, alloyConfigPath, alloyStoragePath } from "../configs/alloy/run";
import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { portOf } from "./endpoints";
import { defineRole, FLUSH_SECONDS, SCRATCH_PATHS } from "./role";
import type { Call, Product } from "./types";

/** User and group that the image makes for the server, which it starts as root by default. */
const user = "473:473";

/**
 * S7: collection. The collector fetches (CloudWatch, the stack's own servers), so there is one; the gateway receives
 * what applications push, so there may be many. Only the collector calls AWS.
 */
export function alloy(config: StackConfig): Product {
  const shared = {
    product: "alloy",
    // Metrics that a backend has not taken yet wait in the task's write-ahead log.
    holdsData: true,
    user,
    dataPath: alloyStoragePath,
    scratchPaths: SCRATCH_PATHS,
    stopTimeoutSeconds: FLUSH_SECONDS,
    go: true,
  } as const;
  return {
    name: "alloy",
    image: imageOf(config, "alloy"),
    prefixes: [],
    awsAccess: collectorAccess(config),
    roles: [
      defineRole(config, {
        ...shared,
        id: "alloy-collector",
        component: "collector",
        size: config.alloy.collector,
        replacement: "singleton",
        callsAws: collectorAccess(config).length > 0,
        calls: collectorCalls(config),
        health: { kind: "http", port: portOf("alloy-collector", "http"), path: "/-/ready" },
        args: alloyArgs("alloy-collector", config),
        files: () => [{ path: alloyConfigPath, content: renderCollector(config) }],
      }),
      defineRole(config, {
        ...shared,
        id: "alloy-gateway",
        component: "gateway",
        size: config.alloy.gateway,
        replacement: "stateless",
        callsAws: false,
        calls: [
          { to: "mimir", port: "http", why: "remote write" },
          { to: "loki-distributor", port: "http", why: "push logs" },
          { to: "tempo-distributor", port: "otlp-grpc", why: "push traces" },
          { to: "pyroscope", port: "http", why: "push profiles" },
        ],
        health: { kind: "http", port: portOf("alloy-gateway", "http"), path: "/-/ready" },
        args: alloyArgs("alloy-gateway", config),
        files: () => [{ path: alloyConfigPath, content: renderGateway(config) }],
      }),
    ],
  };
}

function collectorCalls(config: StackConfig): Call[] {
  const scrapes = scrapedRoles
    // Its own metrics never leave the task.
    .filter((role) => role !== "alloy-collector")
    .map((role): Call => ({ to: role, port: "http", why: "scrape metrics" }));
  return [
    ...scrapes,
    { to: "mimir", port: "http", why: "remote write" },
    ...(config.collection.logGroups.length > 0
      ? [{ to: "loki-distributor", port: "http", why: "push CloudWatch logs" } as const]
      : []),
  ];
}
