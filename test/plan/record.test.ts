import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as awsxEc2 from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { isSecret, record, unwrapAll, type Recording } from "../../plan/record";

const options = {
  project: "lgtm",
  stack: "test",
  config: { "lgtm:domain": "example.com", "lgtm:token": "hidden-value" },
  secretKeys: ["lgtm:token"],
  accountId: "123456789012",
  region: "ap-northeast-2",
};
const recorded = (program: () => unknown) => record(program, options);
const named = ({ resources }: Recording, type: string, name: string) => {
  const found = resources.filter((each) => each.type === type && each.name === name);
  assert.equal(found.length, 1, `${type} ${name}`);
  return found[0]!;
};

class Outer extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Outer", name, {}, opts);
    new Inner(`${name}-inner`, { parent: this });
  }
}
class Inner extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Inner", name, {}, opts);
    const group = new aws.cloudwatch.LogGroup(`${name}-logs`, {}, { parent: this });
    this.registerOutputs({ arn: group.arn });
  }
}

// Not proven here: that the engine records the same (it needs the engine).
describe("record", () => {
  it("gives a child the URN of its chain of parents, without the stack's", async () => {
    const recording = await recorded(() => void new Outer("a"));
    assert.deepEqual(
      recording.resources.map(({ urn }) => urn.split("::").slice(2).join("::")),
      [
        "pulumi:pulumi:Stack::lgtm-test",
        "test:index:Outer::a",
        "test:index:Outer$test:index:Inner::a-inner",
        "test:index:Outer$test:index:Inner$aws:cloudwatch/logGroup:LogGroup::a-inner-logs",
      ],
    );
    const [stack, outer, inner, logs] = recording.resources;
    assert.deepEqual(
      [stack!.parent, outer!.parent, inner!.parent, logs!.parent],
      [undefined, stack!.urn, outer!.urn, inner!.urn],
    );
    assert.deepEqual(inner!.registeredOutputs, { arn: logs!.outputs["arn"] });
    assert.deepEqual(outer!.registeredOutputs, {}, "Outer never registered any");
  });

  it("wraps secrets as the engine does: inputs, outputs, and all that is made of them", async () => {
    const recording = await recorded(() => {
      const { result } = new random.RandomPassword("p", { length: 20 });
      const secret = new aws.secretsmanager.Secret("s", {});
      new aws.secretsmanager.SecretVersion("s", {
        secretId: secret.id,
        secretString: pulumi.interpolate`user:${result}`,
      });
      new aws.ecs.Cluster("c", { name: pulumi.secret("quiet") });
      return { result };
    });
    const password = named(recording, "random:index/randomPassword:RandomPassword", "p");
    assert.ok(isSecret(password.outputs["result"]));
    const version = named(recording, "aws:secretsmanager/secretVersion:SecretVersion", "s");
    assert.ok(isSecret(version.inputs["secretString"]));
    assert.equal(
      unwrapAll(version.inputs["secretString"]),
      `user:${String(unwrapAll(password.outputs["result"]))}`,
    );
    const cluster = named(recording, "aws:ecs/cluster:Cluster", "c");
    assert.ok(isSecret(cluster.outputs["name"]), "what goes in secret comes out secret");
    assert.ok(isSecret(recording.outputs["result"]));
  });

  it("hands the configuration over, and which of it is secret", async () => {
    const seen: unknown[] = [];
    await recorded(() => {
      const config = new pulumi.Config("lgtm");
      seen.push(config.require("domain"), config.require("token"), pulumi.getStack());
    });
    assert.deepEqual(seen, ["example.com", "hidden-value", "test"]);
  });

  it("keeps one run apart from the next", async () => {
    const first = await recorded(() => void new aws.ecs.Cluster("one", {}));
    const second = await recorded(() => void new aws.ecs.Cluster("two", {}));
    assert.equal(first.resources.length, 2);
    assert.deepEqual(
      second.resources.map(({ name }) => name),
      ["lgtm-test", "two"],
    );
  });

  it("notes order and options of each resource", async () => {
    const recording = await recorded(() => {
      const cluster = new aws.ecs.Cluster("c", {}, { protect: true, retainOnDelete: true });
      new aws.cloudwatch.LogGroup(
        "l",
        { name: pulumi.interpolate`/ecs/${cluster.name}` },
        {
          dependsOn: [cluster],
          ignoreChanges: ["tags"],
          deleteBeforeReplace: true,
          aliases: [{ name: "old" }],
          customTimeouts: { create: "5m" },
        },
      );
    });
    const cluster = named(recording, "aws:ecs/cluster:Cluster", "c");
    assert.deepEqual([cluster.protect, cluster.retainOnDelete], [true, true]);
    const logs = named(recording, "aws:cloudwatch/logGroup:LogGroup", "l");
    assert.deepEqual(logs.dependencies, [cluster.urn]);
    assert.deepEqual(logs.propertyDependencies["name"], [cluster.urn]);
    assert.equal(logs.inputs["name"], `/ecs/${String(cluster.outputs["name"])}`);
    assert.deepEqual(logs.ignoreChanges, ["tags"]);
    assert.equal(logs.deleteBeforeReplace, true);
    assert.equal(logs.aliases.length, 1);
    assert.deepEqual(logs.customTimeouts, { create: "5m" });
  });

  it("hands a component's provider down to what a remote component makes", async () => {
    const recording = await recorded(() => {
      const provider = new aws.Provider("mine", {
        region: "ap-northeast-2",
        defaultTags: { tags: { owner: "platform" } },
      });
      const outer = new pulumi.ComponentResource(
        "test:index:Net",
        "n",
        {},
        { providers: [provider] },
      );
      new awsxEc2.Vpc(
        "v",
        {
          cidrBlock: "10.0.0.0/16",
          availabilityZoneNames: ["ap-northeast-2a"],
          natGateways: { strategy: awsxEc2.NatGatewayStrategy.None },
          subnetStrategy: awsxEc2.SubnetAllocationStrategy.Auto,
          subnetSpecs: [{ type: awsxEc2.SubnetType.Public, cidrBlocks: ["10.0.0.0/20"] }],
        },
        { parent: outer },
      );
    });
    const provider = named(recording, "pulumi:providers:aws", "mine");
    const children = recording.resources.filter(({ urn }) => urn.includes("awsx:ec2:Vpc$"));
    assert.equal(children.length, 6);
    for (const child of children) {
      assert.ok(child.provider?.startsWith(provider.urn), child.urn);
    }
    const vpc = named(recording, "aws:ec2/vpc:Vpc", "v");
    assert.deepEqual(vpc.outputs["tagsAll"], { Name: "v", owner: "platform" });
  });

  const failing: readonly [string, RegExp, () => unknown][] = [
    [
      "the program throws",
      /no such thing/,
      () => {
        throw new Error("no such thing");
      },
    ],
    ["the program rejects", /too late/, () => Promise.reject(new Error("too late"))],
    [
      "a transformation throws",
      /broken apply/,
      () => {
        const cluster = new aws.ecs.Cluster("c", {});
        new aws.cloudwatch.LogGroup("l", {
          name: cluster.arn.apply((): string => {
            throw new Error("broken apply");
          }),
        });
      },
    ],
    [
      "a type is not described",
      /does not know aws:sqs\/queue:Queue \(resource q\): describe it in standin\/facts\.ts/,
      () => void new aws.sqs.Queue("q"),
    ],
    [
      "a function is not described",
      /does not know the function aws:s3\/getCanonicalUserId/,
      () => aws.s3.getCanonicalUserId(),
    ],
    [
      "a remote component is not described",
      /does not know the remote component awsx:ec2:DefaultVpc/,
      () => void new awsxEc2.DefaultVpc("d"),
    ],
    [
      "a name is too long for AWS",
      /name of .* would have 41 characters; AWS allows 32/,
      () => void new aws.lb.LoadBalancer("a".repeat(33), {}),
    ],
    [
      "a given name is too long for AWS",
      /name of short has 33 characters; AWS allows 32/,
      () => void new aws.lb.TargetGroup("short", { name: "b".repeat(33) }),
    ],
    [
      "two resources have one name",
      /two resources have the URN .*LogGroup::twice/,
      () => {
        new aws.cloudwatch.LogGroup("twice", {});
        new aws.cloudwatch.LogGroup("twice", {});
      },
    ],
  ];
  for (const [what, message, program] of failing) {
    it(`fails where ${what}, with its message`, async () => {
      await assert.rejects(recorded(program), message);
      // The run after a failed one is a good one.
      const again = await recorded(() => void new aws.ecs.Cluster("after", {}));
      assert.equal(again.resources.length, 2);
    });
  }
});
