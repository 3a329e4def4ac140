import {
  QueryBuilder,
  RuleBuilder,
  type Query,
  type Rule,
} from "@grafana/grafana-foundation-sdk/alerting";
import { TypeThresholdBuilder } from "@grafana/grafana-foundation-sdk/expr";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { dataSourceUids } from "../../configs/grafana/dataSources";
import type { Alert } from "./alert";

/** Seconds before now that a question covers; its own ranges may be longer. */
const RANGE_SECONDS = 600;
/** Data source of Grafana's own arithmetic. */
const EXPRESSION = "__expr__";

/** Uid of a rule: at most 40 characters of letters, digits, `-` and `_`. */
export const ruleUid = (alert: Pick<Alert, "id">): string => `lgtm-${alert.id}`;

/** Grafana's rule for an alert: the question (A), and the comparison that is its condition (B). */
export function ruleOf(alert: Alert): Rule {
  const isHeartbeat = alert.subject === "heartbeat";
  return (
    new RuleBuilder(alert.title)
      .uid(ruleUid(alert))
      .forDuration(alert.for)
      .condition("B")
      .withQuery(
        new QueryBuilder("A")
          .datasourceUid(dataSourceUids.mimir)
          .relativeTimeRange({ from: RANGE_SECONDS, to: 0 })
          .model(new DataqueryBuilder().refId("A").expr(alert.expr).instant()),
      )
      .withQuery(
        new QueryBuilder("B")
          .datasourceUid(EXPRESSION)
          .relativeTimeRange({ from: RANGE_SECONDS, to: 0 })
          .model(
            new TypeThresholdBuilder()
              .refId("B")
              .expression("A")
              .conditions([
                { evaluator: { type: alert.less ? "lt" : "gt", params: [alert.threshold] } },
              ]),
          ),
      )
      // No series: nothing of the kind happened, or nothing is there at all; that has alerts of its own.
      .noDataState("OK")
      // Mimir that does not answer would else fire every rule at once. The heartbeat has to stop then.
      .execErrState(isHeartbeat ? "OK" : "KeepLast")
      .labels({
        severity: alert.severity,
        product: alert.subject,
        ...(isHeartbeat ? { heartbeat: "true" } : {}),
      })
      .annotations({ summary: alert.summary })
      .build()
  );
}

export type { Query, Rule };
