import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { PlannedStack } from "../../plan/makePlan";
import { devConfig } from "../fixtures/config";
import { defaultPlan, devPlan, planWith, prodPlan, resourcesOf } from "../fixtures/plans";
import {
  alloyBlock,
  alloyTarget,
  discoveryNames,
  fileOf,
  ingressOf,
  mayConnect,
  quotedStrings,
  taskNamed,
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

const gatewayFile = (stack: PlannedStack) => fileOf(stack, "alloy-gateway", ".alloy");

describe("row D6: the gateway", () => {
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
        assert.equal(alloyTarget(otlp, signal), "otelcol.processor.memory_limiter.otlp.input");
      }
      const limiter = alloyBlock(file, "otelcol.processor.memory_limiter", "otlp");
      const batch = alloyBlock(file, "otelcol.processor.batch", "otlp");
      assert.equal(alloyTarget(limiter, "logs"), "otelcol.exporter.loki.otlp.input");
      assert.equal(alloyTarget(batch, "logs"), undefined);
      for (const signal of ["metrics", "traces"]) {
        assert.equal(alloyTarget(limiter, signal), "otelcol.processor.batch.otlp.input");
      }
      assert.equal(alloyTarget(batch, "metrics"), "otelcol.exporter.prometheus.otlp.input");
      assert.equal(alloyTarget(batch, "traces"), "otelcol.exporter.otlp.tempo.input");
      const next = (name: string, label: string) =>
        alloyTarget(alloyBlock(file, name, label), "forward_to");
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
        alloyTarget(alloyBlock(file, "loki.source.api", "push"), "forward_to"),
        "loki.process.level.receiver",
      );
      const process = alloyBlock(file, "loki.process", "level") ?? "";
      assert.equal(alloyTarget(process, "forward_to"), "loki.write.loki.receiver");
      assert.match(process, /stage\.labels \{\s+values = \{"level" = "level_found"\}/);
      assert.doesNotMatch(process, /structured_metadata/);
      const template = /template = `(.*)`/.exec(process)?.[1] ?? "";
      const known = new Map(
        quotedStrings(/dict (.*?) -\}\}/.exec(template)?.[1] ?? "").flatMap((word, index, words) =>
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
});
