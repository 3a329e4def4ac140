import assert from "node:assert/strict";
import { devPlan, prodPlan } from "../fixtures/plans";

describe("rows B1: what stays when a stack is destroyed", () => {
  it("B1: a bucket that is kept keeps its safeguards, and in dev nothing stays", async () => {
    const ofBuckets = (resources: readonly { type: string; retainOnDelete: boolean }[]) =>
      resources.filter(({ type }) => type.startsWith("aws:s3/bucket"));
    const prod = ofBuckets((await prodPlan()).plan.resources);
    assert.equal(prod.length, 13);
    assert.deepEqual(
      prod.filter(({ retainOnDelete }) => !retainOnDelete).map(({ type }) => type),
      [],
    );
    const dev = ofBuckets((await devPlan()).plan.resources);
    assert.equal(dev.length, 7);
    assert.ok(dev.every(({ retainOnDelete }) => !retainOnDelete));
  });
});
