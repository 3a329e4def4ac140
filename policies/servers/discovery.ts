import type { Resource, Stack } from "../resource";
import { containersOf } from "./server";
import { tasksOf, type Task } from "./services";

export const NAMESPACE = "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace";
export const NAME = "aws:servicediscovery/service:Service";

/** A name of the stack in Cloud Map. */
export interface DiscoveryName {
  readonly resource: Resource;
  /** Without the namespace. */
  readonly name: string;
  /** What ECS services are found under it. */
  readonly tasks: readonly Task[];
}

/** Names of a namespace. @throws UnknownValueError in a preview that does not know a name. */
export function namesIn(stack: Stack, namespace: Resource): ReadonlyMap<string, DiscoveryName> {
  const tasks = new Map<Resource, Task[]>();
  for (const task of tasksOf(stack)) {
    for (const resource of stack.referenced(task.service, "serviceRegistries.registryArn", NAME)) {
      tasks.set(resource, [...(tasks.get(resource) ?? []), task]);
    }
  }
  const names = new Map<string, DiscoveryName>();
  for (const resource of stack.ofType(NAME)) {
    const inNamespace = stack.referenced(resource, "dnsConfig.namespaceId", NAMESPACE);
    if (!inNamespace.includes(namespace)) continue;
    const name = resource.at("name").text() ?? "";
    names.set(name, { resource, name, tasks: tasks.get(resource) ?? [] });
  }
  return names;
}

/** Ports that the tasks behind a name listen on. */
export function portsOf({ tasks }: DiscoveryName): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const { taskDefinition } of tasks) {
    if (taskDefinition === undefined) continue;
    for (const container of containersOf(taskDefinition)) {
      for (const mapping of container.at("portMappings").oneOrMore()) {
        const port = mapping.at("containerPort").number();
        if (port !== undefined) ports.add(port);
      }
    }
  }
  return ports;
}
