/**
 * The Compose file of a plan. Not proven here: that Docker starts it; the images are the plan's, and their own files, which a
 * test of the servers gives to them, are unchanged in it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { parse, stringify } from "yaml";
import { localRunOf, type LocalRun } from "../../local/compose";
import type { ComposeService } from "../../local/composeFile";
import type { Plan } from "../../plan/plan";
import { readPlanView } from "../../rehearsal/planView";
import { makeSecrets } from "../../rehearsal/secrets";
import type { PlanView } from "../../rehearsal/types";
import { devPlan, prodPlan } from "../fixtures/plans";

/**
 * compose-spec/compose-spec:schema/compose-spec.json at 170098ba07d9f53c383a41bfd4c5166b0a4529a6 (2026-06-23), Apache-2.0,
 * unchanged.
 */
const schema = JSON.parse(readFileSync(join(__dirname, "compose-spec.json"), "utf8")) as object;

interface Scene {
  readonly plan: Plan;
  readonly view: PlanView;
  readonly run: LocalRun;
  readonly services: Readonly<Record<string, ComposeService>>;
}

function sceneOf(plan: Plan): Scene {
  const view = readPlanView(plan);
  const run = localRunOf(plan, view, {
    secrets: makeSecrets(plan, view),
    credentials: { accessKeyId: "LOCAL", secretAccessKey: "secret" },
    listenerPorts: new Map([[443, 8443]]),
  });
  return { plan, view, run, services: run.compose.services };
}

for (const [stack, planOf] of [
  ["dev", devPlan],
  ["prod", prodPlan],
] as const) {
  describe(`compose.yaml of ${stack}`, () => {
    let scene: Scene;
    before(async () => (scene = sceneOf((await planOf()).plan)));

    const named = (name: string): ComposeService => {
      const service = scene.services[name];
      assert.ok(service, `no ${name} among ${Object.keys(scene.services).join(" ")}`);
      return service;
    };
    const tasks = () =>
      scene.view.services.flatMap((service) =>
        Array.from({ length: service.desiredCount }, (_, index) => ({
          service,
          name: service.desiredCount === 1 ? service.name : `${service.name}-${index + 1}`,
        })),
      );

    it("follows the Compose Specification", () => {
      // Its patterns are not written for the `u` flag, and its formats are Go's.
      const ajv = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false });
      ajv.addMetaSchema({ $id: "https://json-schema.org/draft-07/schema", type: "object" });
      const validate = ajv.compile(schema);
      const content: unknown = parse(stringify(scene.run.compose));
      assert.ok(validate(content), JSON.stringify(validate.errors, undefined, 2));
      const broken = { services: { a: { image: 1 } } };
      assert.equal(validate(broken), false, "the schema takes anything");
    });

    it("has every task of the plan, each behind its init container and with volumes of its own", () => {
      const volumes = new Set<string>();
      for (const { service, name } of tasks()) {
        const { volumes: mounts = [], depends_on = {} } = named(name);
        assert.equal(depends_on[`${name}-init`]?.condition, "service_completed_successfully", name);
        assert.equal(named(`${name}-init`).network_mode, "none");
        const own = mounts.filter((mount) => !mount.startsWith("./"));
        assert.equal(
          own.length,
          service.taskDefinition.containers.find(({ essential }) => essential)?.mounts.length,
        );
        for (const mount of own) {
          const volume = mount.split(":")[0] ?? "";
          assert.ok(volume in scene.run.compose.volumes, volume);
          assert.ok(!volumes.has(volume), `${volume} belongs to two tasks`);
          volumes.add(volume);
        }
      }
    });

    it("gives init containers the very files of the plan, past Compose's interpolation", () => {
      for (const { service, name } of tasks()) {
        const init = service.taskDefinition.containers.find(({ essential }) => !essential);
        const written = named(`${name}-init`);
        const interpolate = (text: string) => {
          assert.doesNotMatch(text.replaceAll("$$", ""), /\$/, name);
          return text.replaceAll("$$", "$");
        };
        assert.deepEqual((written.command ?? []).map(interpolate), init?.command);
        for (const [variable, value] of Object.entries(init?.environment ?? {})) {
          assert.equal(interpolate(written.environment?.[variable] ?? ""), value, variable);
        }
      }
    });

    it("answers to the plan's names, one alias per Cloud Map name", () => {
      for (const { service, name } of tasks()) {
        assert.deepEqual(
          named(name).networks?.vpc?.aliases,
          service.discovery && [service.discovery.name],
        );
      }
      const aliases = ["object-store", "object-store-dualstack"].flatMap(
        (name) => named(name).networks?.vpc?.aliases ?? [],
      );
      for (const s3 of ["s3", "s3.dualstack"]) {
        const host = `${s3}.${scene.plan.region}.amazonaws.com`;
        assert.ok(aliases.includes(host), host);
        for (const bucket of scene.view.buckets) {
          assert.ok(aliases.includes(`${bucket}.${host}`), bucket);
        }
      }
      for (const bucket of scene.view.buckets) {
        assert.ok(named("object-store-init").command?.includes(`/buckets/${bucket}`), bucket);
      }
      for (const host of [...aliases, ...scene.run.publicHosts]) {
        assert.ok(scene.run.certificateHosts.includes(host), host);
      }
    });

    it("keeps users, read-only roots, health checks and stop times", () => {
      for (const { service, name } of tasks()) {
        const server = service.taskDefinition.containers.find(({ essential }) => essential);
        const { user, read_only, healthcheck, stop_grace_period, image } = named(name);
        assert.ok(server);
        assert.deepEqual(
          { user, read_only, image, stop_grace_period },
          {
            user: server.user && `${server.user.uid}:${server.user.gid}`,
            read_only: server.readonlyRootFilesystem,
            image: server.image,
            stop_grace_period: `${server.stopTimeoutSeconds}s`,
          },
        );
        assert.deepEqual(healthcheck?.test.slice(1), server.healthCheck?.command);
      }
    });

    it("has no masked secret, and keys only for tasks with a role", () => {
      assert.doesNotMatch(JSON.stringify(scene.run), /\[secret\]/);
      for (const { service, name } of tasks()) {
        assert.equal(
          named(name).environment?.AWS_ACCESS_KEY_ID,
          service.taskDefinition.taskRoleArn === undefined ? undefined : "LOCAL",
          name,
        );
      }
    });

    it("publishes on the loopback only, and lets nothing but the two doors out", () => {
      assert.equal(scene.run.compose.networks.vpc?.internal, true);
      const outside = Object.entries(scene.services).filter(([, { networks }]) =>
        Object.keys(networks ?? {}).includes("outside"),
      );
      assert.equal(outside.length, 2);
      for (const [name, { ports = [] }] of Object.entries(scene.services)) {
        assert.equal(ports.length > 0, outside.map(([other]) => other).includes(name), name);
        for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
      }
      assert.deepEqual(named("front-door").ports, ["127.0.0.1:8443:443"]);
    });

    it("sends the front door to every target by its name", () => {
      const { haproxy = "" } = scene.run;
      for (const { service, name } of tasks()) {
        for (const { port } of service.targets) {
          assert.match(haproxy, new RegExp(`server target\\d+ ${name}:${port} resolvers names`));
        }
      }
      assert.doesNotMatch(haproxy, /server-template/);
    });

    it("has a database exactly where the plan has one", () => {
      const planned = scene.plan.resources.filter(
        ({ type }) => type === "aws:rds/instance:Instance",
      );
      assert.equal("database" in scene.services, planned.length > 0);
      if (planned.length === 0) return;
      const { environment, networks } = named("database");
      const grafana = tasks().filter(({ name }) => /-grafana(-\d+)?$/.test(name));
      assert.ok(grafana.length > 0);
      for (const { name } of grafana) {
        const task = named(name);
        assert.equal(task.environment?.GF_DATABASE_PASSWORD, environment?.POSTGRES_PASSWORD);
        assert.deepEqual(networks?.vpc?.aliases, [task.environment?.GF_DATABASE_HOST]);
        assert.equal(task.depends_on?.database?.condition, "service_healthy");
      }
    });
  });
}
