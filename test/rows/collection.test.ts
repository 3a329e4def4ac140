import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { PlannedStack } from "../../plan/makePlan";
import { configWith, devConfig } from "../fixtures/config";
import {
  defaultPlan,
  devPlan,
  loadFile,
  planOfConfig,
  planWith,
  prodPlan,
  resourcesOf,
} from "../fixtures/plans";
import {
  alloyBlock,
  discoveryNames,
  fileOf,
  mayConnect,
  taskNamed,
  tasksOf,
  quotedStrings,
  alloyTarget,
} from "./reading";

// Not proven here: that Alloy does what its files say; what was measured with Alloy itself is told in their comments.

const root = path.join(__dirname, "..", "..");
const shipped = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["default", defaultPlan],
] as const;

const crossAccountRole = "arn:aws:iam::210987654321:role/cloudwatch-reader";
/** Everything that can be collected, and everybody who may send. */
const open = () =>
  planWith(devConfig(), {
    collection: {
      logGroups: ["/ecs/shop", "/aws/lambda/pay"],
      assumeRoleArns: [crossAccountRole],
      clients: { securityGroupIds: ["sg-0123456789abcdef0"], cidrs: ["10.8.0.0/16"] },
      associateVpcs: ["vpc-0123456789abcdef0", "vpc-0123456789abcdef1"],
    },
  });
const closed = () => planWith(devConfig(), { collection: { cloudwatchMetrics: [] } });

const collectorFile = (stack: PlannedStack) => fileOf(stack, "alloy-collector", ".alloy");

interface Job {
  readonly kind: "discovery" | "custom_namespace";
  readonly namespace: string;
  readonly dimensions: readonly string[];
  readonly metrics: readonly string[];
  readonly text: string;
}

/** The jobs of the CloudWatch exporter. */
function jobsOf(file: string): Job[] {
  const exporter = alloyBlock(file, "prometheus.exporter.cloudwatch", "aws");
  const blocks = exporter?.match(/^\t(?:discovery|custom_namespace "\w+") \{$[^]*?^\t\}$/gm) ?? [];
  return blocks.map((text) => ({
    kind: text.startsWith("\tdiscovery") ? "discovery" : "custom_namespace",
    namespace: /^\t\t(?:type|namespace) +?= "(.+)"$/m.exec(text)?.[1] ?? "",
    dimensions: quotedStrings(/dimension_name_requirements = \[(.*)\]/.exec(text)?.[1] ?? ""),
    metrics: [...text.matchAll(/^\t\t\tname +?= "(\w+)"$/gm)].map(([, name]) => name!),
    text,
  }));
}

describe("rows D5 and D7: the collector", () => {
  it("D5: CloudWatch metrics of RDS, ALB, NLB, ElastiCache and Container Insights, into Mimir", async () => {
    // dev says that it wants the load balancer's alone.
    assert.deepEqual((await devPlan()).config.collection.cloudwatchMetrics, ["alb"]);
    for (const plan of [prodPlan, defaultPlan]) {
      const file = collectorFile(await plan());
      const jobs = jobsOf(file);
      assert.deepEqual(
        jobs.map(({ namespace, dimensions }) => `${namespace} ${dimensions.join("+")}`),
        [
          "AWS/RDS DBInstanceIdentifier",
          "AWS/ApplicationELB LoadBalancer",
          "AWS/ApplicationELB TargetGroup+LoadBalancer",
          "AWS/NetworkELB LoadBalancer",
          "AWS/NetworkELB TargetGroup+LoadBalancer",
          "AWS/ElastiCache CacheClusterId+CacheNodeId",
          "ECS/ContainerInsights ClusterName+ServiceName",
          "ECS/ContainerInsights ClusterName",
        ],
      );
      for (const job of jobs) {
        assert.ok(job.metrics.length > 0, job.namespace);
        assert.match(job.text, /regions += \["ap-northeast-2"\]/);
      }
      // Per service and per cluster: the design's CPU, memory, network I/O, disk I/O.
      for (const insights of jobs.slice(-2)) {
        for (const metric of [
          "CpuUtilized",
          "MemoryUtilized",
          "NetworkRxBytes",
          "NetworkTxBytes",
          "StorageReadBytes",
          "StorageWriteBytes",
        ]) {
          assert.ok(insights.metrics.includes(metric), `${insights.kind} ${metric}`);
        }
      }
      const scrape = alloyBlock(file, "prometheus.scrape", "cloudwatch");
      assert.equal(alloyTarget(scrape, "forward_to"), "prometheus.remote_write.mimir.receiver");
    }
  });

  it("D5: only the services that the stack file names, and none of them where it names none", async () => {
    const some = await planWith(devConfig(), { collection: { cloudwatchMetrics: ["nlb"] } });
    assert.deepEqual(
      [...new Set(jobsOf(collectorFile(some)).map(({ namespace }) => namespace))],
      ["AWS/NetworkELB"],
    );
    assert.doesNotMatch(collectorFile(await closed()), /^\s*[^/]*cloudwatch/im);
    assert.equal(
      taskNamed(await closed(), "alloy-collector").definition.inputs["taskRoleArn"],
      undefined,
    );
  });

  it("D5: roles of other accounts by config, beside the task's own", async () => {
    for (const { text } of jobsOf(collectorFile(await open()))) {
      assert.deepEqual(
        [...text.matchAll(/role_arn = "(.*)"/g)].map(([, arn]) => arn),
        ["", crossAccountRole],
      );
    }
    assert.doesNotMatch(collectorFile(await devPlan()), /role_arn/);
  });

  it("D5: CloudWatch Logs of the named groups only, and no receiver where none is named", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      assert.doesNotMatch(collectorFile(stack), /awscloudwatch|START_FROM/);
      assert.equal(alloyBlock(collectorFile(stack), "loki.write", "loki"), undefined);
      const { command } = taskNamed(stack, "alloy-collector").server;
      assert.ok(command?.includes("--stability.level=generally-available"));
    }
    const stack = await open();
    const receiver = alloyBlock(collectorFile(stack), "otelcol.receiver.awscloudwatch", "logs");
    assert.deepEqual(
      [...(receiver ?? "").matchAll(/group_name = "(.*)"/g)].map(([, name]) => name),
      ["/ecs/shop", "/aws/lambda/pay"],
    );
    assert.doesNotMatch(receiver ?? "", /^\s*(autodiscover|prefix)/m);
    assert.match(
      alloyBlock(collectorFile(stack), "loki.write", "loki") ?? "",
      /"http:\/\/loki\.lgtm\.local:3100\/loki\/api\/v1\/push"/,
    );
    assert.ok(mayConnect(stack, "alloy-collector", "loki-distributor", 3100));
    const { command } = taskNamed(stack, "alloy-collector").server;
    assert.ok(command?.includes("--stability.level=experimental"));
  });

  it("D5: reading starts 15 minutes before the task does, at each start", async () => {
    const { initScript, files } = taskNamed(await open(), "alloy-collector");
    const [name, content] = [...files].find(([each]) => each.endsWith(".alloy"))!;
    const lines = initScript.split("\n");
    const written = lines.findIndex((line) => line.startsWith(`write '${name}'`));
    const setTime = lines[written + 1]!;
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-start-")), "config.alloy");
    try {
      fs.writeFileSync(file, content);
      execFileSync("sh", ["-c", setTime.replaceAll(name, file)]);
      const text = fs.readFileSync(file, "utf8");
      const from = Date.parse(/start_from = "([^"]+Z)"/.exec(text)?.[1] ?? "");
      assert.ok(Math.abs(Date.now() - from - 15 * 60_000) < 10_000, new Date(from).toISOString());
    } finally {
      fs.rmSync(path.dirname(file), { recursive: true });
    }
  });

  it("D5: never the stack's own groups, by name or by a beginning of it", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-groups-"));
    try {
      const file = path.join(folder, "Pulumi.dev.yaml");
      const text = fs.readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8");
      const withGroup = (group: string) =>
        text.replace(/^ {2}lgtm:collection:\n/m, `$&    logGroups: [${group}]\n`);
      for (const group of ["/ecs/lgtm-dev-mimir", "/ecs/lgtm-dev-", "/ecs/"]) {
        fs.writeFileSync(file, withGroup(group));
        assert.throws(() => loadFile(file), /collection\.logGroups/, group);
      }
      fs.writeFileSync(file, withGroup("/ecs/shop"));
      assert.deepEqual(loadFile(file).config.collection.logGroups, ["/ecs/shop"]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
    // The program refuses it as well, where no file was checked.
    await assert.rejects(
      async () =>
        planOfConfig(configWith(devConfig(), { collection: { logGroups: ["/ecs/lgtm-dev-x"] } })),
      /own logs/,
    );
    const owned = resourcesOf(await devPlan(), "aws:cloudwatch/logGroup:LogGroup");
    assert.ok(owned.length >= 7);
    for (const { inputs } of owned) assert.match(String(inputs["name"]), /^\/ecs\/lgtm-dev-/);
  });

  interface Target {
    readonly host: string;
    readonly port: number;
  }

  const targetsOf = (file: string): Target[] =>
    [...file.matchAll(/^discovery\.dns "\w+" \{$[^]*?^\}$/gm)].flatMap(([block]) => {
      assert.match(block, /^\ttype += "A"$/m);
      const port = Number(/^\tport += (\d+)$/m.exec(block)?.[1]);
      const names = /names += \[([^\]]*)\]/.exec(block)?.[1] ?? "";
      return quotedStrings(names).map((host) => ({ host, port }));
    });

  /** Labels that the rules give to what a name resolves to. */
  function labelsOf(file: string, host: string): Record<string, string> {
    const relabel = alloyBlock(file, "discovery.relabel", "servers") ?? "";
    const labels: Record<string, string> = {};
    for (const [, body] of relabel.matchAll(/^\trule \{$([^]*?)^\t\}$/gm)) {
      const setting = (name: string) =>
        new RegExp(`^\\t\\t${name} += (?:"(.*)"|\`(.*)\`|\\["(.*)"\\])$`, "m")
          .exec(body!)
          ?.slice(1)
          .find((each) => each !== undefined) ?? "";
      assert.equal(setting("source_labels"), "__meta_dns_name");
      const match = new RegExp(`^(?:${setting("regex")})$`).exec(host);
      if (match !== null) {
        labels[setting("target_label")] = setting("replacement").replace("$1", match[1] ?? "");
      }
    }
    return labels;
  }

  it("D7: every server of the stack is scraped by its name, over a connection that is let in", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const targets = targetsOf(collectorFile(stack));
      const found = targets.map(({ host }) => host);
      assert.equal(new Set(found).size, found.length);
      // memcached speaks no HTTP.
      const servers = [...discoveryNames(stack)].filter((host) => !host.startsWith("memcached."));
      assert.deepEqual(found.sort(), servers.sort());
      for (const { host, port } of targets) {
        const { role } = labelsOf(collectorFile(stack), host);
        if (role === "alloy-collector") continue;
        assert.ok(mayConnect(stack, "alloy-collector", role!, port), `${role}:${port}`);
      }
      const concatenated = /array\.concat\((.*)\)/.exec(collectorFile(stack))?.[1] ?? "";
      const blocks = [...collectorFile(stack).matchAll(/^discovery\.dns "(\w+)"/gm)];
      assert.deepEqual(
        concatenated.split(", "),
        blocks.map(([, label]) => `discovery.dns.${label}.targets`),
      );
      const scrape = alloyBlock(collectorFile(stack), "prometheus.scrape", "servers") ?? "";
      assert.match(scrape, /targets += discovery\.relabel\.servers\.output/);
      assert.equal(alloyTarget(scrape, "forward_to"), "prometheus.remote_write.mimir.receiver");
    }
  });

  it("D7: job and role tell the servers apart, and each address stays the instance", async () => {
    const elsewhere = await planWith(devConfig(), { namespace: "tempo.loki.internal" });
    for (const stack of [await devPlan(), await prodPlan(), elsewhere]) {
      const file = collectorFile(stack);
      const labels = targetsOf(file).map(({ host }) => labelsOf(file, host));
      const roles = new Set(tasksOf(stack).map(({ service }) => service.replace(/-\d+$/, "")));
      roles.delete("memcached");
      assert.deepEqual(labels.map(({ role }) => role).sort(), [...roles].sort());
      for (const { role, job, ...others } of labels) {
        assert.equal(job, `lgtm/${role!.split("-")[0]}`);
        // Without a rule of ours it is the address that was scraped.
        assert.deepEqual(others, {});
      }
    }
  });

  it("D7: CloudWatch series keep their instance when the configuration changes", async () => {
    const instance = (stack: PlannedStack) =>
      /target_label = "instance"\s+replacement +?= "(.*)"/.exec(
        alloyBlock(collectorFile(stack), "discovery.relabel", "cloudwatch") ?? "",
      )?.[1];
    assert.equal(instance(await devPlan()), "cloudwatch-ap-northeast-2");
    const some = await planWith(devConfig(), { collection: { cloudwatchMetrics: ["nlb"] } });
    assert.equal(instance(some), instance(await devPlan()));
    assert.equal(instance(await open()), instance(await devPlan()));
    const scrape = alloyBlock(collectorFile(some), "prometheus.scrape", "cloudwatch") ?? "";
    assert.match(scrape, /targets += discovery\.relabel\.cloudwatch\.output/);
  });
});
