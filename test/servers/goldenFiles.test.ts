import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goldenFiles, targetOf } from "./goldenFiles";

describe("golden files of the servers", () => {
  it("are found by stack and service, at any depth", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-golden-"));
    try {
      for (const path of ["prod/loki-ingester-0", "dev/loki/nested", "dev/mimir-0"]) {
        mkdirSync(join(folder, path), { recursive: true });
        const name = path.includes("mimir") ? "mimir.yaml" : "loki.yaml";
        writeFileSync(join(folder, path, name), "");
      }
      const found = await goldenFiles("loki.yaml", folder);
      assert.deepEqual(
        found.map(({ stack, service }) => `${stack} ${service}`),
        ["dev loki", "prod loki-ingester-0"],
      );
      await assert.rejects(goldenFiles("tempo.yaml", folder), /npm run generate/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("name the target that their service runs", () => {
    assert.equal(targetOf("loki", "loki"), "distributor");
    assert.equal(targetOf("loki", "loki-ingester-0"), "ingester");
    assert.equal(targetOf("loki", "lgtm-loki-query-frontend"), "query-frontend");
    assert.equal(targetOf("tempo", "tempo"), "query-frontend");
    assert.equal(targetOf("tempo", "tempo-metrics-generator"), "metrics-generator");
    assert.throws(() => targetOf("loki", "loki-ruler"), /ruler is no loki target/);
    assert.throws(() => targetOf("loki", "loki-metrics-generator"), /no loki target/);
  });
});
