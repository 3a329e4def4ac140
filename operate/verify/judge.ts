import type { Deployment, Service } from "@aws-sdk/client-ecs";
import { propertyChanges } from "../../plan/diffProperties";
import {
  type CheckResult,
  failed,
  type Finding,
  MissingPermission,
  notChecked,
  ok,
  warning,
  worst,
} from "../check";
import type { Expected, Wanted } from "./expected";
import type { Observation, SeenTask } from "./observe";

/** A finding that time alone may mend: ECS is still at work. */
export interface Judged extends Finding {
  readonly passing?: true;
}

/** What is judged of each service, and whether waiting can change a red one. */
export interface Verdict {
  readonly results: readonly CheckResult[];
  /** Something is red, and ECS is still working on it. */
  readonly unsettled: boolean;
}

/** Compares what a deployment says it left with what is there. */
export function judge(expected: Expected, seen: Observation): Verdict {
  let unsettled = false;
  const results = Object.entries(expected.services).map(([name, wanted]): CheckResult => {
    const findings = judgeService(name, wanted, expected, seen);
    unsettled ||=
      findings.some(({ passing }) => passing === true) &&
      findings.every(({ outcome, passing }) => outcome !== "failed" || passing === true);
    return { id: name, what: name, ...worst(findings) };
  });
  const strangers = seen.strangers.map((name): CheckResult => ({
    id: name,
    what: name,
    ...warning(
      `runs in ${expected.clusterName} and is not of this deployment`,
      `aws ecs describe-services --cluster ${expected.clusterName} --services ${name}`,
    ),
  }));
  return { results: [...results, ...strangers], unsettled };
}

function judgeService(
  name: string,
  wanted: Wanted,
  { clusterName }: Expected,
  seen: Observation,
): Judged[] {
  const service = seen.services.get(name);
  if (service === undefined)
    return [failed(`does not exist in ${clusterName}`, "pulumi refresh, then pulumi up")];
  const tasks = seen.tasks.filter((task) => task.service === name);
  return [
    revision(name, wanted, service, clusterName, seen),
    steady(service, clusterName),
    ...taskFindings(service, tasks),
    ...targetFindings(service, tasks, seen),
    ...nameFindings(service, tasks, seen),
  ];
}

function revision(
  name: string,
  wanted: Wanted,
  service: Service,
  clusterName: string,
  seen: Observation,
): Judged {
  const running = service.taskDefinition ?? "nothing";
  const why = [
    `aws ecs describe-services --cluster ${clusterName} --services ${name} --query 'services[0].events[:10].message'`,
    `aws ecs list-tasks --cluster ${clusterName} --service-name ${name} --desired-status STOPPED, then describe-tasks: stoppedReason`,
  ];
  if (wanted.content !== undefined) {
    const differences = propertyChanges(
      comparable(wanted.content),
      comparable(seen.definitions.get(name) ?? {}),
    ).filter(({ before }) => before !== undefined);
    return differences.length === 0
      ? ok(`${short(running)} as planned`)
      : failed(
          `${short(running)} is not as planned: ${differences
            .slice(0, 3)
            .map(({ path }) => path)
            .join(", ")}`,
          ...why,
        );
  }
  if (running === wanted.arn) return ok(short(running));
  const failure = (service.deployments ?? []).find((each) => each.rolloutState === "FAILED");
  const rolledBack = /rolled back|rolling back|circuit breaker/i.test(
    (service.deployments ?? []).map((each) => each.rolloutStateReason ?? "").join(" "),
  );
  const found = `runs ${short(running)}, deployed was ${short(wanted.arn)}${
    rolledBack || failure !== undefined ? ": ECS rolled the deployment back" : ""
  }`;
  return failed(
    found,
    ...why,
    "mend the cause, then pulumi refresh (the state still names the failed revision) and pulumi up",
  );
}

/** What a plan knows of a task definition, without what only AWS or another resource can say. */
function comparable(definition: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const written = definition["containerDefinitions"];
  const containers = (
    typeof written === "string" ? (JSON.parse(written) as unknown) : (written ?? [])
  ) as readonly Record<string, unknown>[];
  return {
    cpu: definition["cpu"],
    memory: definition["memory"],
    containerDefinitions: containers.map(({ secrets, ...container }) => ({
      ...container,
      secrets: ((secrets ?? []) as { name?: string }[]).map((secret) => ({ name: secret.name })),
    })),
  };
}

const isAtWork = ({ status, rolloutState }: Deployment) =>
  status !== "PRIMARY" || rolloutState === "IN_PROGRESS";

function steady(service: Service, clusterName: string): Judged {
  const deployments = service.deployments ?? [];
  const [running, desired] = [service.runningCount ?? 0, service.desiredCount ?? 0];
  const atWork = deployments.some(isAtWork);
  const wait = `aws ecs wait services-stable --cluster ${clusterName} --services ${service.serviceName}`;
  if (deployments.length > 1 || atWork) {
    return {
      ...failed(`${deployments.length} deployments, not steady`, wait),
      passing: true,
    };
  }
  if (running !== desired || (service.pendingCount ?? 0) > 0) {
    return {
      ...failed(
        `${running} of ${desired} tasks running, ${service.pendingCount ?? 0} pending`,
        wait,
      ),
      passing: true,
    };
  }
  return ok(`${running} of ${desired} running`);
}

function taskFindings(service: Service, tasks: readonly SeenTask[]): Judged[] {
  const running = tasks.filter(({ status }) => status === "RUNNING");
  const old = running.filter(({ taskDefinition }) => taskDefinition !== service.taskDefinition);
  const sick = running.filter(({ health }) => health !== "HEALTHY");
  const desired = service.desiredCount ?? 0;
  return [
    ...(running.length === desired
      ? []
      : [
          {
            ...failed(`${running.length} of ${desired} tasks found running`),
            passing: true as const,
          },
        ]),
    ...old.map(({ arn, taskDefinition }): Judged => ({
      ...failed(`task ${idOf(arn)} still runs ${short(taskDefinition)}`),
      passing: true,
    })),
    ...sick.map(({ arn, health }): Judged => ({
      ...failed(
        `task ${idOf(arn)} is ${health}`,
        "aws logs tail of its log group: why is it not ready?",
      ),
      passing: true,
    })),
  ];
}

function targetFindings(service: Service, tasks: readonly SeenTask[], seen: Observation): Judged[] {
  const groups = [
    ...new Set((service.loadBalancers ?? []).map((each) => each.targetGroupArn ?? "")),
  ];
  return groups.map((arn): Judged => {
    const targets = seen.targets.get(arn) ?? [];
    const group = arn.split("/")[1] ?? arn;
    if (targets instanceof MissingPermission) return lacks(targets, `targets of ${group}`);
    const bad = addressesOf(tasks).flatMap((address) => {
      const target = targets.find((each) => each.address === address);
      if (target?.state === "healthy") return [];
      return [
        `${address} ${target === undefined ? "not registered" : `${target.state}${target.reason === undefined ? "" : ` (${target.reason})`}`}`,
      ];
    });
    return bad.length === 0
      ? ok(`healthy in ${group}`)
      : {
          ...failed(
            `target group ${group}: ${bad.join(", ")}`,
            `aws elbv2 describe-target-health --target-group-arn ${arn}`,
          ),
          passing: true,
        };
  });
}

function nameFindings(service: Service, tasks: readonly SeenTask[], seen: Observation): Judged[] {
  return (service.serviceRegistries ?? []).map(({ registryArn = "" }): Judged => {
    const instances = seen.instances.get(registryArn) ?? [];
    const id = registryArn.split("/").at(-1) ?? "";
    if (instances instanceof MissingPermission) return lacks(instances, `instances of ${id}`);
    const alive = new Set(seen.tasks.map(({ address }) => address));
    const bad = [
      ...addressesOf(tasks).flatMap((address) => {
        const instance = instances.find((each) => each.address === address);
        if (instance === undefined) return [`${address} not registered`];
        return (instance.health ?? "HEALTHY") === "HEALTHY"
          ? []
          : [`${address} ${instance.health ?? ""}`];
      }),
      // A dead task's address answers nobody, or worse, whoever got it next.
      ...instances
        .filter(({ address }) => !alive.has(address))
        .map(({ address }) => `${address} is no task's any more`),
    ];
    return bad.length === 0
      ? ok("registered")
      : {
          ...failed(
            `Cloud Map ${id}: ${bad.join(", ")}`,
            `aws servicediscovery list-instances --service-id ${id}`,
          ),
          passing: true,
        };
  });
}

const lacks = ({ permission }: MissingPermission, what: string): Judged =>
  notChecked(`${what}: the caller lacks ${permission}`, `allow ${permission} to the caller`);

const addressesOf = (tasks: readonly SeenTask[]) =>
  tasks
    .filter(({ status }) => status === "RUNNING")
    .map(({ address }) => address)
    .filter((address) => address !== undefined);

const short = (arn: string) => arn.split("/").at(-1) ?? arn;
const idOf = (arn: string) => (arn.split("/").at(-1) ?? arn).slice(0, 8);
