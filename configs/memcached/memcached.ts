import { portOf } from "../../stacks/endpoints";
import { memoryMiBOf } from "../goRuntime";
import type { StackConfig } from "../stack/schema";

/** User and group of the image's process (1/debian/Dockerfile of docker-library/memcached). It writes nothing. */
export const memcachedUser = "11211:11211";

/** Largest cached item, in MiB. Loki's chunks are 1.5 MB by default, and memcached refuses what is above 1 MiB. */
export const maxItemSizeMiB = 5;

/** Connections at once. Each Loki client keeps a pool per server; the default is 1,024. */
const maxConnections = 4096;

/** Memory of the process beside the items, in MiB: hash table, threads, connection buffers, the health check. */
const overheadMiB = 96;

/** Memory for items, in MiB: the task's less {@link overheadMiB} and a tenth for fragmentation. */
export const memcachedItemMemoryMiB = (memoryGb: number): number =>
  Math.floor(memoryMiBOf(memoryGb) * 0.9) - overheadMiB;

/**
 * Arguments of memcached's container (S3); the image's entry point puts `memcached` before them. `-m` counts items only,
 * and without it the default of 64 MB would leave the task's memory unused.
 */
export function memcachedArgs(config: Pick<StackConfig, "memcached">): string[] {
  return [
    `--port=${portOf("memcached", "memcached")}`,
    "--udp-port=0",
    `--memory-limit=${memcachedItemMemoryMiB(config.memcached.memoryGb)}`,
    `--max-item-size=${maxItemSizeMiB}m`,
    `--conn-limit=${maxConnections}`,
  ];
}
