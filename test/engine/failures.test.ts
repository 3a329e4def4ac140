import * as assert from "node:assert/strict";
import { deployed } from "./deployed";
import type { EngineError } from "./lane";
import { Lane } from "./lane";

/** Every creation fails in turn with LGTM_ENGINE_ALL=1, which takes an hour; otherwise one of each kind. */
const everything = process.env["LGTM_ENGINE_ALL"] === "1";

/** Inside the VPC component, before everything; a safeguard of the data; what tasks wait for; a task. */
const sample = [
  "aws:ec2/natGateway:NatGateway lgtm-dev-vpc-1",
  "aws:s3/bucketVersioning:BucketVersioning lgtm-dev-bucket",
  "aws:secretsmanager/secretVersion:SecretVersion lgtm-dev-ingest-token-a",
  "aws:ecs/service:Service lgtm-dev-loki-distributor",
];

describe("a failed creation leaves a stack that a second up completes", function () {
  this.timeout(everything ? 7_200_000 : 240_000);

  it(everything ? "each in turn" : "one of each kind", async () => {
    const complete = await deployed("dev");
    const urns = (lane: Lane) =>
      lane
        .account()
        .everything()
        .map(({ urn }) => urn)
        .sort();
    const all = complete.lane
      .account()
      .everything()
      .map(({ type, urn }) => `${type} ${urn?.split("::").at(-1)}`);
    for (const each of sample) assert.ok(all.includes(each), `nothing is called ${each}`);

    for (const each of everything ? all : sample) {
      const [type, name] = each.split(" ");
      const lane = await Lane.open("failure");
      try {
        const stack = await lane.stack("dev");
        lane.control({ failures: [{ operation: "create", type, name, message: "Throttling" }] });
        const error = await stack.up().then(
          () => assert.fail(`${each} was created`),
          (failure: unknown) => failure as EngineError,
        );
        assert.match(error.diagnostics, /Throttling/, each);
        assert.ok(!urns(lane).some((urn) => urn?.includes(`${type}::${name}`)), each);
        lane.control();
        await stack.up();
        assert.deepEqual(urns(lane), urns(complete.lane), each);
        await stack.preview({ expectNoChanges: true });
      } finally {
        lane.close();
      }
    }
  });
});
