import * as assert from "node:assert/strict";
import { deployed, onCopy } from "./deployed";
import { type Lane } from "./lane";
import { EngineError } from "./laneStack";

describe("first deployment", function () {
  this.timeout(600_000);

  for (const name of ["dev", "prod"] as const) {
    it(`${name}: a preview of an empty account creates everything and nothing exists afterwards`, async () => {
      const { preview, up } = await deployed(name);
      assert.deepEqual(Object.keys(preview.changes), ["create"]);
      assert.equal(preview.changes["create"], up.changes["create"]);
    });

    it(`${name}: the first up succeeds, and every resource of the state exists in the account`, async () => {
      const { lane, stack, up } = await deployed(name);
      assert.deepEqual(Object.keys(up.changes), ["create"]);
      const account = lane.account();
      const custom = (await stack.state()).filter(
        ({ custom, type }) => custom && type.startsWith("aws:"),
      );
      assert.ok(custom.length > 200);
      assert.equal(account.everything().length, custom.length);
      const urns = new Set(account.everything().map(({ urn }) => urn));
      assert.deepEqual(
        custom.filter(({ urn }) => !urns.has(urn)),
        [],
      );
    });

    it(`${name}: a second preview and a second up change nothing`, async () => {
      const { stack } = await deployed(name);
      const preview = await stack.preview({ expectNoChanges: true });
      assert.deepEqual(Object.keys(preview.changes), ["same"]);
      const up = await stack.up({ expectNoChanges: true });
      assert.deepEqual(Object.keys(up.changes), ["same"]);
    });

    it(`${name}: no secret stands open in the state file`, async () => {
      const { lane, stack } = await deployed(name);
      const secrets = lane
        .account()
        .all("aws:secretsmanager/secretVersion:SecretVersion")
        .map(({ outputs }) => String(outputs["secretString"]));
      assert.ok(secrets.length >= 2);
      const text = lane.stateText(name);
      assert.ok(text.includes("lgtm:index:LgtmSecrets"), "this is not the state");
      assert.deepEqual(
        secrets.filter((secret) => text.includes(secret)),
        [],
      );
      assert.ok(Object.keys(await stack.outputs()).length > 0);
    });
  }
});

describe("tearing down", function () {
  this.timeout(600_000);

  it("dev: leaves nothing in the account but what AWS keeps by itself", async () => {
    await onCopy("dev", async (stack, lane) => {
      await stack.destroy();
      assert.deepEqual(await stack.state(), []);
      assert.deepEqual(lane.account().everything(), []);
      assert.deepEqual(lane.account().inRecovery("aws:secretsmanager/secret:Secret"), []);
    });
  });

  it("prod: refuses before it deletes anything, names what is protected, and how to lift it", async () => {
    await onCopy("prod", async (_, lane) => {
      const before = lane.account().everything().length;
      const { code, output } = await lane.command("destroy", "--yes", "--stack", "prod");
      assert.notEqual(code, 0);
      assert.match(output, /lgtm-bucket/);
      assert.match(output, /pulumi state unprotect/);
      assert.equal(lane.account().everything().length, before);
    });
  });

  it("prod: without its preview, a destroy takes all that is not protected and leaves the data", async () => {
    await onCopy("prod", async (stack, lane) => {
      const data = dataOf(lane);
      assert.ok(data.length >= 2);
      const error = await stack.destroy().then(
        () => assert.fail("prod was destroyed"),
        (refusal: unknown) => refusal as EngineError,
      );
      assert.ok(error instanceof EngineError, String(error));
      assert.match(error.diagnostics, /lgtm-bucket/);
      assert.match(error.diagnostics, /pulumi state unprotect/);
      assert.deepEqual(dataOf(lane), data);
      assert.deepEqual(lane.account().all("aws:ecs/service:Service"), []);
    });
  });
});

/** What cannot be made again. */
const dataOf = (lane: Lane) => [
  ...lane.account().all("aws:s3/bucket:Bucket"),
  ...lane.account().all("aws:rds/instance:Instance"),
];
