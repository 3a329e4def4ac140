import assert from "node:assert/strict";
import { create } from "../../standin/answer";
import { facts } from "../../standin/facts";
import { invoke } from "../../standin/invoke";
import { physicalNames } from "../fixtures/physicalNames";
import { devPlan, prodPlan } from "../fixtures/plans";

const place = { accountId: "123456789012", region: "ap-northeast-2" };
const request = (type: string, inputs: Record<string, unknown> = {}, name = "thing") => ({
  urn: `urn:pulumi:dev::lgtm::${type}::${name}`,
  type,
  name,
  inputs,
  place,
  defaultTags: { owner: "platform" },
});

// Not proven here: that AWS answers like this (the engine lane compares the two hosts of these answers).
describe("stand-in", () => {
  it("answers the same resource the same way, and another account another way", () => {
    const vpc = request("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    assert.deepEqual(create(vpc), create(vpc));
    const elsewhere = create({ ...vpc, place: { ...place, accountId: "210987654321" } });
    assert.notEqual(elsewhere.id, create(vpc).id);
  });

  it("gives ids and ARNs of the shape that AWS gives", () => {
    for (const [type, inputs, id, arn] of [
      [
        "aws:ec2/vpc:Vpc",
        {},
        /^vpc-[0-9a-f]{17}$/,
        /^arn:aws:ec2:ap-northeast-2:123456789012:vpc\/vpc-/,
      ],
      ["aws:ec2/subnet:Subnet", {}, /^subnet-[0-9a-f]{17}$/, /:subnet\/subnet-/],
      ["aws:ecs/cluster:Cluster", { name: "c" }, /^arn:aws:ecs:.*:cluster\/c$/, /:cluster\/c$/],
      [
        "aws:lb/targetGroup:TargetGroup",
        { name: "t" },
        /:targetgroup\/t\/[0-9a-f]{16}$/,
        /^arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup\//,
      ],
      ["aws:s3/bucket:Bucket", { bucket: "b-1" }, /^b-1$/, /^arn:aws:s3:::b-1$/],
      ["aws:iam/role:Role", { name: "r" }, /^r$/, /^arn:aws:iam::123456789012:role\/r$/],
      [
        "aws:cloudwatch/logGroup:LogGroup",
        { name: "/ecs/x" },
        /^\/ecs\/x$/,
        /^arn:aws:logs:ap-northeast-2:123456789012:log-group:\/ecs\/x$/,
      ],
    ] as const) {
      const answer = create(request(type, inputs));
      assert.match(answer.id, id, type);
      assert.match(String(answer.outputs["arn"]), arn, type);
    }
  });

  it("names what has no name after its logical name, as Pulumi does", () => {
    const { outputs } = create(request("aws:lb/loadBalancer:LoadBalancer"));
    assert.match(String(outputs["name"]), /^thing-[0-9a-f]{7}$/);
    const given = create(request("aws:lb/loadBalancer:LoadBalancer", { name: "mine" }));
    assert.equal(given.outputs["name"], "mine");
  });

  it("merges the provider's tags into what can be tagged", () => {
    const tagged = create(request("aws:ec2/vpc:Vpc", { tags: { Name: "n" } }));
    assert.deepEqual(tagged.outputs["tagsAll"], { Name: "n", owner: "platform" });
    assert.equal(create(request("aws:ec2/route:Route")).outputs["tagsAll"], undefined);
  });

  it("refuses a name that is longer than AWS allows, given or made, for every type that it names", () => {
    for (const [type, { autoName }] of Object.entries(facts)) {
      if (autoName === undefined) continue;
      const { property, maxLength } = autoName;
      const long = "a".repeat(maxLength + 1);
      assert.throws(
        () => create(request(type, { [property]: long })),
        new RegExp(`${property} of thing has ${maxLength + 1} characters; AWS allows ${maxLength}`),
      );
      assert.throws(() => create(request(type, {}, long.slice(8))), /AWS allows/, type);
      assert.ok(create(request(type, { [property]: long.slice(1) })).id !== "", type);
    }
  });

  it("refuses what nobody described, and says where to describe it", () => {
    assert.throws(
      () => create(request("aws:sqs/queue:Queue")),
      /does not know aws:sqs\/queue:Queue \(resource thing\): describe it in standin\/facts\.ts/,
    );
    assert.throws(
      () => invoke("aws:ec2/getAmi:getAmi", {}, place),
      /does not know the function aws:ec2\/getAmi:getAmi: describe it in standin\/invoke\.ts/,
    );
  });

  it("says who and where the program is", () => {
    const who = invoke("aws:index/getCallerIdentity:getCallerIdentity", {}, place);
    assert.equal(who["accountId"], place.accountId);
    assert.equal(invoke("aws:index/getRegion:getRegion", {}, place)["region"], place.region);
  });

  it("gives every resource of a stack an id of its own, and every name within AWS's length", async () => {
    for (const stack of [await devPlan(), await prodPlan()]) {
      const ids = stack.plan.resources.flatMap(({ type, id }) =>
        id === undefined || id === "none" ? [] : [`${type} ${id}`],
      );
      assert.deepEqual(
        ids.filter((id, index) => ids.indexOf(id) !== index),
        [],
      );
      for (const { type, name } of physicalNames(stack)) {
        const maxLength = facts[type]?.autoName?.maxLength;
        if (maxLength !== undefined) assert.ok(name.length <= maxLength, `${type} ${name}`);
      }
    }
  });
});
