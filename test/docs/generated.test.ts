import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { GOLDEN, generatedFiles, strayGoldenFiles, type GeneratedFile } from "../../docs/generated";
import { withFolder } from "../fixtures/stackFile";

const root = path.join(__dirname, "..", "..");
const mend = "run `npm run generate` and look at the diff";

describe("generated files", () => {
  let generated: GeneratedFile[];
  before(async function () {
    // Thirteen plans, one after the other: seconds on an idle machine, more on a busy one.
    this.timeout(180_000);
    generated = await generatedFiles(root);
  });

  it("are in the repository as they are made", () => {
    for (const { path: file, content } of generated) {
      const absolute = path.join(root, file);
      assert.ok(fs.existsSync(absolute), `${file} is missing: ${mend}`);
      assert.equal(fs.readFileSync(absolute, "utf8"), content, `${file} is old: ${mend}`);
    }
  });

  it("are all that the documentation says they are", () => {
    const files = new Set(generated.map((file) => file.path));
    assert.equal(files.size, generated.length, "no file is made twice");
    for (const file of ["Pulumi.yaml", "configs/stack.schema.json", "README.md"]) {
      assert.ok(files.has(file), file);
    }
    for (const stack of ["dev", "prod"]) {
      for (const file of [
        "mimir-0/mimir.yaml",
        "loki-querier/loki.yaml",
        "tempo-ingester-0/tempo.yaml",
      ]) {
        assert.ok(files.has(path.posix.join(GOLDEN, stack, file)), `${stack} ${file}`);
      }
    }
  });

  it("leave no golden file behind that nobody makes any more", () => {
    assert.deepEqual(strayGoldenFiles(root, generated), [], `remove them: ${mend}`);
  });

  it("would find such a file", () => {
    withFolder({}, (folder) => {
      const old = path.join(folder, GOLDEN, "dev", "gone");
      fs.mkdirSync(old, { recursive: true });
      fs.writeFileSync(path.join(old, "gone.yaml"), "");
      assert.deepEqual(strayGoldenFiles(folder, generated), [`${GOLDEN}/dev/gone/gone.yaml`]);
    });
  });
});
