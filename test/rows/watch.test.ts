import assert from "node:assert/strict";
import * as fs from "node:fs";
import { runbooks } from "../../stacks/watchRunbooks";
import type { PlannedResource } from "../../plan/plan";
import type { PlannedStack } from "../../plan/makePlan";
import { prodConfig } from "../fixtures/config";
import { devPlan, planWith, prodPlan, resourceOf, resourcesOf } from "../fixtures/plans";
import { matches } from "./eventPattern";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const here = "ap-northeast-2:123456789012";
const alarmTopic = `arn:aws:sns:${here}:lgtm-alarms`;
const watched = () => planWith(prodConfig(), { loki: { querier: { spot: true } } });

const alarm = (stack: PlannedStack, id: string) => resourceOf(stack, ALARM, `lgtm-${id}`).inputs;
const pattern = (stack: PlannedStack, id: string): unknown =>
  JSON.parse(String(resourceOf(stack, RULE, `lgtm-${id}`).inputs["eventPattern"]));

/** Shaped as the samples of the ECS developer guide, "Amazon ECS task state change events". */
const taskStopped = (detail: object, service = "lgtm-mimir-0") => ({
  source: "aws.ecs",
  "detail-type": "ECS Task State Change",
  resources: [`arn:aws:ecs:${here}:task/lgtm-cluster/1`],
  detail: {
    clusterArn: `arn:aws:ecs:${here}:cluster/lgtm-cluster`,
    group: `service:${service}`,
    lastStatus: "STOPPED",
    stopCode: "ServiceSchedulerInitiated",
    containers: [
      { name: "init", exitCode: 0 },
      { name: "mimir", exitCode: 0 },
    ],
    ...detail,
  },
});
const killed = {
  containers: [
    { name: "init", exitCode: 0 },
    { name: "mimir", exitCode: 137 },
  ],
};

// Not proven here: that AWS sends these metrics and events, with these names, and delivers them.
describe("row D9: the watch from outside", () => {
  it("D9: prod is watched, dev is not unless it asks, and nothing of the watch depends on the stack's own servers", async () => {
    const prod = await prodPlan();
    assert.ok(resourcesOf(prod, ALARM).length > 50);
    const dev = await devPlan();
    for (const type of [ALARM, RULE, "aws:sns/topic:Topic", "aws:budgets/budget:Budget"])
      assert.deepEqual(resourcesOf(dev, type), [], type);
    const asked = await planWith(dev.config, { watch: { enabled: true } });
    assert.ok(resourcesOf(asked, ALARM).length > 30);
  });

  it("D9: every alarm tells the topic when it rings and when it is over, and says what to do", async () => {
    for (const { name, inputs } of resourcesOf(await watched(), ALARM)) {
      assert.deepEqual(inputs["alarmActions"], [alarmTopic], name);
      assert.deepEqual(inputs["okActions"], [alarmTopic], name);
      assert.equal(inputs["actionsEnabled"], undefined, name);
      assert.match(String(inputs["alarmDescription"]), / Runbook: docs\/operations\.md#\S+$/, name);
    }
  });

  it("D9: a ring task that was killed or taken away is heard of, one that stopped in order is not", async () => {
    const unclean = pattern(await watched(), "unclean-stop");
    const heard = (detail: object, service?: string) =>
      matches(unclean, taskStopped(detail, service));
    assert.ok(heard(killed), "killed");
    assert.ok(heard({ stopCode: "EssentialContainerExited" }), "ended by itself");
    assert.ok(heard({ stopCode: "SpotInterruption", containers: [] }), "taken away");
    for (const ring of ["mimir-2", "loki-ingester-1", "tempo-ingester-0", "pyroscope"])
      assert.ok(heard(killed, `lgtm-${ring}`), ring);
    assert.ok(!heard({}), "stopped by a deployment");
    assert.ok(!heard({ stopCode: "UserInitiated" }), "stopped by hand");
    assert.ok(!heard({ stopCode: "TaskFailedToStart" }), "never started");
    assert.ok(!heard({ ...killed, lastStatus: "DEPROVISIONING" }), "not stopped yet");
    assert.ok(!heard(killed, "lgtm-loki-querier"), "holds no data");
    const other = { ...killed, clusterArn: `arn:aws:ecs:${here}:cluster/other` };
    assert.ok(!heard(other), "another cluster");
  });

  it("D9: failed deployments, impaired starts and Spot interruptions of this cluster are heard of", async () => {
    const stack = await watched();
    const deployment = (eventName: string, service: string) => ({
      source: "aws.ecs",
      "detail-type": "ECS Deployment State Change",
      resources: [`arn:aws:ecs:${here}:service/${service}`],
      detail: { eventType: "ERROR", eventName, deploymentId: "ecs-svc/1", reason: "r" },
    });
    const failed = pattern(stack, "deployment-failed");
    assert.ok(matches(failed, deployment("SERVICE_DEPLOYMENT_FAILED", "lgtm-cluster/lgtm-loki")));
    assert.ok(!matches(failed, deployment("SERVICE_DEPLOYMENT_COMPLETED", "lgtm-cluster/lgtm")));
    assert.ok(!matches(failed, deployment("SERVICE_DEPLOYMENT_FAILED", "lgtm-cluster2/lgtm")));
    const action = {
      source: "aws.ecs",
      "detail-type": "ECS Service Action",
      detail: {
        clusterArn: `arn:aws:ecs:${here}:cluster/lgtm-cluster`,
        eventName: "SERVICE_TASK_PLACEMENT_FAILURE",
      },
    };
    assert.ok(matches(pattern(stack, "start-impaired"), action));
    const spot = pattern(stack, "spot-interruption");
    assert.ok(matches(spot, taskStopped({ stopCode: "SpotInterruption" }, "lgtm-loki-querier")));
    assert.ok(!matches(spot, taskStopped({})));
    assert.deepEqual(
      resourcesOf(await prodPlan(), RULE).filter(({ name }) => name.includes("spot")),
      [],
    );
  });

  it("D9: EventBridge publishes as a role that may do that alone, and says so when it cannot", async () => {
    const stack = await watched();
    const rules = resourcesOf(stack, RULE);
    for (const { name, inputs } of rules) {
      const target = resourceOf(stack, TARGET, name).inputs;
      assert.equal(target["rule"], inputs["name"]);
      assert.equal(target["arn"], alarmTopic);
      assert.equal(target["roleArn"], "arn:aws:iam::123456789012:role/lgtm-events-ap-northeast-2");
      const { inputPaths, inputTemplate } = target["inputTransformer"] as {
        inputPaths: Record<string, string>;
        inputTemplate: string;
      };
      const asked = [...inputTemplate.matchAll(/<(\w+)>/g)].map(([, key]) => key);
      assert.deepEqual([...new Set(asked)].sort(), Object.keys(inputPaths).sort(), name);
      assert.match(inputTemplate, /docs\/operations\.md#/, name);
      const undelivered = alarm(stack, `${name.replace("lgtm-", "")}-undelivered`);
      assert.deepEqual(undelivered["dimensions"], { RuleName: name });
    }
    const rights = resourceOf(stack, "aws:iam/rolePolicy:RolePolicy", "lgtm-events").inputs;
    assert.deepEqual(JSON.parse(String(rights["policy"])), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "PublishAlarms",
          Effect: "Allow",
          Action: ["sns:Publish"],
          Resource: [alarmTopic],
        },
      ],
    });
  });

  it("D9: too few tasks, too little memory or disk: one alarm for each service that can have it", async () => {
    const stack = await watched();
    const services = resourcesOf(stack, "aws:ecs/service:Service").map(({ inputs }) => inputs);
    for (const { name, desiredCount } of services) {
      const running = alarm(stack, `${String(name).replace(/^lgtm-/, "")}-running`);
      assert.deepEqual(running["dimensions"], { ClusterName: "lgtm-cluster", ServiceName: name });
      assert.deepEqual(
        [running["metricName"], running["threshold"], running["treatMissingData"]],
        ["RunningTaskCount", desiredCount, "breaching"],
        String(name),
      );
      assert.equal(running["comparisonOperator"], "LessThanThreshold");
    }
    const about = (what: string) =>
      resourcesOf(stack, ALARM)
        .filter(({ name }) => name.endsWith(`-${what}`))
        .map(({ name }) => name.replace(/^lgtm-|-\w+$/g, ""));
    const rings = ["mimir-0", "mimir-1", "mimir-2", "loki-ingester-0", "loki-ingester-1"];
    for (const ring of [...rings, "loki-ingester-2", "tempo-ingester-0", "pyroscope"]) {
      assert.ok(about("memory").includes(ring), ring);
      assert.ok(about("disk").includes(ring), ring);
    }
    assert.ok(!about("memory").includes("loki-querier"));
    const disk = alarm(stack, "mimir-0-disk");
    assert.equal(disk["threshold"], 0.8 * 30);
  });

  it("D9: without Container Insights a service without any task is still seen, and no alarm reads what is not there", async () => {
    const stack = await planWith(prodConfig(), { containerInsights: "disabled" });
    for (const { name, inputs } of resourcesOf(stack, ALARM))
      assert.notEqual(inputs["namespace"], "ECS/ContainerInsights", name);
    const running = alarm(stack, "loki-querier-running");
    assert.deepEqual(
      [running["namespace"], running["metricName"], running["statistic"], running["threshold"]],
      ["AWS/ECS", "CPUUtilization", "SampleCount", 1],
    );
    assert.equal(running["treatMissingData"], "breaching");
  });

  it("D9: no healthy target, unhealthy targets, 5xx, an expiring certificate, ports of NAT gateways, log volume", async () => {
    const stack = await watched();
    const groups = resourcesOf(stack, "aws:lb/targetGroup:TargetGroup");
    const balancer = resourcesOf(stack, "aws:lb/loadBalancer:LoadBalancer")[0]!;
    for (const { name, outputs } of groups) {
      const id = name.replace(/^lgtm-/, "");
      for (const [what, missing] of [
        ["targets", "breaching"],
        ["unhealthy", "notBreaching"],
      ] as const) {
        const inputs = alarm(stack, `${id}-${what}`);
        assert.deepEqual(inputs["dimensions"], {
          LoadBalancer: balancer.outputs["arnSuffix"],
          TargetGroup: outputs["arnSuffix"],
        });
        assert.equal(inputs["treatMissingData"], missing);
      }
    }
    const own = alarm(stack, "load-balancer-5xx");
    assert.equal(own["metricName"], "HTTPCode_ELB_5XX_Count");
    assert.equal((alarm(stack, "target-5xx")["metricQueries"] as unknown[]).length, 3);
    const gateways = resourcesOf(stack, "aws:ec2/natGateway:NatGateway").map(({ id }) => id);
    assert.deepEqual(
      gateways,
      [0, 1, 2].map((zone) => dimension(alarm(stack, `nat-${zone}-ports`), "NatGatewayId")),
    );
    assert.match(dimension(alarm(stack, "certificate"), "CertificateArn"), /:certificate\//);
    assert.equal(dimension(alarm(stack, "loki-log-volume"), "LogGroupName"), "/ecs/lgtm-loki");
  });

  it("D9: the database's disk, CPU and connections, where there is one", async () => {
    const stack = await watched();
    const database = resourcesOf(stack, "aws:rds/instance:Instance")[0]!;
    for (const id of ["storage", "cpu", "connections"])
      assert.equal(
        dimension(alarm(stack, `database-${id}`), "DBInstanceIdentifier"),
        database.outputs["identifier"],
      );
    assert.equal(alarm(stack, "database-storage")["threshold"], 0.2 * 20 * 1024 ** 3);
    const sqlite = await planWith(prodConfig(), { grafana: { database: { type: "sqlite" } } });
    assert.deepEqual(
      resourcesOf(sqlite, ALARM).filter(({ name }) => name.includes("database")),
      [],
    );
  });

  it("D9: the budget counts the account, or what carries the stack's tag, and tells the topic", async () => {
    const budgetOf = (stack: PlannedStack) =>
      resourceOf(stack, "aws:budgets/budget:Budget", "lgtm-monthly").inputs;
    const { limitAmount, timeUnit, costFilters, notifications } = budgetOf(await watched());
    assert.deepEqual([limitAmount, timeUnit, costFilters], ["1600", "MONTHLY", []]);
    assert.deepEqual(
      (notifications as Record<string, unknown>[]).map((each) => [
        each["notificationType"],
        each["threshold"],
        each["subscriberSnsTopicArns"],
      ]),
      [
        ["ACTUAL", 80, [alarmTopic]],
        ["ACTUAL", 100, [alarmTopic]],
        ["FORECASTED", 100, [alarmTopic]],
      ],
    );
    const tagged = await planWith(prodConfig(), { watch: { budgetScope: "stack" } });
    assert.deepEqual(budgetOf(tagged)["costFilters"], [
      { name: "TagKeyValue", values: ["user:lgtm:name$lgtm"] },
    ]);
  });

  it("D9: the dead-man's switch rings when nobody publishes a heartbeat, whatever the reason", async () => {
    const stack = await watched();
    const inputs = alarm(stack, "heartbeat");
    assert.deepEqual(inputs["dimensions"], { TopicName: "lgtm-heartbeat" });
    assert.deepEqual(
      [inputs["namespace"], inputs["metricName"], inputs["statistic"], inputs["threshold"]],
      ["AWS/SNS", "NumberOfMessagesPublished", "Sum", 1],
    );
    assert.deepEqual(
      [inputs["comparisonOperator"], inputs["treatMissingData"]],
      ["LessThanThreshold", "breaching"],
    );
    // Nobody hears the heartbeat itself.
    for (const { inputs: subscription } of resourcesOf(
      stack,
      "aws:sns/topicSubscription:TopicSubscription",
    ))
      assert.equal(subscription["topic"], alarmTopic);
  });

  it("D9: only this account's alarms and budgets publish to the topic, over TLS; subscribers are those of the stack file", async () => {
    const stack = await planWith(prodConfig(), {
      watch: { webhooks: ["https://events.example.com/hook"] },
    });
    const policyOf = (name: string) =>
      JSON.parse(
        String(resourceOf(stack, "aws:sns/topicPolicy:TopicPolicy", name).inputs["policy"]),
      ) as { Statement: Record<string, unknown>[] };
    const principals = policyOf("lgtm-alarms").Statement.map((each) => [
      each["Effect"],
      each["Principal"],
    ]);
    assert.deepEqual(principals, [
      ["Allow", { Service: "cloudwatch.amazonaws.com" }],
      ["Allow", { Service: "budgets.amazonaws.com" }],
      ["Deny", "*"],
    ]);
    for (const statement of policyOf("lgtm-alarms").Statement.slice(0, 2))
      assert.deepEqual((statement["Condition"] as Record<string, unknown>)["StringEquals"], {
        "aws:SourceAccount": "123456789012",
      });
    assert.deepEqual(
      policyOf("lgtm-heartbeat").Statement.map((each) => each["Effect"]),
      ["Deny"],
    );
    const subscriptions = resourcesOf(stack, "aws:sns/topicSubscription:TopicSubscription");
    assert.deepEqual(
      subscriptions.map(({ inputs }) => [inputs["protocol"], inputs["endpoint"]]),
      [
        ["https", "https://events.example.com/hook"],
        ["email", "oncall@example.com"],
      ],
    );
  });

  it("D9: every alarm and event leads to a section of docs/operations.md, and every such section has one", async () => {
    const headings = [...fs.readFileSync("docs/operations.md", "utf8").matchAll(/^#+ (.+)$/gm)].map(
      ([, title = ""]) => anchorOf(title),
    );
    for (const runbook of runbooks) assert.ok(headings.includes(runbook), runbook);
    const stack = await watched();
    const texts = [
      ...resourcesOf(stack, ALARM).map(({ inputs }) => String(inputs["alarmDescription"])),
      ...resourcesOf(stack, TARGET).map(({ inputs }) => JSON.stringify(inputs)),
    ];
    const led = new Set(
      texts.flatMap((text) => [...text.matchAll(/operations\.md#([\w-]+)/g)].map(([, a]) => a)),
    );
    assert.deepEqual([...led].sort(), [...runbooks].sort());
  });

  it("D9: an alarm waits for the service that it watches: silence before is no alarm", async () => {
    const stack = await watched();
    const waits = ({ dependencies }: PlannedResource) =>
      dependencies.map((urn) => urn.split("::").at(-1));
    for (const id of ["mimir-1-running", "heartbeat", "grafana-targets", "loki-targets"])
      assert.ok(
        waits(resourceOf(stack, ALARM, `lgtm-${id}`)).some((name) =>
          ["lgtm-mimir-1", "lgtm-grafana", "lgtm-loki-distributor"].includes(String(name)),
        ),
        id,
      );
  });
});

const dimension = (inputs: Readonly<Record<string, unknown>>, key: string): string =>
  String((inputs["dimensions"] as Record<string, unknown>)[key]);

/** As GitHub makes anchors of headings. */
const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replace(/\s/g, "-");
