import type { Product } from "./parts";

/** What a setting has to be. */
export type Need =
  | { readonly is: string | number | boolean }
  | { readonly atMostSeconds: number }
  | { readonly atLeastSeconds: number }
  | { readonly atLeast: number }
  /** A list of network interfaces that begins with the task's own. */
  | { readonly firstInterface: string }
  | { readonly set: true };

/** One setting of a server that must not be left to chance. */
export interface SettingRow {
  readonly product: Product;
  /** Targets that need it; absent = every one. */
  readonly targets?: readonly string[];
  /** Path in the server's file. */
  readonly key: string;
  /** The row counts only where the file has this key: a part that does not use what it speaks of leaves it out. */
  readonly onlyWith?: string;
  /** Flag that would set it too, without dashes. */
  readonly flag?: string;
  readonly need: Need;
  /** The server's own default, from its configuration reference; absent = none that could do. */
  readonly fallback?: string | number | boolean;
  /** What happens otherwise. */
  readonly why: string;
}

const lokiIngesters = ["ingester", "write", "all"];
const lokiReaders = ["querier", "read", "all", "ruler", "index-gateway", "backend"];
const tempoIngesters = ["ingester", "all", "scalable-single-binary"];
const tempoReaders = ["querier", "query-frontend", "compactor", "all", "scalable-single-binary"];

/** S14: what a stop must write to S3, because the disk is gone with the task. */
export const flushSettings: readonly SettingRow[] = [
  {
    product: "mimir",
    targets: ["all", "ingester", "write"],
    key: "blocks_storage.tsdb.flush_blocks_on_shutdown",
    need: { is: true },
    fallback: false,
    why: "blocks of up to two hours stay on a disk that is gone with the task",
  },
  {
    product: "loki",
    targets: lokiIngesters,
    key: "ingester.wal.flush_on_shutdown",
    need: { is: true },
    fallback: false,
    why: "chunks stay in a write-ahead log that is gone with the task",
  },
  {
    product: "tempo",
    targets: tempoIngesters,
    key: "ingester.flush_all_on_shutdown",
    need: { is: true },
    fallback: false,
    why: "traces are cut to a write-ahead log that is gone with the task",
  },
  {
    product: "pyroscope",
    key: "architecture_storage",
    flag: "architecture.storage",
    need: { is: "v1" },
    fallback: "v1-v2-dual",
    why: "the index of v2 lives on the task's disk: after a clean stop no profile is found any more",
  },
];

/** S22: what a replaced task flushed is readable at once. */
export const queryHoleSettings: readonly SettingRow[] = [
  {
    product: "mimir",
    targets: ["all", "querier", "read"],
    key: "querier.query_store_after",
    need: { atMostSeconds: 0 },
    fallback: "12h",
    why: "queries never look into S3 for the last hours",
  },
  {
    product: "mimir",
    targets: ["all", "store-gateway", "backend"],
    key: "blocks_storage.bucket_store.ignore_blocks_within",
    need: { atMostSeconds: 0 },
    fallback: "10h",
    why: "what a replaced task flushed stays invisible for hours",
  },
  {
    product: "mimir",
    targets: ["all", "store-gateway", "backend", "querier", "read"],
    key: "blocks_storage.bucket_store.sync_interval",
    need: { atMostSeconds: 30 },
    fallback: "15m",
    why: "a flushed block is found that late",
  },
  {
    product: "mimir",
    targets: ["all", "compactor", "backend"],
    key: "compactor.cleanup_interval",
    need: { atMostSeconds: 30 },
    fallback: "15m",
    why: "the index of the bucket learns of a flushed block that late",
  },
  {
    product: "loki",
    targets: lokiReaders,
    key: "storage_config.tsdb_shipper.resync_interval",
    need: { atMostSeconds: 30 },
    fallback: "5m",
    why: "a third of the acknowledged lines were missing for minutes, with HTTP 200",
  },
  {
    product: "tempo",
    targets: tempoReaders,
    key: "storage.trace.blocklist_poll",
    need: { atMostSeconds: 60 },
    fallback: "5m",
    why: "a flushed trace is found after two polls",
  },
  ...(
    [
      ["querier.query_store_after", "querier.query-store-after", 0, "4h"],
      [
        "store_gateway.bucket_store.ignore_blocks_within",
        "blocks-storage.bucket-store.ignore-blocks-within",
        0,
        "3h",
      ],
      [
        "store_gateway.bucket_store.sync_interval",
        "blocks-storage.bucket-store.sync-interval",
        30,
        "15m",
      ],
      ["compactor.cleanup_interval", "compactor.cleanup-interval", 30, "15m"],
    ] as const
  ).map(([key, flag, atMostSeconds, fallback]): SettingRow => ({
    product: "pyroscope",
    key,
    flag,
    need: { atMostSeconds },
    fallback,
    why: "what a replaced task flushed stays invisible that long",
  })),
];

const interfaces = { firstInterface: "eth1" } as const;
const linkLocal =
  "the ring registers the link-local eth0: all is green, and every push and query fails";

/** S23: on every ring, the task's own interface first. */
export const ringInterfaceSettings: readonly SettingRow[] = [
  ...[
    "ingester.ring",
    "store_gateway.sharding_ring",
    "compactor.sharding_ring",
    "distributor.ring",
    "ruler.ring",
    "alertmanager.sharding_ring",
    "frontend",
  ].map((ring): SettingRow => ({
    product: "mimir",
    key: `${ring}.instance_interface_names`,
    need: interfaces,
    why: linkLocal,
  })),
  { product: "loki", key: "common.instance_interface_names", need: interfaces, why: linkLocal },
  {
    product: "loki",
    key: "common.ring.kvstore.store",
    need: { is: "memberlist" },
    why: "with named interfaces Loki no longer switches to memberlist by itself, and exits",
  },
  {
    product: "tempo",
    key: "ingester.lifecycler.interface_names",
    need: interfaces,
    why: linkLocal,
  },
  ...["distributor.ring", "metrics_generator.ring", "compactor.ring"].map((ring): SettingRow => ({
    product: "tempo",
    key: `${ring}.instance_interface_names`,
    need: interfaces,
    why: "with Tempo's defaults all is green and no generated metric ever arrives",
  })),
  ...[
    "ingester.lifecycler.interface_names",
    "distributor.ring.instance_interface_names",
    "store_gateway.sharding_ring.instance_interface_names",
    "compactor.sharding_ring.instance_interface_names",
  ].map((key): SettingRow => ({ product: "pyroscope", key, need: interfaces, why: linkLocal })),
];

/** S16: a ring whose members come back. */
export const ringReadinessSettings: readonly SettingRow[] = [
  {
    product: "loki",
    targets: lokiIngesters,
    key: "ingester.lifecycler.readiness_check_ring_health",
    need: { is: false },
    fallback: true,
    why: "while one ingester is dead, every restarted one waits for it",
  },
  {
    product: "tempo",
    targets: tempoIngesters,
    key: "ingester.lifecycler.readiness_check_ring_health",
    need: { is: false },
    fallback: true,
    why: "while one ingester is dead, every restarted one stays unready",
  },
];

/** S17, for every part that gossips: the ones that find each other by it. */
export const gossipParts: Readonly<Partial<Record<Product, (target: string) => boolean>>> = {
  mimir: () => true,
  // Measured: the query-frontend has no memberlist.
  loki: (target) => target !== "query-frontend",
  // The query-frontend would join for usage reports alone, and one unsharded compactor has no ring.
  tempo: (target) => target !== "query-frontend" && target !== "compactor",
};

/** S25 and what was measured to stall: limits and times. */
export const limitSettings: readonly SettingRow[] = [
  {
    product: "mimir",
    key: "distributor.retry_after_header.max_backoff",
    targets: ["all", "distributor", "write"],
    need: { atMostSeconds: 10 },
    fallback: "96s",
    why: "after a cold start Alloy waits a minute and a half with every metric",
  },
  {
    product: "mimir",
    key: "limits.out_of_order_time_window",
    need: { atLeastSeconds: 1800 },
    fallback: "0s",
    why: "CloudWatch's late samples are refused",
  },
  {
    product: "mimir",
    key: "limits.max_global_exemplars_per_user",
    need: { atLeast: 1 },
    fallback: 0,
    why: "exemplars vanish, and with them the way from a metric to its trace",
  },
  {
    product: "mimir",
    key: "multitenancy_enabled",
    need: { is: false },
    fallback: true,
    why: "requests without a tenant are refused, and the lifecycle's prefixes do not hold",
  },
  {
    product: "loki",
    key: "auth_enabled",
    need: { is: false },
    fallback: true,
    why: "requests without a tenant are refused, and the lifecycle's prefixes do not hold",
  },
  {
    product: "loki",
    key: "limits_config.max_query_length",
    need: { atMostSeconds: 0 },
    fallback: "721h",
    why: "a year of logs can't be asked for",
  },
  {
    product: "loki",
    key: "server.grpc_server_max_recv_msg_size",
    need: { atLeast: 16 * 1024 * 1024 },
    fallback: 4 * 1024 * 1024,
    why: "larger pushes and results fail with 500",
  },
  {
    product: "loki",
    key: "frontend_worker.frontend_address",
    need: { set: true },
    why: "Loki then waits for a query-scheduler, and the query-frontend never gets ready",
  },
  {
    product: "loki",
    targets: ["querier", "query-frontend", "read"],
    key: "common.compactor_grpc_address",
    need: { set: true },
    why: "with retention on, query-frontend and querier exit at their start",
  },
  {
    product: "tempo",
    targets: ["metrics-generator"],
    key: "metrics_generator.storage.path",
    need: { set: true },
    why: "without a path the generator is not configured at all",
  },
];
