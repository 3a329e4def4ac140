import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ScalingSpec } from "../stacks/schedule";

/** Where a service lives. */
export interface ScalingPlace {
  readonly clusterName: pulumi.Output<string>;
  readonly parent: pulumi.Resource;
}

/**
 * Lets Application Auto Scaling own a service's desired count: by average CPU, by the clock, or both (S19). Makes
 * nothing where the service keeps a fixed count.
 */
export function createScaling(
  name: string,
  spec: ScalingSpec | undefined,
  service: aws.ecs.Service,
  { clusterName, parent }: ScalingPlace,
): void {
  if (spec === undefined) return;
  const dimension = {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
  };
  const target = new aws.appautoscaling.Target(
    name,
    {
      ...dimension,
      resourceId: resourceIdOf(clusterName, service),
      minCapacity: spec.minCapacity,
      maxCapacity: spec.maxCapacity,
    },
    {
      parent,
      // The schedule moves the bounds: an `up` in the night must not start the stack.
      ignoreChanges: spec.actions.length > 0 ? ["minCapacity", "maxCapacity"] : undefined,
    },
  );
  if (spec.targetCpuPercent !== undefined) {
    new aws.appautoscaling.Policy(
      `${name}-cpu`,
      {
        ...dimension,
        resourceId: target.resourceId,
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: {
            predefinedMetricType: "ECSServiceAverageCPUUtilization",
          },
          targetValue: spec.targetCpuPercent,
        },
      },
      { parent },
    );
  }
  for (const action of spec.actions) {
    new aws.appautoscaling.ScheduledAction(
      `${name}-${action.name}`,
      {
        ...dimension,
        resourceId: target.resourceId,
        schedule: action.cron,
        timezone: action.timezone,
        scalableTargetAction: {
          minCapacity: action.minCapacity,
          maxCapacity: action.maxCapacity,
        },
      },
      { parent },
    );
  }
}

function resourceIdOf(
  clusterName: pulumi.Output<string>,
  service: aws.ecs.Service,
): pulumi.Output<string> {
  return clusterName.apply((cluster) => service.name.apply((name) => `service/${cluster}/${name}`));
}
