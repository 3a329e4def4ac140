import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { toolPath } from "../../tools/install";
import { Lane } from "./lane";

const page = path.join(__dirname, "..", "..", "docs", "plugin.md");

/** The first sample of a language on the plugin's page. */
function sample(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(
    fs.readFileSync(page, "utf8"),
  )?.[1];
  assert.ok(found !== undefined, `docs/plugin.md has no sample in ${language}`);
  return found;
}

describe("the plugin, from a program in YAML", function () {
  this.timeout(900_000);
  let lane: Lane;

  before(async () => {
    lane = await Lane.open("yaml");
    lane.servePlugin();
    lane.addLanguage("yaml", await toolPath("pulumi-language-yaml"));
  });
  after(() => lane.close());

  it("deploys the sample of docs/plugin.md", async () => {
    const folder = path.join(lane.folder, "sample");
    // A folder without a tsconfig.json: the plugin must not need the user's.
    fs.mkdirSync(folder);
    fs.writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      `name: sample\nruntime: yaml\n${sample("yaml")}`,
    );
    assert.equal((await lane.commandIn("sample", "stack", "init", "dev")).code, 0);
    const { code, output } = await lane.commandIn("sample", "up", "--yes", "--skip-preview");
    assert.equal(code, 0, output);
    const created = lane
      .operations()
      .map(({ urn }) => urn)
      .filter((urn) => urn.includes("lgtm-fargate:index:LgtmStorage$lgtm:index:LgtmStorage$"));
    assert.ok(
      created.some((urn) => urn.includes("aws:s3/bucketPolicy:BucketPolicy")),
      output,
    );
    assert.ok(
      created.some((urn) => urn.includes("BucketLifecycleConfiguration")),
      output,
    );
  });
});
