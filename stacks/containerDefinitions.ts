/** A container as ECS returns it: every default is there, every list in a fixed order. */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential?: boolean;
  readonly cpu?: number;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly readonlyRootFilesystem?: boolean;
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly portMappings?: readonly {
    readonly containerPort: number;
    readonly hostPort?: number;
    readonly protocol?: string;
  }[];
  readonly mountPoints?: readonly {
    readonly containerPath: string;
    readonly sourceVolume: string;
    readonly readOnly?: boolean;
  }[];
  readonly volumesFrom?: readonly {
    readonly sourceContainer: string;
    readonly readOnly?: boolean;
  }[];
  readonly systemControls?: readonly { readonly namespace: string; readonly value: string }[];
  readonly dependsOn?: readonly { readonly containerName: string; readonly condition: string }[];
  readonly ulimits?: readonly {
    readonly name: string;
    readonly softLimit: number;
    readonly hardLimit: number;
  }[];
  readonly healthCheck?: {
    readonly command: readonly string[];
    readonly interval?: number;
    readonly retries?: number;
    readonly startPeriod?: number;
    readonly timeout?: number;
  };
  readonly restartPolicy?: {
    readonly enabled: boolean;
    readonly ignoredExitCodes: readonly number[];
    readonly restartAttemptPeriod: number;
  };
  readonly linuxParameters?: { readonly initProcessEnabled: boolean };
  readonly logConfiguration?: {
    readonly logDriver: string;
    readonly options: Readonly<Record<string, string>>;
  };
  readonly repositoryCredentials?: { readonly credentialsParameter: string };
  readonly stopTimeout?: number;
  readonly versionConsistency?: "enabled" | "disabled";
}

/**
 * S12: the one spelling of a list of containers. A task definition can't be changed, so whatever differs from what AWS
 * gives back (a default it fills in, an order it does not keep) would replace it at the next `up`.
 *
 * What AWS fills in and reorders: internal/service/ecs/container_definitions.go of hashicorp/terraform-provider-aws
 * (essential, health check numbers, host port and protocol, empty lists; containers, environment and secrets come back
 * in another order), pulumi/pulumi#4550 and pulumi/pulumi-awsx#617 (cpu 0, environment, mountPoints, volumesFrom,
 * portMappings, systemControls).
 */
export function canonical(containers: readonly ContainerDefinition[]): ContainerDefinition[] {
  return containers.map(withDefaults).sort(by((container) => container.name));
}

/** Canonical JSON: keys sorted on every level. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(by(([key]) => key)))
      : part,
  );
}

function withDefaults(container: ContainerDefinition): ContainerDefinition {
  const { healthCheck } = container;
  return {
    ...container,
    essential: container.essential ?? true,
    cpu: container.cpu ?? 0,
    environment: sorted(container.environment, ({ name }) => name),
    ...(container.secrets === undefined
      ? {}
      : { secrets: sorted(container.secrets, ({ name }) => name) }),
    mountPoints: sorted(container.mountPoints, ({ containerPath }) => containerPath).map(
      (mount) => ({
        ...mount,
        readOnly: mount.readOnly ?? false,
      }),
    ),
    portMappings: (container.portMappings ?? [])
      .map((mapping) => ({
        containerPort: mapping.containerPort,
        // With awsvpc there is no other host port.
        hostPort: mapping.hostPort ?? mapping.containerPort,
        protocol: mapping.protocol ?? "tcp",
      }))
      .sort((a, b) => a.containerPort - b.containerPort || (a.protocol < b.protocol ? -1 : 1)),
    volumesFrom: container.volumesFrom ?? [],
    systemControls: container.systemControls ?? [],
    ...(healthCheck === undefined
      ? {}
      : {
          healthCheck: {
            ...healthCheck,
            interval: healthCheck.interval ?? 30,
            retries: healthCheck.retries ?? 3,
            timeout: healthCheck.timeout ?? 5,
          },
        }),
    // By default the tag is resolved once per deployment, so all tasks of a service run the same image.
    versionConsistency: container.versionConsistency ?? "enabled",
  };
}

const sorted = <T>(values: readonly T[] | undefined, key: (value: T) => string): T[] =>
  [...(values ?? [])].sort(by(key));

function by<T>(key: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}
