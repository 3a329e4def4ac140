import assert from "node:assert/strict";
import type { StackConfig } from "../../configs/stack/schema";
import program from "../../index";
import { record, type RecordedResource, type Recording } from "../../plan/record";
import { configWith, devConfig, prodConfig } from "../fixtures/config";
import { countsOf, ofType, resource } from "./recorded";

const recordings = new Map<string, Promise<Recording>>();

/** The whole program on one configuration; each configuration is recorded once. */
function planned(config: StackConfig): Promise<Recording> {
  const key = JSON.stringify(config);
  const known = recordings.get(key);
  if (known !== undefined) return known;
  const recording = record(() => program(config), {
    project: "lgtm-fargate",
    stack: config.stack,
    config: { "lgtm:network": JSON.stringify(config.network) },
    accountId: config.accountId,
    region: config.region,
  });
  recordings.set(key, recording);
  return recording;
}

const withOptions = () =>
  configWith(prodConfig(), {
    egress: "restricted",
    network: { flowLogs: { enabled: true }, interfaceEndpoints: ["ecr.api", "logs"] },
    ingress: {
      hostedZoneId: "Z0123456789ABC",
      certificateArn: undefined,
      auth: "both",
      allowedCidrs: ["203.0.113.0/24"],
    },
    loki: { querier: { autoscaling: { minReplicas: 2, maxReplicas: 6 } } },
    collection: { clients: { cidrs: ["10.0.0.0/8"] }, associateVpcs: ["vpc-0123456789abcdef0"] },
  });
const withExistingVpc = () =>
  configWith(prodConfig(), {
    network: {
      existing: {
        vpcId: "vpc-0123456789abcdef0",
        publicSubnetIds: ["subnet-aaaaaaa1", "subnet-aaaaaaa2", "subnet-aaaaaaa3"],
        privateSubnetIds: ["subnet-bbbbbbb1", "subnet-bbbbbbb2", "subnet-bbbbbbb3"],
      },
    },
  });
const schedule = { timezone: "Asia/Seoul", days: "MON-FRI", startHour: 8, stopHour: 20 } as const;
const stacks: [string, () => StackConfig][] = [
  ["dev", devConfig],
  ["prod", prodConfig],
  ["prod with every option", withOptions],
  ["dev with a schedule", () => configWith(devConfig(), { schedule })],
];

const serviceType = "aws:ecs/service:Service";
const isComponent = ({ type, custom }: RecordedResource) => !custom && type.startsWith("lgtm:");
const byUrn = (recording: Recording) =>
  new Map(recording.resources.map((each) => [each.urn, each]));
const namesOf = (recording: Recording, urns: readonly string[]) =>
  urns
    .map((urn) => byUrn(recording).get(urn)!)
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);

// Not proven here: that AWS accepts any of it.
describe("program", () => {
  it("makes exactly the resources of dev", async () => {
    assert.deepEqual(countsOf(await planned(devConfig())), {
      "aws:cloudwatch/logGroup:LogGroup": 7,
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
      "aws:ec2/eip:Eip": 1,
      "aws:ec2/internetGateway:InternetGateway": 1,
      "aws:ec2/natGateway:NatGateway": 1,
      "aws:ec2/route:Route": 4,
      "aws:ec2/routeTable:RouteTable": 4,
      "aws:ec2/routeTableAssociation:RouteTableAssociation": 4,
      "aws:ec2/securityGroup:SecurityGroup": 21,
      "aws:ec2/subnet:Subnet": 4,
      "aws:ec2/vpc:Vpc": 1,
      "aws:ec2/vpcEndpoint:VpcEndpoint": 1,
      "aws:ecs/cluster:Cluster": 1,
      "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": 1,
      "aws:ecs/service:Service": 17,
      "aws:ecs/taskDefinition:TaskDefinition": 17,
      "aws:iam/role:Role": 12,
      "aws:iam/rolePolicy:RolePolicy": 12,
      "aws:lb/listener:Listener": 2,
      "aws:lb/listenerRule:ListenerRule": 7,
      "aws:lb/loadBalancer:LoadBalancer": 1,
      "aws:lb/targetGroup:TargetGroup": 6,
      "aws:s3/bucket:Bucket": 1,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
      "aws:s3/bucketPolicy:BucketPolicy": 1,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
      "aws:s3/bucketVersioning:BucketVersioning": 1,
      "aws:secretsmanager/secret:Secret": 3,
      "aws:secretsmanager/secretVersion:SecretVersion": 3,
      "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": 1,
      "aws:servicediscovery/service:Service": 17,
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": 18,
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 50,
      "awsx:ec2:Vpc": 1,
      "lgtm:index:LgtmCluster": 1,
      "lgtm:index:LgtmFirewall": 1,
      "lgtm:index:LgtmIngress": 1,
      "lgtm:index:LgtmNetwork": 1,
      "lgtm:index:LgtmProduct": 7,
      "lgtm:index:LgtmSecrets": 1,
      "lgtm:index:LgtmService": 17,
      "lgtm:index:LgtmStorage": 1,
      "random:index/randomBytes:RandomBytes": 1,
      "random:index/randomPassword:RandomPassword": 2,
    });
  });

  it("adds in prod the database, access logs, replicas, a third zone and the watch from outside, and nothing else", async () => {
    const dev = countsOf(await planned(devConfig()));
    const prod = countsOf(await planned(prodConfig()));
    const more = Object.fromEntries(
      [...new Set([...Object.keys(dev), ...Object.keys(prod)])]
        .map((type) => [type, (prod[type] ?? 0) - (dev[type] ?? 0)] as const)
        .filter(([, difference]) => difference !== 0),
    );
    assert.deepEqual(more, {
      "aws:budgets/budget:Budget": 1,
      "aws:cloudwatch/eventRule:EventRule": 3,
      "aws:cloudwatch/eventTarget:EventTarget": 3,
      "aws:cloudwatch/metricAlarm:MetricAlarm": 81,
      "aws:ec2/eip:Eip": 2,
      "aws:ec2/natGateway:NatGateway": 2,
      "aws:ec2/route:Route": 2,
      "aws:ec2/routeTable:RouteTable": 2,
      "aws:ec2/routeTableAssociation:RouteTableAssociation": 2,
      "aws:ec2/securityGroup:SecurityGroup": 1,
      "aws:ec2/subnet:Subnet": 2,
      "aws:ecs/service:Service": 6,
      "aws:ecs/taskDefinition:TaskDefinition": 6,
      "aws:iam/role:Role": 2,
      "aws:iam/rolePolicy:RolePolicy": 2,
      "aws:rds/instance:Instance": 1,
      "aws:rds/parameterGroup:ParameterGroup": 1,
      "aws:rds/subnetGroup:SubnetGroup": 1,
      "aws:s3/bucket:Bucket": 1,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
      "aws:s3/bucketPolicy:BucketPolicy": 1,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
      "aws:secretsmanager/secret:Secret": 1,
      "aws:secretsmanager/secretVersion:SecretVersion": 1,
      "aws:sns/topic:Topic": 2,
      "aws:sns/topicPolicy:TopicPolicy": 2,
      "aws:sns/topicSubscription:TopicSubscription": 1,
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 1,
      "lgtm:index:LgtmAccessLogs": 1,
      "lgtm:index:LgtmDatabase": 1,
      "lgtm:index:LgtmWatch": 1,
      "random:index/randomId:RandomId": 1,
      "random:index/randomPassword:RandomPassword": 1,
    });
  });

  for (const [what, config] of stacks) {
    describe(what, () => {
      it("names and parents every child after its component", async () => {
        const recording = await planned(config());
        const resources = byUrn(recording);
        for (const child of recording.resources) {
          const parent = child.parent === undefined ? undefined : resources.get(child.parent);
          if (parent === undefined || parent.type === "pulumi:pulumi:Stack") {
            assert.ok(
              isComponent(child) || /^pulumi:(pulumi:Stack|providers:)/.test(child.type),
              `${child.urn} belongs to no component`,
            );
          } else if (isComponent(parent)) {
            assert.ok(
              child.name.startsWith(parent.name),
              `${child.urn} is not named after ${parent.name}`,
            );
          } else {
            assert.match(child.urn, /awsx:ec2:Vpc/, "only awsx nests its own children deeper");
          }
        }
      });

      it("registers the outputs of every component", async () => {
        for (const component of (await planned(config())).resources.filter(isComponent)) {
          // The SDK registers nothing for a component that never does.
          assert.ok(Object.keys(component.registeredOutputs ?? {}).length > 0, component.urn);
        }
      });

      it("gives everything of AWS the one explicit provider, with the account's guard and tags", async () => {
        const { resources, ...recording } = await planned(config());
        const provider = resource(
          { resources, ...recording },
          "pulumi:providers:aws",
          config().name,
        );
        assert.deepEqual(
          provider.inputs["allowedAccountIds"],
          JSON.stringify([config().accountId]),
        );
        assert.deepEqual(JSON.parse(String(provider.inputs["defaultTags"])), {
          tags: {
            "lgtm:name": config().name,
            "pulumi:project": "lgtm-fargate",
            "pulumi:stack": config().stack,
          },
        });
        for (const { type, urn, provider: used } of resources) {
          if (!type.startsWith("aws:")) continue;
          assert.equal(used?.split("::").slice(0, -1).join("::"), provider.urn, urn);
        }
      });

      it("starts a service after all that it needs and no value names", async () => {
        const recording = await planned(config());
        for (const service of ofType(recording, serviceType)) {
          const targetGroups = (service.inputs["loadBalancers"] ?? []) as {
            targetGroupArn: string;
          }[];
          const rules = ofType(recording, "aws:lb/listenerRule:ListenerRule").filter(({ inputs }) =>
            (inputs["actions"] as { targetGroupArn?: string }[]).some(({ targetGroupArn }) =>
              targetGroups.some((group) => group.targetGroupArn === targetGroupArn),
            ),
          );
          assert.ok(rules.length >= targetGroups.length);
          const definition = ofType(recording, "aws:ecs/taskDefinition:TaskDefinition").find(
            ({ outputs }) => outputs["arn"] === service.inputs["taskDefinition"],
          )!;
          const roles = [definition.inputs["executionRoleArn"], definition.inputs["taskRoleArn"]];
          const policies = ofType(recording, "aws:iam/rolePolicy:RolePolicy").filter(({ inputs }) =>
            roles.some((arn) => String(arn).endsWith(`/${String(inputs["role"])}`)),
          );
          assert.ok(policies.length >= 1);
          const text = String(definition.inputs["containerDefinitions"]);
          const versions = ofType(
            recording,
            "aws:secretsmanager/secretVersion:SecretVersion",
          ).filter(({ inputs }) => text.includes(String(inputs["secretId"])));
          const wayOut = [
            ...ofType(recording, "awsx:ec2:Vpc"),
            ...ofType(recording, "aws:ec2/vpcEndpoint:VpcEndpoint"),
            ...ofType(recording, "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders"),
          ];
          const groups = (service.inputs["networkConfiguration"] as { securityGroups: string[] })
            .securityGroups;
          const openings = recording.resources.filter(
            ({ type, inputs }) =>
              type.startsWith("aws:vpc/securityGroup") &&
              [inputs["securityGroupId"], inputs["referencedSecurityGroupId"]].some((id) =>
                groups.includes(String(id)),
              ),
          );
          assert.ok(openings.length >= 2);
          const safeguards = recording.resources.filter(
            ({ type, urn }) =>
              definition.inputs["taskRoleArn"] !== undefined &&
              urn.includes("lgtm:index:LgtmStorage$") &&
              type !== "aws:s3/bucket:Bucket",
          );
          const order = [...rules, ...policies, ...versions, ...wayOut, ...openings, ...safeguards];
          for (const needed of order) {
            assert.ok(
              service.dependencies.includes(needed.urn),
              `${service.name} waits for ${needed.urn}`,
            );
          }
        }
      });

      it("S15: S19: never says launchType, always rolls back, and waits", async () => {
        for (const { inputs, name, customTimeouts } of ofType(
          await planned(config()),
          serviceType,
        )) {
          assert.equal(inputs["launchType"], undefined, name);
          assert.equal((inputs["capacityProviderStrategies"] as unknown[]).length, 1, name);
          assert.deepEqual(
            inputs["deploymentCircuitBreaker"],
            { enable: true, rollback: true },
            name,
          );
          assert.equal(inputs["waitForSteadyState"], true, name);
          assert.deepEqual(customTimeouts, { create: "30m", update: "30m", delete: "30m" }, name);
        }
      });
    });
  }

  it("S15: S22: swaps the replicas of a ring one after the other, with the pause between", async () => {
    const recording = await planned(prodConfig());
    for (const ring of ["mimir", "loki-ingester", "tempo-ingester"]) {
      const replicas = [0, 1, 2].map((n) => resource(recording, serviceType, `lgtm-${ring}-${n}`));
      replicas.forEach((replica, index) => {
        const others = replica.dependencies.filter((urn) => urn.includes(serviceType));
        assert.deepEqual(
          namesOf(recording, others),
          index === 0 ? [] : [`Service lgtm-${ring}-${index - 1}`],
        );
        assert.deepEqual(replica.hooks["beforeUpdate"], [`lgtm-${ring}-pause-120s`]);
        assert.equal(replica.inputs["deploymentMinimumHealthyPercent"], 0);
        assert.equal(replica.inputs["deploymentMaximumPercent"], 100);
        assert.equal(replica.inputs["availabilityZoneRebalancing"], "DISABLED");
        const subnet = resource(
          recording,
          "aws:ec2/subnet:Subnet",
          `lgtm-vpc-private-${index + 1}`,
        );
        const network = replica.inputs["networkConfiguration"] as { subnets: string[] };
        assert.deepEqual(network.subnets, [subnet.id]);
      });
      const registries = new Set(
        replicas.map(({ inputs }) => JSON.stringify(inputs["serviceRegistries"])),
      );
      assert.equal(registries.size, 1, "the replicas share one name");
    }
  });

  it("pauses nothing but rings of several replicas", async () => {
    const paused = ofType(await planned(devConfig()), serviceType).filter(
      ({ hooks }) => (hooks["beforeUpdate"] ?? []).length > 0,
    );
    assert.deepEqual(paused, []);
    const inProd = ofType(await planned(prodConfig()), serviceType).filter(
      ({ hooks }) => (hooks["beforeUpdate"] ?? []).length > 0,
    );
    assert.equal(inProd.length, 9);
  });

  it("S13: registers each role in Cloud Map with its health", async () => {
    const recording = await planned(devConfig());
    const { inputs } = resource(
      recording,
      "aws:servicediscovery/service:Service",
      "lgtm-dev-loki-distributor-name",
    );
    const namespace = ofType(
      recording,
      "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
    )[0]!;
    assert.deepEqual(inputs, {
      dnsConfig: {
        dnsRecords: [{ ttl: 10, type: "A" }],
        namespaceId: namespace.id,
        routingPolicy: "MULTIVALUE",
      },
      forceDestroy: true,
      healthCheckCustomConfig: { failureThreshold: 1 },
      name: "loki",
    });
  });

  it("S10: S14: registers a task definition for Fargate with the product's roles", async () => {
    const recording = await planned(prodConfig());
    const roleArn = (name: string) => resource(recording, "aws:iam/role:Role", name).outputs["arn"];
    const { containerDefinitions, ...inputs } = resource(
      recording,
      "aws:ecs/taskDefinition:TaskDefinition",
      "lgtm-mimir-0",
    ).inputs;
    assert.deepEqual(inputs, {
      cpu: "2048",
      ephemeralStorage: { sizeInGib: 30 },
      executionRoleArn: roleArn("lgtm-mimir-execution"),
      family: "lgtm-mimir-0",
      memory: "4096",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      taskRoleArn: roleArn("lgtm-mimir-task"),
      volumes: [{ name: "config" }, { name: "data" }, { name: "scratch-tmp" }],
    });
    const containers = JSON.parse(String(containerDefinitions)) as { name: string }[];
    assert.deepEqual(
      containers.map(({ name }) => name),
      ["init", "mimir"],
    );
  });

  it("A4: runs a role that calls nothing in AWS without a task role", async () => {
    const prod = await planned(prodConfig());
    const dev = await planned(devConfig());
    // Grafana of a stack that is watched publishes its alerts.
    for (const [recording, name] of [
      [prod, "lgtm-memcached"],
      [dev, "lgtm-dev-grafana"],
      [prod, "lgtm-alloy-gateway"],
    ] as const) {
      const { inputs } = resource(recording, "aws:ecs/taskDefinition:TaskDefinition", name);
      assert.equal(inputs["taskRoleArn"], undefined, name);
    }
  });

  it("A1: D3: reads exactly the secrets that Grafana names, and waits for the database", async () => {
    const recording = await planned(prodConfig());
    const secretArns = ofType(recording, "aws:secretsmanager/secret:Secret")
      .filter(({ name }) => !name.includes("ingest-token"))
      .map(({ outputs }) => String(outputs["arn"]))
      .sort();
    const policy = JSON.parse(
      String(
        resource(recording, "aws:iam/rolePolicy:RolePolicy", "lgtm-grafana-execution").inputs[
          "policy"
        ],
      ),
    ) as { Statement: { Sid: string; Resource: string[] }[] };
    const statement = policy.Statement.find(({ Sid }) => Sid === "ReadSecrets");
    assert.deepEqual(statement?.Resource, secretArns);
    const definition = resource(recording, "aws:ecs/taskDefinition:TaskDefinition", "lgtm-grafana");
    assert.ok(
      definition.dependencies.includes(ofType(recording, "aws:rds/instance:Instance")[0]!.urn),
    );
    const other = resource(recording, "aws:ecs/taskDefinition:TaskDefinition", "lgtm-mimir-0");
    assert.deepEqual(
      other.dependencies.filter((urn) => /secretsmanager|rds/.test(urn)),
      [],
      "nobody else waits for them",
    );
  });

  it("keeps one service's inputs as they are", async () => {
    const recording = await planned(prodConfig());
    const { inputs } = resource(recording, serviceType, "lgtm-loki-distributor");
    const id = (type: string, name: string) => resource(recording, type, name).id;
    const group = resource(recording, "aws:lb/targetGroup:TargetGroup", "lgtm-loki");
    const registry = resource(
      recording,
      "aws:servicediscovery/service:Service",
      "lgtm-loki-distributor-name",
    );
    assert.deepEqual(inputs, {
      availabilityZoneRebalancing: "ENABLED",
      capacityProviderStrategies: [{ base: 0, capacityProvider: "FARGATE", weight: 1 }],
      cluster: resource(recording, "aws:ecs/cluster:Cluster", "lgtm-cluster").outputs["arn"],
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentMaximumPercent: 200,
      deploymentMinimumHealthyPercent: 100,
      desiredCount: 2,
      enableEcsManagedTags: true,
      enableExecuteCommand: false,
      forceNewDeployment: true,
      healthCheckGracePeriodSeconds: 180,
      loadBalancers: [
        { containerName: "distributor", containerPort: 3100, targetGroupArn: group.outputs["arn"] },
      ],
      name: "lgtm-loki-distributor",
      networkConfiguration: {
        assignPublicIp: false,
        securityGroups: [
          id("aws:ec2/securityGroup:SecurityGroup", "lgtm-loki-distributor"),
          id("aws:ec2/securityGroup:SecurityGroup", "lgtm-loki-gossip"),
        ],
        subnets: [1, 2, 3].map((n) => id("aws:ec2/subnet:Subnet", `lgtm-vpc-private-${n}`)),
      },
      propagateTags: "SERVICE",
      serviceRegistries: { registryArn: registry.outputs["arn"] },
      taskDefinition: resource(
        recording,
        "aws:ecs/taskDefinition:TaskDefinition",
        "lgtm-loki-distributor",
      ).outputs["arn"],
      waitForSteadyState: true,
    });
  });

  it("S19: switches Spot in place: the same service, another strategy, a forced deployment", async () => {
    const spot = resource(await planned(devConfig()), serviceType, "lgtm-dev-loki-querier");
    const onDemand = resource(await planned(prodConfig()), serviceType, "lgtm-loki-querier");
    const provider = ({ inputs }: RecordedResource) =>
      (inputs["capacityProviderStrategies"] as { capacityProvider: string }[])[0]!.capacityProvider;
    assert.deepEqual([provider(spot), provider(onDemand)], ["FARGATE_SPOT", "FARGATE"]);
    assert.equal(onDemand.inputs["forceNewDeployment"], true);
    const ring = resource(await planned(prodConfig()), serviceType, "lgtm-mimir-0");
    assert.equal(ring.inputs["forceNewDeployment"], false);
  });

  it("S19: lets autoscaling own the count of the role that it scales", async () => {
    const recording = await planned(withOptions());
    const service = resource(recording, serviceType, "lgtm-loki-querier");
    assert.deepEqual(service.ignoreChanges, ["desiredCount"]);
    const target = resource(recording, "aws:appautoscaling/target:Target", "lgtm-loki-querier");
    assert.deepEqual(target.inputs, {
      maxCapacity: 6,
      minCapacity: 2,
      resourceId: "service/lgtm-cluster/lgtm-loki-querier",
      scalableDimension: "ecs:service:DesiredCount",
      serviceNamespace: "ecs",
    });
    assert.equal(countsOf(recording)["aws:appautoscaling/policy:Policy"], 1);
    assert.deepEqual(resource(recording, serviceType, "lgtm-loki-distributor").ignoreChanges, []);
  });

  it("stops and starts every service by the clock, and does not fight the clock", async () => {
    const recording = await planned(configWith(devConfig(), { schedule }));
    const counts = countsOf(recording);
    assert.equal(counts["aws:appautoscaling/target:Target"], 17);
    assert.equal(counts["aws:appautoscaling/scheduledAction:ScheduledAction"], 34);
    const target = resource(recording, "aws:appautoscaling/target:Target", "lgtm-dev-grafana");
    assert.deepEqual(target.ignoreChanges, ["minCapacity", "maxCapacity"]);
    const { inputs } = resource(
      recording,
      "aws:appautoscaling/scheduledAction:ScheduledAction",
      "lgtm-dev-grafana-stop",
    );
    assert.deepEqual(inputs["scalableTargetAction"], { maxCapacity: 0, minCapacity: 0 });
    assert.equal(inputs["timezone"], "Asia/Seoul");
    for (const service of ofType(recording, serviceType)) {
      assert.deepEqual(service.ignoreChanges, ["desiredCount"], service.name);
    }
  });

  it("B1: S24: protects data in prod and lets all of it go in dev", async () => {
    const protectedOnes = async (config: StackConfig) =>
      (await planned(config)).resources
        .filter((each) => each.protect)
        .map(({ type }) => type)
        .sort();
    assert.deepEqual(await protectedOnes(devConfig()), []);
    assert.deepEqual(await protectedOnes(prodConfig()), [
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:rds/instance:Instance",
      "aws:s3/bucket:Bucket",
      "aws:s3/bucket:Bucket",
    ]);
  });

  it("N6: makes no network where one is named, and puts everything into it", async () => {
    const recording = await planned(withExistingVpc());
    const made = Object.keys(countsOf(recording)).filter((type) => type.startsWith("aws:ec2/"));
    assert.deepEqual(made, ["aws:ec2/securityGroup:SecurityGroup"]);
    assert.equal(countsOf(recording)["awsx:ec2:Vpc"], undefined);
    const { inputs } = resource(recording, serviceType, "lgtm-mimir-1");
    const { subnets } = inputs["networkConfiguration"] as { subnets: string[] };
    assert.deepEqual(subnets, ["subnet-bbbbbbb2"]);
    const balancer = resource(recording, "aws:lb/loadBalancer:LoadBalancer", "lgtm-alb");
    assert.deepEqual(balancer.inputs["subnets"], [
      "subnet-aaaaaaa1",
      "subnet-aaaaaaa2",
      "subnet-aaaaaaa3",
    ]);
  });

  it("D8: tells its users where everything is, without a secret", async () => {
    const { outputs } = await planned(prodConfig());
    assert.deepEqual(Object.keys(outputs).sort(), [
      "bucketName",
      "clusterName",
      "grafanaAdminPasswordSecretArn",
      "ingestTokenSecretArns",
      "loadBalancerDnsName",
      "snippets",
      "taskDefinitions",
      "urls",
    ]);
    assert.equal(Object.keys(outputs["taskDefinitions"] as object).length, 23);
    assert.match(JSON.stringify(outputs["ingestTokenSecretArns"]), /arn:aws:secretsmanager:/);
    assert.ok(!JSON.stringify(outputs).includes('"value"'), "no secret value");
  });
});
