import { arn, text, uuid } from "./factsFoundation";
import type { AnswerContext, TypeFacts } from "./types";

/** What watches a stack from outside: topics, alarms, events, budgets. */
export const watchFacts: Readonly<Record<string, TypeFacts>> = {
  "aws:sns/topic:Topic": {
    taggable: true,
    autoName: { property: "name", maxLength: 256 },
    id: (context) => arn(context, "sns", text(context, "name")),
    outputs: (context) => ({ arn: context.id, owner: context.place.accountId }),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    id: (context) => text(context, "arn"),
    outputs: (context) => ({ owner: context.place.accountId }),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    id: (context) => `${text(context, "topic")}:${uuid(context)}`,
    outputs: (context) => ({
      arn: context.id,
      ownerId: context.place.accountId,
      confirmationWasAuthenticated: false,
      // Whoever is addressed has to confirm first.
      pendingConfirmation: true,
    }),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    taggable: true,
    autoName: { property: "name", maxLength: 255 },
    id: (context) => text(context, "name"),
    outputs: (context) => ({ arn: arn(context, "cloudwatch", `alarm:${context.id}`) }),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    taggable: true,
    autoName: { property: "name", maxLength: 64 },
    id: (context) => text(context, "name"),
    outputs: (context) => ({ arn: arn(context, "events", `rule/${context.id}`) }),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    id: (context) => `${text(context, "rule")}-${targetId(context)}`,
    outputs: (context) => ({ targetId: targetId(context) }),
  },
  "aws:budgets/budget:Budget": {
    taggable: true,
    autoName: { property: "name", maxLength: 100 },
    id: (context) => `${context.place.accountId}:${text(context, "name")}`,
    outputs: (context) => ({
      accountId: context.place.accountId,
      arn: arn(context, "budgets", `budget/${text(context, "name")}`, false),
    }),
  },
};

/** The provider numbers targets itself (terraform-plugin-sdk, id.UniqueId). */
const targetId = (context: AnswerContext) => `terraform-${context.hash(26)}`;
