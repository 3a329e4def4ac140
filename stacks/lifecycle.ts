import { lokiTenant } from "../configs/loki/loki";
import { lokiPrefix } from "../configs/loki/storage";
import { mimirTenant } from "../configs/mimir/mimir";
import { mimirPrefixes } from "../configs/mimir/storage";
import { pyroscopePrefix } from "../configs/pyroscope/pyroscope";
import { tempoPrefix } from "../configs/tempo/storage";
import type { StackConfig } from "../configs/stack/schema";
import type { Catalog } from "./types";

/** Tenant of all traces while tenants are off: a constant of Tempo, and part of every key in the bucket (S25). */
const tempoTenant = "single-tenant";

/** Parts that were begun and never completed are billed and seen by nobody. */
const ABORT_UPLOADS_AFTER_DAYS = 1;

export type StorageClass = "STANDARD_IA" | "GLACIER_IR" | "INTELLIGENT_TIERING";

/**
 * One rule of the bucket's lifecycle. S3 refuses an expiry by days and one of delete markers in the same rule, so
 * markers have a rule of their own ("This cannot be specified with Days or Date": API_LifecycleExpiration).
 */
export interface LifecycleRuleSpec {
  /** Stable: S3 and Pulumi know a rule by it. */
  readonly id: string;
  /** Key prefix; "" is the whole bucket. */
  readonly prefix: string;
  readonly transitions?: readonly {
    readonly afterDays: number;
    readonly storageClass: StorageClass;
  }[];
  readonly expireAfterDays?: number;
  readonly expiredObjectDeleteMarker?: true;
  readonly noncurrentExpireAfterDays?: number;
  readonly abortUploadsAfterDays?: number;
}

/**
 * Rows B1, B3, B4. By full tenant prefix, because S3 filters cannot exclude: an expiry over `ftt-loki/` would take the
 * index with it. The servers delete by themselves; S3's own end is a backstop behind their retention.
 */
export function lifecycleRules(
  catalog: Catalog,
  config: Pick<StackConfig, "storage">,
): LifecycleRuleSpec[] {
  const { storage } = config;
  const tiers = (ages: {
    infrequentAccessAfterDays: number;
    glacierInstantRetrievalAfterDays: number;
  }) =>
    storage.tiering === "intelligentTiering"
      ? // S3 moves by itself what is not read; waiting would only cost.
        [{ afterDays: 0, storageClass: "INTELLIGENT_TIERING" as const }]
      : [
          { afterDays: ages.infrequentAccessAfterDays, storageClass: "STANDARD_IA" as const },
          // Instant Retrieval: objects in the other Glacier classes can't be read without a restore.
          { afterDays: ages.glacierInstantRetrievalAfterDays, storageClass: "GLACIER_IR" as const },
        ];
  return [
    {
      id: "metrics",
      prefix: `${mimirPrefixes.blocks}/${mimirTenant}/`,
      transitions: tiers(storage.metrics),
      expireAfterDays: storage.metrics.expireAfterDays,
    },
    {
      id: "logs",
      prefix: `${lokiPrefix}/${lokiTenant}/`,
      transitions: tiers(storage.logs),
      expireAfterDays: storage.logs.expireAfterDays,
    },
    // Traces and profiles are gone before a cheaper class would pay: no transitions.
    {
      id: "traces",
      prefix: `${tempoPrefix}/${tempoTenant}/`,
      expireAfterDays: storage.traces.expireAfterDays,
    },
    {
      id: "profiles",
      prefix: `${pyroscopePrefix}/`,
      expireAfterDays: storage.profiles.expireAfterDays,
    },
    ...prefixesOf(catalog).map((prefix) => ({
      // One rule per prefix: where two overlap, S3 takes the shorter time.
      id: `undelete-${prefix.replace(/\/$/, "")}`,
      prefix,
      noncurrentExpireAfterDays: isPrecious(prefix)
        ? storage.rulesNoncurrentVersionDays
        : storage.noncurrentVersionDays,
    })),
    { id: "uploads", prefix: "", abortUploadsAfterDays: ABORT_UPLOADS_AFTER_DAYS },
    { id: "delete-markers", prefix: "", expiredObjectDeleteMarker: true },
  ];
}

/** All prefixes of the bucket, each owned by one product. */
export function prefixesOf(catalog: Catalog): string[] {
  return catalog.products.flatMap((product) => product.prefixes);
}

/** Written by people and not by machines: an overwritten rule file must be found again for longer. */
const isPrecious = (prefix: string) =>
  prefix === `${mimirPrefixes.rules}/` || prefix === `${mimirPrefixes.alerts}/`;
