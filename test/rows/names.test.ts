import assert from "node:assert/strict";
import { defaultConfig, devConfig, prodConfig } from "../fixtures/config";
import { physicalNames } from "../fixtures/physicalNames";
import { defaultPlan, devPlan, planWith, prodPlan, resourcesOf } from "../fixtures/plans";
import { mistakesWith, stackFileWith, wrongKeys } from "../fixtures/stackFile";
import type { PlannedStack } from "../../plan/makePlan";

const namesOf = (stack: PlannedStack, type: string) =>
  physicalNames(stack)
    .filter((each) => each.type === type)
    .map(({ name }) => name)
    .sort();
const products = ["alloy", "grafana", "loki", "memcached", "mimir", "pyroscope", "tempo"];

describe("Names", () => {
  for (const [stackName, plan, name] of [
    ["dev", devPlan, "lgtm-dev"],
    ["prod", prodPlan, "lgtm"],
    ["the default", defaultPlan, "lgtm"],
  ] as const) {
    it(`X1: everything of ${stackName} is named after ${name}`, async () => {
      const stack = await plan();
      assert.equal(stack.config.name, name);
      assert.deepEqual(namesOf(stack, "aws:ecs/cluster:Cluster"), [`${name}-cluster`]);
      assert.deepEqual(
        namesOf(stack, "aws:cloudwatch/logGroup:LogGroup"),
        products.map((product) => `/ecs/${name}-${product}`),
      );
      const starts = new RegExp(`^(/ecs/|sys-)?${name}-[a-z]`);
      for (const { type, name: physical } of physicalNames(stack)) {
        assert.match(physical, starts, type);
      }
      for (const { type, name: logical } of stack.plan.resources) {
        if (type.startsWith("aws:") || type.startsWith("lgtm:")) {
          assert.ok(logical === name || logical.startsWith(`${name}-`), `${type} ${logical}`);
        }
      }
    });

    it(`X1: the namespace of ${stackName} is lgtm.local, in its own VPC`, async () => {
      const stack = await plan();
      const [namespace] = resourcesOf(
        stack,
        "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
      );
      assert.equal(namespace!.inputs["name"], "lgtm.local");
      assert.equal(namespace!.inputs["vpc"], resourcesOf(stack, "aws:ec2/vpc:Vpc")[0]!.id);
    });
  }

  it("X1: a name that is not given is the design's", () => {
    assert.equal(defaultConfig().name, "lgtm");
    assert.equal(defaultConfig().namespace, "lgtm.local");
    assert.equal(devConfig().name, "lgtm-dev");
  });

  it("X1: another name and namespace are used wherever names and addresses are", async () => {
    const stack = await planWith(prodConfig(), { name: "obs", namespace: "obs.internal" });
    for (const { type, name } of physicalNames(stack)) {
      assert.match(name, /^(\/ecs\/|sys-)?obs-/, type);
    }
    const definitions = resourcesOf(stack, "aws:ecs/taskDefinition:TaskDefinition")
      .map(({ inputs }) => String(inputs["containerDefinitions"]))
      .join("\n");
    assert.match(definitions, /loki\.obs\.internal/);
    assert.doesNotMatch(definitions, /lgtm\.local/);
  });

  it("X1: a second stack file of the same name, account and region is refused, and only such a one", () => {
    const beside = (settings: Record<string, unknown>) => ({
      "Pulumi.other.yaml": stackFileWith("dev", { "storage.bucketName": "sys-other", ...settings }),
    });
    const [mistake, ...more] = mistakesWith("dev", {}, beside({}));
    assert.equal(mistake?.key, "lgtm:name");
    assert.match(mistake.mend, /Pulumi\.other\.yaml/);
    assert.deepEqual(more, []);
    assert.deepEqual(wrongKeys("dev", {}, beside({ name: "lgtm-two" })), []);
    assert.deepEqual(wrongKeys("dev", {}, beside({ accountId: "210987654321" })), []);
    assert.deepEqual(wrongKeys("dev", {}, beside({ "aws:region": "eu-west-1" })), []);
  });

  it("X1: two stacks in one VPC need two namespaces", () => {
    const existing = {
      vpcId: "vpc-0123456789abcdef0",
      publicSubnetIds: ["subnet-00000001", "subnet-00000002"],
      privateSubnetIds: ["subnet-00000003", "subnet-00000004"],
    };
    const beside = (settings: Record<string, unknown>) => ({
      "Pulumi.other.yaml": stackFileWith("dev", {
        name: "other",
        "network.existing": existing,
        ...settings,
      }),
    });
    const own = { "network.existing": existing };
    assert.deepEqual(wrongKeys("dev", own, beside({})), ["namespace"]);
    assert.deepEqual(wrongKeys("dev", own, beside({ namespace: "other.local" })), []);
    assert.deepEqual(wrongKeys("dev", {}, beside({})), [], "a VPC of its own");
  });

  it("X1: a name that AWS would not take somewhere is refused", () => {
    for (const name of ["Lgtm", "1lgtm", "lgtm_dev", "lgtm-", "l--m", "a".repeat(15), ""]) {
      assert.deepEqual(wrongKeys("dev", { name }), ["name"], name);
    }
    assert.deepEqual(wrongKeys("dev", { name: "a".repeat(14) }), []);
  });
});
