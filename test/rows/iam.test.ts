import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { passRolePolicy } from "../../stacks/deployRole";
import type { PlannedStack } from "../../plan/makePlan";
import { devConfig, prodConfig } from "../fixtures/config";
import { defaultPlan, devPlan, loadFile, planWith, prodPlan, resourcesOf } from "../fixtures/plans";
import { iamRolesOf, roleOfTask, type Statement, type Task, taskNamed, tasksOf } from "./reading";

// Not proven here: that AWS evaluates the documents as they are meant. The prefixes were tried with servers (measured).

const root = path.join(__dirname, "..", "..");
const secretArn = (name: string) =>
  `arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:${name}-AbCdEf`;
const kmsKeyArn =
  "arn:aws:kms:ap-northeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const readerRole = "arn:aws:iam::210987654321:role/cloudwatch-reader";

const shipped = [devPlan, prodPlan, defaultPlan] as const;
/** Everything that widens a role. */
const wide = () =>
  planWith(prodConfig(), {
    storage: { kmsKeyArn },
    images: { credentialsSecretArn: secretArn("docker-hub") },
    collection: { logGroups: ["/ecs/shop"], assumeRoleArns: [readerRole] },
    grafana: {
      oidc: {
        clientId: "lgtm",
        clientSecretArn: `${secretArn("oidc")}:client::`,
        authUrl: "https://id.example.com/a",
        tokenUrl: "https://id.example.com/t",
        apiUrl: "https://id.example.com/u",
      },
    },
  });
const cached = () =>
  planWith(prodConfig(), {
    images: {
      credentialsSecretArn: secretArn("ecr-pullthroughcache/docker-hub"),
      pullThroughCache: true,
    },
  });
const withExec = () => planWith(devConfig(), { execEnabled: true });
const withFlowLogs = () => planWith(prodConfig(), { network: { flowLogs: { enabled: true } } });
const all = [...shipped, wide, cached, withExec, withFlowLogs] as const;

const products = ["memcached", "mimir", "loki", "tempo", "pyroscope", "grafana", "alloy"] as const;
const productOf = ({ service }: Task) => service.split("-")[0]!;
/** What a statement allows, and on what; every key that narrows it would show. */
const bare = (statement: Statement) =>
  Object.fromEntries(
    Object.entries(statement).filter(([key]) => key !== "Sid" && key !== "Effect"),
  );
const withAction = (statements: readonly Statement[], action: string) =>
  statements.filter(({ Action }) => Action.includes(action));

/** A secret's ARN without the JSON key that selects a part of it. */
const wholeSecret = (arn: string) => arn.split(":").slice(0, 7).join(":");

/** Secrets that ECS reads to start the tasks of a product. */
const namedSecrets = (tasks: readonly Task[]) =>
  [
    ...new Set(
      tasks
        .flatMap(({ containers }) => containers)
        .flatMap(({ secrets = [], repositoryCredentials }) => [
          ...secrets.map(({ valueFrom }) => wholeSecret(valueFrom)),
          ...(repositoryCredentials ? [repositoryCredentials.credentialsParameter] : []),
        ]),
    ),
  ].sort();

const ofProduct = (stack: PlannedStack, product: string) =>
  tasksOf(stack).filter((task) => productOf(task) === product);
const executionRole = (stack: PlannedStack, product: string) =>
  roleOfTask(stack, ofProduct(stack, product)[0]!.service, "execution")!;
const taskRole = (stack: PlannedStack, product: string) =>
  ofProduct(stack, product)
    .map(({ service }) => roleOfTask(stack, service, "task"))
    .find((role) => role !== undefined);

describe("rows A1–A4: permissions", () => {
  it("A1: one execution role per product, which writes the product's own log group", async () => {
    for (const plan of all) {
      const stack = await plan();
      const roles = products.map((product) => executionRole(stack, product));
      assert.equal(new Set(roles.map(({ arn }) => arn)).size, products.length);
      for (const product of products) {
        for (const task of ofProduct(stack, product)) {
          const role = roleOfTask(stack, task.service, "execution")!;
          assert.equal(role.arn, executionRole(stack, product).arn, task.service);
          const groups = task.containers.map(
            ({ logConfiguration }) => logConfiguration.options["awslogs-group"],
          );
          assert.deepEqual(withAction(role.statements, "logs:PutLogEvents").map(bare), [
            {
              Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
              Resource: [`arn:aws:logs:ap-northeast-2:123456789012:log-group:${groups[0]}:*`],
            },
          ]);
          assert.deepEqual([...new Set(groups)], [`/ecs/${stack.config.name}-${product}`]);
        }
      }
    }
  });

  it("A1: it reads exactly the secrets that the product's tasks name", async () => {
    const read = (stack: PlannedStack, product: string) =>
      withAction(executionRole(stack, product).statements, "secretsmanager:GetSecretValue");
    for (const plan of all) {
      const stack = await plan();
      for (const product of products) {
        const named = namedSecrets(ofProduct(stack, product));
        assert.deepEqual(
          read(stack, product).map(bare),
          named.length === 0
            ? []
            : [{ Action: ["secretsmanager:GetSecretValue"], Resource: named }],
          product,
        );
      }
    }
    const count = async (plan: () => Promise<PlannedStack>) =>
      Promise.all(
        products.map(async (product) => namedSecrets(ofProduct(await plan(), product)).length),
      );
    //                               memcached mimir loki tempo pyroscope grafana alloy
    assert.deepEqual(await count(devPlan), [0, 0, 0, 0, 0, 2, 0]);
    assert.deepEqual(await count(prodPlan), [0, 0, 0, 0, 0, 3, 0]);
    assert.deepEqual(await count(wide), [0, 1, 1, 1, 1, 5, 1]);
    assert.deepEqual(await count(cached), [0, 0, 0, 0, 0, 3, 0]);
  });

  it("A1: it pulls from ECR only where an image lies there, from its own repository", async () => {
    for (const plan of [...shipped, wide]) {
      for (const role of iamRolesOf(await plan())) {
        assert.doesNotMatch(JSON.stringify(role.statements), /"ecr:/, role.name);
      }
    }
    const stack = await cached();
    const [rule] = resourcesOf(stack, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule");
    const prefix = String(rule?.inputs["ecrRepositoryPrefix"]);
    for (const product of products) {
      const pulls = executionRole(stack, product).statements.filter(({ Action }) =>
        Action.some((action) => action.startsWith("ecr:")),
      );
      const image = ofProduct(stack, product)[0]!.server.image;
      if (product === "memcached") {
        assert.match(image, /^public\.ecr\.aws\//);
        assert.deepEqual(pulls, []);
        continue;
      }
      assert.ok(
        image.startsWith(`123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/${prefix}/`),
        image,
      );
      assert.deepEqual(pulls.map(bare), [
        { Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
        {
          Action: [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchImportUpstreamImage",
            "ecr:CreateRepository",
          ],
          Resource: [
            `arn:aws:ecr:ap-northeast-2:123456789012:repository/${prefix}/grafana/${product}`,
          ],
        },
      ]);
    }
  });

  const ownPrefixes: Readonly<Record<string, readonly string[]>> = {
    mimir: ["blocks/", "rules/", "alerts/"],
    loki: ["ftt-loki/"],
    tempo: ["ftt-tempo/"],
    pyroscope: ["ftt-pyroscope/"],
  };

  it("A2: each product that uses S3 reads and writes its own prefixes, and lists the bucket", async () => {
    for (const plan of all) {
      const stack = await plan();
      const bucket = `arn:aws:s3:::${stack.config.bucketName}`;
      for (const product of products) {
        const statements = taskRole(stack, product)?.statements ?? [];
        const s3 = statements.filter(({ Action }) => Action.some((one) => one.startsWith("s3:")));
        const prefixes = ownPrefixes[product];
        assert.deepEqual(
          s3.map(bare),
          prefixes === undefined
            ? []
            : [
                {
                  Action: [
                    "s3:AbortMultipartUpload",
                    "s3:DeleteObject",
                    "s3:GetObject",
                    "s3:PutObject",
                  ],
                  Resource: prefixes.map((prefix) => `${bucket}/${prefix}*`),
                },
                // No condition: S3 would answer 403 where Mimir's start-up check needs 404.
                { Action: ["s3:ListBucket"], Resource: [bucket] },
              ],
          product,
        );
      }
    }
  });

  it("A2: tasks of those products act as that role, tasks that call nobody in AWS as none", async () => {
    for (const plan of shipped) {
      const stack = await plan();
      for (const task of tasksOf(stack)) {
        const usesS3 = [...task.files.values()].some((text) =>
          /^ *(bucket|bucket_name): /m.test(text),
        );
        const expected = usesS3 || task.service === "alloy-collector";
        assert.equal(
          roleOfTask(stack, task.service, "task")?.arn,
          expected ? taskRole(stack, productOf(task))!.arn : undefined,
          task.service,
        );
      }
    }
  });

  it("A2: with a KMS key they may use that key, and without one none", async () => {
    const keyed = (stack: PlannedStack) =>
      products.flatMap((product) =>
        (taskRole(stack, product)?.statements ?? [])
          .filter(({ Action }) => Action.some((action) => action.startsWith("kms:")))
          .map((statement) => [product, bare(statement)]),
      );
    for (const plan of shipped) assert.deepEqual(keyed(await plan()), []);
    assert.deepEqual(
      keyed(await wide()),
      ["mimir", "loki", "tempo", "pyroscope"].map((product) => [
        product,
        { Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [kmsKeyArn] },
      ]),
    );
  });

  it("A2: the docs say that products see each other's key names", () => {
    const page = fs.readFileSync(path.join(root, "docs/design.md"), "utf8");
    assert.match(page, /each can see\s+the others' key names \(never contents\)/);
  });

  it("A3: the collector reads metrics and tags; logs and other accounts only as named", async () => {
    const metrics = {
      Action: [
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
        "tag:GetResources",
      ],
      Resource: ["*"],
    };
    const allowed = async (plan: () => Promise<PlannedStack>) =>
      taskRole(await plan(), "alloy")?.statements.map(bare);
    for (const plan of shipped) assert.deepEqual(await allowed(plan), [metrics]);
    assert.deepEqual(await allowed(wide), [
      metrics,
      {
        Action: ["logs:DescribeLogGroups", "logs:FilterLogEvents"],
        Resource: ["arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/shop:*"],
      },
      { Action: ["sts:AssumeRole"], Resource: [readerRole] },
    ]);
    const logsOnly = () =>
      planWith(devConfig(), {
        collection: {
          cloudwatchMetrics: [],
          logGroups: ["/ecs/shop"],
          assumeRoleArns: [readerRole],
        },
      });
    assert.deepEqual(
      (await allowed(logsOnly))?.flatMap(({ Action }) => Action),
      ["logs:DescribeLogGroups", "logs:FilterLogEvents"],
    );
    for (const plan of all) {
      const stack = await plan();
      assert.doesNotMatch(JSON.stringify(iamRolesOf(stack)), /GetLogEvents/);
      assert.equal(roleOfTask(stack, "alloy-gateway", "task") !== undefined, plan === withExec);
    }
  });

  it("A3: nothing to fetch, nothing allowed", async () => {
    const idle = await planWith(devConfig(), { collection: { cloudwatchMetrics: [] } });
    assert.equal(taskRole(idle, "alloy"), undefined);
    assert.equal(taskNamed(idle, "alloy-collector").definition.inputs["taskRoleArn"], undefined);
  });

  /** Without a resource level in the service authorization reference. */
  const withoutResource = [
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "ecr:GetAuthorizationToken",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "tag:GetResources",
  ];

  it("A4: every role is trusted to one service, for this account only", async () => {
    for (const plan of all) {
      const stack = await plan();
      for (const { name, trust } of iamRolesOf(stack)) {
        const flowLogs = name.includes("flow-logs");
        assert.deepEqual(
          trust.map(({ Principal, Action, Condition }) => ({ Principal, Action, Condition })),
          [
            {
              Principal: {
                Service: flowLogs ? "vpc-flow-logs.amazonaws.com" : "ecs-tasks.amazonaws.com",
              },
              Action: ["sts:AssumeRole"],
              Condition: {
                StringEquals: { "aws:SourceAccount": "123456789012" },
                ArnLike: {
                  "aws:SourceArn": flowLogs
                    ? "arn:aws:ec2:ap-northeast-2:123456789012:vpc-flow-log/*"
                    : "arn:aws:ecs:ap-northeast-2:123456789012:*",
                },
              },
            },
          ],
          name,
        );
      }
    }
  });

  it("A4: no wildcard action, and * only for actions that have no resource", async () => {
    let judged = 0;
    for (const plan of all) {
      for (const { name, statements, resource } of iamRolesOf(await plan())) {
        assert.equal(resource.inputs["managedPolicyArns"], undefined, name);
        assert.equal(resource.inputs["inlinePolicies"], undefined, name);
        for (const { Action, Resource, Effect } of statements) {
          judged += 1;
          assert.equal(Effect, "Allow");
          assert.ok(Action.length > 0 && Resource.length > 0, name);
          assert.doesNotMatch(Action.join(), /\*/, name);
          if (Resource.includes("*")) {
            for (const action of Action) assert.ok(withoutResource.includes(action), action);
          }
        }
      }
      assert.deepEqual(
        resourcesOf(await plan(), "aws:iam/rolePolicyAttachment:RolePolicyAttachment"),
        [],
      );
    }
    assert.ok(judged > 80, `${judged}`);
  });

  it("A4: no two products share a role, and no role is for nobody", async () => {
    for (const plan of all) {
      const stack = await plan();
      const owners = new Map<string, Set<string>>();
      for (const task of tasksOf(stack)) {
        for (const kind of ["execution", "task"] as const) {
          const arn = roleOfTask(stack, task.service, kind)?.arn;
          if (arn === undefined) continue;
          const key = `${productOf(task)} ${kind}`;
          owners.set(arn, (owners.get(arn) ?? new Set()).add(key));
        }
      }
      for (const [arn, keys] of owners) assert.equal(keys.size, 1, `${arn}: ${[...keys].join()}`);
      const made = iamRolesOf(stack).filter(({ name }) => !name.includes("flow-logs"));
      assert.deepEqual([...owners.keys()].sort(), made.map(({ arn }) => arn).sort());
    }
  });

  it("A4: no task may pass roles; the deploy role exactly ours, to ecs-tasks only", async () => {
    for (const plan of all) {
      const stack = await plan();
      const roles = iamRolesOf(stack);
      for (const { name, statements } of roles) {
        assert.doesNotMatch(JSON.stringify(statements), /"iam:/, name);
      }
      const [pass, ...others] = passRolePolicy(stack.catalog, stack.config).Statement;
      assert.deepEqual(pass?.Action, ["iam:PassRole"]);
      assert.deepEqual(pass?.Condition, {
        StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
      });
      const ours = roles.filter(({ name }) => !name.includes("flow-logs"));
      assert.deepEqual([...(pass?.Resource ?? [])].sort(), ours.map(({ arn }) => arn).sort());
      // Flow logs have a role of their own, which goes to them alone.
      const flowLogRoles = roles.filter(({ name }) => name.includes("flow-logs"));
      assert.equal(others.length, flowLogRoles.length);
      for (const other of others) {
        assert.deepEqual(other.Condition, {
          StringEquals: { "iam:PassedToService": "vpc-flow-logs.amazonaws.com" },
        });
        const [pattern] = other.Resource!;
        assert.ok(pattern!.endsWith("-*") && !/\*./.test(pattern!));
        assert.ok(flowLogRoles[0]!.arn.startsWith(pattern!.slice(0, -1)));
      }
    }
  });

  it("A4: ECS Exec adds its four channels to every task, and prod refuses it", async () => {
    for (const { service } of tasksOf(await withExec())) {
      const role = roleOfTask(await withExec(), service, "task")!;
      assert.equal(withAction(role.statements, "ssmmessages:OpenDataChannel").length, 1, service);
    }
    assert.doesNotMatch(JSON.stringify(iamRolesOf(await devPlan())), /ssmmessages/);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-exec-"));
    try {
      const file = path.join(folder, "Pulumi.prod.yaml");
      fs.copyFileSync(path.join(root, "Pulumi.prod.yaml"), file);
      fs.appendFileSync(file, "  lgtm:execEnabled: true\n");
      assert.throws(() => loadFile(file), /execEnabled/);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
