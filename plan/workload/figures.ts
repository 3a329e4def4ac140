/** The numbers that turn a load into bytes and requests, each with where it comes from. */

/** A number with its source. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  /** Where the number comes from; "assumed" where nobody publishes one. */
  readonly source: string;
}

const mimirDocs =
  "grafana/mimir@4584085047c0 docs/sources/mimir/manage/run-production-environment/planning-capacity.md (2025-05-01)";
const mimirSource = "grafana/mimir@4584085047c0 (2025-05-01)";
const lokiDocs = "grafana/loki v3.7.6 docs/sources (2026-08-05)";
const s3Guide = "https://docs.aws.amazon.com/AmazonS3/latest/userguide";
const ownLab = "measured: an idle stack of 18 servers scraped by Alloy";

const wire =
  "measured: the 1,144 series of a Loki, 5.7 labels each, as one Prometheus write request";

export const figures = {
  mimirOwnSeries: { value: 2_830, unit: "series per task", source: `${ownLab}, 8,500 of 3 Mimir` },
  lokiOwnSeries: { value: 1_090, unit: "series per task", source: `${ownLab}, 8,700 of 8 Loki` },
  tempoOwnSeries: { value: 530, unit: "series per task", source: `${ownLab}, 3,200 of 6 Tempo` },
  pyroscopeOwnSeries: { value: 1_400, unit: "series per task", source: `${ownLab}, 1 Pyroscope` },
  alloyOwnSeries: { value: 900, unit: "series per task", source: `${ownLab}, 1 Alloy` },

  storedBytesPerSample: {
    value: 2,
    unit: "bytes, index and chunks of a compacted block",
    source: mimirDocs,
  },
  mimirBlockObjects: {
    value: 3,
    unit: "objects per block: chunks, index, meta.json",
    source: `${mimirSource} pkg/storage/tsdb/block/block.go, Upload`,
  },
  mimirChunkFileBytes: {
    value: 512 * 1024 * 1024,
    unit: "bytes of a block's chunk file, after which another begins",
    source: "prometheus/prometheus v0.305.0 tsdb/chunks/chunks.go, DefaultChunkSegmentSize",
  },
  mimirCleanupSeconds: {
    value: 30,
    unit: "seconds between two looks of compactor and store-gateway",
    source: "configs/mimir/storage.ts: cleanup_interval, sync_interval",
  },
  mimirAlertsPollSeconds: {
    value: 60,
    unit: "seconds between two listings of Alertmanager configurations",
    source: "configs/mimir/rules.ts: alertmanager.poll_interval",
  },
  mimirRulesPollSeconds: {
    value: 600,
    unit: "seconds between two listings of rule groups",
    source: `${mimirSource} cmd/mimir/config-descriptor.json, ruler.poll-interval`,
  },

  lokiCompression: {
    value: 5,
    unit: "bytes of log lines per byte of a chunk",
    source: `${lokiDocs}/configure/bp-configure.md: 5 to 10; the lower end counts`,
  },
  lokiChunkBytes: {
    value: 1_572_864,
    unit: "compressed bytes at which a chunk is full",
    source: `${lokiDocs}/shared/configuration.md, chunk_target_size`,
  },
  lokiMaxChunkAgeHours: {
    value: 2,
    unit: "hours after which a chunk is cut, however small",
    source: `${lokiDocs}/shared/configuration.md, max_chunk_age`,
  },
  lokiSyncHours: {
    value: 1,
    unit: "hours after which a chunk is cut that is full to sync_min_utilization, 10 %",
    source: `${lokiDocs}/shared/configuration.md, sync_period`,
  },
  lokiResyncSeconds: {
    value: 60,
    unit: "seconds between two listings of the index by a querier",
    source:
      "grafana/loki v3.7.6 pkg/storage/stores/shipper/indexshipper/storage/cached_client.go, cacheTimeout; longer than resync_interval",
  },
  lokiIndexUploadSeconds: {
    value: 900,
    unit: "seconds between two index files of an ingester",
    source:
      "grafana/loki v3.7.6 pkg/storage/stores/shipper/indexshipper/tsdb/head_manager.go, defaultRotationPeriod",
  },
  lokiCompactionSeconds: {
    value: 600,
    unit: "seconds between two compactions of the index",
    source: `${lokiDocs}/shared/configuration.md, compaction_interval`,
  },

  tempoBlockSeconds: {
    value: 300,
    unit: "seconds that a block of an ingester spans at most",
    source: "configs/tempo/storage.ts: max_block_duration",
  },
  tempoBlockBytes: {
    value: 100 * 1024 * 1024,
    unit: "bytes at which a block of an ingester is cut",
    source: "configs/tempo/storage.ts: max_block_bytes",
  },
  tempoBlockObjects: {
    value: 4,
    unit: "objects per block: data.parquet, index, bloom-0, meta.json",
    source: "grafana/tempo@607c7fb69662 tempodb/backend (2025-10-08)",
  },
  tempoRewrites: {
    value: 2,
    unit: "times that a span is written again by compaction",
    source: "assumed",
  },
  tempoPollSeconds: {
    value: 30,
    unit: "seconds between two looks at the list of blocks",
    source: "configs/tempo/storage.ts: blocklist_poll",
  },

  pyroscopeBlockSeconds: {
    value: 900,
    unit: "seconds that a block spans",
    source: "configs/pyroscope/pyroscope.ts: max_block_duration",
  },
  pyroscopeBlockObjects: {
    value: 9,
    unit: "objects per block",
    source: "measured: objects in the bucket after one clean stop",
  },
  pyroscopeRewrites: {
    value: 3,
    unit: "times that a profile is written again, into blocks of 1, 2 and 8 h",
    source: "assumed: block ranges as Mimir's, which Pyroscope's compactor is made of",
  },
  pyroscopePollSeconds: {
    value: 30,
    unit: "seconds between two looks of compactor and store-gateway",
    source: "configs/pyroscope/pyroscope.ts: cleanup_interval, sync_interval",
  },

  minimumTransitionBytes: {
    value: 128 * 1024,
    unit: "bytes below which an object stays in its class",
    source: `${s3Guide}/lifecycle-transition-general-considerations.html`,
  },
  infrequentAccessMinimumDays: {
    value: 30,
    unit: "days that are paid for in any case",
    source: `${s3Guide}/storage-class-intro.html`,
  },
  instantRetrievalMinimumDays: {
    value: 90,
    unit: "days that are paid for in any case",
    source: `${s3Guide}/storage-class-intro.html`,
  },
  objectsPerList: {
    value: 1000,
    unit: "keys that one LIST answers at most",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html",
  },
  bucketKeyShare: {
    value: 0.01,
    unit: "requests to KMS per request to the bucket",
    source: `${s3Guide}/bucket-key.html: by up to 99 percent fewer`,
  },

  remoteWriteBytesPerSample: {
    value: 21,
    unit: "bytes of a sample in a compressed remote write",
    source: `${wire}: 180 bytes raw, 21 with snappy`,
  },
  replicatedBytesPerSample: {
    value: 21,
    unit: "bytes of a sample from distributor to ingester, in the same message",
    source: `${wire}; configs/mimir/rings.ts compresses it with snappy`,
  },

  storeQueryShare: {
    value: 0.1,
    unit: "share of metric queries that reach the bucket",
    source: mimirDocs,
  },
  objectReadsPerQuery: { value: 20, unit: "GET requests of such a query", source: "assumed" },
  answerBytes: { value: 50_000, unit: "bytes of a panel's answer", source: "assumed" },

  ownLogGbPerTask: { value: 0.07, unit: "GB of a task's own log a month", source: "assumed" },
  imageGb: { value: 0.15, unit: "GB of an image", source: "assumed" },
  startsPerMonth: { value: 1, unit: "starts of each task a month", source: "assumed: one roll" },
  workdayStartsPerMonth: {
    value: 22,
    unit: "starts of each task a month that has a schedule",
    source: "assumed: one each working day",
  },
  dnsQueriesPerTaskSecond: {
    value: 0.1,
    unit: "queries a second and task",
    source: "assumed: one per TTL of 10 s",
  },
  flowLogGbPerTask: { value: 0.2, unit: "GB of flow logs per task and month", source: "assumed" },
  endpointGbPerTask: {
    value: 0.05,
    unit: "GB per task and month through each interface endpoint but logs",
    source: "assumed",
  },

  spansPerTrace: { value: 10, unit: "spans of a trace", source: "assumed" },
  lcuGbPerHour: {
    value: 1,
    unit: "GB an hour per LCU",
    source: "https://aws.amazon.com/elasticloadbalancing/pricing/",
  },
  lcuActiveConnections: {
    value: 3000,
    unit: "active connections per LCU",
    source: "https://aws.amazon.com/elasticloadbalancing/pricing/",
  },
  connectionsPerDashboard: { value: 6, unit: "connections of a browser", source: "assumed" },
} as const satisfies Record<string, Figure>;

/** Value of a figure. */
export const figure = (id: keyof typeof figures): number => figures[id].value;
