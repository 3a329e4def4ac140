import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { PlannedStack } from "../../plan/makePlan";
import { prodConfig } from "../fixtures/config";
import { defaultPlan, devPlan, planWith, prodPlan, resourcesOf } from "../fixtures/plans";
import { discoveryNames, taskNamed } from "./reading";

// Not proven here: that Alloy does what its files say; what was measured with Alloy itself is told in their comments.

const root = path.join(__dirname, "..", "..");
const shipped = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["default", defaultPlan],
] as const;

describe("row D8: how to send the first metric, log, trace and profile", () => {
  interface Urls {
    readonly grafana: string;
    readonly push: Readonly<Record<string, string>>;
    readonly gateway: Readonly<Record<string, string>>;
  }

  interface Condition {
    readonly hostHeader?: { readonly values: readonly string[] };
    readonly pathPattern?: { readonly values: readonly string[] };
  }

  /** A rule of the listener forwards such a request, given the right token. */
  const isForwarded = (stack: PlannedStack, host: string, requestPath: string): boolean =>
    resourcesOf(stack, "aws:lb/listenerRule:ListenerRule").some(({ inputs }) => {
      const conditions = inputs["conditions"] as readonly Condition[];
      const actions = inputs["actions"] as readonly { readonly type: string }[];
      const hosts = conditions.flatMap(({ hostHeader }) => hostHeader?.values ?? []);
      const paths = conditions.flatMap(({ pathPattern }) => pathPattern?.values ?? []);
      const matches = (pattern: string) =>
        pattern === requestPath ||
        (pattern.endsWith("/*") && requestPath.startsWith(pattern.slice(0, -1)));
      return (
        actions[0]?.type === "forward" &&
        hosts.includes(host) &&
        (paths.length === 0 || paths.some(matches))
      );
    });

  it("D8: the outputs name every address, and each leads somewhere", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const urls = stack.plan.outputs["urls"] as Urls;
      assert.equal(urls.grafana, `https://grafana.${stack.config.domain}/`);
      assert.deepEqual(Object.keys(urls.push).sort(), [
        "lokiPush",
        "otlpGrpcTraces",
        "otlpLogs",
        "otlpMetrics",
        "otlpTraces",
        "prometheusRemoteWrite",
      ]);
      const grpcService = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
      for (const url of [urls.grafana, ...Object.values(urls.push)]) {
        const isGrpc = !url.startsWith("https://");
        const { hostname, pathname } = new URL(isGrpc ? `https://${url}` : url);
        assert.ok(isForwarded(stack, hostname, isGrpc ? grpcService : pathname), url);
      }
      const { portMappings = [] } = taskNamed(stack, "alloy-gateway").server;
      assert.equal(Object.keys(urls.gateway).length, 5);
      for (const url of Object.values(urls.gateway)) {
        const { hostname, port } = new URL(url);
        assert.ok(discoveryNames(stack).has(hostname), url);
        assert.ok(
          portMappings.some(({ containerPort }) => containerPort === Number(port)),
          url,
        );
      }
    }
  });

  it("D8: the outputs name secrets by ARN, and hold none", async () => {
    for (const stack of [await devPlan(), await prodPlan()]) {
      const { outputs } = stack.plan;
      const arns = resourcesOf(stack, "aws:secretsmanager/secret:Secret").map(
        (secret) => secret.outputs["arn"],
      );
      const tokens = outputs["ingestTokenSecretArns"] as Record<string, string>;
      assert.deepEqual(Object.keys(tokens), stack.config.ingress.tokenIds);
      for (const arn of [outputs["grafanaAdminPasswordSecretArn"], ...Object.values(tokens)]) {
        assert.ok(arns.includes(arn), String(arn));
      }
      assert.doesNotMatch(JSON.stringify(outputs), /\[secret\]/);
    }
    const byAddress = await planWith(prodConfig(), {
      ingress: { auth: "cidr", allowedCidrs: ["203.0.113.0/24"] },
    });
    assert.deepEqual(byAddress.plan.outputs["ingestTokenSecretArns"], {});
    assert.doesNotMatch(JSON.stringify(byAddress.plan.outputs["snippets"]), /INGEST_TOKEN/);
  });

  it("D8: ready-made snippets for OpenTelemetry, Prometheus, Alloy, FireLens and Pyroscope", async () => {
    for (const stack of [await devPlan(), await prodPlan()]) {
      const { push, gateway } = stack.plan.outputs["urls"] as Urls;
      const snippets = stack.plan.outputs["snippets"] as Record<string, string>;
      const lokiHost = new URL(push["lokiPush"]!).hostname;
      for (const [id, ...needed] of [
        ["otel-gateway", `OTEL_EXPORTER_OTLP_ENDPOINT=${gateway["otlpHttp"]}`],
        [
          "otel-front-door",
          `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=${push["otlpMetrics"]}`,
          `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=${push["otlpLogs"]}`,
          `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${push["otlpTraces"]}`,
          "Authorization=Bearer%20INGEST_TOKEN",
        ],
        ["prometheus-gateway", `url: ${gateway["prometheusRemoteWrite"]}`],
        [
          "prometheus-front-door",
          `url: ${push["prometheusRemoteWrite"]}`,
          "credentials: INGEST_TOKEN",
        ],
        ["alloy-gateway", gateway["prometheusRemoteWrite"]!, gateway["lokiPush"]!],
        ["alloy-front-door", push["prometheusRemoteWrite"]!, push["lokiPush"]!, "INGEST_TOKEN"],
        ["firelens-gateway", "awsfirelens", '"alloy.lgtm.local"', '"3500"'],
        ["firelens-front-door", "awsfirelens", `"${lokiHost}"`, "INGEST_TOKEN"],
        ["pyroscope-gateway", gateway["profiles"]!],
      ] as const) {
        for (const text of needed) assert.ok(snippets[id]?.includes(text), `${id}: ${text}`);
      }
    }
  });

  it("D8: the README leads to the first metric, log, trace and profile, by outputs that exist", async () => {
    const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");
    assert.match(readme, /\(docs\/sending\.md\)/);
    const page = fs.readFileSync(path.join(root, "docs/sending.md"), "utf8");
    const commands = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, text]) => text!);
    for (const part of ["/otlp/v1/metrics", "/loki/api/v1/push", "/v1/traces", "/ingest?name="]) {
      assert.ok(
        commands.some((text) => text.includes("curl -f") && text.includes(part)),
        part,
      );
    }
    const { outputs } = (await devPlan()).plan;
    const named = [
      ...readme.matchAll(/pulumi stack output (\w+)/g),
      ...readme.matchAll(/(?:output|outputs) `(\w+)`/g),
    ].map(([, output]) => output!);
    assert.ok(named.length >= 4, named.join(", "));
    for (const output of named) assert.ok(output in outputs, `no output ${output}`);
  });
});
