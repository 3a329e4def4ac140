import { gunzipSync } from "node:zlib";
import assert from "node:assert/strict";
import { parse } from "yaml";
import { unwrapAll } from "../../plan/record";
import type { PlannedResource } from "../../plan/plan";
import type { PlannedStack } from "../../plan/makePlan";
import { containersOf, resourcesOf } from "../fixtures/plans";

/**
 * Reads a plan as AWS and the servers would: files out of the init container's environment, permissions out of policy
 * documents, addresses out of Cloud Map and security-group rules. The catalog is not asked.
 */

export interface Variable {
  readonly name: string;
  readonly value: string;
}

export interface Secret {
  readonly name: string;
  readonly valueFrom: string;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: readonly Variable[];
  readonly secrets?: readonly Secret[];
  readonly portMappings?: readonly { readonly containerPort: number }[];
  readonly logConfiguration: { readonly options: Readonly<Record<string, string>> };
  readonly repositoryCredentials?: { readonly credentialsParameter: string };
  readonly user?: string;
}

/** One task definition with what its containers are given. */
export interface Task {
  /** Name without the stack's: `mimir-0`. */
  readonly service: string;
  readonly definition: PlannedResource;
  readonly containers: readonly Container[];
  readonly server: Container;
  /** Script of the init container; empty where there is none. */
  readonly initScript: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, string>;
  /** Absolute path → content, as the init container's script and environment say. */
  readonly files: ReadonlyMap<string, string>;
}

const tasks = new WeakMap<PlannedStack, readonly Task[]>();

/** Every task definition of a plan. */
export function tasksOf(stack: PlannedStack): readonly Task[] {
  const known = tasks.get(stack);
  if (known !== undefined) return known;
  const found = resourcesOf(stack, "aws:ecs/taskDefinition:TaskDefinition").map((definition) =>
    taskOf(stack, definition),
  );
  tasks.set(stack, found);
  return found;
}

function taskOf({ config }: PlannedStack, definition: PlannedResource): Task {
  const containers = containersOf(definition) as unknown as Container[];
  const server = containers.find(({ name }) => name !== "init");
  const init = containers.find(({ name }) => name === "init");
  assert.ok(server, definition.name);
  const initScript = (init?.command ?? []).join("\n");
  const values = new Map((init?.environment ?? []).map(({ name, value }) => [name, value]));
  const written = [...initScript.matchAll(/^write '([^']+)' "\$(\w+)"$/gm)];
  return {
    service: definition.name.slice(config.name.length + 1),
    definition,
    containers,
    server,
    initScript,
    environment: new Map((server.environment ?? []).map(({ name, value }) => [name, value])),
    secrets: new Map((server.secrets ?? []).map(({ name, valueFrom }) => [name, valueFrom])),
    files: new Map([
      ...written.map(([, path, variable]) => [path!, values.get(variable!) ?? ""] as const),
      ...unpackedFiles(initScript, values.get("PACKED_FILES")),
    ]),
  };
}

/** The files that the script makes of lines of one compressed variable. */
function unpackedFiles(script: string, packed: string | undefined): (readonly [string, string])[] {
  if (packed === undefined) return [];
  const lines = gunzipSync(Buffer.from(packed, "base64")).toString("utf8").split("\n");
  return [...script.matchAll(/^unpack '([^']+)' (\d+)$/gm)].map(
    ([, path, line]) => [path!, `${lines[Number(line) - 1] ?? ""}\n`] as const,
  );
}

/** @throws Error where the plan has no such task. */
export function taskNamed(stack: PlannedStack, service: string): Task {
  const task = tasksOf(stack).find((each) => each.service === service);
  assert.ok(task, `no task ${service} in ${stack.config.stack}`);
  return task;
}

/** Text of a file of a task, by the end of its path. */
export function fileOf(stack: PlannedStack, service: string, end: string): string {
  const { files } = taskNamed(stack, service);
  const path = [...files.keys()].find((each) => each.endsWith(end));
  assert.ok(path, `${service} is given no ${end}, but ${[...files.keys()].join(", ")}`);
  return files.get(path)!;
}

/** A YAML file of a task, parsed. */
export const yamlOf = (stack: PlannedStack, service: string, end = ".yaml"): unknown =>
  parse(fileOf(stack, service, end));

/** The one component of an Alloy file, from its name to the closing brace; undefined where there is none. */
export function alloyBlock(text: string, name: string, label: string): string | undefined {
  const start = text.indexOf(`\n${name} "${label}" {`);
  if (start < 0) return undefined;
  return text.slice(start + 1, text.indexOf("\n}", start) + 2);
}

/** Texts in double quotes, in order. */
export const quotedStrings = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"/g)].map(([, item]) => item!);

/** What a setting of an Alloy component sends to, such as `loki.process.level.receiver`. */
export const alloyTarget = (block: string | undefined, setting: string): string | undefined =>
  new RegExp(`^\\s+${setting} += \\[(.*)\\]$`, "m").exec(block ?? "")?.[1];

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const list = (value: unknown): string[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [value as string];

/** Statements of a policy document in text, with lists in place of single values. */
export function statementsIn(document: unknown): Statement[] {
  const { Statement: statements } = JSON.parse(String(document)) as {
    Statement: Record<string, unknown>[];
  };
  return statements.map((statement) => ({
    ...(statement as unknown as Statement),
    Action: list(statement["Action"]),
    Resource: list(statement["Resource"]),
  }));
}

export interface IamRole {
  readonly resource: PlannedResource;
  readonly name: string;
  readonly arn: string;
  readonly trust: readonly Statement[];
  readonly statements: readonly Statement[];
}

/** Every IAM role of a plan, with all it may do. */
export function iamRolesOf(stack: PlannedStack): IamRole[] {
  const policies = resourcesOf(stack, "aws:iam/rolePolicy:RolePolicy");
  return resourcesOf(stack, "aws:iam/role:Role").map((resource) => {
    const name = String(resource.outputs["name"]);
    return {
      resource,
      name,
      arn: String(resource.outputs["arn"]),
      trust: statementsIn(resource.inputs["assumeRolePolicy"]),
      statements: policies
        .filter(({ inputs }) => inputs["role"] === name)
        .flatMap(({ inputs }) => statementsIn(inputs["policy"])),
    };
  });
}

/** The role with which ECS starts a task, or as which the task acts; undefined where the task has none. */
export function roleOfTask(
  stack: PlannedStack,
  service: string,
  kind: "execution" | "task",
): IamRole | undefined {
  const { inputs } = taskNamed(stack, service).definition;
  const arn = inputs[kind === "execution" ? "executionRoleArn" : "taskRoleArn"] as
    string | undefined;
  if (arn === undefined) return undefined;
  const role = iamRolesOf(stack).find((each) => each.arn === arn);
  assert.ok(role, `${service} names the role ${arn}, which the plan does not make`);
  return role;
}

/** Host names of Cloud Map: `mimir.lgtm.local`. */
export function discoveryNames(stack: PlannedStack): Set<string> {
  const [namespace] = resourcesOf(
    stack,
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
  );
  return new Set(
    resourcesOf(stack, "aws:servicediscovery/service:Service").map(
      ({ inputs }) => `${String(inputs["name"])}.${String(namespace?.inputs["name"])}`,
    ),
  );
}

/** What may open a connection to a group's members: `group:port`, where the group is named as in the program. */
export interface Ingress {
  /** Logical name of the calling group, without the stack's; an address block; or the id of a foreign group. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** Every ingress rule of the plan. */
export function ingressOf(stack: PlannedStack): Ingress[] {
  const groups = new Map(
    resourcesOf(stack, "aws:ec2/securityGroup:SecurityGroup").map(({ id, name }) => [
      id,
      name === stack.config.name ? name : name.slice(stack.config.name.length + 1),
    ]),
  );
  const nameOf = (id: unknown) => groups.get(String(id)) ?? String(id);
  return resourcesOf(stack, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(
    ({ inputs, name }) => {
      assert.equal(inputs["fromPort"], inputs["toPort"], name);
      return {
        from: nameOf(inputs["referencedSecurityGroupId"] ?? inputs["cidrIpv4"]),
        to: nameOf(inputs["securityGroupId"]),
        port: Number(inputs["fromPort"]),
      };
    },
  );
}

/** True where exactly that connection is let in. */
export const mayConnect = (stack: PlannedStack, from: string, to: string, port: number): boolean =>
  ingressOf(stack).some((rule) => rule.from === from && rule.to === to && rule.port === port);

/** Values that must not be seen anywhere: every generated or given secret of a recording. */
export function secretValuesOf({ recording }: PlannedStack): string[] {
  return recording.resources
    .filter(({ type }) => type === "aws:secretsmanager/secretVersion:SecretVersion")
    .map(({ inputs }) => String(unwrapAll(inputs["secretString"])));
}
