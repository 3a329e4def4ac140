import type { Plan } from "../plan/plan";
import type { PlanView } from "../rehearsal/types";

/** The plan's RDS instance. */
export interface Database {
  /** Host name that the plan's tasks connect to. */
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  /** `17` */
  readonly majorVersion: string;
  /** Secret with its password. */
  readonly passwordSecretArn: string;
}

/**
 * The database that a plan has, if any. Its password is the secret that the task which names its address gets as
 * `…_DATABASE_PASSWORD`.
 *
 * @throws Error where no task gets a password for it.
 */
export function databaseOf(plan: Plan, view: PlanView): Database | undefined {
  const resource = plan.resources.find(({ type }) => type === "aws:rds/instance:Instance");
  if (resource === undefined) return undefined;
  const address = String(resource.outputs.address);
  const secret = view.services
    .flatMap(({ taskDefinition }) => taskDefinition.containers)
    .filter(({ environment }) => Object.values(environment).includes(address))
    .flatMap(({ secrets }) => Object.entries(secrets))
    .find(([variable]) => variable.endsWith("_DATABASE_PASSWORD"));
  if (secret === undefined) throw new Error(`no task gets a password for ${address}`);
  const { port, dbName, username, engineVersion } = resource.inputs;
  return {
    address,
    port: Number(port),
    name: String(dbName),
    user: String(username),
    majorVersion: String(engineVersion).split(".")[0] ?? "",
    passwordSecretArn: secret[1],
  };
}
