import type { Way } from "../../smoke/items";
import { tracesRequest } from "../../smoke/otlp";
import type { Plan } from "../../plan/plan";
import { usual } from "../traffic/traffic";
import type { Experiment } from "./experiment";
import { changeFile } from "./planChanges";

/** Bytes a second of log lines in the usual load (rehearsal/traffic/traffic.ts), as Loki counts them, in MB. */
const USUAL_LOG_MB = 0.0043;
/** Room for a few pushes at once. */
const BURST_MB = 0.02;
const BURST_PUSHES = 4;

/** Bytes a second of traces in the usual load, as Tempo counts them: those of the requests in protobuf. */
export function usualTraceBytes(): { readonly perSecond: number; readonly perPush: number } {
  const ways: readonly Way[] = ["otlp-grpc-traces", "otlp-http-traces"];
  const pushes = ways.map((way) => {
    const { streams, rate, batch } = usual[way];
    const items = Array.from({ length: batch }, () => ({ sequence: 1000, timeMs: Date.now() }));
    const bytes = tracesRequest({ run: "00000000", way, name: "s0" }, items).length;
    return { bytes, perSecond: bytes * streams * rate };
  });
  return {
    perSecond: pushes.reduce((sum, { perSecond }) => sum + perSecond, 0),
    perPush: Math.max(...pushes.map(({ bytes }) => bytes)),
  };
}

/** Limits at the usual load: three times of it is too much by two thirds. Tempo's is shared by its distributors. */
function cutLimits(plan: Plan): { plan: Plan; changes: string[] } {
  const { perSecond, perPush } = usualTraceBytes();
  const burst = perPush * BURST_PUSHES;
  const logs = changeFile(plan, "FILE_LOKI_YAML", (file) => {
    file.setIn(["limits_config", "ingestion_rate_mb"], USUAL_LOG_MB);
    file.setIn(["limits_config", "ingestion_burst_size_mb"], BURST_MB);
  });
  const ingestion = ["overrides", "defaults", "ingestion"];
  return {
    plan: changeFile(logs, "FILE_TEMPO_YAML", (file) => {
      file.setIn([...ingestion, "rate_strategy"], "global");
      file.setIn([...ingestion, "rate_limit_bytes"], perSecond);
      file.setIn([...ingestion, "burst_size_bytes"], burst);
    }),
    changes: [
      `Loki limits_config: ingestion_rate_mb ${USUAL_LOG_MB}, ingestion_burst_size_mb ${BURST_MB}`,
      `Tempo overrides.defaults.ingestion: rate_strategy global, rate_limit_bytes ${perSecond}, burst_size_bytes ${burst}`,
    ],
  };
}

/** What tells a client to come back later: Loki's and Tempo's own words over HTTP and gRPC. */
export const CLEAR_REFUSAL = /^(HTTP 429\b|gRPC RESOURCE_EXHAUSTED\b)/;

export const overload: Experiment = {
  name: "overload",
  title:
    "three times the ingest limits of logs and traces, for 60 s, the limits cut to the usual load",
  times: 3,
  change: cutLimits,
  // Clearly: by the code that tells a client to come back later, and nothing else.
  promises: { refusals: CLEAR_REFUSAL, refusesSome: ["logs", "traces"] },
  run: async ({ pause }) => pause(60),
};
