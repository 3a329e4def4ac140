import assert from "node:assert/strict";
import { stackSchema } from "../../configs/stack/schema";
import type { PlannedStack } from "../../plan/makePlan";
import type { PlannedResource } from "../../plan/plan";
import { isSecret, unwrapAll } from "../../plan/record";
import { configWith, devConfig } from "../fixtures/config";
import {
  defaultPlan,
  devPlan,
  planOfConfig,
  planWith,
  prodPlan,
  resourceOf,
  resourcesOf,
} from "../fixtures/plans";
import { wrongKeys } from "../fixtures/stackFile";
import { answerTo, rulesOf, type Action } from "./loadBalancer";

const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer";
const targetGroupType = "aws:lb/targetGroup:TargetGroup";
const ruleType = "aws:lb/listenerRule:ListenerRule";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const office = "203.0.113.0/24";
const inside = "203.0.113.7";
const outside = "198.51.100.7";

const loadBalancerOf = (stack: PlannedStack) => resourcesOf(stack, loadBalancerType)[0]!;
const listenersOf = (stack: PlannedStack) =>
  new Map(
    resourcesOf(stack, "aws:lb/listener:Listener").map(({ inputs }) => [inputs["port"], inputs]),
  );
const actionOf = (inputs: Readonly<Record<string, unknown>> | undefined) => {
  const actions = inputs?.["defaultActions"] as Action[];
  assert.equal(actions.length, 1);
  return actions[0]!;
};
const idsOf = (resources: readonly PlannedResource[]) => resources.map(({ id }) => id).sort();
const subnetIds = (stack: PlannedStack, kind: "public" | "private") =>
  idsOf(
    resourcesOf(stack, "aws:ec2/subnet:Subnet").filter(({ name }) => name.includes(`-${kind}-`)),
  );
/** The ingest tokens of a stack, by id, as Secrets Manager would hold them. */
const tokensOf = ({ config, recording }: PlannedStack) =>
  config.ingress.tokenIds.map((id) => {
    const version = recording.resources.find(
      ({ type, name }) =>
        type === "aws:secretsmanager/secretVersion:SecretVersion" &&
        name === `${config.name}-ingest-token-${id}`,
    );
    assert.ok(isSecret(version?.inputs["secretString"]), `token ${id} is stored, and a secret`);
    return String(unwrapAll(version.inputs["secretString"]));
  });
const withAuth = (auth: "token" | "cidr" | "both" | "none", allowedCidrs: string[] = []) =>
  planWith(devConfig(), { ingress: { auth, allowedCidrs } });
/** What an authorised client gets. */
const answer = (stack: PlannedStack, host: string, path: string) =>
  answerTo(stack, {
    host: `${host}.${stack.config.domain}`,
    path,
    authorization: `Bearer ${tokensOf(stack)[0] ?? ""}`,
    from: inside,
  });
const unauthorised = (stack: PlannedStack, host: string, path: string) =>
  answerTo(stack, { host: `${host}.${stack.config.domain}`, path, from: outside });

const stacks: readonly [string, () => Promise<PlannedStack>][] = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["the default", defaultPlan],
];
const withZone = () =>
  planWith(devConfig(), {
    ingress: { certificateArn: undefined, hostedZoneId: "Z0123456789ABC" },
  });

// Not proven here: that a load balancer matches requests as AWS documents it (`loadBalancer.ts` repeats that).
describe("Ingress", () => {
  for (const [name, plan] of stacks) {
    it(`G1: ${name} has one internet-facing load balancer in every public subnet`, async () => {
      const stack = await plan();
      const balancers = resourcesOf(stack, loadBalancerType);
      assert.equal(balancers.length, 1);
      const { inputs } = balancers[0]!;
      assert.equal(inputs["loadBalancerType"], "application");
      assert.equal(inputs["internal"], false);
      assert.deepEqual([...(inputs["subnets"] as string[])].sort(), subnetIds(stack, "public"));
    });

    it(`G1: ${name} serves 443 with the certificate named, and 80 only redirects there`, async () => {
      const stack = await plan();
      const listeners = listenersOf(stack);
      assert.deepEqual([...listeners.keys()].sort(), [443, 80]);
      const https = listeners.get(443);
      assert.equal(https?.["protocol"], "HTTPS");
      assert.equal(https["certificateArn"], stack.config.ingress.certificateArn);
      const http = listeners.get(80);
      assert.equal(http?.["protocol"], "HTTP");
      assert.deepEqual(actionOf(http), {
        type: "redirect",
        redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" },
      });
      const arn = resourcesOf(stack, "aws:lb/listener:Listener").find(
        ({ inputs }) => inputs["port"] === 443,
      )!.outputs["arn"];
      for (const rule of resourcesOf(stack, ruleType)) {
        assert.equal(rule.inputs["listenerArn"], arn, `${rule.name} is a rule of 443`);
      }
    });
  }

  it("G1: an internal load balancer is in the private subnets, and the Internet reaches nothing", async () => {
    const stack = await planWith(devConfig(), { ingress: { internal: true } });
    const { inputs } = loadBalancerOf(stack);
    assert.equal(inputs["internal"], true);
    assert.deepEqual([...(inputs["subnets"] as string[])].sort(), subnetIds(stack, "private"));
    for (const rule of resourcesOf(stack, ingressType)) {
      assert.notEqual(rule.inputs["cidrIpv4"], "0.0.0.0/0", rule.name);
    }
  });

  it("G1: with a Route 53 zone the program requests, validates and uses the certificate", async () => {
    const stack = await withZone();
    const [certificate] = resourcesOf(stack, "aws:acm/certificate:Certificate");
    assert.equal(certificate!.inputs["domainName"], "*.dev.example.com");
    assert.equal(certificate!.inputs["validationMethod"], "DNS");
    const [validation] = resourcesOf(stack, "aws:acm/certificateValidation:CertificateValidation");
    assert.equal(validation!.inputs["certificateArn"], certificate!.outputs["arn"]);
    const [option] = certificate!.outputs["domainValidationOptions"] as Record<string, string>[];
    const record = resourceOf(stack, "aws:route53/record:Record", "lgtm-dev-validation");
    assert.equal(record.inputs["name"], option!["resourceRecordName"]);
    assert.deepEqual(record.inputs["records"], [option!["resourceRecordValue"]]);
    assert.equal(record.inputs["zoneId"], "Z0123456789ABC");
    const listener = resourcesOf(stack, "aws:lb/listener:Listener").find(
      ({ inputs }) => inputs["port"] === 443,
    );
    assert.equal(listener!.inputs["certificateArn"], validation!.outputs["certificateArn"]);
    // Through the validation: a listener is refused while its certificate is pending.
    assert.deepEqual(listener!.propertyDependencies["certificateArn"], [validation!.urn]);
  });

  it("G1: with a Route 53 zone every host has a record for the load balancer", async () => {
    const stack = await withZone();
    const { outputs } = loadBalancerOf(stack);
    const hosts = resourcesOf(stack, "aws:route53/record:Record").filter(
      ({ inputs }) => inputs["type"] === "A",
    );
    assert.deepEqual(
      hosts.map(({ inputs }) => inputs["name"]).sort(),
      ["grafana", "loki", "mimir", "tempo"].map((host) => `${host}.dev.example.com`),
    );
    for (const { inputs } of hosts) {
      assert.equal(inputs["zoneId"], "Z0123456789ABC");
      assert.deepEqual(inputs["aliases"], [
        { evaluateTargetHealth: false, name: outputs["dnsName"], zoneId: outputs["zoneId"] },
      ]);
    }
    assert.deepEqual(resourcesOf(await devPlan(), "aws:route53/record:Record"), []);
  });

  it("G1: a certificate and a zone together are refused, as is neither", () => {
    assert.deepEqual(wrongKeys("dev", { "ingress.hostedZoneId": "Z0123456789ABC" }), ["ingress"]);
    assert.deepEqual(wrongKeys("dev", { "ingress.certificateArn": undefined }), ["ingress"]);
  });

  for (const [name, plan] of stacks) {
    it(`G2: Grafana of ${name} is at its host, for everybody, but for its metrics`, async () => {
      const stack = await plan();
      for (const path of ["/", "/login", "/d/abc/some-board", "/api/health", "/metricsbrowser"]) {
        assert.equal(
          unauthorised(stack, "grafana", path),
          `${stack.config.name}-grafana:3000`,
          path,
        );
      }
      for (const path of ["/metrics", "/metrics/", "/metrics/x"]) {
        assert.equal(unauthorised(stack, "grafana", path), "404", path);
        assert.equal(answer(stack, "grafana", path), "404", path);
      }
    });

    it(`G3: metrics of ${name} are pushed to Mimir`, async () => {
      const stack = await plan();
      const { name: prefix, mimir } = stack.config;
      const replicas = Array.from(
        { length: mimir.replicas },
        (_, index) => `${prefix}-mimir-${index}:9009`,
      ).join(" ");
      for (const path of ["/api/v1/push", "/otlp/v1/metrics"]) {
        assert.equal(answer(stack, "mimir", path), replicas, path);
        assert.equal(unauthorised(stack, "mimir", path), "404", path);
      }
      for (const path of ["/prometheus/api/v1/query", "/api/v1/push/", "/ready", "/config"]) {
        assert.equal(answer(stack, "mimir", path), "404", path);
      }
    });

    it(`G4: logs of ${name} are pushed to Loki's distributor`, async () => {
      const stack = await plan();
      for (const path of ["/loki/api/v1/push", "/otlp/v1/logs"]) {
        assert.equal(
          answer(stack, "loki", path),
          `${stack.config.name}-loki-distributor:3100`,
          path,
        );
        assert.equal(unauthorised(stack, "loki", path), "404", path);
      }
      for (const path of ["/loki/api/v1/query", "/loki/api/v1/delete", "/flush"]) {
        assert.equal(answer(stack, "loki", path), "404", path);
      }
    });

    it(`G5: traces of ${name} are queried from Tempo's query-frontend, behind the guard`, async () => {
      const stack = await plan();
      for (const path of ["/api/traces", "/api/traces/", "/api/traces/0af7651916cd43dd"]) {
        assert.equal(
          answer(stack, "tempo", path),
          `${stack.config.name}-tempo-query-frontend:3200`,
          path,
        );
        assert.equal(unauthorised(stack, "tempo", path), "404", path);
      }
      assert.equal(answer(stack, "tempo", "/api/search"), "404");
    });

    it(`G6: traces of ${name} are pushed to Tempo's distributor over HTTP and gRPC`, async () => {
      const stack = await plan();
      const distributor = `${stack.config.name}-tempo-distributor`;
      const grpc = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
      assert.equal(answer(stack, "tempo", "/v1/traces"), `${distributor}:4318`);
      assert.equal(answer(stack, "tempo", grpc), `${distributor}:4317`);
      for (const path of ["/v1/traces", grpc])
        assert.equal(unauthorised(stack, "tempo", path), "404");
      for (const path of [
        "/v1/logs",
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
      ]) {
        assert.equal(answer(stack, "tempo", path), "404", path);
      }
      const versions = resourcesOf(stack, targetGroupType).map(({ inputs }) => [
        inputs["port"],
        inputs["protocolVersion"],
      ]);
      assert.deepEqual(
        versions.filter(([, version]) => version !== "HTTP1"),
        [[4317, "GRPC"]],
      );
    });

    it(`G7: ${name} answers everything else with 404`, async () => {
      const stack = await plan();
      assert.deepEqual(actionOf(listenersOf(stack).get(443)), {
        type: "fixed-response",
        fixedResponse: { contentType: "text/plain", messageBody: "not found", statusCode: "404" },
      });
      for (const host of ["mimir", "loki", "tempo", "alloy", "pyroscope"]) {
        assert.equal(answer(stack, host, "/"), "404", host);
      }
      assert.equal(answerTo(stack, { host: "203.0.113.1", path: "/" }), "404");
      assert.equal(answerTo(stack, { host: "evil.example.net", path: "/api/v1/push" }), "404");
    });

    it(`G7: ${name} speaks modern TLS, drops invalid headers and waits for the longest query`, async () => {
      const stack = await plan();
      assert.match(
        String(listenersOf(stack).get(443)?.["sslPolicy"]),
        /^ELBSecurityPolicy-TLS13-1-[23]-/,
      );
      const { inputs } = loadBalancerOf(stack);
      assert.equal(inputs["dropInvalidHeaderFields"], true);
      assert.ok(Number(inputs["idleTimeout"]) >= stack.config.queryTimeoutSeconds);
    });
  }

  it("G5: without a guard there is no way to the query path: no rule, no target group, no open port", async () => {
    const stack = await withAuth("none");
    for (const path of ["/api/traces", "/api/traces/0af7651916cd43dd"]) {
      assert.equal(
        answerTo(stack, { host: "tempo.dev.example.com", path, from: inside }),
        "404",
        path,
      );
    }
    assert.ok(!resourcesOf(stack, targetGroupType).some(({ name }) => name === "lgtm-dev-tempo"));
    const open = resourcesOf(stack, ingressType).map(({ name }) => name);
    assert.ok(!open.includes("lgtm-dev-tempo-query-frontend-from-load-balancer-3200"));
    assert.ok(
      resourcesOf(await devPlan(), ingressType).some(
        ({ name }) => name === "lgtm-dev-tempo-query-frontend-from-load-balancer-3200",
      ),
      "the same rule is there behind a guard",
    );
  });

  it("G7: prod is protected from deletion and keeps access logs in a bucket of their own", async () => {
    const stack = await prodPlan();
    const balancer = loadBalancerOf(stack);
    assert.equal(balancer.inputs["enableDeletionProtection"], true);
    assert.equal(balancer.protect, true);
    const logs = balancer.inputs["accessLogs"] as { bucket: string; enabled: boolean };
    assert.equal(logs.enabled, true);
    assert.notEqual(logs.bucket, stack.config.bucketName);
    const bucket = resourcesOf(stack, "aws:s3/bucket:Bucket").find(({ id }) => id === logs.bucket);
    assert.equal(bucket?.name, "lgtm-access-logs-bucket");
    const ofBucket = (type: string) =>
      resourcesOf(stack, type).find(({ inputs }) => inputs["bucket"] === logs.bucket);
    const lifecycle = ofBucket("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    const expiries = (lifecycle?.inputs["rules"] as { expiration?: { days?: number } }[]).map(
      ({ expiration }) => expiration?.days,
    );
    assert.ok(expiries.includes(stack.config.ingress.accessLogRetentionDays));
    const policy = ofBucket("aws:s3/bucketPolicy:BucketPolicy")!;
    assert.match(String(policy.inputs["policy"]), /logdelivery\.elasticloadbalancing/);
    assert.ok(balancer.dependencies.includes(policy.urn), "logs may be written from the start");
    for (const key of ["ingress.deletionProtection", "ingress.accessLogs"]) {
      assert.deepEqual(wrongKeys("prod", { [key]: false }), [key]);
    }
  });

  it("G7: dev can be torn down and keeps no access logs, unless it says so", async () => {
    const { inputs, protect } = loadBalancerOf(await devPlan());
    assert.deepEqual(
      [inputs["enableDeletionProtection"], inputs["accessLogs"], protect],
      [false, undefined, false],
    );
    const other = loadBalancerOf(
      await planWith(devConfig(), { ingress: { deletionProtection: true, accessLogs: true } }),
    );
    assert.equal(other.inputs["enableDeletionProtection"], true);
    assert.equal((other.inputs["accessLogs"] as { enabled: boolean }).enabled, true);
  });

  it("G7: the idle timeout may not be below the longest query, nor TLS be old", () => {
    assert.deepEqual(wrongKeys("prod", { queryTimeoutSeconds: 600 }), [
      "ingress.idleTimeoutSeconds",
    ]);
    assert.deepEqual(
      wrongKeys("prod", { queryTimeoutSeconds: 600, "ingress.idleTimeoutSeconds": 600 }),
      [],
    );
    for (const policy of ["ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS-1-1-2017-01"]) {
      assert.deepEqual(wrongKeys("prod", { "ingress.tlsPolicy": policy }), ["ingress.tlsPolicy"]);
    }
  });

  const push = { host: "mimir.dev.example.com", path: "/api/v1/push" } as const;
  const mimir = "lgtm-dev-mimir-0:9009";

  it("G8: a token guards every ingest path, from anywhere", async () => {
    const stack = await withAuth("token");
    const [token = ""] = tokensOf(stack);
    const from = outside;
    assert.equal(answerTo(stack, { ...push, from, authorization: `Bearer ${token}` }), mimir);
    const wrong = [
      undefined,
      "",
      token,
      "Bearer ",
      "Bearer *",
      `Bearer ${"?".repeat(64)}`,
      `Bearer ${token}0`,
      `Bearer ${token.slice(1)}`,
      `Basic ${token}`,
    ];
    for (const authorization of wrong) {
      assert.equal(answerTo(stack, { ...push, from, authorization }), "404", authorization);
    }
  });

  it("G8: addresses guard every ingest path, without a token, and none is made", async () => {
    const stack = await withAuth("cidr", [office, "192.0.2.0/24"]);
    assert.equal(answerTo(stack, { ...push, from: inside }), mimir);
    assert.equal(answerTo(stack, { ...push, from: "192.0.2.1" }), mimir);
    assert.equal(answerTo(stack, { ...push, from: outside }), "404");
    assert.deepEqual(resourcesOf(stack, "random:index/randomBytes:RandomBytes"), []);
  });

  it("G8: both guards together want both", async () => {
    const stack = await withAuth("both", [office]);
    const authorization = `Bearer ${tokensOf(stack)[0] ?? ""}`;
    assert.equal(answerTo(stack, { ...push, from: inside, authorization }), mimir);
    assert.equal(answerTo(stack, { ...push, from: inside }), "404");
    assert.equal(answerTo(stack, { ...push, from: outside, authorization }), "404");
  });

  it("G8: no guard lets everybody write, in dev only", async () => {
    assert.equal(answerTo(await withAuth("none"), { ...push, from: outside }), mimir);
    assert.deepEqual(wrongKeys("prod", { "ingress.auth": "none" }), ["ingress.auth"]);
    assert.deepEqual(wrongKeys("dev", { "ingress.auth": "none" }), []);
  });

  it("G8: many addresses become more rules, all within AWS's limits", async () => {
    const cidrs = Array.from({ length: 11 }, (_, index) => `203.0.113.${index * 4}/30`);
    const stack = await withAuth("both", cidrs);
    const authorization = `Bearer ${tokensOf(stack)[0] ?? ""}`;
    for (const cidr of cidrs) {
      assert.equal(answerTo(stack, { ...push, from: cidr.slice(0, -3), authorization }), mimir);
    }
    const rules = rulesOf(stack);
    assert.equal(new Set(rules.map(({ priority }) => priority)).size, rules.length);
    assert.ok(rules.length <= 100);
    for (const { conditions } of rules) {
      const values = conditions.map((condition) =>
        Object.values(condition).flatMap(({ values: each }) => each as string[]),
      );
      assert.ok(values.every((each) => each.length <= 3));
      assert.ok(values.flat().length <= 5);
      assert.ok((values.flat().join("").match(/[*?]/g) ?? []).length <= 5);
    }
    const tooMany = Array.from({ length: 100 }, (_, index) => `198.51.${index}.0/24`);
    assert.deepEqual(
      wrongKeys("dev", { "ingress.auth": "both", "ingress.allowedCidrs": tooMany }),
      ["ingress.allowedCidrs"],
    );
  });

  it("G8: a token is 64 lower-case hexadecimal characters, kept in Secrets Manager, and fits a condition", async () => {
    const stack = await prodPlan();
    const tokens = tokensOf(stack);
    assert.equal(tokens.length, 1);
    for (const token of tokens) assert.match(token, /^[0-9a-f]{64}$/);
    const [bytes] = resourcesOf(stack, "random:index/randomBytes:RandomBytes");
    assert.equal(bytes!.inputs["length"], 32);
    for (const { conditions } of rulesOf(stack)) {
      for (const { httpHeader } of conditions) {
        if (httpHeader === undefined) continue;
        assert.equal(httpHeader.httpHeaderName, "Authorization");
        for (const value of httpHeader.values) assert.match(value, /^Bearer [0-9a-z]{1,121}$/);
      }
    }
  });

  it("G8: a token is rotated with both ids valid in between, and nothing else changing", async () => {
    const planOf = (tokenIds: string[]) => planWith(devConfig(), { ingress: { tokenIds } });
    const [before, between, after] = [
      await planOf(["a"]),
      await planOf(["a", "b"]),
      await planOf(["b"]),
    ];
    const passes = (stack: PlannedStack, token: string) =>
      answerTo(stack, { ...push, authorization: `Bearer ${token}` }) === mimir;
    const [old = "", fresh = ""] = tokensOf(between);
    assert.notEqual(old, fresh);
    assert.deepEqual([passes(before, old), passes(before, fresh)], [true, false]);
    assert.deepEqual([passes(between, old), passes(between, fresh)], [true, true]);
    assert.deepEqual([passes(after, old), passes(after, fresh)], [false, true]);
    const others = ({ plan }: PlannedStack) =>
      plan.resources
        .filter(({ name, type }) => !/ingest-token-[ab]$/.test(name) && type !== ruleType)
        .filter(({ type }) => type !== "pulumi:pulumi:Stack" && !type.startsWith("lgtm:"))
        // A service waits for the rules, which are the same ones.
        .map(({ urn, inputs, dependencies }) => ({ urn, inputs, dependencies }));
    assert.deepEqual(others(between), others(before));
    assert.deepEqual(others(after), others(before));
    const ruleNames = (stack: PlannedStack) => resourcesOf(stack, ruleType).map(({ urn }) => urn);
    assert.deepEqual(ruleNames(between), ruleNames(before));
  });

  it("G8: there are one or two tokens", () => {
    assert.deepEqual(wrongKeys("dev", { "ingress.tokenIds": [] }), ["ingress.tokenIds"]);
    assert.deepEqual(wrongKeys("dev", { "ingress.tokenIds": ["a", "b", "c"] }), [
      "ingress.tokenIds",
    ]);
    assert.deepEqual(wrongKeys("dev", { "ingress.tokenIds": ["a", "a"] }), ["ingress.tokenIds"]);
  });

  it("G8: a token brought from outside has 32 to 100 lower-case letters and digits, and is used", async () => {
    const given = (token: string) => stackSchema.shape.ingestTokens.safeParse({ a: token }).success;
    for (const good of ["0".repeat(32), "a1".repeat(50)]) assert.ok(given(good), good);
    const bad = [
      "0".repeat(31),
      "0".repeat(101),
      "A".repeat(32),
      `${"0".repeat(32)}*`,
      "?".repeat(40),
    ];
    for (const token of bad) assert.ok(!given(token), token);
    const token = "abc123".repeat(10);
    const stack = await planOfConfig(configWith(devConfig(), { ingestTokens: { a: token } }));
    assert.deepEqual(tokensOf(stack), [token]);
    assert.equal(answerTo(stack, { ...push, authorization: `Bearer ${token}` }), mimir);
    assert.deepEqual(resourcesOf(stack, "random:index/randomBytes:RandomBytes"), []);
  });

  const groups = [
    ["grafana", 3000, "/api/health", "200", 60],
    ["loki", 3100, "/ready", "200", 15],
    ["mimir", 9009, "/ready", "200", 15],
    ["otlp-grpc", 4317, "/AWS.ALB/healthcheck", "0-99", 15],
    ["otlp-http", 3200, "/ready", "200", 15],
    // Not the row's 60: a query-frontend must go before its queriers do (docs/design.md).
    ["tempo", 3200, "/api/echo", "200", 2],
  ] as const;
  for (const [name, plan] of stacks) {
    it(`G9: target groups of ${name} ask the servers as they answer, and let go soon`, async () => {
      const stack = await plan();
      const prefix = stack.config.name;
      assert.deepEqual(
        resourcesOf(stack, targetGroupType)
          .map(({ name: group }) => group)
          .sort(),
        groups.map(([id]) => `${prefix}-${id}`),
      );
      for (const [id, port, path, matcher, delay] of groups) {
        const { inputs } = resourceOf(stack, targetGroupType, `${prefix}-${id}`);
        const check = inputs["healthCheck"] as Record<string, unknown>;
        assert.deepEqual(
          [check["port"], check["path"], check["matcher"]],
          [String(port), path, matcher],
          id,
        );
        assert.deepEqual(
          [check["interval"], check["healthyThreshold"], check["unhealthyThreshold"]],
          [10, 2, 3],
          id,
        );
        assert.equal(inputs["deregistrationDelay"], delay, id);
        assert.equal(inputs["targetType"], "ip", id);
        // A dead task gets no share of the requests while its health check has not failed yet.
        assert.equal(inputs["loadBalancingAlgorithmType"], "least_outstanding_requests", id);
      }
    });
  }

  it("G9: the load balancer reaches the port of every target group and of its health check", async () => {
    const stack = await prodPlan();
    const [balancerGroup] = loadBalancerOf(stack).inputs["securityGroups"] as string[];
    for (const group of resourcesOf(stack, targetGroupType)) {
      const health = Number((group.inputs["healthCheck"] as { port: string }).port);
      for (const service of resourcesOf(stack, "aws:ecs/service:Service")) {
        const targets = (service.inputs["loadBalancers"] ?? []) as { targetGroupArn: string }[];
        if (!targets.some(({ targetGroupArn }) => targetGroupArn === group.outputs["arn"]))
          continue;
        const { securityGroups } = service.inputs["networkConfiguration"] as {
          securityGroups: string[];
        };
        for (const port of [Number(group.inputs["port"]), health]) {
          assert.ok(
            resourcesOf(stack, ingressType).some(
              ({ inputs }) =>
                securityGroups.includes(String(inputs["securityGroupId"])) &&
                inputs["referencedSecurityGroupId"] === balancerGroup &&
                inputs["fromPort"] === port,
            ),
            `load balancer -> ${service.name}:${port}`,
          );
        }
      }
    }
  });
});
