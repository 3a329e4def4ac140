import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { sendingGuide } from "../../stacks/sendingGuide";
import {
  needsToken,
  outputs,
  snippets,
  tokenPlaceholder,
  type SnippetId,
} from "../../stacks/snippets";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";

const docs = join(__dirname, "../../docs/sending.md");
const textOf = (id: SnippetId, config = prodConfig()) =>
  snippets(config).find((snippet) => snippet.id === id)!.text;
const withAuth = (auth: "token" | "cidr" | "both" | "none") =>
  configWith(devConfig(), { ingress: { auth, allowedCidrs: ["203.0.113.0/24"] } });

describe("client snippets (D8)", () => {
  it("D8: addresses follow domain, namespace and the one table of ports", () => {
    assert.deepEqual(outputs(configWith(devConfig(), { namespace: "obs.internal" })), {
      grafana: "https://grafana.dev.example.com/",
      push: {
        prometheusRemoteWrite: "https://mimir.dev.example.com/api/v1/push",
        otlpMetrics: "https://mimir.dev.example.com/otlp/v1/metrics",
        lokiPush: "https://loki.dev.example.com/loki/api/v1/push",
        otlpLogs: "https://loki.dev.example.com/otlp/v1/logs",
        otlpTraces: "https://tempo.dev.example.com/v1/traces",
        otlpGrpcTraces: "tempo.dev.example.com:443",
      },
      gateway: {
        otlpHttp: "http://alloy.obs.internal:4318",
        otlpGrpc: "http://alloy.obs.internal:4317",
        prometheusRemoteWrite: "http://alloy.obs.internal:9999/api/v1/metrics/write",
        lokiPush: "http://alloy.obs.internal:3500/loki/api/v1/push",
        profiles: "http://alloy.obs.internal:4041",
      },
    });
  });

  it("D8: there is one for each kind of client, and none is empty", () => {
    const ids = snippets(prodConfig()).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const kind of ["otel", "prometheus", "alloy", "firelens", "pyroscope"]) {
      assert.ok(ids.includes(`${kind}-gateway` as SnippetId), kind);
    }
    for (const { id, text } of snippets(prodConfig())) assert.ok(text.trim().length > 40, id);
  });

  it("D8, G8: a token is asked for exactly at a front door that wants one", () => {
    for (const auth of ["token", "cidr", "both", "none"] as const) {
      const config = withAuth(auth);
      assert.equal(needsToken(config), auth === "token" || auth === "both");
      for (const { id, text } of snippets(config)) {
        const wanted = needsToken(config) && id.endsWith("front-door");
        assert.equal(text.includes(tokenPlaceholder), wanted, `${id} with auth ${auth}`);
      }
    }
  });

  it("D8: what is written as JSON, YAML or shell reads as such", () => {
    for (const config of [prodConfig(), withAuth("none")]) {
      for (const id of ["firelens-gateway", "firelens-front-door"] as const) {
        const { containerDefinitions } = JSON.parse(textOf(id, config)) as {
          containerDefinitions: { logConfiguration?: { logDriver: string } }[];
        };
        assert.equal(containerDefinitions[1]?.logConfiguration?.logDriver, "awsfirelens");
      }
      const prometheus = parse(textOf("prometheus-front-door", config)) as {
        remote_write: Record<string, unknown>[];
      };
      assert.equal(prometheus.remote_write[0]?.url, outputs(config).push.prometheusRemoteWrite);
      assert.equal("authorization" in prometheus.remote_write[0], needsToken(config));
      const script = `${textOf("otel-front-door", config)}printf %s "$OTEL_EXPORTER_OTLP_HEADERS"`;
      const header = execFileSync("sh", ["-c", script], { env: {}, encoding: "utf8" });
      assert.equal(header, needsToken(config) ? `Authorization=Bearer%20${tokenPlaceholder}` : "");
    }
  });

  it("D6: through the front door the snippets set a level label themselves", () => {
    assert.match(textOf("firelens-front-door"), /level=info/);
    assert.doesNotMatch(textOf("firelens-gateway"), /level=/);
    assert.match(textOf("alloy-front-door"), /stage\.labels/);
  });
});

describe("docs/sending.md (D8)", () => {
  it("D8: the page is what the snippets say", () => {
    const expected = sendingGuide(defaultConfig());
    if (process.env.UPDATE_DOCS) writeFileSync(docs, expected);
    assert.equal(
      readFileSync(docs, "utf8"),
      expected,
      "out of date: UPDATE_DOCS=1 npx mocha test/stacks/snippets.test.ts",
    );
  });

  it("D8: every snippet is on it", () => {
    const page = readFileSync(docs, "utf8");
    for (const { id, text } of snippets(defaultConfig())) assert.ok(page.includes(text.trim()), id);
  });

  it("D8: its commands are shell, and what they send is JSON with the time of sending", () => {
    const commands = [...sendingGuide(defaultConfig()).matchAll(/```sh\n(curl[^]*?)\n```/g)].map(
      ([, command]) => command!,
    );
    assert.equal(commands.length, 4);
    const script = 'curl() { for last; do :; done; printf "%s" "$last"; }\n';
    for (const command of commands) {
      const body = execFileSync("sh", ["-c", script + command], { encoding: "utf8" });
      const sent = [...JSON.stringify(JSON.parse(body)).matchAll(/"(\d{19})"/g)];
      assert.ok(sent.length > 0, command);
      for (const [, nanoseconds] of sent) {
        assert.ok(Math.abs(Number(nanoseconds) / 1e6 - Date.now()) < 60_000, nanoseconds);
      }
    }
  });

  it("D6: it says what a line without a level label costs", () => {
    const config = configWith(devConfig(), { loki: { retentionDays: 200, infoRetentionDays: 9 } });
    const page = sendingGuide(config);
    assert.match(
      page,
      /\| OTLP logs through the front door, any severity +\| none +\| \*\*200 days\*\* +\|/,
    );
    assert.match(
      page,
      /\| Loki push through the front door, no `level` +\| none +\| \*\*200 days\*\* +\|/,
    );
    assert.match(page, /level="info"`[^\n]* 9 days/);
  });
});
