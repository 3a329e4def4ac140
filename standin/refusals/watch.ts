import type { Properties } from "../types";
import type { RefusalRule } from "./rule";

const docs = (path: string) => `https://docs.aws.amazon.com/${path}`;

/** A pattern names the wanted values of a field in a list; only objects stand above them. */
function patternMistake(value: unknown, at: string): string | undefined {
  if (Array.isArray(value)) return value.length === 0 ? `${at} is an empty list` : undefined;
  if (typeof value !== "object" || value === null) return `${at} must be an object or a list`;
  for (const [key, inner] of Object.entries(value)) {
    const mistake =
      key === "$or"
        ? (inner as unknown[]).map((each) => patternMistake(each, `${at}.$or`)).find(Boolean)
        : patternMistake(inner, `${at}.${key}`);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    return undefined;
  }
}

const topicsOf = (inputs: Properties): string[] =>
  ((inputs["notifications"] as Properties[] | undefined) ?? []).flatMap(
    ({ subscriberSnsTopicArns }) => (subscriberSnsTopicArns ?? []) as string[],
  );

export const watchRefusals: readonly RefusalRule[] = [
  {
    id: "event-pattern",
    source: docs("eventbridge/latest/userguide/eb-event-patterns.html"),
    operations: ["create", "update"],
    types: ["aws:cloudwatch/eventRule:EventRule"],
    refuse: ({ inputs }) => {
      const pattern = parsed(inputs["eventPattern"]);
      const mistake =
        pattern === undefined ? "it is no JSON" : patternMistake(pattern, "the pattern");
      return mistake === undefined
        ? undefined
        : `InvalidEventPatternException: Event pattern is not valid. Reason: ${mistake}`;
    },
  },
  {
    id: "alarm-of-metric-or-expression",
    source: docs("AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"),
    operations: ["create", "update"],
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
    refuse: ({ inputs }) => {
      const queries = inputs["metricQueries"] as Properties[] | undefined;
      if (queries === undefined) {
        return inputs["metricName"] !== undefined && inputs["period"] !== undefined
          ? undefined
          : "ValidationError: an alarm needs a metric with its period, or metrics to compute with";
      }
      const returned = queries.filter(({ returnData }) => returnData === true).length;
      return returned === 1
        ? undefined
        : `ValidationError: Exactly one element of the metrics list should return data, ${returned} do`;
    },
  },
  {
    id: "alarm-within-a-day",
    source: docs("AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"),
    operations: ["create", "update"],
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
    refuse: ({ inputs }) => {
      const seconds = Number(inputs["period"] ?? 0) * Number(inputs["evaluationPeriods"] ?? 1);
      return seconds > 86_400
        ? `ValidationError: Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400), this is ${seconds}`
        : undefined;
    },
  },
  {
    id: "budget-topic-takes-budgets",
    source: docs("cost-management/latest/userguide/budgets-sns-policy.html"),
    operations: ["create", "update"],
    types: ["aws:budgets/budget:Budget"],
    refuse: ({ account, inputs }) => {
      const closed = topicsOf(inputs).find(
        (topic) =>
          !account
            .all("aws:sns/topicPolicy:TopicPolicy")
            .some(
              ({ outputs }) =>
                outputs["arn"] === topic &&
                String(outputs["policy"]).includes("budgets.amazonaws.com"),
            ),
      );
      return closed === undefined
        ? undefined
        : `InvalidParameterException: Invalid SNS topic: ${closed} does not let budgets.amazonaws.com publish`;
    },
  },
];
