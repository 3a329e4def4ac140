import {
  flushSettings,
  limitSettings,
  queryHoleSettings,
  ringInterfaceSettings,
  ringReadinessSettings,
  type SettingRow,
} from "../data/serverSettings";
import { placeSettings } from "../data/placeSettings";
import { resourceRule, type Rule } from "../rule";
import { serverReads, serversOf } from "../servers/server";
import { durationText } from "../servers/duration";
import { queryTimeoutsOf, serverTimeoutsOf } from "../servers/timeouts";
import { inFile, judgeSettings } from "../servers/setting";

const reads = serverReads;

const fromTable = (
  about: Pick<Rule, "id" | "subject" | "rationale" | "source" | "mend" | "severity">,
  rows: readonly SettingRow[],
): Rule =>
  resourceRule({
    ...about,
    scope: "lgtm",
    reads,
    judge: (taskDefinition, judgement) => judgeSettings(taskDefinition, rows, judgement),
  });

const flushOnStop = fromTable(
  {
    id: "compute-flush-on-stop",
    subject: "compute",
    rationale: "A task's disk is gone with the task: what a stop does not write to S3 is lost.",
    source: "S14",
    mend: "Turn the setting on in the server's file",
    severity: "critical",
  },
  flushSettings,
);

const queryHole = fromTable(
  {
    id: "resilience-query-hole",
    subject: "resilience",
    rationale:
      "With the servers' defaults what a replaced task flushed is missing from answers for minutes to hours, with HTTP 200.",
    source: "S22",
    mend: "Set the key to the value named in the finding",
    severity: "high",
  },
  queryHoleSettings,
);

const ringInterfaces = fromTable(
  {
    id: "resilience-ring-interfaces",
    subject: "resilience",
    rationale:
      "A ring that registers the wrong interface makes every push and query fail with all health checks green.",
    source: "S23",
    mend: "Set the key to [eth1, eth0]; for Loki together with common.ring.kvstore.store memberlist",
    severity: "high",
  },
  ringInterfaceSettings,
);

const ringReadiness = fromTable(
  {
    id: "resilience-ring-readiness",
    subject: "resilience",
    rationale: "An ingester that waits for all others can't come back while one of them is dead.",
    source: "S16",
    mend: "Set the key to false",
    severity: "high",
  },
  ringReadinessSettings,
);

const serverLimits = fromTable(
  {
    id: "resilience-server-limits",
    subject: "resilience",
    rationale: "Settings of the servers that lose data or answers silently in this system.",
    source: "B1, B2, N4, S25",
    mend: "Set the key to the value named in the finding",
    severity: "medium",
  },
  [...limitSettings, ...placeSettings],
);

const noZoneAutoforget = resourceRule({
  id: "resilience-no-zone-autoforget",
  subject: "resilience",
  rationale:
    "Zone awareness together with autoforget halves Loki's read quorum: half of the reads were silently short.",
  source: "S16",
  mend: "Turn zone awareness off, or autoforget",
  scope: "lgtm",
  reads,
  severity: "high",
  judge(taskDefinition, judgement) {
    for (const server of serversOf(taskDefinition)) {
      if (server.product !== "loki") continue;
      const aware = inFile(server, "ingester.lifecycler.ring.zone_awareness_enabled").boolean();
      const forgets = inFile(server, "ingester.autoforget_unhealthy").boolean();
      if (aware !== true || forgets !== true) continue;
      judgement.report(taskDefinition, {
        finding: "zone-awareness+autoforget",
        says: "zone_awareness_enabled and autoforget_unhealthy are both true",
      });
    }
  },
});

const timeouts = resourceRule({
  id: "resilience-timeouts",
  subject: "resilience",
  rationale:
    "A server that closes the connection before its own query timeout answers long queries with a cut connection.",
  source: "S25",
  mend: "Order the times: HTTP server ≥ query ≥ Grafana",
  scope: "lgtm",
  reads,
  severity: "medium",
  judge(taskDefinition, judgement) {
    for (const server of serversOf(taskDefinition)) {
      const longest = Math.max(0, ...queryTimeoutsOf(server).map(({ seconds }) => seconds));
      for (const { key, seconds } of serverTimeoutsOf(server)) {
        if (seconds >= longest) continue;
        judgement.report(taskDefinition, {
          finding: key,
          says: `${key} of ${server.product} is ${durationText(seconds)}, its longest query ${durationText(longest)}`,
        });
      }
    }
  },
});

export const resilienceSettingRules: readonly Rule[] = [
  flushOnStop,
  queryHole,
  ringInterfaces,
  ringReadiness,
  serverLimits,
  noZoneAutoforget,
  timeouts,
];
