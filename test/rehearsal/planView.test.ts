import * as assert from "node:assert/strict";
import type { Plan } from "../../plan/plan";
import { readPlanView } from "../../rehearsal/planView";
import { makeSecrets, unmaskListeners } from "../../rehearsal/secrets";
import { prodConfig } from "../fixtures/config";
import { planOfConfig } from "../fixtures/plans";

describe("a plan read for a rehearsal", () => {
  let plan: Plan;
  before(async () => {
    ({ plan } = await planOfConfig(prodConfig()));
  });

  it("has a ring replica's task as ECS would start it", () => {
    const view = readPlanView(plan);
    const replica = view.services.find(({ name }) => name === "lgtm-loki-ingester-1");
    assert.ok(replica);
    assert.deepEqual(replica.after, ["lgtm-loki-ingester-0"]);
    assert.equal(replica.pauseSeconds, 120);
    assert.deepEqual(replica.discovery, { name: "loki-ingester.lgtm.local", ttlSeconds: 10 });
    assert.deepEqual([replica.minimumHealthyPercent, replica.maximumPercent], [0, 100]);
    const server = replica.taskDefinition.containers.find(({ essential }) => essential);
    assert.ok(server);
    assert.deepEqual(server.after, ["init"]);
    assert.deepEqual(server.user, { uid: 10001, gid: 10001 });
    assert.equal(server.stopTimeoutSeconds, 120);
    assert.equal(server.healthCheck?.intervalSeconds, 5);
  });

  it("has every statement of a task role under a name of its own", () => {
    const ids = readPlanView(plan).taskRoles.flatMap(({ statements }) =>
      statements.map(({ id }) => id),
    );
    assert.ok(ids.includes("lgtm-loki-task/OwnPrefixes"), ids.join(" "));
    assert.equal(new Set(ids).size, ids.length);
  });

  it("gives a guarded listener rule the value that the client's secret has", () => {
    const view = readPlanView(plan);
    const secrets = makeSecrets(plan, view);
    assert.ok(view.loadBalancer);
    const headers = unmaskListeners(view.loadBalancer, secrets)
      .listeners.flatMap(({ rules }) => rules)
      .flatMap(({ conditions }) => conditions)
      .flatMap((condition) => (condition.kind === "header" ? condition.values : []));
    assert.ok(headers.length > 0);
    assert.deepEqual([...new Set(headers)], [`Bearer ${secrets.ingestTokens.a}`]);
  });

  it("names everything that cannot be read, at once", () => {
    const broken: Plan = {
      ...plan,
      resources: plan.resources.map((resource) =>
        resource.type === "aws:ec2/subnet:Subnet"
          ? { ...resource, inputs: { ...resource.inputs, cidrBlock: undefined } }
          : resource.name === "lgtm-grafana-1"
            ? {
                ...resource,
                inputs: { ...resource.inputs, actions: [{ type: "authenticate-oidc" }] },
              }
            : resource,
      ),
    };
    assert.throws(
      () => readPlanView(broken),
      (error: Error) =>
        error.message.split("\n").length === 7 &&
        error.message.includes("lgtm-grafana-1") &&
        error.message.includes("authenticate-oidc"),
    );
  });
});
