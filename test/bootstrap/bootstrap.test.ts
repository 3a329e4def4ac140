import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { loadStackFile } from "../../configs/stack/load";
import { buildCatalog } from "../../stacks/catalog";
import { facts } from "../../standin/facts";
import { bootstrapFacts } from "../../standin/factsBootstrap";
import bootstrap from "../../bootstrap/index";
import {
  checkActions,
  coveredTypes,
  type Document,
  readDocument,
  resourcesOf,
  stateDocument,
  trust,
  writeDocuments,
} from "../../bootstrap/access";
import { namesakesDocument } from "../../bootstrap/apart";
import { judge } from "../../rehearsal/cloud/policy";
import { planOf, type Plan, type PlannedResource } from "../../plan/plan";
import { record } from "../../plan/record";
import { devConfig, prodConfig } from "../fixtures/config";
import { devPlan, planOfConfig, prodPlan } from "../fixtures/plans";

const accountId = "123456789012";
const region = "ap-northeast-2";
const values = {
  "aws:region": region,
  "lgtm-bootstrap:accountId": accountId,
  "lgtm-bootstrap:repository": "example/lgtm-fargate",
  "lgtm-bootstrap:stacks": JSON.stringify(["dev", "prod"]),
  "lgtm-bootstrap:stateBucketName": "example-state",
};

async function plan(changes: Record<string, string> = {}): Promise<Plan> {
  const place = { project: "lgtm-bootstrap", stack: "main", accountId, region };
  const recording = await record(bootstrap, { ...place, config: { ...values, ...changes } });
  return planOf(recording, place);
}

const deployed = (config = prodConfig()) => ({ config, catalog: buildCatalog(config) });
const statements = (documents: Readonly<Record<string, Document>>) =>
  Object.values(documents).flatMap(({ Statement }) => Statement);
const ofType = ({ resources }: Plan, type: string) =>
  resources.filter((each) => each.type === type);
const named = (resources: readonly PlannedResource[], name: string) => {
  const found = resources.find((each) => each.name === name);
  assert.ok(found, `${name} among ${resources.map((each) => each.name).join(", ")}`);
  return found;
};
const parsed = (value: unknown) => JSON.parse(String(value)) as Document;

describe("bootstrap", function () {
  this.timeout(60_000);
  let made: Plan;
  before(async () => {
    made = await plan();
  });

  it("makes the state's bucket and key, GitHub's tokens and two roles a stack", () => {
    const counts: Record<string, number> = {};
    for (const { type, custom } of made.resources)
      if (custom) counts[type] = (counts[type] ?? 0) + 1;
    assert.deepEqual(counts, {
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider": 1,
      "aws:iam/policy:Policy": 17,
      "aws:iam/role:Role": 4,
      "aws:iam/rolePolicy:RolePolicy": 4,
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 17,
      "aws:kms/alias:Alias": 1,
      "aws:kms/key:Key": 1,
      "aws:s3/bucket:Bucket": 1,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
      "aws:s3/bucketPolicy:BucketPolicy": 1,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
      "aws:s3/bucketVersioning:BucketVersioning": 1,
      "pulumi:providers:aws": 1,
    });
  });

  it("bucket and key outlive a mistake", () => {
    for (const type of ["aws:s3/bucket:Bucket", "aws:kms/key:Key"]) {
      const [resource] = ofType(made, type);
      assert.deepEqual([resource?.protect, resource?.retainOnDelete], [true, true], type);
    }
    const [versions] = ofType(made, "aws:s3/bucketVersioning:BucketVersioning");
    assert.deepEqual(versions?.inputs["versioningConfiguration"], { status: "Enabled" });
    const [block] = ofType(made, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    assert.deepEqual(
      Object.values(block?.inputs ?? {}).filter((value) => value === true).length,
      4,
    );
    const [lifecycle] = ofType(
      made,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    );
    assert.ok(!JSON.stringify(lifecycle?.inputs).includes('"expiration"'));
  });

  it("a role is taken by one repository in one environment", () => {
    const roles = ofType(made, "aws:iam/role:Role");
    const subjects = Object.fromEntries(
      roles.map(({ name, inputs }) => {
        const [statement] = parsed(inputs["assumeRolePolicy"]).Statement;
        return [name, statement?.Condition];
      }),
    );
    const subject = (environment: string) => ({
      StringEquals: {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": `repo:example/lgtm-fargate:environment:${environment}`,
      },
    });
    assert.deepEqual(subjects, {
      "lgtm-dev-preview": subject("dev-preview"),
      "lgtm-dev-deploy": subject("dev"),
      "lgtm-preview": subject("prod-preview"),
      "lgtm-deploy": subject("prod"),
    });
    const document = trust("arn:provider", "example/lgtm-fargate", "prod");
    assert.equal(document.Statement.length, 1);
    assert.deepEqual(document.Statement[0].Action, ["sts:AssumeRoleWithWebIdentity"]);
  });

  it("refuses a repository that is none, and a stack of another account", async () => {
    for (const repository of ["example/*", "*", "example", "example/a:environment:prod"])
      await assert.rejects(plan({ "lgtm-bootstrap:repository": repository }), /write OWNER\/NAME/);
    await assert.rejects(
      plan({ "lgtm-bootstrap:accountId": "999999999999" }),
      /dev is deployed to 123456789012, this is the bootstrap of 999999999999/,
    );
  });

  it("takes a provider of GitHub's tokens that exists", async () => {
    const arn = `arn:aws:iam::${accountId}:oidc-provider/token.actions.githubusercontent.com`;
    const other = await plan({ "lgtm-bootstrap:oidcProviderArn": arn });
    assert.equal(ofType(other, "aws:iam/openIdConnectProvider:OpenIdConnectProvider").length, 0);
    assert.match(
      String(named(ofType(other, "aws:iam/role:Role"), "lgtm-deploy").inputs["assumeRolePolicy"]),
      new RegExp(arn),
    );
  });

  describe("deploy role", () => {
    it("A4 passes exactly the stack's roles, each to its service only", async () => {
      const { plan: prod } = await prodPlan();
      const passing = statements(writeDocuments(deployed())).filter(({ Action }) =>
        Action.some((action) => /PassRole|^iam:\*|^\*/.test(action)),
      );
      assert.deepEqual(
        passing.map(({ Action, Condition }) => [Action, Condition]),
        ["ecs-tasks.amazonaws.com", "events.amazonaws.com"].map((service) => [
          ["iam:PassRole"],
          { StringEquals: { "iam:PassedToService": service } },
        ]),
      );
      assert.deepEqual(passing[1]?.Resource, [
        `arn:aws:iam::${accountId}:role/lgtm-events-${region}`,
      ]);
      assert.deepEqual(
        passing.flatMap(({ Resource }) => Resource).sort(),
        ofType(prod, "aws:iam/role:Role")
          .map(({ outputs }) => outputs["arn"])
          .sort(),
      );
    });

    it("no wildcard action; a wildcard resource only within the region", () => {
      const all = statements({ ...writeDocuments(deployed()) });
      for (const { Sid, Action, Resource, Condition } of all) {
        for (const action of Action) assert.doesNotMatch(action, /\*/, Sid);
        // Route 53 has no region; Cloud Map makes the namespace's zone, whose id nobody knows before.
        if (Resource.includes("*") && Sid !== "Names")
          assert.deepEqual(Condition, { StringEquals: { "aws:RequestedRegion": region } }, Sid);
      }
    });

    it("may not touch its own roles, or another stack's", () => {
      const iam = statements(writeDocuments(deployed())).filter(({ Action }) =>
        Action.some((action) => action.startsWith("iam:")),
      );
      const resources = iam.flatMap(({ Resource }) => Resource);
      assert.ok(resources.length > 20);
      for (const arn of resources)
        assert.match(arn, /:role\/lgtm-(\w+-(task|execution)|events)-ap-northeast-2$/);
      const own = ofType(made, "aws:iam/role:Role").map(({ inputs }) => String(inputs["name"]));
      for (const name of own) assert.match(name, /^pulumi-/);
    });

    it("may not touch a stack whose name begins with its own", () => {
      const [dev, prod] = [deployed(devConfig()), deployed()];
      assert.deepEqual(namesakesDocument(dev, [dev, prod]), {});
      const { namesakes } = namesakesDocument(prod, [dev, prod]);
      assert.ok(namesakes);
      const own = writeDocuments(prod);
      /** What the role may do of its own writes to something of a stack, by name. */
      const reached = (of: typeof dev, documents: Readonly<Record<string, Document>>) => {
        const said = statements(documents).map((each) => ({ id: each.Sid, document: { ...each } }));
        const asked = statements(own)
          .filter(({ Sid }) => Sid.startsWith("Own") && Sid !== "OwnIam")
          .flatMap(({ Action }) => Action);
        return asked.flatMap((action) =>
          resourcesOf(action.split(":")[0] ?? "", of)
            .map((pattern) => pattern.replaceAll("*", "x"))
            .filter((resource) => judge({ action, resource, context: {} }, said).allowed)
            .map((resource) => `${action} ${resource}`),
        );
      };
      assert.ok(reached(dev, own).length > 100, "the names of the shipped stacks do overlap");
      assert.deepEqual(reached(dev, { ...own, namesakes }), []);
      assert.deepEqual(reached(prod, { ...own, namesakes }), reached(prod, own));
      const policy = named(ofType(made, "aws:iam/policy:Policy"), "lgtm-deploy-namesakes");
      assert.deepEqual(parsed(policy.inputs["policy"]), namesakes);
    });

    it("deletes data only where the stack file protects none", () => {
      const deletes = (config: ReturnType<typeof devConfig>) =>
        statements(writeDocuments(deployed(config)))
          .flatMap(({ Action }) => Action)
          .filter((action) => /^s3:Delete(Object|Bucket$)/.test(action));
      assert.deepEqual(deletes(prodConfig()), []);
      assert.deepEqual(deletes(devConfig()), [
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
      ]);
    });

    it("every type that the program may make is covered", async () => {
      for (const { plan: stack } of [await devPlan(), await prodPlan()])
        for (const { type } of stack.resources.filter(({ custom }) => custom))
          if (type.startsWith("aws:")) assert.ok(coveredTypes.includes(type), type);
      const ours = Object.keys(facts).filter((type) => !(type in bootstrapFacts));
      assert.deepEqual(
        ours.filter((type) => type.startsWith("aws:") && !coveredTypes.includes(type)),
        [],
      );
    });
  });

  describe("preview role", () => {
    const read = () => readDocument(deployed()).Statement;
    it("only looks", () => {
      for (const { Action } of read())
        for (const action of Action)
          assert.match(action, /^[\w-]+:(Get|List|Describe|View)\w+$/, action);
    });

    it("reads no data, and no secrets but the stack's own", () => {
      const actions = read().flatMap(({ Action }) => Action);
      for (const action of [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "logs:GetLogEvents",
        "kms:Decrypt",
      ])
        assert.ok(!actions.includes(action), action);
      const secrets = read().filter(({ Action }) =>
        Action.includes("secretsmanager:GetSecretValue"),
      );
      assert.deepEqual(
        secrets.map(({ Resource }) => Resource),
        [
          ["database-password", "grafana-admin-password", "grafana-secret-key", "ingest-token"].map(
            (id) => `arn:aws:secretsmanager:${region}:${accountId}:secret:lgtm-${id}-*`,
          ),
        ],
      );
    });

    it("may ask what preflight and verify ask", () => {
      const actions = new Set(read().flatMap(({ Action }) => Action));
      const folder = path.join(__dirname, "..", "..", "operate");
      const asked = fs
        .readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .flatMap((file) => [
          ...fs.readFileSync(path.join(folder, file), "utf8").matchAll(/\bask\(\s*"([^"]+)"/g),
        ])
        .map(([, action = ""]) => action);
      assert.ok(new Set(asked).size > 20, String(asked.length));
      for (const action of [...asked, ...checkActions]) assert.ok(actions.has(action), action);
    });

    it("reads the state and writes none of it", () => {
      const place = { bucketArn: "arn:aws:s3:::state", keyArn: "arn:key" };
      const all = (mayWrite: boolean) =>
        stateDocument(place, "lgtm", "prod", mayWrite).Statement.flatMap(({ Action }) => Action);
      assert.deepEqual(all(false), ["s3:ListBucket", "s3:GetObject", "kms:Decrypt"]);
      assert.ok(all(true).includes("s3:PutObject"));
      for (const { Resource } of stateDocument(place, "lgtm", "prod", true).Statement)
        for (const arn of Resource)
          assert.ok(!/\/\.pulumi\/.*\/dev/.test(arn) && !arn.endsWith(".pulumi/*"), arn);
    });
  });

  it("every policy fits: 6,144 characters of a managed one, ten to a role", () => {
    // IAM and AWS STS quotas, "IAM object character limits"; white space does not count.
    for (const { name, inputs } of ofType(made, "aws:iam/policy:Policy"))
      assert.ok(
        String(inputs["policy"]).length <= 6144,
        `${name}: ${String(inputs["policy"]).length}`,
      );
    for (const { name, inputs } of ofType(made, "aws:iam/rolePolicy:RolePolicy"))
      assert.ok(String(inputs["policy"]).length <= 10_240, name);
    const perRole = new Map<unknown, number>();
    for (const { inputs } of ofType(made, "aws:iam/rolePolicyAttachment:RolePolicyAttachment"))
      perRole.set(inputs["role"], (perRole.get(inputs["role"]) ?? 0) + 1);
    assert.deepEqual([...perRole.values()].sort(), [1, 1, 7, 8]);
  });

  it("the stack file that is shipped is complete", () => {
    assert.equal(made.outputs["backendUrl"], `s3://example-state?region=${region}`);
    assert.deepEqual(Object.keys(made.outputs["deployRoleArns"] as object), ["dev", "prod"]);
    assert.equal(loadStackFile("Pulumi.dev.yaml").accountId, accountId);
  });

  it("flow logs' role is passed too, where there are flow logs", async () => {
    const base = prodConfig();
    const config = {
      ...base,
      network: { ...base.network, flowLogs: { enabled: true, retentionDays: 7 } },
    };
    await planOfConfig(config);
    const passing = statements(writeDocuments(deployed(config))).filter(({ Action }) =>
      Action.includes("iam:PassRole"),
    );
    assert.deepEqual(
      passing.map(({ Condition }) => Condition?.["StringEquals"]?.["iam:PassedToService"]),
      ["ecs-tasks.amazonaws.com", "events.amazonaws.com", "vpc-flow-logs.amazonaws.com"],
    );
  });
});
