import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CreateServiceCommand, StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import {
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreatePrivateDnsNamespaceCommand,
  CreateServiceCommand as CreateNameCommand,
  DeregisterInstanceCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  UpdateInstanceCustomHealthStatusCommand,
} from "@aws-sdk/client-servicediscovery";
import { type CheckResult, exitCodeOf } from "../../operate/check";
import {
  type Expected,
  expectedOfOutputs,
  expectedOfPlan,
  expectedOfState,
} from "../../operate/verify/expected";
import { verify, type VerifyOptions } from "../../operate/verify/verify";
import { devPlan } from "../fixtures/plans";
import { type Cloud, startCloud } from "./cloud";
import { makeCluster, makeRevision, makeTask, type Place } from "./scene";

/** A stack with two replicas that share a target group and a name, and a service with neither. */
interface Scene {
  readonly place: Place;
  readonly targetGroup: string;
  readonly registryId: string;
  readonly registry: string;
  readonly revisions: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly expected: Expected;
}

const CLUSTER = "lgtm-cluster";
const addressOf = (task: Task | undefined) =>
  task?.attachments?.[0]?.details?.find(({ name }) => name === "privateIPv4Address")?.value ?? "";

describe("verify", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let scene: Scene;

  before(async () => {
    cloud = await startCloud({ MOTO_ECS_SERVICE_RUNNING: "1" });
  });
  after(() => cloud.stop());
  beforeEach(async () => {
    await cloud.reset();
    // Else moto takes a task one step nearer to its end at every look.
    await fetch(`${cloud.moto.url}/moto-api/state-manager/set-transition`, {
      method: "POST",
      body: JSON.stringify({
        model_name: "ecs::task",
        transition: { progression: "manual", times: 100_000 },
      }),
    });
    scene = await build();
  });

  async function build(): Promise<Scene> {
    const { ecs, elb, names } = cloud.scene;
    const place = await makeCluster(cloud.scene, CLUSTER);
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name: "lgtm-mimir",
        Protocol: "HTTP",
        Port: 9009,
        TargetType: "ip",
        VpcId: place.vpc,
      }),
    );
    const targetGroup = TargetGroups?.[0]?.TargetGroupArn ?? "";
    await names.send(new CreatePrivateDnsNamespaceCommand({ Name: "lgtm.local", Vpc: place.vpc }));
    const { Namespaces } = await names.send(new ListNamespacesCommand({}));
    const { Service } = await names.send(
      new CreateNameCommand({
        Name: "mimir",
        NamespaceId: Namespaces?.[0]?.Id ?? "",
        HealthCheckCustomConfig: { FailureThreshold: 1 },
        DnsConfig: { DnsRecords: [{ Type: "A", TTL: 10 }] },
      }),
    );
    const registryId = Service?.Id ?? "";
    const registry = Service?.Arn ?? "";
    const revisions: Record<string, string> = {};
    const tasks: Record<string, Task> = {};
    for (const service of ["lgtm-mimir-0", "lgtm-mimir-1", "lgtm-loki-querier"]) {
      const ring = service.startsWith("lgtm-mimir");
      const revision = await makeRevision(cloud.scene, service);
      revisions[service] = revision;
      await ecs.send(
        new CreateServiceCommand({
          cluster: CLUSTER,
          serviceName: service,
          taskDefinition: revision,
          desiredCount: 1,
          ...(ring
            ? {
                loadBalancers: [
                  { targetGroupArn: targetGroup, containerName: "main", containerPort: 9009 },
                ],
                serviceRegistries: [{ registryArn: registry }],
              }
            : {}),
        }),
      );
      const task = await makeTask(cloud.scene, place, revision, service);
      tasks[service] = task;
      if (!ring) continue;
      const address = addressOf(task);
      await elb.send(
        new RegisterTargetsCommand({
          TargetGroupArn: targetGroup,
          Targets: [{ Id: address, Port: 9009 }],
        }),
      );
      await register(registryId, address);
    }
    const expected = expectedOfOutputs({ clusterName: CLUSTER, taskDefinitions: revisions });
    return { place, targetGroup, registryId, registry, revisions, tasks, expected };
  }

  const register = (ServiceId: string, address: string) =>
    cloud.scene.names.send(
      new RegisterInstanceCommand({
        ServiceId,
        InstanceId: address,
        Attributes: { AWS_INSTANCE_IPV4: address, AWS_INIT_HEALTH_STATUS: "HEALTHY" },
      }),
    );

  const run = (expected = scene.expected, options: Partial<VerifyOptions> = {}) =>
    verify(expected, {
      clients: cloud.clients,
      timeoutSeconds: 0,
      resolve: () => Promise.reject(new Error("no DNS here")),
      ...options,
    });
  const of = (results: readonly CheckResult[], id: string) => {
    const found = results.find((each) => each.id === id);
    assert.ok(found, `no result ${id}`);
    return found;
  };
  /** The one service that must be red, and why; the others stay green. */
  const assertRed = (results: readonly CheckResult[], id: string, why: RegExp) => {
    assert.deepEqual(
      results.filter(({ outcome }) => outcome === "failed").map((each) => each.id),
      [id],
      JSON.stringify(results),
    );
    assert.match(of(results, id).found, why);
    assert.equal(exitCodeOf(results), 1);
  };
  const rewriteServices = (
    edit: (service: Record<string, unknown>) => Record<string, unknown> | undefined,
  ) =>
    cloud.between.rewrite("ecs:DescribeServices", (text) => {
      const answer = JSON.parse(text) as { services: Record<string, unknown>[] };
      return JSON.stringify({
        ...answer,
        services: answer.services.map(edit).filter((each) => each !== undefined),
      });
    });
  const editOne =
    (name: string, changes: Record<string, unknown>) => (service: Record<string, unknown>) =>
      service["serviceName"] === name ? { ...service, ...changes } : service;

  it("everything in place is green, and nothing is written", async () => {
    const results = await run();
    assert.deepEqual(
      results.map(({ id, outcome }) => [id, outcome]),
      [
        ["lgtm-mimir-0", "ok"],
        ["lgtm-mimir-1", "ok"],
        ["lgtm-loki-querier", "ok"],
      ],
      JSON.stringify(results),
    );
    assert.equal(
      of(results, "lgtm-mimir-0").found,
      "lgtm-mimir-0:1; 1 of 1 running; healthy in lgtm-mimir; registered",
    );
    assert.equal(exitCodeOf(results), 0);
    const writes = [...cloud.between.asked].filter(
      (operation) => !/:(Get|List|Describe)/.test(operation),
    );
    assert.deepEqual(writes, []);
  });

  it("a deployment that ECS rolled back is red at once, although everything is steady", async () => {
    const deployed = await makeRevision(cloud.scene, "lgtm-mimir-1", "broken");
    rewriteServices((service) =>
      service["serviceName"] === "lgtm-mimir-1"
        ? {
            ...service,
            deployments: [
              {
                ...(service["deployments"] as object[])[0],
                rolloutState: "COMPLETED",
                rolloutStateReason:
                  "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.",
              },
            ],
          }
        : service,
    );
    let waits = 0;
    const results = await run(
      expectedOfOutputs({
        clusterName: CLUSTER,
        taskDefinitions: { ...scene.revisions, "lgtm-mimir-1": deployed },
      }),
      { timeoutSeconds: 60, intervalSeconds: 0.1, onWait: () => waits++ },
    );
    assertRed(
      results,
      "lgtm-mimir-1",
      /^runs lgtm-mimir-1:1, deployed was lgtm-mimir-1:2: ECS rolled the deployment back$/,
    );
    assert.ok(of(results, "lgtm-mimir-1").mend?.some((mend) => mend.includes("pulumi refresh")));
    assert.equal(waits, 0);
  });

  it("a service that is gone is red", async () => {
    rewriteServices((service) =>
      service["serviceName"] === "lgtm-loki-querier" ? undefined : service,
    );
    assertRed(await run(), "lgtm-loki-querier", /^does not exist in lgtm-cluster$/);
  });

  it("a cluster that is gone is red for every service", async () => {
    const results = await run({ ...scene.expected, clusterName: "nowhere" });
    assert.ok(results.every(({ outcome }) => outcome === "failed"));
    assert.equal(results.length, 3);
  });

  it("fewer tasks than wanted are red", async () => {
    rewriteServices(editOne("lgtm-loki-querier", { desiredCount: 2 }));
    assertRed(await run(), "lgtm-loki-querier", /1 of 2 tasks running/);
  });

  it("a deployment under way is waited for, and red when the time is over", async () => {
    const [deployment] = [{ status: "PRIMARY", rolloutState: "IN_PROGRESS" }];
    let looks = 0;
    rewriteServices((service) => {
      if (service["serviceName"] !== "lgtm-mimir-0") return service;
      looks++;
      return looks < 3 ? { ...service, deployments: [deployment] } : service;
    });
    const patient = await run(scene.expected, { timeoutSeconds: 10, intervalSeconds: 0.1 });
    assert.equal(exitCodeOf(patient), 0, JSON.stringify(patient));
    assert.equal(looks, 3);
    rewriteServices(editOne("lgtm-mimir-0", { deployments: [deployment] }));
    assertRed(
      await run(scene.expected, { timeoutSeconds: 0.3, intervalSeconds: 0.1 }),
      "lgtm-mimir-0",
      /not steady/,
    );
  });

  it("two deployments at once are red", async () => {
    rewriteServices((service) =>
      service["serviceName"] === "lgtm-mimir-0"
        ? {
            ...service,
            deployments: [
              ...(service["deployments"] as object[]),
              { status: "ACTIVE", rolloutState: "COMPLETED" },
            ],
          }
        : service,
    );
    assertRed(await run(), "lgtm-mimir-0", /^2 deployments, not steady/);
  });

  const rewriteTask = (service: string, changes: Record<string, unknown>) =>
    cloud.between.rewrite("ecs:DescribeTasks", (text) => {
      const answer = JSON.parse(text) as { tasks: Record<string, unknown>[] };
      return JSON.stringify({
        tasks: answer.tasks.map((task) =>
          task["group"] === `service:${service}` ? { ...task, ...changes } : task,
        ),
      });
    });

  // moto knows no health of a task: the answer of ECS is completed on the way.
  beforeEach(() =>
    cloud.between.rewrite("ecs:DescribeTasks", (text) =>
      text.replaceAll(/"group":/g, '"healthStatus":"HEALTHY","group":'),
    ),
  );

  it("a task that is not healthy is red", async () => {
    cloud.between.rewrite("ecs:DescribeTasks", (text) =>
      text
        .replaceAll(/"group": ?"service:lgtm-mimir-0"/g, '"healthStatus":"UNHEALTHY",$&')
        .replaceAll(/"group": ?"service:lgtm-(?!mimir-0)/g, '"healthStatus":"HEALTHY",$&'),
    );
    assertRed(await run(), "lgtm-mimir-0", /task \w+ is UNHEALTHY/);
  });

  it("a task of an older revision is red", async () => {
    rewriteTask("lgtm-mimir-0", {
      healthStatus: "HEALTHY",
      taskDefinitionArn: "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/lgtm-mimir-0:0",
    });
    const results = await run();
    assert.match(of(results, "lgtm-mimir-0").found, /task \w+ still runs lgtm-mimir-0:0/);
  });

  it("a task that stopped is red, and so is its address in Cloud Map", async () => {
    await cloud.scene.ecs.send(
      new StopTaskCommand({ cluster: CLUSTER, task: scene.tasks["lgtm-mimir-0"]?.taskArn ?? "" }),
    );
    const found = of(await run(), "lgtm-mimir-0").found;
    assert.match(found, /0 of 1 tasks found running/);
    assert.match(found, /is no task's any more/);
  });

  it("a task that is not in its target group is red, and one that is unhealthy there", async () => {
    const address = addressOf(scene.tasks["lgtm-mimir-1"]);
    cloud.between.rewrite("elasticloadbalancing:DescribeTargetHealth", (xml) =>
      xml.replace(
        new RegExp(`(<Id>${address.replaceAll(".", "\\.")}</Id>[\\s\\S]*?<State>)healthy`),
        "$1unhealthy",
      ),
    );
    assertRed(
      await run(),
      "lgtm-mimir-1",
      new RegExp(`target group lgtm-mimir: ${address} unhealthy`),
    );
    cloud.between.clear();
    cloud.between.rewrite("ecs:DescribeTasks", (text) =>
      text.replaceAll(/"group":/g, '"healthStatus":"HEALTHY","group":'),
    );
    await cloud.scene.elb.send(
      new DeregisterTargetsCommand({
        TargetGroupArn: scene.targetGroup,
        Targets: [{ Id: address, Port: 9009 }],
      }),
    );
    assertRed(await run(), "lgtm-mimir-1", new RegExp(`${address} not registered`));
  });

  it("a task that Cloud Map does not list is red, one it calls unhealthy, and a dead one's address", async () => {
    const address = addressOf(scene.tasks["lgtm-mimir-1"]);
    const ServiceId = scene.registryId;
    await cloud.scene.names.send(
      new UpdateInstanceCustomHealthStatusCommand({
        ServiceId,
        InstanceId: address,
        Status: "UNHEALTHY",
      }),
    );
    assertRed(await run(), "lgtm-mimir-1", new RegExp(`Cloud Map .*${address} UNHEALTHY`));
    await cloud.scene.names.send(new DeregisterInstanceCommand({ ServiceId, InstanceId: address }));
    assertRed(await run(), "lgtm-mimir-1", new RegExp(`Cloud Map .*${address} not registered`));
    await register(ServiceId, address);
    assert.equal(exitCodeOf(await run()), 0);
    await register(ServiceId, "10.99.99.99");
    const stale = await run();
    assert.match(of(stale, "lgtm-mimir-0").found, /10\.99\.99\.99 is no task's any more/);
  });

  it("a service that nobody deployed is named", async () => {
    const rest = { ...scene.revisions };
    delete (rest as Record<string, string>)["lgtm-loki-querier"];
    const results = await run(expectedOfOutputs({ clusterName: CLUSTER, taskDefinitions: rest }));
    assert.equal(of(results, "lgtm-loki-querier").outcome, "warning");
    assert.equal(exitCodeOf(results), 0);
  });

  it("what may not be asked is not checked, by permission", async () => {
    cloud.between.deny("elasticloadbalancing:DescribeTargetHealth");
    cloud.between.deny("servicediscovery:ListInstances");
    const result = of(await run(), "lgtm-mimir-0");
    assert.equal(result.outcome, "not checked");
    assert.match(
      result.found,
      /elasticloadbalancing:DescribeTargetHealth.*servicediscovery:ListInstances/,
    );
    cloud.between.deny("ecs:DescribeServices");
    await assert.rejects(run(), /missing permission ecs:DescribeServices/);
  });

  describe("names", () => {
    const balancer = "lgtm-alb-1.ap-northeast-2.elb.amazonaws.com";
    const hosts = async (answers: Record<string, string[]>) => {
      const results = await run(
        { ...scene.expected, loadBalancerDnsName: balancer },
        {
          hosts: ["grafana.example.com"],
          resolve: (name) => Promise.resolve(answers[name] ?? []),
        },
      );
      return of(results, "host-grafana.example.com");
    };

    it("a host leads to the load balancer, elsewhere, or nowhere", async () => {
      const there = { [balancer]: ["1.1.1.1", "2.2.2.2"] };
      assert.equal((await hosts({ ...there, "grafana.example.com": ["2.2.2.2"] })).outcome, "ok");
      const elsewhere = await hosts({ ...there, "grafana.example.com": ["9.9.9.9"] });
      assert.deepEqual(
        [elsewhere.outcome, elsewhere.found],
        ["failed", "resolves to 9.9.9.9, not to the load balancer"],
      );
      assert.equal((await hosts(there)).outcome, "failed");
      assert.equal((await hosts({})).outcome, "not checked");
    });

    it("inside the VPC, a name answers with what Cloud Map lists", async () => {
      const lookUp = async (...addresses: string[]) => {
        const results = await run(scene.expected, {
          privateNames: () => ({ "mimir.lgtm.local": scene.registry }),
          resolve: () => Promise.resolve(addresses),
        });
        return of(results, "name-mimir.lgtm.local").outcome;
      };
      assert.equal(await lookUp(addressOf(scene.tasks["lgtm-mimir-0"])), "ok");
      assert.equal(await lookUp("10.99.99.99"), "failed");
      assert.equal(await lookUp(), "failed");
    });
  });

  describe("what was deployed", () => {
    it("comes from a state too", () => {
      const outputs = { clusterName: CLUSTER, taskDefinitions: scene.revisions };
      const state = {
        version: 3,
        deployment: { resources: [{ type: "pulumi:pulumi:Stack", outputs }] },
      };
      assert.deepEqual(expectedOfState(state), expectedOfOutputs(outputs));
    });

    it("is refused where it is something else", () => {
      assert.throws(() => expectedOfOutputs({}), /no outputs of this program/);
      assert.throws(() => expectedOfState({ deployment: null }), /no outputs of this program/);
    });

    it("a plan is compared by content", async () => {
      const { plan } = await devPlan();
      const planned = expectedOfPlan(plan);
      assert.equal(Object.keys(planned.services).length, 17);
      const image = (name: string) => ({
        content: {
          cpu: "512",
          memory: "1024",
          containerDefinitions: JSON.stringify([
            { name: "main", image: name, memory: 512, secrets: [] },
          ]),
        },
      });
      const services = (name: string) => ({
        "lgtm-mimir-0": image("image"),
        "lgtm-mimir-1": image("image"),
        "lgtm-loki-querier": image(name),
      });
      const same = await run({ clusterName: CLUSTER, services: services("image") });
      assert.equal(exitCodeOf(same), 0, JSON.stringify(same));
      assertRed(
        await run({ clusterName: CLUSTER, services: services("other") }),
        "lgtm-loki-querier",
        /is not as planned: containerDefinitions\[main\]\.image/,
      );
    });
  });

  it("command: reads outputs, prints the page or JSON, exits 1 on red", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-verify-"));
    const file = path.join(folder, "outputs.json");
    const command = (taskDefinitions: object, ...args: string[]) => {
      fs.writeFileSync(file, JSON.stringify({ clusterName: CLUSTER, taskDefinitions }));
      return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
        const child = spawn(
          process.execPath,
          ["run.js", "operate/verify.ts", "dev", "--outputs", file, "--timeout", "0", ...args],
          {
            cwd: path.join(__dirname, "..", ".."),
            env: { ...process.env, ...cloud.environment },
          },
        );
        let [stdout, stderr] = ["", ""];
        child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
        child.on("close", (status) => resolve({ status, stdout, stderr }));
      });
    };
    try {
      const green = await command(scene.revisions);
      assert.equal(green.status, 0, green.stderr + green.stdout);
      assert.match(
        green.stdout,
        /^Deployment of stack dev: ap-northeast-2\n[\s\S]*3 ok, 0 warnings/,
      );
      const red = await command({ ...scene.revisions, gone: "arn:gone:1" }, "--json");
      assert.equal(red.status, 1);
      assert.equal((JSON.parse(red.stdout) as CheckResult[]).length, 4);
      const none = await command({});
      assert.deepEqual([none.status, /no outputs of this program/.test(none.stderr)], [1, true]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
