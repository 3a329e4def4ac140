import assert from "node:assert/strict";
import type { PlannedStack } from "../../plan/makePlan";
import { devConfig } from "../fixtures/config";
import { defaultPlan, devPlan, planWith, prodPlan } from "../fixtures/plans";
import { discoveryNames, fileOf, mayConnect, tasksOf, yamlOf } from "./reading";

// Not proven here: that Grafana, Tempo and Mimir at the pinned versions read these settings as they are meant.

const shipped = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["default", defaultPlan],
] as const;

interface Source {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly access: string;
  readonly isDefault: boolean;
  readonly editable: boolean;
  readonly jsonData: Record<string, unknown>;
}

/** Grafana replaces `$$` in a provisioning file by a dollar sign, and `$NAME` by a variable. */
function asGrafanaReads(value: unknown): unknown {
  if (typeof value === "string") {
    assert.doesNotMatch(value.replaceAll("$$", ""), /\$/, "a single dollar sign is a variable");
    return value.replaceAll("$$", "$");
  }
  if (Array.isArray(value)) return value.map(asGrafanaReads);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, asGrafanaReads(inner)]),
  );
}

function sourcesOf(stack: PlannedStack): Map<string, Source> {
  const file = yamlOf(stack, "grafana", "datasources/lgtm.yaml");
  const { datasources } = asGrafanaReads(file) as { datasources: Source[] };
  return new Map(datasources.map((source) => [source.uid, source]));
}

const dataOf = (stack: PlannedStack, uid: string) => sourcesOf(stack).get(uid)!.jsonData;

describe("rows D1 and D4: what Grafana reads, and what Tempo makes of spans", () => {
  it("D1: Mimir, Loki, Tempo and Pyroscope, with fixed uids, each at a name and a port that Grafana reaches", async () => {
    for (const [name, plan] of shipped) {
      const stack = await plan();
      const sources = sourcesOf(stack);
      assert.deepEqual(
        [...sources.values()]
          .filter(({ type }) => type !== "alertmanager")
          .map(({ name, uid, type, url }) => [name, uid, type, url]),
        [
          ["Mimir", "mimir", "prometheus", "http://mimir.lgtm.local:9009/prometheus"],
          ["Loki", "loki", "loki", "http://loki-query-frontend.lgtm.local:3100"],
          ["Tempo", "tempo", "tempo", "http://tempo.lgtm.local:3200"],
          [
            "Pyroscope",
            "pyroscope",
            "grafana-pyroscope-datasource",
            "http://pyroscope.lgtm.local:4040",
          ],
        ],
        name,
      );
      assert.equal(dataOf(stack, "mimir")["prometheusType"], "Mimir");
      assert.deepEqual(
        [...sources.values()].filter(({ isDefault }) => isDefault).map(({ uid }) => uid),
        ["mimir"],
      );
      const group: Record<string, string> = {
        "mimir.lgtm.local": "mimir",
        "loki-query-frontend.lgtm.local": "loki-query-frontend",
        "tempo.lgtm.local": "tempo-query-frontend",
        "pyroscope.lgtm.local": "pyroscope",
      };
      for (const { url, access, editable } of sources.values()) {
        const { hostname, port } = new URL(url);
        assert.equal(access, "proxy");
        assert.equal(editable, false);
        assert.ok(discoveryNames(stack).has(hostname), `${hostname} is no name`);
        assert.ok(mayConnect(stack, "grafana", group[hostname]!, Number(port)), url);
      }
    }
  });

  it("D1: exemplar → trace, log → trace, trace → logs, metrics, profile and service map", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const toTrace = { datasourceUid: "tempo", urlDisplayLabel: "View trace" };
      assert.deepEqual(dataOf(stack, "mimir")["exemplarTraceIdDestinations"], [
        { name: "trace_id", ...toTrace },
        { name: "traceID", ...toTrace },
      ]);
      const fields = dataOf(stack, "loki")["derivedFields"] as Record<string, string>[];
      assert.deepEqual(
        fields.map(({ matcherType, datasourceUid, url }) => [matcherType, datasourceUid, url]),
        [
          ["regex", "tempo", "${__value.raw}"],
          ["label", "tempo", "${__value.raw}"],
        ],
      );
      const id = "4bf92f3577b34da6a3ce929d0e0e4736";
      const inLine = new RegExp(fields[0]!["matcherRegex"]!);
      assert.equal(inLine.exec(`{"msg":"x","trace_id":"${id}"}`)?.[1], id);
      assert.equal(inLine.exec(`order=${id}`), null);

      const tempo = dataOf(stack, "tempo") as Record<string, Record<string, unknown>>;
      assert.equal(tempo["tracesToLogsV2"]?.["datasourceUid"], "loki");
      assert.match(String(tempo["tracesToLogsV2"]?.["query"]), /\|= "\$\{__span\.traceId\}"$/);
      assert.equal(tempo["tracesToMetrics"]?.["datasourceUid"], "mimir");
      const queries = tempo["tracesToMetrics"]?.["queries"] as { query: string }[];
      // The names that Tempo's generator writes (measured: D4).
      assert.ok(queries.length > 0);
      for (const { query } of queries) {
        assert.match(query, /traces_spanmetrics_(calls_total|latency_bucket)\{\$__tags/);
      }
      assert.equal(tempo["tracesToProfiles"]?.["datasourceUid"], "pyroscope");
      assert.equal(tempo["serviceMap"]?.["datasourceUid"], "mimir");
    }
  });

  it("D1: every link leads to a source of the file, with and without Mimir's rules", async () => {
    const without = await planWith(devConfig(), { mimir: { rules: false } });
    for (const stack of [await devPlan(), without]) {
      const text = fileOf(stack, "grafana", "datasources/lgtm.yaml");
      const uids = sourcesOf(stack);
      const named = [...text.matchAll(/(?:datasourceUid|alertmanagerUid): (\S+)/g)];
      assert.ok(named.length >= 8);
      for (const [, uid] of named) assert.ok(uids.has(String(uid)), uid);
    }
    assert.equal(dataOf(await devPlan(), "mimir")["manageAlerts"], true);
    assert.equal(dataOf(without, "mimir")["manageAlerts"], false);
    assert.equal(sourcesOf(without).has("mimir-alertmanager"), false);
  });

  it("D4: the generator makes span metrics and service graphs and writes them to Mimir with exemplars", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const generator = yamlOf(stack, "tempo-metrics-generator") as {
        metrics_generator: {
          storage: { remote_write: { url: string; send_exemplars?: boolean }[] };
        };
      };
      const { remote_write: writes } = generator.metrics_generator.storage;
      assert.deepEqual(writes, [
        { url: "http://mimir.lgtm.local:9009/api/v1/push", send_exemplars: true },
      ]);
      assert.ok(discoveryNames(stack).has("mimir.lgtm.local"));
      assert.ok(mayConnect(stack, "tempo-metrics-generator", "mimir", 9009));
      // The distributor decides by the same overrides whether it sends spans on.
      for (const service of ["tempo-metrics-generator", "tempo-distributor"]) {
        const { overrides } = yamlOf(stack, service) as {
          overrides: { defaults: { metrics_generator: { processors: string[] } } };
        };
        assert.deepEqual(overrides.defaults.metrics_generator.processors, [
          "service-graphs",
          "span-metrics",
        ]);
      }
      assert.ok(mayConnect(stack, "tempo-distributor", "tempo-metrics-generator", 9095));
      for (const { service } of tasksOf(stack).filter((each) => each.service.startsWith("mimir"))) {
        const { limits } = yamlOf(stack, service, "mimir.yaml") as {
          limits: Record<string, number>;
        };
        assert.ok(limits["max_global_exemplars_per_user"]! > 0, "exemplars would vanish");
      }
    }
  });
});
