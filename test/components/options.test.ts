import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { LgtmAccessLogs } from "../../components/lgtmAccessLogs";
import { LgtmCertificate } from "../../components/lgtmCertificate";
import { LgtmCluster } from "../../components/lgtmCluster";
import { LgtmDatabase } from "../../components/lgtmDatabase";
import { LgtmFirewall } from "../../components/lgtmFirewall";
import { LgtmImages } from "../../components/lgtmImages";
import { LgtmIngress } from "../../components/lgtmIngress";
import { LgtmNetwork } from "../../components/lgtmNetwork";
import { LgtmProduct } from "../../components/lgtmProduct";
import { LgtmSecrets } from "../../components/lgtmSecrets";
import { LgtmStorage } from "../../components/lgtmStorage";
import type { Platform } from "../../components/platform";
import { buildCatalog, rolesOf } from "../../stacks/catalog";
import { edges, needsEgressPerEdge, taskEgress } from "../../stacks/edges";
import { targetsOf } from "../../stacks/frontDoor";
import { gossipCircles } from "../../stacks/gossip";
import { listenerRules } from "../../stacks/listenerRules";
import { zoneSubnets } from "../../stacks/zones";
import { devConfig } from "../fixtures/config";
import { place, recorded } from "./recorded";

type Options = pulumi.ComponentResourceOptions;
const config = devConfig();
const catalog = buildCatalog(config);

const network = (options: Options) =>
  new LgtmNetwork(
    "lgtm",
    {
      ...place,
      cidr: "10.40.0.0/16",
      zones: zoneSubnets(config),
      natGateways: "single",
      interfaceEndpoints: ["logs"],
      flowLogRetentionDays: 7,
    },
    options,
  );
const storage = (options: Options) =>
  new LgtmStorage(
    "lgtm",
    { bucketName: "sys-lgtm-s3", lifecycleRules: [], protectData: false },
    options,
  );
const secrets = (options: Options) =>
  new LgtmSecrets(
    "lgtm",
    {
      secretIds: ["grafana-admin-password", "grafana-secret-key"],
      tokenIds: ["a"],
      recoveryWindowDays: 0,
    },
    options,
  );
const cluster = (options: Options) =>
  new LgtmCluster(
    "lgtm",
    { clusterName: "c", containerInsights: "enabled", namespace: "n.local", vpcId: "vpc-1" },
    options,
  );
const firewall = (options: Options) =>
  new LgtmFirewall(
    "lgtm",
    {
      vpcId: "vpc-1",
      roles: rolesOf(catalog).map(({ id }) => id),
      edges: edges(catalog, config),
      gossip: gossipCircles(catalog),
      publicCidrs: ["0.0.0.0/0"],
      clientSecurityGroupIds: [],
      clientCidrs: [],
      database: true,
      taskEgress: taskEgress(config),
      egressPerEdge: needsEgressPerEdge(config),
    },
    options,
  );
const ingress = (options: Options) =>
  new LgtmIngress(
    "lgtm",
    {
      ...place,
      vpcId: "vpc-1",
      subnetIds: ["subnet-1", "subnet-2"],
      securityGroupId: "sg-1",
      internal: false,
      domain: "example.com",
      hosts: ["grafana.example.com"],
      hostedZoneId: "Z0123456789ABC",
      tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      idleTimeoutSeconds: 330,
      deletionProtection: false,
      accessLogRetentionDays: 30,
      protectData: false,
      targets: targetsOf(catalog),
      rules: listenerRules(catalog, config),
      tokens: [pulumi.secret("t")],
    },
    options,
  );
const database = (options: Options) =>
  new LgtmDatabase(
    "lgtm",
    {
      engineVersion: "17",
      instanceClass: "db.t4g.micro",
      allocatedStorageGb: 20,
      multiAz: false,
      backupRetentionDays: 7,
      deletionProtection: false,
      finalSnapshot: true,
      port: 5432,
      databaseName: "grafana",
      username: "grafana",
      password: pulumi.secret("p"),
      subnetIds: ["subnet-1"],
      securityGroupId: "sg-1",
    },
    options,
  );
const product = (options: Options) => {
  // The platform is not what is looked at: it has its own options.
  const others = { providers: options.providers };
  const platform: Platform = {
    network: network(others),
    storage: storage(others),
    secrets: secrets(others),
    firewall: firewall(others),
    cluster: cluster(others),
    ingress: ingress(others),
  };
  const mimir = catalog.products.find(({ name }) => name === "mimir")!;
  return new LgtmProduct("lgtm-dev-mimir", { config, product: mimir, platform }, options);
};

/** Every component that a program makes, and the parts that they make of each other. */
const components: Record<string, (options: Options) => pulumi.ComponentResource> = {
  LgtmAccessLogs: (options) =>
    new LgtmAccessLogs("lgtm", { ...place, retentionDays: 30, protectData: false }, options),
  LgtmCertificate: (options) =>
    new LgtmCertificate("lgtm", { domain: "example.com", hostedZoneId: "Z0123456789ABC" }, options),
  LgtmCluster: cluster,
  LgtmDatabase: database,
  LgtmFirewall: firewall,
  LgtmImages: (options) =>
    new LgtmImages(
      "lgtm",
      {
        repositoryPrefix: "lgtm",
        credentialsSecretArn:
          "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:ecr-pullthroughcache/a",
      },
      options,
    ),
  LgtmIngress: ingress,
  LgtmNetwork: network,
  LgtmProduct: product,
  LgtmSecrets: secrets,
  LgtmStorage: storage,
};

// Not proven here: that an alias keeps a resource. That needs an engine with state.
describe("a caller's options", () => {
  for (const [name, build] of Object.entries(components)) {
    it(`survive in ${name}: aliases, protection, provider`, async () => {
      const { resources } = await recorded((options) =>
        build({ ...options, protect: true, aliases: [{ name: "before" }] }),
      );
      const component = resources.find(({ type }) => type === `lgtm:index:${name}`)!;
      assert.match(JSON.stringify(component.aliases), /before/);
      // What awsx makes of the options for its own children is in its plugin.
      const own = resources.filter(
        ({ urn }) => urn.includes(`lgtm:index:${name}$`) && !urn.includes("awsx:ec2:Vpc$"),
      );
      assert.ok(own.length > 0);
      const provider = resources.find(({ type }) => type === "pulumi:providers:aws")!;
      for (const child of [component, ...own]) {
        assert.equal(child.protect, true, `${child.urn} is protected`);
        if (child.type.startsWith("aws:")) {
          assert.ok(child.provider?.startsWith(provider.urn), `${child.urn} has the provider`);
        }
      }
    });
  }
});
