import type { Experiment } from "./experiment";
import { changeFile } from "./planChanges";

/** Bytes a second of log lines in the usual load (rehearsal/traffic/traffic.ts), as Loki counts them, in MB. */
const USUAL_LOG_MB = 0.0043;
/** Room for a few pushes at once. */
const BURST_MB = 0.02;

export const overload: Experiment = {
  name: "overload",
  title: "three times the ingest limit of logs, for 60 s, the limit cut to the usual load",
  times: 3,
  change: (plan) => ({
    plan: changeFile(plan, "FILE_LOKI_YAML", (file) => {
      file.setIn(["limits_config", "ingestion_rate_mb"], USUAL_LOG_MB);
      file.setIn(["limits_config", "ingestion_burst_size_mb"], BURST_MB);
    }),
    changes: [
      `limits_config.ingestion_rate_mb: ${USUAL_LOG_MB}, ingestion_burst_size_mb: ${BURST_MB}`,
    ],
  }),
  // Clearly: by the code that tells a client to come back later, and nothing else.
  promises: { refusals: /^HTTP 429\b/ },
  run: async ({ pause }) => pause(60),
};
