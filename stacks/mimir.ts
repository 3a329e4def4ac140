import { mimirArgs, mimirFiles } from "../configs/mimir/mimir";
import { mimirPrefixes } from "../configs/mimir/storage";
import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { portOf } from "./endpoints";
import { defineRole, FLUSH_SECONDS, SCRATCH_PATHS } from "./role";
import type { Product } from "./types";

/** S1: metrics. Every part in one process, three times, each with an id and a zone of its own. */
export function mimir(config: StackConfig): Product {
  return {
    name: "mimir",
    image: imageOf(config, "mimir"),
    prefixes: Object.values(mimirPrefixes).map((prefix) => `${prefix}/`),
    awsAccess: [],
    roles: [
      defineRole(config, {
        id: "mimir",
        product: "mimir",
        component: "mimir",
        size: config.mimir,
        replacement: "ring",
        holdsData: true,
        callsAws: true,
        calls: [{ to: "mimir", port: "grpc", why: "replicate writes, read from all replicas" }],
        health: { kind: "http", port: portOf("mimir", "http"), path: "/ready" },
        // The image names no user and would run as root.
        user: "10001:10001",
        dataPath: "/data",
        scratchPaths: SCRATCH_PATHS,
        stopTimeoutSeconds: FLUSH_SECONDS,
        go: true,
        args: mimirArgs,
        files: (replica) => mimirFiles(config, replica),
      }),
    ],
  };
}
