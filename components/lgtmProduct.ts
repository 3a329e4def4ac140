import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../configs/stack/schema";
import {
  executionStatements,
  policyDocument,
  type SecretReference,
  secretsOf,
  taskStatements,
  trust,
  usesTaskRole,
} from "../stacks/iam";
import { executionRoleName, logGroupName, taskRoleName } from "../stacks/names";
import type { Product } from "../stacks/types";
import { LgtmService } from "./lgtmService";
import type { Platform } from "./platform";

/** What {@link LgtmProduct} is made of. */
export interface LgtmProductArgs {
  /** The stack's settings. */
  readonly config: StackConfig;
  /** The product, with its roles. */
  readonly product: Product;
  /** What all products stand on. */
  readonly platform: Platform;
}

/**
 * One product of the stack: its log group, the role with which ECS starts its tasks, the role that its tasks act as
 * (where a server calls AWS), and one {@link LgtmService} per role of the catalog.
 *
 * **Cost.** The tasks of its services, and its logs by the GB.
 */
export class LgtmProduct extends pulumi.ComponentResource {
  /** Name of the log group. */
  public readonly logGroupName: pulumi.Output<string>;
  /** ARN of the role with which ECS starts the tasks. */
  public readonly executionRoleArn: pulumi.Output<string>;
  /** ARN of the role that the tasks act as; absent where no server of the product calls AWS. */
  public readonly taskRoleArn: pulumi.Output<string> | undefined;
  /** ECS service → ARN of its task definition. */
  public readonly taskDefinitionArns: pulumi.Output<Record<string, string>>;

  private readonly services: readonly LgtmService[];

  constructor(name: string, args: LgtmProductArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmProduct", name, {}, opts);
    const { config, product, platform } = args;

    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { name: logGroupName(config, product.name), retentionInDays: config.logRetentionDays },
      { parent: this },
    );
    const execution = this.createExecutionRole(name, args, logGroup);
    const task = product.roles.some((role) => usesTaskRole(role, config))
      ? this.createTaskRole(name, args)
      : undefined;
    this.services = product.roles.map(
      (role) =>
        new LgtmService(
          `${config.name}-${role.id}`,
          {
            config,
            product,
            role,
            platform,
            logGroupName: logGroup.name,
            executionRoleArn: execution.role.arn,
            taskRoleArn: usesTaskRole(role, config) ? task?.role.arn : undefined,
            rights: [execution.policy, ...(task === undefined ? [] : [task.policy])],
          },
          { parent: this },
        ),
    );

    this.logGroupName = logGroup.name;
    this.executionRoleArn = execution.role.arn;
    this.taskRoleArn = task?.role.arn;
    this.taskDefinitionArns = pulumi
      .all(this.services.map(({ taskDefinitionArns }) => taskDefinitionArns))
      .apply((byRole) => Object.assign({}, ...byRole) as Record<string, string>);
    this.registerOutputs({
      logGroupName: this.logGroupName,
      executionRoleArn: this.executionRoleArn,
      taskRoleArn: this.taskRoleArn,
      taskDefinitionArns: this.taskDefinitionArns,
    });
  }

  /** The ECS service of a name; undefined where it is another product's. */
  public serviceCalled(name: string): pulumi.Resource | undefined {
    for (const service of this.services) {
      const found = service.serviceCalled(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private createExecutionRole(
    name: string,
    args: LgtmProductArgs,
    logGroup: aws.cloudwatch.LogGroup,
  ) {
    const { config, product, platform } = args;
    const secretArns = secretsOf(product, config).map((reference) => arnOf(reference, platform));
    const policy = pulumi.all([logGroup.arn, pulumi.all(secretArns)]).apply(([logGroupArn, arns]) =>
      JSON.stringify(
        policyDocument(
          executionStatements(product, {
            accountId: config.accountId,
            region: config.region,
            logGroupArn,
            secretArns: arns,
          }),
        ),
      ),
    );
    return this.createRole(
      `${name}-execution`,
      executionRoleName(config, product.name),
      config,
      policy,
    );
  }

  private createTaskRole(name: string, args: LgtmProductArgs) {
    const { config, product, platform } = args;
    const policy = platform.storage.bucketArn.apply((bucketArn) =>
      JSON.stringify(
        policyDocument(
          taskStatements(product, {
            bucketArn,
            kmsKeyArn: config.storage.kmsKeyArn,
            execEnabled: config.execEnabled,
          }),
        ),
      ),
    );
    return this.createRole(`${name}-task`, taskRoleName(config, product.name), config, policy);
  }

  private createRole(
    name: string,
    physicalName: string,
    config: StackConfig,
    policyDocument: pulumi.Input<string>,
  ): { readonly role: aws.iam.Role; readonly policy: aws.iam.RolePolicy } {
    const role = new aws.iam.Role(
      name,
      { name: physicalName, assumeRolePolicy: JSON.stringify(trust(config)) },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      { role: role.name, policy: policyDocument },
      { parent: this },
    );
    return { role, policy };
  }
}

const arnOf = (reference: SecretReference, platform: Platform): pulumi.Input<string> =>
  "arn" in reference ? reference.arn : platform.secrets.arnOf(reference.secret);
