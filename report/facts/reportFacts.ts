import { text } from "../../plan/charges";
import { costOfPlan, type CostReport, type Workload } from "../../plan/cost";
import type { RoleCapacity } from "../../plan/capacity/capacity";
import { carriedLoad, type CarriedLoad } from "../../plan/load";
import type { PlannedStack } from "../../plan/makePlan";
import type { PlanVerdict } from "../../plan/verdict";
import { planWarnings } from "../../plan/warnings";
import { accessFacts, type AccessFacts } from "./access";
import { firewallFacts, type FirewallFacts } from "./firewall";
import { frontDoorFacts, type FrontDoorFacts } from "./frontDoor";
import { databaseFacts, type DatabaseFacts, networkFacts, type NetworkFacts } from "./network";
import { indexPlan, type PlanIndex } from "./planIndex";
import { roleFacts, type RoleFacts } from "./services";
import { storageFacts, type StorageFacts } from "./storage";
import { failureFacts, type FailureFacts } from "./failures";

/** What the policy pack found, finding by finding. */
export type ReportVerdict = Pick<PlanVerdict, "findings" | "unjudged" | "judged">;

/**
 * Everything the page says. What AWS will be asked for (services, rules, roles, routes, lifecycle, prices) is read from
 * the plan's resources, so that the page shows what would be deployed and not what was meant; words that no resource has
 * (which role holds data, how it is replaced, how long a server keeps things) come from the catalog and the stack file.
 */
export interface ReportFacts {
  readonly stack: string;
  readonly name: string;
  readonly environment: string;
  readonly region: string;
  readonly accountId: string;
  readonly namespace: string;
  readonly architecture: string;
  readonly resources: number;
  readonly roles: readonly RoleFacts[];
  readonly network: NetworkFacts;
  readonly database?: DatabaseFacts;
  readonly frontDoor?: FrontDoorFacts;
  readonly firewall: FirewallFacts;
  readonly access: readonly AccessFacts[];
  readonly storage: StorageFacts;
  readonly cost: CostReport;
  /** The load that the stack file expects. */
  readonly workload?: Workload;
  readonly capacity: readonly CarriedLoad[];
  /** What each role carries of the expected load, and what it runs out of first. */
  readonly roleCapacity: readonly RoleCapacity[];
  readonly warnings: readonly string[];
  readonly failures: FailureFacts;
  readonly verdict?: ReportVerdict;
  /** What stands around the VPC and is used by it. */
  readonly surroundings: readonly { readonly title: string; readonly note: string }[];
}

export function reportFacts(planned: PlannedStack, verdict?: ReportVerdict): ReportFacts {
  const { config, plan } = planned;
  const index = indexPlan(plan, config.name);
  const roles = roleFacts(planned, index);
  const network = networkFacts(planned, index);
  const database = databaseFacts(index);
  const frontDoor = frontDoorFacts(index, config.name);
  const cost = costOfPlan(plan);
  return {
    stack: config.stack,
    name: config.name,
    environment: config.environment,
    region: config.region,
    accountId: config.accountId,
    namespace: config.namespace,
    architecture: config.cpuArchitecture,
    resources: plan.resources.filter((resource) => resource.custom).length,
    roles,
    network,
    ...(database === undefined ? {} : { database }),
    ...(frontDoor === undefined ? {} : { frontDoor }),
    firewall: firewallFacts(index, config.name),
    access: accessFacts(index, roles),
    storage: storageFacts(planned, index),
    cost,
    ...(plan.workload === undefined ? {} : { workload: plan.workload }),
    capacity: carriedLoad(config),
    roleCapacity: planned.capacity,
    warnings: planWarnings(planned, cost),
    failures: failureFacts(planned, roles, network),
    ...(verdict === undefined ? {} : { verdict }),
    surroundings: surroundings(index, config.logRetentionDays, config.namespace),
  };
}

function surroundings(index: PlanIndex, logDays: number, namespace: string) {
  const secrets = index.ofType("aws:secretsmanager/secret:Secret").length;
  const names = index.ofType("aws:servicediscovery/service:Service").length;
  const alarms = index.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").length;
  const groups = index.ofType("aws:cloudwatch/logGroup:LogGroup").length;
  const registries = new Set(
    index
      .ofType("aws:ecs/taskDefinition:TaskDefinition")
      .flatMap(({ inputs }) =>
        [...text(inputs["containerDefinitions"]).matchAll(/"image":"([^/"]+)\//g)].map(
          ([, host = ""]) => host,
        ),
      ),
  );
  return [
    { title: "CloudWatch Logs", note: `${groups} log groups, kept ${logDays} days` },
    {
      title: "CloudWatch metrics",
      note: `read by alloy-collector${alarms === 0 ? "" : `; ${alarms} alarms`}`,
    },
    { title: "Secrets Manager", note: `${secrets} secrets, read at task start` },
    { title: "Cloud Map", note: `${names} names in ${namespace}` },
    { title: "Images", note: [...registries].join(", ") },
  ];
}
