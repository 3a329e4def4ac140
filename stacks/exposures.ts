import type { StackConfig } from "../configs/stack/schema";
import { portOf } from "./endpoints";
import type { Exposure, RoleId } from "./types";

/** What the load balancer needs to know of a stack file; little, so that a file can be judged before it is complete. */
export type IngressConfig = Pick<StackConfig, "domain" | "ingress">;

/** G9: a push is over in seconds, a query or a page is not. The default of 300 s would be added to every replaced task. */
const PUSH_DRAIN_SECONDS = 15;
const QUERY_DRAIN_SECONDS = 60;
/**
 * Tempo's queriers leave a query-frontend within 10 s of its leaving DNS. What it takes after that, over connections that
 * were kept, waits for nobody (measured: with 60 s look-ups hung until their client gave up, with 15 s one in some hundreds
 * met one leaving frontend after the other). So it is gone before they are.
 */
const FRONTEND_DRAIN_SECONDS = 2;

type Builder = (config: IngressConfig) => readonly Exposure[];

const healthOf = (role: RoleId, path: string) => ({
  port: portOf(role, "http"),
  path,
  matcher: "200",
});

/** What each role shows; priorities are fixed per exposure and never reused. */
const builders: Readonly<Partial<Record<RoleId, Builder>>> = {
  grafana: () => [
    {
      id: "grafana",
      host: "grafana",
      paths: ["/*"],
      port: "http",
      protocolVersion: "HTTP1",
      guarded: false,
      healthCheck: healthOf("grafana", "/api/health"),
      deregistrationDelaySeconds: QUERY_DRAIN_SECONDS,
      // Grafana serves its metrics without a login.
      hiddenPaths: ["/metrics", "/metrics/*"],
      priority: 1000,
    },
  ],
  mimir: () => [
    {
      id: "mimir",
      host: "mimir",
      paths: ["/api/v1/push", "/otlp/v1/metrics"],
      port: "http",
      protocolVersion: "HTTP1",
      guarded: true,
      healthCheck: healthOf("mimir", "/ready"),
      deregistrationDelaySeconds: PUSH_DRAIN_SECONDS,
      priority: 2000,
    },
  ],
  "loki-distributor": () => [
    {
      id: "loki",
      host: "loki",
      paths: ["/loki/api/v1/push", "/otlp/v1/logs"],
      port: "http",
      protocolVersion: "HTTP1",
      guarded: true,
      healthCheck: healthOf("loki-distributor", "/ready"),
      deregistrationDelaySeconds: PUSH_DRAIN_SECONDS,
      priority: 3000,
    },
  ],
  "tempo-query-frontend": (config) => {
    // G5: a query path. Without a guard everybody could read every trace.
    if (config.ingress.auth === "none") return [];
    return [
      {
        id: "tempo",
        host: "tempo",
        paths: ["/api/traces", "/api/traces/*"],
        port: "http",
        protocolVersion: "HTTP1",
        guarded: true,
        // Its /ready waits for a querier, which waits for its name: see S20.
        healthCheck: healthOf("tempo-query-frontend", "/api/echo"),
        deregistrationDelaySeconds: FRONTEND_DRAIN_SECONDS,
        priority: 4000,
      },
    ];
  },
  "tempo-distributor": () => [
    {
      id: "otlp-http",
      host: "tempo",
      paths: ["/v1/traces"],
      port: "otlp-http",
      protocolVersion: "HTTP1",
      guarded: true,
      // That port takes pushes and nothing else: the server's own port tells its health.
      healthCheck: healthOf("tempo-distributor", "/ready"),
      deregistrationDelaySeconds: PUSH_DRAIN_SECONDS,
      priority: 5000,
    },
    {
      id: "otlp-grpc",
      host: "tempo",
      paths: ["/opentelemetry.proto.collector.trace.v1.TraceService/*"],
      port: "otlp-grpc",
      protocolVersion: "GRPC",
      guarded: true,
      // Collectors serve no gRPC health service, so any gRPC status is a sign of life.
      healthCheck: {
        port: portOf("tempo-distributor", "otlp-grpc"),
        path: "/AWS.ALB/healthcheck",
        matcher: "0-99",
      },
      deregistrationDelaySeconds: PUSH_DRAIN_SECONDS,
      priority: 6000,
    },
  ],
};

/** Rows G2–G6 and G9: what a role shows on the load balancer. */
export function exposuresOf(config: IngressConfig, role: RoleId): readonly Exposure[] {
  return builders[role]?.(config) ?? [];
}
