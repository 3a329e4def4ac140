import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../configs/stack/schema";
import { outputs, type StackUrls, snippets } from "../stacks/snippets";
import type { LgtmProduct } from "./lgtmProduct";
import type { Platform } from "./platform";

/** What a stack tells its users (D8). No value is a secret: secrets are named by their ARN. */
export interface StackOutputs {
  /** Where to look, and where to send. */
  readonly urls: StackUrls;
  /** Where the hosts must point to, where the program does not own the zone. */
  readonly loadBalancerDnsName: pulumi.Output<string>;
  /** Secret with the password of Grafana's first administrator. */
  readonly grafanaAdminPasswordSecretArn: pulumi.Output<string>;
  /** Secret of each ingest token, by token id. */
  readonly ingestTokenSecretArns: pulumi.Output<Record<string, string>>;
  /** Bucket that holds all data. */
  readonly bucketName: pulumi.Output<string>;
  /** Name of the ECS cluster. */
  readonly clusterName: pulumi.Output<string>;
  /**
   * ECS service → ARN of the task definition that it must run. A circuit breaker that rolls back leaves the deployment
   * green: compare.
   */
  readonly taskDefinitions: pulumi.Output<Record<string, string>>;
  /** Ready-made client configurations, by id. */
  readonly snippets: Readonly<Record<string, string>>;
}

/** The outputs of a stack. */
export function describeStack(
  config: StackConfig,
  platform: Platform,
  products: readonly LgtmProduct[],
): StackOutputs {
  return {
    urls: outputs(config),
    loadBalancerDnsName: platform.ingress.dnsName,
    grafanaAdminPasswordSecretArn: platform.secrets.arnOf("grafana-admin-password"),
    ingestTokenSecretArns: platform.secrets.tokenSecretArns,
    bucketName: platform.storage.bucketName,
    clusterName: platform.cluster.clusterName,
    taskDefinitions: pulumi
      .all(products.map((product) => product.taskDefinitionArns))
      .apply((byProduct) => Object.assign({}, ...byProduct) as Record<string, string>),
    snippets: Object.fromEntries(snippets(config).map(({ id, text }) => [id, text])),
  };
}
