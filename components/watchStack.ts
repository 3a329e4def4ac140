import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../configs/stack/schema";
import { alarmTopicName, eventRoleName, heartbeatTopicName } from "../stacks/names";
import type { Catalog } from "../stacks/types";
import { alarms } from "../stacks/watchAlarms";
import { budget } from "../stacks/watchBudget";
import { deliveryAlarms, events } from "../stacks/watchEvents";
import { runbookLink } from "../stacks/watchRunbooks";
import {
  alarmTopicPolicy,
  eventRoleRights,
  eventRoleTrust,
  heartbeatTopicPolicy,
  isWatched,
} from "../stacks/watchTopics";
import type { LgtmProduct } from "./lgtmProduct";
import { LgtmWatch } from "./lgtmWatch";
import type { Platform } from "./platform";

/** The watch from outside; none where the stack file, or dev, does without. */
export function watchStack(
  config: StackConfig,
  catalog: Catalog,
  { network, ingress, database }: Platform,
  products: readonly LgtmProduct[],
  opts: pulumi.ComponentResourceOptions,
): LgtmWatch | undefined {
  if (!isWatched(config)) return undefined;
  const specs = events(catalog, config);
  return new LgtmWatch(
    config.name,
    {
      alarmTopic: { name: alarmTopicName(config), policy: alarmTopicPolicy(config) },
      heartbeatTopic: { name: heartbeatTopicName(config), policy: heartbeatTopicPolicy(config) },
      emails: config.watch.emails,
      webhooks: config.watch.webhooks,
      alarms: [...alarms(catalog, config), ...deliveryAlarms(specs, config)],
      events: specs,
      eventRole: {
        name: eventRoleName(config),
        trust: eventRoleTrust(config),
        rights: eventRoleRights(config),
      },
      budget: budget(config),
      runbookLink: (runbook) => runbookLink(config, runbook),
      things: {
        loadBalancerArnSuffix: ingress.loadBalancerArnSuffix,
        targetGroupArns: ingress.targetGroupArns,
        certificateArn: ingress.certificateArn,
        databaseId: database?.instanceId,
        natGatewayIds: network.natGatewayIds,
        service: (name) => serviceOf(products, name),
      },
    },
    opts,
  );
}

function serviceOf(products: readonly LgtmProduct[], name: string): pulumi.Resource {
  for (const product of products) {
    const service = product.serviceCalled(name);
    if (service !== undefined) return service;
  }
  throw new Error(`no ECS service is called ${name}`);
}
