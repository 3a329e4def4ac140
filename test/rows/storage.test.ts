import assert from "node:assert/strict";
import { devConfig, prodConfig } from "../fixtures/config";
import { defaultPlan, devPlan, planWith, prodPlan, resourcesOf } from "../fixtures/plans";
import { statementsIn, tasksOf, yamlOf } from "./reading";
import { bucketOf, aspect, rulesOf } from "./dataBucket";

// Not proven here: that S3 and the servers do what they are told.

const shipped = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["default", defaultPlan],
] as const;

const kmsKeyArn =
  "arn:aws:kms:ap-northeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const withKey = () =>
  planWith(prodConfig(), { storage: { kmsKeyArn, bucketName: "observability-of-acme" } });

describe("rows B1 and B2: the bucket and its prefixes", () => {
  it("B1: sys-lgtm-s3 in prod, in ap-northeast-2, any other name by config", async () => {
    for (const [stack, name] of [
      [await devPlan(), "sys-lgtm-dev-s3"],
      [await prodPlan(), "sys-lgtm-s3"],
      [await defaultPlan(), "sys-lgtm-s3"],
      [await withKey(), "observability-of-acme"],
    ] as const) {
      assert.equal(bucketOf(stack).inputs["bucket"], name);
      assert.equal(stack.plan.region, "ap-northeast-2");
      const provider = stack.plan.resources.find(({ type }) => type === "pulumi:providers:aws");
      assert.equal(provider?.inputs["region"], "ap-northeast-2");
    }
  });

  it("B1: public access is blocked four ways, only TLS is answered, the owner owns every object", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const access = aspect(stack, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
      assert.deepEqual(access.inputs, {
        bucket: bucketOf(stack).id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      const arn = String(bucketOf(stack).outputs["arn"]);
      const statements = statementsIn(
        aspect(stack, "aws:s3/bucketPolicy:BucketPolicy").inputs["policy"],
      );
      assert.deepEqual(statements, [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:*"],
          Resource: [arn, `${arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]);
      assert.deepEqual(
        aspect(stack, "aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs["rule"],
        { objectOwnership: "BucketOwnerEnforced" },
      );
    }
  });

  const encryptionType =
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

  it("B1: SSE-S3, or a KMS key by config with a bucket key", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      assert.deepEqual(aspect(stack, encryptionType).inputs["rules"], [
        { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
      ]);
      for (const { files } of tasksOf(stack)) {
        for (const text of files.values()) assert.doesNotMatch(text, /SSE-KMS|kms_key_id/);
      }
    }
    assert.deepEqual(aspect(await withKey(), encryptionType).inputs["rules"], [
      {
        applyServerSideEncryptionByDefault: { kmsMasterKeyId: kmsKeyArn, sseAlgorithm: "aws:kms" },
        bucketKeyEnabled: true,
      },
    ]);
  });

  it("B1: versions are kept for 3 days as undelete, 30 under rules/ and alerts/", async () => {
    const longer = await planWith(devConfig(), {
      storage: { noncurrentVersionDays: 5, rulesNoncurrentVersionDays: 60 },
    });
    for (const [stack, data, precious] of [
      [await devPlan(), 3, 30],
      [await prodPlan(), 3, 30],
      [await defaultPlan(), 3, 30],
      [longer, 5, 60],
    ] as const) {
      assert.deepEqual(
        aspect(stack, "aws:s3/bucketVersioning:BucketVersioning").inputs["versioningConfiguration"],
        { status: "Enabled" },
      );
      const kept = rulesOf(stack).flatMap(({ filter, noncurrentVersionExpiration: end }) =>
        end === undefined ? [] : [[filter.prefix, end.noncurrentDays] as const],
      );
      assert.deepEqual(Object.fromEntries(kept), {
        "blocks/": data,
        "rules/": precious,
        "alerts/": precious,
        "ftt-loki/": data,
        "ftt-tempo/": data,
        "ftt-pyroscope/": data,
      });
      assert.equal(kept.length, 6);
    }
  });

  it("B1: protected and retained in prod, gone with its contents in dev unless asked for", async () => {
    const asked = await planWith(devConfig(), { storage: { protect: true } });
    for (const stack of [await prodPlan(), await defaultPlan(), asked]) {
      const { protect, retainOnDelete, inputs } = bucketOf(stack);
      assert.deepEqual([protect, retainOnDelete, inputs["forceDestroy"]], [true, true, false]);
    }
    const { protect, retainOnDelete, inputs } = bucketOf(await devPlan());
    assert.deepEqual([protect, retainOnDelete, inputs["forceDestroy"]], [false, false, true]);
  });

  it("B1: no server starts before the bucket is closed", async () => {
    for (const stack of [await devPlan(), await prodPlan()]) {
      const closed = [
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        encryptionType,
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      ].map((type) => aspect(stack, type).urn);
      const writers = resourcesOf(stack, "aws:ecs/service:Service").filter(({ name }) =>
        /-(mimir|loki|tempo|pyroscope)\b/.test(name),
      );
      const needy = writers.filter(({ name }) => /ingester-0|mimir-0|pyroscope/.test(name));
      assert.equal(needy.length, 4);
      for (const { name, dependencies } of needy) {
        for (const urn of closed) assert.ok(dependencies.includes(urn), `${name} ${urn}`);
      }
    }
  });

  const prefixes = ["blocks/", "rules/", "alerts/", "ftt-loki/", "ftt-tempo/", "ftt-pyroscope/"];

  it("B2: each server writes below the prefixes of its product, in this bucket", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const bucket = bucketOf(stack).outputs["bucket"];
      const mimir = yamlOf(stack, "mimir-0", "mimir.yaml") as Record<
        string,
        Record<string, unknown> | undefined
      >;
      assert.deepEqual(
        ["blocks_storage", "ruler_storage", "alertmanager_storage"].map(
          (section) => mimir[section]?.["storage_prefix"],
        ),
        ["blocks", "rules", "alerts"],
      );
      const loki = yamlOf(stack, "loki-ingester-0") as {
        storage_config: { object_store: { storage_prefix: string } };
      };
      assert.equal(loki.storage_config.object_store.storage_prefix, "ftt-loki");
      const tempo = yamlOf(stack, "tempo-ingester-0") as {
        storage: { trace: { s3: { prefix: string } } };
      };
      assert.equal(tempo.storage.trace.s3.prefix, "ftt-tempo");
      const pyroscope = yamlOf(stack, "pyroscope") as { storage: { prefix: string } };
      assert.equal(pyroscope.storage.prefix, "ftt-pyroscope");

      let named = 0;
      for (const { service, files } of tasksOf(stack)) {
        for (const text of files.values()) {
          for (const [, name] of text.matchAll(/^ *(?:bucket|bucket_name): (.+)$/gm)) {
            assert.equal(name, bucket, service);
            named += 1;
          }
        }
      }
      assert.ok(named >= 8);
    }
  });

  it("B2: nothing else lies in the bucket: every prefix has an undelete rule, and no rule another prefix", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const versioned = rulesOf(stack).filter((rule) => rule.noncurrentVersionExpiration);
      assert.deepEqual(
        versioned.map(({ filter }) => filter.prefix),
        prefixes,
      );
      for (const { filter } of rulesOf(stack)) {
        const known =
          filter.prefix === "" || prefixes.some((each) => filter.prefix.startsWith(each));
        assert.ok(known, filter.prefix);
      }
    }
  });
});
