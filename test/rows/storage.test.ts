import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { PlannedStack } from "../../plan/makePlan";
import type { PlannedResource } from "../../plan/plan";
import { earliestExpiryDays } from "../../configs/stack/retention";
import { devConfig, prodConfig } from "../fixtures/config";
import { defaultPlan, devPlan, loadFile, planWith, prodPlan, resourcesOf } from "../fixtures/plans";
import { statementsIn, tasksOf, yamlOf } from "./reading";

// Not proven here: that S3 and the servers do what they are told.

const root = path.join(__dirname, "..", "..");
const shipped = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["default", defaultPlan],
] as const;

const kmsKeyArn =
  "arn:aws:kms:ap-northeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const withKey = () =>
  planWith(prodConfig(), { storage: { kmsKeyArn, bucketName: "observability-of-acme" } });
const tiered = () => planWith(prodConfig(), { storage: { tiering: "intelligentTiering" } });

/** The data bucket; access logs have one of their own. */
const bucketOf = (stack: PlannedStack): PlannedResource => {
  const found = resourcesOf(stack, "aws:s3/bucket:Bucket").filter(
    ({ outputs }) => outputs["bucket"] === stack.plan.outputs["bucketName"],
  );
  assert.equal(found.length, 1);
  return found[0]!;
};

/** A resource about the data bucket. */
function aspect(stack: PlannedStack, type: string): PlannedResource {
  const found = resourcesOf(stack, type).filter(
    ({ inputs }) => inputs["bucket"] === bucketOf(stack).id,
  );
  assert.equal(found.length, 1, type);
  return found[0]!;
}

interface LifecycleRule {
  readonly id: string;
  readonly status: string;
  readonly filter: { readonly prefix: string };
  readonly transitions?: readonly { readonly days: number; readonly storageClass: string }[];
  readonly expiration?: { readonly days?: number; readonly expiredObjectDeleteMarker?: boolean };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

const rulesOf = (stack: PlannedStack) =>
  aspect(stack, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs[
    "rules"
  ] as readonly LifecycleRule[];

/** Rules that move or end current objects. */
const ageing = (stack: PlannedStack) =>
  rulesOf(stack).filter(
    ({ transitions, expiration }) => transitions !== undefined || expiration?.days !== undefined,
  );

describe("rows B1–B4: storage", () => {
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

  it("B3: metrics and logs get colder and end, traces and profiles end, by full tenant prefix", async () => {
    for (const [, plan] of shipped) {
      assert.deepEqual(
        ageing(await plan()).map(({ filter, transitions = [], expiration, status }) => [
          filter.prefix,
          ...transitions.map(({ days, storageClass }) => `${storageClass} ${days}`),
          `end ${expiration?.days}`,
          status,
        ]),
        [
          ["blocks/anonymous/", "STANDARD_IA 30", "GLACIER_IR 90", "end 400", "Enabled"],
          ["ftt-loki/fake/", "STANDARD_IA 37", "GLACIER_IR 97", "end 400", "Enabled"],
          ["ftt-tempo/single-tenant/", "end 14", "Enabled"],
          ["ftt-pyroscope/", "end 45", "Enabled"],
        ],
      );
    }
  });

  it("B3: the prefixes are those of the tenants that the servers write under", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const mimir = yamlOf(stack, "mimir-0", "mimir.yaml") as Record<string, unknown>;
      assert.deepEqual(
        [mimir["multitenancy_enabled"], mimir["no_auth_tenant"]],
        [false, "anonymous"],
      );
      // `fake` and `single-tenant` are constants of Loki and Tempo while tenants are off.
      for (const { service, files } of tasksOf(stack)) {
        if (service.startsWith("loki")) {
          for (const text of files.values()) assert.match(text, /^auth_enabled: false$/m, service);
        }
        if (service.startsWith("tempo")) {
          for (const text of files.values())
            assert.doesNotMatch(text, /multitenancy_enabled: true/);
        }
      }
      const loki = yamlOf(stack, "loki-compactor") as {
        limits_config: { retention_stream: { selector: string; period: string }[] };
      };
      const infoDays = Number.parseInt(loki.limits_config.retention_stream[0]!.period, 10) / 24;
      const logs = ageing(stack).find(({ filter }) => filter.prefix === "ftt-loki/fake/");
      assert.ok(logs!.transitions![0]!.days > infoDays, "info is gone before the class changes");
    }
  });

  it("B3: never an expiry or transition over the index, rules or alerts", async () => {
    const precious = [
      "ftt-loki/index/index_20000/1.tsdb.gz",
      "ftt-loki/loki_cluster_seed.json",
      "rules/rules/anonymous/group",
      "alerts/alerts/anonymous",
      "ftt-tempo/tempo_cluster_seed.json",
    ];
    for (const stack of [await devPlan(), await prodPlan(), await defaultPlan(), await tiered()]) {
      for (const { id, filter } of ageing(stack)) {
        for (const key of precious) assert.ok(!key.startsWith(filter.prefix), `${id} ${key}`);
      }
    }
  });

  it("B3: unfinished uploads end after a day, delete markers in a rule of their own", async () => {
    for (const [, plan] of shipped) {
      const rules = rulesOf(await plan());
      assert.deepEqual(
        rules.filter((rule) => rule.abortIncompleteMultipartUpload !== undefined),
        [
          {
            id: "uploads",
            status: "Enabled",
            filter: { prefix: "" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      );
      assert.deepEqual(
        rules.filter(({ expiration }) => expiration?.expiredObjectDeleteMarker === true),
        [
          {
            id: "delete-markers",
            status: "Enabled",
            filter: { prefix: "" },
            expiration: { expiredObjectDeleteMarker: true },
          },
        ],
      );
    }
  });

  it("B3: S3 ends behind the servers' own retention and deletion delay", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const days = (hours: unknown) => Number.parseInt(String(hours), 10) / 24;
      const mimir = yamlOf(stack, "mimir-0", "mimir.yaml") as Record<
        string,
        Record<string, unknown>
      >;
      const loki = yamlOf(stack, "loki-compactor") as Record<string, Record<string, unknown>>;
      const tempo = yamlOf(stack, "tempo-compactor") as {
        compactor: { compaction: { block_retention: string } };
      };
      const pyroscope = yamlOf(stack, "pyroscope") as Record<string, Record<string, unknown>>;
      const retention: Record<string, number> = {
        "blocks/anonymous/":
          days(mimir["limits"]?.["compactor_blocks_retention_period"]) +
          days(mimir["compactor"]?.["deletion_delay"]),
        "ftt-loki/fake/":
          days(loki["limits_config"]?.["retention_period"]) +
          days(loki["compactor"]?.["retention_delete_delay"]),
        "ftt-tempo/single-tenant/": days(tempo.compactor.compaction.block_retention),
        "ftt-pyroscope/": Number.parseInt(
          String(pyroscope["limits"]?.["compactor_blocks_retention_period"]),
          10,
        ),
      };
      for (const { filter, expiration } of ageing(stack)) {
        assert.ok(retention[filter.prefix]! > 0, filter.prefix);
        assert.ok(expiration!.days! > retention[filter.prefix]! + 1, filter.prefix);
      }
    }
  });

  it("B3: a stack file whose S3 end is not behind the retention is refused", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-storage-"));
    const file = path.join(folder, "Pulumi.dev.yaml");
    const text = fs.readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8");
    const load = (lines: string) => {
      fs.writeFileSync(file, `${text}${lines}\n`);
      return loadFile(file);
    };
    try {
      const delays = { metrics: [365, 12], logs: [365, 2], traces: [7, 1], profiles: [30, 12] };
      for (const [section, [days, hours]] of Object.entries(delays)) {
        const earliest = earliestExpiryDays(days!, hours!);
        assert.ok(earliest * 24 > days! * 24 + hours!);
        const at = (end: number) =>
          load(`  lgtm:storage: { ${section}: { expireAfterDays: ${end} } }`);
        assert.throws(() => at(earliest - 1), new RegExp(`storage\\.${section}\\.expireAfterDays`));
        assert.equal(at(earliest).config.storage.protect, undefined);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("B4: or Intelligent-Tiering in place of the transitions, with the same ends", async () => {
    const stack = await tiered();
    assert.deepEqual(
      ageing(stack).map(({ filter, transitions = [], expiration }) => [
        filter.prefix,
        ...transitions.map(({ days, storageClass }) => `${storageClass} ${days}`),
        `end ${expiration?.days}`,
      ]),
      [
        ["blocks/anonymous/", "INTELLIGENT_TIERING 0", "end 400"],
        ["ftt-loki/fake/", "INTELLIGENT_TIERING 0", "end 400"],
        ["ftt-tempo/single-tenant/", "end 14"],
        ["ftt-pyroscope/", "end 45"],
      ],
    );
    // Its archive tiers need a restore, as Glacier does: nothing opts in.
    assert.deepEqual(
      stack.plan.resources.filter(({ type }) => type.includes("IntelligentTieringConfiguration")),
      [],
    );
    for (const [, plan] of shipped) {
      assert.doesNotMatch(JSON.stringify(rulesOf(await plan())), /INTELLIGENT_TIERING/);
    }
  });
});
