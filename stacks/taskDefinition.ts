import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { canonical, canonicalJson, type ContainerDefinition } from "./containerDefinitions";
import { registryCredentials, usesTaskRole } from "./iam";
import { hostOf } from "./endpoints";
import {
  BUSYBOX_PATH,
  CONFIG_DIRECTORY,
  fileVariables,
  initScript,
  type SuccessorWait,
} from "./initContainer";
import { familyName, logGroupName } from "./names";
import { stopHookEntryPoint } from "./stopHook";
import { isRingOfSeveral, SUCCESSOR_WAIT_SECONDS } from "./rollout";
import type {
  EnvironmentVariable,
  HealthCheck,
  Instance,
  LateValue,
  Product,
  Role,
  SecretId,
  SecretVariable,
} from "./types";

/** Name of the container that writes the files. */
export const INIT_CONTAINER = "init";

/**
 * Most that a registered task definition may hold, as JSON in bytes.
 * Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html ("Task definition size", 64 KiB).
 */
export const TASK_DEFINITION_LIMIT_BYTES = 64 * 1024;
/** Room for what the program can't see: tags, and whatever AWS adds (ARN, attributes, who registered it). */
export const TASK_DEFINITION_MARGIN_BYTES = 4 * 1024;

/** S20: half a minute of silence, then unhealthy; the start is given the time of the slowest ring (64 s, measured). */
const healthCheckTimes = { interval: 5, timeout: 5, retries: 3, startPeriod: 180 } as const;

/** Fargate's own value, written down so that it can't change under the servers (ECS API_Ulimit). */
const OPEN_FILES = 65_535;

/** Logs a server can write while CloudWatch Logs is away, before lines are dropped instead of blocking the server (S18). */
const LOG_BUFFER = "4m";

/** A task definition, complete but for values that only AWS knows. */
export interface TaskDefinitionSpec {
  readonly family: string;
  /** CPU units, as ECS takes them. */
  readonly cpu: string;
  /** MiB, as ECS takes them. */
  readonly memory: string;
  readonly cpuArchitecture: "ARM64" | "X86_64";
  readonly operatingSystemFamily: "LINUX";
  /** Absent at Fargate's own 20 GB, which the API does not take as a value. */
  readonly ephemeralStorageGb?: number;
  /** Names of the task's volumes. */
  readonly volumes: readonly string[];
  readonly usesTaskRole: boolean;
  /** Name of the container that target groups and Cloud Map point to. */
  readonly serverContainer: string;
  readonly region: string;
  /** Name of the ECS service, for messages. */
  readonly serviceName: string;
  readonly server: ContainerDefinition;
  readonly serverEnvironment: readonly EnvironmentVariable[];
  readonly serverSecrets: readonly SecretVariable[];
  readonly init: ContainerDefinition;
}

/** What AWS has made by the time the task definition is registered. */
export interface LateFacts {
  /** Values of the late variables that the task names; others may be missing. */
  readonly env: Readonly<Partial<Record<LateValue, string>>>;
  /** ARNs of the stack's secrets that the task names; others may be missing. */
  readonly secretArns: Readonly<Partial<Record<SecretId, string>>>;
  /** Name of the product's log group. */
  readonly logGroup: string;
}

/** @throws Error where the task definition would not fit into ECS's limit, whatever the late values turn out to be. */
export function taskDefinitionSpec(
  product: Product,
  role: Role,
  instance: Instance,
  config: StackConfig,
): TaskDefinitionSpec {
  const writable = writableVolumes(role);
  const writableMounts = writable.map(({ name, path }) => ({
    containerPath: path,
    sourceVolume: name,
    readOnly: false,
  }));
  const configMount = (readOnly: boolean) => ({
    containerPath: CONFIG_DIRECTORY,
    sourceVolume: CONFIG_VOLUME,
    readOnly,
  });
  const spec: TaskDefinitionSpec = {
    family: familyName(config, instance),
    cpu: String(role.vcpu * 1024),
    memory: String(role.memoryGb * 1024),
    cpuArchitecture: config.cpuArchitecture,
    operatingSystemFamily: "LINUX",
    ...(role.ephemeralStorageGb > 20 ? { ephemeralStorageGb: role.ephemeralStorageGb } : {}),
    // Even a server without files finds its health check's tool on the first one.
    volumes: [CONFIG_VOLUME, ...writable.map(({ name }) => name)],
    usesTaskRole: usesTaskRole(role, config),
    serverContainer: role.component,
    region: config.region,
    serviceName: instance.serviceName,
    server: {
      name: role.component,
      image: product.image,
      ...startOf(role, instance),
      user: role.user,
      // The agent of ECS Exec writes into the root file system (developerguide/ecs-exec.html).
      readonlyRootFilesystem: role.readonlyRootFilesystem && !config.execEnabled,
      portMappings: role.ports.map((port) => ({ containerPort: port.number })),
      mountPoints: [configMount(true), ...writableMounts],
      dependsOn: [{ containerName: INIT_CONTAINER, condition: "SUCCESS" }],
      healthCheck: { command: healthCommand(role.health), ...healthCheckTimes },
      ulimits: [{ name: "nofile", softLimit: OPEN_FILES, hardLimit: OPEN_FILES }],
      stopTimeout: role.stopTimeoutSeconds,
      // ECS Exec leaves zombies behind without an init process; nothing else needs one.
      ...(config.execEnabled ? { linuxParameters: { initProcessEnabled: true } } : {}),
      ...restartPolicy(role),
      ...credentials(product.image, config),
    },
    serverEnvironment: instance.environment,
    serverSecrets: instance.secrets,
    init: {
      name: INIT_CONTAINER,
      image: imageOf(config, "busybox"),
      essential: false,
      entryPoint: ["/bin/busybox", "sh", "-c"],
      command: [
        initScript({
          files: instance.files,
          writablePaths: writable.map(({ path }) => path),
          user: role.user,
          ...successorWait(config, role),
        }),
      ],
      // The most that Fargate takes; without it the default is nowhere in the API's reference.
      ...(isRingOfSeveral(role) ? { startTimeout: 120 } : {}),
      // It gives directories to the server's user, which only root may.
      user: "0",
      readonlyRootFilesystem: true,
      environment: fileVariables(instance.files),
      mountPoints: [configMount(false), ...writableMounts],
      ...credentials(imageOf(config, "busybox"), config),
    },
  };
  containerDefinitions(spec, longestLateFacts(spec, logGroupName(config, product.name)));
  return spec;
}

/**
 * The canonical JSON of the task's containers.
 *
 * @throws Error where a late value is missing, or the task definition exceeds ECS's limit.
 */
export function containerDefinitions(spec: TaskDefinitionSpec, late: LateFacts): string {
  const logging = {
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": late.logGroup,
        "awslogs-region": spec.region,
        "awslogs-stream-prefix": spec.serviceName,
        mode: "non-blocking",
        "max-buffer-size": LOG_BUFFER,
      },
    },
  };
  const secrets = spec.serverSecrets.map(({ name, from }) => ({
    name,
    valueFrom: "arn" in from ? from.arn : known(late.secretArns[from.secret], spec, from.secret),
  }));
  const containers = canonical([
    { ...spec.init, ...logging },
    {
      ...spec.server,
      ...logging,
      environment: spec.serverEnvironment.map((variable) => ({
        name: variable.name,
        value:
          "late" in variable ? known(late.env[variable.late], spec, variable.late) : variable.value,
      })),
      ...(secrets.length > 0 ? { secrets } : {}),
    },
  ]);
  const json = canonicalJson(containers);
  checkSize(spec, json);
  return json;
}

/** Bytes of the whole task definition as it is registered, with ARNs of the longest kind. */
export function registeredBytes(spec: TaskDefinitionSpec, containersJson: string): number {
  const roleArn = `arn:aws:iam::123456789012:role/${"r".repeat(64)}`;
  const rest = canonicalJson({
    family: spec.family,
    cpu: spec.cpu,
    memory: spec.memory,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    executionRoleArn: roleArn,
    taskRoleArn: roleArn,
    runtimePlatform: {
      cpuArchitecture: spec.cpuArchitecture,
      operatingSystemFamily: spec.operatingSystemFamily,
    },
    ephemeralStorage: { sizeInGiB: spec.ephemeralStorageGb },
    volumes: spec.volumes.map((name) => ({ name, host: {} })),
    containerDefinitions: [],
  });
  return Buffer.byteLength(rest) + Buffer.byteLength(containersJson);
}

function checkSize(spec: TaskDefinitionSpec, containersJson: string): void {
  const bytes = registeredBytes(spec, containersJson);
  const allowed = TASK_DEFINITION_LIMIT_BYTES - TASK_DEFINITION_MARGIN_BYTES;
  if (bytes <= allowed) return;
  const largest = [...(spec.init.environment ?? [])]
    .map(({ name, value }) => ({ name, bytes: Buffer.byteLength(JSON.stringify(value)) }))
    .sort((a, b) => b.bytes - a.bytes)
    .map((file) => `${file.name} ${file.bytes}`)
    .join(", ");
  throw new Error(
    `task definition of ${spec.family} has ${bytes} bytes; at most ${allowed} are allowed ` +
      `(${TASK_DEFINITION_LIMIT_BYTES} of ECS less ${TASK_DEFINITION_MARGIN_BYTES} for tags). Its files: ${largest}. ` +
      `Make the largest one shorter, or let the service load it from elsewhere.`,
  );
}

const CONFIG_VOLUME = "config";

/** The image's own entry point, but where a shell has to hear of the stop first. */
function startOf(
  { stopHook }: Role,
  { args }: Instance,
): Pick<ContainerDefinition, "entryPoint" | "command"> {
  if (stopHook !== undefined)
    return { entryPoint: stopHookEntryPoint(stopHook), command: [stopHook.program, ...args] };
  return args.length > 0 ? { command: args } : {};
}

function successorWait(config: StackConfig, role: Role): { wait?: SuccessorWait } {
  if (!isRingOfSeveral(role)) return {};
  const wait = {
    name: hostOf(config, role.id),
    others: role.instances.length - 1,
    seconds: SUCCESSOR_WAIT_SECONDS,
  };
  return { wait };
}

/** The server's writable directories, each a volume of the task, so that its root file system can be read-only. */
function writableVolumes(role: Role): { name: string; path: string }[] {
  return [
    ...(role.dataPath === undefined ? [] : [{ name: "data", path: role.dataPath }]),
    ...(role.scratchPaths ?? []).map((path) => ({
      name: `scratch${path.replace(/[^A-Za-z0-9]+/g, "-")}`,
      path,
    })),
  ];
}

/**
 * S20: one way for every server, run without a shell of the image. busybox's `nc` has no `-z`, so its input is closed
 * by busybox's own shell (measured: 0 for an open port, 1 for a refused one).
 */
function healthCommand(health: HealthCheck): string[] {
  switch (health.kind) {
    case "http":
      return [
        "CMD",
        BUSYBOX_PATH,
        "wget",
        "-q",
        "-O",
        "/dev/null",
        `http://127.0.0.1:${health.port}${health.path}`,
      ];
    case "tcp":
      return [
        "CMD",
        BUSYBOX_PATH,
        "sh",
        "-c",
        `${BUSYBOX_PATH} nc -w 2 127.0.0.1 ${health.port} </dev/null`,
      ];
  }
}

/**
 * A server that crashes is started again in its own task where the task's disk holds a write-ahead log, which would
 * die with the task. Elsewhere a new task is as good, and the circuit breaker sees the crash. A server that does not
 * live for the attempt period (60 s, the API's least) fails its task either way, so a broken deployment rolls back.
 */
function restartPolicy(role: Role): Pick<ContainerDefinition, "restartPolicy"> {
  return role.holdsData
    ? { restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 60 } }
    : {};
}

function credentials(
  image: string,
  config: StackConfig,
): Pick<ContainerDefinition, "repositoryCredentials"> {
  const arn = registryCredentials(image, config);
  return arn === undefined ? {} : { repositoryCredentials: { credentialsParameter: arn } };
}

function known(value: string | undefined, spec: TaskDefinitionSpec, what: string): string {
  if (value === undefined) throw new Error(`${spec.family} names ${what}, which is not there`);
  return value;
}

/** Late values of the longest kind, so that the limit is judged before anything is made. */
function longestLateFacts(spec: TaskDefinitionSpec, logGroup: string): LateFacts {
  const host = `${"h".repeat(63)}.abcdefghijkl.${spec.region}.rds.amazonaws.com`;
  const arn = (id: string) =>
    `arn:aws:secretsmanager:${spec.region}:123456789012:secret:${id.padEnd(60, "-")}-AbCdEf`;
  return {
    env: { "database.address": host },
    secretArns: {
      "grafana-admin-password": arn("grafana-admin-password"),
      "grafana-secret-key": arn("grafana-secret-key"),
      "database-password": arn("database-password"),
    },
    logGroup,
  };
}
