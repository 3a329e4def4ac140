/** How much of a signal lies in which storage class, in steady state. */

import type { LoadFacts, StorageFacts } from "./facts";
import { figure } from "./figures";

/** GB in each class on an average day, once the oldest objects are as old as they get. */
export interface ClassGb {
  readonly standard: number;
  readonly infrequentAccess: number;
  readonly instantRetrieval: number;
}

/** A flow of objects that are written once and kept for a time. */
export interface ObjectFlow {
  readonly gbPerDay: number;
  readonly objectsPerDay: number;
  /** What the server keeps. */
  readonly retentionDays: number;
}

/** Bytes of an average object of a flow. */
export const objectBytes = (flow: ObjectFlow): number =>
  flow.objectsPerDay === 0 ? 0 : (flow.gbPerDay * 1e9) / flow.objectsPerDay;

/** Whether S3 moves a flow's objects at all: small ones stay where they are. */
export const isMoved = (flow: ObjectFlow): boolean =>
  objectBytes(flow) >= figure("minimumTransitionBytes");

/** Days that an object exists and is paid for, the noncurrent version after its end included. */
export function lifeDays(storage: StorageFacts, facts: LoadFacts, retentionDays: number): number {
  return retentionDays + storage.deletionDelayHours / 24 + facts.noncurrentVersionDays;
}

/** Days of an object's life in each class; a class's minimum is paid for in any case. */
export function classDays(storage: StorageFacts, facts: LoadFacts, flow: ObjectFlow): ClassGb {
  const life = lifeDays(storage, facts, flow.retentionDays);
  const infrequent = isMoved(flow) ? (storage.infrequentAccessAfterDays ?? Infinity) : Infinity;
  const instant = isMoved(flow) ? (storage.instantRetrievalAfterDays ?? Infinity) : Infinity;
  const toInfrequent = Math.min(infrequent, instant);
  const inInfrequent = Math.max(0, Math.min(life, instant) - toInfrequent);
  const inInstant = Math.max(0, life - instant);
  const hasMinimum = facts.tiering === "lifecycle";
  const atLeast = (days: number, minimum: number) =>
    days > 0 ? Math.max(days, hasMinimum ? minimum : 0) : 0;
  return {
    standard: Math.min(life, toInfrequent),
    infrequentAccess: atLeast(inInfrequent, figure("infrequentAccessMinimumDays")),
    instantRetrieval: atLeast(inInstant, figure("instantRetrievalMinimumDays")),
  };
}

/** GB of a flow in each class. */
export function stockOf(storage: StorageFacts, facts: LoadFacts, flow: ObjectFlow): ClassGb {
  const days = classDays(storage, facts, flow);
  return {
    standard: flow.gbPerDay * days.standard,
    infrequentAccess: flow.gbPerDay * days.infrequentAccess,
    instantRetrieval: flow.gbPerDay * days.instantRetrieval,
  };
}

/** Moves that each object of a flow goes through in its life, by the class it goes to. */
export function movesOf(storage: StorageFacts, facts: LoadFacts, flow: ObjectFlow) {
  const days = classDays(storage, facts, flow);
  return {
    toInfrequentAccess: days.infrequentAccess > 0 ? 1 : 0,
    toInstantRetrieval: days.instantRetrieval > 0 ? 1 : 0,
  };
}
