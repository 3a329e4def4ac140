/** The typed reading of `plan.json` for a rehearsal. */
import type { Plan } from "../plan/plan";
import { PlanReader, type CustomResource } from "./planReader";
import { loadBalancerOf, targetGroupsOf } from "./planIngress";
import { taskDefinitionOf } from "./planTasks";
import type {
  DiscoveryName,
  PlanView,
  PolicyStatement,
  SecurityGroupRule,
  Service,
  TaskRole,
} from "./types";

/**
 * Reads what a rehearsal starts from a plan.
 *
 * @throws PlanError naming everything that a rehearsal needs and the plan does not have.
 */
export function readPlanView(plan: Plan): PlanView {
  const reader = new PlanReader(plan);
  const vpc = reader.only("aws:ec2/vpc:Vpc");
  const view: PlanView = {
    stack: plan.stack,
    region: plan.region,
    accountId: plan.accountId,
    vpcCidr: reader.text(vpc, "cidrBlock"),
    subnets: reader.all("aws:ec2/subnet:Subnet").map((subnet) => ({
      id: subnet.id,
      cidr: reader.text(subnet, "cidrBlock"),
      zone: reader.text(subnet, "availabilityZone"),
    })),
    securityGroups: reader
      .all("aws:ec2/securityGroup:SecurityGroup")
      .map(({ id, name }) => ({ id, name })),
    securityGroupRules: securityGroupRulesOf(reader),
    taskRoles: taskRolesOf(reader),
    services: servicesOf(reader),
    targetGroups: targetGroupsOf(reader),
    loadBalancer: loadBalancerOf(reader),
    buckets: reader.all("aws:s3/bucket:Bucket").map(({ id }) => id),
    bucketStatements: reader
      .all("aws:s3/bucketPolicy:BucketPolicy")
      .flatMap((policy) => statementsOf(policy, reader)),
    secrets: reader
      .all("aws:secretsmanager/secret:Secret")
      .map((secret) => ({ arn: secret.id, name: secret.name })),
  };
  reader.done();
  return view;
}

function securityGroupRulesOf(reader: PlanReader): SecurityGroupRule[] {
  const directions = { ingress: "Ingress", egress: "Egress" } as const;
  return (Object.keys(directions) as (keyof typeof directions)[]).flatMap((direction) =>
    reader
      .all(
        `aws:vpc/securityGroup${directions[direction]}Rule:SecurityGroup${directions[direction]}Rule`,
      )
      .flatMap((resource) => {
        const { fromPort, toPort, ipProtocol, referencedSecurityGroupId, cidrIpv4 } =
          resource.inputs as Record<string, unknown>;
        const peer =
          typeof referencedSecurityGroupId === "string"
            ? { securityGroupId: referencedSecurityGroupId }
            : typeof cidrIpv4 === "string"
              ? { cidr: cidrIpv4 }
              : undefined;
        // IPv6 blocks and prefix lists have no counterpart in the rehearsal's network.
        if (peer === undefined) return [];
        return [
          {
            urn: resource.urn,
            name: resource.name,
            direction,
            securityGroupId: reader.text(resource, "securityGroupId"),
            protocol: String(ipProtocol) as SecurityGroupRule["protocol"],
            ports:
              typeof fromPort === "number" && typeof toPort === "number" && ipProtocol !== "-1"
                ? { from: fromPort, to: toPort }
                : undefined,
            peer,
          },
        ];
      }),
  );
}

interface PolicyDocument {
  readonly Statement: readonly (Readonly<Record<string, unknown>> & { readonly Sid?: string })[];
}

function taskRolesOf(reader: PlanReader): TaskRole[] {
  const used = new Set(
    reader
      .all("aws:ecs/taskDefinition:TaskDefinition")
      .map((definition) => definition.inputs.taskRoleArn),
  );
  return reader
    .all("aws:iam/role:Role")
    .filter((role) => used.has(role.outputs.arn))
    .map((role) => ({
      arn: String(role.outputs.arn),
      name: role.name,
      statements: reader
        .all("aws:iam/rolePolicy:RolePolicy")
        .filter((policy) => policy.inputs.role === role.id)
        .flatMap((policy) => statementsOf(policy, reader)),
    }));
}

function statementsOf(policy: CustomResource, reader: PlanReader): PolicyStatement[] {
  const document = reader.json<PolicyDocument>(policy, "policy");
  return (document?.Statement ?? []).map((statement, index) => ({
    id: `${policy.name}/${statement.Sid ?? index}`,
    document: statement,
  }));
}

function servicesOf(reader: PlanReader): Service[] {
  const names = discoveryNames(reader);
  const definitions = new Map(
    reader
      .all("aws:ecs/taskDefinition:TaskDefinition")
      .map((definition) => [definition.outputs.arn, definition]),
  );
  const urns = new Map(
    reader.all("aws:ecs/service:Service").map((service) => [service.urn, service.name]),
  );
  return reader.all("aws:ecs/service:Service").flatMap((resource) => {
    const inputs = resource.inputs as ServiceInputs;
    const definition = definitions.get(inputs.taskDefinition);
    if (definition === undefined) {
      reader.complain(`service ${resource.name}: its task definition is not in the plan`);
      return [];
    }
    return [
      {
        urn: resource.urn,
        name: resource.name,
        desiredCount: inputs.desiredCount ?? 1,
        minimumHealthyPercent: inputs.deploymentMinimumHealthyPercent ?? 100,
        maximumPercent: inputs.deploymentMaximumPercent ?? 200,
        circuitBreaker: inputs.deploymentCircuitBreaker?.enable ?? false,
        healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriodSeconds ?? 0,
        subnetIds: inputs.networkConfiguration?.subnets ?? [],
        securityGroupIds: inputs.networkConfiguration?.securityGroups ?? [],
        taskDefinition: taskDefinitionOf(definition, reader),
        discovery: names.get(inputs.serviceRegistries?.registryArn ?? ""),
        targets: (inputs.loadBalancers ?? []).map((target) => ({
          targetGroupArn: target.targetGroupArn,
          containerName: target.containerName,
          port: target.containerPort,
        })),
        after: resource.dependencies.flatMap((urn) => urns.get(urn) ?? []),
        pauseSeconds: pauseSecondsOf(resource),
      },
    ];
  });
}

interface ServiceInputs {
  readonly desiredCount?: number;
  readonly deploymentMinimumHealthyPercent?: number;
  readonly deploymentMaximumPercent?: number;
  readonly deploymentCircuitBreaker?: { readonly enable: boolean };
  readonly healthCheckGracePeriodSeconds?: number;
  readonly networkConfiguration?: {
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
  };
  readonly serviceRegistries?: { readonly registryArn: string };
  readonly taskDefinition?: string;
  readonly loadBalancers?: readonly {
    readonly targetGroupArn: string;
    readonly containerName: string;
    readonly containerPort: number;
  }[];
}

/** The hook that keeps two swaps apart says in its name for how long: `lgtm-mimir-pause-120s`. */
function pauseSecondsOf(service: CustomResource): number {
  const seconds = (service.hooks.beforeUpdate ?? []).map(
    (hook) => /-pause-(\d+)s$/.exec(hook)?.[1],
  );
  return Math.max(0, ...seconds.map((text) => Number(text ?? 0)));
}

function discoveryNames(reader: PlanReader): Map<string, DiscoveryName> {
  const namespaces = new Map(
    reader
      .all("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace")
      .map((namespace) => [namespace.id, reader.text(namespace, "name")]),
  );
  return new Map(
    reader.all("aws:servicediscovery/service:Service").map((entry) => {
      const config = entry.inputs.dnsConfig as {
        readonly namespaceId: string;
        readonly dnsRecords: readonly { readonly ttl: number }[];
      };
      return [
        String(entry.outputs.arn),
        {
          name: `${reader.text(entry, "name")}.${namespaces.get(config.namespaceId) ?? ""}`,
          ttlSeconds: config.dnsRecords[0]?.ttl ?? 0,
        },
      ];
    }),
  );
}
