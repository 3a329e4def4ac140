import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..", "..");

/** Commands that a script meets: each writes down how it was called, and does what the test says. */
class Sandbox {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-script-"));

  constructor() {
    fs.mkdirSync(path.join(this.folder, "bin"));
    fs.writeFileSync(path.join(this.folder, "calls"), "");
  }

  /** @param script Bash; its arguments are those of the call. */
  command(name: string, script: string): this {
    fs.writeFileSync(
      path.join(this.folder, "bin", name),
      `#!/usr/bin/env bash\nprintf '%s\\n' "${name} $*" >> "${this.folder}/calls"\n${script}\n`,
      { mode: 0o755 },
    );
    return this;
  }

  write(name: string, text: string): this {
    const file = path.join(this.folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return this;
  }

  run(script: string, ...args: string[]) {
    const { status, stdout, stderr } = spawnSync(
      path.join(root, ".github", "scripts", script),
      args,
      {
        cwd: this.folder,
        encoding: "utf8",
        env: {
          ...process.env,
          PATH: `${this.folder}/bin:${process.env["PATH"] ?? ""}`,
          GH_REPO: "example/lgtm",
        },
      },
    );
    return { status, stdout, stderr };
  }

  read = (name: string) => fs.readFileSync(path.join(this.folder, name), "utf8");
  calls = () => this.read("calls").split("\n").filter(Boolean);
  remove = () => fs.rmSync(this.folder, { recursive: true });
}

describe("pipeline scripts", () => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.remove());

  describe("plan-diff.sh", () => {
    const npm = (code: number, page: string) => `
      case "$*" in
        *--prefix*) exit 0 ;;
        *) echo '${page}'; exit ${code} ;;
      esac`;

    it("compares with the base branch's plan and hands its exit code on", () => {
      box.write("base/Pulumi.dev.yaml", "").command("npm", npm(0, "### Plan of dev"));
      assert.equal(box.run("plan-diff.sh", "dev", "base", "out").status, 0);
      assert.deepEqual(box.calls(), [
        "npm --prefix base run --silent plan -- dev --out out/base-dev",
        "npm run --silent plan -- dev --diff out/base-dev/plan.json --markdown",
      ]);
      assert.equal(box.read("out/dev.md"), "### Plan of dev\n");
    });

    it("a loss of data keeps its page and its exit code; the label goes through", () => {
      box.write("base/Pulumi.dev.yaml", "").command("npm", npm(3, "Stopped"));
      assert.equal(box.run("plan-diff.sh", "dev", "base", "out", "--allow-data-loss").status, 3);
      assert.equal(box.read("out/dev.md"), "Stopped\n");
      assert.match(box.calls()[1] ?? "", /--markdown --allow-data-loss$/);
    });

    it("a plan that fails is told in the comment", () => {
      box.write("base/Pulumi.dev.yaml", "").command("npm", npm(2, "FINDING public bucket"));
      assert.equal(box.run("plan-diff.sh", "dev", "base", "out").status, 2);
      assert.match(box.read("out/dev.md"), /failed \(exit code 2\)[\s\S]*FINDING public bucket/);
    });

    it("a new stack, and a base that cannot be planned, are no failure", () => {
      box.command("npm", npm(0, "page"));
      assert.equal(box.run("plan-diff.sh", "dev", "base", "out").status, 0);
      assert.match(box.read("out/dev.md"), /a new stack/);
      box
        .write("base/Pulumi.dev.yaml", "")
        .command("npm", 'case "$*" in *--prefix*) exit 1 ;; esac');
      assert.equal(box.run("plan-diff.sh", "dev", "base", "out").status, 0);
      assert.match(box.read("out/dev.md"), /The base branch could not be planned/);
    });
  });

  describe("comment.sh", () => {
    const gh = (existing: string) => `
      case "$*" in
        *--paginate*) echo '${existing}' ;;
        *) for each in "$@"; do case "$each" in body=@*) cp "\${each#body=@}" body ;; esac; done ;;
      esac`;

    it("writes a comment, and rewrites its own", () => {
      box.write("page.md", "page\n").command("gh", gh(""));
      assert.equal(box.run("comment.sh", "7", "plan dev", "page.md").status, 0);
      assert.match(box.calls()[1] ?? "", /--method POST repos\/example\/lgtm\/issues\/7\/comments/);
      assert.equal(box.read("body"), "<!-- plan dev -->\npage\n");
      box.command("gh", gh("42"));
      box.run("comment.sh", "7", "plan dev", "page.md");
      assert.match(
        box.calls().at(-1) ?? "",
        /--method PATCH repos\/example\/lgtm\/issues\/comments\/42/,
      );
    });

    it("cuts what GitHub would refuse", () => {
      box.write("page.md", "x".repeat(70_000)).command("gh", gh(""));
      box.run("comment.sh", "7", "plan dev", "page.md");
      const body = box.read("body");
      assert.ok(body.length < 65_536);
      assert.match(body, /…cut: the whole is in the summary of the run\.\n$/);
    });

    it("takes nothing but a number for a pull request", () => {
      box.write("page.md", "page").command("gh", gh(""));
      assert.equal(box.run("comment.sh", "7/../../other", "plan dev", "page.md").status, 2);
      assert.deepEqual(box.calls(), []);
    });
  });

  describe("find-pull-request.sh", () => {
    it("asks for the open one of the head branch", () => {
      box.command("gh", "echo 12");
      const commit = "a".repeat(40);
      assert.equal(box.run("find-pull-request.sh", "me", "branch", commit).stdout, "12\n");
      assert.match(box.calls()[0] ?? "", /state=open -f head=me:branch --jq .*"a{40}"/);
    });

    it("refuses what is no commit", () => {
      box.command("gh", "echo 12");
      assert.equal(box.run("find-pull-request.sh", "me", "branch", '" | .x').status, 2);
      assert.deepEqual(box.calls(), []);
    });
  });

  describe("issue.sh", () => {
    const gh = (number: string) => `case "$*" in *list*) echo '${number}' ;; esac`;
    it("opens one issue, keeps it up to date, closes it", () => {
      box.write("found.md", "found").command("gh", gh(""));
      box.run("issue.sh", "open", "Drift of dev", "found.md");
      assert.match(box.calls()[1] ?? "", /^gh issue create --title Drift of dev --body-file/);
      box.run("issue.sh", "close", "Drift of dev");
      assert.match(box.calls().at(-1) ?? "", /^gh issue list/);
      box.command("gh", gh("5"));
      box.run("issue.sh", "open", "Drift of dev", "found.md");
      assert.match(box.calls().at(-1) ?? "", /^gh issue edit 5 --body-file/);
      box.run("issue.sh", "close", "Drift of dev");
      assert.match(box.calls().at(-1) ?? "", /^gh issue close 5/);
      assert.equal(box.run("issue.sh", "shut", "Drift of dev").status, 2);
    });
  });

  describe("drift.sh", () => {
    it("looks only; tells drift from none and from not having looked", () => {
      box.command("pulumi", "echo '= 261 unchanged'");
      assert.equal(box.run("drift.sh", "dev", "found.md").status, 0);
      assert.deepEqual(box.calls(), [
        "pulumi refresh --stack dev --preview-only --expect-no-changes --diff --non-interactive --color never",
      ]);
      // The engine's words: backenderr.NoChangesExpectedError of the CLI.
      box.command(
        "pulumi",
        "echo 'error: no changes were expected but changes were proposed'; exit 255",
      );
      assert.equal(box.run("drift.sh", "dev", "found.md").status, 4);
      assert.match(box.read("found.md"), /is not as it was deployed/);
      box.command("pulumi", "echo 'error: no credentials'; exit 255");
      assert.equal(box.run("drift.sh", "dev", "found.md").status, 255);
      assert.match(box.read("found.md"), /could not be looked for[\s\S]*no credentials/);
    });
  });

  describe("preview.sh", () => {
    it("previews with the pack and keeps the output", () => {
      box.command("pulumi", "echo 'Resources: + 1'; exit 0");
      assert.equal(box.run("preview.sh", "prod", "page.md", "--save-plan", "p.json").status, 0);
      assert.match(
        box.calls()[0] ?? "",
        /--policy-pack policies --policy-pack-config policies\/config\.prod\.json --save-plan p\.json$/,
      );
      assert.match(box.read("page.md"), /^### Preview of `prod`\n[\s\S]*Resources: \+ 1/);
      box.command("pulumi", "echo 'policy violation'; exit 1");
      assert.equal(box.run("preview.sh", "prod", "page.md").status, 1);
      assert.match(box.read("page.md"), /failed \(exit code 1\)/);
    });
  });

  describe("deploy.sh", () => {
    it("deploys, verifies, smokes, in that order, and stops at the first failure", () => {
      box.command("pulumi", "").command("npm", "");
      assert.equal(box.run("deploy.sh", "prod", "--plan", "p.json").status, 0);
      assert.deepEqual(box.calls(), [
        "pulumi up --stack prod --yes --non-interactive --color never --policy-pack policies --policy-pack-config policies/config.prod.json --plan p.json",
        "npm run --silent verify -- prod",
        "npm run --silent smoke -- prod",
      ]);
      box.command("npm", "exit 1");
      assert.equal(box.run("deploy.sh", "dev").status, 1);
      assert.equal(box.calls().at(-1), "npm run --silent verify -- dev");
      box.command("pulumi", "exit 1");
      box.run("deploy.sh", "dev");
      assert.match(box.calls().at(-1) ?? "", /^pulumi up/);
    });
  });

  describe("judge-state.sh", () => {
    it("hands the verdict on and leaves no state behind", () => {
      box.command("pulumi", 'echo "{}" > "$6"').command("npm", "echo 'FINDING'; exit 2");
      assert.equal(box.run("judge-state.sh", "dev", "found.md").status, 2);
      assert.match(box.read("found.md"), /FINDING/);
      const file = /--state (\S+)/.exec(box.calls()[1] ?? "")?.[1] ?? "";
      assert.ok(file.endsWith("state.json") && !fs.existsSync(file));
      box.command("pulumi", "echo 'no such stack'; exit 255");
      assert.equal(box.run("judge-state.sh", "dev", "found.md").status, 1);
      assert.match(box.read("found.md"), /no such stack/);
    });
  });
});
