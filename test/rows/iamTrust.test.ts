import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { passRolePolicy } from "../../stacks/deployRole";
import type { PlannedStack } from "../../plan/makePlan";
import { devConfig } from "../fixtures/config";
import { devPlan, loadFile, planWith, resourcesOf } from "../fixtures/plans";
import { iamRolesOf, roleOfTask, taskNamed, tasksOf } from "./reading";
import {
  root,
  readerRole,
  shipped,
  wide,
  withExec,
  all,
  productOf,
  bare,
  withAction,
  taskRole,
} from "./permissions";

// Not proven here: that AWS evaluates the documents as they are meant. The prefixes were tried with servers (measured).

/** The one service that a role is for, and in whose name it acts. */
function actsFor(role: string): readonly [service: string, source: string] {
  const here = "ap-northeast-2:123456789012";
  if (role.includes("-flow-logs"))
    return ["vpc-flow-logs.amazonaws.com", `arn:aws:ec2:${here}:vpc-flow-log/*`];
  if (role.includes("-events-"))
    return ["events.amazonaws.com", `arn:aws:events:${here}:rule/lgtm-*`];
  return ["ecs-tasks.amazonaws.com", `arn:aws:ecs:${here}:*`];
}
const isOfTasks = (role: string) => actsFor(role)[0] === "ecs-tasks.amazonaws.com";

describe("rows A3 and A4: the collector, and what holds for every role", () => {
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
      (await allowed(logsOnly))?.flatMap(({ Action }) => Action as string[]),
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
        const [service, source] = actsFor(name);
        assert.deepEqual(
          trust.map(({ Principal, Action, Condition }) => ({ Principal, Action, Condition })),
          [
            {
              Principal: { Service: service },
              Action: ["sts:AssumeRole"],
              Condition: {
                StringEquals: { "aws:SourceAccount": "123456789012" },
                ArnLike: { "aws:SourceArn": source },
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
      const made = iamRolesOf(stack).filter(({ name }) => isOfTasks(name));
      assert.deepEqual([...owners.keys()].sort(), made.map(({ arn }) => arn).sort());
    }
  });

  it("A4: no task may pass roles; the deploy role exactly ours, each to its service only", async () => {
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
      const ours = roles.filter(({ name }) => isOfTasks(name));
      assert.deepEqual([...(pass?.Resource ?? [])].sort(), ours.map(({ arn }) => arn).sort());
      // Flow logs and event rules have a role of their own, which goes to them alone.
      const further = roles.filter(({ name }) => !isOfTasks(name));
      assert.equal(others.length, further.length);
      for (const other of others) {
        const [pattern = ""] = other.Resource ?? [];
        const passed = further.filter(({ arn }) => arn.startsWith(pattern.replace(/\*$/, "")));
        assert.equal(passed.length, 1, pattern);
        assert.ok(!/\*./.test(pattern), pattern);
        assert.deepEqual(other.Condition, {
          StringEquals: { "iam:PassedToService": actsFor(passed[0]!.name)[0] },
        });
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
