import { arn, text, uuid } from "./factsFoundation";
import type { AnswerContext, TypeFacts } from "./types";

const lastPart = (value: string) => value.slice(value.lastIndexOf("/") + 1);

/** Canonical hosted zone id of Application Load Balancers per region (AWS General Reference, "ELB endpoints"). */
const loadBalancerZone: Readonly<Record<string, string>> = { "ap-northeast-2": "ZWKZPGTI48KDX" };

/** Containers, discovery, ingress, database and what watches them. */
export const applicationFacts: Readonly<Record<string, TypeFacts>> = {
  "aws:ecs/cluster:Cluster": {
    taggable: true,
    autoName: { property: "name", maxLength: 255 },
    id: (context) => arn(context, "ecs", `cluster/${text(context, "name")}`),
    outputs: (context) => ({ arn: context.id }),
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {
    id: (context) => text(context, "clusterName"),
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    taggable: true,
    id: (context) => text(context, "family"),
    outputs: (context) => ({
      arn: arn(context, "ecs", `task-definition/${context.id}:${context.generation + 1}`),
      arnWithoutRevision: arn(context, "ecs", `task-definition/${context.id}`),
      revision: context.generation + 1,
    }),
  },
  "aws:ecs/service:Service": {
    taggable: true,
    autoName: { property: "name", maxLength: 255 },
    id: (context) =>
      arn(context, "ecs", `service/${lastPart(text(context, "cluster"))}/${text(context, "name")}`),
    outputs: (context) => ({ arn: context.id }),
  },
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": {
    taggable: true,
    id: (context) => `ns-${context.hash(16)}`,
    outputs: (context) => ({
      arn: arn(context, "servicediscovery", `namespace/${context.id}`),
      hostedZone: `Z${context.hash(20).toUpperCase()}`,
    }),
  },
  "aws:servicediscovery/service:Service": {
    taggable: true,
    id: (context) => `srv-${context.hash(16)}`,
    outputs: (context) => ({ arn: arn(context, "servicediscovery", `service/${context.id}`) }),
  },
  "aws:route53/record:Record": {
    id: (context) => `${text(context, "zoneId")}_${text(context, "name")}_${text(context, "type")}`,
    outputs: (context) => ({ fqdn: text(context, "name") }),
  },
  "aws:route53/zoneAssociation:ZoneAssociation": {
    id: (context) => `${text(context, "zoneId")}:${text(context, "vpcId")}`,
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    taggable: true,
    autoName: { property: "name", maxLength: 32 },
    id: (context) =>
      arn(
        context,
        "elasticloadbalancing",
        `loadbalancer/app/${text(context, "name")}/${context.hash(16)}`,
      ),
    outputs: (context) => ({
      arn: context.id,
      arnSuffix: `app/${text(context, "name")}/${context.hash(16)}`,
      dnsName: `${text(context, "name")}-${parseInt(context.hash(8), 16)}.${context.place.region}.elb.amazonaws.com`,
      zoneId: loadBalancerZone[context.place.region] ?? `Z${context.hash(13).toUpperCase()}`,
    }),
  },
  "aws:lb/targetGroup:TargetGroup": {
    taggable: true,
    autoName: { property: "name", maxLength: 32 },
    id: (context) =>
      arn(
        context,
        "elasticloadbalancing",
        `targetgroup/${text(context, "name")}/${context.hash(16)}`,
      ),
    outputs: (context) => ({
      arn: context.id,
      arnSuffix: `targetgroup/${text(context, "name")}/${context.hash(16)}`,
    }),
  },
  "aws:lb/listener:Listener": {
    taggable: true,
    id: (context) =>
      text(context, "loadBalancerArn").replace(":loadbalancer/", ":listener/") +
      `/${context.hash(16)}`,
    outputs: (context) => ({ arn: context.id }),
  },
  "aws:lb/listenerRule:ListenerRule": {
    taggable: true,
    id: (context) =>
      text(context, "listenerArn").replace(":listener/", ":listener-rule/") +
      `/${context.hash(16)}`,
    outputs: (context) => ({ arn: context.id }),
  },
  "aws:acm/certificate:Certificate": {
    taggable: true,
    id: (context) => arn(context, "acm", `certificate/${uuid(context)}`),
    outputs: (context) => ({
      arn: context.id,
      status: "ISSUED",
      domainValidationOptions: validations(context),
    }),
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    id: () => "2026-01-01 00:00:00 +0000 UTC",
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    taggable: true,
    autoName: { property: "name", maxLength: 512 },
    id: (context) => text(context, "name"),
    outputs: (context) => ({ arn: arn(context, "logs", `log-group:${context.id}`) }),
  },
  "aws:rds/instance:Instance": {
    taggable: true,
    autoName: { property: "identifier", maxLength: 63 },
    id: (context) => `db-${context.hash(26).toUpperCase()}`,
    outputs: (context) => {
      const port = Number(context.inputs["port"] ?? 5432);
      const address = `${text(context, "identifier")}.${context.hash(12)}.${context.place.region}.rds.amazonaws.com`;
      return {
        arn: arn(context, "rds", `db:${text(context, "identifier")}`),
        address,
        port,
        endpoint: `${address}:${port}`,
      };
    },
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    taggable: true,
    autoName: { property: "name", maxLength: 255 },
    id: (context) => text(context, "name"),
    outputs: (context) => ({ arn: arn(context, "rds", `subgrp:${context.id}`) }),
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    taggable: true,
    autoName: { property: "name", maxLength: 255 },
    id: (context) => text(context, "name"),
    outputs: (context) => ({ arn: arn(context, "rds", `pg:${context.id}`) }),
  },
  "aws:appautoscaling/target:Target": {
    taggable: true,
    id: (context) => text(context, "resourceId"),
    outputs: (context) => ({
      arn: arn(context, "application-autoscaling", `scalable-target/${context.hash(32)}`),
      roleArn: arn(
        context,
        "iam",
        "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
        false,
      ),
    }),
  },
  "aws:appautoscaling/policy:Policy": {
    autoName: { property: "name", maxLength: 255 },
    id: (context) => text(context, "name"),
    outputs: (context) => ({
      arn: arn(
        context,
        "autoscaling",
        `scalingPolicy:${context.hash(36)}:policyName/${context.id}`,
      ),
    }),
  },
  "aws:appautoscaling/scheduledAction:ScheduledAction": {
    autoName: { property: "name", maxLength: 255 },
    id: (context) => `${text(context, "name")}-${text(context, "resourceId")}`,
    outputs: (context) => ({
      arn: arn(
        context,
        "autoscaling",
        `scheduledAction:${context.hash(36)}:scheduledActionName/${text(context, "name")}`,
      ),
    }),
  },
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
    id: (context) => text(context, "ecrRepositoryPrefix"),
    outputs: (context) => ({ registryId: context.place.accountId }),
  },
};

/** One DNS record per distinct domain; a wildcard and its parent share one. */
function validations(context: AnswerContext): object[] {
  const names = [
    text(context, "domainName"),
    ...((context.inputs["subjectAlternativeNames"] as string[]) ?? []),
  ];
  return [...new Set(names)].map((domainName) => ({
    domainName,
    resourceRecordName: `_${context.hash(32)}.${domainName.replace(/^\*\./, "")}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${context.hash(32)}.acm-validations.aws.`,
  }));
}
