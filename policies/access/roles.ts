import type { Resource, Stack } from "../resource";
import { containersOf, serversOf, TASK_DEFINITION, type Server } from "../servers/server";
import { UnknownValueError } from "../unknownValue";
import type { Value } from "../value";
import {
  documentsOf,
  hasUnknownDocument,
  POLICY,
  ROLE,
  ROLE_POLICY,
  ROLE_POLICY_ATTACHMENT,
  type PolicyDocument,
  type Statement,
} from "./documents";

/** A task definition that uses a role. */
export interface Task {
  readonly resource: Resource;
  readonly servers: readonly Server[];
  /** Secrets that its containers name, as ARNs without a key's name behind them. */
  readonly secretArns: readonly string[];
  readonly logGroups: readonly string[];
}

export interface TaskRole {
  readonly resource: Resource;
  readonly trust: readonly Statement[];
  /** What it may do, with the resource in which that is written. */
  readonly documents: readonly PolicyDocument[];
  /** Tasks that act as it, and tasks that ECS starts with it. */
  readonly tasks: readonly Task[];
  readonly started: readonly Task[];
  /** A preview does not know some of its task definitions yet: whether they need something can't be said. */
  readonly hasUnseenTasks: boolean;
  /** A preview does not know some of its documents yet: what it lacks can't be said. */
  readonly isIncomplete: boolean;
}

/** Properties that tell roles and their users, for the rules' `reads`. */
export const roleReads: Readonly<Record<string, readonly string[]>> = {
  [ROLE]: ["assumeRolePolicy", "inlinePolicies"],
  [ROLE_POLICY]: ["policy", "role"],
  [POLICY]: ["policy"],
  [ROLE_POLICY_ATTACHMENT]: ["role", "policyArn"],
  [TASK_DEFINITION]: ["containerDefinitions", "taskRoleArn", "executionRoleArn"],
};

const remembered = new WeakMap<Stack, readonly TaskRole[]>();

/** Every role of the stack, with what it may do and which tasks use it. What a preview does not know is left out. */
export function rolesOf(stack: Stack): readonly TaskRole[] {
  const known = remembered.get(stack);
  if (known !== undefined) return known;
  const documents = new Map<string, PolicyDocument[]>();
  const add = (role: Resource | undefined, found: readonly PolicyDocument[]) => {
    if (role !== undefined) documents.set(role.urn, [...(documents.get(role.urn) ?? []), ...found]);
  };
  const incomplete = new Set<string>();
  let isSomeonesUnknown = false;
  /** A document that can't be read, or whose role can't be told, may hold whatever is missed. */
  const noteUnknown = (role: Resource | undefined, document: Resource, link: Value) => {
    if (role !== undefined && hasUnknownDocument(document) !== undefined) incomplete.add(role.urn);
    if (role === undefined && link.isUnknown) isSomeonesUnknown = true;
  };
  for (const policy of stack.ofType(ROLE_POLICY)) {
    const owner = ownerOf(stack, policy);
    add(owner, documentsOf(policy));
    noteUnknown(owner, policy, policy.at("role"));
  }
  for (const attachment of stack.ofType(ROLE_POLICY_ATTACHMENT)) {
    const [policy] = stack.referenced(attachment, "policyArn", POLICY);
    const owner = ownerOf(stack, attachment);
    if (policy !== undefined) {
      add(owner, documentsOf(policy));
      noteUnknown(owner, policy, attachment.at("role"));
    } else if (owner !== undefined && attachment.at("policyArn").isUnknown) {
      incomplete.add(owner.urn);
    }
  }
  const tasks = new Map<string, Task[]>();
  const started = new Map<string, Task[]>();
  const unseen = new Set<string>();
  for (const definition of stack.ofType(TASK_DEFINITION)) {
    const task = taskOf(definition);
    for (const [property, map] of [
      ["taskRoleArn", tasks],
      ["executionRoleArn", started],
    ] as const) {
      for (const role of stack.referenced(definition, property, ROLE)) {
        if (task === undefined) unseen.add(role.urn);
        else map.set(role.urn, [...(map.get(role.urn) ?? []), task]);
      }
    }
  }
  const roles = stack.ofType(ROLE).map((resource): TaskRole => {
    const own = documentsOf(resource);
    const attached = documents.get(resource.urn) ?? [];
    const texts = new Set(attached.map(({ document }) => JSON.stringify(document.known())));
    return {
      resource,
      trust: own.filter(({ kind }) => kind === "trust").flatMap(({ statements }) => statements),
      documents: [
        // A refreshed state repeats attached policies in the role's own list, where they are no second grant.
        ...own.filter(
          ({ kind, document }) =>
            kind === "identity" && !texts.has(JSON.stringify(document.known())),
        ),
        ...attached,
      ],
      tasks: tasks.get(resource.urn) ?? [],
      started: started.get(resource.urn) ?? [],
      hasUnseenTasks: unseen.has(resource.urn),
      isIncomplete:
        isSomeonesUnknown ||
        incomplete.has(resource.urn) ||
        resource.at("inlinePolicies").isUnknown,
    };
  });
  remembered.set(stack, roles);
  return roles;
}

/** The role that a policy or attachment names: by name or id. */
function ownerOf(stack: Stack, resource: Resource): Resource | undefined {
  const [found] = stack.referenced(resource, "role", ROLE);
  if (found !== undefined) return found;
  const value = resource.at("role");
  const name = value.isUnknown ? undefined : value.text();
  return name === undefined ? undefined : rolesByName(stack).get(name);
}

const names = new WeakMap<Stack, ReadonlyMap<string, Resource>>();

function rolesByName(stack: Stack): ReadonlyMap<string, Resource> {
  let map = names.get(stack);
  if (map === undefined) {
    map = new Map(
      stack.ofType(ROLE).flatMap((role) => {
        const name = role.at("name");
        const text = name.isUnknown ? undefined : name.text();
        return text === undefined ? [] : [[text, role] as const];
      }),
    );
    names.set(stack, map);
  }
  return map;
}

function taskOf(resource: Resource): Task | undefined {
  try {
    const containers = containersOf(resource);
    const references = containers.flatMap((container) => [
      ...container
        .at("secrets")
        .oneOrMore()
        .map((secret) => secret.at("valueFrom").text()),
      ...container
        .at("logConfiguration", "secretOptions")
        .oneOrMore()
        .map((secret) => secret.at("valueFrom").text()),
      container.at("repositoryCredentials", "credentialsParameter").text(),
    ]);
    return {
      resource,
      servers: serversOf(resource),
      secretArns: [
        ...new Set(
          references
            .filter((text) => text !== undefined)
            .filter((text) => text.includes(":secretsmanager:"))
            .map((text) => text.split(":").slice(0, 7).join(":")),
        ),
      ],
      logGroups: [
        ...new Set(
          containers.flatMap(
            (container) =>
              container.at("logConfiguration", "options", "awslogs-group").text() ?? [],
          ),
        ),
      ],
    };
  } catch (error) {
    if (error instanceof UnknownValueError) return undefined;
    throw error;
  }
}

/** Products whose servers use a role, by image. */
export const productsOf = (tasks: readonly Task[]): string[] =>
  [...new Set(tasks.flatMap((task) => task.servers.map((server) => server.product)))].sort();

export const usersOf = (role: TaskRole): readonly Task[] => [...role.tasks, ...role.started];
