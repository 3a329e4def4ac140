import type { Properties } from "../types";
import type { RefusalRule } from "./rule";

const docs = (path: string) => `https://docs.aws.amazon.com/${path}`;
const range = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

/** CPU units → MiB of memory that Fargate has with it. */
const fargateSizes: Readonly<Record<string, readonly number[]>> = {
  "256": [512, 1024, 2048],
  "512": range(1024, 4096, 1024),
  "1024": range(2048, 8192, 1024),
  "2048": range(4096, 16384, 1024),
  "4096": range(8192, 30720, 1024),
  "8192": range(16384, 61440, 4096),
  "16384": range(32768, 122880, 8192),
};

const SERVICE = "aws:ecs/service:Service";
const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

interface Container {
  readonly name?: string;
  readonly portMappings?: readonly { readonly containerPort?: number }[];
}

interface LoadBalancer {
  readonly targetGroupArn?: string;
  readonly containerName?: string;
  readonly containerPort?: number;
}

const containersOf = (definition: Properties): Container[] =>
  JSON.parse(String(definition["containerDefinitions"])) as Container[];

const loadBalancersOf = (service: Properties): readonly LoadBalancer[] =>
  (service["loadBalancers"] as LoadBalancer[] | undefined) ?? [];

export const containerRefusals: readonly RefusalRule[] = [
  {
    id: "fargate-size",
    source: docs("AmazonECS/latest/developerguide/task_definition_parameters.html#task_size"),
    operations: ["create"],
    types: [TASK_DEFINITION],
    refuse: ({ inputs }) => {
      const compatibilities = inputs["requiresCompatibilities"] as string[] | undefined;
      if (compatibilities?.includes("FARGATE") !== true) return undefined;
      return fargateSizes[String(inputs["cpu"])]?.includes(Number(inputs["memory"])) === true
        ? undefined
        : `ClientException: No Fargate configuration exists for given values: ${String(inputs["cpu"])} CPU, ${String(inputs["memory"])} memory.`;
    },
  },
  {
    id: "fargate-ephemeral-storage",
    source: docs("AmazonECS/latest/APIReference/API_EphemeralStorage.html"),
    operations: ["create"],
    types: [TASK_DEFINITION],
    refuse: ({ inputs }) => {
      const size = (inputs["ephemeralStorage"] as { sizeInGib?: number } | undefined)?.sizeInGib;
      return size !== undefined && (size < 21 || size > 200)
        ? `ClientException: ephemeral storage of ${size} GiB is not between 21 and 200`
        : undefined;
    },
  },
  {
    id: "unique-container-names",
    source: docs("AmazonECS/latest/APIReference/API_ContainerDefinition.html"),
    operations: ["create"],
    types: [TASK_DEFINITION],
    refuse: ({ inputs }) => {
      const names = containersOf(inputs).map(({ name }) => name);
      return new Set(names).size === names.length
        ? undefined
        : "ClientException: Container names must be unique";
    },
  },
  {
    id: "task-definition-size",
    source: docs("AmazonECS/latest/developerguide/service-quotas.html"),
    operations: ["create"],
    types: [TASK_DEFINITION],
    refuse: ({ inputs }) =>
      Buffer.byteLength(JSON.stringify(inputs)) > 64 * 1024
        ? "ClientException: Actual length of the task definition exceeds the limit of 64 KiB"
        : undefined,
  },
  {
    id: "capacity-provider-of-cluster",
    source: docs("AmazonECS/latest/APIReference/API_CreateService.html"),
    operations: ["create", "update"],
    types: [SERVICE],
    refuse: ({ account, inputs }) => {
      const cluster = account
        .all("aws:ecs/cluster:Cluster")
        .find(({ id, outputs }) => [id, outputs["name"]].includes(String(inputs["cluster"])));
      const has = account
        .all("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders")
        .filter(({ outputs }) => outputs["clusterName"] === cluster?.outputs["name"])
        .flatMap(({ outputs }) => outputs["capacityProviders"] as string[]);
      const asked =
        (inputs["capacityProviderStrategies"] as { capacityProvider: string }[] | undefined) ?? [];
      const missing = asked.find(({ capacityProvider }) => !has.includes(capacityProvider));
      return missing === undefined
        ? undefined
        : `InvalidParameterException: The specified capacity provider '${missing.capacityProvider}' was not found in the cluster.`;
    },
  },
  {
    id: "target-group-has-load-balancer",
    source: docs("AmazonECS/latest/developerguide/troubleshoot-service-load-balancers.html"),
    operations: ["create"],
    types: [SERVICE],
    refuse: ({ account, inputs }) => {
      const leading = JSON.stringify(
        [
          ...account.all("aws:lb/listenerRule:ListenerRule"),
          ...account.all("aws:lb/listener:Listener"),
        ].map(({ outputs }) => outputs["actions"] ?? outputs["defaultActions"]),
      );
      const lost = loadBalancersOf(inputs).find(
        ({ targetGroupArn }) => !leading.includes(`"${targetGroupArn}"`),
      );
      return lost === undefined
        ? undefined
        : `InvalidParameterException: The target group with targetGroupArn ${lost.targetGroupArn} does not have an associated load balancer.`;
    },
  },
  {
    id: "load-balancer-names-a-container-port",
    source: docs("AmazonECS/latest/APIReference/API_LoadBalancer.html"),
    operations: ["create", "update"],
    types: [SERVICE],
    refuse: ({ account, inputs }) => {
      const definition = account.find(TASK_DEFINITION, String(inputs["taskDefinition"]));
      if (definition === undefined) return undefined;
      const wrong = loadBalancersOf(inputs).find(
        ({ containerName, containerPort }) =>
          !containersOf(definition.outputs).some(
            ({ name, portMappings }) =>
              name === containerName &&
              portMappings?.some((mapping) => mapping.containerPort === containerPort) === true,
          ),
      );
      return wrong === undefined
        ? undefined
        : `InvalidParameterException: The container ${wrong.containerName} did not have a container port ${wrong.containerPort} defined.`;
    },
  },
  {
    id: "grace-period-needs-load-balancer",
    source: docs("AmazonECS/latest/APIReference/API_CreateService.html"),
    operations: ["create", "update"],
    types: [SERVICE],
    refuse: ({ inputs }) =>
      inputs["healthCheckGracePeriodSeconds"] !== undefined && loadBalancersOf(inputs).length === 0
        ? "InvalidParameterException: Health check grace period is only valid for services configured to use load balancers"
        : undefined,
  },
  {
    id: "awsvpc-needs-network-configuration",
    source: docs("AmazonECS/latest/APIReference/API_CreateService.html"),
    operations: ["create"],
    types: [SERVICE],
    refuse: ({ inputs }) =>
      inputs["networkConfiguration"] === undefined
        ? "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified."
        : undefined,
  },
  {
    id: "rebalancing-needs-headroom",
    source: docs("AmazonECS/latest/developerguide/service-rebalancing.html"),
    operations: ["create", "update"],
    types: [SERVICE],
    refuse: ({ inputs }) =>
      inputs["availabilityZoneRebalancing"] === "ENABLED" &&
      Number(inputs["deploymentMaximumPercent"] ?? 200) <= 100
        ? "InvalidParameterException: availabilityZoneRebalancing needs a maximumPercent above 100"
        : undefined,
  },
];
