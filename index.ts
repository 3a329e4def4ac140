import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LgtmCluster } from "./components/lgtmCluster";
import { LgtmDatabase } from "./components/lgtmDatabase";
import { LgtmFirewall } from "./components/lgtmFirewall";
import { LgtmImages } from "./components/lgtmImages";
import { LgtmIngress } from "./components/lgtmIngress";
import { LgtmNetwork } from "./components/lgtmNetwork";
import { LgtmProduct } from "./components/lgtmProduct";
import { LgtmSecrets } from "./components/lgtmSecrets";
import { LgtmStorage } from "./components/lgtmStorage";
import { describeStack } from "./components/describeStack";
import { runningStackConfig } from "./components/runningStackConfig";
import { watchStack } from "./components/watchStack";
import { databaseOwner } from "./stacks/database";
import type { StackConfig } from "./configs/stack/schema";
import { buildCatalog, rolesOf } from "./stacks/catalog";
import { hostNames } from "./stacks/dns";
import { edges, needsEgressPerEdge, taskEgress } from "./stacks/edges";
import { portNumbers } from "./stacks/endpoints";
import { gossipCircles } from "./stacks/gossip";
import { frontDoorCidrs, targetsOf } from "./stacks/frontDoor";
import { lifecycleRules } from "./stacks/lifecycle";
import { listenerRules } from "./stacks/listenerRules";
import * as names from "./stacks/names";
import { ownSecretIds } from "./stacks/ownSecrets";
import { protections } from "./stacks/protections";
import { needsToken } from "./stacks/snippets";
import type { Catalog } from "./stacks/types";
import { zoneSubnets } from "./stacks/zones";

/**
 * The program: the whole stack of one stack file. Pulumi calls it without arguments; tests may hand it a
 * configuration and a catalog of their own.
 *
 * @returns the stack's outputs.
 */
function lgtm(config: StackConfig = runningStackConfig(), catalog: Catalog = buildCatalog(config)) {
  const { name, network: net, ingress: door, grafana } = config;
  const keep = protections(config);
  const options = { providers: [accountProvider(config)] };

  const network = new LgtmNetwork(
    name,
    {
      ...config,
      cidr: net.cidr,
      zones: zoneSubnets(config),
      natGateways: net.natGateways,
      interfaceEndpoints: net.interfaceEndpoints,
      flowLogRetentionDays: net.flowLogs.enabled ? net.flowLogs.retentionDays : undefined,
      existing: net.existing,
    },
    options,
  );
  const storage = new LgtmStorage(
    name,
    {
      bucketName: config.bucketName,
      kmsKeyArn: config.storage.kmsKeyArn,
      lifecycleRules: lifecycleRules(catalog, config),
      protectData: keep.data,
    },
    options,
  );
  const secrets = new LgtmSecrets(
    name,
    {
      secretIds: ownSecretIds(catalog, config),
      tokenIds: needsToken(config) ? door.tokenIds : [],
      givenTokens: config.ingestTokens,
      recoveryWindowDays: keep.secretRecoveryDays,
    },
    options,
  );
  const firewall = new LgtmFirewall(
    name,
    {
      vpcId: network.vpcId,
      roles: rolesOf(catalog).map(({ id }) => id),
      edges: edges(catalog, config),
      gossip: gossipCircles(catalog),
      publicCidrs: frontDoorCidrs(config),
      clientSecurityGroupIds: config.collection.clients.securityGroupIds,
      clientCidrs: config.collection.clients.cidrs,
      database: grafana.database.type === "postgres",
      endpointSecurityGroupId: network.endpointSecurityGroupId,
      taskEgress: taskEgress(config),
      egressPerEdge: needsEgressPerEdge(config),
    },
    options,
  );
  const cluster = new LgtmCluster(
    name,
    {
      clusterName: names.clusterName(config),
      containerInsights: config.containerInsights,
      namespace: config.namespace,
      vpcId: network.vpcId,
      associateVpcs: config.collection.associateVpcs,
    },
    options,
  );
  const ingress = new LgtmIngress(
    name,
    {
      ...config,
      ...door,
      vpcId: network.vpcId,
      subnetIds: door.internal ? network.privateSubnetIds : network.publicSubnetIds,
      securityGroupId: firewall.loadBalancerSecurityGroupId,
      hosts: hostNames(catalog, config),
      deletionProtection: keep.loadBalancer,
      accessLogRetentionDays: keep.accessLogs ? door.accessLogRetentionDays : undefined,
      protectData: keep.data,
      targets: targetsOf(catalog),
      rules: listenerRules(catalog, config),
      tokens: secrets.tokenValues(),
    },
    options,
  );
  const database =
    firewall.databaseSecurityGroupId &&
    new LgtmDatabase(
      names.databaseLogicalName(config),
      {
        ...grafana.database,
        ...databaseOwner,
        port: portNumbers.postgres,
        password: secrets.secretValue("database-password"),
        subnetIds: network.privateSubnetIds,
        securityGroupId: firewall.databaseSecurityGroupId,
        deletionProtection: keep.database,
        finalSnapshot: keep.data,
      },
      options,
    );
  const images =
    config.images.pullThroughCache && config.images.credentialsSecretArn !== undefined
      ? new LgtmImages(
          name,
          {
            repositoryPrefix: names.cacheRulePrefix(config),
            credentialsSecretArn: config.images.credentialsSecretArn,
          },
          options,
        )
      : undefined;

  const platform = { network, storage, secrets, firewall, cluster, ingress, database, images };
  const products = catalog.products.map(
    (product) => new LgtmProduct(`${name}-${product.name}`, { config, product, platform }, options),
  );
  watchStack(config, catalog, platform, products, options);
  return describeStack(config, platform, products);
}

/** Nothing reaches another account, and everything says whose it is. */
function accountProvider({ accountId, name, region, tags }: StackConfig): aws.Provider {
  return new aws.Provider(name, {
    region: region as aws.Region,
    allowedAccountIds: [accountId],
    defaultTags: {
      tags: {
        ...tags,
        // Last, so that nobody overwrites them: deploy roles tell stacks apart by the first.
        "lgtm:name": name,
        "pulumi:project": pulumi.getProject(),
        "pulumi:stack": pulumi.getStack(),
      },
    },
  });
}

// Pulumi calls what a program exports, so that it runs once per deployment and never at import.
export = lgtm;
