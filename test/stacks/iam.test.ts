import assert from "node:assert/strict";
import { accessLogBucketPolicy, bucketPolicy } from "../../stacks/bucketPolicy";
import { buildCatalog, rolesOf } from "../../stacks/catalog";
import {
  executionStatements,
  type PolicyStatement,
  registryOf,
  secretsOf,
  taskStatements,
  trust,
  usesTaskRole,
} from "../../stacks/iam";
import type { Product } from "../../stacks/types";
import type { StackConfig } from "../../configs/stack/schema";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

const facts = { accountId: "123456789012", region: "ap-northeast-2" };
const logGroupArn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/lgtm-x";
const bucketArn = "arn:aws:s3:::sys-lgtm-s3";
const secret = (name: string) =>
  `arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:${name}-AbCdEf`;

const productOf = (config: StackConfig, name: string): Product =>
  buildCatalog(config).products.find((product) => product.name === name)!;
const execution = (product: Product, secretArns: string[] = []) =>
  executionStatements(product, { ...facts, logGroupArn, secretArns });
const task = (product: Product, more: { kmsKeyArn?: string; execEnabled?: boolean } = {}) =>
  taskStatements(product, { bucketArn, execEnabled: false, ...more });
const actionsOf = (statements: readonly PolicyStatement[]) =>
  statements.flatMap(({ Action }) => Action);

/** Actions without a resource level, the only ones that may have `*` (service authorization reference). */
const withoutResourceLevel = [
  "ecr:GetAuthorizationToken",
  "cloudwatch:GetMetricData",
  "cloudwatch:GetMetricStatistics",
  "cloudwatch:ListMetrics",
  "tag:GetResources",
  "logs:DescribeLogGroups",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

describe("A1: execution roles", () => {
  it("write the product's own log streams and nothing else, where images are public", () => {
    for (const product of buildCatalog(devConfig()).products) {
      assert.deepEqual(execution(product), [
        {
          Sid: "WriteLogs",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [`${logGroupArn}:*`],
        },
      ]);
    }
  });

  it("read exactly the secrets that their tasks name", () => {
    const named = (config: StackConfig) =>
      buildCatalog(config).products.map(
        (product) => [product.name, secretsOf(product, config)] as const,
      );
    for (const [name, secrets] of named(devConfig())) {
      const expected =
        name === "grafana"
          ? [{ secret: "grafana-admin-password" }, { secret: "grafana-secret-key" }]
          : [];
      assert.deepEqual(secrets, expected, name);
    }
    const prod = Object.fromEntries(named(prodConfig()));
    assert.deepEqual(prod.grafana, [
      { secret: "database-password" },
      { secret: "grafana-admin-password" },
      { secret: "grafana-secret-key" },
    ]);
    const [, read] = execution(productOf(prodConfig(), "grafana"), [
      secret("b"),
      secret("a"),
      secret("b"),
    ]);
    assert.deepEqual(read!.Action, ["secretsmanager:GetSecretValue"]);
    assert.deepEqual(read!.Resource, [secret("a"), secret("b")]);
  });

  it("D2: read the client secret of the OIDC provider, by the secret and not by a key in it", () => {
    const oidc = {
      clientId: "lgtm",
      clientSecretArn: `${secret("oidc")}:client_secret::`,
      authUrl: "https://id.example.com/auth",
      tokenUrl: "https://id.example.com/token",
      apiUrl: "https://id.example.com/me",
    };
    const config = configWith(devConfig(), { grafana: { oidc } });
    assert.deepEqual(secretsOf(productOf(config, "grafana"), config).at(-1), {
      arn: secret("oidc"),
    });
  });

  it("S10: read the registry's credentials only where an image comes from Docker Hub", () => {
    const config = configWith(devConfig(), { images: { credentialsSecretArn: secret("hub") } });
    const has = (name: string) =>
      secretsOf(productOf(config, name), config).some(
        (one) => "arn" in one && one.arn === secret("hub"),
      );
    assert.equal(has("mimir"), true);
    assert.equal(has("memcached"), false);
  });

  it("S10: pull from the cache's own repository only", () => {
    const config = configWith(devConfig(), {
      images: { credentialsSecretArn: secret("ecr-pullthroughcache/hub"), pullThroughCache: true },
    });
    const mimir = productOf(config, "mimir");
    const [, login, pull] = execution(mimir);
    assert.deepEqual([login!.Action, login!.Resource], [["ecr:GetAuthorizationToken"], ["*"]]);
    assert.match(
      pull!.Resource![0]!,
      /^arn:aws:ecr:ap-northeast-2:123456789012:repository\/[a-z0-9./-]+\/mimir$/,
    );
    assert.equal(pull!.Resource!.length, 1);
    assert.deepEqual(secretsOf(mimir, config), []);
    assert.equal(execution(productOf(config, "memcached")).length, 1);
  });
});

describe("A2: task roles", () => {
  it("reach their own prefixes, and list the bucket without a condition", () => {
    const prefixes = {
      mimir: ["blocks/", "rules/", "alerts/"],
      loki: ["ftt-loki/"],
      tempo: ["ftt-tempo/"],
      pyroscope: ["ftt-pyroscope/"],
    };
    for (const [name, own] of Object.entries(prefixes)) {
      assert.deepEqual(task(productOf(devConfig(), name)), [
        {
          Sid: "OwnPrefixes",
          Effect: "Allow",
          Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
          Resource: own.map((prefix) => `${bucketArn}/${prefix}*`),
        },
        { Sid: "ListBucket", Effect: "Allow", Action: ["s3:ListBucket"], Resource: [bucketArn] },
      ]);
    }
  });

  it("B2: share no prefix, not even as the beginning of another", () => {
    const all = buildCatalog(prodConfig()).products.flatMap((product) => product.prefixes);
    for (const prefix of all) {
      assert.match(prefix, /^[a-z-]+\/$/);
      assert.deepEqual(
        all.filter((other) => other.startsWith(prefix)),
        [prefix],
      );
    }
  });

  it("use the bucket's customer key where there is one", () => {
    const kmsKeyArn = "arn:aws:kms:ap-northeast-2:123456789012:key/k";
    const statement = task(productOf(devConfig(), "tempo"), { kmsKeyArn }).at(-1)!;
    assert.deepEqual(statement.Action, ["kms:Decrypt", "kms:GenerateDataKey"]);
    assert.deepEqual(statement.Resource, [kmsKeyArn]);
    assert.deepEqual(task(productOf(devConfig(), "memcached"), { kmsKeyArn }), []);
  });

  it("are carried exactly by the servers that call AWS", () => {
    const carrying = (config: StackConfig) =>
      rolesOf(buildCatalog(config))
        .filter((role) => usesTaskRole(role, config))
        .map((role) => role.id);
    assert.deepEqual(carrying(devConfig()).sort(), [
      "alloy-collector",
      "loki-compactor",
      "loki-ingester",
      "loki-querier",
      "mimir",
      "pyroscope",
      "tempo-compactor",
      "tempo-ingester",
      "tempo-querier",
      "tempo-query-frontend",
    ]);
    const exec = configWith(devConfig(), { execEnabled: true });
    assert.equal(carrying(exec).length, rolesOf(buildCatalog(exec)).length);
    for (const product of buildCatalog(exec).products) {
      assert.ok(
        actionsOf(task(product, { execEnabled: true })).includes("ssmmessages:OpenDataChannel"),
      );
    }
  });
});

describe("A3: Alloy", () => {
  it("reads metrics and tags, named log groups, and named roles only", () => {
    const role = "arn:aws:iam::210987654321:role/reader";
    const config = configWith(devConfig(), {
      collection: { logGroups: ["/aws/rds/one"], assumeRoleArns: [role] },
    });
    const statements = task(productOf(config, "alloy"));
    const actions = actionsOf(statements);
    for (const action of ["tag:GetResources", "cloudwatch:GetMetricData", "logs:FilterLogEvents"]) {
      assert.ok(actions.includes(action), action);
    }
    assert.ok(!actions.includes("logs:GetLogEvents"));
    const assume = statements.filter(({ Action }) => Action.includes("sts:AssumeRole"));
    assert.deepEqual(
      assume.map(({ Resource }) => Resource),
      [[role]],
    );
    assert.ok(!actionsOf(task(productOf(devConfig(), "alloy"))).includes("sts:AssumeRole"));
  });
});

describe("A4: every policy", () => {
  const config = configWith(prodConfig(), { collection: { logGroups: ["/aws/rds/one"] } });
  const statements = buildCatalog(config).products.flatMap((product) => [
    ...execution(product, [secret("a")]),
    ...task(product, { execEnabled: true, kmsKeyArn: "arn:aws:kms:x" }),
  ]);

  it("has no wildcard action, and `*` only for actions without a resource level", () => {
    for (const { Action, Resource } of statements) {
      for (const action of Action) {
        assert.match(action, /^[a-z0-9]+:[A-Za-z]+$/);
        assert.notEqual(action, "iam:PassRole");
        if (Resource!.includes("*")) assert.ok(withoutResourceLevel.includes(action), action);
      }
    }
  });

  it("has statement ids that are unique within a product and of the allowed characters", () => {
    for (const product of buildCatalog(config).products) {
      const ids = task(product, { execEnabled: true, kmsKeyArn: "arn:aws:kms:x" }).map(
        ({ Sid }) => Sid,
      );
      assert.equal(new Set(ids).size, ids.length);
      for (const id of ids) assert.match(id, /^[A-Za-z0-9]+$/);
    }
  });

  it("trusts ECS tasks of this account and region only", () => {
    assert.deepEqual(trust(facts), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "EcsTasks",
          Effect: "Allow",
          Principal: { Service: "ecs-tasks.amazonaws.com" },
          Action: ["sts:AssumeRole"],
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": "arn:aws:ecs:ap-northeast-2:123456789012:*" },
          },
        },
      ],
    });
  });
});

describe("B1, G7: bucket policies", () => {
  it("refuse everything without TLS", () => {
    for (const policy of [bucketPolicy(bucketArn), accessLogBucketPolicy(bucketArn, facts)]) {
      const deny = policy.Statement.filter(({ Effect }) => Effect === "Deny");
      assert.deepEqual(deny, [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:*"],
          Resource: [bucketArn, `${bucketArn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]);
    }
  });
  it("let this account's load balancers write their logs, and nobody else", () => {
    const allow = accessLogBucketPolicy(bucketArn, facts).Statement.filter(
      ({ Effect }) => Effect === "Allow",
    );
    assert.equal(allow.length, 1);
    assert.deepEqual(allow[0]!.Resource, [`${bucketArn}/AWSLogs/123456789012/*`]);
    assert.deepEqual(allow[0]!.Action, ["s3:PutObject"]);
    assert.equal(
      allow[0]!.Condition!.ArnLike!["aws:SourceArn"],
      "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/*",
    );
    assert.equal(bucketPolicy(bucketArn).Statement.length, 1);
  });
});

describe("S10: registries", () => {
  it("are read from the image reference", () => {
    for (const [image, registry] of [
      ["grafana/loki:3.7.6", "docker.io"],
      ["memcached:1.6", "docker.io"],
      ["docker.io/grafana/loki:3.7.6", "docker.io"],
      ["registry-1.docker.io/grafana/loki:1", "docker.io"],
      ["public.ecr.aws/docker/library/busybox:1.37", "public.ecr.aws"],
      ["localhost:5000/x:1", "localhost:5000"],
    ] as const) {
      assert.equal(registryOf(image), registry, image);
    }
  });
});
