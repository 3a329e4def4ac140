import type { RefusalRule } from "./rule";

const grammar = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html";

/** Where policy documents stand, and what they must and must not have. */
const documents: Readonly<
  Record<
    string,
    {
      readonly property: string;
      readonly principal: boolean;
      readonly resource: boolean;
      readonly maxBytes: number;
    }
  >
> = {
  "aws:iam/role:Role": {
    property: "assumeRolePolicy",
    principal: true,
    resource: false,
    maxBytes: 2048,
  },
  "aws:iam/rolePolicy:RolePolicy": {
    property: "policy",
    principal: false,
    resource: true,
    maxBytes: 10_240,
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    property: "policy",
    principal: true,
    resource: true,
    maxBytes: 20 * 1024,
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    property: "policy",
    principal: true,
    resource: true,
    // Amazon SNS endpoints and quotas: "policy size 30 kilobytes".
    maxBytes: 30 * 1024,
  },
};

type Statement = Readonly<Record<string, unknown>>;

const allowed = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** What is wrong with a policy document; undefined where nothing is. */
export function documentMistake(
  text: string,
  {
    principal,
    resource,
    maxBytes,
  }: { readonly principal: boolean; readonly resource: boolean; readonly maxBytes: number },
): string | undefined {
  let document: Readonly<Record<string, unknown>>;
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    return "it is no JSON";
  }
  // White space does not count (IAM and STS quotas).
  if (Buffer.byteLength(JSON.stringify(document)) > maxBytes)
    return `it has more than ${maxBytes} bytes`;
  const version = document["Version"];
  if (version !== "2012-10-17" && version !== "2008-10-17")
    return `its version is ${String(version)}`;
  const statements = list(document["Statement"]) as Statement[];
  const sids = statements.map((each) => each["Sid"]).filter((sid) => sid !== undefined);
  if (new Set(sids).size < sids.length) return "two statements have one Sid";
  for (const statement of statements) {
    const mistake = statementMistake(statement, principal, resource);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function statementMistake(
  statement: Statement,
  principal: boolean,
  resource: boolean,
): string | undefined {
  if (typeof statement !== "object" || statement === null) return "a statement is no object";
  const unknown = Object.keys(statement).find((key) => !allowed.has(key));
  if (unknown !== undefined) return `a statement has ${unknown}`;
  const { Effect, Sid } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") return `an effect is ${String(Effect)}`;
  if (Sid !== undefined && (typeof Sid !== "string" || !/^[A-Za-z0-9]*$/.test(Sid)))
    return `the Sid ${JSON.stringify(Sid)} has other signs than letters and digits`;
  const one = (a: string, b: string) => (a in statement ? 1 : 0) + (b in statement ? 1 : 0);
  if (one("Action", "NotAction") !== 1) return "a statement needs either Action or NotAction";
  const actions = list(statement["Action"] ?? statement["NotAction"]);
  const wrong = actions.find(
    (action) => typeof action !== "string" || !/^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/.test(action),
  );
  if (wrong !== undefined || actions.length === 0) return `an action is ${JSON.stringify(wrong)}`;
  if (one("Principal", "NotPrincipal") !== (principal ? 1 : 0))
    return principal ? "a statement needs a principal" : "a statement must not have a principal";
  if (one("Resource", "NotResource") !== (resource ? 1 : 0))
    return resource ? "a statement needs resources" : "a trust policy must not have resources";
  const arn = list(statement["Resource"] ?? statement["NotResource"] ?? "*").find(
    (each) => typeof each !== "string" || !/^(\*|arn:[^:]+:[^:]*:[^:]*:[^:]*:.+)$/.test(each),
  );
  return arn === undefined ? undefined : `a resource is ${JSON.stringify(arn)}`;
}

export const documentRefusals: readonly RefusalRule[] = [
  {
    id: "policy-document",
    source: grammar,
    operations: ["create", "update"],
    types: Object.keys(documents),
    refuse: ({ inputs, target }) => {
      const where = documents[target.type];
      if (where === undefined) return undefined;
      const mistake = documentMistake(String(inputs[where.property]), where);
      return mistake === undefined ? undefined : `MalformedPolicyDocument: ${mistake}`;
    },
  },
];
