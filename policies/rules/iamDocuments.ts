import { callerKeys, servicesWithoutSource, sourceKeys } from "../data/accessTables";
import { needsNoResource } from "../data/actionsWithoutResource";
import { isPinnedTo, isPinnedToSource, pinnedAccounts } from "../access/conditions";
import {
  documentReads,
  documentsOf,
  hasUnknownDocument,
  hasWildcard,
  matchesPattern,
  type PolicyDocument,
  type Statement,
} from "../access/documents";
import { type Judgement, type Resource, type Rule, resourceRule } from "../rule";

type Documents = (document: PolicyDocument, statement: Statement, judgement: Judgement) => void;

/** Judges every statement of every policy document that a resource holds. */
function judgeStatements(judge: Documents) {
  return (resource: Resource, judgement: Judgement): void => {
    judgement.each(documentsOf(resource), (document) => {
      for (const statement of document.statements) judge(document, statement, judgement);
    });
    sayUnknown(resource);
  };
}

/** Tells the engine that a document could not be read yet. */
function sayUnknown(resource: Resource): void {
  hasUnknownDocument(resource)?.json();
}

const about = {
  subject: "iam",
  scope: "any",
  everyType: true,
  reads: documentReads,
} as const;

const where = (document: PolicyDocument, statement: Statement): string =>
  `${document.path} (${statement.label})`;

/** What every policy document has to keep to, wherever it is written. */
export const iamDocumentRules: readonly Rule[] = [
  resourceRule({
    ...about,
    id: "iam-document-readable",
    rationale: "A document that is no document grants nothing, or what nobody meant.",
    source:
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
    mend: "Write a JSON document with Version 2012-10-17 and at least one statement",
    severity: "medium",
    judge(resource, judgement) {
      judgement.each(documentsOf(resource), ({ path, document, statements }) => {
        if (!document.exists || statements.length === 0) {
          judgement.report(resource, {
            finding: path,
            says: `${path} is no policy document with statements`,
          });
        } else if (document.at("Version").text() !== "2012-10-17") {
          judgement.report(resource, {
            finding: `${path}.Version`,
            says: `Version of ${path} is ${document.at("Version").toString()}, so policy variables are taken literally`,
          });
        }
      });
      sayUnknown(resource);
    },
  }),

  resourceRule({
    ...about,
    id: "iam-no-wildcard-actions",
    rationale: "A wildcard grants what AWS adds next year, too.",
    source: "A4",
    mend: "List the actions that are used, one by one",
    severity: "high",
    judge: judgeStatements((document, statement, judgement) => {
      if (!statement.isAllow || isOwnKeyPolicy(document, statement)) return;
      for (const action of statement.actions.filter(hasWildcard)) {
        judgement.report(document.resource, {
          finding: `Action::${action}`,
          says: `${where(document, statement)} allows ${action}`,
        });
      }
    }),
  }),

  resourceRule({
    ...about,
    id: "iam-no-inverted-elements",
    rationale: "Allow with NotAction, NotResource or NotPrincipal grants everything else.",
    source:
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
    mend: "Say what is allowed, not what is not",
    severity: "critical",
    judge: judgeStatements((document, statement, judgement) => {
      if (!statement.isAllow) return;
      const inverted = [
        ...(statement.notActions.length > 0 ? ["NotAction"] : []),
        ...(statement.notResources.length > 0 ? ["NotResource"] : []),
        ...(statement.hasNotPrincipal ? ["NotPrincipal"] : []),
      ];
      for (const element of inverted) {
        judgement.report(document.resource, {
          finding: `${element}::${statement.label}`,
          says: `${where(document, statement)} allows by ${element}`,
        });
      }
    }),
  }),

  resourceRule({
    ...about,
    id: "iam-no-wide-resources",
    rationale: "`*` as resource is right only for actions that AWS checks against no resource.",
    source: "A1, A4",
    mend: "Name the resources by ARN",
    severity: "high",
    judge: judgeStatements((document, statement, judgement) => {
      if (!statement.isAllow || document.kind !== "identity") return;
      for (const resource of statement.resources.filter(isWide)) {
        const actions = statement.actions.filter((action) => !needsNoResource(action));
        if (actions.length === 0) continue;
        judgement.report(document.resource, {
          finding: `Resource::${resource}`,
          says: `${where(document, statement)} allows ${actions.join(", ")} on ${resource}`,
        });
      }
    }),
  }),

  resourceRule({
    ...about,
    id: "iam-no-public-principals",
    rationale: "A resource policy for everybody is public, whatever its other statements say.",
    source: "B1",
    mend: "Name the principals, or pin the callers' account in a condition",
    severity: "critical",
    judge: judgeStatements((document, statement, judgement) => {
      // An endpoint's policy limits who passes; it grants nothing by itself.
      if (!statement.isAllow || document.kind !== "resource") return;
      if (document.resource.type.startsWith("aws:ec2/vpcEndpoint")) return;
      if (!statement.principals.some(({ id }) => id === "*")) return;
      if (isPinnedTo(statement, callerKeys)) return;
      judgement.report(document.resource, {
        finding: `Principal::*:${statement.label}`,
        says: `${where(document, statement)} allows ${statement.actions.join(", ")} to everybody`,
      });
    }),
  }),

  resourceRule({
    ...about,
    id: "iam-trust-scoped",
    rationale:
      "Who may take a role owns what it may do; a condition is forgotten more easily than a name.",
    source: "A4",
    mend: "Trust the one service or role that needs it, by name",
    severity: "critical",
    judge: judgeStatements((document, statement, judgement) => {
      if (!statement.isAllow || document.kind !== "trust") return;
      for (const principal of statement.principals) {
        const own = ownAccounts(document.resource);
        const wrong = untrustworthy(principal.kind, principal.id, statement, own);
        if (wrong === undefined) continue;
        judgement.report(document.resource, {
          finding: `Principal::${principal.id}`,
          says: `${where(document, statement)} trusts ${principal.id}${wrong}`,
        });
      }
    }),
  }),

  resourceRule({
    ...about,
    id: "iam-services-act-for-this-account",
    rationale:
      "Without the source's account, a service acts for anybody who asks it to (confused deputy).",
    source: "A4; https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    mend: "Add StringEquals aws:SourceAccount with the account's number",
    severity: "high",
    judge: judgeStatements((document, statement, judgement) => {
      if (!statement.isAllow || document.kind === "identity") return;
      for (const { kind, id } of statement.principals) {
        if (kind !== "Service" || servicesWithoutSource.has(id)) continue;
        if (isPinnedToSource(statement, sourceKeys)) {
          // A bucket may take another account's logs; a role of the stack acts for the stack's own account.
          const own = document.kind === "trust" ? ownAccounts(document.resource) : [];
          const strangers = pinnedAccounts(statement, sourceKeys).filter(
            (account) => own.length > 0 && !own.includes(account),
          );
          for (const account of new Set(strangers)) {
            judgement.report(document.resource, {
              finding: `Service::${id}:${account}`,
              says: `${where(document, statement)} lets ${id} act for account ${account}`,
            });
          }
          continue;
        }
        judgement.report(document.resource, {
          finding: `Service::${id}`,
          says: `${where(document, statement)} lets ${id} act for every account`,
        });
      }
    }),
  }),

  resourceRule({
    ...about,
    id: "iam-pass-role-scoped",
    rationale: "Whoever may pass any role to any service has every right in the account.",
    source: "A4",
    mend: "Name the roles, and add StringEquals iam:PassedToService with the one service",
    severity: "critical",
    judge: judgeStatements((document, statement, judgement) => {
      if (!statement.isAllow || document.kind !== "identity") return;
      if (!statement.actions.some((action) => action.toLowerCase() === "iam:passrole")) return;
      const wide = statement.resources.filter((resource) => hasWildcard(resource));
      const isPinned = isPinnedTo(statement, new Set(["iam:passedtoservice"]));
      if (wide.length === 0 && isPinned) return;
      judgement.report(document.resource, {
        finding: "Action::iam:PassRole",
        says: `${where(document, statement)} passes ${statement.resources.join(", ")} to ${isPinned ? "a service" : "any service"}`,
      });
    }),
  }),
];

/** Accounts that the resource's provider may work in; none where nothing says so. */
function ownAccounts(resource: Resource): string[] {
  const allowed = resource.provider?.properties.at("allowedAccountIds");
  return allowed === undefined || allowed.isUnknown ? [] : allowed.json().texts();
}

/** The account's own right to administer a key: without it nobody could, and AWS refuses the key. */
const isOwnKeyPolicy = (document: PolicyDocument, statement: Statement): boolean =>
  document.resource.type.startsWith("aws:kms/key") &&
  statement.principals.length > 0 &&
  statement.principals.every(({ id }) => /^arn:aws[a-z-]*:iam::\d{12}:root$/.test(id));

/** `*`, any account's, any service's, or everything of one type. */
export function isWide(resource: string): boolean {
  if (!hasWildcard(resource)) return false;
  if (!resource.startsWith("arn:")) return true;
  const [, partition = "", service = "", , account = "", ...rest] = resource.split(":");
  if ([partition, service, account].some(hasWildcard) || rest.length === 0) return true;
  const name = rest.join(":");
  if (service === "s3") return hasWildcard(name.split("/")[0] ?? "");
  return /^([A-Za-z-]+[:/])?[*?]+$/.test(name);
}

/** What makes a trusted principal anybody; `undefined` where it is somebody. */
function untrustworthy(
  kind: string,
  id: string,
  statement: Statement,
  own: readonly string[],
): string | undefined {
  if (kind === "Service") return hasWildcard(id) ? ", which is no one service" : undefined;
  if (kind === "Federated") return federated(statement);
  if (hasWildcard(id)) return ", which is anybody whom a condition lets through";
  // A whole account: whoever may create roles there may take this one.
  if (/^(\d{12}|arn:aws[a-z-]*:iam::\d{12}:root)$/.test(id)) {
    return isPinnedTo(statement, new Set(["sts:externalid", "aws:principalarn"]))
      ? undefined
      : ", a whole account, without an external id or a principal's ARN";
  }
  const account = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):/.exec(id)?.[1];
  if (account !== undefined && own.length > 0 && !own.includes(account)) {
    return isPinnedTo(statement, new Set(["sts:externalid"]))
      ? undefined
      : ", of another account, without an external id";
  }
  return undefined;
}

/** A login provider vouches for everybody who logs in there: the condition has to say whom it means. */
function federated(statement: Statement): string | undefined {
  const subjects = statement.conditions.filter(
    ({ key, operator }) =>
      (key.endsWith(":sub") || key.endsWith(":aud")) && !/IfExists$|^ForAllValues:/.test(operator),
  );
  const subject = subjects.find(({ key }) => key.endsWith(":sub"));
  const strangers = ["repo:someone/else:ref:refs/heads/any", "*"];
  return subject === undefined ||
    subject.values.some((value) => strangers.some((each) => matchesPattern(value, each)))
    ? ", whose subject no condition pins"
    : undefined;
}
