import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../configs/stack/schema";
import { discoveryServices } from "../stacks/dns";
import { portOf } from "../stacks/endpoints";
import { serviceName } from "../stacks/names";
import { isRingOfSeveral, RING_PAUSE_SECONDS, rollout, type Rollout } from "../stacks/rollout";
import { scaling } from "../stacks/schedule";
import { containerDefinitions, type LateFacts, taskDefinitionSpec } from "../stacks/taskDefinition";
import type { Instance, LateValue, Product, Role, SecretId } from "../stacks/types";
import type { ServicePlatform } from "./platform";
import { RingPause } from "./ringPause";
import { createScaling } from "./scaling";

/** What {@link LgtmService} is made of. */
export interface LgtmServiceArgs {
  /** The stack's settings. */
  readonly config: StackConfig;
  /** Product that the role belongs to. */
  readonly product: Product;
  /** The role, with its instances. */
  readonly role: Role;
  /** What the service stands on. */
  readonly platform: ServicePlatform;
  /** Log group of the product. */
  readonly logGroupName: pulumi.Output<string>;
  /** Role with which ECS starts the tasks. */
  readonly executionRoleArn: pulumi.Output<string>;
  /**
   * Role that the tasks act as.
   *
   * @default - none: the server calls nothing in AWS
   */
  readonly taskRoleArn?: pulumi.Output<string>;
  /** Policies of those roles: a task that starts before its rights is taken for a broken one. */
  readonly rights: readonly pulumi.Resource[];
}

/**
 * One role of a product: its name in Cloud Map, and per instance a task definition and an ECS service. A ring has one
 * instance per replica, all under one name and, where exposed, in one target group; they are swapped one after the
 * other, with a pause (S15, S22). Every other role has one instance.
 *
 * **Cost.** Its tasks by vCPU and GB of memory and hour, ephemeral disk beyond 20 GB, and a Route 53 query now and
 * then.
 */
export class LgtmService extends pulumi.ComponentResource {
  /** ECS service → ARN of its task definition: what a deployment must end with. */
  public readonly taskDefinitionArns: pulumi.Output<Record<string, string>>;

  private readonly services = new Map<string, aws.ecs.Service>();

  constructor(
    private readonly prefix: string,
    private readonly args: LgtmServiceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("lgtm:index:LgtmService", prefix, {}, opts);
    const { role, config } = args;

    const registry = this.createName();
    const pause = this.pauseBetweenSwaps();
    let previous: aws.ecs.Service | undefined;
    const taskDefinitions = role.instances.map((instance) => {
      const name = serviceName(config, instance);
      const taskDefinition = this.createTaskDefinition(instance);
      const service = this.createService(instance, taskDefinition, registry, pause, previous);
      createScaling(name, scaling(role, instance, config), service, {
        clusterName: args.platform.cluster.clusterName,
        parent: this,
      });
      previous = service;
      this.services.set(name, service);
      return [name, taskDefinition.arn] as const;
    });

    this.taskDefinitionArns = pulumi.all(Object.fromEntries(taskDefinitions));
    this.registerOutputs({ taskDefinitionArns: this.taskDefinitionArns });
  }

  /** The ECS service of a name; undefined where it is another role's. */
  public serviceCalled(name: string): pulumi.Resource | undefined {
    return this.services.get(name);
  }

  private createName(): aws.servicediscovery.Service {
    const { product, role, platform } = this.args;
    const entry = discoveryServices({ products: [product] }).find(
      ({ roleId }) => roleId === role.id,
    );
    if (entry === undefined) throw new Error(`role ${role.id} has no name`);
    return new aws.servicediscovery.Service(
      `${this.prefix}-name`,
      {
        name: entry.name,
        dnsConfig: {
          namespaceId: platform.cluster.namespaceId,
          dnsRecords: [{ type: entry.recordType, ttl: entry.ttlSeconds }],
          routingPolicy: entry.routingPolicy,
        },
        // Deprecated and always 1, but the provider drops the whole block, and with it the gate, when it is empty.
        healthCheckCustomConfig: { failureThreshold: 1 },
        forceDestroy: true,
      },
      { parent: this },
    );
  }

  private pauseBetweenSwaps(): pulumi.ResourceHookBinding | undefined {
    const { role } = this.args;
    if (!isRingOfSeveral(role)) return undefined;
    return new RingPause(this.prefix, RING_PAUSE_SECONDS).hooks();
  }

  private createTaskDefinition(instance: Instance): aws.ecs.TaskDefinition {
    const { config, product, role } = this.args;
    const spec = taskDefinitionSpec(product, role, instance, config);
    return new aws.ecs.TaskDefinition(
      serviceName(config, instance),
      {
        family: spec.family,
        cpu: spec.cpu,
        memory: spec.memory,
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        runtimePlatform: {
          operatingSystemFamily: spec.operatingSystemFamily,
          cpuArchitecture: spec.cpuArchitecture,
        },
        ephemeralStorage:
          spec.ephemeralStorageGb === undefined
            ? undefined
            : { sizeInGib: spec.ephemeralStorageGb },
        volumes: spec.volumes.map((name) => ({ name })),
        executionRoleArn: this.args.executionRoleArn,
        taskRoleArn: this.args.taskRoleArn,
        containerDefinitions: this.lateFacts(instance).apply((late) =>
          containerDefinitions(spec, late),
        ),
      },
      { parent: this },
    );
  }

  /** Only what the instance names: a task definition must not wait for what it does not use. */
  private lateFacts(instance: Instance): pulumi.Output<LateFacts> {
    const { database, secrets } = this.args.platform;
    const values: Record<LateValue, pulumi.Input<string> | undefined> = {
      "database.address": database?.address,
    };
    const env = instance.environment.flatMap((variable) => {
      const value = "late" in variable ? values[variable.late] : undefined;
      return "late" in variable && value !== undefined ? [[variable.late, value] as const] : [];
    });
    const arns = secretIdsOf(instance).map((id) => [id, secrets.arnOf(id)] as const);
    return pulumi
      .all([
        this.args.logGroupName,
        pulumi.all(Object.fromEntries(env)),
        pulumi.all(Object.fromEntries(arns)),
      ])
      .apply(([logGroup, lateEnv, secretArns]) => ({ logGroup, env: lateEnv, secretArns }));
  }

  private createService(
    instance: Instance,
    taskDefinition: aws.ecs.TaskDefinition,
    registry: aws.servicediscovery.Service,
    hooks: pulumi.ResourceHookBinding | undefined,
    previous: aws.ecs.Service | undefined,
  ): aws.ecs.Service {
    const { config, role, platform } = this.args;
    const plan: Rollout = rollout(role);
    return new aws.ecs.Service(
      serviceName(config, instance),
      {
        name: serviceName(config, instance),
        cluster: platform.cluster.clusterArn,
        taskDefinition: taskDefinition.arn,
        desiredCount: instance.desiredCount,
        capacityProviderStrategies: plan.capacityProviderStrategies.map((strategy) => ({
          ...strategy,
        })),
        // The provider changes a strategy in place only together with a forced deployment.
        forceNewDeployment: role.replacement === "stateless",
        deploymentMinimumHealthyPercent: plan.minimumHealthyPercent,
        deploymentMaximumPercent: plan.maximumPercent,
        deploymentCircuitBreaker: { ...plan.deploymentCircuitBreaker },
        availabilityZoneRebalancing: plan.availabilityZoneRebalancing,
        healthCheckGracePeriodSeconds: plan.healthCheckGracePeriodSeconds,
        waitForSteadyState: plan.waitForSteadyState,
        enableEcsManagedTags: true,
        propagateTags: "SERVICE",
        enableExecuteCommand: config.execEnabled,
        networkConfiguration: {
          subnets: this.subnetsOf(instance),
          securityGroups: platform.firewall.groupsOf(role.id),
          assignPublicIp: false,
        },
        serviceRegistries: { registryArn: registry.arn },
        loadBalancers: role.exposures.map((exposure) => ({
          targetGroupArn: platform.ingress.targetGroupArn(exposure.id),
          containerName: role.component,
          containerPort: portOf(role.id, exposure.port),
        })),
      },
      {
        parent: this,
        dependsOn: [...this.prerequisites(), ...(previous === undefined ? [] : [previous])],
        hooks,
        ignoreChanges: scaling(role, instance, config) === undefined ? undefined : ["desiredCount"],
        customTimeouts: {
          create: `${plan.timeoutMinutes}m`,
          update: `${plan.timeoutMinutes}m`,
          delete: `${plan.timeoutMinutes}m`,
        },
      },
    );
  }

  /** One zone for a replica of a ring, all zones for everybody else. */
  private subnetsOf({ zoneIndex }: Instance): pulumi.Input<string[]> {
    const { privateSubnetIds } = this.args.platform.network;
    return zoneIndex === undefined
      ? privateSubnetIds
      : privateSubnetIds.apply((ids) => {
          const id = ids[zoneIndex];
          if (id === undefined)
            throw new Error(`no private subnet for zone ${zoneIndex} of ${ids.length}`);
          return [id];
        });
  }

  /** Order that no output carries. */
  private prerequisites(): pulumi.Resource[] {
    const { role, platform, rights } = this.args;
    const secretIds = new Set(role.instances.flatMap(secretIdsOf));
    return [
      ...platform.network.wayOut(),
      ...platform.cluster.capacity(),
      ...(platform.images?.cache() ?? []),
      ...platform.firewall.rulesOf(role.id),
      ...role.exposures.flatMap(({ id }) => platform.ingress.rulesTo(id)),
      ...rights,
      ...(role.callsAws ? platform.storage.safeguards() : []),
      ...[...secretIds].flatMap((id) => platform.secrets.versionOf(id) ?? []),
    ];
  }
}

const secretIdsOf = ({ secrets }: Instance): SecretId[] =>
  secrets.flatMap(({ from }) => ("secret" in from ? [from.secret] : []));
