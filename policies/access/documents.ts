import type { Resource } from "../resource";
import { isRecord, type Value } from "../value";
import { unknownMarks } from "../unknownValue";

export const ROLE = "aws:iam/role:Role";
export const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
export const POLICY = "aws:iam/policy:Policy";
export const ROLE_POLICY_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
export const POLICY_ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment";
export const USER_POLICY = "aws:iam/userPolicy:UserPolicy";
export const GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy";

/**
 * `trust`: who may take a role. `identity`: what a role, user or group may do. `resource`: who may do something with
 * the thing it is attached to.
 */
export type DocumentKind = "trust" | "identity" | "resource";

/** A policy document, wherever in a resource it was found. */
export interface PolicyDocument {
  readonly resource: Resource;
  readonly path: string;
  readonly kind: DocumentKind;
  /** The document; absent (`exists` false) where the text is none. */
  readonly document: Value;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly isAllow: boolean;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly principals: readonly Principal[];
  readonly hasNotPrincipal: boolean;
  readonly conditions: readonly Condition[];
  /** `Sid`, or the number of the statement, for messages. */
  readonly label: string;
}

export interface Principal {
  /** `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for the bare star. */
  readonly kind: string;
  readonly id: string;
}

export interface Condition {
  /** `StringEquals`, `ForAnyValue:StringLike`, `ArnLikeIfExists` … */
  readonly operator: string;
  /** Lower case: AWS compares keys without case. */
  readonly key: string;
  readonly values: readonly string[];
}

/** Properties known to hold documents: also where the text is no JSON, these are meant to be one. */
const documentProperties: Readonly<Record<string, readonly (readonly [string, DocumentKind])[]>> = {
  [ROLE]: [["assumeRolePolicy", "trust"]],
  [ROLE_POLICY]: [["policy", "identity"]],
  [POLICY]: [["policy", "identity"]],
  [USER_POLICY]: [["policy", "identity"]],
  [GROUP_POLICY]: [["policy", "identity"]],
  "aws:s3/bucketPolicy:BucketPolicy": [["policy", "resource"]],
  "aws:secretsmanager/secretPolicy:SecretPolicy": [["policy", "resource"]],
  "aws:kms/keyPolicy:KeyPolicy": [["policy", "resource"]],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [["policy", "resource"]],
  "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": [["policy", "resource"]],
  "aws:sns/topicPolicy:TopicPolicy": [["policy", "resource"]],
  "aws:sqs/queuePolicy:QueuePolicy": [["policy", "resource"]],
  "aws:ecr/repositoryPolicy:RepositoryPolicy": [["policy", "resource"]],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": [["policyDocument", "resource"]],
};

/** Where documents are looked for first, for the rules' `reads`; every other text that looks like one is read too. */
export const documentReads: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries(documentProperties).map(([type, list]) => [type, list.map(([key]) => key)]),
  ),
  [ROLE]: ["assumeRolePolicy", "inlinePolicies"],
};

const IDENTITY_TYPES: ReadonlySet<string> = new Set([
  ROLE,
  ROLE_POLICY,
  POLICY,
  USER_POLICY,
  GROUP_POLICY,
]);

const MAX_DEPTH = 8;

/**
 * Every policy document in the properties of a resource: those where one belongs, and any other text or record with a
 * `Statement`. Unknown values are left out: `hasUnknownDocument` tells whether there were some.
 */
export function documentsOf(resource: Resource): PolicyDocument[] {
  if (!resource.type.startsWith("aws:")) return [];
  const found: PolicyDocument[] = [];
  const known = new Map(documentProperties[resource.type] ?? []);
  for (const [key, value] of resource.properties.entries()) {
    const kind = known.get(key);
    if (kind === undefined) search(resource, value, 0, found);
    else if (value.exists && !value.isUnknown && !value.isMasked)
      found.push(documentOf(resource, value, kind));
  }
  return found;
}

/** The first property that should hold a document and can't be read yet; reading it throws. */
export const hasUnknownDocument = (resource: Resource): Value | undefined =>
  [
    ...(documentProperties[resource.type] ?? []).map(([key]) => resource.at(key)),
    ...inlinePolicies(resource),
  ].find((value) => value.isUnknown || value.isMasked);

/** Documents inside a role; where it is not known which there are, that. */
function inlinePolicies(resource: Resource): Value[] {
  if (resource.type !== ROLE) return [];
  const list = resource.at("inlinePolicies");
  if (!list.exists) return [];
  return list.isUnknown ? [list] : list.items().map((each) => each.at("policy"));
}

function search(resource: Resource, value: Value, depth: number, found: PolicyDocument[]): void {
  if (depth > MAX_DEPTH || value.isUnknown) return;
  const known = value.known();
  if (typeof known === "string") {
    if (known.includes('"Statement"') && value.json().at("Statement").exists) {
      found.push(documentOf(resource, value, kindOf(resource, value.path)));
    }
    return;
  }
  if (isRecord(known)) {
    if (Object.hasOwn(known, "Statement")) {
      found.push(documentOf(resource, value, kindOf(resource, value.path)));
      return;
    }
    for (const [, inner] of value.entries()) search(resource, inner, depth + 1, found);
  } else if (Array.isArray(known)) {
    for (const inner of value.items()) search(resource, inner, depth + 1, found);
  }
}

function kindOf(resource: Resource, path: string): DocumentKind {
  if (path.toLowerCase().includes("assumerolepolicy")) return "trust";
  return IDENTITY_TYPES.has(resource.type) ? "identity" : "resource";
}

function documentOf(resource: Resource, value: Value, kind: DocumentKind): PolicyDocument {
  const json = value.json();
  const document = isRecord(json.known()) ? json : json.at("\0");
  const statements = document.exists ? list(document, "Statement").map(statementOf) : [];
  return { resource, path: value.path, kind, document, statements };
}

/** A key of a statement, whatever its case: AWS takes element names exactly, but a mistake must not hide a rule. */
function list(value: Value, key: string): Value[] {
  const inner = value.at(key);
  return inner.isUnknown ? [] : inner.oneOrMore();
}

function statementOf(statement: Value, index: number): Statement {
  const texts = (key: string) => knownTexts(statement.at(key));
  return {
    isAllow: knownTexts(statement.at("Effect"))[0] !== "Deny",
    actions: texts("Action"),
    notActions: texts("NotAction"),
    resources: texts("Resource"),
    notResources: texts("NotResource"),
    principals: principalsOf(statement.at("Principal")),
    hasNotPrincipal: statement.at("NotPrincipal").exists,
    conditions: conditionsOf(statement.at("Condition")),
    label: knownTexts(statement.at("Sid"))[0] ?? `statement ${index}`,
  };
}

function principalsOf(value: Value): Principal[] {
  if (value.isUnknown) return [];
  const known = value.known();
  if (typeof known === "string") return [{ kind: known === "*" ? "*" : "AWS", id: known }];
  return value.entries().flatMap(([kind, ids]) => knownTexts(ids).map((id) => ({ kind, id })));
}

function conditionsOf(value: Value): Condition[] {
  if (value.isUnknown) return [];
  return value.entries().flatMap(([operator, keys]) =>
    keys.isUnknown
      ? []
      : keys.entries().map(([key, values]) => ({
          operator,
          key: key.toLowerCase(),
          values: knownTexts(values),
        })),
  );
}

const knownTexts = (value: Value): string[] =>
  value.isUnknown ? [] : value.texts().filter((text) => !unknownMarks.has(text));

/** Text form of a pattern match as IAM does it: `*` any text, `?` one character, without case for actions. */
export function matchesPattern(pattern: string, text: string): boolean {
  // Iterative, because a pattern such as `*a*a*a*…` makes a regular expression take for ever.
  let star = -1;
  let mark = 0;
  let p = 0;
  let t = 0;
  while (t < text.length) {
    if (
      p < pattern.length &&
      (pattern[p] === "?" || pattern[p] === text[t]) &&
      pattern[p] !== "*"
    ) {
      p += 1;
      t += 1;
    } else if (pattern[p] === "*") {
      star = p;
      mark = t;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

export const hasWildcard = (text: string): boolean => /[*?]/.test(text);
