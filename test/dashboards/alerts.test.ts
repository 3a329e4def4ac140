/**
 * Alert rules and where they go, against the shape that Grafana's provisioning reads
 * (pkg/services/provisioning/alerting/rules_types.go at 0085cf867127, contact_point_types.go, notification_policy_types.go
 * of grafana/grafana; grafana.com/docs/grafana/v13.3/alerting/set-up/provision-alerting-resources/file-provisioning).
 * Not proven here: that Grafana loads them; it was not started.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { alertRulesFile, generatedDashboards } from "../../configs/grafana/alertRules";
import { dataSourceUids } from "../../configs/grafana/dataSources";
import { grafanaEnvironment, grafanaFiles, grafanaSecrets } from "../../configs/grafana/grafana";
import { alerts } from "../../dashboards/alerts/all";
import { buildCatalog } from "../../stacks/catalog";
import { alarmTopicArn, heartbeat, heartbeatTopicArn } from "../../stacks/watchTopics";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

const duration = z.string().regex(/^(\d+(s|m|h))$/);
/** Without `$` Grafana puts no variable in; with one it would, or fail. */
const noVariable = z.string().regex(/^[^$]+$/);
const query = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasourceUid: z.enum([dataSourceUids.mimir, "__expr__"]),
  relativeTimeRange: z.strictObject({ from: z.int().positive(), to: z.literal(0) }),
  model: z.looseObject({ refId: z.string() }),
});
const rule = z.strictObject({
  uid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
  title: noVariable,
  condition: z.literal("B"),
  for: duration,
  noDataState: z.enum(["OK", "NoData", "Alerting", "KeepLast"]),
  execErrState: z.enum(["OK", "Error", "Alerting", "KeepLast"]),
  dashboardUid: z.string().optional(),
  panelId: z.int().positive().optional(),
  labels: z.strictObject({
    severity: z.enum(["critical", "warning", "none"]),
    product: noVariable,
    heartbeat: z.literal("true").optional(),
  }),
  annotations: z.strictObject({ summary: noVariable, runbook_url: noVariable }),
  data: z.tuple([query, query]),
});
const rulesFile = z.strictObject({
  apiVersion: z.literal(1),
  groups: z.array(
    z.strictObject({
      orgId: z.literal(1),
      name: z.string().min(1),
      folder: z.string().min(1),
      interval: duration,
      rules: z.array(rule).min(1),
    }),
  ),
});
const contactPoints = z.strictObject({
  apiVersion: z.literal(1),
  contactPoints: z.array(
    z.strictObject({
      orgId: z.literal(1),
      name: z.string().min(1),
      receivers: z
        .array(
          z.strictObject({
            uid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
            type: z.enum(["sns", "slack", "email"]),
            settings: z.record(z.string(), z.unknown()),
            disableResolveMessage: z.boolean().optional(),
          }),
        )
        .min(1),
    }),
  ),
});
const matcher = z.tuple([z.string(), z.enum(["=", "!=", "=~", "!~"]), z.string()]);
const route = z.strictObject({
  receiver: z.string(),
  object_matchers: z.array(matcher).min(1),
  group_by: z.array(z.string()).optional(),
  group_wait: duration.optional(),
  group_interval: duration.optional(),
  repeat_interval: duration.optional(),
});
const policies = z.strictObject({
  apiVersion: z.literal(1),
  policies: z.tuple([
    route
      .omit({ object_matchers: true })
      .extend({ orgId: z.literal(1), routes: z.array(route).min(1) }),
  ]),
});

const fileOf = (config: ReturnType<typeof prodConfig>, name: string) =>
  grafanaFiles(config).find(({ path: file }) => file.endsWith(`alerting/${name}`))?.content;
const rulesIn = (config: ReturnType<typeof prodConfig>) =>
  rulesFile.parse(JSON.parse(alertRulesFile(config).content));
const idsIn = (config: ReturnType<typeof prodConfig>) =>
  rulesIn(config).groups.flatMap(({ rules }) => rules.map(({ uid }) => uid.replace(/^lgtm-/, "")));

const secretArn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:slack-AbCdEf";
const topicArn = "arn:aws:sns:eu-west-1:123456789012:on-call";
const withEverything = () =>
  configWith(devConfig(), {
    grafana: {
      alerting: {
        topicArns: [topicArn],
        slack: { webhookSecretArn: secretArn },
        email: {
          addresses: ["a@example.com", "b@example.com"],
          from: "lgtm@example.com",
          host: "smtp.example.com:587",
          user: "lgtm",
          passwordSecretArn: secretArn,
        },
      },
    },
  });

describe("D9: alert rules", () => {
  it("have the shape that Grafana's provisioning reads, in dev and prod", () => {
    for (const config of [devConfig(), prodConfig(), withEverything()]) {
      const { groups } = rulesIn(config);
      assert.ok(groups.length >= 7);
      assert.ok(groups.flatMap(({ rules }) => rules).length > 40);
    }
  });

  it("have a uid and a title of their own", () => {
    const rules = rulesIn(prodConfig()).groups.flatMap((group) => group.rules);
    assert.equal(new Set(rules.map(({ uid }) => uid)).size, rules.length);
    assert.equal(new Set(alerts.map(({ title }) => title)).size, alerts.length);
    assert.equal(new Set(alerts.map(({ id }) => id)).size, alerts.length);
  });

  it("have a section each in docs/operations.md, and every section has an alert", () => {
    const text = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "operations.md"), "utf8");
    const chapter = text.slice(text.indexOf("\n## Alerts of Grafana\n"));
    const sections = chapter
      .split(/^### /m)
      .slice(1)
      .map((section) => section.split("\n\n", 2));
    assert.deepEqual(sections.map(([id]) => id).sort(), alerts.map(({ id }) => id).sort());
    for (const [id, body] of sections) assert.ok(body!.trim().length > 40, `${id} says nothing`);
    for (const { groups } of [rulesIn(prodConfig())]) {
      for (const { uid, annotations } of groups.flatMap(({ rules }) => rules)) {
        assert.equal(annotations.runbook_url, `docs/operations.md#${uid.replace(/^lgtm-/, "")}`);
      }
    }
    const elsewhere = configWith(devConfig(), {
      watch: { runbookUrl: "https://wiki.example.com/lgtm" },
    });
    assert.match(
      alertRulesFile(elsewhere).content,
      /https:\/\/wiki\.example\.com\/lgtm#mimir-ring/,
    );
  });

  it("name in their summary only labels that their expression leaves", () => {
    for (const { id, summary, expr } of alerts) {
      for (const [, label] of summary.matchAll(/\{\{ \.Labels\.(\w+) \}\}/g)) {
        assert.ok(
          new RegExp(`by \\([^)]*\\b${label}\\b|absent\\(up\\{${label}=|"${label}"`).test(expr),
          `${id}: ${label}`,
        );
      }
    }
  });

  it("lead to the panel that shows them", () => {
    const titles = new Map<string, string>(
      generatedDashboards
        .map(
          ({ json }) =>
            JSON.parse(json) as { uid: string; panels: { id: number; title: string }[] },
        )
        .flatMap(({ uid, panels }) =>
          panels.map(({ id, title }) => [`${uid} ${String(id)}`, title] as [string, string]),
        ),
    );
    const rules = rulesIn(prodConfig()).groups.flatMap(({ rules: ofGroup }) => ofGroup);
    for (const { uid, title, dashboardUid, panelId } of rules) {
      const alert = alerts.find(({ id }) => `lgtm-${id}` === uid);
      if (alert?.subject === "heartbeat") continue;
      assert.equal(
        titles.get(`${String(dashboardUid)} ${String(panelId)}`),
        alert?.panel?.[1],
        title,
      );
    }
  });

  it("fit the stack: no database's without one, no alarm's twice", () => {
    const [dev, prod] = [idsIn(devConfig()), idsIn(prodConfig())];
    const unwatched = (more: Parameters<typeof configWith>[1] = {}) =>
      idsIn(configWith(prodConfig(), { watch: { enabled: false }, ...more }));
    assert.ok(!dev.includes("heartbeat") && prod.includes("heartbeat"));
    assert.ok(unwatched().includes("tasks-missing") && !prod.includes("tasks-missing"));
    assert.ok(unwatched().includes("database-disk") && !dev.includes("database-disk"));
    assert.ok(!unwatched({ grafana: { database: { type: "sqlite" } } }).includes("database-disk"));
    assert.ok(!unwatched({ collection: { cloudwatchMetrics: [] } }).includes("database-disk"));
    assert.ok(!unwatched({ mimir: { rules: false } }).includes("mimir-rules"));
    assert.ok(!unwatched({ containerInsights: "disabled" }).includes("tasks-disk"));
    assert.ok(!dev.includes("grafana-notifications") && prod.includes("grafana-notifications"));
    for (const id of ["mimir-ring", "loki-ring", "tempo-ring", "role-missing"])
      assert.ok(dev.includes(id));
  });

  it("keep their state while Mimir does not answer; only the sign of life stops", () => {
    for (const { uid, noDataState, execErrState } of rulesIn(prodConfig()).groups.flatMap(
      ({ rules }) => rules,
    )) {
      assert.equal(execErrState, uid === "lgtm-heartbeat" ? "OK" : "KeepLast");
      assert.equal(noDataState, "OK");
    }
  });
});

describe("D9: contact points", () => {
  it("are the watch's topic in prod, with the task's role and no key", () => {
    const config = prodConfig();
    const [team, dead] = contactPoints.parse(
      parse(fileOf(config, "contactPoints.yaml") ?? ""),
    ).contactPoints;
    assert.deepEqual(team?.receivers, [
      {
        uid: "lgtm-sns",
        type: "sns",
        settings: { topic_arn: alarmTopicArn(config), sigv4: { region: config.region } },
      },
    ]);
    assert.deepEqual(dead?.receivers, [
      {
        uid: "lgtm-heartbeat",
        type: "sns",
        settings: { topic_arn: heartbeatTopicArn(config), sigv4: { region: config.region } },
        disableResolveMessage: true,
      },
    ]);
  });

  it("are nobody in a stack that names nobody: Grafana's own default is left", () => {
    assert.equal(fileOf(devConfig(), "contactPoints.yaml"), undefined);
    assert.equal(fileOf(devConfig(), "policies.yaml"), undefined);
  });

  it("are SNS, Slack and e-mail by config, and no secret is written down", () => {
    const config = withEverything();
    const text = fileOf(config, "contactPoints.yaml") ?? "";
    const [team, ...others] = contactPoints.parse(parse(text)).contactPoints;
    assert.deepEqual(others, [], "not watched: no sign of life");
    assert.deepEqual(
      team?.receivers.map(({ type, settings }) => [type, settings]),
      [
        ["sns", { topic_arn: topicArn, sigv4: { region: "eu-west-1" } }],
        ["slack", { url: "$LGTM_SLACK_WEBHOOK_URL" }],
        ["email", { addresses: "a@example.com;b@example.com", singleEmail: true }],
      ],
    );
    assert.ok(!text.includes(secretArn));
    const secrets = new Map(grafanaSecrets(config).map(({ name, from }) => [name, from]));
    assert.deepEqual(secrets.get("LGTM_SLACK_WEBHOOK_URL"), { arn: secretArn });
    assert.deepEqual(secrets.get("GF_SMTP_PASSWORD"), { arn: secretArn });
    const environment = grafanaEnvironment(config);
    assert.ok(environment.some(({ name }) => name === "GF_SMTP_HOST"));
    assert.ok(environment.some((one) => "value" in one && one.value === "MandatoryStartTLS"));
    assert.ok(!grafanaEnvironment(devConfig()).some(({ name }) => name.startsWith("GF_SMTP")));
  });

  it("may be published to by Grafana's task, exactly those", () => {
    const access = (config: ReturnType<typeof prodConfig>) => {
      const grafana = buildCatalog(config).products.find(({ name }) => name === "grafana");
      return { access: grafana?.awsAccess, callsAws: grafana?.roles[0]?.callsAws };
    };
    assert.deepEqual(access(withEverything()), {
      access: [{ sid: "PublishAlerts", actions: ["sns:Publish"], resources: [topicArn] }],
      callsAws: true,
    });
    const prod = prodConfig();
    assert.deepEqual(access(prod).access?.[0]?.resources, [
      alarmTopicArn(prod),
      heartbeatTopicArn(prod),
    ]);
    assert.deepEqual(access(devConfig()), { access: [], callsAws: false });
  });
});

describe("D9: notification policies", () => {
  it("send the sign of life to its topic alone, at least twice in a period of its alarm", () => {
    const [policy] = policies.parse(parse(fileOf(prodConfig(), "policies.yaml") ?? "")).policies;
    const [first, critical] = policy.routes;
    assert.deepEqual(first?.object_matchers, [["heartbeat", "=", "true"]]);
    assert.notEqual(first?.receiver, policy.receiver);
    const seconds = (text = "") => Number.parseInt(text, 10);
    assert.ok(
      2 * seconds(first?.repeat_interval) <= heartbeat.periodSeconds &&
        seconds(first?.group_interval) < seconds(first?.repeat_interval),
    );
    assert.deepEqual(critical?.object_matchers, [["severity", "=", "critical"]]);
    assert.equal(critical?.receiver, policy.receiver);
  });

  it("name contact points that are there", () => {
    for (const config of [prodConfig(), withEverything()]) {
      const points = contactPoints.parse(parse(fileOf(config, "contactPoints.yaml") ?? ""));
      const names = points.contactPoints.map(({ name }) => name);
      const [policy] = policies.parse(parse(fileOf(config, "policies.yaml") ?? "")).policies;
      for (const { receiver } of [policy, ...policy.routes]) assert.ok(names.includes(receiver));
    }
  });
});
