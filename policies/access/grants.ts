import { matchesPattern, type PolicyDocument, type Statement } from "./documents";
import type { TaskRole } from "./roles";

/** One statement that allows something, with where it is written. */
export interface Grant {
  readonly document: PolicyDocument;
  readonly statement: Statement;
}

/** Everything that a role is allowed, statement by statement. */
export const grantsOf = (role: TaskRole): Grant[] =>
  role.documents.flatMap((document) =>
    document.statements
      .filter(({ isAllow }) => isAllow)
      .map((statement) => ({ document, statement })),
  );

/** A statement's actions that cover one of the given ones, which are in lower case. */
export const covering = (statement: Statement, actions: readonly string[]): string[] =>
  statement.actions.filter((action) =>
    actions.some((wanted) => matchesPattern(action.toLowerCase(), wanted)),
  );

/**
 * Whether a role is allowed an action on a resource without any condition.
 *
 * @param refusing Statements of the resource's own policy: a refusal anywhere wins.
 */
export const isGranted = (
  role: TaskRole,
  action: string,
  resource: string,
  refusing: readonly Statement[] = [],
): boolean => {
  const covers = (statement: Statement) =>
    statement.conditions.length === 0 &&
    covering(statement, [action.toLowerCase()]).length > 0 &&
    statement.resources.some((pattern) => matchesPattern(pattern, resource));
  const own = role.documents.flatMap(({ statements }) => statements);
  return (
    own.some((statement) => statement.isAllow && covers(statement)) &&
    ![...own, ...refusing].some((statement) => !statement.isAllow && covers(statement))
  );
};

/** Bucket and key of an S3 ARN; no key for the bucket itself. */
export function bucketAndKey(
  arn: string,
): { readonly bucket: string; readonly key: string | undefined } | undefined {
  const match = /^arn:[a-z*?-]*:s3:::([^/]+)(?:\/([\s\S]*))?$/.exec(arn);
  return match === null ? undefined : { bucket: match[1] ?? "", key: match[2] };
}

/** The part of a pattern that is the same for everything it matches. */
export const literalStart = (pattern: string): string => /^[^*?]*/.exec(pattern)?.[0] ?? "";
