import type { Statement } from "../access/documents";
import { documentsOf } from "../access/documents";
import type { Resource, Stack } from "../resource";
import { resourceRule, stackRule, type Rule, readsOf } from "../rule";
import { ringsOf } from "../servers/rings";
import {} from "../servers/server";
import { SERVICE, taskReads } from "../servers/services";

const subject = "watch" as const;

const ALARMS = [
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:cloudwatch/compositeAlarm:CompositeAlarm",
];
const TOPIC = "aws:sns/topic:Topic";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const EVENT_RULE = "aws:cloudwatch/eventRule:EventRule";
const EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget";

const alarmActs = resourceRule({
  id: "watch-alarm-acts",
  subject,
  rationale: "An alarm without an action rings in an empty room.",
  source: "D9",
  mend: "Name a topic in alarmActions, and leave actionsEnabled on",
  scope: "any",
  reads: readsOf(ALARMS, "alarmActions", "actionsEnabled"),
  severity: "high",
  judge(alarm, judgement) {
    judgement.each(["alarmActions"], (key) => {
      const actions = alarm.at(key);
      // A list of ids that a preview does not know yet is still a list.
      if (actions.isUnknown || actions.items().length > 0) return;
      judgement.report(alarm, { finding: key, says: "it does nothing when it rings" });
    });
    judgement.each(["actionsEnabled"], (key) => {
      if (alarm.at(key).boolean() !== false) return;
      judgement.report(alarm, { finding: key, says: "its actions are switched off" });
    });
  },
});

const silenceIsNoHealth = resourceRule({
  id: "watch-silence-is-no-health",
  subject,
  rationale:
    "Too little of something most often means none at all, and then CloudWatch has no data: silence.",
  source: "D9",
  mend: "Set treatMissingData to breaching",
  scope: "any",
  reads: {
    "aws:cloudwatch/metricAlarm:MetricAlarm": ["comparisonOperator", "treatMissingData"],
  },
  severity: "medium",
  judge(alarm, judgement) {
    if (alarm.at("comparisonOperator").text()?.startsWith("LessThan") !== true) return;
    const missing = alarm.at("treatMissingData").text();
    if (missing !== "notBreaching" && missing !== "ignore") return;
    judgement.report(alarm, {
      finding: `treatMissingData:${missing}`,
      says: `it rings at too little and takes no data for ${missing === "ignore" ? "what was before" : "health"}`,
    });
  },
});

/** Topics that an alarm or an event publishes to. */
function alarmTopics(stack: Stack): Resource[] {
  const topics = new Set([
    ...stack.ofType(...ALARMS).flatMap((alarm) => stack.referenced(alarm, "alarmActions", TOPIC)),
    ...stack.ofType(EVENT_TARGET).flatMap((target) => stack.referenced(target, "arn", TOPIC)),
  ]);
  return [...topics];
}

const topicHeard = stackRule({
  id: "watch-topic-heard",
  subject,
  rationale: "Alarms that nobody has subscribed to are found after the outage.",
  source: "D9",
  mend: "Subscribe somebody, or acknowledge that subscribers are made elsewhere",
  scope: "any",
  reads: {
    ...readsOf(ALARMS, "alarmActions"),
    [EVENT_TARGET]: ["arn"],
    [SUBSCRIPTION]: ["topic"],
    [TOPIC]: ["arn"],
  },
  severity: "medium",
  enforcement: "advisory",
  judge(stack, judgement) {
    const heard = new Set(
      stack.ofType(SUBSCRIPTION).flatMap((each) => stack.referenced(each, "topic", TOPIC)),
    );
    judgement.each(alarmTopics(stack), (topic) => {
      if (heard.has(topic)) return;
      judgement.report(topic, { finding: "subscribers", says: "nobody is subscribed to it" });
    });
  },
});

const refusesPlainHttp = (statement: Statement) =>
  !statement.isAllow &&
  statement.principals.some(({ id }) => id === "*") &&
  statement.actions.some((action) =>
    ["*", "sns:*", "sns:publish"].includes(action.toLowerCase()),
  ) &&
  statement.conditions.some(
    ({ operator, key, values }) =>
      operator === "Bool" && key === "aws:securetransport" && values.includes("false"),
  );

const topicTls = stackRule({
  id: "watch-topic-tls-only",
  subject,
  rationale:
    "Without a refusal SNS takes messages over plain HTTP, and whoever is in between writes them.",
  source: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
  mend: "Deny sns:Publish to everybody in the topic's policy where aws:SecureTransport is false",
  scope: "any",
  reads: { [TOPIC]: ["arn", "policy"], [TOPIC_POLICY]: ["arn", "policy"] },
  severity: "low",
  judge(stack, judgement) {
    judgement.each(stack.ofType(TOPIC), (topic) => {
      const policies = stack
        .ofType(TOPIC_POLICY)
        .filter((policy) => stack.referenced(policy, "arn", TOPIC).includes(topic));
      const documents = [topic, ...policies].flatMap(documentsOf);
      if (documents.some(({ statements }) => statements.some(refusesPlainHttp))) return;
      judgement.report(topic, { finding: "plain-http", says: "it takes messages without TLS" });
    });
  },
});

const ringStops = stackRule({
  id: "watch-ring-stops",
  subject,
  rationale:
    "After an unclean death the ring has spent its spare: a second one before the flush, and reads are silently short.",
  source: "S16",
  mend: "Add the service to the event rule on stopped tasks, with a target that somebody hears",
  scope: "lgtm",
  reads: {
    [SERVICE]: ["name", "cluster", "taskDefinition", "desiredCount"],
    ...taskReads,
    [EVENT_RULE]: ["name", "eventPattern", "state"],
    [EVENT_TARGET]: ["rule", "arn"],
  },
  severity: "high",
  judge(stack, judgement) {
    if (judgement.environment !== "prod") return;
    const watched = watchedGroups(stack);
    judgement.each(ringsOf(stack), ({ members }) => {
      judgement.each(members, ({ service }) => {
        const name = service.at("name").text() ?? service.name;
        if (watched === "all" || watched.has(`service:${name}`)) return;
        judgement.report(service, {
          finding: "unclean-stop",
          says: "nobody hears when a task of it dies without flushing",
        });
      });
    });
  },
});

/** The task groups whose stops are an event that goes somewhere. */
function watchedGroups(stack: Stack): ReadonlySet<string> | "all" {
  const groups = new Set<string>();
  for (const rule of stack.ofType(EVENT_RULE)) {
    if (rule.at("state").text() === "DISABLED") continue;
    const pattern = rule.at("eventPattern").json();
    if (!pattern.at("detail-type").texts().includes("ECS Task State Change")) continue;
    const goesSomewhere = stack
      .ofType(EVENT_TARGET)
      .some(
        (target) =>
          stack.referenced(target, "rule", EVENT_RULE).includes(rule) ||
          target.at("rule").text() === rule.at("name").text(),
      );
    if (!goesSomewhere) continue;
    const group = pattern.at("detail", "group");
    if (!group.exists && !pattern.at("detail", "stopCode").exists) return "all";
    for (const each of group.texts()) groups.add(each);
  }
  return groups;
}

export const watchRules: readonly Rule[] = [
  alarmActs,
  silenceIsNoHealth,
  topicHeard,
  topicTls,
  ringStops,
];
