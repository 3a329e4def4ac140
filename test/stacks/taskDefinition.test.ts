import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { buildCatalog, servicesOf } from "../../stacks/catalog";
import {
  canonical,
  canonicalJson,
  type ContainerDefinition,
} from "../../stacks/containerDefinitions";
import { BUSYBOX_PATH } from "../../stacks/initContainer";
import { PACKED_VARIABLE } from "../../stacks/initContainer";
import {
  containerDefinitions,
  type LateFacts,
  registeredBytes,
  TASK_DEFINITION_LIMIT_BYTES,
  TASK_DEFINITION_MARGIN_BYTES,
  taskDefinitionSpec,
} from "../../stacks/taskDefinition";
import type { StackConfig } from "../../configs/stack/schema";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";

const late: LateFacts = {
  env: { "database.address": "db.internal" },
  secretArns: {
    "grafana-admin-password": "arn:secret:admin",
    "grafana-secret-key": "arn:secret:key",
    "database-password": "arn:secret:database",
  },
  logGroup: "/ecs/group",
};

function tasksOf(config: StackConfig) {
  return servicesOf(buildCatalog(config)).map(({ product, role, instance }) => {
    const spec = taskDefinitionSpec(product, role, instance, config);
    const json = containerDefinitions(spec, late);
    const containers = JSON.parse(json) as ContainerDefinition[];
    const byName = (name: string) => containers.find((one) => one.name === name)!;
    return {
      product,
      role,
      instance,
      spec,
      json,
      init: byName("init"),
      server: byName(spec.serverContainer),
    };
  });
}
const taskOf = (config: StackConfig, service: string) =>
  tasksOf(config).find(({ instance }) => instance.serviceName === service)!;

const configs = { dev: devConfig, prod: prodConfig, default: defaultConfig };

for (const [name, config] of Object.entries(configs)) {
  describe(`task definitions of ${name}`, () => {
    const tasks = tasksOf(config());

    it("S12: are canonical JSON", () => {
      for (const { json } of tasks) {
        assert.equal(json, canonicalJson(canonical(JSON.parse(json) as ContainerDefinition[])));
      }
    });

    it("S11: hand every file to the init container, whose success the server waits for", () => {
      for (const { init, server, instance } of tasks) {
        assert.equal(init.essential, false);
        assert.equal(init.user, "0");
        assert.deepEqual(
          (init.environment ?? [])
            .filter(({ name }) => name !== PACKED_VARIABLE)
            .map(({ value }) => value)
            .sort(),
          instance.files
            .filter(({ packed }) => packed !== true)
            .map(({ content }) => content)
            .sort(),
        );
        assert.equal(
          (init.environment ?? []).some(({ name }) => name === PACKED_VARIABLE),
          instance.files.some(({ packed }) => packed === true),
        );
        for (const { path } of instance.files)
          assert.ok(init.command![0]!.includes(`'${path}'`), path);
        assert.deepEqual(server.dependsOn, [{ condition: "SUCCESS", containerName: "init" }]);
        const mount = server.mountPoints!.find(
          ({ containerPath }) => containerPath === "/etc/lgtm",
        );
        assert.deepEqual(mount, {
          containerPath: "/etc/lgtm",
          readOnly: true,
          sourceVolume: "config",
        });
      }
    });

    it("S11: mount in both containers the volumes that the task has, and no other", () => {
      for (const { spec, init, server } of tasks) {
        for (const one of [init, server]) {
          assert.deepEqual(
            one.mountPoints!.map(({ sourceVolume }) => sourceVolume).sort(),
            [...spec.volumes].sort(),
          );
        }
      }
    });

    it("run the server as a numeric user other than root, on a read-only root file system", () => {
      for (const { server, spec } of tasks) {
        assert.match(server.user!, /^[1-9]\d*:[1-9]\d*$/, spec.family);
        assert.equal(server.readonlyRootFilesystem, true);
      }
    });

    it("S14: give 120 seconds to whatever holds data, and restart it in place with its log", () => {
      for (const { server, role } of tasks) {
        if (role.holdsData) assert.equal(server.stopTimeout, 120);
        // It never ends by itself, and what it takes after SIGTERM hangs.
        else if (role.id === "tempo-query-frontend") assert.equal(server.stopTimeout, 2);
        else assert.ok(server.stopTimeout! >= 30 && server.stopTimeout! < 120);
        assert.equal(server.restartPolicy?.enabled, role.holdsData ? true : undefined);
      }
    });

    it("S18: log without blocking into the product's group", () => {
      for (const { server, init, instance } of tasks) {
        for (const one of [server, init]) {
          assert.deepEqual(one.logConfiguration, {
            logDriver: "awslogs",
            options: {
              "awslogs-group": "/ecs/group",
              "awslogs-region": "ap-northeast-2",
              "awslogs-stream-prefix": instance.serviceName,
              mode: "non-blocking",
              "max-buffer-size": "4m",
            },
          });
        }
      }
    });

    it("S20: check the health every 5 seconds with the init container's busybox", () => {
      for (const { server, role } of tasks) {
        const { command, ...times } = server.healthCheck!;
        assert.deepEqual(times, { interval: 5, retries: 3, startPeriod: 180, timeout: 5 });
        assert.deepEqual(command.slice(0, 2), ["CMD", BUSYBOX_PATH]);
        if (role.health.kind === "http") {
          assert.equal(command.at(-1), `http://127.0.0.1:${role.health.port}${role.health.path}`);
        }
      }
    });

    it("S21: tell every Go server its memory", () => {
      for (const { server, role } of tasks) {
        const limit = server.environment!.find((variable) => variable.name === "GOMEMLIMIT")?.value;
        if (role.product === "memcached") assert.equal(limit, undefined);
        else assert.ok(Number.parseInt(limit!) < role.memoryGb * 1024 && limit!.endsWith("MiB"));
      }
    });

    it("S11: stay below ECS's limit with room to spare", () => {
      for (const { spec, json } of tasks) {
        const bytes = registeredBytes(spec, json);
        assert.ok(bytes > Buffer.byteLength(json));
        assert.ok(
          bytes < TASK_DEFINITION_LIMIT_BYTES - TASK_DEFINITION_MARGIN_BYTES,
          `${spec.family} ${bytes}`,
        );
      }
    });

    it("pin every image", () => {
      for (const { server, init } of tasks) {
        for (const { image } of [server, init]) assert.match(image, /:[^:/]*\d[^:/]*$/);
      }
    });
  });
}

describe("task definition", () => {
  it("S11: that would not fit is refused, with the service and its largest files", () => {
    const config = devConfig();
    const service = servicesOf(buildCatalog(config))[1]!;
    const content = "x".repeat(60_000);
    const instance = { ...service.instance, files: [{ path: "/etc/lgtm/big.yaml", content }] };
    assert.throws(
      () => taskDefinitionSpec(service.product, service.role, instance, config),
      /task definition of lgtm-dev-mimir-0 has 6\d{4} bytes; at most 61440 .*FILE_BIG_YAML 60002/,
    );
  });

  it("D2: names secrets by ARN and never by value", () => {
    const { server } = taskOf(prodConfig(), "grafana");
    assert.ok(server.secrets!.some(({ valueFrom }) => valueFrom === "arn:secret:admin"));
    assert.ok(server.secrets!.some(({ valueFrom }) => valueFrom === "arn:secret:database"));
    assert.ok(
      taskOf(devConfig(), "grafana").server.secrets!.every(({ valueFrom }) =>
        valueFrom.startsWith("arn:"),
      ),
    );
  });

  it("D3: is not made without the late values that it names", () => {
    const { spec } = taskOf(prodConfig(), "grafana");
    assert.throws(
      () => containerDefinitions(spec, { ...late, env: {} }),
      /lgtm-grafana names database\./,
    );
    assert.throws(
      () => containerDefinitions(spec, { ...late, secretArns: {} }),
      /names .*, which is not there/,
    );
  });

  it("S10: pulls from Docker Hub with the credentials that the stack file names, and from nowhere else", () => {
    const arn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:hub-AbCdEf";
    const config = configWith(devConfig(), { images: { credentialsSecretArn: arn } });
    assert.deepEqual(taskOf(config, "grafana").server.repositoryCredentials, {
      credentialsParameter: arn,
    });
    assert.equal(taskOf(config, "grafana").init.repositoryCredentials, undefined);
    assert.equal(taskOf(config, "memcached").server.repositoryCredentials, undefined);
    assert.equal(taskOf(devConfig(), "grafana").server.repositoryCredentials, undefined);
  });

  it("ECS Exec needs a writable root and an init process; nothing else has them", () => {
    const { server } = taskOf(configWith(devConfig(), { execEnabled: true }), "loki-querier");
    assert.equal(server.readonlyRootFilesystem, false);
    assert.deepEqual(server.linuxParameters, { initProcessEnabled: true });
    assert.equal(taskOf(devConfig(), "loki-querier").server.linuxParameters, undefined);
  });

  it("S14: asks for a larger disk only above Fargate's own 20 GB", () => {
    assert.equal(taskOf(prodConfig(), "mimir-0").spec.ephemeralStorageGb, 30);
    assert.equal(taskOf(devConfig(), "mimir-0").spec.ephemeralStorageGb, undefined);
  });

  it("S16: gives each replica of a ring a file of its own", () => {
    for (const ring of ["mimir", "loki-ingester", "tempo-ingester"]) {
      const texts = [0, 1, 2].map(
        (i) => taskOf(prodConfig(), `${ring}-${i}`).instance.files[0]!.content,
      );
      assert.equal(new Set(texts).size, 3, ring);
      assert.ok(texts[1]!.includes(`${ring}-1`), ring);
    }
  });
});

const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((file) => fs.existsSync(file));
if (busybox !== undefined) {
  describe("S20: the health command, run with this machine's busybox", () => {
    const runCheck = (command: readonly string[]) => {
      const [binary, ...args] = command
        .slice(1)
        .map((part) => part.replaceAll(BUSYBOX_PATH, busybox));
      return new Promise<number>((resolve) => {
        spawn(binary!, args, { stdio: ["pipe", "ignore", "ignore"] }).on("close", (code) =>
          resolve(code ?? -1),
        );
      });
    };
    const commandOf = (service: string, port: number) => {
      const { server, role } = taskOf(devConfig(), service);
      return server.healthCheck!.command.map((part) =>
        part.replaceAll(String(role.health.port), String(port)),
      );
    };

    it("is 0 exactly where the server answers 200, or the port is open", async () => {
      let status = 200;
      const asked: string[] = [];
      const server = http.createServer((request, response) => {
        asked.push(request.url!);
        response.writeHead(status).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      assert.equal(await runCheck(commandOf("mimir-0", port)), 0);
      assert.equal(await runCheck(commandOf("memcached", port)), 0);
      status = 503;
      assert.notEqual(await runCheck(commandOf("mimir-0", port)), 0);
      assert.deepEqual(asked, ["/ready", "/ready"]);
      await new Promise((resolve) => server.close(resolve));
      assert.notEqual(await runCheck(commandOf("mimir-0", port)), 0);
      assert.notEqual(await runCheck(commandOf("memcached", port)), 0);
    });

    it("uses applets that busybox has", () => {
      const applets = spawnSync(busybox, ["--list"], { encoding: "utf8" }).stdout.split("\n");
      for (const applet of ["wget", "nc", "sh"]) assert.ok(applets.includes(applet), applet);
    });
  });
}
