import { resourceRule, stackRule, type Rule } from "../rule";

const subject = "watch" as const;

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const CLUSTER = "aws:ecs/cluster:Cluster";
const TOPIC = "aws:sns/topic:Topic";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const LOG_SUBSCRIPTION = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter";

const insights = stackRule({
  id: "watch-insights-on",
  subject,
  rationale:
    "An alarm on a metric of Container Insights never rings in a cluster that has them switched off.",
  source:
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html",
  mend: "Set the cluster's containerInsights to enabled or enhanced",
  scope: "any",
  reads: { [ALARM]: ["namespace"], [CLUSTER]: ["settings"] },
  severity: "high",
  judge(stack, judgement) {
    let needed = false;
    judgement.each(stack.ofType(ALARM), (alarm) => {
      needed ||= alarm.at("namespace").text() === "ECS/ContainerInsights";
    });
    judgement.each(needed ? stack.ofType(CLUSTER) : [], (cluster) => {
      const value = cluster
        .at("settings")
        .oneOrMore()
        .find((setting) => setting.at("name").text() === "containerInsights")
        ?.at("value")
        .text();
      if (value === "enabled" || value === "enhanced") return;
      judgement.report(cluster, {
        finding: `containerInsights:${value ?? "none"}`,
        says: "alarms ask for Container Insights, which it does not collect",
      });
    });
  },
});

const subscriberHears = resourceRule({
  id: "watch-subscriber-hears",
  subject,
  rationale:
    "Alarms carry no attributes: a filter drops them all; over plain HTTP whoever is in between reads and stops them.",
  source: "D9; https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html",
  mend: "Remove the filter policy, and subscribe over https or e-mail",
  scope: "any",
  reads: { [SUBSCRIPTION]: ["protocol", "filterPolicy", "filterPolicyScope"] },
  severity: "medium",
  judge(subscription, judgement) {
    judgement.each(["protocol"], (key) => {
      if (subscription.at(key).text() !== "http") return;
      judgement.report(subscription, { finding: "http", says: "it is told over plain HTTP" });
    });
    judgement.each(["filterPolicy"], (key) => {
      const filter = subscription.at(key).text() ?? "";
      const scope = subscription.at("filterPolicyScope").text() ?? "MessageAttributes";
      if (scope !== "MessageAttributes" || filter === "" || filter === "{}") return;
      judgement.report(subscription, { finding: key, says: `it hears only ${filter}` });
    });
  },
});

const topicKey = resourceRule({
  id: "watch-topic-key",
  subject,
  rationale:
    "CloudWatch may not use AWS's own key of SNS: its alarms never arrive in such a topic.",
  source: "https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger",
  mend: "Remove kmsMasterKeyId, or name a key whose policy lets cloudwatch.amazonaws.com use it",
  scope: "any",
  reads: { [TOPIC]: ["kmsMasterKeyId"] },
  severity: "high",
  judge(topic, judgement) {
    if (!/(^|[:/])alias\/aws\/sns$/.test(topic.at("kmsMasterKeyId").text() ?? "")) return;
    judgement.report(topic, {
      finding: "alias/aws/sns",
      says: "it is encrypted with AWS's own key",
    });
  },
});

const logsStay = resourceRule({
  id: "watch-logs-stay",
  subject,
  rationale:
    "A subscription on a log group sends every line, with whatever stands in it, elsewhere.",
  source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html",
  mend: "Remove the subscription, or lead it to a destination in this account",
  scope: "any",
  reads: { [LOG_SUBSCRIPTION]: ["destinationArn"] },
  severity: "high",
  judge(filter, judgement) {
    const arn = filter.at("destinationArn").text() ?? "";
    const account = arn.split(":")[4] ?? "";
    const allowed = filter.provider?.properties.at("allowedAccountIds");
    const own = allowed === undefined || allowed.isUnknown ? [] : allowed.json().texts();
    if (account === "" || own.length === 0 || own.includes(account)) return;
    judgement.report(filter, { finding: arn, says: `it sends its lines to account ${account}` });
  },
});

export const watchHeardRules: readonly Rule[] = [insights, subscriberHears, topicKey, logsStay];
