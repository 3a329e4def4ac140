import { record, records, text } from "../../plan/charges";
import { inWords, type Permission } from "./accessWords";
import { type PlanIndex } from "./planIndex";
import type { RoleFacts } from "./services";

/** An IAM role of the plan, in plain words. */
export interface AccessFacts {
  readonly name: string;
  /** Who takes it on. */
  readonly trust: string;
  /** `execution`: ECS itself, before the server runs. `task`: the server. `other`: no task, but an AWS service. */
  readonly kind: "execution" | "task" | "other";
  /** Roles of the catalog whose tasks carry it. */
  readonly usedBy: readonly string[];
  readonly permissions: readonly Permission[];
  /** The policy as AWS gets it. */
  readonly document: string;
}

/** Every role with what its policies allow, from the plan alone. */
export function accessFacts(index: PlanIndex, roles: readonly RoleFacts[]): AccessFacts[] {
  const policies = index.ofType("aws:iam/rolePolicy:RolePolicy");
  return index.ofType("aws:iam/role:Role").map((role) => {
    const name = text(role.inputs["name"]) || role.name;
    const documents = policies
      .filter(({ inputs }) => text(inputs["role"]) === name)
      .map(({ inputs }) => text(inputs["policy"]));
    const usedBy = (of: (facts: RoleFacts) => string | undefined) =>
      roles.filter((facts) => of(facts) === name).map(({ id }) => id);
    const execution = usedBy(({ executionRole }) => executionRole);
    const task = usedBy(({ taskRole }) => taskRole);
    return {
      name,
      trust: trustOf(text(role.inputs["assumeRolePolicy"])),
      kind: execution.length > 0 ? "execution" : task.length > 0 ? "task" : "other",
      usedBy: [...execution, ...task],
      permissions: documents.flatMap((document) => statementsOf(document).map(inWords)),
      document: documents.map(pretty).join("\n"),
    };
  });
}

const trusted: Readonly<Record<string, string>> = {
  "ecs-tasks.amazonaws.com": "ECS tasks",
  "events.amazonaws.com": "EventBridge",
};

function trustOf(document: string): string {
  const [statement = {}] = statementsOf(document);
  const service = text(record(statement["Principal"])["Service"]);
  const account = text(record(record(statement["Condition"])["StringEquals"])["aws:SourceAccount"]);
  const who = trusted[service] ?? (service || "nobody named");
  return account === "" ? who : `${who} of account ${account} only`;
}

const statementsOf = (document: string) => records(record(parsed(document))["Statement"]);

/** A policy that is masked or unknown is no JSON: nothing can be said of it. */
function parsed(document: string): unknown {
  try {
    return JSON.parse(document) as unknown;
  } catch {
    return {};
  }
}

const pretty = (document: string) => {
  const value = parsed(document);
  return Object.keys(record(value)).length === 0 ? document : JSON.stringify(value, undefined, 2);
};
