import type { SettingRow } from "./serverSettings";

const leavesBucket =
  "the data is written where no retention, no lifecycle and no other replica looks";
const plainHttp =
  "data and signed requests cross the network in plain text, and the bucket refuses them";
const aroundEndpoint = "dual-stack names go around the S3 gateway endpoint: every flush pays NAT";

/** B1, B2, N4, S25: data goes to S3, over TLS, through the endpoint, under the prefix and tenant that all else names. */
export const placeSettings: readonly SettingRow[] = [
  { product: "mimir", key: "common.storage.backend", need: { is: "s3" }, why: leavesBucket },
  {
    product: "mimir",
    key: "common.storage.s3.insecure",
    need: { is: false },
    fallback: false,
    why: plainHttp,
  },
  {
    product: "mimir",
    key: "common.storage.s3.dualstack_enabled",
    need: { is: false },
    fallback: true,
    why: aroundEndpoint,
  },
  {
    product: "mimir",
    key: "no_auth_tenant",
    need: { is: "anonymous" },
    fallback: "anonymous",
    why: "the tenant is part of every key: under another one all data is hidden",
  },
  ...(
    [
      ["blocks_storage", "blocks"],
      ["ruler_storage", "rules"],
      ["alertmanager_storage", "alerts"],
    ] as const
  ).map(([section, prefix]): SettingRow => ({
    product: "mimir",
    key: `${section}.storage_prefix`,
    need: { is: prefix },
    why: leavesBucket,
  })),
  {
    product: "loki",
    key: "storage_config.object_store.s3.insecure",
    need: { is: false },
    fallback: false,
    why: plainHttp,
  },
  {
    product: "loki",
    key: "storage_config.object_store.s3.dualstack_enabled",
    onlyWith: "storage_config.object_store.s3",
    need: { is: false },
    fallback: true,
    why: aroundEndpoint,
  },
  {
    product: "tempo",
    targets: ["ingester", "querier", "compactor"],
    key: "storage.trace.backend",
    need: { is: "s3" },
    fallback: "local",
    why: leavesBucket,
  },
  {
    product: "tempo",
    key: "storage.trace.s3.insecure",
    need: { is: false },
    fallback: false,
    why: plainHttp,
  },
  {
    product: "tempo",
    key: "storage.trace.s3.enable_dual_stack",
    need: { is: false },
    fallback: false,
    why: aroundEndpoint,
  },
  { product: "pyroscope", key: "storage.backend", need: { is: "s3" }, why: leavesBucket },
  {
    product: "pyroscope",
    key: "storage.s3.insecure",
    need: { is: false },
    fallback: false,
    why: plainHttp,
  },
];
