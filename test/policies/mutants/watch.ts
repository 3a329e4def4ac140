import { allTypes as t, mutant, set } from "./edits";
import type { Mutant, PolicyDocument } from "./mutant";

const RUNNING = "lgtm-mimir-0-running";
const UNCLEAN = "lgtm-unclean-stop";

export const watchMutants: readonly Mutant[] = [
  mutant(
    "an alarm that tells nobody",
    "empty a list",
    (plan) => set(plan, t.alarm, RUNNING, "alarmActions", []),
    "watch-alarm-acts alarmActions",
  ),
  mutant(
    "an alarm without any action",
    "remove a property",
    (plan) => set(plan, t.alarm, "lgtm-heartbeat", "alarmActions", undefined),
    "watch-alarm-acts alarmActions",
  ),
  mutant(
    "an alarm that was switched off for a night",
    "flip a boolean",
    (plan) => set(plan, t.alarm, "lgtm-database-storage", "actionsEnabled", false),
    "watch-alarm-acts actionsEnabled",
  ),
  mutant(
    "the dead-man's switch takes silence for health",
    "change a value",
    (plan) => set(plan, t.alarm, "lgtm-heartbeat", "treatMissingData", "notBreaching"),
    "watch-silence-is-no-health treatMissingData:notBreaching",
  ),
  mutant(
    "a service that is gone keeps its alarm as it was",
    "change a value",
    (plan) => set(plan, t.alarm, RUNNING, "treatMissingData", "ignore"),
    "watch-silence-is-no-health treatMissingData:ignore",
  ),
  mutant(
    "nobody is subscribed",
    "remove a resource",
    (plan) => plan.remove(t.subscription, "lgtm-oncall@example.com"),
    "watch-topic-heard subscribers",
  ),
  mutant(
    "the subscriber is on another topic",
    "change a reference",
    (plan) =>
      set(
        plan,
        t.subscription,
        "lgtm-oncall@example.com",
        "topic",
        "arn:aws:sns:ap-northeast-2:123456789012:lgtm-heartbeat",
      ),
    "watch-topic-heard subscribers",
  ),
  mutant(
    "a topic without its policy",
    "remove a resource",
    (plan) => plan.remove(t.topicPolicy, "lgtm-heartbeat"),
    "watch-topic-tls-only plain-http",
  ),
  mutant(
    "a topic takes plain HTTP",
    "change a policy document",
    (plan) =>
      plan.document<PolicyDocument>(t.topicPolicy, "lgtm-alarms", "policy", (document) => {
        document.Statement.splice(-1, 1);
      }),
    "watch-topic-tls-only plain-http",
  ),
  mutant(
    "everybody publishes to the topic",
    "change a policy document",
    (plan) =>
      plan.document<PolicyDocument>(t.topicPolicy, "lgtm-alarms", "policy", (document) => {
        const [first] = document.Statement;
        if (first === undefined) throw new Error("no statement");
        first["Principal"] = "*";
        delete first["Condition"];
      }),
    "iam-no-public-principals Principal::*:Alarms",
  ),
  mutant(
    "any account's alarms publish to the topic",
    "change a policy document",
    (plan) =>
      plan.document<PolicyDocument>(t.topicPolicy, "lgtm-alarms", "policy", (document) => {
        delete document.Statement[0]?.["Condition"];
      }),
    "iam-services-act-for-this-account Service::cloudwatch.amazonaws.com",
  ),
  mutant(
    "a ring is left out of the rule on stopped tasks",
    "change a value",
    (plan) =>
      plan.document<{ detail: { group: string[] } }>(
        t.eventRule,
        UNCLEAN,
        "eventPattern",
        ({ detail }) => {
          detail.group = detail.group.filter((group) => group !== "service:lgtm-loki-ingester-1");
        },
      ),
    "watch-ring-stops unclean-stop",
  ),
  mutant(
    "the rule on stopped tasks is switched off",
    "change a value",
    (plan) => set(plan, t.eventRule, UNCLEAN, "state", "DISABLED"),
    "watch-ring-stops unclean-stop",
  ),
  mutant(
    "the rule on stopped tasks leads nowhere",
    "remove a resource",
    (plan) => plan.remove(t.eventTarget, UNCLEAN),
    "watch-ring-stops unclean-stop",
  ),
];
