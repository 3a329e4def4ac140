import { resourceRule, type Rule } from "../rule";
import { SERVICE } from "../servers/services";

const subject = "compute" as const;

const noPublicAddress = resourceRule({
  id: "compute-no-public-address",
  subject,
  rationale: "A task with a public address is one open security group away from the Internet.",
  source: "S10",
  mend: "Set networkConfiguration.assignPublicIp to false",
  scope: "any",
  reads: { [SERVICE]: ["networkConfiguration.assignPublicIp"] },
  severity: "critical",
  judge(service, judgement) {
    if (service.at("networkConfiguration", "assignPublicIp").boolean() !== true) return;
    judgement.report(service, {
      finding: "assignPublicIp",
      says: "networkConfiguration.assignPublicIp is true",
    });
  },
});

const circuitBreaker = resourceRule({
  id: "compute-circuit-breaker",
  subject,
  rationale:
    "Without a circuit breaker a broken configuration is retried for ever, with nothing left that works.",
  source: "S15",
  mend: "Set deploymentCircuitBreaker to { enable: true, rollback: true }",
  scope: "any",
  reads: { [SERVICE]: ["deploymentCircuitBreaker", "deploymentController"] },
  severity: "high",
  judge(service, judgement) {
    const controller = service.at("deploymentController", "type").text() ?? "ECS";
    if (controller !== "ECS") {
      judgement.report(service, {
        finding: `controller:${controller}`,
        says: `the deployment controller is ${controller}, which has no circuit breaker`,
      });
      return;
    }
    judgement.each(["enable", "rollback"], (key) => {
      const value = service.at("deploymentCircuitBreaker", key);
      if (value.boolean() === true) return;
      judgement.report(service, {
        finding: key,
        says: `deploymentCircuitBreaker.${key} is ${value.toString()}`,
      });
    });
  },
});

const noExec = resourceRule({
  id: "compute-no-exec",
  subject,
  rationale: "ECS Exec is a shell in production for everybody with one IAM action.",
  source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
  mend: "Set enableExecuteCommand to false in prod",
  scope: "any",
  reads: { [SERVICE]: ["enableExecuteCommand"] },
  severity: "high",
  judge(service, judgement) {
    if (judgement.environment !== "prod") return;
    if (service.at("enableExecuteCommand").boolean() !== true) return;
    judgement.report(service, { finding: "exec", says: "enableExecuteCommand is true in prod" });
  },
});

const capacityProviders = resourceRule({
  id: "compute-capacity-providers",
  subject,
  rationale:
    "Changing from launchType to a capacity provider replaces the service; the strategy changes in place.",
  source: "S19",
  mend: "Remove launchType and name FARGATE or FARGATE_SPOT in capacityProviderStrategies",
  scope: "any",
  reads: { [SERVICE]: ["launchType", "capacityProviderStrategies"] },
  severity: "medium",
  judge(service, judgement) {
    const launchType = service.at("launchType").text();
    if (launchType !== undefined && launchType !== "") {
      judgement.report(service, {
        finding: `launchType:${launchType}`,
        says: `launchType is ${launchType}`,
      });
      return;
    }
    const providers = service.at("capacityProviderStrategies").oneOrMore();
    if (providers.length > 0) return;
    judgement.report(service, {
      finding: "no-strategy",
      says: "capacityProviderStrategies is empty, so the cluster's default decides, Spot or not",
    });
  },
});

const steadyState = resourceRule({
  id: "compute-steady-state",
  subject,
  rationale:
    "An `up` that does not wait calls a deployment done that is about to fail, and starts the next one.",
  source: "S15",
  mend: "Set waitForSteadyState to true",
  scope: "any",
  reads: { [SERVICE]: ["waitForSteadyState"] },
  severity: "medium",
  judge(service, judgement) {
    const value = service.at("waitForSteadyState");
    if (value.boolean() === true) return;
    judgement.report(service, {
      finding: "waitForSteadyState",
      says: `waitForSteadyState is ${value.toString()}`,
    });
  },
});

export const computeServiceRules: readonly Rule[] = [
  noPublicAddress,
  circuitBreaker,
  noExec,
  capacityProviders,
  steadyState,
];
