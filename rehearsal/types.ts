/**
 * What a plan says about the parts that a rehearsal starts, read from `plan.json` and nothing else. Names are AWS's own.
 * {@link readPlanView} in `planView.ts` makes it.
 */

/** Everything of a plan that a rehearsal needs. */
export interface PlanView {
  readonly stack: string;
  readonly region: string;
  readonly accountId: string;
  /** CIDR block of the VPC. */
  readonly vpcCidr: string;
  readonly subnets: readonly Subnet[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly securityGroupRules: readonly SecurityGroupRule[];
  /** Roles that tasks act as (never the execution roles). */
  readonly taskRoles: readonly TaskRole[];
  readonly services: readonly Service[];
  readonly targetGroups: readonly TargetGroup[];
  /** Absent where the plan has no load balancer. */
  readonly loadBalancer?: LoadBalancer;
  /** Buckets that tasks use. */
  readonly buckets: readonly string[];
  /** Statements of the buckets' own policies. */
  readonly bucketStatements: readonly PolicyStatement[];
  /** Secrets whose values the plan masks. */
  readonly secrets: readonly Secret[];
}

export interface Subnet {
  readonly id: string;
  readonly cidr: string;
  /** Availability zone, `ap-northeast-2a`. */
  readonly zone: string;
}

export interface SecurityGroup {
  readonly id: string;
  /** Pulumi's logical name: `lgtm-loki-ingester`. */
  readonly name: string;
}

/** One direction, one protocol, one range of ports, one peer. */
export interface SecurityGroupRule {
  readonly urn: string;
  /** Pulumi's logical name: `lgtm-memcached-from-loki-querier-11211`. */
  readonly name: string;
  readonly direction: "ingress" | "egress";
  readonly securityGroupId: string;
  /** `-1` is every protocol. */
  readonly protocol: "tcp" | "udp" | "icmp" | "-1";
  /** Absent for every port. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** A security group, or an IPv4 block. */
  readonly peer: { readonly securityGroupId: string } | { readonly cidr: string };
}

export interface TaskRole {
  readonly arn: string;
  readonly name: string;
  /** Statements of its inline policies, in the plan's order. */
  readonly statements: readonly PolicyStatement[];
}

export interface PolicyStatement {
  /** Role name and statement id, unique in the plan: `lgtm-loki-task/OwnPrefixes`. */
  readonly id: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** An ECS service. */
export interface Service {
  readonly urn: string;
  /** `lgtm-loki-ingester-0`. */
  readonly name: string;
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: boolean;
  /** How long a target group's verdict does not count after a task has started, in seconds. */
  readonly healthCheckGracePeriodSeconds: number;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly taskDefinition: TaskDefinition;
  /** Name in Cloud Map. Absent: the service has none. */
  readonly discovery?: DiscoveryName;
  readonly targets: readonly ServiceTarget[];
  /** Services that an `up` updates before this one: `lgtm-loki-ingester-0`. */
  readonly after: readonly string[];
  /** Least time between the update of the service before and of this one, in seconds (S22). 0: none. */
  readonly pauseSeconds: number;
}

/** Answered by the name server for each healthy task of every service that has it. */
export interface DiscoveryName {
  /** `loki-ingester.lgtm.local`. */
  readonly name: string;
  readonly ttlSeconds: number;
}

/** A container port that is registered in a target group. */
export interface ServiceTarget {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly port: number;
}

export interface TaskDefinition {
  readonly family: string;
  /** ECS CPU units: 1024 is one vCPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
  /** Absent: the task has no rights. */
  readonly taskRoleArn?: string;
  readonly volumes: readonly string[];
  readonly containers: readonly Container[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  /** Absent: the image's own. */
  readonly entryPoint?: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Name of a variable → ARN of the secret (with an optional JSON key as ECS writes it). */
  readonly secrets: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly readonlyRootFilesystem: boolean;
  /** Absent: the image's own. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly ports: readonly number[];
  /** Containers that must have ended well before this one starts. */
  readonly after: readonly string[];
  readonly healthCheck?: HealthCheck;
  /** How long after SIGTERM it is killed, in seconds; ECS's default is 30. */
  readonly stopTimeoutSeconds: number;
  readonly openFiles?: { readonly soft: number; readonly hard: number };
  /** Absent: an ended essential container ends its task. */
  readonly restartPolicy?: {
    readonly ignoredExitCodes: readonly number[];
    readonly attemptPeriodSeconds: number;
  };
}

export interface Mount {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface HealthCheck {
  /** Without ECS's leading `CMD` or `CMD-SHELL`. */
  readonly command: readonly string[];
  readonly shell: boolean;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly startPeriodSeconds: number;
}

export interface TargetGroup {
  readonly arn: string;
  /** Pulumi's logical name: `lgtm-otlp-grpc`. */
  readonly name: string;
  readonly port: number;
  readonly protocolVersion: "HTTP1" | "HTTP2" | "GRPC";
  readonly deregistrationDelaySeconds: number;
  readonly algorithm: "round_robin" | "least_outstanding_requests" | "weighted_random";
  readonly healthCheck: TargetHealthCheck;
}

export interface TargetHealthCheck {
  readonly path: string;
  readonly port: number;
  /** `200`, `200-299` or, for gRPC, `0-99`. */
  readonly matcher: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface LoadBalancer {
  readonly arn: string;
  readonly securityGroupIds: readonly string[];
  readonly subnetIds: readonly string[];
  readonly idleTimeoutSeconds: number;
  readonly dropInvalidHeaderFields: boolean;
  readonly listeners: readonly Listener[];
}

export interface Listener {
  readonly arn: string;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  /** `ELBSecurityPolicy-…`; HTTPS only. */
  readonly sslPolicy?: string;
  readonly defaultAction: ListenerAction;
  /** By priority, the first one that matches decides. */
  readonly rules: readonly ListenerRule[];
}

export interface ListenerRule {
  readonly urn: string;
  readonly name: string;
  readonly priority: number;
  /** All must hold. */
  readonly conditions: readonly ListenerCondition[];
  readonly action: ListenerAction;
}

/** Any of the values will do; `*` and `?` are wildcards in all of them. */
export type ListenerCondition =
  | { readonly kind: "host"; readonly values: readonly string[] }
  | { readonly kind: "path"; readonly values: readonly string[] }
  | { readonly kind: "method"; readonly values: readonly string[] }
  | { readonly kind: "sourceIp"; readonly values: readonly string[] }
  | { readonly kind: "header"; readonly header: string; readonly values: readonly string[] };

export type ListenerAction =
  | { readonly kind: "forward"; readonly targetGroupArn: string }
  | {
      readonly kind: "fixedResponse";
      readonly statusCode: number;
      readonly contentType: string;
      readonly body: string;
    }
  | {
      readonly kind: "redirect";
      readonly statusCode: number;
      readonly protocol: string;
      readonly port: string;
      readonly host: string;
      readonly path: string;
      readonly query: string;
    };

export interface Secret {
  readonly arn: string;
  /** Pulumi's logical name: `lgtm-ingest-token-a`. */
  readonly name: string;
}
