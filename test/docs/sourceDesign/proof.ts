import assert from "node:assert/strict";
import type { PlannedStack } from "../../../plan/makePlan";
import type { PlannedResource } from "../../../plan/plan";
import { resourcesOf } from "../../fixtures/plans";
import { tasksOf, type Task } from "../../rows/reading";

/** Throws where a plan does not hold what is said. */
export type Check = (stack: PlannedStack) => void | Promise<void>;

/** Proof of a statement that is narrowed or replaced. */
export interface Changed {
  /** True where the plan does what the design said literally. */
  readonly literally: (stack: PlannedStack) => boolean | Promise<boolean>;
  /** What stands instead. */
  readonly instead: Check;
}

/** By statement: a check where it is kept, else both ways. */
export type Proofs = Readonly<Record<string, Check | Changed>>;

/** One ECS service, as the plan asks for it. */
export interface Service {
  readonly name: string;
  readonly resource: PlannedResource;
  readonly desiredCount: number;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly providers: readonly string[];
}

export function servicesOf(stack: PlannedStack): Service[] {
  return resourcesOf(stack, "aws:ecs/service:Service").map((resource) => {
    const { inputs } = resource;
    const network = inputs["networkConfiguration"] as Record<string, unknown>;
    const strategies = inputs["capacityProviderStrategies"] as { capacityProvider: string }[];
    return {
      name: resource.name.slice(stack.config.name.length + 1),
      resource,
      desiredCount: Number(inputs["desiredCount"]),
      subnets: network["subnets"] as string[],
      securityGroups: network["securityGroups"] as string[],
      providers: strategies.map(({ capacityProvider }) => capacityProvider),
    };
  });
}

/** Name of a role: the service's without the number of its replica. */
export const roleOf = ({ name }: Pick<Service, "name">) => name.replace(/-\d+$/, "");

/** Tasks of a role, or of every role whose name begins with a product's. */
export const taskCount = (stack: PlannedStack, is: (role: string) => boolean): number =>
  servicesOf(stack)
    .filter((service) => is(roleOf(service)))
    .reduce((sum, { desiredCount }) => sum + desiredCount, 0);

/** Tasks that are found by a name of Cloud Map. */
export function tasksBehind(stack: PlannedStack, host: string): number {
  const entry = resourcesOf(stack, "aws:servicediscovery/service:Service").find(
    ({ inputs }) => `${String(inputs["name"])}.${stack.config.namespace}` === host,
  );
  return servicesOf(stack)
    .filter(({ resource }) => {
      const registry = resource.inputs["serviceRegistries"] as { registryArn?: string } | undefined;
      return entry !== undefined && registry?.registryArn === entry.outputs["arn"];
    })
    .reduce((sum, { desiredCount }) => sum + desiredCount, 0);
}

/** Every task of the given roles has that many vCPU and GB, and there is such a task. */
export function assertSize(
  stack: PlannedStack,
  roles: readonly string[],
  vcpu: number,
  memoryGb: number,
): void {
  for (const role of roles) {
    const tasks = tasksOfRole(stack, role);
    assert.ok(tasks.length > 0, role);
    for (const { definition, service } of tasks) {
      assert.equal(Number(definition.inputs["cpu"]), vcpu * 1024, service);
      assert.equal(Number(definition.inputs["memory"]), memoryGb * 1024, service);
    }
  }
}

export const tasksOfRole = (stack: PlannedStack, role: string): Task[] =>
  tasksOf(stack).filter(({ service }) => roleOf({ name: service }) === role);

/** Subnets of a kind, with the zone each is in. */
export const subnetsOf = (stack: PlannedStack, kind: "public" | "private") =>
  resourcesOf(stack, "aws:ec2/subnet:Subnet")
    .filter(({ name }) => name.includes(`-${kind}-`))
    .map(({ id, inputs }) => ({ id: String(id), zone: String(inputs["availabilityZone"]) }));

/** The one resource of a type. @throws AssertionError where there is not exactly one. */
export function only(stack: PlannedStack, type: string): PlannedResource {
  const found = resourcesOf(stack, type);
  assert.equal(found.length, 1, `${found.length} of ${type}`);
  return found[0]!;
}

interface Condition {
  readonly hostHeader?: { readonly values: readonly string[] };
  readonly pathPattern?: { readonly values: readonly string[] };
  readonly httpHeader?: { readonly httpHeaderName: string };
}

/** A rule of the HTTPS listener. */
export interface ListenerRule {
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly priority: number;
  /** Asks for the header with the ingest token. */
  readonly guarded: boolean;
  /** Port of the target group; absent where the rule answers by itself. */
  readonly port?: number;
  readonly statusCode?: string;
}

export function listenerRulesOf(stack: PlannedStack): ListenerRule[] {
  const ports = new Map(
    resourcesOf(stack, "aws:lb/targetGroup:TargetGroup").map(({ inputs, outputs }) => [
      outputs["arn"],
      Number(inputs["port"]),
    ]),
  );
  return resourcesOf(stack, "aws:lb/listenerRule:ListenerRule").map(({ inputs }) => {
    const conditions = inputs["conditions"] as readonly Condition[];
    const [action] = inputs["actions"] as readonly {
      readonly targetGroupArn?: string;
      readonly fixedResponse?: { readonly statusCode: string };
    }[];
    return {
      hosts: conditions.flatMap(({ hostHeader }) => hostHeader?.values ?? []),
      paths: conditions.flatMap(({ pathPattern }) => pathPattern?.values ?? []),
      priority: Number(inputs["priority"]),
      guarded: conditions.some(({ httpHeader }) => httpHeader?.httpHeaderName === "Authorization"),
      port: ports.get(action?.targetGroupArn),
      statusCode: action?.fixedResponse?.statusCode,
    };
  });
}

/** Rules that lead a path of a host to a port. */
export const rulesTo = (stack: PlannedStack, host: string, path: string, port: number) =>
  listenerRulesOf(stack).filter(
    (rule) => rule.hosts.includes(host) && rule.paths.includes(path) && rule.port === port,
  );
