import * as fs from "node:fs";
import * as path from "node:path";
import type { CredentialsEndpoint, TaskCredentials } from "../cloud/credentials";
import type { ThrowAwaySecrets } from "../parts";
import type { Container, PlanView } from "../types";
import { RunningContainer } from "./container";
import { AUTHORITY_PATH, makeContainerRoot } from "./containerRoot";
import { imageOf } from "./images";
import type { MemoryLimits } from "./memory";
import type { ContainerStarter, Task } from "./task";

export interface StarterParts {
  readonly view: PlanView;
  readonly secrets: ThrowAwaySecrets;
  readonly credentials: CredentialsEndpoint;
  /** Tells S3's stand-in of new keys. */
  readonly knowCredentials: (credentials: TaskCredentials) => Promise<void>;
  /** Program of this machine by the image's program name. */
  readonly programs: ReadonlyMap<string, string>;
  readonly resolverAddress: string;
  /** PEM file of the throw-away authority. */
  readonly authorityFile: string;
  /** Absent: memory is not limited here. */
  readonly memory?: MemoryLimits;
}

/** Starts containers as Fargate would, with this machine's programs in the place of images. */
export class LocalStarter implements ContainerStarter {
  private readonly credentialPaths = new WeakMap<Task, Promise<string | undefined>>();
  private count = 0;

  constructor(private readonly parts: StarterParts) {}

  /** Images of a task definition that this machine has no program for, by the program's name. */
  static missingPrograms(
    containers: readonly Container[],
    programs: ReadonlyMap<string, string>,
  ): string[] {
    return containers
      .map(({ image }) => imageOf(image)?.program ?? image)
      .filter((program) => !programs.has(program));
  }

  async start(task: Task, container: Container): Promise<RunningContainer> {
    const { view, programs, resolverAddress, authorityFile } = this.parts;
    const image = imageOf(container.image);
    const program = image && programs.get(image.program);
    if (program === undefined) throw new Error(`no program stands for ${container.image}`);
    const argv = [...(container.entryPoint ?? image?.entryPoint ?? []), ...container.command];
    const folder = path.join(task.folder, `root-${++this.count}`);
    fs.mkdirSync(folder, { recursive: true });
    const root = await makeContainerRoot({
      container,
      folder,
      volumeFolders: this.volumesOf(task),
      program,
      programPath: image?.entryPoint[0] ?? "",
      hostName: hostNameOf(task, view.region),
      address: task.nic.address,
      resolverAddress,
      region: view.region,
      authorityFile,
    });
    return new RunningContainer({
      container,
      root,
      namespace: task.nic.namespace,
      argv,
      environment: await this.environmentOf(task, container),
      logFile: task.logFile(container.name),
      memory: this.parts.memory?.add(task.name, task.definition.memoryMiB),
    });
  }

  private volumesOf(task: Task): Record<string, string> {
    return Object.fromEntries(
      task.definition.volumes.map((name) => {
        const folder = path.join(task.folder, "volumes", name);
        fs.mkdirSync(folder, { recursive: true });
        return [name, folder];
      }),
    );
  }

  private async environmentOf(task: Task, container: Container): Promise<Record<string, string>> {
    const { view, secrets } = this.parts;
    const credentials = await this.credentialsOf(task);
    return {
      // What Fargate itself sets.
      HOSTNAME: hostNameOf(task, view.region),
      AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
      AWS_REGION: view.region,
      AWS_DEFAULT_REGION: view.region,
      ...(credentials === undefined ? {} : { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentials }),
      // What the rehearsal adds: its certificates are trusted.
      SSL_CERT_FILE: AUTHORITY_PATH,
      AWS_CA_BUNDLE: AUTHORITY_PATH,
      ...container.environment,
      ...Object.fromEntries(
        Object.entries(container.secrets).map(([name, arn]) => [name, secrets.valueOf(arn)]),
      ),
    };
  }

  /** One set of keys for all containers of a task. */
  private credentialsOf(task: Task): Promise<string | undefined> {
    const known = this.credentialPaths.get(task) ?? this.issue(task);
    this.credentialPaths.set(task, known);
    return known;
  }

  private async issue(task: Task): Promise<string | undefined> {
    const { taskRoleArn } = task.definition;
    if (taskRoleArn === undefined) return undefined;
    const issued = this.parts.credentials.issue(taskRoleArn, task.name);
    await this.parts.knowCredentials(issued.credentials);
    return issued.path;
  }
}

/** Fargate names a task's host after its address. */
const hostNameOf = (task: Task, region: string): string =>
  `ip-${task.nic.address.replace(/\./g, "-")}.${region}.compute.internal`;
