/** Throw-away values in the place of what a plan masks, with the same relations between them. */
import { randomBytes } from "node:crypto";
import { SECRET_MASK, type Plan } from "../plan/plan";
import type { ThrowAwaySecrets } from "./parts";
import type { ListenerCondition, LoadBalancer, PlanView } from "./types";

/**
 * Makes a value for every secret of the plan. Ingest tokens are found by the stack output `ingestTokenSecretArns`.
 *
 * @param known Values by the secret's name, where they must be those of an earlier run.
 */
export function makeSecrets(
  plan: Plan,
  view: PlanView,
  known: Readonly<Record<string, string>> = {},
): ThrowAwaySecrets {
  const values = new Map(
    view.secrets.map(({ arn, name }) => [arn, known[name] ?? randomBytes(24).toString("hex")]),
  );
  const valueOf = (secretArn: string): string => {
    const value = values.get(secretArn);
    if (value === undefined) throw new Error(`the plan has no secret ${secretArn}`);
    return value;
  };
  const tokens = plan.outputs.ingestTokenSecretArns as Readonly<Record<string, string>> | undefined;
  return {
    valueOf,
    ingestTokens: Object.fromEntries(
      Object.entries(tokens ?? {}).map(([id, arn]) => [id, valueOf(arn)]),
    ),
  };
}

/** The load balancer with `Bearer TOKEN` in the place of each masked header value, in the order of the tokens' ids. */
export function unmaskListeners(balancer: LoadBalancer, secrets: ThrowAwaySecrets): LoadBalancer {
  const tokens = Object.values(secrets.ingestTokens).map((token) => `Bearer ${token}`);
  const unmask = (condition: ListenerCondition): ListenerCondition =>
    condition.kind === "header" && condition.values.includes(SECRET_MASK)
      ? { ...condition, values: tokens }
      : condition;
  return {
    ...balancer,
    listeners: balancer.listeners.map((listener) => ({
      ...listener,
      rules: listener.rules.map((rule) => ({ ...rule, conditions: rule.conditions.map(unmask) })),
    })),
  };
}
