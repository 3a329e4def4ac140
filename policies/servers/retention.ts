import type { Stack } from "../resource";
import { durationSeconds } from "./duration";
import { type Server, serversOf, TASK_DEFINITION } from "./server";
import { inFile } from "./setting";

/** What a server keeps below one prefix of its bucket. */
export interface KeptData {
  readonly product: string;
  readonly bucket: string;
  /** Prefix with its slash. */
  readonly prefix: string;
  /** Seconds after which the server itself has deleted an object; infinite where it never does. */
  readonly seconds: number;
}

const DAY = 86_400;

/** Bucket of a server's file. */
export function bucketOf(server: Server): string | undefined {
  const keys = {
    mimir: "common.storage.s3.bucket_name",
    loki: "storage_config.object_store.s3.bucket_name",
    tempo: "storage.trace.s3.bucket",
    pyroscope: "storage.s3.bucket_name",
  } as const;
  const key = keys[server.product as keyof typeof keys];
  return key === undefined ? undefined : inFile(server, key).text();
}

/** Prefix of a server's data, without a slash. */
function prefixOf(server: Server): string | undefined {
  const keys = {
    mimir: "blocks_storage.storage_prefix",
    loki: "storage_config.object_store.storage_prefix",
    tempo: "storage.trace.s3.prefix",
    pyroscope: "storage.prefix",
  } as const;
  const key = keys[server.product as keyof typeof keys];
  const prefix = key === undefined ? undefined : inFile(server, key).text();
  return prefix?.replace(/\/+$/, "");
}

/** Seconds of a setting where 0 means for ever. */
function period(server: Server, key: string): number {
  const seconds = durationSeconds(inFile(server, key).known());
  return seconds === undefined || seconds === 0 ? Infinity : seconds;
}

const delay = (server: Server, key: string, fallbackSeconds: number) =>
  durationSeconds(inFile(server, key).known()) ?? fallbackSeconds;

/** How long a server keeps data by its file; absent where its file does not say, because another part deletes. */
function keptSeconds(server: Server): number | undefined {
  switch (server.product) {
    case "mimir":
    case "pyroscope":
      return (
        period(server, "limits.compactor_blocks_retention_period") +
        delay(server, "compactor.deletion_delay", DAY / 2)
      );
    case "loki": {
      if (!server.targets.some((target) => ["compactor", "backend", "all"].includes(target)))
        return undefined;
      if (inFile(server, "compactor.retention_enabled").boolean() !== true) return Infinity;
      const streams = inFile(server, "limits_config.retention_stream")
        .oneOrMore()
        .map((stream) => durationSeconds(stream.at("period").known()) ?? 0);
      return (
        Math.max(period(server, "limits_config.retention_period"), ...streams) +
        delay(server, "compactor.retention_delete_delay", 2 * 3600)
      );
    }
    case "tempo":
      if (
        !server.targets.some((target) =>
          ["compactor", "all", "scalable-single-binary"].includes(target),
        )
      ) {
        return undefined;
      }
      return (
        delay(server, "compactor.compaction.block_retention", 14 * DAY) +
        delay(server, "compactor.compaction.compacted_block_retention", 3600)
      );
    case "alloy":
    case "grafana":
    case "memcached":
      return undefined;
  }
}

/** What the servers of a stack keep, by prefix. @throws UnknownValueError in a preview that does not know a task. */
export function keptData(stack: Stack): KeptData[] {
  const kept = new Map<string, KeptData>();
  for (const taskDefinition of stack.ofType(TASK_DEFINITION)) {
    for (const server of serversOf(taskDefinition)) {
      const bucket = bucketOf(server);
      const prefix = prefixOf(server);
      const seconds = keptSeconds(server);
      if (bucket === undefined || prefix === undefined || seconds === undefined) continue;
      const key = `${bucket}/${prefix}`;
      const other = kept.get(key);
      if (other !== undefined && other.seconds >= seconds) continue;
      kept.set(key, { product: server.product, bucket, prefix: `${prefix}/`, seconds });
    }
  }
  return [...kept.values()];
}

/** Prefixes that only their server may touch, by bucket, as the configurations name them. */
export function livePrefixes(stack: Stack): { bucket: string; prefix: string }[] {
  return stack.ofType(TASK_DEFINITION).flatMap((taskDefinition) =>
    serversOf(taskDefinition).flatMap((server) => {
      const bucket = bucketOf(server);
      if (bucket === undefined) return [];
      const names =
        server.product === "mimir"
          ? ["ruler_storage.storage_prefix", "alertmanager_storage.storage_prefix"].map((key) =>
              inFile(server, key).text(),
            )
          : server.product === "loki"
            ? [`${prefixOf(server) ?? ""}/index`.replace(/^\//, "")]
            : [];
      return names.flatMap((name) =>
        name ? [{ bucket, prefix: `${name.replace(/\/+$/, "")}/` }] : [],
      );
    }),
  );
}

/** Buckets that servers of the stack keep their data in. */
export function dataBuckets(stack: Stack): ReadonlySet<string> {
  const names = new Set<string>();
  for (const taskDefinition of stack.ofType(TASK_DEFINITION)) {
    for (const server of serversOf(taskDefinition)) {
      const bucket = bucketOf(server);
      if (bucket !== undefined) names.add(bucket);
    }
  }
  return names;
}
