import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";
import { queryTimeout } from "../timeouts";

/** Streams that are kept for the shorter time. The gateway writes this label, in lower case (D6). */
export const infoSelector = '{level="info"}';

/** What one stack may write, keep and ask (S25); the same in every role. */
export function limitsSection(config: StackConfig): Section {
  const { loki } = config;
  return {
    settings: {
      limits_config: {
        ingestion_rate_mb: loki.ingestionRateMbPerSecond,
        ingestion_burst_size_mb: loki.ingestionBurstMb,
        max_global_streams_per_user: loki.maxStreams,
        query_timeout: queryTimeout(config),
        max_query_length: "0s",
        retention_period: `${loki.retentionDays * 24}h`,
        retention_stream: [
          { selector: infoSelector, priority: 1, period: `${loki.infoRetentionDays * 24}h` },
        ],
      },
    },
    reasons: {
      "limits_config.max_global_streams_per_user":
        "Default 5000; the label level alone makes four or five streams of one.",
      "limits_config.max_query_length": "Default 30d1h: a year of logs could not be asked for.",
      "limits_config.retention_stream.0":
        "Matches stream labels only: detected_level is structured metadata and never counts.",
    },
  };
}
