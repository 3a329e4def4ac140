import assert from "node:assert/strict";
import type { PlannedStack } from "../../plan/makePlan";
import { at } from "../configs/parsed";
import { configWith, devConfig, prodConfig } from "../fixtures/config";
import {
  defaultPlan,
  devPlan,
  planWith,
  planOfConfig,
  prodPlan,
  resourceOf,
  resourcesOf,
} from "../fixtures/plans";
import { wrongKeys } from "../fixtures/stackFile";
import { discoveryNames, fileOf, tasksOf, yamlOf } from "./reading";
import {
  classOf,
  portsOf,
  privateSubnetIds,
  type Service,
  serviceNamed,
  servicesOf,
  servicesOfRole,
} from "./services";

const stacks = [defaultPlan, devPlan, prodPlan] as const;
const rings = ["mimir", "loki-ingester", "tempo-ingester"] as const;
const singletons = [
  "loki-compactor",
  "tempo-compactor",
  "tempo-metrics-generator",
  "pyroscope",
  "alloy-collector",
] as const;

const providerOf = ({ inputs }: Service) =>
  inputs.capacityProviderStrategies.map(({ capacityProvider }) => capacityProvider).join();

describe("S13: names in Cloud Map", () => {
  it("S13: the design's five names, alloy, and one per further role", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const names = Object.fromEntries(
        servicesOf(stack).map(({ name, dnsName }) => [dnsName, name.replace(/-\d+$/, "")]),
      );
      assert.deepEqual(names, {
        mimir: "mimir",
        loki: "loki-distributor",
        tempo: "tempo-query-frontend",
        pyroscope: "pyroscope",
        grafana: "grafana",
        alloy: "alloy-gateway",
        "alloy-collector": "alloy-collector",
        "loki-ingester": "loki-ingester",
        "loki-querier": "loki-querier",
        "loki-query-frontend": "loki-query-frontend",
        "loki-compactor": "loki-compactor",
        memcached: "memcached",
        "tempo-distributor": "tempo-distributor",
        "tempo-ingester": "tempo-ingester",
        "tempo-querier": "tempo-querier",
        "tempo-compactor": "tempo-compactor",
        "tempo-metrics-generator": "tempo-metrics-generator",
      });
      assert.equal(discoveryNames(stack).size, Object.keys(names).length);
    }
  });

  it("S13: A records that live ten seconds, of healthy tasks only, in the stack's namespace", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const [namespace, ...others] = resourcesOf(
        stack,
        "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
      );
      assert.deepEqual(others, []);
      assert.equal(namespace!.inputs["name"], "lgtm.local");
      for (const { name, inputs } of resourcesOf(stack, "aws:servicediscovery/service:Service")) {
        assert.deepEqual(
          inputs["dnsConfig"],
          {
            namespaceId: namespace!.id,
            dnsRecords: [{ ttl: 10, type: "A" }],
            routingPolicy: "MULTIVALUE",
          },
          name,
        );
        assert.deepEqual(inputs["healthCheckCustomConfig"], { failureThreshold: 1 }, name);
      }
    }
  });

  it("S13: every name that a server is told is in Cloud Map, whatever the namespace", async () => {
    for (const stack of [
      ...(await Promise.all(stacks.map((plan) => plan()))),
      await planWith(prodConfig(), { namespace: "obs.internal", grafana: { replicas: 2 } }),
    ]) {
      const names = discoveryNames(stack);
      const { namespace } = stack.config;
      const pattern = new RegExp(`[a-z0-9-]+\\.${namespace.replaceAll(".", "\\.")}\\b`, "g");
      let told = 0;
      for (const task of tasksOf(stack)) {
        const text = JSON.stringify(task.containers);
        for (const [host] of text.matchAll(pattern)) {
          assert.ok(names.has(host), `${task.service} is told ${host}`);
          told++;
        }
        if (namespace !== "lgtm.local") assert.ok(!text.includes("lgtm.local"), task.service);
      }
      assert.ok(told > 50, String(told));
    }
  });

  it("S13: every Loki role knows the query-frontend, Grafana asks it, Alloy writes to loki", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const loki = servicesOf(stack).filter(({ name }) => name.startsWith("loki-"));
      for (const { name } of loki) {
        assert.equal(
          at(yamlOf(stack, name), "frontend_worker.frontend_address"),
          "loki-query-frontend.lgtm.local:9095",
          name,
        );
        assert.equal(at(yamlOf(stack, name), "query_scheduler"), undefined, name);
      }
      const { datasources } = yamlOf(stack, "grafana", "datasources/lgtm.yaml") as {
        datasources: { type: string; url: string }[];
      };
      const urls = Object.fromEntries(datasources.map(({ type, url }) => [type, url]));
      assert.equal(urls["loki"], "http://loki-query-frontend.lgtm.local:3100");
      assert.equal(urls["tempo"], "http://tempo.lgtm.local:3200");
      const gateway = fileOf(stack, "alloy-gateway", "config.alloy");
      assert.match(gateway, /"http:\/\/loki\.lgtm\.local:3100\/loki\/api\/v1\/push"/);
    }
  });

  it("S13: Cloud Map answers with eight addresses, so nine tasks of one name are refused", () => {
    assert.deepEqual(wrongKeys("prod", { "loki.querier.replicas": 8 }), []);
    assert.deepEqual(wrongKeys("prod", { "loki.querier.replicas": 9 }), ["loki.querier.replicas"]);
    const autoscaling = { minReplicas: 1, maxReplicas: 9 };
    assert.deepEqual(wrongKeys("prod", { "loki.querier.autoscaling": autoscaling }), [
      "loki.querier.autoscaling.maxReplicas",
    ]);
  });
});

describe("S15: replacement classes", () => {
  it("S15: a ring is one service of one task per replica, each in the zone after the last", async () => {
    for (const plan of [...stacks, () => planWith(prodConfig(), { mimir: { replicas: 7 } })]) {
      const stack = await plan();
      const subnets = privateSubnetIds(stack);
      for (const role of rings) {
        const services = servicesOfRole(stack, role);
        assert.equal(classOf(services), "ring");
        services.forEach(({ name, inputs }, replica) => {
          assert.equal(name, `${role}-${replica}`);
          assert.equal(inputs.desiredCount, 1, name);
          assert.deepEqual(
            inputs.networkConfiguration.subnets,
            [subnets[replica % subnets.length]],
            name,
          );
        });
      }
    }
  });

  it("S15: replica n+1 waits for n, and for nobody after it", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const role of rings) {
        const services = servicesOfRole(stack, role);
        const urns = services.map(({ resource }) => resource.urn);
        services.forEach(({ name, resource }, replica) => {
          assert.deepEqual(
            resource.dependencies.filter((urn) => urns.includes(urn)),
            replica === 0 ? [] : [urns[replica - 1]],
            name,
          );
        });
      }
    }
  });

  it("S15: the replicas of a ring share one name and one target group, each with an id of its own", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const role of rings) {
        const services = servicesOfRole(stack, role);
        const one = <T>(values: readonly T[]) => assert.equal(new Set(values).size, 1, role);
        one(services.map(({ inputs }) => inputs.serviceRegistries.registryArn));
        one(services.map(({ inputs }) => JSON.stringify(inputs.loadBalancers)));
        const target = role === "mimir" ? 1 : 0;
        assert.equal(services[0]!.inputs.loadBalancers?.length ?? 0, target, role);
        const path = role === "mimir" ? "ingester.ring.instance_id" : "ingester.lifecycler.id";
        services.forEach(({ name }) => assert.equal(at(yamlOf(stack, name), path), name));
      }
    }
  });

  it("S15: exactly these roles are rings and singletons, all others start before they stop", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const sqlite = stack.config.grafana.database.type === "sqlite" ? ["grafana"] : [];
      const single = [...singletons, ...sqlite];
      for (const role of single) assert.equal(classOf(servicesOfRole(stack, role)), "singleton");
      const rest = servicesOf(stack).filter(
        ({ name }) => !single.includes(name) && !rings.includes(name.replace(/-\d+$/, "") as never),
      );
      assert.equal(classOf(rest), "stateless");
      assert.equal(rest.length, 17 - rings.length - single.length);
      const subnets = privateSubnetIds(stack);
      for (const service of [...rest, ...single.flatMap((role) => servicesOfRole(stack, role))]) {
        assert.deepEqual(service.inputs.networkConfiguration.subnets, subnets, service.name);
      }
    }
    for (const path of ["loki.compactor", "tempo.metricsGenerator", "pyroscope"]) {
      assert.deepEqual(wrongKeys("prod", { [`${path}.replicas`]: 2 }), [`${path}.replicas`]);
    }
  });

  it("S15: zones are rebalanced where a task may start before another stops, and explicitly nowhere else", async () => {
    for (const plan of stacks) {
      for (const service of servicesOf(await plan())) {
        assert.equal(
          service.inputs.availabilityZoneRebalancing,
          classOf([service]) === "stateless" ? "ENABLED" : "DISABLED",
          service.name,
        );
      }
    }
  });

  it("S15: a failed roll goes back by itself, and `up` waits for the steady state with patience", async () => {
    for (const plan of stacks) {
      for (const { name, inputs, resource } of servicesOf(await plan())) {
        assert.deepEqual(
          inputs["deploymentCircuitBreaker"],
          { enable: true, rollback: true },
          name,
        );
        assert.equal(inputs["waitForSteadyState"], true, name);
        for (const step of ["create", "update", "delete"]) {
          const minutes = /^(\d+)m$/.exec(resource.customTimeouts[step] ?? "")?.[1];
          assert.ok(Number(minutes) >= 20, `${name} ${step}`);
        }
        const behindLoadBalancer = (inputs.loadBalancers?.length ?? 0) > 0;
        const grace = inputs["healthCheckGracePeriodSeconds"];
        if (behindLoadBalancer) assert.ok(Number(grace) >= 90, name);
        else assert.equal(grace, undefined, name);
      }
    }
  });

  it("S15: a target group leads to a port that the server's container opens", async () => {
    for (const service of servicesOf(await prodPlan())) {
      for (const { containerName, containerPort } of service.inputs.loadBalancers ?? []) {
        assert.equal(containerName, service.server.name);
        assert.ok(portsOf(service).includes(containerPort), service.name);
      }
    }
  });
});

describe("S19: capacity", () => {
  it("S19: every service names its capacity provider, none a launch type, and the cluster has both", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const service of servicesOf(stack)) {
        assert.match(providerOf(service), /^FARGATE(_SPOT)?$/, service.name);
        assert.equal(service.inputs["launchType"], undefined, service.name);
      }
      const [providers] = resourcesOf(
        stack,
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
      );
      assert.deepEqual(providers!.inputs["capacityProviders"], ["FARGATE", "FARGATE_SPOT"]);
      for (const { name, resource } of servicesOf(stack)) {
        assert.ok(resource.dependencies.includes(providers!.urn), name);
      }
    }
  });

  it("S19: Spot for queriers and query-frontends is a switch of two inputs that replaces nothing", async () => {
    const spot = { spot: true };
    const before = await prodPlan();
    const after = await planWith(prodConfig(), {
      loki: { querier: spot, queryFrontend: spot },
      tempo: { querier: spot, queryFrontend: spot },
    });
    const onSpot = ["loki-querier", "loki-query-frontend", "tempo-querier", "tempo-query-frontend"];
    // With Spot the watch from outside hears of interruptions (D9): new resources, none changed.
    const resources = after.plan.resources.filter(
      ({ name }) => !name.startsWith("lgtm-spot-interruption"),
    );
    const changed = resources.filter((resource) => {
      const old = before.plan.resources.find(({ urn }) => urn === resource.urn);
      return JSON.stringify(old) !== JSON.stringify(resource);
    });
    assert.deepEqual(
      changed.map(({ name }) => name).sort(),
      onSpot.map((role) => `lgtm-${role}`),
    );
    assert.equal(resources.length, before.plan.resources.length);
    for (const name of onSpot) {
      const [old, now] = [serviceNamed(before, name), serviceNamed(after, name)];
      assert.deepEqual([providerOf(old), providerOf(now)], ["FARGATE", "FARGATE_SPOT"]);
      const besides = ({ inputs }: Service) => ({ ...inputs, capacityProviderStrategies: [] });
      assert.deepEqual(besides(now), besides(old));
      // Without it the provider replaces the service to change its strategy.
      assert.equal(now.inputs["forceNewDeployment"], true);
    }
  });

  it("S19: dev is shipped with Spot on the read path, prod without", async () => {
    const spotIn = (stack: PlannedStack) =>
      servicesOf(stack)
        .filter((service) => providerOf(service) === "FARGATE_SPOT")
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(spotIn(await devPlan()), [
      "loki-querier",
      "loki-query-frontend",
      "tempo-querier",
      "tempo-query-frontend",
    ]);
    assert.deepEqual(spotIn(await prodPlan()), []);
    assert.deepEqual(spotIn(await defaultPlan()), []);
  });

  const targetType = "aws:appautoscaling/target:Target";
  const autoscaling = { minReplicas: 2, maxReplicas: 6, targetCpuPercent: 55 };

  it("S19: without autoscaling the program owns every count", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      assert.deepEqual(resourcesOf(stack, targetType), []);
      for (const { name, resource } of servicesOf(stack)) {
        assert.deepEqual(resource.ignoreChanges, [], name);
      }
    }
  });

  it("S19: with autoscaling each stateless role follows its CPU between its bounds, and owns its count", async () => {
    const stack = await planWith(prodConfig(), {
      loki: { distributor: { autoscaling }, querier: { autoscaling } },
      tempo: { distributor: { autoscaling }, queryFrontend: { autoscaling } },
      alloy: { gateway: { autoscaling } },
    });
    const scaled = [
      "loki-distributor",
      "loki-querier",
      "tempo-distributor",
      "tempo-query-frontend",
      "alloy-gateway",
    ];
    assert.deepEqual(
      resourcesOf(stack, targetType)
        .map(({ name }) => name)
        .sort(),
      scaled.map((role) => `lgtm-${role}`).sort(),
    );
    for (const role of scaled) {
      assert.deepEqual(resourceOf(stack, targetType, `lgtm-${role}`).inputs, {
        maxCapacity: 6,
        minCapacity: 2,
        resourceId: `service/lgtm-cluster/lgtm-${role}`,
        scalableDimension: "ecs:service:DesiredCount",
        serviceNamespace: "ecs",
      });
      const policy = resourceOf(stack, "aws:appautoscaling/policy:Policy", `lgtm-${role}-cpu`);
      assert.equal(policy.inputs["policyType"], "TargetTrackingScaling");
      assert.deepEqual(policy.inputs["targetTrackingScalingPolicyConfiguration"], {
        predefinedMetricSpecification: {
          predefinedMetricType: "ECSServiceAverageCPUUtilization",
        },
        targetValue: 55,
      });
    }
    for (const { name, resource } of servicesOf(stack)) {
      const expected = scaled.includes(name) ? ["desiredCount"] : [];
      assert.deepEqual(resource.ignoreChanges, expected, name);
    }
  });

  it("S19: only stateless roles take autoscaling, with bounds around their count", () => {
    for (const role of [
      "mimir",
      "loki.ingester",
      "loki.compactor",
      "pyroscope",
      "alloy.collector",
    ]) {
      const [key] = wrongKeys("prod", { [`${role}.autoscaling`]: autoscaling });
      assert.equal(key, `${role}.autoscaling`);
    }
    assert.deepEqual(wrongKeys("prod", { "loki.querier.autoscaling": autoscaling }), []);
    const above = { minReplicas: 3, maxReplicas: 6 };
    assert.deepEqual(wrongKeys("prod", { "loki.querier.autoscaling": above }), [
      "loki.querier.autoscaling",
    ]);
  });

  it("S19: with hours every service is stopped and started by the clock, which then owns count and bounds", async () => {
    const schedule = { timezone: "Asia/Seoul", days: "MON-FRI", startHour: 9, stopHour: 19 };
    const querier = { autoscaling };
    const stack = await planWith(devConfig(), { schedule, loki: { querier } });
    assert.equal(resourcesOf(stack, targetType).length, servicesOf(stack).length);
    for (const { name, inputs, resource } of servicesOf(stack)) {
      assert.deepEqual(resource.ignoreChanges, ["desiredCount"], name);
      const target = resourceOf(stack, targetType, resource.name);
      assert.deepEqual(target.ignoreChanges, ["minCapacity", "maxCapacity"], name);
      const action = (which: string) =>
        resourceOf(
          stack,
          "aws:appautoscaling/scheduledAction:ScheduledAction",
          `${resource.name}-${which}`,
        ).inputs;
      const [min, max] =
        name === "loki-querier" ? [2, 6] : [inputs.desiredCount, inputs.desiredCount];
      assert.deepEqual(action("start")["scalableTargetAction"], {
        maxCapacity: max,
        minCapacity: min,
      });
      assert.deepEqual(action("stop")["scalableTargetAction"], { maxCapacity: 0, minCapacity: 0 });
      assert.equal(action("start")["schedule"], "cron(0 9 ? * MON,TUE,WED,THU,FRI *)");
      assert.equal(action("stop")["schedule"], "cron(0 19 ? * MON,TUE,WED,THU,FRI *)");
      assert.equal(action("stop")["timezone"], "Asia/Seoul");
    }
    // Spot stays an in-place switch with it.
    assert.equal(providerOf(serviceNamed(stack, "loki-querier")), "FARGATE_SPOT");
    assert.deepEqual(wrongKeys("prod", { schedule }), ["schedule"]);
    assert.deepEqual(wrongKeys("dev", { schedule }), []);
  });
});

describe("S24: teardown", () => {
  it("S24: names in Cloud Map go with whatever is still registered", async () => {
    for (const plan of stacks) {
      for (const { name, inputs } of resourcesOf(
        await plan(),
        "aws:servicediscovery/service:Service",
      )) {
        assert.equal(inputs["forceDestroy"], true, name);
      }
    }
  });

  it("S24: dev's buckets and secrets are gone at once, prod's are kept", async () => {
    const dev = await planOfConfig(
      configWith(devConfig(), { ingress: { accessLogs: true }, grafana: postgres }),
    );
    const prod = await prodPlan();
    for (const [stack, keep] of [
      [dev, false],
      [prod, true],
    ] as const) {
      const buckets = resourcesOf(stack, "aws:s3/bucket:Bucket");
      assert.equal(buckets.length, 2);
      for (const { name, inputs, protect, retainOnDelete } of buckets) {
        assert.equal(inputs["forceDestroy"], !keep, name);
        assert.deepEqual([protect, retainOnDelete], [keep, keep], name);
      }
      const secrets = resourcesOf(stack, "aws:secretsmanager/secret:Secret");
      assert.equal(secrets.length, 4);
      for (const { name, inputs } of secrets) {
        assert.equal(inputs["recoveryWindowInDays"], keep ? 30 : 0, name);
      }
      const [database] = resourcesOf(stack, "aws:rds/instance:Instance");
      assert.equal(database!.inputs["deletionProtection"], keep);
      assert.equal(database!.inputs["skipFinalSnapshot"] ?? false, !keep);
      const [balancer] = resourcesOf(stack, "aws:lb/loadBalancer:LoadBalancer");
      assert.equal(balancer!.inputs["enableDeletionProtection"], keep);
    }
    const kept = dev.plan.resources.filter((each) => each.protect || each.retainOnDelete);
    assert.deepEqual(kept, []);
  });

  it("S24: whatever may be replaced is named by Pulumi, so that its successor can be made first", async () => {
    const named: Readonly<Record<string, readonly string[]>> = {
      "aws:lb/loadBalancer:LoadBalancer": ["name", "namePrefix"],
      "aws:lb/targetGroup:TargetGroup": ["name", "namePrefix"],
      "aws:ec2/securityGroup:SecurityGroup": ["name", "namePrefix"],
      "aws:secretsmanager/secret:Secret": ["name", "namePrefix"],
      "aws:rds/instance:Instance": ["identifier", "identifierPrefix"],
      "aws:rds/subnetGroup:SubnetGroup": ["name", "namePrefix"],
      "aws:rds/parameterGroup:ParameterGroup": ["name", "namePrefix"],
    };
    const stack = await prodPlan();
    for (const [type, keys] of Object.entries(named)) {
      const found = resourcesOf(stack, type);
      assert.ok(found.length > 0, type);
      for (const { name, inputs } of found) {
        for (const key of keys) assert.equal(inputs[key], undefined, `${type} ${name} ${key}`);
      }
    }
  });
});

const postgres = { database: { type: "postgres" } } as const;
