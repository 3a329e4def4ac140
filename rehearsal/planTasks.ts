import type { CustomResource, PlanReader } from "./planReader";
import type { Container, HealthCheck, TaskDefinition } from "./types";

/** Container definition as ECS writes it; only what a rehearsal acts on. */
interface EcsContainer {
  readonly name: string;
  readonly image: string;
  readonly essential?: boolean;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly mountPoints?: readonly {
    readonly sourceVolume: string;
    readonly containerPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly readonlyRootFilesystem?: boolean;
  readonly user?: string;
  readonly portMappings?: readonly { readonly containerPort: number }[];
  readonly dependsOn?: readonly { readonly containerName: string; readonly condition: string }[];
  readonly healthCheck?: {
    readonly command: readonly string[];
    readonly interval?: number;
    readonly timeout?: number;
    readonly retries?: number;
    readonly startPeriod?: number;
  };
  readonly stopTimeout?: number;
  readonly ulimits?: readonly {
    readonly name: string;
    readonly softLimit: number;
    readonly hardLimit: number;
  }[];
  readonly restartPolicy?: {
    readonly enabled: boolean;
    readonly ignoredExitCodes?: readonly number[];
    readonly restartAttemptPeriod?: number;
  };
}

/** Reads one task definition. Defaults are ECS's. */
export function taskDefinitionOf(definition: CustomResource, reader: PlanReader): TaskDefinition {
  const { family, cpu, memory, taskRoleArn, volumes } = definition.inputs as {
    readonly family: string;
    readonly cpu: string;
    readonly memory: string;
    readonly taskRoleArn?: string;
    readonly volumes?: readonly { readonly name: string }[];
  };
  const containers = reader.json<readonly EcsContainer[]>(definition, "containerDefinitions");
  return {
    family,
    cpu: Number(cpu),
    memoryMiB: Number(memory),
    taskRoleArn,
    volumes: (volumes ?? []).map(({ name }) => name),
    containers: (containers ?? []).map(containerOf),
  };
}

function containerOf(container: EcsContainer): Container {
  const [uid, gid] = (container.user ?? "").split(":").map(Number);
  const files = container.ulimits?.find(({ name }) => name === "nofile");
  const { restartPolicy } = container;
  return {
    name: container.name,
    image: container.image,
    essential: container.essential ?? true,
    entryPoint: container.entryPoint,
    command: container.command ?? [],
    environment: pairs(container.environment, ({ name, value }) => [name, value]),
    secrets: pairs(container.secrets, ({ name, valueFrom }) => [name, valueFrom]),
    mounts: (container.mountPoints ?? []).map(({ sourceVolume, containerPath, readOnly }) => ({
      volume: sourceVolume,
      path: containerPath,
      readOnly: readOnly ?? false,
    })),
    readonlyRootFilesystem: container.readonlyRootFilesystem ?? false,
    user: container.user && uid !== undefined ? { uid, gid: gid ?? uid } : undefined,
    ports: (container.portMappings ?? []).map(({ containerPort }) => containerPort),
    after: (container.dependsOn ?? [])
      .filter(({ condition }) => condition === "SUCCESS")
      .map(({ containerName }) => containerName),
    healthCheck: container.healthCheck && healthCheckOf(container.healthCheck),
    stopTimeoutSeconds: container.stopTimeout ?? 30,
    openFiles: files && { soft: files.softLimit, hard: files.hardLimit },
    restartPolicy: restartPolicy?.enabled
      ? {
          ignoredExitCodes: restartPolicy.ignoredExitCodes ?? [],
          attemptPeriodSeconds: restartPolicy.restartAttemptPeriod ?? 300,
        }
      : undefined,
  };
}

const pairs = <T>(list: readonly T[] | undefined, pair: (entry: T) => [string, string]) =>
  Object.fromEntries((list ?? []).map(pair));

function healthCheckOf(check: NonNullable<EcsContainer["healthCheck"]>): HealthCheck {
  const [kind, ...command] = check.command;
  return {
    command,
    shell: kind === "CMD-SHELL",
    intervalSeconds: check.interval ?? 30,
    timeoutSeconds: check.timeout ?? 5,
    retries: check.retries ?? 3,
    startPeriodSeconds: check.startPeriod ?? 0,
  };
}
