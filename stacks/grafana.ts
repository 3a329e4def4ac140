import {
  grafanaEnvironment,
  grafanaFiles,
  grafanaIsClustered,
  grafanaSecrets,
  grafanaUser,
} from "../configs/grafana/grafana";
import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { portNumbers, portOf } from "./endpoints";
import { defineRole, DRAIN_SECONDS, SCRATCH_PATHS } from "./role";
import type { Call, Product } from "./types";
import { grafanaTopicArns } from "./watchTopics";

/** S6: the user interface. With SQLite there can be one, with PostgreSQL several. */
export function grafana(config: StackConfig): Product {
  const postgres = config.grafana.database.type === "postgres";
  const clustered = grafanaIsClustered(config);
  const alerting = { name: "alerting", number: portNumbers.grafanaAlerting };
  const calls: Call[] = [
    { to: "mimir", port: "http", why: "query metrics, rules and alerts" },
    { to: "loki-query-frontend", port: "http", why: "query logs" },
    { to: "tempo-query-frontend", port: "http", why: "query traces" },
    { to: "pyroscope", port: "http", why: "query profiles" },
    ...(postgres ? [{ to: "postgres", port: "postgres", why: "own database" } as const] : []),
    ...(clustered
      ? [{ to: "grafana", port: alerting.name, why: "agree on who notifies" } as const]
      : []),
  ];
  const topicArns = grafanaTopicArns(config);
  return {
    name: "grafana",
    image: imageOf(config, "grafana"),
    prefixes: [],
    awsAccess:
      topicArns.length === 0
        ? []
        : [{ sid: "PublishAlerts", actions: ["sns:Publish"], resources: topicArns }],
    roles: [
      defineRole(config, {
        id: "grafana",
        product: "grafana",
        component: "grafana",
        size: config.grafana,
        replacement: postgres ? "stateless" : "singleton",
        // SQLite is disposable: all that matters is provisioned from files.
        holdsData: false,
        callsAws: topicArns.length > 0,
        calls,
        morePorts: clustered ? [alerting] : [],
        health: { kind: "http", port: portOf("grafana", "http"), path: "/api/health" },
        user: grafanaUser,
        dataPath: "/var/lib/grafana",
        // Plugins talk to Grafana through sockets there.
        scratchPaths: SCRATCH_PATHS,
        stopTimeoutSeconds: DRAIN_SECONDS,
        go: true,
        // The image's own entry point reads everything from the environment.
        args: [],
        environment: grafanaEnvironment(config),
        secrets: grafanaSecrets(config),
        files: () => grafanaFiles(config),
      }),
    ],
  };
}
