import type { Judged, JudgedResource } from "../../../policies/judge";

export type Properties = Record<string, unknown>;

export interface PolicyStatement {
  Sid?: string;
  Effect: string;
  [element: string]: unknown;
}

export interface PolicyDocument {
  Version?: string;
  readonly Statement: PolicyStatement[];
}

/** One thing broken in the plan of a shipped stack. */
export interface Mutant {
  /** Unique, in words: what somebody might do. */
  readonly name: string;
  /** What kind of change it is; at most three mutants per rule share one. */
  readonly operator: string;
  readonly stack: "dev" | "prod";
  /** Exactly the findings it must give, `RULE FINDING`, written down before it is run. */
  readonly expected: readonly string[];
  apply(plan: BrokenPlan): void;
}

export const types = {
  group: "aws:ec2/securityGroup:SecurityGroup",
  defaultGroup: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  classicRule: "aws:ec2/securityGroupRule:SecurityGroupRule",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  prefixList: "aws:ec2/managedPrefixList:ManagedPrefixList",
  role: "aws:iam/role:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  policy: "aws:iam/policy:Policy",
  policyAttachment: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  secret: "aws:secretsmanager/secret:Secret",
  secretPolicy: "aws:secretsmanager/secretPolicy:SecretPolicy",
  user: "aws:iam/user:User",
  accessKey: "aws:iam/accessKey:AccessKey",
  taskDefinition: "aws:ecs/taskDefinition:TaskDefinition",
  service: "aws:ecs/service:Service",
} as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** A resource of the plan that may be changed. */
export type PlanResource = Mutable<Omit<JudgedResource, "inputs" | "outputs">> & {
  inputs: Properties;
  outputs: Properties;
};

/** A copy of a plan to break. Every change must change something: a mutant that is no change proves nothing. */
export class BrokenPlan implements Judged {
  readonly resources: PlanResource[];

  constructor(plan: Judged) {
    this.resources = structuredClone(plan.resources) as unknown as PlanResource[];
  }

  /** @throws Error where the plan has no such resource. */
  find(type: string, name: string): PlanResource {
    const found = this.resources.find(
      (resource) => resource.type === type && resource.name === name,
    );
    if (found === undefined) throw new Error(`the plan has no ${type} called ${name}`);
    return found;
  }

  id(type: string, name: string): string {
    return this.find(type, name).id ?? "";
  }

  arn(type: string, name: string): string {
    return String(this.find(type, name).outputs["arn"]);
  }

  /** Changes inputs and outputs alike. @throws Error where nothing changed. */
  change(type: string, name: string, change: (properties: Properties) => void): void {
    const resource = this.find(type, name);
    const before = JSON.stringify(resource);
    change(resource.inputs);
    change(resource.outputs);
    if (JSON.stringify(resource) === before) throw new Error(`nothing changed in ${name}`);
  }

  add(type: string, name: string, inputs: Properties, outputs: Properties = {}): PlanResource {
    const id = `${name}-id`;
    const resource: PlanResource = {
      urn: `urn:pulumi:stack::lgtm::${type}::${name}`,
      type,
      name,
      id,
      custom: true,
      provider: this.resources.find((each) => each.type.startsWith("aws:"))?.provider,
      inputs: { ...inputs },
      outputs: { ...inputs, id, ...outputs },
      dependencies: [],
      propertyDependencies: {},
      protect: false,
      ignoreChanges: [],
    };
    this.resources.push(resource);
    return resource;
  }

  remove(type: string, name: string): void {
    this.resources.splice(this.resources.indexOf(this.find(type, name)), 1);
  }

  /** Changes a policy document in a property. */
  document<T = PolicyDocument>(
    type: string,
    name: string,
    property: string,
    change: (document: T) => void,
  ): void {
    this.change(type, name, (properties) => {
      const document = JSON.parse(String(properties[property])) as T;
      change(document);
      properties[property] = JSON.stringify(document);
    });
  }

  /** Changes the containers of a task definition. */
  containers(name: string, change: (containers: Properties[]) => void): void {
    this.change(types.taskDefinition, name, (properties) => {
      const containers = JSON.parse(String(properties["containerDefinitions"])) as Properties[];
      change(containers);
      properties["containerDefinitions"] = JSON.stringify(containers);
    });
  }
}
