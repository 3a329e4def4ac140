import type { ThrowAwaySecrets } from "../rehearsal/parts";
import type { Container, Service } from "../rehearsal/types";
import { literal, type ComposeService } from "./composeFile";

/** What a task finds around it. */
export interface Surroundings {
  readonly region: string;
  readonly secrets: ThrowAwaySecrets;
  readonly credentials: AwsCredentials;
  /** Name of the network that stands for the VPC. */
  readonly network: string;
  /** Authority of the stand-ins' certificates, beside compose.yaml. */
  readonly authorityFile: string;
  /** Compose services that must be healthy before the task starts. */
  readonly waitsFor: (container: Container, service: Service) => readonly string[];
  /** Ports to publish on this machine, of the service's first task. */
  readonly published: (service: Service) => readonly number[];
}

/** Keys of the S3 stand-in. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where a container finds the authority of the stand-ins' certificates. */
const AUTHORITY_PATH = "/run/local-authority.pem";

/** Names of the Compose services that stand for a service's tasks, in order. */
export const taskNames = ({ name, desiredCount }: Service): readonly string[] =>
  Array.from({ length: desiredCount }, (_, index) =>
    desiredCount === 1 ? name : `${name}-${index + 1}`,
  );

/** A container of a task as a Compose service, with the name of that. */
export type NamedService = readonly [name: string, service: ComposeService];

/** Every container of every task of a service. Each task has volumes of its own, as on Fargate. */
export function servicesOf(service: Service, around: Surroundings): readonly NamedService[] {
  return taskNames(service).flatMap((task, index) =>
    service.taskDefinition.containers.map((container): NamedService => [
      containerName(task, container),
      container.essential
        ? serverOf(task, container, service, around, index === 0)
        : preparationOf(task, container),
    ]),
  );
}

/** Volumes of a service's tasks. */
export const volumesOf = (service: Service): readonly string[] =>
  taskNames(service).flatMap((task) =>
    service.taskDefinition.volumes.map((volume) => volumeName(task, volume)),
  );

const containerName = (task: string, container: Pick<Container, "name" | "essential">): string =>
  container.essential ? task : `${task}-${container.name}`;

const volumeName = (task: string, volume: string): string => `${task}-${volume}`;

function common(task: string, container: Container): ComposeService {
  return {
    image: container.image,
    ...(container.entryPoint && { entrypoint: container.entryPoint.map(literal) }),
    ...(container.command.length > 0 && { command: container.command.map(literal) }),
    ...(container.user && { user: `${container.user.uid}:${container.user.gid}` }),
    read_only: container.readonlyRootFilesystem,
    volumes: container.mounts.map(
      ({ volume, path, readOnly }) => `${volumeName(task, volume)}:${path}${readOnly ? ":ro" : ""}`,
    ),
  };
}

/** A container that prepares the task and ends. */
function preparationOf(task: string, container: Container): ComposeService {
  return {
    ...common(task, container),
    environment: literals(container.environment),
    network_mode: "none",
    restart: "no",
  };
}

function serverOf(
  task: string,
  container: Container,
  service: Service,
  around: Surroundings,
  first: boolean,
): ComposeService {
  const { taskDefinition, discovery } = service;
  const own = common(task, container);
  const published = first ? around.published(service) : [];
  const dependencies = [
    ...taskDefinition.containers
      .filter(({ name }) => container.after.includes(name))
      .map((other) => [containerName(task, other), "service_completed_successfully"] as const),
    ...around.waitsFor(container, service).map((name) => [name, "service_healthy"] as const),
  ];
  return {
    ...own,
    environment: literals({
      // Fargate's agent sets both.
      AWS_REGION: around.region,
      AWS_DEFAULT_REGION: around.region,
      // Go's own variable; the system's roots stay trusted.
      SSL_CERT_FILE: AUTHORITY_PATH,
      ...(taskDefinition.taskRoleArn !== undefined && {
        AWS_ACCESS_KEY_ID: around.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: around.credentials.secretAccessKey,
      }),
      ...container.environment,
      ...Object.fromEntries(
        Object.entries(container.secrets).map(([name, arn]) => [name, around.secrets.valueOf(arn)]),
      ),
    }),
    volumes: [...(own.volumes ?? []), `./${around.authorityFile}:${AUTHORITY_PATH}:ro`],
    networks: {
      [around.network]: discovery === undefined ? {} : { aliases: [discovery.name] },
      ...(published.length > 0 && { outside: {} }),
    },
    ...(published.length > 0 && {
      ports: published.map((port) => `127.0.0.1:${port}:${port}`),
    }),
    depends_on: Object.fromEntries(dependencies.map(([name, condition]) => [name, { condition }])),
    ...(container.healthCheck && {
      healthcheck: {
        test: [
          container.healthCheck.shell ? "CMD-SHELL" : "CMD",
          ...container.healthCheck.command.map(literal),
        ],
        interval: `${container.healthCheck.intervalSeconds}s`,
        timeout: `${container.healthCheck.timeoutSeconds}s`,
        retries: container.healthCheck.retries,
        start_period: `${container.healthCheck.startPeriodSeconds}s`,
      },
    }),
    stop_grace_period: `${container.stopTimeoutSeconds}s`,
    mem_limit: `${taskDefinition.memoryMiB}m`,
    ...(container.openFiles && { ulimits: { nofile: container.openFiles } }),
    restart: "unless-stopped",
  };
}

const literals = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, literal(value)]));
