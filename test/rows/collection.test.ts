import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { PlannedStack } from "../../plan/makePlan";
import { configWith, devConfig, prodConfig } from "../fixtures/config";
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
  ingressOf,
  mayConnect,
  taskNamed,
  tasksOf,
  yamlOf,
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
const gatewayFile = (stack: PlannedStack) => fileOf(stack, "alloy-gateway", ".alloy");

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
    dimensions: strings(/dimension_name_requirements = \[(.*)\]/.exec(text)?.[1] ?? ""),
    metrics: [...text.matchAll(/^\t\t\tname +?= "(\w+)"$/gm)].map(([, name]) => name!),
    text,
  }));
}

const strings = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"/g)].map(([, item]) => item!);

/** What a component's setting sends to, such as `loki.process.level.receiver`. */
const targetOf = (block: string | undefined, setting: string): string | undefined =>
  new RegExp(`^\\s+${setting} += \\[(.*)\\]$`, "m").exec(block ?? "")?.[1];

describe("rows D5–D8: collection", () => {
  it("D5: CloudWatch metrics of RDS, ALB, NLB, ElastiCache and Container Insights, into Mimir", async () => {
    for (const [, plan] of shipped) {
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
      assert.equal(targetOf(scrape, "forward_to"), "prometheus.remote_write.mimir.receiver");
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
      for (const group of ["/ecs/lgtm-dev-mimir", "/ecs/lgtm-dev-", "/ecs/"]) {
        fs.writeFileSync(file, `${text}  lgtm:collection: { logGroups: [${group}] }\n`);
        assert.throws(() => loadFile(file), /collection\.logGroups/, group);
      }
      fs.writeFileSync(file, `${text}  lgtm:collection: { logGroups: [/ecs/shop] }\n`);
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

  const receivers = [
    ["otelcol.receiver.otlp", "otlp", [4317, 4318]],
    ["prometheus.receive_http", "remote_write", [9999]],
    ["loki.source.api", "push", [3500]],
    ["pyroscope.receive_http", "profiles", [4041]],
  ] as const;
  const clientPorts = [3500, 4041, 4317, 4318, 9999];

  it("D6: OTLP, remote write, Loki push and profiles at their ports, open inside the task", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const file = gatewayFile(stack);
      for (const [name, label, ports] of receivers) {
        const block = alloyBlock(file, name, label) ?? "";
        for (const port of ports) {
          assert.match(
            block,
            new RegExp(
              `endpoint += "0\\.0\\.0\\.0:${port}"|listen_address = "0\\.0\\.0\\.0"\\s+listen_port += ${port}\\n`,
            ),
            `${name} ${port}`,
          );
        }
      }
      const mapped = taskNamed(stack, "alloy-gateway").server.portMappings ?? [];
      for (const port of clientPorts) {
        assert.ok(
          mapped.some(({ containerPort }) => containerPort === port),
          `${port}`,
        );
      }
    }
  });

  it("D6: every signal of OTLP is passed on; logs are never batched", async () => {
    for (const stack of [await devPlan(), await prodPlan()]) {
      const file = gatewayFile(stack);
      const otlp = alloyBlock(file, "otelcol.receiver.otlp", "otlp");
      for (const signal of ["metrics", "logs", "traces"]) {
        assert.equal(targetOf(otlp, signal), "otelcol.processor.memory_limiter.otlp.input");
      }
      const limiter = alloyBlock(file, "otelcol.processor.memory_limiter", "otlp");
      const batch = alloyBlock(file, "otelcol.processor.batch", "otlp");
      assert.equal(targetOf(limiter, "logs"), "otelcol.exporter.loki.otlp.input");
      assert.equal(targetOf(batch, "logs"), undefined);
      for (const signal of ["metrics", "traces"]) {
        assert.equal(targetOf(limiter, signal), "otelcol.processor.batch.otlp.input");
      }
      assert.equal(targetOf(batch, "metrics"), "otelcol.exporter.prometheus.otlp.input");
      assert.equal(targetOf(batch, "traces"), "otelcol.exporter.otlp.tempo.input");
      const next = (name: string, label: string) =>
        targetOf(alloyBlock(file, name, label), "forward_to");
      assert.equal(next("otelcol.exporter.loki", "otlp"), "loki.process.level.receiver");
      assert.equal(
        next("otelcol.exporter.prometheus", "otlp"),
        "prometheus.remote_write.mimir.receiver",
      );
      assert.equal(
        next("prometheus.receive_http", "remote_write"),
        "prometheus.remote_write.mimir.receiver",
      );
      assert.equal(
        next("pyroscope.receive_http", "profiles"),
        "pyroscope.write.pyroscope.receiver",
      );
      for (const [to, port] of [
        ["mimir", 9009],
        ["loki-distributor", 3100],
        ["tempo-distributor", 4317],
        ["pyroscope", 4040],
      ] as const) {
        assert.ok(mayConnect(stack, "alloy-gateway", to, port), `${to}:${port}`);
      }
    }
  });

  it("D6: named clients reach exactly its ports, in the VPCs that know its name, and nobody else does", async () => {
    const clients = ["10.8.0.0/16", "sg-0123456789abcdef0"];
    const stack = await open();
    for (const client of clients) {
      assert.deepEqual(
        ingressOf(stack)
          .filter(({ from }) => from === client)
          .map(({ to, port }) => `${to}:${port}`)
          .sort(),
        clientPorts.map((port) => `alloy-gateway:${port}`),
      );
    }
    const [namespace] = resourcesOf(
      stack,
      "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
    );
    assert.deepEqual(
      resourcesOf(stack, "aws:route53/zoneAssociation:ZoneAssociation").map(({ inputs }) => [
        inputs["vpcId"],
        inputs["zoneId"],
      ]),
      stack.config.collection.associateVpcs.map((id) => [id, namespace?.outputs["hostedZone"]]),
    );
    assert.ok(discoveryNames(stack).has("alloy.lgtm.local"));

    for (const [, plan] of shipped) {
      const shut = await plan();
      assert.deepEqual(
        ingressOf(shut)
          .filter(({ to }) => to === "alloy-gateway")
          .map(({ from, port }) => [from, port]),
        [["alloy-collector", 12345]],
      );
      assert.deepEqual(resourcesOf(shut, "aws:route53/zoneAssociation:ZoneAssociation"), []);
    }
  });

  it("D6: every log line gets the level label that Loki's shorter retention selects", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const file = gatewayFile(stack);
      assert.equal(
        targetOf(alloyBlock(file, "loki.source.api", "push"), "forward_to"),
        "loki.process.level.receiver",
      );
      const process = alloyBlock(file, "loki.process", "level") ?? "";
      assert.equal(targetOf(process, "forward_to"), "loki.write.loki.receiver");
      assert.match(process, /stage\.labels \{\s+values = \{"level" = "level_found"\}/);
      assert.doesNotMatch(process, /structured_metadata/);
      const template = /template = `(.*)`/.exec(process)?.[1] ?? "";
      const known = new Map(
        strings(/dict (.*?) -\}\}/.exec(template)?.[1] ?? "").flatMap((word, index, words) =>
          index % 2 === 0 ? [[word, words[index + 1]!] as const] : [],
        ),
      );
      // Lower case, one spelling per level; anything else is `unknown`.
      assert.deepEqual([...new Set(known.values())].sort(), [
        "debug",
        "error",
        "fatal",
        "info",
        "trace",
        "warn",
      ]);
      assert.deepEqual(
        [known.get("warning"), known.get("err"), known.get("critical"), known.get("notice")],
        ["warn", "error", "fatal", "info"],
      );
      assert.match(template, /ToLower \./);
      assert.match(template, /\$found := "unknown"/);
      const compactor = yamlOf(stack, "loki-compactor") as {
        limits_config: { retention_stream: { selector: string; period: string }[] };
      };
      const [info, ...others] = compactor.limits_config.retention_stream;
      assert.deepEqual([info?.selector, info?.period, others], ['{level="info"}', "720h", []]);
      // Loki's own OTLP endpoint would keep the severity as structured metadata.
      assert.doesNotMatch(file, /otelcol\.exporter\.otlphttp|\/otlp/);
    }
  });

  it("D6: what a line without a level costs is documented, and shown", async () => {
    const page = fs.readFileSync(path.join(root, "docs/sending.md"), "utf8");
    assert.match(page, /no `level` +\| none +\| \*\*365 days\*\*/);
    assert.match(page, /OTLP logs through the front door.*\| none +\| \*\*365 days\*\*/);
    assert.match(page, /Only a stream label counts/);
    assert.match(page, /"stream":\{"job":"first"\}/);
    const shown = (await devPlan()).plan.outputs["snippets"] as Record<string, string>;
    assert.match(shown["alloy-front-door"]!, /stage\.labels/);
    assert.match(shown["firelens-front-door"]!, /level=info/);
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
      return strings(names).map((host) => ({ host, port }));
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
      assert.equal(targetOf(scrape, "forward_to"), "prometheus.remote_write.mimir.receiver");
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
