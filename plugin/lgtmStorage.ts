import * as pulumi from "@pulumi/pulumi";
import { LgtmStorage as Storage } from "../components/lgtmStorage";
import { buildCatalog } from "../stacks/catalog";
import { lifecycleRules } from "../stacks/lifecycle";
import { protections } from "../stacks/protections";
import { configOf, type StackArgs } from "./settings";

/** The bucket that holds all data of a stack, with a lifecycle per product. */
export class LgtmStorage extends pulumi.ComponentResource {
  /** Name of the bucket. */
  public readonly bucketName: pulumi.Output<string>;
  /** ARN of the bucket. */
  public readonly bucketArn: pulumi.Output<string>;

  constructor(name: string, args: StackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm-fargate:index:LgtmStorage", name, {}, opts);
    const config = configOf(args);
    const storage = new Storage(
      name,
      {
        bucketName: config.bucketName,
        kmsKeyArn: config.storage.kmsKeyArn,
        lifecycleRules: lifecycleRules(buildCatalog(config), config),
        protectData: protections(config).data,
      },
      { parent: this },
    );
    this.bucketName = storage.bucketName;
    this.bucketArn = storage.bucketArn;
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn });
  }
}
