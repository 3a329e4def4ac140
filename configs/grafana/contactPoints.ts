import { alarmTopicArn, heartbeat, heartbeatTopicArn, isWatched } from "../../stacks/watchTopics";
import type { EnvironmentVariable, SecretVariable } from "../../stacks/types";
import type { StackConfig } from "../stack/schema";
import type { Tree } from "../yaml";
import type { AlertingFile } from "./provisioning";

/** Names of the contact points. */
const TEAM = "LGTM";
const DEAD_MANS_SWITCH = "Dead man's switch";
/** Grafana puts the value in while it reads the file. */
const SLACK_VARIABLE = "LGTM_SLACK_WEBHOOK_URL";

/** Topics that alerts are published to: the one of the watch from outside, and those of the stack file. */
export const alertTopicArns = (config: StackConfig): readonly string[] => [
  ...new Set([
    ...(isWatched(config) ? [alarmTopicArn(config)] : []),
    ...config.grafana.alerting.topicArns,
  ]),
];

/** Somebody is told of alerts. */
export const hasContactPoint = (config: StackConfig): boolean => receivers(config).length > 0;

/**
 * Where alerts go, as provisioning files: one contact point with everything that the stack file names, and one for the
 * sign of life (D9). None where nobody is named: alerts are then shown, and nobody is told.
 */
export function contactPointFiles(config: StackConfig): AlertingFile[] {
  const team = receivers(config);
  if (team.length === 0) return [];
  const points = [
    { orgId: 1, name: TEAM, receivers: team },
    ...(isWatched(config)
      ? [
          {
            orgId: 1,
            name: DEAD_MANS_SWITCH,
            receivers: [
              {
                ...sns("lgtm-heartbeat", heartbeatTopicArn(config)),
                // "Resolved" would be a sign of life.
                disableResolveMessage: true,
              },
            ],
          },
        ]
      : []),
  ];
  return [
    {
      name: "contactPoints.yaml",
      about:
        "Whom alerts are sent to. A name after a dollar sign is a variable that ECS fills from Secrets Manager.",
      tree: { contactPoints: points },
    },
    {
      name: "policies.yaml",
      about: "Which alert goes to whom, and how often it is repeated.",
      tree: { policies: [policy(config)] },
    },
  ];
}

function receivers(config: StackConfig): Tree[] {
  const { slack, email } = config.grafana.alerting;
  return [
    ...alertTopicArns(config).map((arn, index) =>
      sns(index === 0 ? "lgtm-sns" : `lgtm-sns-${index + 1}`, arn),
    ),
    ...(slack === undefined
      ? []
      : [{ uid: "lgtm-slack", type: "slack", settings: { url: `$${SLACK_VARIABLE}` } }]),
    ...(email === undefined
      ? []
      : [
          {
            uid: "lgtm-email",
            type: "email",
            settings: { addresses: email.addresses.join(";"), singleEmail: true },
          },
        ]),
  ];
}

/**
 * Without keys, Grafana signs as the task's role (receivers/sns/v1/sns.go of grafana/alerting at 0dd694e72b34: the
 * SDK's default chain); the region is the topic's own.
 */
const sns = (uid: string, topicArn: string): Tree => ({
  uid,
  type: "sns",
  settings: { topic_arn: topicArn, sigv4: { region: topicArn.split(":")[3]! } },
});

/** Replaces Grafana's whole tree of policies. */
const policy = (config: StackConfig): Tree => ({
  orgId: 1,
  receiver: TEAM,
  group_by: ["product", "alertname"],
  group_wait: "30s",
  group_interval: "5m",
  repeat_interval: "12h",
  routes: [
    ...(isWatched(config)
      ? [
          {
            receiver: DEAD_MANS_SWITCH,
            object_matchers: [["heartbeat", "=", "true"]],
            group_by: ["alertname"],
            group_wait: "0s",
            // A repetition waits for the next interval of its group.
            group_interval: `${heartbeat.repeatSeconds / 2}s`,
            repeat_interval: `${heartbeat.repeatSeconds}s`,
          },
        ]
      : []),
    {
      receiver: TEAM,
      object_matchers: [["severity", "=", "critical"]],
      repeat_interval: "1h",
    },
  ],
});

/** SMTP settings of Grafana's own, without the password. */
export function smtpEnvironment({ grafana }: StackConfig): EnvironmentVariable[] {
  const { email } = grafana.alerting;
  if (email === undefined) return [];
  return Object.entries({
    GF_SMTP_ENABLED: "true",
    GF_SMTP_HOST: email.host,
    GF_SMTP_FROM_ADDRESS: email.from,
    GF_SMTP_STARTTLS_POLICY: "MandatoryStartTLS",
    ...(email.user === undefined ? {} : { GF_SMTP_USER: email.user }),
  }).map(([name, value]) => ({ name, value }));
}

/** Secrets of the contact points, by ARN. */
export function contactPointSecrets({ grafana }: StackConfig): SecretVariable[] {
  const { slack, email } = grafana.alerting;
  return [
    ...(slack === undefined
      ? []
      : [{ name: SLACK_VARIABLE, from: { arn: slack.webhookSecretArn } }]),
    ...(email?.passwordSecretArn === undefined
      ? []
      : [{ name: "GF_SMTP_PASSWORD", from: { arn: email.passwordSecretArn } }]),
  ];
}
