import assert from "node:assert/strict";
import type { PlannedStack } from "../../plan/makePlan";
import type { PlannedResource } from "../../plan/plan";
import { resourcesOf } from "../fixtures/plans";

/** The data bucket; access logs have one of their own. */
export const bucketOf = (stack: PlannedStack): PlannedResource => {
  const found = resourcesOf(stack, "aws:s3/bucket:Bucket").filter(
    ({ outputs }) => outputs["bucket"] === stack.plan.outputs["bucketName"],
  );
  assert.equal(found.length, 1);
  return found[0]!;
};

/** A resource about the data bucket. */
export function aspect(stack: PlannedStack, type: string): PlannedResource {
  const found = resourcesOf(stack, type).filter(
    ({ inputs }) => inputs["bucket"] === bucketOf(stack).id,
  );
  assert.equal(found.length, 1, type);
  return found[0]!;
}

export interface LifecycleRule {
  readonly id: string;
  readonly status: string;
  readonly filter: { readonly prefix: string };
  readonly transitions?: readonly { readonly days: number; readonly storageClass: string }[];
  readonly expiration?: { readonly days?: number; readonly expiredObjectDeleteMarker?: boolean };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

export const rulesOf = (stack: PlannedStack) =>
  aspect(stack, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs[
    "rules"
  ] as readonly LifecycleRule[];

/** Rules that move or end current objects. */
export const ageing = (stack: PlannedStack) =>
  rulesOf(stack).filter(
    ({ transitions, expiration }) => transitions !== undefined || expiration?.days !== undefined,
  );
