import type { StopHook } from "./stopHook";

/**
 * The words in which the system is described. `stacks/` holds one file per product; everything else (security-group
 * rules, names, target groups, IAM, task definitions, cost, diagram) is derived from these descriptions.
 */

export type ProductName =
  "mimir" | "loki" | "memcached" | "tempo" | "pyroscope" | "grafana" | "alloy";

export type RoleId =
  | "mimir"
  | "loki-distributor"
  | "loki-ingester"
  | "loki-querier"
  | "loki-query-frontend"
  | "loki-compactor"
  | "memcached"
  | "tempo-distributor"
  | "tempo-ingester"
  | "tempo-querier"
  | "tempo-query-frontend"
  | "tempo-compactor"
  | "tempo-metrics-generator"
  | "pyroscope"
  | "grafana"
  | "alloy-collector"
  | "alloy-gateway";

/** What a role may call that is not a role: the database, and the VPC's interface endpoints. */
export type Callee = RoleId | "postgres" | "endpoints";
/** Who may call a role without being one: the load balancer, and the clients of the gateway. */
export type Caller = RoleId | "load-balancer" | "clients";

/** How a task is replaced (S15). */
export type ReplacementClass = "ring" | "singleton" | "stateless";

export interface Port {
  /** What listens: `http`, `grpc`, `gossip`, `otlp-grpc`, `otlp-http`, … */
  readonly name: string;
  readonly number: number;
}

/** One connection that the role opens. Becomes one security-group rule. */
export interface Call {
  readonly to: Callee;
  /** Name of the callee's port. */
  readonly port: string;
  /** What is asked, in a few words: the rule's description. */
  readonly why: string;
}

/** The container health check (S20): HTTP 200 on a path, or an open port. */
export type HealthCheck =
  | { readonly kind: "http"; readonly port: number; readonly path: string }
  | { readonly kind: "tcp"; readonly port: number };

/** A target group, with the listener rules that lead to it. */
export interface Exposure {
  /** Short name of the target group (`grafana`, `mimir`, `loki`, `tempo`, `otlp-http`, `otlp-grpc`). */
  readonly id: string;
  /** First label of the host name. */
  readonly host: "grafana" | "mimir" | "loki" | "tempo";
  /** Path patterns; `/*` is everything. */
  readonly paths: readonly string[];
  /** Name of the role's port that traffic goes to. */
  readonly port: string;
  readonly protocolVersion: "HTTP1" | "GRPC";
  /** Needs the ingest guard (G8). */
  readonly guarded: boolean;
  readonly healthCheck: { readonly port: number; readonly path: string; readonly matcher: string };
  readonly deregistrationDelaySeconds: number;
  /** Paths of the same host that must answer 404 before the rule is reached. */
  readonly hiddenPaths?: readonly string[];
  /** First of the thousand rule priorities that this exposure owns. */
  readonly priority: number;
}

/** A rendered configuration file, as the init container writes it. */
export interface RenderedFile {
  /** Absolute path inside the server's container. */
  readonly path: string;
  readonly content: string;
  /**
   * JSON that would be too long for a task definition: it travels as one line, compressed together with the others of its
   * kind. The plan's folder has it as it is here.
   */
  readonly packed?: true;
}

/** A value that is known only when AWS has made something. */
export type LateValue = "database.address";
/** A secret of the stack, stored in Secrets Manager. */
export type SecretId = "grafana-admin-password" | "grafana-secret-key" | "database-password";

export type EnvironmentVariable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly late: LateValue };

export interface SecretVariable {
  readonly name: string;
  /** One of the stack's own secrets, or the ARN of one that exists already. */
  readonly from: { readonly secret: SecretId } | { readonly arn: string };
}

/**
 * One ECS service of a role. A ring has one per replica, with an id of its own; every other class has exactly one.
 */
export interface Instance {
  /** Name of the ECS service and of its task definition's family (after the stack's name). */
  readonly serviceName: string;
  readonly desiredCount: number;
  /** Index into the zones, for a service that lives in one zone; absent = all zones. */
  readonly zoneIndex?: number;
  readonly args: readonly string[];
  readonly environment: readonly EnvironmentVariable[];
  readonly secrets: readonly SecretVariable[];
  readonly files: readonly RenderedFile[];
}

export interface Autoscaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetCpuPercent: number;
}

export interface Role {
  readonly id: RoleId;
  readonly product: ProductName;
  /** The part's own name in its product: `ingester`, `query-frontend`; equals the product where there is one part. */
  readonly component: string;
  /** Name in Cloud Map, without the namespace. */
  readonly dnsName: string;
  readonly replicas: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly ephemeralStorageGb: number;
  readonly replacement: ReplacementClass;
  /** Acknowledged data lives in the task until it is flushed. */
  readonly holdsData: boolean;
  readonly spot: boolean;
  readonly autoscaling?: Autoscaling;
  /** Ports it listens on. Includes `gossip` exactly where the role gossips. */
  readonly ports: readonly Port[];
  readonly calls: readonly Call[];
  readonly health: HealthCheck;
  readonly exposures: readonly Exposure[];
  /** Numeric user and group of the server's process, `uid:gid`. */
  readonly user: string;
  /** The root file system of the server's container is read-only. */
  readonly readonlyRootFilesystem: boolean;
  /** Directory of the server's data volume, owned by `user`. */
  readonly dataPath?: string;
  /** Further writable directories on the task's disk, owned by `user`. */
  readonly scratchPaths?: readonly string[];
  /** Seconds between SIGTERM and SIGKILL. */
  readonly stopTimeoutSeconds: number;
  /** What it is asked for before its SIGTERM. */
  readonly stopHook?: StopHook;
  /** The server itself calls AWS (S3, CloudWatch), so its tasks run with the product's task role. */
  readonly callsAws: boolean;
  readonly instances: readonly Instance[];
}

/** What a product may do in AWS besides its own prefixes in the bucket. */
export interface AwsAccess {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export interface Product {
  readonly name: ProductName;
  readonly image: string;
  /** Prefixes of the bucket that are this product's alone, with a trailing slash. */
  readonly prefixes: readonly string[];
  readonly awsAccess: readonly AwsAccess[];
  readonly roles: readonly Role[];
}

/** One allowed connection between two parties: exactly one standalone security-group rule. */
export interface Edge {
  readonly from: Caller;
  readonly to: Callee;
  readonly port: number;
  readonly why: string;
}

/** The whole system of one stack. */
export interface Catalog {
  readonly products: readonly Product[];
}
