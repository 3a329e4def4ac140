import { memcachedArgs, memcachedUser } from "../configs/memcached/memcached";
import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { portOf } from "./endpoints";
import { defineRole, QUICK_SECONDS } from "./role";
import type { Product } from "./types";

/** S3: Loki's cache of chunks and results. What it loses with a task, Loki reads from S3 again. */
export function memcached(config: StackConfig): Product {
  return {
    name: "memcached",
    image: imageOf(config, "memcached"),
    prefixes: [],
    awsAccess: [],
    roles: [
      defineRole(config, {
        id: "memcached",
        product: "memcached",
        component: "memcached",
        size: config.memcached,
        replacement: "stateless",
        holdsData: false,
        callsAws: false,
        calls: [],
        health: { kind: "tcp", port: portOf("memcached", "memcached") },
        user: memcachedUser,
        stopTimeoutSeconds: QUICK_SECONDS,
        go: false,
        args: memcachedArgs(config),
        files: () => [],
      }),
    ],
  };
}
