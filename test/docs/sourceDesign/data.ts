import assert from "node:assert/strict";
import type { PlannedStack } from "../../../plan/makePlan";
import { planWith, resourcesOf } from "../../fixtures/plans";
import { monthlyCost } from "../../../plan/cost";
import { fileOf, iamRolesOf, roleOfTask, type Statement, yamlOf } from "../../rows/reading";
import { only, roleOf, servicesOf, type Check, type Proofs } from "./proof";

type Tree = Record<string, Record<string, unknown>>;

interface LifecycleRule {
  readonly filter: { readonly prefix: string };
  readonly transitions?: readonly { readonly days: number; readonly storageClass: string }[];
  readonly expiration?: { readonly days?: number };
}

const lifecycle = (stack: PlannedStack) =>
  resourcesOf(stack, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    .filter(({ inputs }) => inputs["bucket"] === "sys-lgtm-s3")
    .flatMap(({ inputs }) => inputs["rules"] as readonly LifecycleRule[]);
const ruleOf = (stack: PlannedStack, prefix: string) =>
  lifecycle(stack).find(
    ({ filter, transitions, expiration }) =>
      filter.prefix === prefix && (transitions ?? expiration) !== undefined,
  );
const steps = (rule: LifecycleRule | undefined) =>
  (rule?.transitions ?? []).map(({ days, storageClass }) => `${storageClass} ${days}`);
const everyStep = (stack: PlannedStack) => lifecycle(stack).flatMap(steps);

/** Only one role may write below a prefix: that of its product's servers. */
const ownedBy =
  (prefix: string, product: string): Check =>
  (stack) => {
    const writers = iamRolesOf(stack).filter(({ statements }) =>
      statements.some(({ Resource }) => Resource.includes(`arn:aws:s3:::sys-lgtm-s3/${prefix}*`)),
    );
    assert.deepEqual(
      writers.map(({ name }) => name),
      [`lgtm-${product}-task-ap-northeast-2`],
    );
  };

const both =
  (first: Check, second: Check): Check =>
  async (stack) => {
    await first(stack);
    await second(stack);
  };

const mimirPrefix =
  (section: string, prefix: string): Check =>
  (stack) => {
    const mimir = yamlOf(stack, "mimir-0", "mimir.yaml") as Tree;
    assert.equal(mimir[section]?.["storage_prefix"], prefix);
  };

const allows = (statements: readonly Statement[], action: string) =>
  statements.filter(({ Action }) => Action.includes(action));
const onEverything = (statements: readonly Statement[], action: string) =>
  allows(statements, action).some(({ Resource }) => Resource.includes("*"));
const executionRoles = (stack: PlannedStack) =>
  iamRolesOf(stack).filter(({ name }) => name.includes("-execution-"));

const spotRoles = ["loki-querier", "loki-query-frontend", "tempo-querier", "tempo-query-frontend"];
const onSpot = ({ config }: PlannedStack) =>
  planWith(config, {
    loki: { querier: { spot: true }, queryFrontend: { spot: true } },
    tempo: { querier: { spot: true }, queryFrontend: { spot: true } },
  });

/** What a service costs on Spot, as a share of what it costs otherwise. */
async function spotPriceShares(stack: PlannedStack): Promise<number[]> {
  const { region } = stack.config;
  const before = monthlyCost(stack.plan.resources, { region }).services;
  return monthlyCost((await onSpot(stack)).plan.resources, { region })
    .services.filter(({ spotShare }) => spotShare === 1)
    .map(({ name, monthlyUsd }) => {
      const full = before.find((service) => service.name === name);
      assert.ok(full, name);
      return monthlyUsd / full.monthlyUsd;
    });
}

/** Storage, permissions, monitoring and cost. */
export const data: Proofs = {
  "prefix-blocks": both(ownedBy("blocks/", "mimir"), mimirPrefix("blocks_storage", "blocks")),
  "prefix-rules": both(ownedBy("rules/", "mimir"), mimirPrefix("ruler_storage", "rules")),
  "prefix-alerts": both(ownedBy("alerts/", "mimir"), mimirPrefix("alertmanager_storage", "alerts")),
  "prefix-loki": both(ownedBy("ftt-loki/", "loki"), (stack) =>
    assert.match(fileOf(stack, "loki-ingester-0", ".yaml"), /storage_prefix: ftt-loki$/m),
  ),
  "prefix-tempo": both(ownedBy("ftt-tempo/", "tempo"), (stack) =>
    assert.match(fileOf(stack, "tempo-ingester-0", ".yaml"), /prefix: ftt-tempo$/m),
  ),
  "prefix-pyroscope": both(ownedBy("ftt-pyroscope/", "pyroscope"), (stack) =>
    assert.match(fileOf(stack, "pyroscope", ".yaml"), /prefix: ftt-pyroscope$/m),
  ),
  region: (stack) => {
    const provider = only(stack, "pulumi:providers:aws");
    assert.equal(provider.inputs["region"], "ap-northeast-2");
    assert.ok(resourcesOf(stack, "aws:s3/bucket:Bucket").length > 0);
  },
  "lifecycle-ia": {
    literally: (stack) =>
      lifecycle(stack).some(
        (rule) => rule.filter.prefix === "" && steps(rule).includes("STANDARD_IA 30"),
      ),
    instead: (stack) => {
      assert.equal(steps(ruleOf(stack, "blocks/anonymous/"))[0], "STANDARD_IA 30");
      assert.equal(steps(ruleOf(stack, "ftt-loki/fake/"))[0], "STANDARD_IA 37");
      for (const prefix of ["ftt-tempo/single-tenant/", "ftt-pyroscope/"]) {
        assert.ok(ruleOf(stack, prefix));
        assert.deepEqual(steps(ruleOf(stack, prefix)), [], prefix);
      }
    },
  },
  "lifecycle-glacier": {
    literally: (stack) => everyStep(stack).some((step) => /^(GLACIER|DEEP_ARCHIVE) /.test(step)),
    instead: (stack) => {
      assert.equal(steps(ruleOf(stack, "blocks/anonymous/"))[1], "GLACIER_IR 90");
      assert.equal(steps(ruleOf(stack, "ftt-loki/fake/"))[1], "GLACIER_IR 97");
    },
  },
  "lifecycle-end": {
    literally: (stack) =>
      lifecycle(stack).some(
        ({ filter, expiration }) =>
          expiration?.days !== undefined && (filter.prefix === "" || expiration.days === 365),
      ),
    instead: (stack) => {
      for (const prefix of ["blocks/anonymous/", "ftt-loki/fake/"]) {
        assert.equal(ruleOf(stack, prefix)?.expiration?.days, 400, prefix);
      }
      const { limits } = yamlOf(stack, "mimir-0", "mimir.yaml") as Tree;
      assert.equal(limits?.["compactor_blocks_retention_period"], "8760h");
      for (const { filter, expiration } of lifecycle(stack)) {
        if (expiration?.days === undefined) continue;
        for (const key of ["rules/rules/x", "alerts/alerts/x", "ftt-loki/index/x"]) {
          assert.ok(!key.startsWith(filter.prefix), filter.prefix);
        }
      }
    },
  },

  "execution-role": {
    literally: (stack) =>
      executionRoles(stack).length === 1 ||
      executionRoles(stack).some(({ statements }) =>
        ["logs:PutLogEvents", "ecr:BatchGetImage"].some((one) => onEverything(statements, one)),
      ),
    instead: (stack) => {
      assert.equal(executionRoles(stack).length, 7);
      for (const { name, statements } of executionRoles(stack)) {
        const [logs] = allows(statements, "logs:PutLogEvents");
        const product = /^lgtm-(\w+)-execution/.exec(name)?.[1];
        assert.deepEqual(logs?.Action, ["logs:CreateLogStream", "logs:PutLogEvents"]);
        assert.deepEqual(logs?.Resource, [
          `arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/lgtm-${product}:*`,
        ]);
        assert.doesNotMatch(JSON.stringify(statements), /"ecr:/);
      }
    },
  },
  "task-role-s3": {
    literally: (stack) =>
      iamRolesOf(stack).some(({ statements }) =>
        allows(statements, "s3:GetObject").some(({ Resource }) =>
          Resource.some((arn) => arn === "*" || /^arn:aws:s3:::[^/]+\/\*$/.test(arn)),
        ),
      ),
    instead: (stack) => {
      const roles = ["mimir-0", "loki-ingester-0", "tempo-ingester-0", "pyroscope"].map((service) =>
        roleOfTask(stack, service, "task"),
      );
      assert.equal(new Set(roles.map((role) => role?.arn)).size, 4);
      for (const role of roles) {
        const [objects] = allows(role?.statements ?? [], "s3:GetObject");
        assert.deepEqual(objects?.Action, [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetObject",
          "s3:PutObject",
        ]);
        assert.deepEqual(allows(role?.statements ?? [], "s3:ListBucket")[0]?.Resource, [
          "arn:aws:s3:::sys-lgtm-s3",
        ]);
      }
    },
  },
  "task-role-alloy": {
    literally: (stack) => {
      const statements = roleOfTask(stack, "alloy-collector", "task")?.statements ?? [];
      return (
        onEverything(statements, "sts:AssumeRole") ||
        allows(statements, "logs:GetLogEvents").length > 0
      );
    },
    instead: async (stack) => {
      const actions = (one: PlannedStack) =>
        (roleOfTask(one, "alloy-collector", "task")?.statements ?? []).flatMap(
          ({ Action }) => Action,
        );
      const metrics = [
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
        "tag:GetResources",
      ];
      assert.deepEqual(actions(stack), metrics);
      const role = "arn:aws:iam::210987654321:role/reader";
      const named = await planWith(stack.config, {
        collection: { logGroups: ["/ecs/shop"], assumeRoleArns: [role] },
      });
      assert.deepEqual(actions(named), [
        ...metrics,
        "logs:DescribeLogGroups",
        "logs:FilterLogEvents",
        "sts:AssumeRole",
      ]);
      const { statements } = roleOfTask(named, "alloy-collector", "task")!;
      assert.deepEqual(allows(statements, "sts:AssumeRole")[0]?.Resource, [role]);
    },
  },
  "alloy-logs": {
    literally: (stack) => /awscloudwatch/.test(fileOf(stack, "alloy-collector", ".alloy")),
    instead: async (stack) => {
      assert.ok(roleOfTask(stack, "alloy-collector", "task"));
      const named = await planWith(stack.config, {
        collection: {
          logGroups: ["/ecs/shop"],
          assumeRoleArns: ["arn:aws:iam::210987654321:role/reader"],
        },
      });
      assert.match(
        fileOf(named, "alloy-collector", ".alloy"),
        /otelcol\.receiver\.awscloudwatch[^]*group_name = "\/ecs\/shop"/,
      );
    },
  },

  "log-groups": (stack) => {
    const groups = new Map(
      resourcesOf(stack, "aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => [
        inputs["name"],
        inputs["retentionInDays"],
      ]),
    );
    for (const product of ["mimir", "loki", "tempo", "pyroscope", "grafana", "alloy"]) {
      assert.equal(groups.get(`/ecs/lgtm-${product}`), 7, product);
    }
  },
  "cost-log-retention": (stack) => {
    const groups = resourcesOf(stack, "aws:cloudwatch/logGroup:LogGroup");
    assert.ok(groups.length >= 6);
    for (const { inputs, name } of groups) assert.equal(inputs["retentionInDays"], 7, name);
  },
  insights: (stack) => {
    const cluster = only(stack, "aws:ecs/cluster:Cluster");
    assert.equal(cluster.inputs["name"], "lgtm-cluster");
    assert.deepEqual(cluster.inputs["settings"], [{ name: "containerInsights", value: "enabled" }]);
  },
  "insights-metrics": (stack) => {
    const file = fileOf(stack, "alloy-collector", ".alloy");
    for (const metric of [
      "CpuUtilized",
      "MemoryUtilized",
      "NetworkRxBytes",
      "NetworkTxBytes",
      "StorageReadBytes",
      "StorageWriteBytes",
    ]) {
      // Of each service, and of the cluster.
      assert.equal(file.split(`"${metric}"`).length - 1, 2, metric);
    }
  },
  spot: async (stack) => {
    const rolesOnSpot = (one: PlannedStack) =>
      servicesOf(one)
        .filter(({ providers }) => providers.includes("FARGATE_SPOT"))
        .map(roleOf);
    assert.ok(servicesOf(stack).length > 0);
    assert.deepEqual(rolesOnSpot(stack), []);
    assert.deepEqual(rolesOnSpot(await onSpot(stack)), spotRoles);
  },
  "spot-saving": {
    literally: async (stack) => (await spotPriceShares(stack)).some((share) => share < 0.35),
    instead: async (stack) => {
      const shares = await spotPriceShares(stack);
      assert.equal(shares.length, spotRoles.length);
      for (const share of shares) assert.ok(Math.abs(share - 0.4) < 0.01, `${share}`);
    },
  },
  "intelligent-tiering": {
    literally: (stack) => everyStep(stack).some((step) => step.startsWith("INTELLIGENT_TIERING")),
    instead: async (stack) => {
      assert.ok(everyStep(stack).includes("GLACIER_IR 90"));
      const tiered = await planWith(stack.config, { storage: { tiering: "intelligentTiering" } });
      assert.deepEqual(everyStep(tiered), ["INTELLIGENT_TIERING 0", "INTELLIGENT_TIERING 0"]);
    },
  },
};
