import { text, toNumber } from "../../plan/charges";
import type { Plan, PlannedResource } from "../../plan/plan";

/** What a plan says of resources that others name by id: groups, zones, task definitions. */
export interface PlanIndex {
  readonly ofType: (type: string) => readonly PlannedResource[];
  /** Logical name of a security group, without the stack's name; the id itself where the plan does not make it. */
  readonly groupName: (id: string) => string;
  /** Letter-ed zone (`ap-northeast-2a`) of a subnet; undefined where the plan does not make it. */
  readonly zoneOf: (subnetId: string) => string | undefined;
  readonly byArn: (arn: string) => PlannedResource | undefined;
}

/** @param name The stack's `name`: what every logical name starts with. */
export function indexPlan(plan: Plan, name: string): PlanIndex {
  const types = new Map<string, PlannedResource[]>();
  const ids = new Map<string, PlannedResource>();
  const arns = new Map<string, PlannedResource>();
  for (const resource of plan.resources) {
    types.set(resource.type, [...(types.get(resource.type) ?? []), resource]);
    if (resource.id !== undefined) ids.set(`${resource.type} ${resource.id}`, resource);
    const arn = text(resource.outputs["arn"]);
    if (arn !== "") arns.set(arn, resource);
  }
  return {
    ofType: (type) => types.get(type) ?? [],
    groupName: (id) => {
      const group = ids.get(`aws:ec2/securityGroup:SecurityGroup ${id}`);
      return group === undefined ? id : withoutStack(group.name, name);
    },
    zoneOf: (subnetId) => {
      const subnet = ids.get(`aws:ec2/subnet:Subnet ${subnetId}`);
      return subnet === undefined ? undefined : text(subnet.inputs["availabilityZone"]);
    },
    byArn: (arn) => arns.get(arn),
  };
}

/** `lgtm-loki-ingester` → `loki-ingester`. */
export const withoutStack = (logicalName: string, name: string): string =>
  logicalName.startsWith(`${name}-`) ? logicalName.slice(name.length + 1) : logicalName;

/** A list of texts, whatever came in. */
export const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

export const numberOr = (value: unknown, otherwise: number): number => toNumber(value) ?? otherwise;
