import { addressOf } from "../../stacks/endpoints";
import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";
import { queryTimeout } from "../timeouts";

/** Concurrent jobs of a querier for each GB of its memory: 20, the default, at the design's 2 GB. */
const jobsPerGb = 10;

/** Jobs of one look-up of a trace for each querier. */
const jobsPerQuerier = 4;

export function querierSection(config: StackConfig): Section {
  return {
    settings: {
      querier: {
        frontend_worker: { frontend_address: addressOf(config, "tempo-query-frontend", "grpc") },
        max_concurrent_queries: Math.max(4, Math.floor(config.tempo.querier.memoryGb * jobsPerGb)),
        search: { query_timeout: queryTimeout(config) },
        trace_by_id: { query_timeout: queryTimeout(config) },
      },
    },
    reasons: {
      "querier.frontend_worker.frontend_address":
        "The querier finds its frontend by name; without it, it does not start.",
      "querier.max_concurrent_queries": "By the task's memory; the default 20 is for 2 GB.",
      "querier.search.query_timeout": "Default 30 s.",
      "querier.trace_by_id.query_timeout": "Default 10 s.",
    },
  };
}

export function queryFrontendSection(config: StackConfig): Section {
  // A day more than the retention: "the last 7 days", rounded, is a few seconds longer than 168 h.
  const longestRange = `${(config.tempo.retentionDays + 1) * 24}h`;
  return {
    settings: {
      query_frontend: {
        api_timeout: queryTimeout(config),
        trace_by_id: { query_shards: 1 + config.tempo.querier.replicas * jobsPerQuerier },
        search: {
          max_duration: longestRange,
          query_backend_after: "1m",
          query_ingesters_until: "30m",
        },
        metrics: { max_duration: longestRange },
        mcp_server: { enabled: false },
      },
    },
    reasons: {
      "query_frontend.api_timeout": "No limit by default.",
      "query_frontend.trace_by_id.query_shards":
        "One job for the ingesters and four for each querier. Default 50: each is a request, also for no block.",
      "query_frontend.search.max_duration": "Default 168 h; a longer range is refused.",
      "query_frontend.search.query_backend_after":
        "Default 15 m: what a replaced ingester flushed would not be searched for so long. Not 0: a request\nwithout a start time looks back exactly this long (async_adjust_start_end.go of v2.10.8).",
      "query_frontend.search.query_ingesters_until":
        "Longer than an ingester keeps a trace; not below query_backend_after, or the start fails.",
      "query_frontend.metrics.max_duration": "Default 3 h.",
      "query_frontend.mcp_server.enabled": "It has no authentication of its own.",
    },
  };
}
