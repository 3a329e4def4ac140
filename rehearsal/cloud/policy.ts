/** Judges a request to AWS by policy statements, as IAM does: a matching Deny wins, then a matching Allow is needed. */
import type { PolicyStatement } from "../types";

export interface AccessRequest {
  /** `s3:GetObject`. */
  readonly action: string;
  /** `arn:aws:s3:::bucket/key`. */
  readonly resource: string;
  /** Condition keys and their values, `aws:SecureTransport` → `true`. */
  readonly context: Readonly<Record<string, string>>;
}

export interface Judgement {
  readonly allowed: boolean;
  /** Statements that match the request and have the effect that decided. */
  readonly decisive: readonly PolicyStatement[];
}

type Values = string | readonly string[] | undefined;

interface StatementBody {
  readonly Effect?: string;
  readonly Action?: Values;
  readonly NotAction?: Values;
  readonly Resource?: Values;
  readonly NotResource?: Values;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

/** Judges a request. Statements of the caller's role and of the resource's own policy count alike within one account. */
export function judge(request: AccessRequest, statements: readonly PolicyStatement[]): Judgement {
  const matching = statements.filter(({ document }) => matches(document, request));
  const denying = matching.filter(({ document }) => document.Effect === "Deny");
  if (denying.length > 0) return { allowed: false, decisive: denying };
  const allowing = matching.filter(({ document }) => document.Effect === "Allow");
  return { allowed: allowing.length > 0, decisive: allowing };
}

/** Condition operators that {@link judge} does not know, by statement: such a statement cannot be rehearsed. */
export function unknownOperators(statements: readonly PolicyStatement[]): string[] {
  return statements.flatMap(({ id, document }) =>
    Object.keys((document as StatementBody).Condition ?? {})
      .filter((operator) => !(baseOperator(operator) in operators))
      .map((operator) => `${id}: ${operator}`),
  );
}

function matches(body: StatementBody, request: AccessRequest): boolean {
  const action = body.NotAction
    ? !anyLike(body.NotAction, request.action.toLowerCase(), true)
    : anyLike(body.Action, request.action.toLowerCase(), true);
  const resource = body.NotResource
    ? !anyLike(body.NotResource, request.resource)
    : anyLike(body.Resource, request.resource);
  return action && resource && conditionsHold(body.Condition ?? {}, request.context);
}

const list = (values: Values): readonly string[] =>
  values === undefined ? [] : typeof values === "string" ? [values] : values;

const anyLike = (patterns: Values, text: string, ignoreCase = false): boolean =>
  list(patterns).some((pattern) => like(ignoreCase ? pattern.toLowerCase() : pattern, text));

const compiled = new Map<string, RegExp>();

/** `*` is any text, `?` any one character. */
function like(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    expression = new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "s");
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

/** Operator → whether a value of the request passes one value of the policy. */
const operators: Readonly<Record<string, (policy: string, value: string) => boolean>> = {
  StringEquals: (policy, value) => policy === value,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: (policy, value) => policy.toLowerCase() === value.toLowerCase(),
  StringNotEquals: (policy, value) => policy !== value,
  StringNotLike: (policy, value) => !like(policy, value),
};

const baseOperator = (operator: string) => operator.replace(/IfExists$/, "");

function conditionsHold(
  conditions: NonNullable<StatementBody["Condition"]>,
  context: AccessRequest["context"],
): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const test = operators[baseOperator(operator)];
      const value = Object.entries(context).find(
        ([known]) => known.toLowerCase() === key.toLowerCase(),
      )?.[1];
      const negated = operator.startsWith("StringNot");
      if (test === undefined) return false;
      if (value === undefined) return operator.endsWith("IfExists") || negated;
      return negated
        ? list(wanted).every((each) => test(each, value))
        : list(wanted).some((each) => test(each, value));
    }),
  );
}
