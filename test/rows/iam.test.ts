import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { PlannedStack } from "../../plan/makePlan";
import { devPlan, prodPlan, resourcesOf } from "../fixtures/plans";
import { iamRolesOf, roleOfTask, tasksOf } from "./reading";
import {
  root,
  kmsKeyArn,
  shipped,
  wide,
  cached,
  all,
  products,
  productOf,
  bare,
  withAction,
  namedSecrets,
  ofProduct,
  executionRole,
  taskRole,
} from "./permissions";

// Not proven here: that AWS evaluates the documents as they are meant. The prefixes were tried with servers (measured).

describe("rows A1 and A2: execution and task roles", () => {
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

  it("A2: D9: Grafana of a watched stack publishes to the stack's own topics, and does nothing else", async () => {
    const prod = await prodPlan();
    assert.deepEqual(taskRole(prod, "grafana")?.statements.map(bare), [
      {
        Action: ["sns:Publish"],
        Resource: [
          "arn:aws:sns:ap-northeast-2:123456789012:lgtm-alarms",
          "arn:aws:sns:ap-northeast-2:123456789012:lgtm-heartbeat",
        ],
      },
    ]);
    assert.equal(taskRole(await devPlan(), "grafana"), undefined);
  });

  it("A2: tasks of those products act as that role, tasks that call nobody in AWS as none", async () => {
    for (const plan of shipped) {
      const stack = await plan();
      for (const task of tasksOf(stack)) {
        const usesS3 = [...task.files.values()].some((text) =>
          /^ *(bucket|bucket_name): /m.test(text),
        );
        const publishes = task.service === "grafana" && stack.config.environment === "prod";
        const expected = usesS3 || publishes || task.service === "alloy-collector";
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
});
