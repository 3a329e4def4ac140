import type { Rehearsal } from "../rehearsal";

/** Counters that tell how many copies of what was acknowledged there are. */
const NAMES = [
  "tempo_distributor_ingester_appends_total",
  "tempo_distributor_ingester_append_failures_total",
  "tempo_ingester_traces_created_total",
  "loki_distributor_ingester_appends_total",
  "loki_distributor_ingester_append_failures_total",
] as const;

/** Reads them from every task that still answers, summed over labels and over the tasks of a service. */
export async function countersOf(
  rehearsal: Rehearsal,
): Promise<Record<string, Record<string, number>>> {
  const sums: Record<string, Record<string, number>> = {};
  const tasks = rehearsal.scheduler.tasks().filter(({ health }) => health === "HEALTHY");
  await Promise.all(
    tasks.map(async ({ service, nic }) => {
      const port = service.taskDefinition.containers
        .flatMap(({ healthCheck }) => healthCheck?.command ?? [])
        .join(" ")
        .match(/127\.0\.0\.1:(\d+)\//)?.[1];
      if (port === undefined) return;
      const text = await fetch(`http://${nic.address}:${port}/metrics`, {
        signal: AbortSignal.timeout(5000),
      })
        .then((answer) => answer.text())
        .catch(() => ""); // in the middle of the answer, too
      for (const name of NAMES) {
        const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))];
        if (values.length === 0) continue;
        const sum = values.reduce((total, [, value]) => total + Number(value), 0);
        const counters = (sums[service.name] ??= {});
        counters[name] = (counters[name] ?? 0) + sum;
      }
    }),
  );
  return sums;
}
