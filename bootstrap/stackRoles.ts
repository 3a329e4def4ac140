import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { apartDocument, namesakesDocument } from "./apart";
import {
  type Deployed,
  type Document,
  readDocument,
  stateDocument,
  trust,
  writeDocuments,
} from "./access";

export interface StackRolesArgs {
  readonly deployed: Deployed;
  /** Every stack of the account, this one among them. */
  readonly all: readonly Deployed[];
  /** Name of the Pulumi project of the stacks. */
  readonly project: string;
  /** OWNER/NAME of the repository. */
  readonly repository: string;
  readonly oidcProviderArn: pulumi.Input<string>;
  readonly stateBucketArn: pulumi.Input<string>;
  readonly stateKeyArn: pulumi.Input<string>;
}

/** The two roles of a stack: one that looks (`STACK-preview`), one that deploys (`STACK`). */
export class StackRoles extends pulumi.ComponentResource {
  public readonly previewRoleArn: pulumi.Output<string>;
  public readonly deployRoleArn: pulumi.Output<string>;

  constructor(name: string, args: StackRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm-bootstrap:index:StackRoles", name, {}, opts);
    const { config } = args.deployed;
    const read = { read: readDocument(args.deployed) };
    this.previewRoleArn = this.role(`${name}-preview`, args, {
      environment: `${config.stack}-preview`,
      documents: read,
      mayWrite: false,
      maxSessionSeconds: 3600,
    });
    this.deployRoleArn = this.role(`${name}-deploy`, args, {
      environment: config.stack,
      documents: {
        ...read,
        ...writeDocuments(args.deployed),
        ...namesakesDocument(args.deployed, args.all),
        ...apartDocument(args.deployed, args.all),
      },
      mayWrite: true,
      maxSessionSeconds: 7200,
    });
    this.registerOutputs({
      previewRoleArn: this.previewRoleArn,
      deployRoleArn: this.deployRoleArn,
    });
  }

  private role(
    name: string,
    args: StackRolesArgs,
    wants: {
      readonly environment: string;
      readonly documents: Readonly<Record<string, Document>>;
      readonly mayWrite: boolean;
      readonly maxSessionSeconds: number;
    },
  ): pulumi.Output<string> {
    const child = { parent: this };
    const role = new aws.iam.Role(
      name,
      {
        // Not a name below the stack's own: the deploy role may not change itself.
        name: `pulumi-${name}`,
        description: `GitHub environment ${wants.environment} of ${args.repository}`,
        maxSessionDuration: wants.maxSessionSeconds,
        assumeRolePolicy: pulumi
          .output(args.oidcProviderArn)
          .apply((arn) => JSON.stringify(trust(arn, args.repository, wants.environment))),
      },
      child,
    );
    new aws.iam.RolePolicy(
      `${name}-state`,
      {
        role: role.name,
        policy: pulumi
          .all([args.stateBucketArn, args.stateKeyArn])
          .apply(([bucketArn, keyArn]) =>
            JSON.stringify(
              stateDocument(
                { bucketArn, keyArn },
                args.project,
                args.deployed.config.stack,
                wants.mayWrite,
              ),
            ),
          ),
      },
      child,
    );
    for (const [part, document] of Object.entries(wants.documents)) {
      const policy = new aws.iam.Policy(
        `${name}-${part}`,
        { description: `${part} of ${name}`, policy: JSON.stringify(document) },
        child,
      );
      new aws.iam.RolePolicyAttachment(
        `${name}-${part}`,
        { role: role.name, policyArn: policy.arn },
        child,
      );
    }
    return role.arn;
  }
}
