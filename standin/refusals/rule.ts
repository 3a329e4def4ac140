import type { Account, Thing } from "../account";
import type { Place, Properties } from "../types";

/** An operation that AWS may refuse. */
export interface RefusalRequest {
  readonly operation: "create" | "update" | "delete";
  readonly target: { readonly urn: string; readonly type: string; readonly name: string };
  /** What is asked for; for a deletion, the last outputs. */
  readonly inputs: Properties;
  /** What is there now; absent for a creation. */
  readonly present?: Thing;
  readonly account: Account;
  readonly place: Place;
}

/** One thing that AWS refuses. */
export interface RefusalRule {
  readonly id: string;
  /** Where AWS, or its provider, says so. */
  readonly source: string;
  readonly operations: readonly RefusalRequest["operation"][];
  /** Resource types it is about. @default - all */
  readonly types?: readonly string[];
  /** @returns what AWS answers, or undefined where it does as asked. */
  readonly refuse: (request: RefusalRequest) => string | undefined;
}
