import type { StackConfig } from "../configs/stack/schema";

/** Sections of `docs/operations.md` that alarms and events lead to, by the anchor of their heading. */
export const runbooks = [
  "unclean-death-of-a-ring-task",
  "rollback",
  "too-few-tasks",
  "unhealthy-targets",
  "errors-at-the-load-balancer",
  "memory-or-disk-of-a-ring-task",
  "certificate-expiry",
  "grafanas-database",
  "nat-ports",
  "too-many-logs",
  "grafanas-alerts-are-silent",
  "spot-interruptions",
  "undelivered-events",
] as const;

export type Runbook = (typeof runbooks)[number];

/** Address of a runbook, as messages name it. */
export const runbookLink = ({ watch }: Pick<StackConfig, "watch">, runbook: Runbook): string =>
  `${watch.runbookUrl}#${runbook}`;
