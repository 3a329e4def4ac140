import assert from "node:assert/strict";
import { cloudwatchWindow } from "../../../configs/alloy/cloudwatch";
import { cloudwatchJobs } from "../../../configs/alloy/cloudwatchMetrics";
import {
  collectorAccess,
  collectorFile,
  renderCollector,
  scrapedRoles,
} from "../../../configs/alloy/collector";
import { startFrom } from "../../../configs/alloy/startFrom";
import { idOf, type Value } from "../../../configs/alloy/syntax";
import type { StackConfig } from "../../../configs/stack/schema";
import { endpoints, hostOf, portOf } from "../../../stacks/endpoints";
import type { RoleId } from "../../../stacks/types";
import { configWith, devConfig, prodConfig } from "../../fixtures/config";
import { attributesOf, blocksOf, endsOf, find, linksOf, pathOf, textIn, valueIn } from "./graph";

const reader = "arn:aws:iam::210987654321:role/cloudwatch-reader";
const collection = (overrides: Partial<StackConfig["collection"]>, base = prodConfig()) =>
  configWith(base, { collection: overrides });
const withLogs = collection({ logGroups: ["/aws/lambda/shop", "/aws/rds/instance/db/postgresql"] });
const list = (value: Value | undefined) => value as readonly string[];

/** The labels that the relabel rules give to one discovered name. */
function labelsOf(config: StackConfig, dnsName: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const relabel = find(collectorFile(config), "discovery.relabel", "servers")!;
  for (const rule of blocksOf(relabel.body)) {
    assert.deepEqual(valueIn(rule, "source_labels"), ["__meta_dns_name"]);
    const match = new RegExp(`^(?:${textIn(rule, "regex")})$`).exec(dnsName);
    if (match === null) continue;
    labels[textIn(rule, "target_label")] = textIn(rule, "replacement").replace(
      "$1",
      match[1] ?? "",
    );
  }
  return labels;
}

describe("Alloy collector: scrapes (D7)", () => {
  it("D7: every role with an HTTP server is scraped at its own port, and no other", () => {
    const config = prodConfig();
    const discovered = blocksOf(collectorFile(config))
      .filter(({ name }) => name === "discovery.dns")
      .flatMap((one) =>
        list(valueIn(one, "names")).map((name) => `${name}:${textIn(one, "port")}`),
      );
    const wanted = (Object.keys(endpoints) as RoleId[])
      .filter((role) => role !== "memcached")
      .map((role) => `${hostOf(config, role)}:${portOf(role, "http")}`);
    assert.deepEqual(discovered.sort(), wanted.sort());
    assert.deepEqual(
      scrapedRoles.filter((role) => role.startsWith("alloy") || role === "grafana").sort(),
      ["alloy-collector", "alloy-gateway", "grafana"],
    );
  });

  it("D7: up is told apart by job and role, for every role and any namespace", () => {
    for (const namespace of ["lgtm.local", "loki.tempo-x.internal"]) {
      const config = configWith(devConfig(), { namespace });
      for (const role of scrapedRoles) {
        assert.deepEqual(labelsOf(config, hostOf(config, role)), {
          job: `lgtm/${role.split("-")[0]!}`,
          role,
        });
      }
    }
  });

  it("D7: interval from the stack file, and a timeout that is not longer", () => {
    const scrape = (scrapeIntervalSeconds: number) => {
      const one = find(
        collectorFile(collection({ scrapeIntervalSeconds })),
        "prometheus.scrape",
        "servers",
      );
      return [valueIn(one, "scrape_interval"), valueIn(one, "scrape_timeout")];
    };
    assert.deepEqual(scrape(15), ["15s", "10s"]);
    assert.deepEqual(scrape(5), ["5s", "5s"]);
    assert.deepEqual(scrape(60), ["1m", "10s"]);
  });

  it("D7: everything that is discovered is scraped, and ends in Mimir", () => {
    const file = collectorFile(prodConfig());
    for (const one of file) {
      if (one.kind !== "block" || one.name !== "discovery.dns") continue;
      assert.ok(
        linksOf(file).some(
          ({ from, to }) => from === "discovery.relabel.servers" && to === idOf(one),
        ),
        idOf(one),
      );
    }
    for (const label of ["servers", "cloudwatch"]) {
      assert.deepEqual(endsOf(file, `prometheus.scrape.${label}`, "forward_to"), [
        "prometheus.remote_write.mimir",
      ]);
    }
  });
});

describe("Alloy collector: CloudWatch metrics (D5)", () => {
  it("D5: every service of the stack file becomes its jobs, and nothing else is fetched", () => {
    for (const service of Object.keys(cloudwatchJobs) as (keyof typeof cloudwatchJobs)[]) {
      const file = collectorFile(collection({ cloudwatchMetrics: [service] }));
      const exporter = find(file, "prometheus.exporter.cloudwatch")!;
      const jobs = blocksOf(exporter.body).filter(({ name }) =>
        ["discovery", "custom_namespace"].includes(name),
      );
      assert.equal(jobs.length, cloudwatchJobs[service].length, service);
      jobs.forEach((block, index) => {
        const job = cloudwatchJobs[service][index]!;
        const custom = job.kind === "customNamespace";
        assert.equal(valueIn(block, custom ? "namespace" : "type"), job.namespace);
        assert.deepEqual(valueIn(block, "dimension_name_requirements"), job.dimensions);
        assert.equal(block.label, custom ? job.label : undefined);
        assert.deepEqual(
          blocksOf(block.body)
            .filter(({ name }) => name === "metric")
            .map((metric) => valueIn(metric, "name")),
          Object.keys(job.metrics),
        );
      });
    }
    const without = collectorFile(collection({ cloudwatchMetrics: [] }));
    assert.equal(find(without, "prometheus.exporter.cloudwatch"), undefined);
    assert.equal(find(without, "prometheus.scrape", "cloudwatch"), undefined);
  });

  it("D5: Container Insights come per service and per cluster, with CPU, memory, network and storage", () => {
    const dimensions = cloudwatchJobs.containerInsights.map((job) => job.dimensions);
    assert.deepEqual(dimensions, [["ClusterName", "ServiceName"], ["ClusterName"]]);
    for (const { metrics } of cloudwatchJobs.containerInsights) {
      for (const name of ["CpuUtilized", "MemoryUtilized", "NetworkRxBytes", "StorageReadBytes"]) {
        assert.ok(name in metrics, name);
      }
    }
  });

  it("D5: a gap stays a gap, except where a count of events has none", () => {
    const exporter = find(collectorFile(prodConfig()), "prometheus.exporter.cloudwatch")!;
    const jobs = blocksOf(exporter.body).filter(({ name }) =>
      ["discovery", "custom_namespace"].includes(name),
    );
    assert.ok(jobs.length > 5);
    for (const job of jobs) {
      assert.equal(valueIn(job, "nil_to_zero"), false);
      for (const metric of blocksOf(job.body).filter(({ name }) => name === "metric")) {
        const counts = list(valueIn(metric, "statistics")).includes("Sum");
        assert.equal(valueIn(metric, "nil_to_zero"), counts ? true : undefined);
      }
    }
  });

  it("D5: the window ends whole periods ago, two minutes or more, and the interval is the fetches'", () => {
    for (const interval of [60, 300] as const) {
      const { periodSeconds, lengthSeconds, delaySeconds } = cloudwatchWindow(interval);
      assert.equal(periodSeconds, interval);
      assert.ok(delaySeconds >= 120);
      assert.equal(delaySeconds % periodSeconds, 0);
      assert.equal(lengthSeconds % periodSeconds, 0);
      const file = collectorFile(collection({ cloudwatchIntervalSeconds: interval }));
      const decoupled = find(file, "decoupled_scraping")!;
      assert.equal(valueIn(decoupled, "enabled"), true);
      assert.equal(valueIn(decoupled, "scrape_interval"), `${interval / 60}m`);
      const scrape = find(file, "prometheus.scrape", "cloudwatch");
      assert.equal(valueIn(scrape, "scrape_interval"), "1m");
    }
  });

  it("D7: the instance of CloudWatch series does not change with the configuration", () => {
    const instanceOf = (config: StackConfig) =>
      blocksOf(find(collectorFile(config), "discovery.relabel", "cloudwatch")!.body)
        .filter((rule) => valueIn(rule, "target_label") === "instance")
        .map((rule) => valueIn(rule, "replacement"));
    assert.deepEqual(instanceOf(prodConfig()), ["cloudwatch-ap-northeast-2"]);
    const other = collection({ cloudwatchMetrics: ["rds"], assumeRoleArns: [reader] });
    assert.deepEqual(instanceOf(other), instanceOf(prodConfig()));
  });

  it("D5, A3: roles of other accounts are read besides the own account, in every job", () => {
    const rolesIn = (config: StackConfig) =>
      blocksOf(find(collectorFile(config), "prometheus.exporter.cloudwatch")!.body)
        .filter(({ name }) => ["discovery", "custom_namespace"].includes(name))
        .map((job) =>
          blocksOf(job.body)
            .filter(({ name }) => name === "role")
            .map((role) => valueIn(role, "role_arn")),
        );
    for (const roles of rolesIn(prodConfig())) assert.deepEqual(roles, []);
    for (const roles of rolesIn(collection({ assumeRoleArns: [reader] }))) {
      assert.deepEqual(roles, ["", reader]);
    }
  });
});

describe("Alloy collector: CloudWatch Logs (D5)", () => {
  it("D5: without named groups there is no receiver, no way to Loki and no token", () => {
    const text = renderCollector(prodConfig());
    for (const word of ["awscloudwatch", "loki.write", "loki.process", startFrom.token]) {
      assert.ok(!text.includes(word), word);
    }
  });

  it("D5: exactly the named groups are read, from the start point", () => {
    const file = collectorFile(withLogs);
    const receiver = find(file, "otelcol.receiver.awscloudwatch")!;
    assert.deepEqual(
      attributesOf([find(receiver.body, "groups")!]).map(({ name, value }) => [name, value]),
      withLogs.collection.logGroups.map((name) => ["group_name", name]),
    );
    assert.equal(find(receiver.body, "autodiscover"), undefined);
    assert.equal(valueIn(find(receiver.body, "logs"), "start_from"), startFrom.token);
    assert.equal(renderCollector(withLogs).split(startFrom.token).length, 2, "the token, once");
  });

  it("D5: the stack's own groups are refused", () => {
    for (const [name, group] of [
      ["lgtm", "/ecs/lgtm-loki"],
      ["obs", "/ecs/obs-alloy"],
    ] as const) {
      const config = configWith(prodConfig(), { name, collection: { logGroups: [group] } });
      assert.throws(
        () => renderCollector(config),
        new RegExp(`${group} holds the stack's own logs`),
      );
    }
    const other = configWith(prodConfig(), {
      name: "obs",
      collection: { logGroups: ["/ecs/shop"] },
    });
    assert.doesNotThrow(() => renderCollector(other));
  });

  it("D5, D6: lines are never batched, pass the level stages and keep three labels", () => {
    const file = collectorFile(withLogs);
    const path = pathOf(file, "otelcol.receiver.awscloudwatch.logs", "logs");
    assert.deepEqual(path, [
      "otelcol.receiver.awscloudwatch.logs",
      "otelcol.processor.attributes.cloudwatch",
      "otelcol.exporter.loki.cloudwatch",
      "loki.process.cloudwatch",
      "loki.write.loki",
    ]);
    const process = find(file, "loki.process", "cloudwatch")!;
    assert.deepEqual(valueIn(find(process.body, "stage.label_keep"), "values"), [
      "job",
      "cloudwatch_log_group_name",
      "level",
    ]);
    assert.ok(find(process.body, "stage.template"));
    const hints = blocksOf(find(file, "otelcol.processor.attributes")!.body)
      .filter(({ name }) => name === "action")
      .map((one) => [valueIn(one, "key"), valueIn(one, "value")]);
    assert.deepEqual(hints, [
      ["loki.format", "raw"],
      ["loki.resource.labels", "cloudwatch.log.group.name"],
    ]);
  });
});

describe("Alloy collector: what it may do (A3)", () => {
  it("A3: metrics need no resources; logs and roles are exactly the named ones", () => {
    const config = configWith(withLogs, { collection: { assumeRoleArns: [reader] } });
    assert.deepEqual(collectorAccess(config), [
      {
        sid: "ReadCloudWatchMetrics",
        actions: [
          "cloudwatch:GetMetricData",
          "cloudwatch:GetMetricStatistics",
          "cloudwatch:ListMetrics",
          "tag:GetResources",
        ],
        resources: ["*"],
      },
      {
        sid: "ReadNamedLogGroups",
        actions: ["logs:DescribeLogGroups", "logs:FilterLogEvents"],
        resources: [
          "arn:aws:logs:ap-northeast-2:123456789012:log-group:/aws/lambda/shop:*",
          "arn:aws:logs:ap-northeast-2:123456789012:log-group:/aws/rds/instance/db/postgresql:*",
        ],
      },
      { sid: "AssumeNamedRoles", actions: ["sts:AssumeRole"], resources: [reader] },
    ]);
  });

  it("A3: what is not collected may not be read", () => {
    const nothing = collection({ cloudwatchMetrics: [], assumeRoleArns: [reader] });
    assert.deepEqual(collectorAccess(nothing), []);
    assert.deepEqual(
      collectorAccess(prodConfig()).map(({ sid }) => sid),
      ["ReadCloudWatchMetrics"],
    );
  });
});
