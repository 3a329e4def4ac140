import type { Place } from "../../parts";
import { RemoteProcess } from "../../remoteProcess";
import type { S3Calls } from "./messages";

/** The S3 stand-in, as the rehearsal controls it. */
export type S3StandIn = RemoteProcess<S3Calls>;

/** Starts it at a place outside the VPC. Its `start` has to be called next. */
export const startS3StandIn = (place: Place, projectRoot: string): S3StandIn =>
  new RemoteProcess<S3Calls>(place, projectRoot, "rehearsal/cloud/s3/process.ts");
