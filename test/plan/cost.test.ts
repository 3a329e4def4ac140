import assert from "node:assert/strict";
import fc from "fast-check";
import {
  monthlyCost,
  unpricedBillableTypes,
  type CostReport,
  type PlanResource,
} from "../../plan/cost";
import { spotShareOf } from "../../plan/fargateCost";
import { UnknownPriceRegionError } from "../../plan/prices";
import { UnsupportedScheduleError, weeklyMinutes, weeklyRun } from "../../plan/runningHours";

const region = "ap-northeast-2";

function resource(
  type: string,
  name: string,
  inputs: Record<string, unknown> = {},
  outputs: Record<string, unknown> = {},
): PlanResource {
  return { urn: `urn:pulumi:dev::lgtm::${type}::${name}`, type, name, inputs, outputs };
}

interface Shape {
  tasks?: number;
  cpu?: string;
  memory?: string;
  arm?: boolean;
  ephemeral?: number;
  strategies?: object[];
  registry?: string;
}

function fargate(name: string, shape: Shape = {}): PlanResource[] {
  const arn = `arn:aws:ecs:${region}:123456789012:task-definition/${name}:1`;
  return [
    resource(
      "aws:ecs/taskDefinition:TaskDefinition",
      name,
      {
        family: name,
        cpu: shape.cpu ?? "256",
        memory: shape.memory ?? "512",
        runtimePlatform: { cpuArchitecture: shape.arm === false ? "X86_64" : "ARM64" },
        containerDefinitions: JSON.stringify([{ name: "init" }, { name }]),
        ...(shape.ephemeral ? { ephemeralStorage: { sizeInGib: shape.ephemeral } } : {}),
      },
      { arn },
    ),
    resource("aws:ecs/service:Service", name, {
      name,
      cluster: `arn:aws:ecs:${region}:123456789012:cluster/lgtm-dev`,
      desiredCount: shape.tasks ?? 1,
      taskDefinition: arn,
      capacityProviderStrategies: shape.strategies ?? [{ capacityProvider: "FARGATE", weight: 1 }],
      ...(shape.registry ? { serviceRegistries: { registryArn: shape.registry } } : {}),
    }),
  ];
}

function schedule(
  service: string,
  name: string,
  expression: string,
  capacity: number,
  timezone = "Asia/Seoul",
): PlanResource {
  return resource("aws:appautoscaling/scheduledAction:ScheduledAction", `${service}-${name}`, {
    serviceNamespace: "ecs",
    resourceId: `service/lgtm-dev/${service}`,
    schedule: expression,
    timezone,
    scalableTargetAction: { minCapacity: capacity, maxCapacity: capacity },
  });
}

const cost = (resources: PlanResource[]): CostReport => monthlyCost(resources, { region });
const line = (report: CostReport, id: string) => report.items.find((item) => item.id === id);
const usd = (report: CostReport, id: string): number | undefined => line(report, id)?.monthlyUsd;
const near = (actual: number | undefined, expected: number): void =>
  assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-6, `${actual} is not ${expected}`);

describe("monthly cost", () => {
  it("prices the dev stack by hand", () => {
    const registries = Array.from({ length: 17 }, (_, i) =>
      resource("aws:servicediscovery/service:Service", `name-${i}`, {}, { arn: `arn:sd/${i}` }),
    );
    const report = cost([
      // 16 tasks of 0.25 vCPU / 0.5 GB and one of 0.5 / 1: 4.5 vCPU, 9 GB.
      ...Array.from({ length: 16 }, (_, i) => fargate(`s${i}`, { registry: `arn:sd/${i}` })).flat(),
      ...fargate("mimir", { cpu: "512", memory: "1024", registry: "arn:sd/16" }),
      ...registries,
      resource("aws:ec2/natGateway:NatGateway", "nat"),
      resource("aws:ec2/eip:Eip", "nat"),
      resource("aws:lb/loadBalancer:LoadBalancer", "alb", { internal: false, subnets: ["a", "b"] }),
      resource("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace", "lgtm.local"),
      ...Array.from({ length: 4 }, (_, i) =>
        resource("aws:secretsmanager/secret:Secret", `secret-${i}`),
      ),
    ]);
    // 4.5 × 730 × 0.03725 = 122.36625; 9 × 730 × 0.00409 = 26.8713.
    assert.equal(usd(report, "compute/fargate-arm-vcpu"), 122.37);
    assert.equal(usd(report, "compute/fargate-arm-memory"), 26.87);
    // 730 × 0.059; 730 × 0.005 for the NAT gateway; 730 × 0.0225; 2 × 730 × 0.005 for the balancer.
    assert.equal(usd(report, "network/nat-gateway-hour"), 43.07);
    assert.equal(usd(report, "network/public-ipv4-hour"), 3.65);
    assert.equal(usd(report, "load balancer/load-balancer-hour"), 16.43);
    assert.equal(usd(report, "load balancer/public-ipv4-hour"), 7.3);
    // 17 × 0.10; 1 × 0.50; 4 × 0.40.
    assert.equal(usd(report, "names and secrets/cloud-map-instance-month"), 1.7);
    assert.equal(usd(report, "names and secrets/hosted-zone-month"), 0.5);
    assert.equal(usd(report, "names and secrets/secret-month"), 1.6);
    assert.equal(report.fixedUsd, 223.49);
    assert.deepEqual(
      report.warnings.map(({ id }) => id),
      ["no-load"],
    );
    assert.equal(report.totalWithoutUsage, 223.49);
    // Nobody said what load to price.
    assert.equal(report.usageUsd, 0);
    assert.equal(report.totalWithoutContainerInsights, 223.49);
    assert.equal(report.total, 223.49);
  });

  it("prices x86, extra ephemeral storage and GB-sized task definitions", () => {
    const report = cost(
      fargate("mimir", { tasks: 3, cpu: "2 vCPU", memory: "4 GB", arm: false, ephemeral: 50 }),
    );
    // 3 × 2 × 730 × 0.04656 = 203.9328; 3 × 4 × 730 × 0.00511 = 44.7636; 3 × 30 × 730 × 0.000129 = 8.4753.
    assert.equal(usd(report, "compute/fargate-x86-vcpu"), 203.93);
    assert.equal(usd(report, "compute/fargate-x86-memory"), 44.76);
    assert.equal(usd(report, "compute/fargate-ephemeral-storage"), 8.48);
    assert.equal(report.services[0]?.monthlyUsd, 257.17);
  });

  it("splits tasks between on demand and Spot by base and weight", () => {
    const strategies = [
      { capacityProvider: "FARGATE", base: 1, weight: 1 },
      { capacityProvider: "FARGATE_SPOT", weight: 3 },
    ];
    // 5 tasks: one by base, of the other four three on Spot.
    assert.equal(spotShareOf(strategies, 5), 0.6);
    assert.equal(spotShareOf(strategies, 1), 0);
    assert.equal(spotShareOf([{ capacityProvider: "FARGATE_SPOT", weight: 1 }], 2), 1);
    assert.equal(spotShareOf([{ capacityProvider: "FARGATE_SPOT", base: 1 }], 4), 0.25);
    assert.equal(spotShareOf([], 2), 0);
    const report = cost(fargate("querier", { tasks: 5, cpu: "1024", memory: "2048", strategies }));
    // 2 vCPU on demand, 3 on Spot: 2 × 730 × 0.03725 = 54.385; 3 × 730 × 0.0149 = 32.631.
    near(line(report, "compute/fargate-arm-vcpu")?.quantity, 1460);
    near(line(report, "compute/fargate-spot-arm-vcpu")?.quantity, 2190);
    assert.equal(usd(report, "compute/fargate-spot-arm-vcpu"), 32.63);
    const spot = line(report, "compute/fargate-spot-arm-vcpu");
    assert.equal(spot?.estimate, true);
    assert.match(spot?.assumption ?? "", /0\.4 of the on-demand price/);
    assert.equal(line(report, "compute/fargate-arm-vcpu")?.estimate, undefined);
  });

  it("charges a scheduled service for its hours alone", () => {
    const report = cost([
      ...fargate("loki", { cpu: "1024", memory: "2048" }),
      schedule("loki", "start", "cron(0 8 ? * MON-FRI *)", 1),
      schedule("loki", "stop", "cron(0 20 ? * MON-FRI *)", 0),
    ]);
    // 5 × 12 = 60 of 168 hours: 730 × 60 / 168 = 260.7142857 vCPU-hours × 0.03725 = 9.7116.
    assert.equal(report.services[0]?.hoursPerWeek, 60);
    near(line(report, "compute/fargate-arm-vcpu")?.quantity, 260.7142857142857);
    assert.equal(usd(report, "compute/fargate-arm-vcpu"), 9.71);
  });

  it("prices around the clock what it cannot count, and says so", () => {
    const report = cost([
      ...fargate("loki"),
      schedule("loki", "stop", "rate(1 day)", 0),
      schedule("other", "stop", "cron(0 20 ? * * *)", 0),
    ]);
    assert.equal(report.services[0]?.hoursPerWeek, 168);
    assert.deepEqual(
      report.warnings.map(({ id }) => id),
      ["schedule-not-counted", "no-load"],
    );
  });

  it("takes an autoscaled service at its minimum", () => {
    const report = cost([
      ...fargate("querier", { tasks: 0 }),
      resource("aws:appautoscaling/target:Target", "querier", {
        serviceNamespace: "ecs",
        resourceId: "service/lgtm-dev/querier",
        minCapacity: 2,
        maxCapacity: 6,
      }),
    ]);
    assert.equal(report.services[0]?.tasks, 2);
  });

  it("keeps Container Insights apart and shows its formula", () => {
    const stack = [...fargate("loki", { tasks: 2 }), ...fargate("tempo")];
    const cluster = (value: string) =>
      resource(
        "aws:ecs/cluster:Cluster",
        "cluster",
        { name: "lgtm-dev", settings: [{ name: "containerInsights", value }] },
        { name: "lgtm-dev" },
      );
    const off = cost([...stack, cluster("disabled")]);
    assert.equal(off.containerInsightsUsd, 0);
    const on = cost([...stack, cluster("enabled")]);
    // 11 + 2 × 13 + 2 × 8 = 53 metrics × 0.30.
    assert.equal(line(on, "container insights/custom-metric-month")?.quantity, 53);
    assert.equal(on.containerInsightsUsd, 15.9);
    assert.equal(on.totalWithoutContainerInsights, off.total);
    assert.equal(Math.round((on.total - off.total) * 100), 1590);
    // 53 + 3 tasks × 8 + 6 containers × 8 = 125 metrics × 0.07.
    const enhanced = cost([...stack, cluster("enhanced")]);
    assert.equal(enhanced.containerInsightsUsd, 8.75);
    assert.ok(enhanced.items.filter((i) => i.group === "container insights")[0]?.estimate);
  });

  it("prices databases, endpoints, keys and alarms", () => {
    const report = cost([
      resource("aws:rds/instance:Instance", "grafana", {
        instanceClass: "db.t4g.micro",
        multiAz: true,
        allocatedStorage: 20,
        storageType: "gp3",
      }),
      resource("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", { vpcEndpointType: "Gateway" }),
      resource("aws:ec2/vpcEndpoint:VpcEndpoint", "logs", {
        vpcEndpointType: "Interface",
        subnetIds: ["a", "b", "c"],
      }),
      resource("aws:lb/loadBalancer:LoadBalancer", "inner", {
        internal: true,
        subnets: ["a", "b"],
      }),
      resource("aws:kms/key:Key", "key"),
      resource("aws:cloudwatch/metricAlarm:MetricAlarm", "simple", { metricName: "x" }),
      resource("aws:cloudwatch/metricAlarm:MetricAlarm", "math", {
        metricQueries: [{ expression: "a-b" }, { metric: {} }, { metric: {} }],
      }),
      resource("aws:appautoscaling/policy:Policy", "cpu", { policyType: "TargetTrackingScaling" }),
      resource("aws:appautoscaling/policy:Policy", "steps", { policyType: "StepScaling" }),
    ]);
    // 730 × 0.051 = 37.23; 20 × 0.262 = 5.24; 3 × 730 × 0.013 = 28.47; (1 + 2 + 2) × 0.10.
    assert.equal(usd(report, "database/rds-multi-az-db.t4g.micro"), 37.23);
    assert.equal(usd(report, "database/rds-multi-az-gp3-gb-month"), 5.24);
    assert.equal(usd(report, "network/vpc-endpoint-hour"), 28.47);
    assert.equal(usd(report, "names and secrets/kms-key-month"), 1);
    near(usd(report, "monitoring/alarm-month"), 0.5);
    assert.equal(line(report, "load balancer/public-ipv4-hour"), undefined);
  });

  it("warns of whatever it cannot price", () => {
    const [, orphan] = fargate("orphan");
    const report = cost([
      resource("aws:lambda/function:Function", "f"),
      resource("aws:lambda/function:Function", "g"),
      resource("aws:rds/instance:Instance", "big", { instanceClass: "db.x2g.16xlarge" }),
      orphan as PlanResource,
    ]);
    const of = (id: string) => report.warnings.filter((warning) => warning.id === id);
    assert.equal(of("unpriced").length, 1);
    assert.equal(of("unpriced")[0]?.urns.length, 2);
    assert.match(of("no-price")[0]?.what ?? "", /db\.x2g\.16xlarge/);
    assert.match(of("service-not-priced")[0]?.what ?? "", /orphan/);
    for (const type of unpricedBillableTypes)
      assert.equal(cost([resource(type, "x")]).warnings.length, 2, type);
  });

  it("refuses a region without prices by name", () => {
    assert.throws(
      () => monthlyCost([], { region: "us-west-9" }),
      (error) => error instanceof UnknownPriceRegionError && /ap-northeast-2/.test(error.message),
    );
  });

  it("does not depend on the order of the plan, and its lines add up", () => {
    const plan = [
      ...fargate("a", { tasks: 3 }),
      ...fargate("b", { arm: false }),
      resource("aws:ec2/natGateway:NatGateway", "nat"),
      resource("aws:ec2/eip:Eip", "nat"),
      resource("aws:s3/bucket:Bucket", "bucket"),
    ];
    const expected = JSON.stringify(cost(plan));
    fc.assert(
      fc.property(fc.shuffledSubarray(plan, { minLength: plan.length }), (shuffled) => {
        assert.equal(JSON.stringify(cost(shuffled)), expected);
      }),
    );
    const report = cost(plan);
    const printed = report.items.reduce((sum, item) => sum + Math.round(item.monthlyUsd * 100), 0);
    assert.equal(printed, Math.round(report.total * 100));
  });
});

describe("weekly schedule", () => {
  const weekdays = [
    { schedule: "cron(0 8 ? * MON-FRI *)", minCapacity: 2, maxCapacity: 2 },
    { schedule: "cron(30 19 ? * MON-FRI *)", minCapacity: 0, maxCapacity: 0 },
  ];

  it("counts hours and task hours", () => {
    // 11.5 h × 5 = 57.5 h of two tasks.
    assert.deepEqual(weeklyRun(2, weekdays), {
      taskHoursPerWeek: 115,
      hoursPerWeek: 57.5,
      peakTasks: 2,
    });
  });

  it("runs across midnight and the end of the week", () => {
    const nights = [
      { schedule: "cron(0 22 ? * SAT *)", minCapacity: 1 },
      { schedule: "cron(0 6 ? * SUN *)", minCapacity: 0, maxCapacity: 0 },
    ];
    // Without a maximum the start is capped by nothing; Saturday 22:00 to Sunday 06:00 is 8 h.
    assert.equal(weeklyRun(1, nights).hoursPerWeek, 8);
  });

  it("moves the count only when it lies outside the range", () => {
    const floor = [{ schedule: "cron(0 0 ? * * *)", minCapacity: 1, maxCapacity: 5 }];
    assert.equal(weeklyRun(3, floor).taskHoursPerWeek, 3 * 168);
  });

  it("reads lists, steps, names and AWS's day numbers", () => {
    assert.deepEqual(weeklyMinutes("cron(0 0 ? * 1 *)"), [0]);
    assert.deepEqual(weeklyMinutes("cron(0 0 ? * SUN *)"), [0]);
    assert.deepEqual(weeklyMinutes("cron(0 9,18 ? * MON *)"), [1980, 2520]);
    assert.deepEqual(weeklyMinutes("cron(0/30 0 ? * SAT *)"), [8640, 8670]);
    // FRI-MON wraps around the week's end.
    assert.deepEqual(weeklyMinutes("cron(0 0 ? * FRI-MON *)"), [0, 1440, 7200, 8640]);
    assert.equal(weeklyMinutes("cron(0 0 * * ? *)").length, 7);
  });

  it("refuses what has no weekly rhythm", () => {
    for (const schedule of [
      "rate(1 day)",
      "cron(0 8 1 * ? *)",
      "cron(0 8 ? JAN MON *)",
      "cron(0 25 ? * MON *)",
      "cron(0 8 ? * MOON *)",
      "cron(0 8 * * *)",
    ])
      assert.throws(() => weeklyMinutes(schedule), UnsupportedScheduleError, schedule);
    assert.throws(
      () =>
        weeklyRun(1, [
          { schedule: "cron(0 8 ? * MON *)", timezone: "Asia/Seoul" },
          { schedule: "cron(0 9 ? * MON *)" },
        ]),
      UnsupportedScheduleError,
    );
  });

  it("never finds more than a week, or more tasks than the peak", () => {
    const time = fc.record({ day: fc.integer({ min: 1, max: 7 }), hour: fc.nat(23), n: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 8 }), fc.nat(5), (times, desired) => {
        const run = weeklyRun(
          desired,
          times.map(({ day, hour, n }) => ({
            schedule: `cron(0 ${hour} ? * ${day} *)`,
            minCapacity: n,
            maxCapacity: n,
          })),
        );
        assert.ok(run.hoursPerWeek <= 168);
        assert.ok(run.taskHoursPerWeek <= run.peakTasks * 168 + 1e-9);
        assert.ok(run.taskHoursPerWeek >= run.hoursPerWeek - 1e-9);
      }),
    );
  });
});
