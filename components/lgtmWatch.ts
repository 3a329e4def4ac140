import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../stacks/iam";
import type { AlarmSpec, LateDimension, Metric } from "../stacks/watchAlarms";
import type { BudgetSpec } from "../stacks/watchBudget";
import type { EventSpec } from "../stacks/watchEvents";
import type { Runbook } from "../stacks/watchRunbooks";

/** An SNS topic with its policy. */
export interface TopicSpec {
  readonly name: string;
  readonly policy: PolicyDocument;
}

/** Dimensions that only AWS knows. */
export interface WatchedThings {
  /** ARN suffix of the load balancer. */
  readonly loadBalancerArnSuffix: pulumi.Input<string>;
  /** ARN of each target group, by id. */
  readonly targetGroupArns: pulumi.Output<Record<string, string>>;
  /** ARN of the front door's certificate. */
  readonly certificateArn: pulumi.Input<string>;
  /** Identifier of the database; absent where there is none. */
  readonly databaseId?: pulumi.Input<string>;
  /** Ids of the NAT gateways. */
  readonly natGatewayIds: pulumi.Output<string[]>;
  /** The ECS service of a name. @throws Error where there is none. */
  readonly service: (name: string) => pulumi.Resource;
}

/** What {@link LgtmWatch} is made of. */
export interface LgtmWatchArgs {
  /** Where alarms and events go. */
  readonly alarmTopic: TopicSpec;
  /** Where Grafana's heartbeat goes. */
  readonly heartbeatTopic: TopicSpec;
  /** Addresses that alarms are mailed to. */
  readonly emails: readonly string[];
  /** HTTPS endpoints that alarms are posted to. */
  readonly webhooks: readonly string[];
  /** Metric alarms. */
  readonly alarms: readonly AlarmSpec[];
  /** Events of AWS that become messages. */
  readonly events: readonly EventSpec[];
  /** Name, trust and rights of the role that publishes the events. */
  readonly eventRole: {
    readonly name: string;
    readonly trust: PolicyDocument;
    readonly rights: PolicyDocument;
  };
  /**
   * Monthly budget.
   *
   * @default - none
   */
  readonly budget?: BudgetSpec;
  /** Address of a runbook. */
  readonly runbookLink: (runbook: Runbook) => string;
  /** What the alarms look at. */
  readonly things: WatchedThings;
}

const comparisons = {
  "<": "LessThanThreshold",
  ">": "GreaterThanThreshold",
  ">=": "GreaterThanOrEqualToThreshold",
} as const;

/**
 * Watches the stack from outside (D9): alarms, events and a budget that reach people without Mimir or Grafana, and the
 * dead-man's switch that rings when those two fall silent.
 *
 * **Cost.** Each metric that an alarm reads, by the month. Topics, subscriptions, event rules of AWS's own events and
 * the budget cost next to nothing.
 */
export class LgtmWatch extends pulumi.ComponentResource {
  /** ARN of the topic that alarms and events go to. */
  public readonly alarmTopicArn: pulumi.Output<string>;
  /** ARN of the topic that Grafana's heartbeat goes to. */
  public readonly heartbeatTopicArn: pulumi.Output<string>;

  private readonly options = { parent: this };

  constructor(
    private readonly prefix: string,
    private readonly args: LgtmWatchArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("lgtm:index:LgtmWatch", prefix, {}, opts);

    const { topic, policy } = this.createTopic(args.alarmTopic);
    const heartbeat = this.createTopic(args.heartbeatTopic).topic;
    this.subscribe("email", args.emails, topic);
    this.subscribe("https", args.webhooks, topic);
    this.createEvents(topic);
    for (const spec of args.alarms) this.createAlarm(spec, topic);
    if (args.budget !== undefined) this.createBudget(args.budget, topic, policy);

    this.alarmTopicArn = topic.arn;
    this.heartbeatTopicArn = heartbeat.arn;
    this.registerOutputs({
      alarmTopicArn: this.alarmTopicArn,
      heartbeatTopicArn: this.heartbeatTopicArn,
    });
  }

  private createTopic({ name, policy }: TopicSpec) {
    const topic = new aws.sns.Topic(name, { name }, this.options);
    const attached = new aws.sns.TopicPolicy(
      name,
      { arn: topic.arn, policy: JSON.stringify(policy) },
      this.options,
    );
    return { topic, policy: attached };
  }

  private subscribe(
    protocol: "email" | "https",
    endpoints: readonly string[],
    topic: aws.sns.Topic,
  ): void {
    for (const endpoint of endpoints) {
      new aws.sns.TopicSubscription(
        `${this.prefix}-${endpoint}`,
        { topic: topic.arn, protocol, endpoint },
        this.options,
      );
    }
  }

  private createEvents(topic: aws.sns.Topic): void {
    const { name, trust, rights } = this.args.eventRole;
    const role = new aws.iam.Role(
      `${this.prefix}-events`,
      { name, assumeRolePolicy: JSON.stringify(trust) },
      this.options,
    );
    const policy = new aws.iam.RolePolicy(
      `${this.prefix}-events`,
      { role: role.name, policy: JSON.stringify(rights) },
      this.options,
    );
    for (const spec of this.args.events) {
      const rule = new aws.cloudwatch.EventRule(
        `${this.prefix}-${spec.id}`,
        {
          name: `${this.prefix}-${spec.id}`,
          description: `${spec.what}. Runbook: ${this.args.runbookLink(spec.runbook)}`,
          eventPattern: JSON.stringify(spec.pattern),
        },
        this.options,
      );
      new aws.cloudwatch.EventTarget(
        `${this.prefix}-${spec.id}`,
        {
          rule: rule.name,
          arn: topic.arn,
          roleArn: role.arn,
          inputTransformer: {
            inputPaths: { ...spec.paths },
            inputTemplate: spec.template,
          },
        },
        { ...this.options, dependsOn: [policy] },
      );
    }
  }

  private createAlarm(spec: AlarmSpec, topic: aws.sns.Topic): void {
    const name = `${this.prefix}-${spec.id}`;
    new aws.cloudwatch.MetricAlarm(
      name,
      {
        name,
        alarmDescription: `${spec.what}. Runbook: ${this.args.runbookLink(spec.runbook)}`,
        ...this.measured(spec),
        comparisonOperator: comparisons[spec.comparison],
        threshold: spec.threshold,
        evaluationPeriods: spec.periods,
        datapointsToAlarm: spec.periods,
        treatMissingData: spec.whenMissing,
        alarmActions: [topic.arn],
        okActions: [topic.arn],
      },
      {
        ...this.options,
        dependsOn: spec.after === undefined ? [] : [this.args.things.service(spec.after)],
      },
    );
  }

  private measured({ of }: AlarmSpec): Partial<aws.cloudwatch.MetricAlarmArgs> {
    if (!("expression" in of)) {
      return {
        namespace: of.namespace,
        metricName: of.name,
        dimensions: this.dimensions(of),
        statistic: of.statistic,
        period: of.periodSeconds,
      };
    }
    return {
      metricQueries: [
        { id: "result", expression: of.expression, returnData: true },
        ...Object.entries(of.metrics).map(([id, metric]) => ({
          id,
          metric: {
            namespace: metric.namespace,
            metricName: metric.name,
            dimensions: this.dimensions(metric),
            stat: metric.statistic,
            period: metric.periodSeconds,
          },
        })),
      ],
    };
  }

  private dimensions({ dimensions }: Metric): Record<string, pulumi.Input<string>> {
    return Object.fromEntries(
      Object.entries(dimensions).map(([key, value]) => [
        key,
        typeof value === "string" ? value : this.late(value),
      ]),
    );
  }

  private late(dimension: LateDimension): pulumi.Input<string> {
    const { things } = this.args;
    switch (dimension.late) {
      case "load-balancer":
        return things.loadBalancerArnSuffix;
      case "certificate":
        return things.certificateArn;
      case "database":
        if (things.databaseId === undefined) throw new Error("there is no database to watch");
        return things.databaseId;
      case "target-group":
        // The dimension is the end of the ARN: `targetgroup/NAME/ID`.
        return things.targetGroupArns.apply((arns) =>
          known(arns[dimension.id], `target group ${dimension.id}`).replace(/^.*:/, ""),
        );
      case "nat-gateway":
        return things.natGatewayIds.apply((ids) =>
          known(ids[dimension.index], `NAT gateway ${dimension.index}`),
        );
    }
  }

  /** AWS refuses a budget whose topic does not take its messages yet. */
  private createBudget(budget: BudgetSpec, topic: aws.sns.Topic, policy: pulumi.Resource): void {
    new aws.budgets.Budget(
      budget.name,
      {
        name: budget.name,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: String(budget.limitUsd),
        limitUnit: "USD",
        costFilters: budget.filters.map((filter) => ({ ...filter, values: [...filter.values] })),
        notifications: budget.notifications.map((notification) => ({
          ...notification,
          comparisonOperator: "GREATER_THAN",
          thresholdType: "PERCENTAGE",
          subscriberSnsTopicArns: [topic.arn],
        })),
      },
      { ...this.options, dependsOn: [policy] },
    );
  }
}

function known(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`there is no ${what} to watch`);
  return value;
}
