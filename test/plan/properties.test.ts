import assert from "node:assert/strict";
import fc from "fast-check";
import { withCopies } from "../../bench/copies";
import type { StackConfig } from "../../configs/stack/schema";
import type { PlannedStack } from "../../plan/makePlan";
import type { PlannedResource } from "../../plan/plan";
import { stackSchema } from "../../configs/stack/schema";
import { buildCatalog } from "../../stacks/catalog";
import { changedProperties, replacementFacts, replacingChanges } from "../../standin/replacement";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";
import { physicalNames, uniqueNames } from "../fixtures/physicalNames";
import { devPlan, planOfConfig, planOnce, prodPlan } from "../fixtures/plans";

interface Change {
  readonly resource: PlannedResource;
  readonly before: PlannedResource;
  readonly properties: readonly string[];
}

/** What a second `up` would do, given the first one's plan: by URN, as the engine does. */
function difference(before: PlannedStack, after: PlannedStack) {
  const byUrn = (stack: PlannedStack) =>
    new Map(stack.plan.resources.map((each) => [each.urn, each]));
  const [old, fresh] = [byUrn(before), byUrn(after)];
  const changed: Change[] = [...fresh.values()].flatMap((resource) => {
    const earlier = old.get(resource.urn);
    if (earlier === undefined || !resource.custom) return [];
    const properties = changedProperties(earlier.inputs, resource.inputs);
    return properties.length === 0 ? [] : [{ resource, before: earlier, properties }];
  });
  return {
    created: [...fresh.values()].filter(({ urn }) => !old.has(urn)),
    deleted: [...old.keys()].filter((urn) => !fresh.has(urn)),
    changed,
    replaced: changed.filter(
      ({ resource, before: earlier }) =>
        replacingChanges(resource.type, earlier.inputs, resource.inputs).length > 0,
    ),
  };
}
const shortly = ({ resource, properties }: Change) =>
  `${resource.type.split(":").at(-1) ?? ""} ${resource.name}: ${properties.join(", ")}`;

/** The services of a stack that are placed in every zone; replicas of a ring have one each. */
const spread = (config: StackConfig) =>
  [
    "alloy-collector",
    "alloy-gateway",
    "grafana",
    "loki-compactor",
    "loki-distributor",
    "loki-querier",
    "loki-query-frontend",
    "memcached",
    "pyroscope",
    "tempo-compactor",
    "tempo-distributor",
    "tempo-metrics-generator",
    "tempo-querier",
    "tempo-query-frontend",
  ].map((service) => `Service ${config.name}-${service}: networkConfiguration`);

/** What a zone more changes in place, beside the services above. */
const whereZonesAreListed = ({ name, grafana, network }: StackConfig) => [
  `LoadBalancer ${name}-alb: subnets`,
  ...(grafana.database.type === "postgres" ? [`SubnetGroup ${name}-grafana: subnetIds`] : []),
  ...network.interfaceEndpoints.map(
    (service) => `VpcEndpoint ${name}-${service.replaceAll(".", "-")}: subnetIds`,
  ),
  `VpcEndpoint ${name}-s3: routeTableIds`,
];
/** What a zone more creates, by type. */
const perZone = ({ network, environment }: StackConfig) => ({
  "aws:ec2/route:Route": 2,
  "aws:ec2/routeTable:RouteTable": 2,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": 2,
  "aws:ec2/subnet:Subnet": 2,
  ...(network.natGateways === "perZone"
    ? { "aws:ec2/eip:Eip": 1, "aws:ec2/natGateway:NatGateway": 1 }
    : {}),
  ...(network.natGateways === "perZone" && environment === "prod"
    ? { "aws:cloudwatch/metricAlarm:MetricAlarm": 1 }
    : {}),
});
const countsOf = (resources: readonly PlannedResource[]) => {
  const counts: Record<string, number> = {};
  for (const { type } of resources) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
};

const zoneLetters = [..."abcdef"];
const withZones = (config: StackConfig, zones: number) =>
  configWith(config, { network: { zones: zoneLetters.slice(0, zones) } });

// Not proven here: that AWS carries the changes out in place (the table of replacements repeats the provider's schema).
describe("a zone more", () => {
  const bases: readonly [string, StackConfig, number, readonly string[]][] = [
    ["dev", devConfig(), 2, []],
    ["prod", prodConfig(), 3, []],
    [
      // Three replicas in two zones: the third one gets the zone that it should have had.
      "the default",
      defaultConfig(),
      2,
      ["loki-ingester-2", "mimir-2"].map((each) => `Service lgtm-${each}: networkConfiguration`),
    ],
    [
      "dev with every network option",
      configWith(devConfig(), {
        network: {
          interfaceEndpoints: ["ecr.api", "logs"],
          natGateways: "perZone",
          flowLogs: { enabled: true },
        },
        egress: "restricted",
      }),
      2,
      [],
    ],
  ];
  for (const [name, config, zones, moved] of bases) {
    it(`in ${name} replaces and deletes nothing, and changes exactly what lists the zones`, async () => {
      const before = await planOfConfig(withZones(config, zones));
      const { created, deleted, replaced, changed } = difference(
        before,
        await planOfConfig(withZones(config, zones + 1)),
      );
      assert.deepEqual(deleted, []);
      assert.deepEqual(replaced.map(shortly), []);
      assert.deepEqual(
        changed.map(shortly).sort(),
        [...spread(config), ...whereZonesAreListed(config), ...moved].sort(),
      );
      assert.deepEqual(countsOf(created), perZone(config));
    });
  }

  it("moves no address block, whatever the block and the zones (property)", async () => {
    const cidr = fc
      .tuple(
        fc.constantFrom("10.0.0.0", "172.16.0.0", "192.168.0.0", "100.64.0.0"),
        fc.integer({ min: 16, max: 20 }),
      )
      .map(([address, bits]) => `${address}/${bits}`);
    await fc.assert(
      fc.asyncProperty(cidr, fc.integer({ min: 2, max: 5 }), async (block, zones) => {
        const config = configWith(devConfig(), { network: { cidr: block } });
        const { deleted, replaced } = difference(
          await planOfConfig(withZones(config, zones)),
          await planOfConfig(withZones(config, zones + 1)),
        );
        assert.deepEqual([deleted, replaced.map(shortly)], [[], []]);
      }),
      { numRuns: 3 },
    );
  });

  it("would be seen to replace, if it did: zones in another order", async () => {
    const other = configWith(devConfig(), { network: { zones: ["b", "a"] } });
    const { replaced } = difference(await devPlan(), await planOfConfig(other));
    assert.deepEqual(
      replaced.map(shortly).filter((line) => line.startsWith("Subnet ")),
      ["private-1", "private-2", "public-1", "public-2"].map(
        (subnet) => `Subnet lgtm-dev-vpc-${subnet}: availabilityZone`,
      ),
    );
  });

  it("is judged by facts that have a source, and by none where there are none", () => {
    for (const { source } of Object.values(replacementFacts)) {
      assert.match(
        source,
        /terraform-provider-aws\/blob\/[0-9a-f]{40}\/internal\/service\/\w+\/\w+\.go/,
      );
    }
    assert.throws(() => replacingChanges("aws:sqs/queue:Queue", {}, { name: "a" }), /aws:sqs/);
  });
});

describe("a product more", () => {
  for (const [name, plan] of [
    ["dev", devPlan],
    ["prod", prodPlan],
  ] as const) {
    it(`in ${name} touches nothing but what lists all products or rings`, async () => {
      const before = await plan();
      const catalog = withCopies(buildCatalog(before.config), 1);
      const { created, deleted, replaced, changed } = difference(
        before,
        await planOnce(before.config, catalog),
      );
      assert.deepEqual(deleted, []);
      assert.deepEqual(replaced, []);
      assert.deepEqual(changed.map(shortly), [
        `BucketLifecycleConfiguration ${before.config.name}-bucket: rules`,
        // The copy holds data, so its unclean stop is one to hear of.
        ...(name === "prod" ? ["EventRule lgtm-unclean-stop: eventPattern"] : []),
      ]);
      for (const { urn } of created) assert.match(urn, /::lgtm(-dev)?-extra/);
      assert.equal(countsOf(created)["aws:ecs/service:Service"], 1);
    });
  }

  it("leaves every lifecycle rule that was there as it was", async () => {
    const before = await prodPlan();
    const after = await planOnce(before.config, withCopies(buildCatalog(before.config), 1));
    const rulesOf = ({ plan }: PlannedStack) =>
      plan.resources
        .filter(
          ({ name, type }) => type.includes("LifecycleConfiguration") && name === "lgtm-bucket",
        )
        .flatMap(({ inputs }) => inputs["rules"] as { id: string }[]);
    const later = new Map(rulesOf(after).map((rule) => [rule.id, rule]));
    assert.ok(rulesOf(before).length >= 10);
    for (const rule of rulesOf(before)) assert.deepEqual(later.get(rule.id), rule);
  });
});

describe("a prefix more", () => {
  it("touches its product's task role and the lifecycle rules, and nothing else", async () => {
    const before = await devPlan();
    const catalog = buildCatalog(before.config);
    const more = {
      ...catalog,
      products: catalog.products.map((product) =>
        product.name === "mimir"
          ? { ...product, prefixes: [...product.prefixes, "more/"] as never }
          : product,
      ),
    };
    const { created, deleted, replaced, changed } = difference(
      before,
      await planOnce(before.config, more),
    );
    assert.deepEqual([created, deleted, replaced], [[], [], []]);
    assert.deepEqual(changed.map(shortly).sort(), [
      "BucketLifecycleConfiguration lgtm-dev-bucket: rules",
      "RolePolicy lgtm-dev-mimir-task: policy",
    ]);
  });
});

/** A stack with everything that has a name of its own. */
const full = (name: string) =>
  configWith(devConfig(), {
    name,
    grafana: { database: { type: "postgres" } },
    ingress: { accessLogs: true },
    network: { flowLogs: { enabled: true }, interfaceEndpoints: ["logs"] },
    loki: { querier: { autoscaling: { minReplicas: 1, maxReplicas: 2 } } },
    schedule: { timezone: "Asia/Seoul", days: "MON-FRI", startHour: 9, stopHour: 19 },
    images: {
      pullThroughCache: true,
      credentialsSecretArn:
        "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf",
    },
  });
/** Two names in one place are a clash: in one account and region everything but what lies inside a cluster or a VPC. */
const outside = (stack: PlannedStack) =>
  physicalNames(stack)
    .filter(({ scope }) => scope === "world" || scope === "account" || scope === "region")
    .map(({ type, name }) => `${type} ${name}`);
const clashes = (one: PlannedStack, other: PlannedStack) => {
  const taken = new Set(outside(one));
  return outside(other).filter((name) => taken.has(name));
};

describe("two stacks of one account", () => {
  it("share no name: dev and prod", async () => {
    assert.deepEqual(clashes(await devPlan(), await prodPlan()), []);
  });

  it("share no name, whatever they are called (property)", async () => {
    const word = fc.constantFrom("alb", "s3", "loki", "mimir", "tempo", "otlp", "dev", "x", "0");
    const name = fc
      .oneof(
        fc.stringMatching(/^[a-z](-?[a-z0-9]){0,13}$/),
        fc.tuple(fc.constantFrom("lgtm", "a"), word).map((parts) => parts.join("-")),
        fc.tuple(fc.constantFrom("lgtm", "a"), word).map((parts) => parts.join("")),
        fc.constantFrom("lgtm", "a"),
      )
      .filter((each) => stackSchema.shape.name.safeParse(each).success);
    await fc.assert(
      fc.asyncProperty(name, name, async (one, other) => {
        fc.pre(one !== other);
        const plans = [await planOfConfig(full(one)), await planOfConfig(full(other))] as const;
        assert.deepEqual(clashes(...plans), []);
      }),
      { numRuns: 5 },
    );
  });

  it("would be seen to clash, if they did: the same name twice", async () => {
    const one = await planOfConfig(full("lgtm"));
    const other = await planOfConfig(
      configWith(full("lgtm"), { stack: "other", domain: "other.example.com" }),
    );
    const types = new Set(clashes(one, other).map((line) => line.split(" ")[0]));
    for (const type of ["aws:s3/bucket:Bucket", "aws:iam/role:Role", "aws:ecs/cluster:Cluster"]) {
      assert.ok(types.has(type), type);
    }
  });

  it("are compared by every name that the stack gives", async () => {
    const stack = await planOfConfig(full("lgtm"));
    const named = new Set(stack.plan.resources.map(({ type }) => type));
    for (const type of Object.keys(uniqueNames)) {
      assert.ok(named.has(type), `${type} is in the plan that is compared`);
    }
    const names = physicalNames(stack).map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
      "and unique inside the stack",
    );
  });
});
