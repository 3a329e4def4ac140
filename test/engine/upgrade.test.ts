import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { Lane, type Snapshot } from "./lane";
import { withFastPauses } from "./pace";

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

describe("upgrade", function () {
  this.timeout(240_000);

  it("there is a recorded release", () => assert.ok(releases.length >= 1));

  for (const release of releases) {
    it(`from ${path.basename(release, ".json.gz")} replaces and deletes nothing that holds data`, async () => {
      const text = gunzipSync(fs.readFileSync(path.join(folder, release))).toString();
      const snapshot = JSON.parse(text) as Snapshot;
      const lane = await Lane.open("upgrade");
      try {
        const stack = await lane.restore(snapshot);
        const ids = () => {
          const things = lane.account().everything();
          return things
            .filter(({ type }) => kept.includes(type))
            .map(({ type, id }) => `${type} ${id}`);
        };
        const before = ids();
        assert.ok(before.length > 20);
        const { result: up } = await withFastPauses(() => stack.up());
        assert.deepEqual(
          up.steps
            .filter(({ op, type }) => kept.includes(type) && /replace|delete/.test(op))
            .map(({ op, urn }) => `${op} ${urn}`),
          [],
        );
        assert.deepEqual(
          before.filter((each) => !ids().includes(each)),
          [],
        );
        await stack.preview({ expectNoChanges: true });
      } finally {
        lane.close();
      }
    });
  }
});
