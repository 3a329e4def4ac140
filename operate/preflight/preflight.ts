import { type Check, type CheckResult, runChecks } from "../check";
import type { Clients } from "../clients";
import { accountChecks, serviceLinkedRoleChecks } from "./account";
import { frontDoorChecks, type ResolveNameServers } from "./frontDoor";
import { nameChecks } from "./names";
import { quotaChecks } from "./quotas";
import type { Target } from "./target";

export interface PreflightOptions {
  readonly clients: Clients;
  readonly resolveNameServers: ResolveNameServers;
}

/**
 * N7: what a first `pulumi up` would stumble over, found before it. Only reads.
 *
 * @returns every check with its finding; only the account's where the credentials are of another one.
 */
export async function preflight(
  target: Target,
  { clients, resolveNameServers }: PreflightOptions,
): Promise<CheckResult[]> {
  const [account, ...place] = accountChecks(target, clients);
  const first = await runChecks([account as Check]);
  // Answers of another account would say nothing about this stack.
  if (first.some(({ outcome }) => outcome === "failed")) return first;
  const rest = await runChecks([
    ...place,
    ...serviceLinkedRoleChecks(target, clients),
    ...quotaChecks(target, clients),
    ...frontDoorChecks(target, clients, resolveNameServers),
    ...nameChecks(target, clients),
  ]);
  return [...first, ...rest];
}
