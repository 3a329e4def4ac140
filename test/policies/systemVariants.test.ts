import assert from "node:assert/strict";
import { judge } from "../../policies/judge";
import { rules } from "../../policies/index";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";
import { planOfConfig } from "../fixtures/plans";

const subjects = ["storage", "compute", "ingress", "network", "resilience", "hygiene"];

type Overrides = Parameters<typeof configWith>[1];
const secretArn = (name: string) =>
  `arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:${name}-AbCdEf`;
const subnets = (kind: string) => [1, 2, 3].map((zone) => `subnet-0${kind}${zone}`.padEnd(24, "0"));

/** Stacks that are right as well: no finding. */
const right: readonly (readonly [string, () => ReturnType<typeof prodConfig>, Overrides])[] = [
  [
    "guarded by addresses",
    prodConfig,
    { ingress: { auth: "cidr", allowedCidrs: ["203.0.113.0/24", "198.51.100.7/32"] } },
  ],
  [
    "guarded twice, while a token changes",
    prodConfig,
    { ingress: { auth: "both", allowedCidrs: ["203.0.113.0/24"], tokenIds: ["a", "b"] } },
  ],
  ["an internal load balancer", prodConfig, { ingress: { internal: true } }],
  [
    "a key of its own",
    prodConfig,
    {
      storage: {
        kmsKeyArn:
          "arn:aws:kms:ap-northeast-2:123456789012:key/12345678-1234-1234-1234-123456789012",
      },
    },
  ],
  ["Intelligent-Tiering", prodConfig, { storage: { tiering: "intelligentTiering" } }],
  [
    "queriers and query-frontends on Spot",
    prodConfig,
    {
      loki: { querier: { spot: true }, queryFrontend: { spot: true } },
      tempo: { querier: { spot: true }, queryFrontend: { spot: true } },
    },
  ],
  ["off at night", devConfig, { schedule: { days: "MON-FRI" } }],
  [
    "autoscaled queriers",
    prodConfig,
    {
      loki: { querier: { autoscaling: { minReplicas: 2, maxReplicas: 6, targetCpuPercent: 60 } } },
    },
  ],
  ["ECS Exec in dev", devConfig, { execEnabled: true }],
  [
    "flow logs and interface endpoints",
    prodConfig,
    {
      network: { flowLogs: { enabled: true }, interfaceEndpoints: ["ecr.api", "ecr.dkr", "logs"] },
    },
  ],
  [
    "a VPC that exists",
    prodConfig,
    {
      network: {
        existing: {
          vpcId: "vpc-0123456789abcdef0",
          publicSubnetIds: subnets("a"),
          privateSubnetIds: subnets("b"),
        },
      },
    },
  ],
  ["Grafana with SQLite", prodConfig, { grafana: { database: { type: "sqlite" } } }],
  [
    "alerts to a topic, Slack and e-mail",
    devConfig,
    {
      grafana: {
        alerting: {
          topicArns: ["arn:aws:sns:eu-west-1:123456789012:on-call"],
          slack: { webhookSecretArn: secretArn("slack") },
          email: {
            addresses: ["a@example.com"],
            from: "lgtm@example.com",
            host: "smtp.example.com:587",
            user: "lgtm",
            passwordSecretArn: secretArn("smtp"),
          },
        },
      },
    },
  ],
  ["PostgreSQL in dev", devConfig, { grafana: { database: { type: "postgres" } } }],
  [
    "a pull-through cache",
    prodConfig,
    {
      images: {
        pullThroughCache: true,
        credentialsSecretArn: secretArn("ecr-pullthroughcache/hub"),
      },
    },
  ],
  [
    "logs and clients of other systems",
    prodConfig,
    {
      collection: {
        logGroups: ["/aws/lambda/x"],
        clients: { cidrs: ["10.0.0.0/16"], securityGroupIds: ["sg-0123456789abcdef0"] },
      },
    },
  ],
  [
    "zone awareness without autoforget",
    prodConfig,
    { loki: { zoneAwareness: true, autoforgetUnhealthy: false } },
  ],
  ["another name and architecture", prodConfig, { cpuArchitecture: "X86_64", name: "obs" }],
];

/** Stacks that are wrong, and how. */
const wrong: readonly (readonly [
  string,
  () => ReturnType<typeof prodConfig>,
  Overrides,
  readonly string[],
])[] = [
  [
    "the design's own numbers in prod: two zones, one NAT gateway, one Tempo ingester",
    defaultConfig,
    {},
    [
      "network-nat-per-zone ap-northeast-2b->ap-northeast-2a",
      "resilience-zone-quorum loki:ap-northeast-2a",
      "resilience-zone-quorum mimir:ap-northeast-2a",
      "resilience-zone-quorum tempo:copies:1",
    ],
  ],
  ["no guard", devConfig, { ingress: { auth: "none" } }, ["ingress-ingest-guard unguarded"]],
  [
    "a retention shorter than the transitions",
    prodConfig,
    { mimir: { retentionDays: 90 }, loki: { retentionDays: 90 } },
    [
      "storage-transition-pays logs:GLACIER_IR:ftt-loki/",
      "storage-transition-pays metrics:GLACIER_IR:blocks/",
    ],
  ],
];

describe("rules of the system's subjects on other stacks", function () {
  this.timeout(60_000);
  for (const [name, base, overrides, expected] of [
    ...right.map(([...stack]) => [...stack, []] as const),
    ...wrong,
  ]) {
    it(`${name}: ${expected.length === 0 ? "nothing to find" : "exactly what is wrong"}`, async () => {
      const config = configWith(base(), overrides);
      const { plan } = await planOfConfig(config);
      const verdict = await judge(plan, {
        rules: rules.filter(({ subject }) => subjects.includes(subject)),
        policyConfig: { settings: { environment: config.environment } },
      });
      const found = new Set(verdict.findings.map(({ rule, finding }) => `${rule} ${finding}`));
      assert.deepEqual([...found].sort(), [...expected].sort());
      assert.deepEqual(verdict.unjudged, []);
    });
  }
});
