import type { Plan } from "../../plan/plan";

/** What a deployment left behind, according to Pulumi. */
export interface Expected {
  readonly clusterName: string;
  /** ECS service → what it must run. */
  readonly services: Readonly<Record<string, Wanted>>;
  /** Where the hosts must lead; absent where the stack does not say. */
  readonly loadBalancerDnsName?: string;
}

/** A task definition: the very revision, or, of a plan, which knows no revisions, its content. */
export type Wanted =
  | { readonly arn: string; readonly content?: undefined }
  | { readonly arn?: undefined; readonly content: Readonly<Record<string, unknown>> };

/** From `pulumi stack output --json`. @throws Error where the outputs are not of this program. */
export function expectedOfOutputs(outputs: unknown): Expected {
  const { clusterName, taskDefinitions, loadBalancerDnsName } = recordOf(outputs);
  const services = Object.entries(recordOf(taskDefinitions));
  if (typeof clusterName !== "string" || services.length === 0) {
    throw new Error(
      "these are no outputs of this program: clusterName and taskDefinitions are missing (was the stack ever deployed?)",
    );
  }
  return {
    clusterName,
    services: Object.fromEntries(services.map(([name, arn]) => [name, { arn: String(arn) }])),
    ...(typeof loadBalancerDnsName === "string" ? { loadBalancerDnsName } : {}),
  };
}

/** From `pulumi stack export`. @throws Error where the state has no outputs of this program. */
export function expectedOfState(state: unknown): Expected {
  const resources = recordOf(recordOf(state)["deployment"])["resources"];
  const stack = (Array.isArray(resources) ? resources : []).find(
    (resource) => recordOf(resource)["type"] === "pulumi:pulumi:Stack",
  ) as unknown;
  return expectedOfOutputs(recordOf(stack)["outputs"]);
}

/** From `plan.json`: for whoever has no access to the state. */
export function expectedOfPlan(plan: Plan): Expected {
  const definitions = new Map(
    plan.resources
      .filter(({ type }) => type === "aws:ecs/taskDefinition:TaskDefinition")
      .map(({ outputs, inputs }) => [outputs["arn"], inputs]),
  );
  const { clusterName, taskDefinitions } = plan.outputs;
  return {
    clusterName: String(clusterName),
    services: Object.fromEntries(
      Object.entries(recordOf(taskDefinitions)).map(([name, arn]) => [
        name,
        { content: definitions.get(arn) ?? {} },
      ]),
    ),
  };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
