import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { toolPath } from "../../tools/install";

const root = path.join(__dirname, "..", "..");
const folder = path.join(root, ".github", "workflows");

interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly "timeout-minutes"?: number;
  readonly steps: readonly { uses?: string; run?: string; with?: Record<string, unknown> }[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Pin {
  readonly commit: string;
  readonly version: string;
}

const texts = new Map(
  fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]),
);
const workflows = new Map([...texts].map(([name, text]) => [name, parse(text) as Workflow]));
const { actions: pins } = JSON.parse(
  fs.readFileSync(path.join(root, ".github", "actions.json"), "utf8"),
) as { actions: Readonly<Record<string, Pin>> };
const jobs = () =>
  [...workflows].flatMap(([file, { jobs: all, ...workflow }]) =>
    Object.entries(all).map(([id, job]) => ({ file, id, job, workflow })),
  );

/** Every mistake in a workflow's text that the rules of this repository know. */
function mistakes(text: string): string[] {
  const workflow = parse(text) as Workflow;
  const all = Object.entries(workflow.jobs);
  return [
    ...[...text.matchAll(/uses: (\S+)(.*)/g)].flatMap(([, uses = "", comment = ""]) => {
      if (uses.startsWith("./")) return [];
      const [action = "", commit = ""] = uses.split("@");
      const pin = pins[action];
      return pin?.commit === commit && comment === ` # ${pin.version}`
        ? []
        : [`${uses} is not pinned`];
    }),
    ...("pull_request_target" in workflow.on ? ["runs a fork's code with a token"] : []),
    ...(workflow.permissions === undefined ? ["takes the default permissions"] : []),
    ...all.flatMap(([id, job]) => [
      ...(job["timeout-minutes"] === undefined ? [`${id} may run for ever`] : []),
      ...Object.entries({ ...workflow.permissions, ...job.permissions })
        .filter(
          ([scope, level]) =>
            level === "write" && !["id-token", "issues", "pull-requests"].includes(scope),
        )
        .map(([scope]) => `${id} may write ${scope}`),
      ...(job.permissions?.["id-token"] === "write" && job.environment === undefined
        ? [`${id} gets a role without an environment`]
        : []),
      ...job.steps.flatMap(({ uses, run, with: settings }) => [
        ...(uses?.startsWith("actions/checkout@") && settings?.["persist-credentials"] !== false
          ? [`${id} leaves its token in the checkout`]
          : []),
        // Text of a pull request in a script is a script of whoever opened it.
        ...(/\$\{\{/.test(run ?? "") ? [`${id} puts an expression into a script`] : []),
      ]),
    ]),
  ];
}

describe("workflows", () => {
  for (const [name, text] of texts)
    it(`${name} keeps the rules`, () => assert.deepEqual(mistakes(text), []));

  it("the rules find what they are for", () => {
    const text = texts.get("deploy.yml") ?? "";
    const broken: readonly [RegExp | string, string, RegExp][] = [
      [/actions\/checkout@\w+ # v7.0.1/, "actions/checkout@v7", /is not pinned/],
      [/(actions\/checkout@\w+) # v7.0.1/, "$1 # v1", /is not pinned/],
      ["permissions: {}", "", /default permissions/],
      ["  push:", "  pull_request_target:\n  push:", /fork's code/],
      ["contents: read", "contents: write", /may write contents/],
      ["timeout-minutes: 120", "", /for ever/],
      ["environment: dev", "", /without an environment/],
      ["persist-credentials: false", "fetch-depth: 1", /token in the checkout/],
      ["preflight -- dev", "preflight -- ${{ github.head_ref }}", /expression into a script/],
    ];
    for (const [from, to, expected] of broken) {
      const changed = text.replace(from, to);
      assert.notEqual(changed, text, String(from));
      assert.ok(
        mistakes(changed).some((mistake) => expected.test(mistake)),
        `${String(from)}: ${mistakes(changed).join("; ")}`,
      );
    }
  });

  it("checks need no credentials, so that they run on forks", () => {
    const text = texts.get("checks.yml") ?? "";
    assert.doesNotMatch(text, /id-token|secrets\.|PULUMI_BACKEND_URL|ROLE_ARN/);
    const workflow = workflows.get("checks.yml");
    assert.deepEqual(workflow?.permissions, { contents: "read" });
    for (const job of Object.values(workflow?.jobs ?? {})) assert.equal(job.permissions, undefined);
  });

  it("the workflow that may comment on forks' pull requests runs none of their code", () => {
    const [job] = Object.values(workflows.get("plan-comment.yml")?.jobs ?? {});
    const checkout = job?.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.equal(checkout?.with?.["ref"], undefined);
    assert.ok(!job?.steps.some(({ run }) => /npm|node/.test(run ?? "")));
  });

  it("a stack's deployments never run side by side, and are never cut off", () => {
    const deploying = jobs().filter(({ job }) =>
      job.steps.some(({ run }) => /deploy\.sh/.test(run ?? "")),
    );
    assert.deepEqual(
      deploying.map(({ job }) => [job.environment, job.concurrency]),
      ["dev", "prod"].map((stack) => [
        stack,
        { group: `stack-${stack}`, "cancel-in-progress": false },
      ]),
    );
  });

  it("prod comes after dev and after a saved plan that the gate shows", () => {
    const deploy = texts.get("deploy.yml") ?? "";
    const parsed = parse(deploy) as { jobs: Record<string, { needs?: string }> };
    assert.equal(parsed.jobs["plan-prod"]?.needs, "dev");
    assert.equal(parsed.jobs["prod"]?.needs, "plan-prod");
    assert.match(deploy, /preview\.sh prod preview\.md --save-plan prod\.plan\.json/);
    assert.match(deploy, /deploy\.sh prod --plan prod\.plan\.json/);
  });

  it("roles are taken by environments only: readers by STACK-preview, writers by STACK", () => {
    for (const { file, id, job } of jobs()) {
      const uses = JSON.stringify(job.steps);
      const reader = uses.includes("PREVIEW_ROLE_ARN");
      const writer = uses.includes("DEPLOY_ROLE_ARN");
      if (!reader && !writer) continue;
      assert.match(
        job.environment ?? "",
        reader ? /^(prod|\$\{\{ matrix\.stack \}\})-preview$/ : /^(dev|prod)$/,
        `${file} ${id}`,
      );
      assert.ok(!(reader && writer), `${file} ${id}`);
    }
  });

  it("without a backend nothing but the checks runs", () => {
    for (const file of ["preview.yml", "deploy.yml", "drift.yml", "policy.yml"]) {
      const first = Object.values(workflows.get(file)?.jobs ?? {})[0];
      assert.match(first?.if ?? "", /vars\.PULUMI_BACKEND_URL != ''/, file);
    }
  });

  it("every script that a workflow calls exists and may be executed", () => {
    const called = [...texts.values()].flatMap((text) => [
      ...text.matchAll(/(?:\.github\/scripts\/[\w-]+\.sh|\.ci\/run)/g),
    ]);
    assert.ok(called.length > 10);
    for (const [script] of called) fs.accessSync(path.join(root, script), fs.constants.X_OK);
    const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const shell = fs
      .readdirSync(path.join(root, ".github", "scripts"))
      .map((name) => fs.readFileSync(path.join(root, ".github", "scripts", name), "utf8"));
    const npm = [...texts.values(), ...shell].flatMap((text) => [
      ...text.matchAll(/npm (?:--prefix \S+ )?run (?:--silent )?([a-z:]+)/g),
    ]);
    for (const [, script = ""] of npm) assert.ok(script in scripts, `no script ${script}`);
  });

  it("the CLI is the version of the SDK", () => {
    const { dependencies } = JSON.parse(
      fs.readFileSync(path.join(root, "package.json"), "utf8"),
    ) as { dependencies: Record<string, string> };
    assert.equal(
      fs.readFileSync(path.join(root, ".github", "pulumi-version"), "utf8").trim(),
      dependencies["@pulumi/pulumi"],
    );
  });

  it("actionlint finds nothing, and finds what is wrong", async function () {
    this.timeout(600_000);
    const actionlint = await toolPath("actionlint");
    const lint = (...files: string[]) =>
      spawnSync(actionlint, ["-no-color", ...files], { cwd: root, encoding: "utf8" });
    const clean = lint();
    assert.equal(clean.status, 0, clean.stdout + clean.stderr);
    const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-workflow-"));
    try {
      const file = path.join(temporary, "broken.yml");
      fs.writeFileSync(
        file,
        (texts.get("deploy.yml") ?? "").replace("needs: dev", "needs: nobody"),
      );
      assert.match(lint(file).stdout, /job "plan-prod" needs job "nobody"/);
    } finally {
      fs.rmSync(temporary, { recursive: true });
    }
  });
});
