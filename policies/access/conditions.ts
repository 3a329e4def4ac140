import { hasWildcard, type Condition, type Statement } from "./documents";

/**
 * Operators that a request without the key, or with another value, does not pass. `…IfExists` and `ForAllValues:` let a
 * request without the key through.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const pinning = /^(ForAnyValue:)?(StringEquals(IgnoreCase)?|StringLike|ArnEquals|ArnLike)$/;

export const isPinning = (condition: Condition): boolean =>
  pinning.test(condition.operator) && condition.values.length > 0;

/** An account that a condition on the source pins to: a number, or an ARN with one. */
const pinsAccount = (condition: Condition): boolean =>
  condition.values.every((value) =>
    condition.key === "aws:sourceaccount"
      ? /^\d{12}$/.test(value)
      : /^\d{12}$/.test(value.split(":")[4] ?? ""),
  );

/** The statement holds for calls on behalf of one account only. */
export const isPinnedToSource = (statement: Statement, sourceKeys: ReadonlySet<string>): boolean =>
  statement.conditions.some(
    (condition) => sourceKeys.has(condition.key) && isPinning(condition) && pinsAccount(condition),
  );

/** Accounts that a statement's conditions on the source name. */
export const pinnedAccounts = (
  statement: Statement,
  sourceKeys: ReadonlySet<string>,
): readonly string[] =>
  statement.conditions
    .filter((condition) => sourceKeys.has(condition.key) && isPinning(condition))
    .flatMap((condition) =>
      condition.values.map((value) =>
        condition.key === "aws:sourceaccount" ? value : (value.split(":")[4] ?? ""),
      ),
    );

/** The statement holds for callers that one of the keys names. */
export const isPinnedTo = (statement: Statement, keys: ReadonlySet<string>): boolean =>
  statement.conditions.some(
    (condition) =>
      keys.has(condition.key) &&
      isPinning(condition) &&
      condition.values.every((value) => !/^[*?]*$/.test(value)) &&
      (condition.key.endsWith("arn") || !condition.values.some(hasWildcard)),
  );
