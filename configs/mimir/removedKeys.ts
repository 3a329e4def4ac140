/** Settings that Mimir 3 refuses: an unknown key in the file stops the start. */
export interface RemovedKey {
  /** Dotted path; `*` stands for any steps before or after. */
  readonly key: string;
  /** First version without it. */
  readonly since: "3.0" | "3.1";
  /** What to do instead, or why there is nothing to do. */
  readonly note: string;
}

/**
 * Keys of the 2.17 setting list (configs/mimir/settings.json) that are gone in 3.0 or 3.1. Found by comparing that list with
 * the one in grafana/mimir's main branch of February 2026 (between 3.0.3 and 3.1.0), versions from its CHANGELOG.
 */
export const removedMimirKeys: readonly RemovedKey[] = [
  removed("frontend_worker.frontend_address", "3.0", "the query-scheduler is mandatory"),
  removed(
    "frontend.max_outstanding_per_tenant",
    "3.0",
    "query_scheduler.max_outstanding_requests_per_tenant",
  ),
  removed("frontend.querier_forget_delay", "3.0", "query_scheduler.querier_forget_delay"),
  removed("frontend.downstream_url", "3.0", "proxying other backends is gone (#12191)"),
  removed("frontend.prune_queries", "3.0", "moved into the query engine (#12303)"),
  removed("*.memcached.addresses_provider", "3.0", "the better resolver is the only one"),
  removed("*.redis.*", "3.0", "memcached (#12163)"),
  removed(
    "*.memcached.dns_ignore_startup_failures",
    "3.1",
    "a failed look-up is always an error (#14038)",
  ),
  removed(
    "blocks_storage.bucket_store.index_header.eager_loading_startup_enabled",
    "3.1",
    "always on (#13126)",
  ),
  removed("compactor.no_blocks_file_cleanup_enabled", "3.1", "always on (#13108)"),
  removed("compactor.upload_sparse_index_headers", "3.1", "always on (#13089)"),
  removed(
    "distributor.ha_tracker.ha_tracker_update_timeout",
    "3.1",
    "limits.ha_tracker_update_timeout",
  ),
  removed(
    "distributor.ha_tracker.ha_tracker_update_timeout_jitter_max",
    "3.1",
    "limits.ha_tracker_update_timeout_jitter_max",
  ),
  removed(
    "distributor.ha_tracker.ha_tracker_failover_timeout",
    "3.1",
    "limits.ha_tracker_failover_timeout",
  ),
  removed(
    "flusher.exit_after_flush",
    "3.1",
    "the target flusher is gone; POST /ingester/flush (#14032)",
  ),
  removed("frontend_worker.response_streaming_enabled", "3.1", "always on (#14095)"),
  removed("ingester.push_reactive_limiter.*", "3.0", "renamed (#12773)"),
  removed("ingester.read_reactive_limiter.*", "3.0", "renamed (#12773)"),
  removed(
    "limits.cost_attribution_labels",
    "3.1",
    "limits.cost_attribution_labels_structured (#13286)",
  ),
  removed("limits.metric_relabeling_enabled", "3.1", "always on (#13143)"),
  removed(
    "limits.service_overload_status_code_on_rate_limit_enabled",
    "3.1",
    "not in the newer list",
  ),
  removed("limits.split_instant_queries_by_interval", "3.1", "not in the newer list"),
  removed("querier.mimir_query_engine.use_query_planning", "3.1", "not in the newer list"),
  removed(
    "alertmanager.grafana_alertmanager_conditionally_skip_tenant_suffix",
    "3.1",
    "not in the newer list",
  ),
];

/**
 * Rings that only Mimir 3 has. They are not in the file, because 2.17 refuses them; the querier's ring is read only with
 * `frontend.enable_remote_execution`, which is off by default.
 */
export const laterMimirRings: readonly string[] = ["querier.ring"];

/** The removed setting that a dotted path names, if it names one. */
export function removedMimirKey(path: string): RemovedKey | undefined {
  return removedMimirKeys.find(({ key }) => patternOf(key).test(path));
}

function removed(key: string, since: RemovedKey["since"], note: string): RemovedKey {
  return { key, since, note };
}

function patternOf(key: string): RegExp {
  const steps = key.split("*").map((part) => part.replaceAll(".", "\\."));
  return new RegExp(`^${steps.join(".+")}$`);
}
