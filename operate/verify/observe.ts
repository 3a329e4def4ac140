import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  paginateListServices,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import { DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  GetInstancesHealthStatusCommand,
  ListInstancesCommand,
} from "@aws-sdk/client-servicediscovery";
import { ask, MissingPermission, orMissing } from "../check";
import type { Clients } from "../clients";
import type { Expected } from "./expected";

/** A task that ECS wants to run. */
export interface SeenTask {
  readonly arn: string;
  readonly service: string;
  readonly taskDefinition: string;
  readonly status: string;
  readonly health: string;
  readonly address?: string;
}

export interface SeenTarget {
  readonly address: string;
  readonly state: string;
  readonly reason?: string;
}

export interface SeenInstance {
  readonly address: string;
  /** Undefined where the service has no custom health check. */
  readonly health?: string;
}

/** What is really there. A part that may not be read is the permission that is missing. */
export interface Observation {
  readonly services: ReadonlyMap<string, Service>;
  readonly tasks: readonly SeenTask[];
  readonly targets: ReadonlyMap<string, readonly SeenTarget[] | MissingPermission>;
  readonly instances: ReadonlyMap<string, readonly SeenInstance[] | MissingPermission>;
  /** Content of the task definition that a service runs, where the expectation asks for content. */
  readonly definitions: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Services of the cluster that nobody expects. */
  readonly strangers: readonly string[];
}

/** DescribeServices takes ten names, DescribeTasks a hundred (API reference). */
const [SERVICES_PER_CALL, TASKS_PER_CALL] = [10, 100];

/** Reads everything about the expected services. @throws MissingPermission where ECS itself may not be read. */
export async function observe(expected: Expected, clients: Clients): Promise<Observation> {
  const { ecs } = clients;
  const cluster = expected.clusterName;
  const services = new Map<string, Service>();
  for (const names of chunks(Object.keys(expected.services), SERVICES_PER_CALL)) {
    const answer = await orMissing(["ClusterNotFoundException"], () =>
      ask("ecs:DescribeServices", () =>
        ecs.send(new DescribeServicesCommand({ cluster, services: names })),
      ),
    );
    for (const service of answer?.services ?? [])
      if (service.status !== "INACTIVE") services.set(service.serviceName ?? "", service);
  }
  const tasks = services.size === 0 ? [] : await tasksOf(cluster, clients);
  const targetGroups = [...services.values()].flatMap(({ loadBalancers }) =>
    (loadBalancers ?? []).map(({ targetGroupArn }) => targetGroupArn ?? ""),
  );
  const registries = [...services.values()].flatMap(({ serviceRegistries }) =>
    (serviceRegistries ?? []).map(({ registryArn }) => registryArn ?? ""),
  );
  return {
    services,
    tasks,
    targets: await eachOf(targetGroups, (arn) => targetsOf(arn, clients)),
    instances: await eachOf(registries, (arn) => instancesOf(arn, clients)),
    definitions: await definitionsOf(expected, services, clients),
    strangers: services.size === 0 ? [] : await strangersOf(expected, clients),
  };
}

async function tasksOf(cluster: string, { ecs }: Clients): Promise<SeenTask[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ask("ecs:ListTasks", () =>
      ecs.send(new ListTasksCommand({ cluster, nextToken, desiredStatus: "RUNNING" })),
    );
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const tasks: SeenTask[] = [];
  for (const some of chunks(arns, TASKS_PER_CALL)) {
    const answer = await ask("ecs:DescribeTasks", () =>
      ecs.send(new DescribeTasksCommand({ cluster, tasks: some })),
    );
    tasks.push(...(answer.tasks ?? []).map(seenTask));
  }
  return tasks;
}

function seenTask(task: Task): SeenTask {
  const address = task.attachments
    ?.find(({ type }) => type === "ElasticNetworkInterface")
    ?.details?.find(({ name }) => name === "privateIPv4Address")?.value;
  return {
    arn: task.taskArn ?? "",
    service: (task.group ?? "").replace(/^service:/, ""),
    taskDefinition: task.taskDefinitionArn ?? "",
    status: task.lastStatus ?? "",
    health: task.healthStatus ?? "UNKNOWN",
    ...(address === undefined ? {} : { address }),
  };
}

async function targetsOf(arn: string, { elb }: Clients): Promise<SeenTarget[]> {
  const answer = await ask("elasticloadbalancing:DescribeTargetHealth", () =>
    elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn })),
  );
  return (answer.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
    address: Target?.Id ?? "",
    state: TargetHealth?.State ?? "unknown",
    ...(TargetHealth?.Description === undefined ? {} : { reason: TargetHealth.Description }),
  }));
}

async function instancesOf(arn: string, { names }: Clients): Promise<SeenInstance[]> {
  const ServiceId = arn.split("/").at(-1) ?? "";
  const instances: { id: string; address: string }[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ask("servicediscovery:ListInstances", () =>
      names.send(new ListInstancesCommand({ ServiceId, NextToken })),
    );
    for (const { Id, Attributes } of page.Instances ?? [])
      instances.push({ id: Id ?? "", address: Attributes?.["AWS_INSTANCE_IPV4"] ?? "" });
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  if (instances.length === 0) return [];
  const { Status } = await ask("servicediscovery:GetInstancesHealthStatus", () =>
    names.send(new GetInstancesHealthStatusCommand({ ServiceId })),
  );
  return instances.map(({ id, address }) => {
    const health = Status?.[id];
    return { address, ...(health === undefined ? {} : { health }) };
  });
}

async function definitionsOf(
  expected: Expected,
  services: ReadonlyMap<string, Service>,
  { ecs }: Clients,
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const found = new Map<string, Readonly<Record<string, unknown>>>();
  for (const [name, { content }] of Object.entries(expected.services)) {
    const running = services.get(name)?.taskDefinition;
    if (content === undefined || running === undefined) continue;
    const answer = await ask("ecs:DescribeTaskDefinition", () =>
      ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: running })),
    );
    found.set(name, { ...answer.taskDefinition });
  }
  return found;
}

async function strangersOf(expected: Expected, { ecs }: Clients): Promise<string[]> {
  const strangers: string[] = [];
  await ask("ecs:ListServices", async () => {
    for await (const page of paginateListServices(
      { client: ecs },
      { cluster: expected.clusterName },
    ))
      for (const arn of page.serviceArns ?? []) {
        const name = arn.split("/").at(-1) ?? "";
        if (!(name in expected.services)) strangers.push(name);
      }
  });
  return strangers;
}

async function eachOf<T>(
  keys: readonly string[],
  read: (key: string) => Promise<T>,
): Promise<Map<string, T | MissingPermission>> {
  return new Map(
    await Promise.all(
      [...new Set(keys)].map(async (key): Promise<[string, T | MissingPermission]> => {
        try {
          return [key, await read(key)];
        } catch (error) {
          if (error instanceof MissingPermission) return [key, error];
          throw error;
        }
      }),
    ),
  );
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
