import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  dataSourceUids,
  renderDataSources,
  traceIdPattern,
} from "../../../configs/grafana/dataSources";
import {
  caBundlePath,
  grafanaEnvironment,
  grafanaFiles,
  grafanaSecrets,
} from "../../../configs/grafana/grafana";
import { provisioningFiles } from "../../../configs/grafana/provisioning";
import type { StackConfig } from "../../../configs/stack/schema";
import { configWith, devConfig, prodConfig } from "../../fixtures/config";
import { at } from "../parsed";

const environmentOf = (config: StackConfig): Map<string, string> =>
  new Map(
    grafanaEnvironment(config).map((variable) => [
      variable.name,
      "late" in variable ? `late:${variable.late}` : variable.value,
    ]),
  );

interface Source {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly isDefault: boolean;
  readonly editable: boolean;
  readonly jsonData: Record<string, unknown>;
}

const sourcesOf = (config: StackConfig): Map<string, Source> => {
  const file = parse(renderDataSources(config)) as { datasources: Source[] };
  return new Map(file.datasources.map((source) => [source.uid, source]));
};

const dataOf = (config: StackConfig, uid: string): Record<string, unknown> => {
  const source = sourcesOf(config).get(uid);
  assert.ok(source, uid);
  return source.jsonData;
};

describe("Grafana's data sources", () => {
  const config = prodConfig();

  it("D1: fixed uids, types and addresses; Mimir is the default", () => {
    const sources = [...sourcesOf(config).values()];
    assert.deepEqual(
      sources.map(({ uid, type, url }) => [uid, type, url]),
      [
        ["mimir", "prometheus", "http://mimir.lgtm.local:9009/prometheus"],
        ["mimir-alertmanager", "alertmanager", "http://mimir.lgtm.local:9009"],
        ["loki", "loki", "http://loki-query-frontend.lgtm.local:3100"],
        ["tempo", "tempo", "http://tempo.lgtm.local:3200"],
        ["pyroscope", "grafana-pyroscope-datasource", "http://pyroscope.lgtm.local:4040"],
      ],
    );
    assert.deepEqual(
      sources.filter(({ isDefault }) => isDefault).map(({ uid }) => uid),
      ["mimir"],
    );
    assert.ok(sources.every(({ editable }) => !editable));
  });

  it("D1: an exemplar leads to its trace, under both names of the label", () => {
    assert.deepEqual(dataOf(config, "mimir")["exemplarTraceIdDestinations"], [
      { name: "trace_id", datasourceUid: "tempo", urlDisplayLabel: "View trace" },
      { name: "traceID", datasourceUid: "tempo", urlDisplayLabel: "View trace" },
    ]);
  });

  it("D1: a log line leads to its trace, by label and by what the line says", () => {
    const fields = dataOf(config, "loki")["derivedFields"] as Record<string, string>[];
    assert.deepEqual(
      fields.map(({ matcherType, datasourceUid, url }) => [matcherType, datasourceUid, url]),
      [
        ["regex", "tempo", "$${__value.raw}"],
        ["label", "tempo", "$${__value.raw}"],
      ],
    );
  });

  it("D1: the pattern finds a trace id in the usual lines, and nothing in others", () => {
    const id = "4bf92f3577b34da6a3ce929d0e0e4736";
    for (const line of [
      `{"body":"x","traceid":"${id}"}`,
      `{"trace_id": "${id}"}`,
      `level=info traceID=${id}`,
      `TraceId: ${id}`,
      `traceId=${id} done`,
    ]) {
      assert.equal(new RegExp(traceIdPattern).exec(line)?.[1], id, line);
    }
    for (const line of [`order=${id}`, "traceid=none", "trace of an id"]) {
      assert.equal(new RegExp(traceIdPattern).exec(line), null, line);
    }
  });

  it("D1: a trace leads to logs, metrics, profiles and the service map", () => {
    const data = dataOf(config, "tempo");
    for (const [key, uid] of [
      ["tracesToLogsV2", "loki"],
      ["tracesToMetrics", "mimir"],
      ["tracesToProfiles", "pyroscope"],
      ["serviceMap", "mimir"],
    ] as const) {
      assert.equal(at(data, `${key}.datasourceUid`), uid, key);
    }
    assert.equal(at(data, "nodeGraph.enabled"), true);
    assert.equal(at(data, "streamingEnabled.search"), false);
  });

  it("D1: every link names a source that exists", () => {
    for (const stack of [config, configWith(config, { mimir: { rules: false } })]) {
      const uids = [...sourcesOf(stack).keys()];
      const named = [
        ...renderDataSources(stack).matchAll(/(?:datasourceUid|alertmanagerUid): (\S+)/g),
      ];
      assert.ok(named.length >= 8);
      for (const [, uid] of named) assert.ok(uids.includes(String(uid)), uid);
    }
  });

  it("D1: every dollar sign is doubled, or Grafana takes it for a variable", () => {
    const text = renderDataSources(config);
    assert.match(text, /\$\$\{__span\.traceId\}/);
    assert.match(text, /\{\$\$__tags\}\[\$\$__rate_interval\]/);
    assert.doesNotMatch(text.replaceAll("$$", ""), /\$/);
  });

  it("D1: rules and the Alertmanager are managed in Mimir, where it has them", () => {
    assert.equal(dataOf(config, "mimir")["manageAlerts"], true);
    assert.equal(dataOf(config, "mimir")["alertmanagerUid"], dataSourceUids.alertmanager);
    assert.equal(dataOf(config, "loki")["manageAlerts"], false);
    const without = configWith(config, { mimir: { rules: false } });
    assert.equal(dataOf(without, "mimir")["manageAlerts"], false);
    assert.equal(sourcesOf(without).has(dataSourceUids.alertmanager), false);
  });

  it("S25: Grafana waits as long as the query may take", () => {
    const stack = configWith(config, { queryTimeoutSeconds: 200 });
    for (const { uid, jsonData } of sourcesOf(stack).values()) {
      assert.equal(jsonData["timeout"], 200, uid);
    }
    assert.equal(environmentOf(stack).get("GF_DATAPROXY_TIMEOUT"), "200");
  });
});

describe("Grafana's environment", () => {
  const config = prodConfig();

  it("D2: root URL from the domain, no sign-up, nobody anonymous, secure cookies", () => {
    const environment = environmentOf(config);
    for (const [name, value] of [
      ["GF_SERVER_ROOT_URL", "https://grafana.example.com/"],
      ["GF_SERVER_HTTP_PORT", "3000"],
      ["GF_USERS_ALLOW_SIGN_UP", "false"],
      ["GF_AUTH_ANONYMOUS_ENABLED", "false"],
      ["GF_SECURITY_COOKIE_SECURE", "true"],
      ["GF_SECURITY_ADMIN_USER", "admin"],
    ] as const) {
      assert.equal(environment.get(name), value, name);
    }
  });

  it("S6: nothing is fetched from or reported to grafana.com", () => {
    const environment = environmentOf(config);
    for (const name of [
      "GF_ANALYTICS_REPORTING_ENABLED",
      "GF_ANALYTICS_CHECK_FOR_UPDATES",
      "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
      "GF_PLUGINS_PREINSTALL_AUTO_UPDATE",
      "GF_NEWS_NEWS_FEED_ENABLED",
      "GF_SNAPSHOTS_EXTERNAL_ENABLED",
    ]) {
      assert.equal(environment.get(name), "false", name);
    }
    assert.equal(environment.get("GF_PLUGINS_PREINSTALL_DISABLED"), "true");
  });

  it("D2: passwords and keys are secrets, in no stack a value", () => {
    for (const stack of [devConfig(), config]) {
      const names = grafanaEnvironment(stack).map(({ name }) => name);
      const secrets = grafanaSecrets(stack).map(({ name }) => name);
      assert.ok(secrets.includes("GF_SECURITY_ADMIN_PASSWORD"));
      assert.ok(secrets.includes("GF_SECURITY_SECRET_KEY"));
      assert.deepEqual(
        names.filter((name) => /PASSWORD|SECRET/.test(name)),
        [],
      );
      assert.equal(new Set([...names, ...secrets]).size, names.length + secrets.length);
    }
  });

  it("D3: sqlite needs neither address nor password", () => {
    const environment = environmentOf(devConfig());
    assert.equal(environment.get("GF_DATABASE_TYPE"), "sqlite3");
    assert.equal(environment.has("GF_DATABASE_HOST"), false);
    assert.ok(!grafanaSecrets(devConfig()).some(({ name }) => name === "GF_DATABASE_PASSWORD"));
  });

  it("D3: postgres over TLS, verified where a CA bundle is given", () => {
    const environment = environmentOf(config);
    assert.equal(environment.get("GF_DATABASE_TYPE"), "postgres");
    assert.equal(environment.get("GF_DATABASE_HOST"), "late:database.address");
    assert.equal(environment.get("GF_DATABASE_SSL_MODE"), "require");
    assert.ok(!grafanaFiles(config).some(({ path }) => path === caBundlePath));
    assert.deepEqual(
      grafanaSecrets(config).find(({ name }) => name === "GF_DATABASE_PASSWORD")?.from,
      { secret: "database-password" },
    );

    const caBundlePem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    const verified = configWith(config, { caBundlePem });
    assert.equal(environmentOf(verified).get("GF_DATABASE_SSL_MODE"), "verify-full");
    assert.equal(environmentOf(verified).get("GF_DATABASE_CA_CERT_PATH"), caBundlePath);
    assert.equal(
      grafanaFiles(verified).find(({ path }) => path === caBundlePath)?.content,
      caBundlePem,
    );
  });

  it("S6: two tasks agree on notifications, one has nobody to ask", () => {
    const two = environmentOf(configWith(config, { grafana: { replicas: 2 } }));
    assert.equal(two.get("GF_UNIFIED_ALERTING_HA_PEERS"), "grafana.lgtm.local:9094");
    assert.equal(two.get("GF_UNIFIED_ALERTING_HA_LISTEN_ADDRESS"), "0.0.0.0:9094");
    // The second task notifies after the peer timeout: by then it must know what the first has sent.
    assert.ok(
      Number.parseInt(String(two.get("GF_UNIFIED_ALERTING_HA_PUSH_PULL_INTERVAL"))) <
        Number.parseInt(String(two.get("GF_UNIFIED_ALERTING_HA_PEER_TIMEOUT"))),
    );
    assert.equal(environmentOf(config).has("GF_UNIFIED_ALERTING_HA_PEERS"), false);
  });

  it("D2: OpenID Connect by config, its client secret by ARN", () => {
    const clientSecretArn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:oidc-AbCdEf";
    const oidc = {
      name: "Company",
      clientId: "lgtm",
      clientSecretArn,
      authUrl: "https://id.example.com/auth",
      tokenUrl: "https://id.example.com/token",
      apiUrl: "https://id.example.com/userinfo",
      scopes: "openid profile email",
      roleAttributePath: "'Viewer'",
    };
    const stack = configWith(config, { grafana: { oidc } });
    const environment = environmentOf(stack);
    assert.equal(environment.get("GF_AUTH_GENERIC_OAUTH_ENABLED"), "true");
    assert.equal(environment.get("GF_AUTH_GENERIC_OAUTH_TOKEN_URL"), oidc.tokenUrl);
    assert.equal(environment.get("GF_AUTH_GENERIC_OAUTH_USE_PKCE"), "true");
    assert.equal(environment.get("GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH"), "'Viewer'");
    assert.deepEqual(
      grafanaSecrets(stack).find(({ name }) => name === "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET")
        ?.from,
      { arn: clientSecretArn },
    );
    assert.equal(environmentOf(config).has("GF_AUTH_GENERIC_OAUTH_ENABLED"), false);
  });
});

describe("Grafana's provisioning", () => {
  it("S6: every provisioning folder has a file, and dashboards a provider", () => {
    const folders = grafanaFiles(devConfig())
      .filter(({ path }) => path.startsWith("/etc/lgtm/provisioning/"))
      .map(({ path }) => path.split("/")[4]);
    assert.deepEqual(
      new Set(folders),
      new Set(["datasources", "dashboards", "alerting", "plugins"]),
    );
    const files = provisioningFiles(
      [{ path: "stack/mimir.json", json: "{}" }],
      [{ name: "policies.yaml", about: "Policies", tree: { policies: [] } }],
    );
    const provider = parse(
      files.find(({ path }) => path.endsWith("dashboards/lgtm.yaml"))?.content ?? "",
    ) as unknown;
    assert.equal(at(provider, "providers.0.options.path"), "/etc/lgtm/dashboards");
    assert.equal(at(provider, "providers.0.allowUiUpdates"), false);
    const board = files.find(({ path }) => path === "/etc/lgtm/dashboards/stack/mimir.json");
    assert.equal(board?.packed, true);
    assert.ok(files.some(({ path }) => path === "/etc/lgtm/provisioning/alerting/policies.yaml"));
  });
});
