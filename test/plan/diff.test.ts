import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { diffPlans, type PlanDiff, type ReplacingProperties } from "../../plan/diff";
import { compareWith } from "../../plan/diffCommand";
import { lineChanges, propertyChanges } from "../../plan/diffProperties";
import { replacements } from "../../plan/diffReplacements";
import { diffMarkdown, diffText } from "../../plan/diffReport";
import type { Plan, PlannedResource } from "../../plan/plan";
import { prodConfig } from "../fixtures/config";
import { planWith, prodPlan } from "../fixtures/plans";

/** What the tests of the comparison itself need of AWS; the real table is the stand-in's. */
const replacing: ReplacingProperties = (type) => {
  const table: Record<string, readonly string[]> = {
    "aws:s3/bucket:Bucket": ["bucket"],
    "aws:ec2/vpc:Vpc": ["cidrBlock"],
    "aws:ec2/subnet:Subnet": ["vpcId", "cidrBlock"],
    "aws:rds/instance:Instance": ["dbSubnetGroupName"],
    "aws:ecs/taskDefinition:TaskDefinition": ["containerDefinitions", "cpu"],
    "aws:ecs/service:Service": ["name", "cluster"],
  };
  return table[type] ?? [];
};

function resource(
  type: string,
  name: string,
  inputs: Record<string, unknown> = {},
  rest: Partial<PlannedResource> = {},
): PlannedResource {
  return {
    urn: `urn:pulumi:dev::lgtm::${type}::${name}`,
    type,
    name,
    custom: true,
    id: `id-of-${name}`,
    inputs,
    outputs: { ...inputs, arn: `arn:of:${name}` },
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    retainOnDelete: false,
    deleteBeforeReplace: false,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: {},
    hooks: {},
    ...rest,
  };
}

const plan = (...resources: PlannedResource[]): Plan => ({
  version: 1,
  project: "lgtm",
  stack: "dev",
  accountId: "123456789012",
  region: "ap-northeast-2",
  resources,
  outputs: {},
});

const kindsOf = (diff: PlanDiff) =>
  Object.fromEntries(diff.changes.map(({ name, kind }) => [name, kind]));

describe("plan diff: properties", () => {
  it("finds a change inside JSON text, by the element's name", () => {
    const text = (value: string) =>
      JSON.stringify([{ name: "init" }, { name: "mimir", environment: [{ name: "A", value }] }]);
    assert.deepEqual(
      propertyChanges({ containerDefinitions: text("1") }, { containerDefinitions: text("2") }),
      [{ path: "containerDefinitions[mimir].environment[A].value", before: "1", after: "2" }],
    );
  });

  it("an element put in front of named ones is one change", () => {
    const [a, b] = [
      { id: "a", days: 1 },
      { id: "b", days: 2 },
    ];
    assert.deepEqual(propertyChanges({ rules: [b] }, { rules: [a, b] }), [
      { path: "rules[a]", after: a },
    ]);
  });

  it("names the order of named elements, where only that changed", () => {
    const [a, b] = [{ name: "a" }, { name: "b" }];
    assert.deepEqual(propertyChanges({ list: [a, b] }, { list: [b, a] }), [
      { path: "list", before: ["a", "b"], after: ["b", "a"] },
    ]);
  });

  it("sees nothing in the order of keys, in JSON text neither", () => {
    assert.deepEqual(propertyChanges({ p: '{"a":1,"b":2}' }, { p: '{"b":2,"a":1}' }), []);
  });

  it("finds any change of a leaf, and none where there is none", () => {
    fc.assert(
      fc.property(fc.object(), fc.object(), (a, b) => {
        const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
        assert.deepEqual(propertyChanges(plain(a), plain(a)), []);
        const equal = JSON.stringify(sorted(plain(a))) === JSON.stringify(sorted(plain(b)));
        assert.equal(propertyChanges(plain(a), plain(b)).length === 0, equal);
      }),
    );
  });

  it("line changes turn one text into the other", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c")).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = lineChanges(before, after);
        const count = (lines: string[], line: string) => lines.filter((l) => l === line).length;
        const bySign = (sign: string) => changes.filter((c) => c.sign === sign).map((c) => c.line);
        for (const line of ["a", "b", "c", ""]) {
          assert.equal(
            count(before.split("\n"), line) - count(bySign("-"), line) + count(bySign("+"), line),
            count(after.split("\n"), line),
          );
        }
        if (before === after) assert.deepEqual(changes, []);
      }),
    );
  });
});

describe("plan diff: resources", () => {
  it("tells added, changed, replaced and removed apart", () => {
    const diff = diffPlans(
      plan(
        resource("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" }),
        resource("aws:ec2/eip:Eip", "old"),
        resource("aws:iam/role:Role", "role", { description: "a" }),
        resource("aws:iam/role:Role", "same"),
      ),
      plan(
        resource("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.1.0.0/16" }),
        resource("aws:iam/role:Role", "role", { description: "b" }),
        resource("aws:iam/role:Role", "same"),
        resource("aws:ec2/eip:Eip", "new"),
      ),
      replacing,
    );
    assert.deepEqual(kindsOf(diff), {
      vpc: "replaced",
      role: "changed",
      new: "added",
      old: "removed",
    });
    assert.deepEqual(diff.dataLoss, []);
  });

  it("a replacement goes on to whatever names the replaced one, through a component too", () => {
    const stackOf = (cidrBlock: string) => {
      const component = resource("awsx:ec2:Vpc", "net", {}, { custom: false });
      const inner = resource("inner", "inner", {}, { custom: false, parent: component.urn });
      const vpc = resource("aws:ec2/vpc:Vpc", "vpc", { cidrBlock }, { parent: inner.urn });
      const subnet = resource(
        "aws:ec2/subnet:Subnet",
        "subnet",
        { vpcId: vpc.id },
        { dependencies: [vpc.urn] },
      );
      const group = resource(
        "aws:rds/subnetGroup:SubnetGroup",
        "group",
        { subnetIds: [subnet.id] },
        { propertyDependencies: { subnetIds: [subnet.urn] } },
      );
      const target = resource(
        "aws:lb/targetGroup:TargetGroup",
        "target",
        { vpcId: vpc.id },
        { propertyDependencies: { vpcId: [component.urn] } },
      );
      const other = resource("aws:ec2/eip:Eip", "other", { note: vpc.id });
      return plan(component, inner, vpc, subnet, group, target, other);
    };
    const diff = diffPlans(stackOf("10.0.0.0/16"), stackOf("10.1.0.0/16"), replacing);
    // A subnet group takes other subnets in place; what does not depend on the VPC only looks like it.
    assert.deepEqual(kindsOf(diff), {
      vpc: "replaced",
      subnet: "replaced",
      group: "changed",
      target: "changed",
    });
    assert.deepEqual(diff.changes.find(({ name }) => name === "group")?.properties, [
      { path: "subnetIds[0]", before: "id-of-subnet", after: "(new: subnet)" },
    ]);
  });

  it("a new alias of a resource is no removal", () => {
    const before = resource("aws:s3/bucketV2:BucketV2", "bucket", { bucket: "b" });
    const after = resource(
      "aws:s3/bucket:Bucket",
      "bucket",
      { bucket: "b" },
      { aliases: [{ spec: { name: "", type: "aws:s3/bucketV2:BucketV2", parenturn: "" } }] },
    );
    assert.deepEqual(kindsOf(diffPlans(plan(before), plan(after), replacing)), {});
    const without = diffPlans(plan(before), plan({ ...after, aliases: [] }), replacing);
    assert.equal(without.dataLoss.length, 1);
  });

  it("looks away where the program ignores changes", () => {
    const service = (desiredCount: number) =>
      resource(
        "aws:ecs/service:Service",
        "s",
        { desiredCount },
        { ignoreChanges: ["desiredCount"] },
      );
    assert.deepEqual(diffPlans(plan(service(1)), plan(service(2)), replacing).changes, []);
  });

  it("a type that nobody described is said, and stops where it holds data", () => {
    const diff = diffPlans(
      plan(
        resource("aws:kms/key:Key", "key", { x: 1 }),
        resource("aws:ec2/eip:Eip", "ip", { x: 1 }),
      ),
      plan(
        resource("aws:kms/key:Key", "key", { x: 2 }),
        resource("aws:ec2/eip:Eip", "ip", { x: 2 }),
      ),
      () => undefined,
    );
    assert.deepEqual(kindsOf(diff), { key: "changed", ip: "changed" });
    assert.deepEqual(
      diff.dataLoss.map(({ name }) => name),
      ["key"],
    );
    assert.match(diffText(diff), /changed aws:ec2\/eip:Eip ip \(whether in place is not known\)/);
  });

  it("another region or account replaces everything of AWS", () => {
    const bucket = resource("aws:s3/bucket:Bucket", "b");
    const diff = diffPlans(plan(bucket), { ...plan(bucket), region: "eu-west-1" }, replacing);
    assert.deepEqual(kindsOf(diff), { b: "replaced" });
    assert.equal(diff.dataLoss.length, 1);
  });
});

describe("plan diff: data", () => {
  const held: readonly [string, string][] = [
    ["aws:s3/bucket:Bucket", "lgtm-bucket"],
    ["aws:rds/instance:Instance", "lgtm-grafana"],
    ["aws:kms/key:Key", "key"],
    ["aws:cloudwatch/logGroup:LogGroup", "lgtm-mimir-logs"],
    ["aws:secretsmanager/secret:Secret", "lgtm-grafana-secret-key"],
    ["random:index/randomPassword:RandomPassword", "lgtm-database-password"],
    ["aws:ecs/service:Service", "lgtm-mimir-0"],
    ["aws:ecs/service:Service", "lgtm-loki-ingester-2"],
    ["aws:ecs/service:Service", "lgtm-tempo-ingester-1"],
    ["aws:ecs/service:Service", "lgtm-pyroscope"],
  ];
  for (const [type, name] of held) {
    it(`stops where ${type} ${name} is removed, and where it is replaced`, () => {
      const removed = diffPlans(plan(resource(type, name)), plan(), replacing);
      assert.deepEqual(
        removed.dataLoss.map((each) => [each.name, each.how]),
        [[name, "removed"]],
      );
      const replaced = diffPlans(
        plan(resource(type, name, { x: 1 })),
        plan(resource(type, name, { x: 2 })),
        () => ["x"],
      );
      assert.deepEqual(
        replaced.dataLoss.map((each) => each.how),
        ["replaced for x"],
      );
    });
  }

  it("a token, a task definition and a stateless service may go", () => {
    const expendable = plan(
      resource("aws:secretsmanager/secret:Secret", "lgtm-ingest-token-a"),
      resource("random:index/randomBytes:RandomBytes", "lgtm-ingest-token-a"),
      resource("aws:ecs/taskDefinition:TaskDefinition", "lgtm-mimir-0"),
      resource("aws:ecs/service:Service", "lgtm-loki-querier"),
    );
    assert.deepEqual(diffPlans(expendable, plan(), replacing).dataLoss, []);
  });

  const lifecycle = (rules: readonly object[]) =>
    plan(
      resource("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "l", { rules }),
    );
  const rule = (id: string, days: number) => ({ id, status: "Enabled", expiration: { days } });

  it("stops where objects expire sooner, or for the first time; later is fine", () => {
    const of = (before: object[], after: object[]) =>
      diffPlans(lifecycle(before), lifecycle(after), replacing).dataLoss.map(({ what }) => what);
    assert.deepEqual(of([rule("a", 400)], [rule("a", 30)]), [
      "objects expire after 30 days instead of 400",
    ]);
    assert.deepEqual(of([rule("a", 400)], [rule("a", 400), rule("b", 14)]), [
      "objects now expire after 14 days",
    ]);
    assert.deepEqual(of([rule("a", 30)], [rule("a", 400)]), []);
    assert.deepEqual(of([rule("a", 30), rule("b", 1)], [rule("a", 30)]), []);
  });

  it("stops where logs end sooner, versions stop or backups get fewer", () => {
    const loss = (type: string, before: object, after: object) =>
      diffPlans(
        plan(resource(type, "x", { ...before })),
        plan(resource(type, "x", { ...after })),
        replacing,
      ).dataLoss.length;
    const logs = "aws:cloudwatch/logGroup:LogGroup";
    assert.equal(loss(logs, { retentionInDays: 7 }, { retentionInDays: 3 }), 1);
    assert.equal(loss(logs, {}, { retentionInDays: 3 }), 1);
    assert.equal(loss(logs, { retentionInDays: 7 }, { retentionInDays: 30 }), 0);
    const versions = "aws:s3/bucketVersioning:BucketVersioning";
    const status = (text: string) => ({ versioningConfiguration: { status: text } });
    assert.equal(loss(versions, status("Enabled"), status("Suspended")), 1);
    assert.equal(loss(versions, status("Suspended"), status("Enabled")), 0);
    const database = "aws:rds/instance:Instance";
    assert.equal(loss(database, { backupRetentionPeriod: 7 }, { backupRetentionPeriod: 1 }), 1);
  });

  it("names guards that are taken away, and does not stop", () => {
    const bucket = (protect: boolean, forceDestroy: boolean) =>
      plan(resource("aws:s3/bucket:Bucket", "b", { forceDestroy }, { protect }));
    const diff = diffPlans(bucket(true, false), bucket(false, true), replacing);
    assert.deepEqual(
      diff.unguarded.map(({ how }) => how),
      ["forceDestroy is now true", "(protect) is now false"],
    );
    assert.deepEqual(diff.dataLoss, []);
    assert.deepEqual(diffPlans(bucket(false, true), bucket(true, false), replacing).unguarded, []);
  });
});

describe("plan diff: the program's own plans", () => {
  it("an unchanged stack has no difference", async () => {
    const { plan: prod } = await prodPlan();
    assert.deepEqual(diffPlans(prod, prod, replacing).changes, []);
  });

  it("a server's setting changes its task definitions and services, nothing else", async () => {
    const { plan: before } = await prodPlan();
    const { plan: after } = await planWith(prodConfig(), { queryTimeoutSeconds: 240 });
    const diff = diffPlans(before, after, replacing);
    assert.deepEqual([...new Set(diff.changes.map(({ type, kind }) => `${kind} ${type}`))].sort(), [
      "changed aws:ecs/service:Service",
      "replaced aws:ecs/taskDefinition:TaskDefinition",
    ]);
    assert.deepEqual(diff.dataLoss, []);
    const page = diffText(diff);
    assert.match(page, /^ {6}- {3}timeout: 300s$/m);
    assert.match(page, /^ {6}\+ {3}timeout: 240s$/m);
  });

  it("one replica less is a stop, and costs less", async () => {
    const { plan: before } = await prodPlan();
    const { plan: after } = await planWith(prodConfig(), { mimir: { replicas: 4 } });
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-diff-"));
    try {
      const file = path.join(folder, "plan.json");
      fs.writeFileSync(file, JSON.stringify(after));
      const smaller = compareWith(before, file);
      assert.equal(smaller.stopped, true);
      assert.match(smaller.text, /Stopped: this loses data[^\n]*\n.*lgtm-mimir-3: removed/);
      assert.match(smaller.text, /in all +\d+\.\d\d +\d+\.\d\d +−\d+\.\d\d/);
      assert.equal(compareWith(before, file, { allowDataLoss: true }).stopped, false);
      const markdown = compareWith(before, file, { markdown: true }).text;
      assert.match(markdown, /> \[!CAUTION\]\n> \*\*Stopped/);
      assert.match(markdown, /\| in all \| \d+\.\d\d \| \d+\.\d\d \| −\d+\.\d\d \|/);
      assert.throws(() => compareWith({ ...before, stack: "dev" }, file), /not of dev/);
      fs.writeFileSync(file, "{}");
      assert.throws(() => compareWith(before, file), /no plan of version 1/);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("another address block replaces the VPC and what is in it; another bucket name is a stop", async () => {
    const { plan: before } = await prodPlan();
    const moved = await planWith(prodConfig(), { network: { cidr: "10.60.0.0/16" } });
    const diff = diffPlans(before, moved.plan, replacements);
    const replaced = new Set(
      diff.changes.filter(({ kind }) => kind === "replaced").map(({ type }) => type),
    );
    for (const type of [
      "aws:ec2/vpc:Vpc",
      "aws:ec2/subnet:Subnet",
      "aws:lb/targetGroup:TargetGroup",
    ])
      assert.ok(replaced.has(type), `${type} among ${[...replaced].join(", ")}`);
    const renamed = {
      ...before,
      resources: before.resources.map((each) =>
        each.type === "aws:s3/bucket:Bucket"
          ? { ...each, inputs: { ...each.inputs, bucket: "other" } }
          : each,
      ),
    };
    assert.deepEqual(
      diffPlans(before, renamed, replacements).dataLoss.map(({ how }) => how),
      ["replaced for bucket", "replaced for bucket"],
    );
  });

  it("a fence in a changed text does not end the comment's", () => {
    const change = (value: string) => plan(resource("aws:iam/role:Role", "r", { note: value }));
    const diff = diffPlans(change("a\nb"), change("a\n```\nb"), replacing);
    assert.match(diffMarkdown(diff), /^````diff$/m);
  });
});

describe("npm run plan -- STACK --diff", function () {
  this.timeout(60_000);
  const root = path.join(__dirname, "..", "..");
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["run.js", "plan/main.ts", ...args], {
      cwd: root,
      encoding: "utf8",
    });
  let folder = "";
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-diff-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("exits 0 without loss, 3 with it, 0 where it is allowed, 1 where there is no plan", () => {
    const out = path.join(folder, "plan");
    assert.equal(run("dev", "--out", out).status, 0);
    const file = path.join(out, "plan.json");
    const same = run("dev", "--out", out, "--diff", file);
    assert.deepEqual(
      [same.status, same.stdout.split("\n")[0]],
      [0, "Difference of stack dev: no changes"],
    );
    const more = JSON.parse(fs.readFileSync(file, "utf8")) as { resources: PlannedResource[] };
    more.resources.push(resource("aws:s3/bucket:Bucket", "gone"));
    const other = path.join(folder, "other.json");
    fs.writeFileSync(other, JSON.stringify(more));
    assert.equal(run("dev", "--out", out, "--diff", other).status, 3);
    assert.equal(run("dev", "--out", out, "--diff", other, "--allow-data-loss").status, 0);
    const none = run("dev", "--out", out, "--diff", path.join(folder, "none.json"));
    assert.equal(none.status, 1);
    assert.match(none.stderr, /none\.json cannot be read as a plan/);
  });
});

function sorted(value: unknown): unknown {
  if (typeof value === "string" && /^\s*[[{]/.test(value)) {
    try {
      return sorted(JSON.parse(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
