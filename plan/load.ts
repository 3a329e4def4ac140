import { ingestionRate, maxSeries, seriesPerTask } from "../configs/mimir/memoryModel";
import type { StackConfig } from "../configs/stack/schema";
import { limitsOf } from "./capacity/limits";

/** Up to what a stack takes, by signal, and where the number comes from. */
export interface CarriedLoad {
  readonly signal: "metrics" | "logs" | "traces" | "profiles";
  readonly load: string;
  readonly because: string;
}

const count = (value: number) => Math.round(value).toLocaleString("en-US");

/** What the stack carries before a limit refuses it (X3). Where the stack sets no limit, the server's own default holds. */
export function carriedLoad(config: StackConfig): CarriedLoad[] {
  const limitOf = (role: string) =>
    limitsOf(config)
      .filter((limit) => limit.role.startsWith(role))
      .map(({ what, most }) => `${count(most)} ${what.replace(" at the peak", "")}`)
      .join(", ");
  const { mimir, loki } = config;
  const chosen = mimir.maxSeries === undefined ? "" : "set in the stack file; ";
  return [
    {
      signal: "metrics",
      load: `${count(maxSeries(config))} active series, ${count(ingestionRate(config))} samples/s`,
      because:
        `${chosen}${count(seriesPerTask(mimir.memoryGb))} series in a task of ${mimir.memoryGb} GB, ` +
        `${mimir.replicas} tasks, ${copies(mimir.replicationFactor)}`,
    },
    {
      signal: "logs",
      load: `${loki.ingestionRateMbPerSecond} MB/s (${loki.ingestionBurstMb} MB at once), ${count(loki.maxStreams)} streams`,
      because: `set in the stack file or its default; ${copies(loki.replicationFactor)}`,
    },
    { signal: "traces", load: limitOf("tempo."), because: "Tempo's own defaults" },
    { signal: "profiles", load: limitOf("pyroscope"), because: "Pyroscope's own default" },
  ];
}

const copies = (factor: number) => (factor === 1 ? "one copy of each" : `${factor} copies of each`);
