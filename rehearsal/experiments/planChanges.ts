/** Small changes to a plan, as if the program had planned it so. Pure: the plan that is given stays as it is. */
import { parseDocument, type Document } from "yaml";
import type { Plan, PlannedResource } from "../../plan/plan";

type Inputs = PlannedResource["inputs"];

/** The plan with the inputs of some resources changed; `undefined` takes a resource out. */
export function changeResources(
  plan: Plan,
  type: string,
  change: (inputs: Inputs, resource: PlannedResource) => Inputs | undefined,
): Plan {
  return {
    ...plan,
    resources: plan.resources.flatMap((resource) => {
      if (resource.type !== type) return [resource];
      const inputs = change(resource.inputs, resource);
      return inputs === undefined
        ? []
        : [inputs === resource.inputs ? resource : { ...resource, inputs }];
    }),
  };
}

const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

interface ContainerInputs {
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * The plan with a configuration file changed in every task definition that has it.
 *
 * @param variable - the init container's variable that holds the file, such as `FILE_LOKI_YAML`
 * @throws Error where no file was changed: a trap that changes nothing proves nothing.
 */
export function changeFile(
  plan: Plan,
  variable: string,
  change: (file: Document, taskDefinition: string) => void,
): Plan {
  let changed = 0;
  const result = changeResources(plan, TASK_DEFINITION, (inputs, { name }) => {
    const before = inputs["containerDefinitions"] as string;
    const containers = (JSON.parse(before) as ContainerInputs[]).map((container) => ({
      ...container,
      environment: container.environment?.map((entry) => {
        if (entry.name !== variable) return entry;
        const document = parseDocument(entry.value);
        const text = document.toString();
        change(document, name);
        if (document.toString() === text) return entry;
        changed++;
        return { ...entry, value: document.toString() };
      }),
    }));
    const after = JSON.stringify(containers);
    return after === before ? inputs : { ...inputs, containerDefinitions: after };
  });
  if (changed === 0) throw new Error(`no ${variable} of the plan was changed`);
  return result;
}

/** Takes a key out of a file, where it is there. */
export function remove(file: Document, path: readonly string[]): void {
  if (file.hasIn(path)) file.deleteIn(path);
}

/** The plan with the task role of some task definitions exchanged. @throws Error where there is no such role. */
export function changeTaskRole(plan: Plan, of: RegExp, roleName: string): Plan {
  const role = plan.resources.find(
    ({ type, name }) => type === "aws:iam/role:Role" && name === roleName,
  );
  if (role === undefined) throw new Error(`the plan has no role ${roleName}`);
  return changeResources(plan, TASK_DEFINITION, (inputs, { name }) =>
    of.test(name) ? { ...inputs, taskRoleArn: role.outputs["arn"] } : inputs,
  );
}

/** The plan with only those ingress rules whose port is one of these. */
export function keepIngressPorts(plan: Plan, ports: readonly number[]): Plan {
  return changeResources(
    plan,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    (inputs) => (ports.includes(Number(inputs["fromPort"])) ? inputs : undefined),
  );
}

/** The plan with ring replicas that wait so many seconds for what their predecessor flushed, before they start. */
export function changeSuccessorWait(plan: Plan, seconds: number): Plan {
  let changed = 0;
  const result = changeResources(plan, TASK_DEFINITION, (inputs) => {
    const before = inputs["containerDefinitions"] as string;
    const after = before.replace(/(?<=\$\(date \+%s\) \+ )\d+(?=\)\))/, String(seconds));
    if (after === before) return inputs;
    changed++;
    return { ...inputs, containerDefinitions: after };
  });
  if (changed === 0) throw new Error("no wait of the plan was changed");
  return result;
}

/** The plan with another pause between two replicas of a ring. */
export function changeRingPause(plan: Plan, seconds: number): Plan {
  let changed = 0;
  const result = {
    ...plan,
    resources: plan.resources.map((resource) => {
      const hooks = resource.hooks["beforeUpdate"];
      const others = hooks?.map((hook) => hook.replace(/-pause-\d+s$/, `-pause-${seconds}s`));
      if (hooks === undefined || others?.join() === hooks.join()) return resource;
      changed++;
      return { ...resource, hooks: { ...resource.hooks, beforeUpdate: others } };
    }),
  };
  if (changed === 0) throw new Error("no pause of the plan was changed");
  return result as Plan;
}
