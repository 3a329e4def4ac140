import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { prodConfig } from "../fixtures/config";
import { planWith, prodPlan } from "../fixtures/plans";

const root = path.join(__dirname, "..", "..");
const pages = ["docs/operations.md", "docs/upgrade.md"];
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");

/** Anchor of a heading, as GitHub makes it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

/** What a page names that is not there. */
function missing(page: string, text: string): string[] {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const anchors = (of: string) =>
    [...of.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading));
  return [
    ...[...text.matchAll(/npm run ([a-z:]+)/g)]
      .filter(([, script = ""]) => !(script in scripts))
      .map(([named]) => named),
    ...[...text.matchAll(/`((?:configs|operate|policies|stacks|bootstrap|\.github)\/[\w./-]*)/g)]
      .filter(([, file = ""]) => !fs.existsSync(path.join(root, file.replace(/\.$/, ""))))
      .map(([, file = ""]) => file),
    ...[...text.matchAll(/\]\(([\w./-]*)(?:#([\w-]+))?\)/g)].flatMap(([named, file = "", hash]) => {
      const target = file === "" ? page : path.join(path.dirname(page), file);
      if (!fs.existsSync(path.join(root, target))) return [named];
      return hash === undefined || anchors(read(target)).includes(hash) ? [] : [named];
    }),
  ];
}

describe("operations docs", () => {
  for (const page of pages)
    it(`${page} names nothing that is not there`, () =>
      assert.deepEqual(missing(page, read(page)), []));

  it("the check finds what it is for", () => {
    const wrong = "`npm run nothing`, `configs/nothing.ts`, [a](#nothing), [b](nothing.md)";
    assert.deepEqual(missing("docs/upgrade.md", wrong), [
      "npm run nothing",
      "configs/nothing.ts",
      "](#nothing)",
      "](nothing.md)",
    ]);
  });

  it("every URN in it is a resource's", async () => {
    const { plan } = await prodPlan();
    const urns = [...read("docs/operations.md").matchAll(/urn:pulumi:[^\s']+/g)].map(([urn]) =>
      urn.replace(":STACK:", ":prod:").replace("NAME-", "lgtm-"),
    );
    assert.equal(urns.length, 1);
    for (const urn of urns)
      assert.ok(
        plan.resources.some((each) => each.urn === urn),
        urn,
      );
  });

  it("takes prod down as it says: `environment: dev` lifts every guard, `storage.protect` keeps the buckets", async () => {
    const guarded = async (overrides: Parameters<typeof planWith>[1]) =>
      (await planWith(prodConfig(), overrides)).plan.resources
        .filter(({ protect, inputs }) => protect || inputs["deletionProtection"] === true)
        .map(({ type }) => type);
    assert.equal((await guarded({})).length, 4);
    assert.deepEqual(await guarded({ environment: "dev" }), []);
    assert.deepEqual(await guarded({ environment: "dev", storage: { protect: true } }), [
      "aws:s3/bucket:Bucket",
      "aws:s3/bucket:Bucket",
    ]);
  });
});
