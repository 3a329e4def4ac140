import type { Properties } from "../types";
import { list, pascalOf, section, take, type RequestRule } from "./requestParts";

const dimensions = (of: Properties) =>
  Object.entries(section(of, "dimensions")).map(([Name, Value]) => ({ Name, Value }));

/** `metricQueries` of an alarm: expressions, and the metrics that they are made of. */
const queries = (inputs: Properties) =>
  list(inputs, "metricQueries").map(({ metric, ...query }) => ({
    ...pascalOf(query),
    ...(metric === undefined ? {} : { MetricStat: metricStat(metric as Properties) }),
  }));

const metricStat = (metric: Properties) => ({
  Metric: {
    ...take(metric, { namespace: "Namespace", metricName: "MetricName" }),
    Dimensions: dimensions(metric),
  },
  ...take(metric, { period: "Period", stat: "Stat", unit: "Unit" }),
});

const notifications = (inputs: Properties) =>
  list(inputs, "notifications").map(
    ({ subscriberSnsTopicArns, subscriberEmailAddresses, ...notification }) => ({
      Notification: pascalOf(notification),
      Subscribers: [
        ...((subscriberSnsTopicArns ?? []) as string[]).map((Address) => ({
          SubscriptionType: "SNS",
          Address,
        })),
        ...((subscriberEmailAddresses ?? []) as string[]).map((Address) => ({
          SubscriptionType: "EMAIL",
          Address,
        })),
      ],
    }),
  );

/** How the inputs of what watches a stack become requests. */
export const watchRequests: Readonly<Record<string, RequestRule>> = {
  "aws:sns/topic:Topic": {
    operation: "sns:CreateTopic",
    request: (inputs) => take(inputs, { name: "Name" }),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    operation: "sns:SetTopicAttributes",
    request: ({ arn, policy }) => ({
      TopicArn: arn,
      AttributeName: "Policy",
      AttributeValue: policy,
    }),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    operation: "sns:Subscribe",
    request: ({ topic, ...inputs }) => ({ TopicArn: topic, ...pascalOf(inputs) }),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    operation: "cloudwatch:PutMetricAlarm",
    request: ({ name, okActions, ...inputs }) => ({
      ...pascalOf(inputs, "dimensions", "metricQueries"),
      AlarmName: name,
      OKActions: okActions,
      ...(inputs["metricQueries"] === undefined
        ? { Dimensions: dimensions(inputs) }
        : { Metrics: queries(inputs) }),
    }),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    operation: "events:PutRule",
    request: (inputs) => pascalOf(inputs),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    operation: "events:PutTargets",
    request: ({ rule, arn, roleArn, inputTransformer }) => ({
      Rule: rule,
      Targets: [
        {
          // The provider numbers it.
          Id: "1",
          Arn: arn,
          RoleArn: roleArn,
          ...(inputTransformer === undefined
            ? {}
            : {
                InputTransformer: take(inputTransformer as Properties, {
                  inputPaths: "InputPathsMap",
                  inputTemplate: "InputTemplate",
                }),
              }),
        },
      ],
    }),
  },
  "aws:budgets/budget:Budget": {
    operation: "budgets:CreateBudget",
    request: (inputs) => ({
      // The provider takes the account of its credentials.
      AccountId: inputs["accountId"] ?? "123456789012",
      Budget: {
        ...take(inputs, { name: "BudgetName", budgetType: "BudgetType", timeUnit: "TimeUnit" }),
        BudgetLimit: take(inputs, { limitAmount: "Amount", limitUnit: "Unit" }),
        CostFilters: Object.fromEntries(
          list(inputs, "costFilters").map(({ name, values }) => [String(name), values]),
        ),
      },
      NotificationsWithSubscribers: notifications(inputs),
    }),
  },
};
