import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import program from "../../index";
import { makePlan } from "../../plan/makePlan";
import type { RecordedResource } from "../../plan/record";
import { differences, isOurs, ofRecord, ofState } from "./bothSides";
import type { Snapshot } from "./lane";
import type { LaneStack, StateResource, Step } from "./laneStack";
import { Lane } from "./lane";
import { withFastPauses } from "./pace";

const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

/** What an upgrade must neither replace nor delete: it holds data, or others outside the stack hold on to it. */
const kept = [
  "aws:s3/bucket:Bucket",
  "aws:rds/instance:Instance",
  "aws:secretsmanager/secret:Secret",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:ec2/vpc:Vpc",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/eip:Eip",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
  "random:index/randomPassword:RandomPassword",
  "random:index/randomBytes:RandomBytes",
];

const folder = path.join(__dirname, "fixtures");
const releases = fs.readdirSync(folder).filter((each) => each.endsWith(".json.gz"));

const isChange = ({ op, type }: Step) =>
  !["same", "read", "refresh"].includes(op) && /^(aws|random):/.test(type);

/** What is replaced or deleted although it holds data, whether or not it could be done. */
const losses = ({ steps }: { readonly steps: readonly Step[] }): string[] =>
  steps
    .filter(({ op, type }) => kept.includes(type) && /replace|delete/.test(op))
    .map(({ op, urn }) => `${op} ${urn}`);

/** Resources that the program describes otherwise than the release did. */
function describedOtherwise(planned: readonly RecordedResource[], state: readonly StateResource[]) {
  const now = new Map(planned.map((each) => [each.urn, ofRecord(each)]));
  const then = new Map(state.filter(isOurs).map((each) => [each.urn, ofState(each)]));
  const urns = [...new Set([...now.keys(), ...then.keys()])];
  return urns.filter(
    (urn) =>
      /[$:](aws|random):[^:]+:[^:]+$/.test(urn.slice(0, urn.lastIndexOf("::"))) &&
      differences("inputs", now.get(urn)?.inputs, then.get(urn)?.inputs).length > 0,
  );
}

describe("upgrade", function () {
  this.timeout(600_000);

  it("there is a recorded release", () => assert.ok(releases.length >= 1));

  for (const release of releases) {
    describe(`from ${path.basename(release, ".json.gz")}`, () => {
      let lane: Lane;
      let stack: LaneStack;
      before(async () => {
        const text = gunzipSync(fs.readFileSync(path.join(folder, release))).toString();
        lane = await Lane.open("upgrade");
        stack = await lane.restore(JSON.parse(text) as Snapshot);
      });
      after(() => lane.close());

      it("changes what the program describes otherwise, and nothing at all where it does not", async () => {
        const plan = await makePlan(lane.file("Pulumi.prod.yaml"), () =>
          Promise.resolve(program()),
        );
        const state = await stack.state();
        const asked = describedOtherwise(plan.recording.resources, state);
        const preview = await stack.preview();
        assert.ok(preview.steps.length > 250, String(preview.steps.length));
        const changed = new Set(preview.steps.filter(isChange).map(({ urn }) => urn));
        assert.deepEqual(
          asked.filter((urn) => !changed.has(urn)),
          [],
        );
        if (asked.length === 0) assert.deepEqual([...changed], []);
        assert.deepEqual(losses(preview), []);
        console.log(
          `      of ${state.length} resources ${asked.length} are described otherwise, ${changed.size} change`,
        );
      });

      it("replaces and deletes nothing that holds data, whatever else is changed with it", async () => {
        const ids = () =>
          lane
            .account()
            .everything()
            .filter(({ type }) => kept.includes(type))
            .map(({ type, id }) => `${type} ${id}`);
        const before = ids();
        assert.ok(before.length > 20);
        // New versions of two servers, one in a ring: what an upgrade is made for.
        lane.edit("prod", (file) =>
          file.setIn(["config", "lgtm:images"], {
            versions: { grafana: "13.2.1", mimir: "3.2.1" },
          }),
        );
        const { result: up } = await withFastPauses(() => stack.up());
        const replaced = up.steps.filter(({ op }) => op === "create-replacement");
        for (const name of ["lgtm-grafana", "lgtm-mimir-0", "lgtm-mimir-1", "lgtm-mimir-2"])
          assert.ok(
            replaced.some((step) => step.type === TASK_DEFINITION && step.name === name),
            name,
          );
        assert.deepEqual(losses(up), []);
        assert.deepEqual(
          before.filter((each) => !ids().includes(each)),
          [],
        );
        await stack.preview({ expectNoChanges: true });
      });

      it("could be seen to lose data: the engine refuses a bucket of another name", async () => {
        lane.edit("prod", (file) =>
          file.setIn(["config", "lgtm:storage", "bucketName"], "another-name"),
        );
        await assert.rejects(
          stack.preview(),
          /unable to replace resource "[^"]*aws:s3\/bucket:Bucket::lgtm-bucket"/,
        );
      });
    });
  }
});
