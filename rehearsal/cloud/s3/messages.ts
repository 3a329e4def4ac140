import type { PolicyStatement, TaskRole } from "../../types";
import type { TaskCredentials } from "../credentials";
import type { S3Fault, S3FrontSettings } from "./front";
import type { S3Refusal, StatementUse } from "./gate";

/** What the S3 stand-in's process is started with. */
export interface S3Start {
  readonly front: Omit<S3FrontSettings, "server">;
  readonly roles: readonly TaskRole[];
  readonly bucketStatements: readonly PolicyStatement[];
  readonly buckets: readonly string[];
  /** Program of the S3 server behind. */
  readonly program: string;
  /** Folder for the objects. */
  readonly folder: string;
}

/** Calls from the rehearsal to the S3 stand-in's process, and what each returns. */
export interface S3Calls {
  start: (start: S3Start) => void;
  know: (credentials: TaskCredentials) => void;
  fault: (fault: S3Fault) => void;
  removeStatement: (id: string) => void;
  restoreStatement: (id: string) => void;
  statementUses: () => StatementUse[];
  refusals: () => S3Refusal[];
  forgetRefusals: () => void;
}
