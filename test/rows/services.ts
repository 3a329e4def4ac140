import assert from "node:assert/strict";
import type { PlannedStack } from "../../plan/makePlan";
import type { PlannedResource } from "../../plan/plan";
import type { ContainerDefinition } from "../../stacks/containerDefinitions";
import { resourceOf, resourcesOf } from "../fixtures/plans";
import { tasksOf } from "./reading";

/** Reads the ECS services of a plan, each with its name in Cloud Map and its task. The catalog is not asked. */

export const serviceType = "aws:ecs/service:Service";

/** One ECS service as it would run. */
export interface Service {
  /** Name without the stack's: `mimir-0`. */
  readonly name: string;
  readonly resource: PlannedResource;
  readonly inputs: ServiceInputs;
  /** Name in Cloud Map, without the namespace. */
  readonly dnsName: string;
  readonly definition: PlannedResource;
  readonly server: ContainerDefinition;
  readonly init: ContainerDefinition;
}

interface ServiceInputs {
  readonly [key: string]: unknown;
  readonly name: string;
  readonly desiredCount: number;
  readonly deploymentMinimumHealthyPercent: number;
  readonly deploymentMaximumPercent: number;
  readonly availabilityZoneRebalancing: string;
  readonly capacityProviderStrategies: readonly {
    readonly capacityProvider: string;
    readonly weight: number;
  }[];
  readonly loadBalancers?: readonly {
    readonly targetGroupArn: string;
    readonly containerName: string;
    readonly containerPort: number;
  }[];
  readonly networkConfiguration: {
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
    readonly assignPublicIp: boolean;
  };
  readonly serviceRegistries: { readonly registryArn: string };
}

const known = new WeakMap<PlannedStack, readonly Service[]>();

/** Every ECS service of a plan. */
export function servicesOf(stack: PlannedStack): readonly Service[] {
  const found = known.get(stack) ?? readServices(stack);
  known.set(stack, found);
  return found;
}

function readServices(stack: PlannedStack): Service[] {
  const registries = new Map(
    resourcesOf(stack, "aws:servicediscovery/service:Service").map(({ inputs, outputs }) => [
      outputs["arn"],
      String(inputs["name"]),
    ]),
  );
  const tasks = new Map(tasksOf(stack).map((task) => [task.definition.outputs["arn"], task]));
  return resourcesOf(stack, serviceType).map((resource) => {
    const inputs = resource.inputs as ServiceInputs;
    const task = tasks.get(inputs["taskDefinition"]);
    assert.ok(task, `${resource.name} runs a task of the plan`);
    const containers = task.containers as readonly ContainerDefinition[];
    return {
      name: inputs.name.slice(stack.config.name.length + 1),
      resource,
      inputs,
      dnsName: registries.get(inputs.serviceRegistries.registryArn) ?? "",
      definition: task.definition,
      server: task.server as ContainerDefinition,
      init: containers.find(({ name }) => name === "init")!,
    };
  });
}

/** @throws Error where the plan has no such service. */
export function serviceNamed(stack: PlannedStack, name: string): Service {
  const service = servicesOf(stack).find((each) => each.name === name);
  assert.ok(service, `no service ${name} in ${stack.config.stack}`);
  return service;
}

/** Services of a role: one, or the replicas of a ring in their order. */
export const servicesOfRole = (stack: PlannedStack, role: string): Service[] =>
  servicesOf(stack).filter(({ name }) => name === role || new RegExp(`^${role}-\\d+$`).test(name));

/** How ECS replaces a role's tasks (S15), judged by what the services say. */
export function classOf(services: readonly Service[]): string {
  const kinds = services.map(({ name, inputs }) => {
    const percents = `${inputs.deploymentMinimumHealthyPercent}/${inputs.deploymentMaximumPercent}`;
    if (percents === "100/200") return "stateless";
    assert.equal(percents, "0/100", name);
    return /-\d+$/.test(name) ? "ring" : "singleton";
  });
  assert.equal(new Set(kinds).size, 1, services.map(({ name }) => name).join());
  return kinds[0]!;
}

export const portsOf = ({ server }: Service): number[] =>
  (server.portMappings ?? []).map(({ containerPort }) => containerPort);

/** Private subnets of a plan, in the order of the zones. */
export const privateSubnetIds = (stack: PlannedStack): string[] =>
  stack.config.network.zones.map(
    (_, index) =>
      resourceOf(stack, "aws:ec2/subnet:Subnet", `${stack.config.name}-vpc-private-${index + 1}`)
        .id!,
  );
