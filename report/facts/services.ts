import { record, records, text } from "../../plan/charges";
import type { PlannedStack } from "../../plan/makePlan";
import type { PlannedResource } from "../../plan/plan";
import { serviceName } from "../../stacks/names";
import type { ProductName, ReplacementClass, RenderedFile, Role, RoleId } from "../../stacks/types";
import { numberOr, texts, type PlanIndex } from "./planIndex";

/** One ECS service, as the plan has it. */
export interface ServiceFacts {
  /** Name of the ECS service. */
  readonly name: string;
  /** Name without the stack's: `mimir-0`. */
  readonly shortName: string;
  readonly tasks: number;
  /** Zones whose subnets the service may use, in the stack's order. */
  readonly zones: readonly string[];
  readonly files: readonly RenderedFile[];
}

/** One part of the system: a role with its services. */
export interface RoleFacts {
  readonly id: RoleId;
  readonly product: ProductName;
  readonly component: string;
  readonly image: string;
  readonly dnsName: string;
  readonly services: readonly ServiceFacts[];
  /** Tasks of all its services. */
  readonly tasks: number;
  readonly scaling?: { readonly min: number; readonly max: number; readonly cpuPercent: number };
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly diskGb: number;
  readonly replacement: ReplacementClass;
  readonly holdsData: boolean;
  readonly spot: boolean;
  readonly ports: readonly { readonly name: string; readonly number: number }[];
  /** Security groups of its tasks, without the stack's name. */
  readonly groups: readonly string[];
  readonly executionRole: string;
  readonly taskRole?: string;
  readonly health: HealthFacts;
  readonly rollout: RolloutFacts;
}

/** The container health check, from the task definition. */
export interface HealthFacts {
  readonly command: string;
  readonly intervalSeconds: number;
  readonly retries: number;
  readonly startPeriodSeconds: number;
  readonly timeoutSeconds: number;
}

/** How the tasks are replaced, from the service and its task definition. */
export interface RolloutFacts {
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: boolean;
  readonly rollback: boolean;
  readonly stopTimeoutSeconds: number;
  readonly graceSeconds?: number;
}

/** Every role that the plan runs, in the catalog's order; counts and sizes are the plan's. */
export function roleFacts({ config, catalog }: PlannedStack, index: PlanIndex): RoleFacts[] {
  const ecsServices = new Map(
    index
      .ofType("aws:ecs/service:Service")
      .map((service) => [text(service.inputs["name"]), service] as const),
  );
  return catalog.products.flatMap((product) =>
    product.roles.flatMap((role) => {
      const found = role.instances.flatMap((instance) => {
        const service = ecsServices.get(serviceName(config, instance));
        return service === undefined ? [] : [{ instance, service }];
      });
      const [first] = found;
      if (first === undefined) return [];
      const services = found.map(({ instance, service }) => ({
        name: text(service.inputs["name"]),
        shortName: instance.serviceName,
        tasks: numberOr(service.inputs["desiredCount"], 0),
        zones: zonesOf(service, config.zoneNames, instance.zoneIndex, index),
        files: instance.files,
      }));
      return [{ ...described(role, first.service, index), services, tasks: total(services) }];
    }),
  );
}

const total = (services: readonly ServiceFacts[]) =>
  services.reduce((sum, { tasks }) => sum + tasks, 0);

function zonesOf(
  service: PlannedResource,
  zoneNames: readonly string[],
  zoneIndex: number | undefined,
  index: PlanIndex,
): string[] {
  const subnets = texts(record(service.inputs["networkConfiguration"])["subnets"]);
  const zones = subnets.flatMap((subnet) => index.zoneOf(subnet) ?? []);
  // Subnets of a VPC that exists already are not in the plan.
  if (zones.length === 0) {
    return zoneNames.filter((_, at) => zoneIndex === undefined || at === zoneIndex);
  }
  return zones.sort((a, b) => zoneNames.indexOf(a) - zoneNames.indexOf(b));
}

function described(role: Role, service: PlannedResource, index: PlanIndex) {
  const task = index.byArn(text(service.inputs["taskDefinition"]));
  const inputs = task?.inputs ?? {};
  const container = serverOf(inputs);
  const health = record(container["healthCheck"]);
  const breaker = record(service.inputs["deploymentCircuitBreaker"]);
  const grace = service.inputs["healthCheckGracePeriodSeconds"];
  const strategies = records(service.inputs["capacityProviderStrategies"]);
  const taskRole = text(inputs["taskRoleArn"]);
  return {
    id: role.id,
    product: role.product,
    component: role.component,
    image: text(container["image"]),
    dnsName: role.dnsName,
    ...(role.autoscaling === undefined
      ? {}
      : {
          scaling: {
            min: role.autoscaling.minReplicas,
            max: role.autoscaling.maxReplicas,
            cpuPercent: role.autoscaling.targetCpuPercent,
          },
        }),
    vcpu: numberOr(inputs["cpu"], 0) / 1024,
    memoryGb: numberOr(inputs["memory"], 0) / 1024,
    diskGb: numberOr(record(inputs["ephemeralStorage"])["sizeInGib"], 20),
    replacement: role.replacement,
    holdsData: role.holdsData,
    spot: strategies.some((each) => text(each["capacityProvider"]) === "FARGATE_SPOT"),
    ports: role.ports,
    groups: texts(record(service.inputs["networkConfiguration"])["securityGroups"]).map(
      index.groupName,
    ),
    executionRole: roleName(text(inputs["executionRoleArn"])),
    ...(taskRole === "" ? {} : { taskRole: roleName(taskRole) }),
    health: {
      command: texts(health["command"]).slice(1).join(" "),
      intervalSeconds: numberOr(health["interval"], 30),
      retries: numberOr(health["retries"], 3),
      startPeriodSeconds: numberOr(health["startPeriod"], 0),
      timeoutSeconds: numberOr(health["timeout"], 5),
    },
    rollout: {
      minimumHealthyPercent: numberOr(service.inputs["deploymentMinimumHealthyPercent"], 100),
      maximumPercent: numberOr(service.inputs["deploymentMaximumPercent"], 200),
      circuitBreaker: breaker["enable"] === true,
      rollback: breaker["rollback"] === true,
      stopTimeoutSeconds: numberOr(container["stopTimeout"], 30),
      ...(grace === undefined ? {} : { graceSeconds: numberOr(grace, 0) }),
    },
  };
}

/** The container that serves: the one with a health check, not the init container. */
function serverOf(taskDefinition: Readonly<Record<string, unknown>>) {
  const json = text(taskDefinition["containerDefinitions"]);
  const containers = records(json === "" ? [] : (JSON.parse(json) as unknown));
  return containers.find((container) => container["healthCheck"] !== undefined) ?? {};
}

const roleName = (arn: string) => arn.split("/").pop() ?? arn;
