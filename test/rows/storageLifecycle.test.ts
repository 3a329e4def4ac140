import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { earliestExpiryDays } from "../../configs/stack/retention";
import { prodConfig } from "../fixtures/config";
import { defaultPlan, devPlan, loadFile, planWith, prodPlan } from "../fixtures/plans";
import { tasksOf, yamlOf } from "./reading";
import { rulesOf, ageing } from "./dataBucket";

// Not proven here: that S3 and the servers do what they are told.

const root = path.join(__dirname, "..", "..");
const shipped = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["default", defaultPlan],
] as const;

const tiered = () => planWith(prodConfig(), { storage: { tiering: "intelligentTiering" } });

describe("rows B3 and B4: what gets colder, and what ends", () => {
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
