import assert from "node:assert/strict";
import { SECRET_MASK } from "../../plan/plan";
import { unwrapAll } from "../../plan/record";
import type { PlannedStack } from "../../plan/makePlan";
import { stackWarnings } from "../../configs/stack/warnings";
import { stackSchema } from "../../configs/stack/schema";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";
import {
  defaultPlan,
  devPlan,
  planWith,
  prodPlan,
  resourceOf,
  resourcesOf,
} from "../fixtures/plans";
import { ingressOf, roleOfTask, secretValuesOf, taskNamed, tasksOf } from "./reading";

// Not proven here: that Grafana, Tempo and Mimir at the pinned versions read these settings as they are meant.

const shipped = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["default", defaultPlan],
] as const;

/** Grafana with everything that is optional. */
const clientSecretArn =
  "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:oidc-client-AbCdEf";
const oidc = {
  name: "Company",
  clientId: "lgtm",
  clientSecretArn,
  authUrl: "https://id.example.com/authorize",
  tokenUrl: "https://id.example.com/token",
  apiUrl: "https://id.example.com/userinfo",
  roleAttributePath: "contains(groups[*], 'sre') && 'Admin' || 'Viewer'",
};
const caBundlePem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const fullGrafana = () =>
  planWith(prodConfig(), {
    domain: "observe.example.org",
    grafana: { replicas: 2, oidc },
    caBundlePem,
  });
const postgresInDev = () =>
  planWith(devConfig(), { grafana: { database: { type: "postgres", backupRetentionDays: 7 } } });

describe("rows D2 and D3: who may log in, and where Grafana keeps it", () => {
  it("D2: password and key are generated once into Secrets Manager and reach the task by ARN", async () => {
    for (const [, plan] of shipped) {
      const stack = await plan();
      const { secrets, environment } = taskNamed(stack, "grafana");
      for (const [variable, id] of [
        ["GF_SECURITY_ADMIN_PASSWORD", "grafana-admin-password"],
        ["GF_SECURITY_SECRET_KEY", "grafana-secret-key"],
      ] as const) {
        const name = `${stack.config.name}-${id}`;
        const secret = resourceOf(stack, "aws:secretsmanager/secret:Secret", name);
        assert.equal(secrets.get(variable), secret.outputs["arn"]);
        assert.equal(environment.has(variable), false);
        const version = resourceOf(stack, "aws:secretsmanager/secretVersion:SecretVersion", name);
        assert.equal(version.inputs["secretId"], secret.id);
        assert.equal(version.inputs["secretString"], SECRET_MASK);
        // Nothing but its length and alphabet: no keeper makes a new one.
        assert.deepEqual(
          resourceOf(stack, "random:index/randomPassword:RandomPassword", name).inputs,
          { length: 32, special: false },
        );
      }
      assert.equal(new Set(secretValuesOf(stack)).size, secretValuesOf(stack).length);
    }
  });

  it("D2: another version and another size keep the same password", async () => {
    const generated = (stack: PlannedStack) =>
      resourcesOf(stack, "random:index/randomPassword:RandomPassword").map(
        ({ urn, inputs, ignoreChanges }) => ({ urn, inputs, ignoreChanges }),
      );
    const changed = await planWith(devConfig(), {
      grafana: { vcpu: 1, memoryGb: 2 },
      images: { versions: { grafana: "13.2.1" } },
      domain: "other.example.com",
    });
    assert.deepEqual(generated(changed), generated(await devPlan()));
  });

  it("D2: no secret value stands in a task definition, or anywhere in the plan", async () => {
    for (const stack of [await devPlan(), await prodPlan(), await fullGrafana()]) {
      const values = secretValuesOf(stack);
      assert.ok(values.length >= 3);
      const definitions = tasksOf(stack)
        .map(({ definition }) => String(definition.inputs["containerDefinitions"]))
        .join("\n");
      const plan = JSON.stringify(stack.plan);
      for (const value of values) {
        assert.ok(value.length >= 32);
        assert.ok(!definitions.includes(value));
        assert.ok(!plan.includes(value));
      }
    }
  });

  it("D2: root URL from the domain, no sign-up, nobody anonymous", async () => {
    for (const [stack, host] of [
      [await devPlan(), "grafana.dev.example.com"],
      [await prodPlan(), "grafana.example.com"],
      [await fullGrafana(), "grafana.observe.example.org"],
    ] as const) {
      const { environment } = taskNamed(stack, "grafana");
      assert.equal(environment.get("GF_SERVER_ROOT_URL"), `https://${host}/`);
      assert.equal(environment.get("GF_SERVER_DOMAIN"), host);
      assert.equal(environment.get("GF_USERS_ALLOW_SIGN_UP"), "false");
      assert.equal(environment.get("GF_USERS_ALLOW_ORG_CREATE"), "false");
      assert.equal(environment.get("GF_AUTH_ANONYMOUS_ENABLED"), "false");
    }
  });

  it("D2: OpenID Connect by config, off by default, its secret by ARN", async () => {
    for (const [, plan] of shipped) {
      const { environment, secrets } = taskNamed(await plan(), "grafana");
      for (const name of [...environment.keys(), ...secrets.keys()]) {
        assert.doesNotMatch(name, /^GF_AUTH_GENERIC_OAUTH/);
      }
    }
    const stack = await fullGrafana();
    const { environment, secrets } = taskNamed(stack, "grafana");
    const asked = [...environment].filter(([name]) => name.startsWith("GF_AUTH_GENERIC_OAUTH_"));
    assert.deepEqual(Object.fromEntries(asked.map(([name, value]) => [name.slice(22), value])), {
      ENABLED: "true",
      NAME: oidc.name,
      CLIENT_ID: oidc.clientId,
      SCOPES: "openid profile email",
      AUTH_URL: oidc.authUrl,
      TOKEN_URL: oidc.tokenUrl,
      API_URL: oidc.apiUrl,
      USE_PKCE: "true",
      ALLOW_SIGN_UP: "true",
      ROLE_ATTRIBUTE_PATH: oidc.roleAttributePath,
    });
    assert.equal(secrets.get("GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"), clientSecretArn);
    const read = roleOfTask(stack, "grafana", "execution")!.statements.flatMap(
      ({ Action, Resource }) => (Action.includes("secretsmanager:GetSecretValue") ? Resource : []),
    );
    assert.ok(read.includes(clientSecretArn));
  });

  it("D3: sqlite has no database in AWS, and all that matters is provisioned", async () => {
    for (const stack of [await devPlan(), await defaultPlan()]) {
      assert.deepEqual(
        stack.plan.resources.filter(({ type }) => type.startsWith("aws:rds/")),
        [],
      );
      assert.deepEqual(
        ingressOf(stack).filter(({ port }) => port === 5432),
        [],
      );
      const { environment, secrets, files } = taskNamed(stack, "grafana");
      assert.equal(environment.get("GF_DATABASE_TYPE"), "sqlite3");
      assert.equal(environment.has("GF_DATABASE_HOST"), false);
      assert.equal(secrets.has("GF_DATABASE_PASSWORD"), false);
      const folder = environment.get("GF_PATHS_PROVISIONING");
      for (const kind of ["datasources", "dashboards", "alerting"]) {
        assert.ok(
          [...files.keys()].some((path) => path.startsWith(`${folder}/${kind}/`)),
          kind,
        );
      }
      assert.ok(stackWarnings(stack.config).some(({ id }) => id === "sqlite"));
    }
  });

  it("D3: postgres is RDS 16 or newer, in the private subnets, for Grafana alone", async () => {
    assert.equal((await prodPlan()).config.grafana.database.type, "postgres");
    for (const stack of [await prodPlan(), await fullGrafana(), await postgresInDev()]) {
      const [instance, ...others] = resourcesOf(stack, "aws:rds/instance:Instance");
      assert.ok(instance && others.length === 0);
      assert.equal(instance.inputs["engine"], "postgres");
      assert.ok(Number.parseInt(String(instance.inputs["engineVersion"]), 10) >= 16);
      assert.equal(instance.inputs["publiclyAccessible"], false);
      assert.equal(instance.inputs["storageEncrypted"], true);
      const [subnetGroup] = resourcesOf(stack, "aws:rds/subnetGroup:SubnetGroup");
      assert.equal(instance.inputs["dbSubnetGroupName"], subnetGroup?.outputs["name"]);
      const privateSubnets = resourcesOf(stack, "aws:ec2/subnet:Subnet")
        .filter(({ name }) => name.includes("private"))
        .map(({ id }) => id);
      assert.deepEqual(subnetGroup?.inputs["subnetIds"], privateSubnets);
      assert.equal(privateSubnets.length, stack.config.zoneNames.length);
      const [toDatabase, ...more] = ingressOf(stack).filter(({ port }) => port === 5432);
      assert.deepEqual([toDatabase?.from, more], ["grafana", []]);
      const { environment } = taskNamed(stack, "grafana");
      assert.equal(environment.get("GF_DATABASE_TYPE"), "postgres");
      assert.equal(environment.get("GF_DATABASE_HOST"), instance.outputs["address"]);
      assert.equal(environment.get("GF_DATABASE_NAME"), instance.inputs["dbName"]);
      assert.equal(environment.get("GF_DATABASE_USER"), instance.inputs["username"]);
    }
    assert.throws(
      () => configWith(prodConfig(), { grafana: { database: { engineVersion: "15.4" } } }),
      /PostgreSQL 16 or newer/,
    );
  });

  it("D3: its password is the program's own, and nothing rotates it", async () => {
    for (const stack of [await prodPlan(), await postgresInDev()]) {
      const name = `${stack.config.name}-database-password`;
      const [instance] = resourcesOf(stack, "aws:rds/instance:Instance");
      assert.equal(instance!.inputs["manageMasterUserPassword"], undefined);
      assert.equal(instance!.inputs["password"], SECRET_MASK);
      const raw = (type: string) =>
        stack.recording.resources.find((each) => each.type === type && each.name === name)!;
      const stored = unwrapAll(
        raw("aws:secretsmanager/secretVersion:SecretVersion").inputs["secretString"],
      );
      const given = stack.recording.resources.find(({ urn }) => urn === instance!.urn)!;
      assert.equal(unwrapAll(given.inputs["password"]), stored);
      assert.equal(
        unwrapAll(raw("random:index/randomPassword:RandomPassword").outputs["result"]),
        stored,
      );
      const secret = resourceOf(stack, "aws:secretsmanager/secret:Secret", name);
      assert.equal(
        taskNamed(stack, "grafana").secrets.get("GF_DATABASE_PASSWORD"),
        secret.outputs["arn"],
      );
      assert.deepEqual(resourcesOf(stack, "aws:secretsmanager/secretRotation:SecretRotation"), []);
    }
  });

  it("D3: TLS is required, and verified in full where a CA bundle is given", async () => {
    for (const stack of [await prodPlan(), await fullGrafana(), await postgresInDev()]) {
      const [group] = resourcesOf(stack, "aws:rds/parameterGroup:ParameterGroup");
      assert.deepEqual(group?.inputs["parameters"], [{ name: "rds.force_ssl", value: "1" }]);
      const [instance] = resourcesOf(stack, "aws:rds/instance:Instance");
      assert.equal(instance?.inputs["parameterGroupName"], group?.outputs["name"]);
      const major = String(instance?.inputs["engineVersion"]).split(".")[0];
      assert.equal(group?.inputs["family"], `postgres${major}`);
    }
    const plain = taskNamed(await prodPlan(), "grafana");
    assert.equal(plain.environment.get("GF_DATABASE_SSL_MODE"), "require");
    assert.equal(plain.environment.has("GF_DATABASE_CA_CERT_PATH"), false);
    const verified = taskNamed(await fullGrafana(), "grafana");
    assert.equal(verified.environment.get("GF_DATABASE_SSL_MODE"), "verify-full");
    const bundle = verified.environment.get("GF_DATABASE_CA_CERT_PATH");
    assert.equal(verified.files.get(String(bundle)), caBundlePem);
  });

  it("D3: backups 7 days, final snapshot and deletion protection in prod, Multi-AZ by config", async () => {
    const settings = (stack: PlannedStack) => {
      const [instance] = resourcesOf(stack, "aws:rds/instance:Instance");
      const { inputs, protect } = instance!;
      return {
        backups: inputs["backupRetentionPeriod"],
        snapshot: inputs["skipFinalSnapshot"] === false,
        named: inputs["finalSnapshotIdentifier"] !== undefined,
        deletionProtection: inputs["deletionProtection"],
        protect,
        multiAz: inputs["multiAz"],
      };
    };
    const kept = {
      backups: 7,
      snapshot: true,
      named: true,
      deletionProtection: true,
      protect: true,
    };
    assert.deepEqual(settings(await prodPlan()), { ...kept, multiAz: true });
    const single = await planWith(prodConfig(), { grafana: { database: { multiAz: false } } });
    assert.deepEqual(settings(single), { ...kept, multiAz: false });
    assert.deepEqual(settings(await postgresInDev()), {
      backups: 7,
      snapshot: false,
      named: false,
      deletionProtection: false,
      protect: false,
      multiAz: false,
    });
    // The schema's own default, for a stack file that says no more than `postgres`.
    const { ingress, accountId, domain } = defaultConfig();
    const least = stackSchema.parse({
      environment: "prod",
      accountId,
      domain,
      ingress: { certificateArn: ingress.certificateArn },
      grafana: { database: { type: "postgres" } },
    });
    assert.equal(least.grafana.database.backupRetentionDays, 7);
  });
});
