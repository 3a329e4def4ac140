import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { planText } from "../../plan/plan";
import { devPlan } from "../fixtures/plans";
import { stackFileWith } from "../fixtures/stackFile";

const root = path.join(__dirname, "..", "..");

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run plan -- ARGUMENTS`, as a process of its own. */
function plan(args: readonly string[], cwd: string): Promise<Run> {
  return new Promise((resolve) => {
    const command = [path.join(root, "run.js"), "plan/main.ts", ...args];
    execFile(
      process.execPath,
      command,
      { cwd, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, LGTM_DEBUG: undefined } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}
const filesIn = (folder: string) =>
  fs.existsSync(folder)
    ? fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .sort()
    : [];
const noStackTrace = ({ stderr }: Run) => {
  assert.doesNotMatch(stderr, /^\s+at /m);
  assert.doesNotMatch(stderr, /node:internal|\.cjs:\d+/);
};

// Not proven here: that npm finds the right Node (package.json) and that the page is a good one.
describe("npm run plan", function () {
  this.timeout(60_000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-main-"));
  const at = (name: string) => path.join(folder, name);
  let good: Run, json: Run, broken: Run, unknown: Run, refused: Run, unpriced: Run;

  before(async () => {
    for (const name of ["Pulumi.yaml"]) fs.copyFileSync(path.join(root, name), at(name));
    const file = (stack: string, text: string) =>
      fs.writeFileSync(at(`Pulumi.${stack}.yaml`), text);
    file("dev", fs.readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8"));
    file(
      "broken",
      stackFileWith("dev", { name: "broken", "loki.replicationFactor": 2, "mimir.vcpu": 3 }),
    );
    const certificate = "arn:aws:acm:eu-south-2:123456789012:certificate/12345678";
    file(
      "unpriced",
      stackFileWith("dev", {
        name: "unpriced",
        "storage.bucketName": "sys-unpriced",
        "aws:region": "eu-south-2",
        "ingress.certificateArn": certificate,
      }),
    );
    fs.mkdirSync(at("photos"));
    fs.writeFileSync(at("photos/holiday.txt"), "mine");
    fs.mkdirSync(at("old"));
    fs.writeFileSync(at("old/plan.json"), "{}");
    fs.writeFileSync(at("old/stale.txt"), "of an earlier plan");
    // The first one bundles the program; the others find the bundle.
    good = await plan(["dev", "--out", at("old")], root);
    [json, broken] = await Promise.all([
      plan(["dev", "--json", "--html", "--out", at("new")], folder),
      plan(["broken", "--out", at("out-broken")], folder),
    ]);
    [unknown, refused, unpriced] = await Promise.all([
      plan(["staging", "--out", at("out-unknown")], folder),
      plan(["dev", "--out", at("photos")], folder),
      plan(["unpriced", "--out", at("out-unpriced")], folder),
    ]);
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("prints a page and writes plan.json and the rendered files, in place of an earlier plan", () => {
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^Plan of stack dev \(dev\)/);
    assert.match(good.stdout, /no cloud was asked\.\n$/);
    const written = filesIn(at("old"));
    assert.ok(written.includes("plan.json") && written.includes("files/mimir-0/mimir.yaml"));
    assert.ok(!written.includes("stale.txt"));
  });

  it("prints plan.json with --json, the same to the byte in another folder and process", async () => {
    assert.equal(json.code, 0, json.stderr);
    const text = fs.readFileSync(at("old/plan.json"), "utf8");
    assert.equal(json.stdout, text);
    assert.equal(fs.readFileSync(at("new/plan.json"), "utf8"), text);
    assert.equal(text, planText((await devPlan()).plan));
    assert.deepEqual(filesIn(at("new")), [...filesIn(at("old")), "report.html"]);
    for (const file of filesIn(at("new/files"))) {
      const read = (out: string) => fs.readFileSync(at(`${out}/files/${file}`), "utf8");
      assert.equal(read("new"), read("old"), file);
    }
  });

  it("writes the report beside plan.json with --html, and only then", () => {
    assert.ok(!filesIn(at("old")).includes("report.html"));
    const page = fs.readFileSync(at("new/report.html"), "utf8");
    assert.match(page, /^<!doctype html>\n<html lang="en">/);
    assert.doesNotMatch(
      page,
      /\bsrc=|<link|@import|https?:\/\/(?!\w*\.dev\.example\.com)[\w.]+\.(js|css|woff2?)/,
    );
  });

  it("reports every mistake of a file, writes nothing and exits with 1", () => {
    assert.equal(broken.code, 1);
    assert.equal(broken.stdout, "");
    assert.match(broken.stderr, /Pulumi\.broken\.yaml: \d mistakes; nothing was written/);
    for (const part of ["lgtm:loki.replicationFactor", "lgtm:mimir.vcpu", "allowed", "mend"]) {
      assert.ok(broken.stderr.includes(part), part);
    }
    noStackTrace(broken);
    assert.ok(!fs.existsSync(at("out-broken")));
  });

  it("names the stacks there are where it is asked for another one", () => {
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /Pulumi\.staging\.yaml/);
    assert.match(unknown.stderr, /broken, dev, unpriced/);
    noStackTrace(unknown);
    assert.ok(!fs.existsSync(at("out-unknown")));
  });

  it("does not replace a folder that holds something else than a plan", () => {
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /photos holds something else than a plan/);
    noStackTrace(refused);
    assert.deepEqual(filesIn(at("photos")), ["holiday.txt"]);
    assert.equal(fs.readFileSync(at("photos/holiday.txt"), "utf8"), "mine");
  });

  it("writes nothing where the plan itself fails, and says so", () => {
    assert.equal(unpriced.code, 1);
    assert.match(unpriced.stderr, /The plan could not be made; nothing was written\./);
    assert.match(unpriced.stderr, /eu-south-2/);
    noStackTrace(unpriced);
    assert.ok(!fs.existsSync(at("out-unpriced")));
  });

  it("leaves nothing half-written behind", () => {
    const left = fs.readdirSync(folder).filter((name) => /\.(new|old)$/.test(name));
    assert.deepEqual(left, []);
  });
});
