import { lokiPushPath, mimirPushPath } from "../configs/alloy/destinations";
import { attr, block, call, component, ref, renderAlloy, map } from "../configs/alloy/syntax";
import type { StackConfig } from "../configs/stack/schema";
import { hostOf, portNumbers } from "./endpoints";

/** What stands in a snippet where the reader's own ingest token belongs. */
export const tokenPlaceholder = "INGEST_TOKEN";

/** Where things are sent to, and where they are looked at. */
export interface StackUrls {
  readonly grafana: string;
  /** The front door: HTTPS, from everywhere the guard lets in. */
  readonly push: {
    readonly prometheusRemoteWrite: string;
    readonly otlpMetrics: string;
    readonly lokiPush: string;
    readonly otlpLogs: string;
    readonly otlpTraces: string;
    /** `host:port` of OTLP over gRPC, traces only. */
    readonly otlpGrpcTraces: string;
  };
  /** The gateway: plain HTTP inside the VPC, for `collection.clients`. Sets the `level` label of logs. */
  readonly gateway: {
    readonly otlpHttp: string;
    readonly otlpGrpc: string;
    readonly prometheusRemoteWrite: string;
    readonly lokiPush: string;
    readonly profiles: string;
  };
}

/** The addresses of a stack (D8). */
export function outputs(config: StackConfig): StackUrls {
  const door = (host: string) => `https://${host}.${config.domain}`;
  const gateway = (port: number) => `http://${hostOf(config, "alloy-gateway")}:${port}`;
  return {
    grafana: `${door("grafana")}/`,
    push: {
      prometheusRemoteWrite: `${door("mimir")}${mimirPushPath}`,
      otlpMetrics: `${door("mimir")}/otlp/v1/metrics`,
      lokiPush: `${door("loki")}${lokiPushPath}`,
      otlpLogs: `${door("loki")}/otlp/v1/logs`,
      otlpTraces: `${door("tempo")}/v1/traces`,
      otlpGrpcTraces: `tempo.${config.domain}:${portNumbers.https}`,
    },
    gateway: {
      otlpHttp: gateway(portNumbers.otlpHttp),
      otlpGrpc: gateway(portNumbers.otlpGrpc),
      prometheusRemoteWrite: `${gateway(portNumbers.gatewayRemoteWrite)}/api/v1/metrics/write`,
      lokiPush: `${gateway(portNumbers.gatewayLoki)}${lokiPushPath}`,
      profiles: gateway(portNumbers.gatewayProfiles),
    },
  };
}

/** The front door asks for a bearer token. */
export const needsToken = ({ ingress }: StackConfig): boolean =>
  ingress.auth === "token" || ingress.auth === "both";

export type SnippetId =
  | "otel-gateway"
  | "otel-front-door"
  | "prometheus-gateway"
  | "prometheus-front-door"
  | "alloy-gateway"
  | "alloy-front-door"
  | "firelens-gateway"
  | "firelens-front-door"
  | "pyroscope-gateway";

export interface Snippet {
  readonly id: SnippetId;
  /** What it is for, in a few words. */
  readonly title: string;
  /** Language of the code block. */
  readonly language: "sh" | "yaml" | "alloy" | "json" | "go";
  readonly text: string;
}

/** Ready-made client configurations for one stack (D8): to be pasted, with `INGEST_TOKEN` replaced. */
export function snippets(config: StackConfig): readonly Snippet[] {
  const urls = outputs(config);
  const token = needsToken(config);
  return [
    {
      id: "otel-gateway",
      title: "OpenTelemetry SDK, through the gateway",
      language: "sh",
      text: environment({
        OTEL_SERVICE_NAME: "shop",
        OTEL_RESOURCE_ATTRIBUTES: "service.namespace=demo",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        OTEL_EXPORTER_OTLP_ENDPOINT: urls.gateway.otlpHttp,
      }),
    },
    {
      id: "otel-front-door",
      title: "OpenTelemetry SDK, through the front door",
      language: "sh",
      text: environment({
        OTEL_SERVICE_NAME: "shop",
        OTEL_RESOURCE_ATTRIBUTES: "service.namespace=demo",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: urls.push.otlpMetrics,
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: urls.push.otlpLogs,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urls.push.otlpTraces,
        // Values of this variable are URL-encoded: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
        ...(token
          ? { OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${tokenPlaceholder}` }
          : {}),
      }),
    },
    {
      id: "prometheus-gateway",
      title: "Prometheus, through the gateway",
      language: "yaml",
      text: `remote_write:\n  - url: ${urls.gateway.prometheusRemoteWrite}\n    send_exemplars: true\n`,
    },
    {
      id: "prometheus-front-door",
      title: "Prometheus, through the front door",
      language: "yaml",
      text: [
        "remote_write:",
        `  - url: ${urls.push.prometheusRemoteWrite}`,
        "    send_exemplars: true",
        ...(token
          ? ["    authorization:", "      type: Bearer", `      credentials: ${tokenPlaceholder}`]
          : []),
        "",
      ].join("\n"),
    },
    {
      id: "alloy-gateway",
      title: "Alloy, through the gateway",
      language: "alloy",
      text: alloyGateway(config),
    },
    {
      id: "alloy-front-door",
      title: "Alloy, through the front door",
      language: "alloy",
      text: alloyFrontDoor(config),
    },
    {
      id: "firelens-gateway",
      title: "FireLens (ECS task definition), through the gateway",
      language: "json",
      text: fireLens(
        { Host: hostOf(config, "alloy-gateway"), Port: `${portNumbers.gatewayLoki}` },
        "job=shop,container=$container_name",
        false,
      ),
    },
    {
      id: "firelens-front-door",
      title: "FireLens (ECS task definition), through the front door",
      language: "json",
      text: fireLens(
        { Host: `loki.${config.domain}`, Port: `${portNumbers.https}`, Tls: "on" },
        "job=shop,container=$container_name,level=info",
        token,
      ),
    },
    {
      id: "pyroscope-gateway",
      title: "Pyroscope SDK (Go), through the gateway",
      language: "go",
      text: [
        'import "github.com/grafana/pyroscope-go"',
        "",
        "pyroscope.Start(pyroscope.Config{",
        '\tApplicationName: "shop",',
        `\tServerAddress:   "${urls.gateway.profiles}",`,
        "})",
        "",
      ].join("\n"),
    },
  ];
}

const environment = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join("");

function alloyGateway(config: StackConfig): string {
  const { gateway } = outputs(config);
  return renderAlloy("Logs get their level label from the gateway.", [
    remoteWrite(gateway.prometheusRemoteWrite, false),
    lokiWriter(gateway.lokiPush, false),
    component("otelcol.exporter.otlphttp", "lgtm", [
      block("client", [attr("endpoint", gateway.otlpHttp)]),
    ]),
    component("pyroscope.write", "lgtm", [block("endpoint", [attr("url", gateway.profiles)])]),
  ]);
}

function alloyFrontDoor(config: StackConfig): string {
  const { push } = outputs(config);
  const token = needsToken(config);
  return renderAlloy(
    "Nobody sets the level label of logs for you here: send them to loki.process.level. Profiles need the gateway.",
    [
      remoteWrite(push.prometheusRemoteWrite, token),
      component("loki.process", "level", [
        block("stage.json", [attr("expressions", map({ level: "level" }))]),
        block("stage.template", [
          attr("source", "level"),
          attr("template", "{{ if .Value }}{{ ToLower .Value }}{{ else }}unknown{{ end }}"),
        ]),
        block("stage.labels", [attr("values", map({ level: "level" }))]),
        attr("forward_to", [ref("loki.write.lgtm.receiver")]),
      ]),
      lokiWriter(push.lokiPush, token),
      component("otelcol.exporter.otlphttp", "traces", [
        block("client", [
          // The component adds /v1/traces.
          attr("endpoint", new URL(push.otlpTraces).origin),
          ...(token ? [attr("auth", ref("otelcol.auth.bearer.lgtm.handler"))] : []),
        ]),
      ]),
      ...(token
        ? [component("otelcol.auth.bearer", "lgtm", [attr("token", tokenFromEnvironment)])]
        : []),
    ],
  );
}

const tokenFromEnvironment = call("sys.env", tokenPlaceholder);
const bearer = (token: boolean) => (token ? [attr("bearer_token", tokenFromEnvironment)] : []);
const remoteWrite = (url: string, token: boolean) =>
  component("prometheus.remote_write", "lgtm", [
    block("endpoint", [attr("url", url), ...bearer(token)]),
  ]);
const lokiWriter = (url: string, token: boolean) =>
  component("loki.write", "lgtm", [block("endpoint", [attr("url", url), ...bearer(token)])]);

/**
 * Container definitions with Fluent Bit's own loki output. What ECS adds to a record becomes labels or goes, so that the
 * line is the application's own text: https://docs.fluentbit.io/manual/data-pipeline/outputs/loki
 */
function fireLens(
  address: Readonly<Record<string, string>>,
  labels: string,
  token: boolean,
): string {
  const secret = "arn:aws:secretsmanager:REGION:ACCOUNT:secret:INGEST_TOKEN_SECRET";
  const definitions = [
    {
      name: "log-router",
      image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
      essential: true,
      firelensConfiguration: { type: "fluentbit" },
    },
    {
      name: "shop",
      image: "YOUR_IMAGE",
      essential: true,
      logConfiguration: {
        logDriver: "awsfirelens",
        options: {
          Name: "loki",
          ...address,
          Uri: lokiPushPath,
          labels,
          remove_keys:
            "container_id,container_name,ecs_cluster,ecs_task_arn,ecs_task_definition,source",
          drop_single_key: "raw",
        },
        ...(token ? { secretOptions: [{ name: "bearer_token", valueFrom: secret }] } : {}),
      },
    },
  ];
  return `${JSON.stringify({ containerDefinitions: definitions }, null, 2)}\n`;
}
