import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { deployed } from "./deployed";
import { creations, failAlone, urns } from "./failAlone";
import type { EngineError } from "./laneStack";
import { Lane } from "./lane";

/** Every creation fails alone, in turn, with LGTM_ENGINE_ALL=1; otherwise one of each kind. */
const everything = process.env["LGTM_ENGINE_ALL"] === "1";
/** So many in one process, and so many processes at a time. */
const IN_ONE_PROCESS = 15;
const SIDE_BY_SIDE = 2;

/** Inside the VPC component, before everything; a safeguard of the data; what tasks wait for; a task. */
const sample = [
  "aws:ec2/natGateway:NatGateway lgtm-dev-vpc-1",
  "aws:s3/bucketVersioning:BucketVersioning lgtm-dev-bucket",
  "aws:secretsmanager/secretVersion:SecretVersion lgtm-dev-ingest-token-a",
  "aws:ecs/service:Service lgtm-dev-loki-distributor",
];

describe("a failed creation leaves a stack that a second up completes", function () {
  this.timeout(everything ? 7_200_000 : 600_000);

  it("every creation fails once, and each further up gets past those that failed before", async () => {
    const complete = await deployed("dev");
    const waiting = new Map(
      complete.lane
        .account()
        .everything()
        .map(({ type, urn }) => [`${type} ${urn?.split("::").at(-1)}`, { type, urn }]),
    );
    const count = waiting.size;
    assert.ok(count > 200);
    const lane = await Lane.open("every-failure");
    let rounds = 0;
    try {
      const stack = await lane.stack("dev");
      while (waiting.size > 0) {
        // Whatever has not failed yet fails when it is tried: what it needs was tried, and failed, in a round before.
        lane.control({
          failures: [...waiting.keys()].map((each) => {
            const [type, name] = each.split(" ");
            return { operation: "create", type, name, message: `told to fail <${each}>` };
          }),
        });
        const error = await stack.up({ continueOnError: true }).then(
          () => assert.fail(`nothing failed, and ${waiting.size} creations were never tried`),
          (failure: unknown) => failure as EngineError,
        );
        const failed = [...error.diagnostics.matchAll(/told to fail <([^>]+)>/g)].map(
          ([, each]) => each ?? "",
        );
        assert.ok(failed.length > 0, error.diagnostics);
        const existing = new Set(
          lane
            .account()
            .everything()
            .map(({ urn }) => urn),
        );
        for (const each of failed) {
          assert.ok(!existing.has(waiting.get(each)?.urn), `${each} exists although it failed`);
          waiting.delete(each);
        }
        rounds += 1;
      }
      lane.control();
      await stack.up();
      assert.deepEqual(urns(lane), urns(complete.lane));
      await stack.preview({ expectNoChanges: true });
      console.log(`      ${count} creations failed once each, in ${rounds} deployments`);
    } finally {
      lane.close();
    }
  });

  it(everything ? "each in turn" : "one of each kind", async () => {
    const all = await creations();
    for (const each of sample) assert.ok(all.includes(each), `nothing is called ${each}`);
    if (!everything) {
      for (const each of sample) await failAlone(each);
      return;
    }
    const queue = [...all];
    const done: string[] = [];
    const work = async () => {
      for (let part = take(); part.length > 0; part = take())
        done.push(...(await failInProcess(part)));
    };
    const take = () => queue.splice(0, IN_ONE_PROCESS);
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    assert.deepEqual(done.sort(), [...all].sort());
    console.log(`      ${done.length} creations failed alone, and a second up completed the stack`);
  });
});

/** @returns those that failed as they should. @throws Error with what the process said, where one did not. */
async function failInProcess(part: readonly string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[require.resolve("tsx/cli"), path.join(__dirname, "failAlone.ts")],
      ...part.flatMap((each) => each.split(" ")),
    ],
    { maxBuffer: 1e8 },
  );
  return stdout.split("\n").filter((line) => part.includes(line));
}
