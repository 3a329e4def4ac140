import type { StackConfig } from "../configs/stack/schema";
import { policyDocument, type PolicyDocument, type PolicyStatement } from "./iam";
import { alarmTopicName, heartbeatTopicName } from "./names";

/** Whether the stack is watched from outside (D9): what the stack file says, otherwise prod is and dev is not. */
export const isWatched = (config: Pick<StackConfig, "watch" | "environment">): boolean =>
  config.watch.enabled ?? config.environment === "prod";

const topicArn = (config: StackConfig, name: string) =>
  `arn:aws:sns:${config.region}:${config.accountId}:${name}`;

/** Topic that every alarm and event is published to; Grafana may publish there too. */
export const alarmTopicArn = (config: StackConfig): string =>
  topicArn(config, alarmTopicName(config));

/**
 * Topic of the dead-man's switch: Grafana publishes there as long as it can query Mimir and notify, nobody subscribes,
 * and an alarm rings when it falls silent. See {@link heartbeat}.
 */
export const heartbeatTopicArn = (config: StackConfig): string =>
  topicArn(config, heartbeatTopicName(config));

/**
 * How often Grafana has to publish. SNS reports to CloudWatch every five minutes at the latest (Amazon SNS developer
 * guide, "Monitoring Amazon SNS with CloudWatch"); three silent periods in a row ring, so that one slow query or one
 * restarted Grafana does not. Grafana must repeat its notification at least twice per period.
 */
export const heartbeat = { periodSeconds: 300, silentPeriods: 3, repeatSeconds: 120 } as const;

/** Where Grafana may publish: the topics of the watch, where there is one, and those of the stack file. */
export const grafanaTopicArns = (config: StackConfig): readonly string[] => [
  ...new Set([
    ...(isWatched(config) ? [alarmTopicArn(config), heartbeatTopicArn(config)] : []),
    ...config.grafana.alerting.topicArns,
  ]),
];

const publishedOverTls = (arn: string): PolicyStatement => ({
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: ["sns:Publish"],
  Resource: [arn],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

const published = (
  sid: string,
  service: string,
  arn: string,
  { accountId }: StackConfig,
  sourceArn: string,
): PolicyStatement => ({
  Sid: sid,
  Effect: "Allow",
  Principal: { Service: service },
  Action: ["sns:Publish"],
  Resource: [arn],
  Condition: {
    StringEquals: { "aws:SourceAccount": accountId },
    ArnLike: { "aws:SourceArn": sourceArn },
  },
});

/**
 * Who may publish to the alarm topic: this account's alarms and budgets. EventBridge is not among them, because it did
 * not honour conditions of a topic's policy (awsdocs/amazon-eventbridge-user-guide, doc_source/eb-use-resource-based.md
 * at 10e936ee) and without one any account's rules could publish: its rules act as a role of the stack instead
 * ({@link eventRoleTrust}).
 *
 * Sources: Amazon SNS developer guide, "Example cases for access control" and "Security best practices" (TLS); AWS Cost
 * Management user guide, "Creating an Amazon SNS topic for budget notifications".
 */
export function alarmTopicPolicy(config: StackConfig): PolicyDocument {
  const arn = alarmTopicArn(config);
  const { accountId, region } = config;
  return policyDocument([
    published(
      "Alarms",
      "cloudwatch.amazonaws.com",
      arn,
      config,
      `arn:aws:cloudwatch:${region}:${accountId}:alarm:*`,
    ),
    ...(config.watch.monthlyBudgetUsd === undefined
      ? []
      : [
          published(
            "Budget",
            "budgets.amazonaws.com",
            arn,
            config,
            `arn:aws:budgets::${accountId}:*`,
          ),
        ]),
    publishedOverTls(arn),
  ]);
}

/** Nobody but the account's own roles may publish a heartbeat, and only over TLS. */
export const heartbeatTopicPolicy = (config: StackConfig): PolicyDocument =>
  policyDocument([publishedOverTls(heartbeatTopicArn(config))]);

/** Only this account's EventBridge rules of this stack may take the role. */
export const eventRoleTrust = ({ accountId, region, name }: StackConfig): PolicyDocument =>
  policyDocument([
    {
      Sid: "EventRules",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: ["sts:AssumeRole"],
      Condition: {
        StringEquals: { "aws:SourceAccount": accountId },
        ArnLike: { "aws:SourceArn": `arn:aws:events:${region}:${accountId}:rule/${name}-*` },
      },
    },
  ]);

/** What the role of the event rules may do. */
export const eventRoleRights = (config: StackConfig): PolicyDocument =>
  policyDocument([
    {
      Sid: "PublishAlarms",
      Effect: "Allow",
      Action: ["sns:Publish"],
      Resource: [alarmTopicArn(config)],
    },
  ]);
