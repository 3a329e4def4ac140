import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { onCopy } from "./deployed";
import type { EngineError } from "./laneStack";
import { Lane } from "./lane";

const BUCKET = "aws:s3/bucket:Bucket";

describe("what existed before the stack", function () {
  this.timeout(600_000);

  it("B1: a bucket of the stack's name stops the first up, and is taken over by an import", async () => {
    const lane = await Lane.open("bucket");
    try {
      const bucket = "sys-lgtm-dev-s3";
      const inputs = { bucket, forceDestroy: true };
      const outputs = { ...inputs, arn: `arn:aws:s3:::${bucket}` };
      lane.account().put({ type: BUCKET, id: bucket, inputs, outputs });
      const stack = await lane.stack("dev");
      const error = await stack.up().then(
        () => assert.fail("a second bucket of one name"),
        (failure: unknown) => failure as EngineError,
      );
      assert.match(error.diagnostics, /BucketAlreadyOwnedByYou/);

      const urn = (type: string, name: string) => `urn:pulumi:dev::lgtm::${type}::${name}`;
      fs.writeFileSync(
        lane.file("import.json"),
        JSON.stringify({
          nameTable: {
            storage: urn("lgtm:index:LgtmStorage", "lgtm-dev"),
            provider: urn("pulumi:providers:aws", "lgtm-dev"),
          },
          resources: [
            {
              type: BUCKET,
              name: "lgtm-dev-bucket",
              id: bucket,
              parent: "storage",
              provider: "provider",
            },
          ],
        }),
      );
      const { code, output } = await lane.command(
        ...["import", "--stack", "dev", "--file", "import.json"],
        ...["--yes", "--protect=false", "--generate-code=false"],
      );
      assert.equal(code, 0, output);

      const up = await stack.up();
      const ofBucket = up.steps.filter(({ type }) => type === BUCKET).map(({ op }) => op);
      assert.deepEqual([...new Set(ofBucket)], ["same"]);
      assert.equal(lane.account().find(BUCKET, bucket)?.urn, undefined, "it was made anew");
      await stack.preview({ expectNoChanges: true });
    } finally {
      lane.close();
    }
  });

  it("N6: a VPC is used as it is", async () => {
    const lane = await Lane.open("vpc");
    try {
      const vpcId = "vpc-0123456789abcdef0";
      const account = lane.account();
      const put = (type: string, id: string, outputs: Record<string, unknown>) =>
        account.put({ type, id, inputs: outputs, outputs });
      put("aws:ec2/vpc:Vpc", vpcId, {
        cidrBlock: "10.40.0.0/16",
        enableDnsHostnames: true,
        enableDnsSupport: true,
      });
      const subnets = (kind: string, first: number) =>
        ["a", "b"].map((zone, index) => {
          const id = `subnet-${kind}000000000000000${zone}`;
          put("aws:ec2/subnet:Subnet", id, {
            vpcId,
            availabilityZone: `ap-northeast-2${zone}`,
            cidrBlock: `10.40.${first + index}.0/24`,
          });
          return id;
        });
      const existing = {
        vpcId,
        publicSubnetIds: subnets("a", 0),
        privateSubnetIds: subnets("b", 10),
      };
      lane.edit("dev", (file) => file.setIn(["config", "lgtm:network", "existing"], existing));
      const stack = await lane.stack("dev");

      const error = await stack.preview().then(
        () => assert.fail("a VPC without S3 endpoint was taken"),
        (failure: unknown) => failure as EngineError,
      );
      assert.match(error.diagnostics, /add an S3 gateway endpoint/);

      put("aws:ec2/vpcEndpoint:VpcEndpoint", "vpce-1", {
        vpcId,
        serviceName: "com.amazonaws.ap-northeast-2.s3",
      });
      const before = account.everything();
      await stack.up();
      const made = lane
        .account()
        .everything()
        .filter(({ urn }) => urn !== undefined);
      assert.deepEqual(
        made.filter(({ type }) => /^aws:ec2\/(vpc|subnet|route|nat|internet|eip)/.test(type)),
        [],
      );
      const services = made.filter(({ type }) => type === "aws:ecs/service:Service");
      assert.ok(services.length > 10);
      for (const { outputs } of services) {
        const { subnets: used } = outputs["networkConfiguration"] as { subnets: string[] };
        assert.ok(used.every((id) => existing.privateSubnetIds.includes(id)));
      }
      await stack.destroy();
      assert.deepEqual(lane.account().everything(), before);
    } finally {
      lane.close();
    }
  });
});

describe("drift", function () {
  this.timeout(600_000);

  it("made behind our back shows in a refresh, and the next up mends it", () =>
    onCopy("dev", async (stack, lane) => {
      const look = () =>
        lane.command("refresh", "--stack", "dev", "--preview-only", "--expect-no-changes");
      const quiet = await look();
      assert.equal(quiet.code, 0, quiet.output);

      const type = "aws:cloudwatch/logGroup:LogGroup";
      const changed = lane.account().find(type, "/ecs/lgtm-dev-mimir");
      assert.ok(changed !== undefined);
      const never = { retentionInDays: 0 };
      lane.account().put({
        ...changed,
        inputs: { ...changed.inputs, ...never },
        outputs: { ...changed.outputs, ...never },
      });
      const found = await look();
      assert.notEqual(found.code, 0);
      assert.match(found.output, /lgtm-dev-mimir-logs/);

      await stack.refresh();
      const up = await stack.up();
      assert.deepEqual(
        up.steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`),
        ["update lgtm-dev-mimir-logs"],
      );
      assert.equal(lane.account().find(type, changed.id)?.outputs["retentionInDays"], 7);
    }));

  it("that took something away is made again", () =>
    onCopy("dev", async (stack, lane) => {
      const rule = lane.account().all("aws:lb/listenerRule:ListenerRule")[0];
      assert.ok(rule !== undefined);
      lane.account().remove(rule.type, rule.id);
      await stack.refresh();
      const up = await stack.up();
      assert.deepEqual(
        up.steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn}`),
        [`create ${rule.urn}`],
      );
    }));
});
