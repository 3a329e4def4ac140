import type { StackConfig } from "../configs/stack/schema";
import { goMemoryLimit } from "../configs/goRuntime";
import { endpoints } from "./endpoints";
import { exposuresOf } from "./exposures";
import type { StopHook } from "./stopHook";
import type {
  Autoscaling,
  Call,
  EnvironmentVariable,
  HealthCheck,
  Instance,
  Port,
  ProductName,
  RenderedFile,
  Role,
  RoleId,
  SecretVariable,
} from "./types";

/** What a stack file says about a role; not every role takes every setting. */
interface RoleSize {
  readonly replicas: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly ephemeralStorageGb?: number | undefined;
  readonly autoscaling?: Autoscaling | undefined;
  readonly spot?: boolean | undefined;
}

/** A role as a product's file describes it: what can't be derived. */
export interface RoleSpec {
  readonly id: RoleId;
  readonly product: ProductName;
  readonly component: string;
  readonly size: RoleSize;
  readonly replacement: Role["replacement"];
  readonly holdsData: boolean;
  readonly callsAws: boolean;
  readonly calls: readonly Call[];
  /** Ports that the role opens only with some settings, besides its own. */
  readonly morePorts?: readonly Port[];
  readonly health: HealthCheck;
  readonly user: string;
  readonly dataPath?: string;
  readonly scratchPaths?: readonly string[];
  readonly stopTimeoutSeconds: number;
  readonly stopHook?: StopHook;
  /** A Go server is told the task's memory (S21). */
  readonly go: boolean;
  readonly args: readonly string[];
  /** Files of a replica; every replica but a ring's has the files of replica 0. */
  readonly files: (replica: number) => readonly RenderedFile[];
  readonly environment?: readonly EnvironmentVariable[];
  readonly secrets?: readonly SecretVariable[];
}

/** S14: the most that Fargate gives. A full flush was seen to take 42 s (measured). */
export const FLUSH_SECONDS = 120;
/**
 * A server without data: its drain delay, requests under way, and leaving the gossip cluster, which took up to 42 s
 * (measured).
 */
export const DRAIN_SECONDS = 90;
/** ECS's own default, for what has nothing to finish. */
export const QUICK_SECONDS = 30;

/** A server's temporary files, where its root file system is read-only. */
export const SCRATCH_PATHS = ["/tmp"] as const;

/** Completes a role with everything that follows from its id, its size and its replacement class. */
export function defineRole(config: StackConfig, spec: RoleSpec): Role {
  const { size } = spec;
  const environment: EnvironmentVariable[] = [
    ...(spec.go ? [{ name: "GOMEMLIMIT", value: goMemoryLimit(size.memoryGb) }] : []),
    ...(spec.environment ?? []),
  ];
  const instance = (replica: number): Omit<Instance, "serviceName" | "desiredCount"> => ({
    args: spec.args,
    environment,
    secrets: spec.secrets ?? [],
    files: spec.files(replica),
  });
  const instances: Instance[] =
    spec.replacement === "ring"
      ? Array.from({ length: size.replicas }, (_, replica) => ({
          serviceName: `${spec.id}-${replica}`,
          desiredCount: 1,
          // One zone each: replicas that share a zone would be lost together.
          zoneIndex: replica % config.network.zones.length,
          ...instance(replica),
        }))
      : [{ serviceName: spec.id, desiredCount: size.replicas, ...instance(0) }];
  return {
    id: spec.id,
    product: spec.product,
    component: spec.component,
    dnsName: endpoints[spec.id].dnsName,
    replicas: size.replicas,
    vcpu: size.vcpu,
    memoryGb: size.memoryGb,
    ephemeralStorageGb: size.ephemeralStorageGb ?? 20,
    replacement: spec.replacement,
    holdsData: spec.holdsData,
    spot: size.spot ?? false,
    ...(size.autoscaling === undefined ? {} : { autoscaling: size.autoscaling }),
    ports: [...endpoints[spec.id].ports, ...(spec.morePorts ?? [])],
    calls: spec.calls,
    health: spec.health,
    exposures: exposuresOf(config, spec.id),
    user: spec.user,
    readonlyRootFilesystem: true,
    ...(spec.dataPath === undefined ? {} : { dataPath: spec.dataPath }),
    ...(spec.scratchPaths === undefined ? {} : { scratchPaths: spec.scratchPaths }),
    stopTimeoutSeconds: spec.stopTimeoutSeconds,
    ...(spec.stopHook === undefined ? {} : { stopHook: spec.stopHook }),
    callsAws: spec.callsAws,
    instances,
  };
}
