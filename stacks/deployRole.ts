import type { StackConfig } from "../configs/stack/schema";
import { policyDocument, type PolicyDocument, usesTaskRole } from "./iam";
import { eventRoleName, executionRoleName, taskRoleName } from "./names";
import type { Catalog } from "./types";
import { isWatched } from "./watchTopics";

/**
 * A4: what whoever runs `pulumi up` needs to hand roles to AWS: exactly the roles of this stack's tasks, to ECS tasks
 * only. With flow logs or a watch from outside, which need a role of their own, that one too, to its service only.
 *
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
export function passRolePolicy(catalog: Catalog, config: StackConfig): PolicyDocument {
  const arnOf = (name: string) => `arn:aws:iam::${config.accountId}:role/${name}`;
  const pass = (sid: string, service: string, roles: readonly string[]) => ({
    Sid: sid,
    Effect: "Allow" as const,
    Action: ["iam:PassRole"],
    Resource: roles.map(arnOf),
    Condition: { StringEquals: { "iam:PassedToService": service } },
  });
  const taskRoles = catalog.products.flatMap((product) => [
    executionRoleName(config, product.name),
    ...(product.roles.some((role) => usesTaskRole(role, config))
      ? [taskRoleName(config, product.name)]
      : []),
  ]);
  return policyDocument([
    pass("PassTaskRoles", "ecs-tasks.amazonaws.com", taskRoles),
    ...(isWatched(config)
      ? [pass("PassEventRole", "events.amazonaws.com", [eventRoleName(config)])]
      : []),
    // Named by Pulumi: the end of the name is known only after the first deployment.
    ...(config.network.flowLogs.enabled
      ? [pass("PassFlowLogRole", "vpc-flow-logs.amazonaws.com", [`${config.name}-flow-logs-*`])]
      : []),
  ]);
}
