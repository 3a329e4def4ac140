import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";
import { ingestionRate, maxSeries } from "./memoryModel";

/** Hours that an ingester keeps blocks it has shipped; queries that reach further back do without ingesters. */
const defaultIngesterHours = 13;

/** What one stack may write, keep and ask (S25). */
export function limitsSection(config: StackConfig): Section {
  const { outOfOrderWindowMinutes, retentionDays } = config.mimir;
  const rate = ingestionRate(config);
  return {
    settings: {
      limits: {
        max_global_series_per_user: maxSeries(config),
        ingestion_rate: rate,
        ingestion_burst_size: rate * 10,
        max_global_exemplars_per_user: 100_000,
        out_of_order_time_window: `${outOfOrderWindowMinutes}m`,
        // Late samples stay in the ingester until the block of their window is cut and shipped.
        query_ingesters_within: `${Math.max(defaultIngesterHours, Math.ceil(outOfOrderWindowMinutes / 60) + 3)}h`,
        compactor_blocks_retention_period: `${retentionDays * 24}h`,
        ...(config.mimir.rules
          ? { ruler_max_rules_per_rule_group: 100, ruler_max_rule_groups_per_tenant: 200 }
          : {}),
      },
    },
    reasons: {
      "limits.max_global_series_per_user":
        "What the tasks' memory carries (configs/mimir/memoryModel.ts) instead of 150,000 whatever their size.",
      "limits.ingestion_burst_size": "A collector that was cut off sends its backlog at once.",
      "limits.max_global_exemplars_per_user":
        "Default 0: exemplars vanish, and with them the way from a metric to its trace. About 100 bytes each (Prometheus' documentation).",
      "limits.out_of_order_time_window":
        "CloudWatch's samples are late; the default 0 refuses them.",
      "limits.compactor_blocks_retention_period": "Default: for ever.",
    },
  };
}
