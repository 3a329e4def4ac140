/** What an alert is about: its group, and the label `product`. */
export type Subject =
  "collection" | "mimir" | "loki" | "tempo" | "pyroscope" | "grafana" | "aws" | "heartbeat";

/**
 * critical: data or sight is being lost now. warning: it will be, if nobody does anything. none: no alert, but a sign of
 * life.
 */
export type Severity = "critical" | "warning" | "none";

/** What a stack must have for an alert to make sense; the others are always there. */
export type Needs =
  | "mimirRules"
  | "postgres"
  | "containerInsights"
  | "loadBalancerMetrics"
  | "contactPoint"
  /** The watch from outside (D9). */
  | "watch"
  /** No watch from outside: where there is one, a CloudWatch alarm says the same. */
  | "noWatch";

/** One alert rule, as people think of it; `rules.ts` makes Grafana's of it. */
export interface Alert {
  /** Unique; `lgtm-ID` is Grafana's uid (at most 40 characters) and `#ID` the section of docs/operations.md. */
  readonly id: string;
  readonly title: string;
  readonly subject: Subject;
  readonly severity: Severity;
  /** PromQL, answered by Mimir for one moment. A series of the answer is an instance of the alert. */
  readonly expr: string;
  /** It fires where the value is above this (or below, with `less`). */
  readonly threshold: number;
  readonly less?: true;
  /** How long it has to hold. */
  readonly for: string;
  /** One line for whoever is woken up. `{{ .Labels.NAME }}` is a label of the series. */
  readonly summary: string;
  readonly needs?: readonly Needs[];
  /** Where to look: uid of a dashboard, and title of its panel. */
  readonly panel?: readonly [dashboard: string, title: string];
}
