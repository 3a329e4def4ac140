import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { LgtmCluster } from "../../components/lgtmCluster";
import { LgtmDatabase, type LgtmDatabaseArgs } from "../../components/lgtmDatabase";
import { LgtmImages } from "../../components/lgtmImages";
import { LgtmSecrets, type LgtmSecretsArgs } from "../../components/lgtmSecrets";
import { LgtmStorage, type LgtmStorageArgs } from "../../components/lgtmStorage";
import { isSecret } from "../../plan/record";
import type { LifecycleRuleSpec } from "../../stacks/lifecycle";
import { countsOf, inputsOf, ofType, recorded, resource } from "./recorded";

const rules: LifecycleRuleSpec[] = [
  {
    id: "metrics",
    prefix: "blocks/anonymous/",
    transitions: [{ afterDays: 30, storageClass: "STANDARD_IA" }],
    expireAfterDays: 400,
  },
  { id: "undelete", prefix: "rules/", noncurrentExpireAfterDays: 30 },
  { id: "uploads", prefix: "", abortUploadsAfterDays: 1 },
  { id: "markers", prefix: "", expiredObjectDeleteMarker: true },
];

// Not proven here: that S3 takes these rules together.
describe("LgtmStorage", () => {
  const storageOf = (more: Partial<LgtmStorageArgs> = {}) =>
    recorded(
      (options) =>
        new LgtmStorage(
          "lgtm",
          { bucketName: "sys-lgtm-s3", lifecycleRules: rules, protectData: true, ...more },
          options,
        ),
    );

  it("B1: makes one bucket with all its safeguards", async () => {
    const recording = await storageOf();
    assert.deepEqual(countsOf(recording), {
      "aws:s3/bucket:Bucket": 1,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
      "aws:s3/bucketPolicy:BucketPolicy": 1,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
      "aws:s3/bucketVersioning:BucketVersioning": 1,
      "lgtm:index:LgtmStorage": 1,
    });
    const bucket = resource(recording, "aws:s3/bucket:Bucket", "lgtm-bucket");
    assert.deepEqual(inputsOf(recording, bucket.type, bucket.name), {
      bucket: "sys-lgtm-s3",
      forceDestroy: false,
    });
    assert.deepEqual([bucket.protect, bucket.retainOnDelete], [true, true]);
    assert.deepEqual(
      inputsOf(recording, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "lgtm-bucket"),
      {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        bucket: bucket.id,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
    );
    assert.deepEqual(
      inputsOf(recording, "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "lgtm-bucket"),
      { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
    );
    assert.deepEqual(
      inputsOf(recording, "aws:s3/bucketVersioning:BucketVersioning", "lgtm-bucket"),
      {
        bucket: bucket.id,
        versioningConfiguration: { status: "Enabled" },
      },
    );
  });

  it("S24: can be emptied and deleted where data is not protected", async () => {
    const bucket = resource(
      await storageOf({ protectData: false }),
      "aws:s3/bucket:Bucket",
      "lgtm-bucket",
    );
    assert.equal(bucket.inputs["forceDestroy"], true);
    assert.deepEqual([bucket.protect, bucket.retainOnDelete], [false, false]);
  });

  const encryption = async (kmsKeyArn?: string) =>
    inputsOf(
      await storageOf({ kmsKeyArn }),
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "lgtm-bucket",
    )["rules"];
  it("B1: encrypts with SSE-S3, or with a key and a bucket key", async () => {
    assert.deepEqual(await encryption(), [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
    const key = "arn:aws:kms:ap-northeast-2:123456789012:key/1";
    assert.deepEqual(await encryption(key), [
      {
        applyServerSideEncryptionByDefault: { kmsMasterKeyId: key, sseAlgorithm: "aws:kms" },
        bucketKeyEnabled: true,
      },
    ]);
  });

  it("B3: writes each lifecycle rule in S3's words, after the bucket is versioned", async () => {
    const recording = await storageOf();
    const lifecycle = ofType(
      recording,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    )[0]!;
    assert.deepEqual(inputsOf(recording, lifecycle.type, lifecycle.name)["rules"], [
      {
        expiration: { days: 400 },
        filter: { prefix: "blocks/anonymous/" },
        id: "metrics",
        status: "Enabled",
        transitions: [{ days: 30, storageClass: "STANDARD_IA" }],
      },
      {
        filter: { prefix: "rules/" },
        id: "undelete",
        noncurrentVersionExpiration: { noncurrentDays: 30 },
        status: "Enabled",
      },
      {
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        filter: { prefix: "" },
        id: "uploads",
        status: "Enabled",
      },
      {
        expiration: { expiredObjectDeleteMarker: true },
        filter: { prefix: "" },
        id: "markers",
        status: "Enabled",
      },
    ]);
    const versioning = ofType(recording, "aws:s3/bucketVersioning:BucketVersioning")[0]!;
    assert.ok(lifecycle.dependencies.includes(versioning.urn));
  });
});

// Not proven here: that Route 53 lets a VPC join a zone that Cloud Map made.
describe("LgtmCluster", () => {
  const clusterOf = (associateVpcs: string[] = []) =>
    recorded(
      (options) =>
        new LgtmCluster(
          "lgtm",
          {
            clusterName: "lgtm-cluster",
            containerInsights: "enhanced",
            namespace: "lgtm.local",
            vpcId: "vpc-1",
            associateVpcs,
          },
          options,
        ),
    );

  it("S13: S19: makes the cluster, its capacity and the namespace", async () => {
    const recording = await clusterOf();
    assert.deepEqual(countsOf(recording), {
      "aws:ecs/cluster:Cluster": 1,
      "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": 1,
      "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": 1,
      "lgtm:index:LgtmCluster": 1,
    });
    assert.deepEqual(inputsOf(recording, "aws:ecs/cluster:Cluster", "lgtm-cluster"), {
      name: "lgtm-cluster",
      settings: [{ name: "containerInsights", value: "enhanced" }],
    });
    assert.deepEqual(
      inputsOf(
        recording,
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        "lgtm-cluster",
      ),
      {
        capacityProviders: ["FARGATE", "FARGATE_SPOT"],
        clusterName: "lgtm-cluster",
        defaultCapacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
      },
    );
  });

  it("D6: lets other VPCs resolve the names", async () => {
    const recording = await clusterOf(["vpc-0123456789abcdef0"]);
    const namespace = ofType(
      recording,
      "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
    )[0]!;
    assert.deepEqual(
      inputsOf(
        recording,
        "aws:route53/zoneAssociation:ZoneAssociation",
        "lgtm-vpc-0123456789abcdef0",
      ),
      { vpcId: "vpc-0123456789abcdef0", zoneId: namespace.outputs["hostedZone"] },
    );
  });
});

// Not proven here: that the random provider keeps a value for as long as the resource lives.
describe("LgtmSecrets", () => {
  const secretsOf = (more: Partial<LgtmSecretsArgs> = {}) =>
    recorded(
      (options) =>
        new LgtmSecrets(
          "lgtm",
          {
            secretIds: ["grafana-admin-password", "database-password"],
            tokenIds: ["a", "b"],
            recoveryWindowDays: 0,
            ...more,
          },
          options,
        ),
    );

  it("G8: D2: generates and stores each secret and token", async () => {
    const recording = await secretsOf();
    assert.deepEqual(countsOf(recording), {
      "aws:secretsmanager/secret:Secret": 4,
      "aws:secretsmanager/secretVersion:SecretVersion": 4,
      "lgtm:index:LgtmSecrets": 1,
      "random:index/randomBytes:RandomBytes": 2,
      "random:index/randomPassword:RandomPassword": 2,
    });
    assert.deepEqual(
      inputsOf(recording, "random:index/randomBytes:RandomBytes", "lgtm-ingest-token-a"),
      { length: 32 },
    );
    assert.deepEqual(
      inputsOf(recording, "aws:secretsmanager/secret:Secret", "lgtm-grafana-admin-password"),
      { recoveryWindowInDays: 0 },
    );
  });

  it("hands every value on as a secret", async () => {
    const recording = await secretsOf({ givenTokens: { b: "0".repeat(64) } });
    const versions = ofType(recording, "aws:secretsmanager/secretVersion:SecretVersion");
    assert.equal(versions.length, 4);
    for (const { name, inputs } of versions) assert.ok(isSecret(inputs["secretString"]), name);
  });

  it("hands on the tokens themselves as secrets, made or brought", async () => {
    let tokens: readonly pulumi.Output<string>[] = [];
    await recorded((options) => {
      tokens = new LgtmSecrets(
        "lgtm",
        { secretIds: [], tokenIds: ["a", "b"], givenTokens: { b: "b" }, recoveryWindowDays: 0 },
        options,
      ).tokenValues();
    });
    assert.deepEqual(await Promise.all(tokens.map((token) => pulumi.isSecret(token))), [
      true,
      true,
    ]);
  });

  it("stores a token that was brought instead of a new one", async () => {
    const recording = await secretsOf({ givenTokens: { b: "0".repeat(64) } });
    assert.equal(countsOf(recording)["random:index/randomBytes:RandomBytes"], 1);
    assert.equal(countsOf(recording)["aws:secretsmanager/secret:Secret"], 4);
  });
});

// Not proven here: that RDS offers this class, size and version in the region.
describe("LgtmDatabase", () => {
  const databaseOf = (more: Partial<LgtmDatabaseArgs> = {}) =>
    recorded(
      (options) =>
        new LgtmDatabase(
          "lgtm-grafana",
          {
            engineVersion: "17.4",
            instanceClass: "db.t4g.micro",
            allocatedStorageGb: 20,
            multiAz: true,
            backupRetentionDays: 7,
            deletionProtection: true,
            finalSnapshot: true,
            port: 5432,
            databaseName: "grafana",
            username: "grafana",
            password: pulumi.secret("hidden"),
            subnetIds: ["subnet-1", "subnet-2"],
            securityGroupId: "sg-1",
            ...more,
          },
          options,
        ),
    );

  it("D3: makes a closed, encrypted, protected PostgreSQL", async () => {
    const recording = await databaseOf();
    assert.deepEqual(countsOf(recording), {
      "aws:rds/instance:Instance": 1,
      "aws:rds/parameterGroup:ParameterGroup": 1,
      "aws:rds/subnetGroup:SubnetGroup": 1,
      "lgtm:index:LgtmDatabase": 1,
      "random:index/randomId:RandomId": 1,
    });
    const { dbSubnetGroupName, parameterGroupName, finalSnapshotIdentifier, ...inputs } = inputsOf(
      recording,
      "aws:rds/instance:Instance",
      "lgtm-grafana",
    );
    assert.deepEqual(inputs, {
      allocatedStorage: 20,
      autoMinorVersionUpgrade: true,
      backupRetentionPeriod: 7,
      copyTagsToSnapshot: true,
      dbName: "grafana",
      deletionProtection: true,
      engine: "postgres",
      engineVersion: "17.4",
      instanceClass: "db.t4g.micro",
      multiAz: true,
      password: "[secret]",
      port: 5432,
      publiclyAccessible: false,
      skipFinalSnapshot: false,
      storageEncrypted: true,
      storageType: "gp3",
      username: "grafana",
      vpcSecurityGroupIds: ["sg-1"],
    });
    assert.match(String(finalSnapshotIdentifier), /^lgtm-grafana-final-[0-9a-f]{8}$/);
    assert.equal(
      dbSubnetGroupName,
      ofType(recording, "aws:rds/subnetGroup:SubnetGroup")[0]?.outputs["name"],
    );
    assert.equal(
      parameterGroupName,
      ofType(recording, "aws:rds/parameterGroup:ParameterGroup")[0]?.outputs["name"],
    );
    assert.equal(resource(recording, "aws:rds/instance:Instance", "lgtm-grafana").protect, true);
  });

  it("D3: requires TLS in the parameter group of its major version", async () => {
    const { family, parameters } = inputsOf(
      await databaseOf(),
      "aws:rds/parameterGroup:ParameterGroup",
      "lgtm-grafana",
    );
    assert.equal(family, "postgres17");
    assert.deepEqual(parameters, [{ name: "rds.force_ssl", value: "1" }]);
  });

  it("S24: leaves nothing behind where nothing is protected", async () => {
    const recording = await databaseOf({ deletionProtection: false, finalSnapshot: false });
    const instance = resource(recording, "aws:rds/instance:Instance", "lgtm-grafana");
    assert.equal(instance.protect, false);
    assert.equal(instance.inputs["skipFinalSnapshot"], true);
    assert.equal(instance.inputs["finalSnapshotIdentifier"], undefined);
  });
});

// Not proven here: that ECR accepts the secret.
describe("LgtmImages", () => {
  it("S10: makes the cache rule", async () => {
    const credentialsSecretArn =
      "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:ecr-pullthroughcache/docker-AbCdEf";
    const recording = await recorded(
      (options) =>
        new LgtmImages(
          "lgtm",
          { repositoryPrefix: "lgtm-docker-hub", credentialsSecretArn },
          options,
        ),
    );
    assert.deepEqual(
      inputsOf(recording, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "lgtm-docker-hub"),
      {
        credentialArn: credentialsSecretArn,
        ecrRepositoryPrefix: "lgtm-docker-hub",
        upstreamRegistryUrl: "registry-1.docker.io",
      },
    );
  });
});
