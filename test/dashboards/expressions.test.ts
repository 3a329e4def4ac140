/**
 * Every expression that Grafana will send. Not proven here: that it gives what its panel's title says; and for Mimir,
 * Pyroscope, Grafana and Alloy that the deployed version still has the metric that a published list names.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { scrapedRoles, scrapeJob } from "../../configs/alloy/collector";
import { cloudwatchJob } from "../../configs/alloy/cloudwatch";
import { cloudwatchJobs, exporterMetricName } from "../../configs/alloy/cloudwatchMetrics";
import { loadStackFile } from "../../configs/stack/load";
import {
  askedMetrics,
  isRecorded,
  knownLabels,
  type PublishedMetric,
} from "../../dashboards/metrics";
import { expressions, filledIn, metricsOf, syntaxError } from "../../dashboards/queries";
import publishedMetrics from "../../dashboards/metrics/published.json";

const config = loadStackFile(path.join(__dirname, "..", "..", "Pulumi.prod.yaml"));
const all = expressions(config);
const asked = askedMetrics(config);
const published = publishedMetrics as Readonly<Record<string, PublishedMetric>>;

describe("expressions of dashboards and alerts", () => {
  it("are found in all three languages, in links and variables too", () => {
    for (const language of ["PromQL", "LogQL", "TraceQL"] as const) {
      assert.ok(all.filter((one) => one.language === language).length > 5, language);
    }
    assert.ok(all.some(({ where }) => where.includes("variable role")));
    assert.ok(all.some(({ where, language }) => where.endsWith("link") && language === "TraceQL"));
    assert.ok(all.some(({ where }) => where.startsWith("alert ")));
    assert.ok(all.some(({ where }) => where.startsWith("data source ")));
  });

  it("are read by the languages' own parsers without an error", () => {
    const errors = all.flatMap((one) => {
      const error = syntaxError(one);
      return error === undefined ? [] : [`${one.where}: ${error} in ${filledIn(one.text)}`];
    });
    assert.deepEqual(errors, []);
  });

  it("would be found broken", () => {
    for (const [language, text] of [
      ["PromQL", "sum by (role) (rate(up[5m])"],
      ["PromQL", "rate(up{job=lgtm}[5m])"],
      ["LogQL", '{service_name=~"x"} |= '],
      ["TraceQL", "{ status = error && }"],
      ["PromQL", ""],
    ] as const) {
      assert.notEqual(syntaxError({ language, text }), undefined, text);
    }
  });

  it("ask for metrics that a started server has, or a published list", () => {
    const unknown = asked
      .filter(({ name }) => !isRecorded(name) && published[name] === undefined)
      .map(({ name, where }) => `${where}: ${name}`);
    assert.deepEqual(unknown, []);
    assert.equal(isRecorded("loki_no_such_metric_total"), false);
  });

  it("have no published row that nobody asks for, and each row says where", () => {
    const names = new Set(asked.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(published).filter((name) => !names.has(name) || isRecorded(name)),
      [],
    );
    for (const [name, row] of Object.entries(published)) {
      assert.match(row.repository, /^github\.com\//, name);
      assert.ok(row.version.length > 0 && row.path.length > 0 && row.line > 0, name);
    }
  });

  it("use labels that the metric has, where it was seen, or that the collector sets", () => {
    const set = ["job", "role", "instance"];
    const wrong = asked.flatMap(({ name, labels, where }) => {
      const known = knownLabels(name);
      if (known === undefined) return [];
      return labels
        .filter((label) => !set.includes(label) && !known.includes(label))
        .map((label) => `${where}: ${name} has no label ${label}`);
    });
    assert.deepEqual(wrong, []);
    assert.deepEqual(metricsOf('sum by (a) (rate(x{b="1"}[5m])) / y'), [
      { name: "x", labels: ["b", "a"] },
      { name: "y", labels: [] },
    ]);
  });

  it("name only jobs and roles that the collector scrapes", () => {
    const jobs = new Set<string>([
      ...scrapedRoles.map((role) => scrapeJob(role.split("-")[0] as "loki")),
      cloudwatchJob,
    ]);
    for (const { where, language, text } of all) {
      if (language !== "PromQL") continue;
      for (const [, job] of text.matchAll(/job="([^"]+)"/g)) assert.ok(jobs.has(job!), where);
      for (const [, role] of text.matchAll(/\brole="([^"$]+)"/g)) {
        assert.ok((scrapedRoles as readonly string[]).includes(role!), `${where}: ${role}`);
      }
      // A server's own metric without its job would mix with what other stacks push into the same Mimir.
      if (/\b(process|prometheus_remote)_/.test(text)) assert.match(text, /job=/, where);
    }
  });
});

describe("names of CloudWatch metrics", () => {
  it("are those that were measured", () => {
    for (const [namespace, metric, statistic, name] of [
      ["AWS/RDS", "CPUUtilization", "Average", "aws_rds_cpuutilization_average"],
      ["AWS/RDS", "FreeStorageSpace", "Minimum", "aws_rds_free_storage_space_minimum"],
      [
        "ECS/ContainerInsights",
        "CpuUtilized",
        "Average",
        "aws_ecs_containerinsights_cpu_utilized_average",
      ],
    ] as const) {
      assert.equal(exporterMetricName(namespace, metric, statistic), name);
    }
  });

  it("follow the exporter's rule where it is odd", () => {
    assert.equal(
      exporterMetricName("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum"),
      "aws_applicationelb_httpcode_elb_5_xx_count_sum",
    );
    assert.equal(
      exporterMetricName("AWS/ApplicationELB", "TargetResponseTime", "p99"),
      "aws_applicationelb_target_response_time_p99",
    );
    assert.equal(
      exporterMetricName("AWS/NetworkELB", "ConsumedLCUs", "Average"),
      "aws_networkelb_consumed_lcus_average",
    );
  });

  it("are all shown, or watched by an alert", () => {
    const names = new Set(asked.map(({ name }) => name));
    const unseen = Object.entries(cloudwatchJobs).flatMap(([service, jobs]) =>
      jobs
        // The cluster's own sums: the services' are shown.
        .filter(({ label }) => label !== "ecs_cluster")
        .flatMap(({ namespace, metrics }) =>
          Object.entries(metrics)
            .filter(([metric, statistics]) =>
              statistics.every((one) => !names.has(exporterMetricName(namespace, metric, one))),
            )
            .map(([metric]) => `${service} ${metric}`),
        ),
    );
    // Fetched, paid for, and looked at by nobody.
    assert.deepEqual(unseen, ["elasticache FreeableMemory"]);
  });
});
