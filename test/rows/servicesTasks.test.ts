import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { PlannedStack } from "../../plan/makePlan";
import { planText } from "../../plan/plan";
import { report } from "../../plan/report";
import type { ContainerDefinition } from "../../stacks/containerDefinitions";
import { at } from "../configs/parsed";
import { configWith, defaultConfig, devConfig, prodConfig } from "../fixtures/config";
import {
  defaultPlan,
  devPlan,
  planOfConfig,
  planOnce,
  planWith,
  prodPlan,
  resourcesOf,
} from "../fixtures/plans";
import { wrongKeys } from "../fixtures/stackFile";
import { roleOfTask, tasksOf, yamlOf } from "./reading";
import {
  privateSubnetIds,
  type Service,
  serviceNamed,
  servicesOf,
  servicesOfRole,
} from "./services";

const stacks = [defaultPlan, devPlan, prodPlan] as const;
const holdData = [
  "mimir",
  "loki-ingester",
  "tempo-ingester",
  "tempo-metrics-generator",
  "pyroscope",
  "alloy-collector",
  "alloy-gateway",
] as const;

const both = ({ init, server }: Service): ContainerDefinition[] => [init, server];
const isDockerHub = ({ image }: ContainerDefinition) => image.startsWith("docker.io/");
const pageOf = (stack: PlannedStack) => report(stack, { folder: "plans/x", seconds: 1 });

describe("S10: tasks and images", () => {
  const secretArn =
    "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf";

  it("S10: private subnets, no public address, awsvpc, linux", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const subnets = new Set(privateSubnetIds(stack));
      for (const { name, inputs, definition } of servicesOf(stack)) {
        const { assignPublicIp, subnets: own } = inputs.networkConfiguration;
        assert.equal(assignPublicIp, false, name);
        assert.ok(own.length > 0 && own.every((id) => subnets.has(id)), name);
        assert.equal(definition.inputs["networkMode"], "awsvpc", name);
        assert.deepEqual(definition.inputs["requiresCompatibilities"], ["FARGATE"], name);
        assert.equal(at(definition.inputs, "runtimePlatform.operatingSystemFamily"), "LINUX");
      }
    }
  });

  it("S10: ARM64, or X86_64 where the stack file says so, in every task", async () => {
    const architectures = (stack: PlannedStack) => [
      ...new Set(
        servicesOf(stack).map(({ definition }) =>
          at(definition.inputs, "runtimePlatform.cpuArchitecture"),
        ),
      ),
    ];
    for (const plan of stacks) assert.deepEqual(architectures(await plan()), ["ARM64"]);
    const x86 = await planWith(devConfig(), { cpuArchitecture: "X86_64" });
    assert.deepEqual(architectures(x86), ["X86_64"]);
  });

  it("S10: every image is pinned; busybox and memcached come from the public ECR gallery", async () => {
    for (const plan of stacks) {
      for (const { name, init, server } of servicesOf(await plan())) {
        for (const { image } of [init, server]) assert.match(image, /:v?\d+\.\d+\.\d+(-\w+)?$/);
        assert.match(init.image, /^public\.ecr\.aws\/docker\/library\/busybox:/, name);
        assert.match(
          server.image,
          name === "memcached"
            ? /^public\.ecr\.aws\/docker\/library\/memcached:/
            : /^docker\.io\/grafana\/\w+:/,
          name,
        );
      }
    }
  });

  it("S10: Docker Hub anonymously: no task names credentials", async () => {
    for (const plan of stacks) {
      const containers = servicesOf(await plan()).flatMap(both);
      assert.ok(containers.every((one) => one.repositoryCredentials === undefined));
    }
  });

  it("S10: Docker Hub with credentials: on its images and no others, and readable by who pulls", async () => {
    const stack = await planWith(prodConfig(), { images: { credentialsSecretArn: secretArn } });
    for (const service of servicesOf(stack)) {
      for (const container of both(service)) {
        assert.deepEqual(
          container.repositoryCredentials,
          isDockerHub(container) ? { credentialsParameter: secretArn } : undefined,
          `${service.name} ${container.name}`,
        );
      }
      const readable = roleOfTask(stack, service.name, "execution")!
        .statements.filter(({ Action }) => Action.includes("secretsmanager:GetSecretValue"))
        .flatMap(({ Resource }) => Resource);
      assert.equal(readable.includes(secretArn), isDockerHub(service.server), service.name);
    }
    assert.deepEqual(resourcesOf(stack, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"), []);
    assert.match(pageOf(stack), /none of them counts against Docker Hub's anonymous limit/);
  });

  it("S10: Docker Hub through the account's own cache, with the rule and the actions it needs", async () => {
    const stack = await planWith(prodConfig(), {
      images: { credentialsSecretArn: secretArn, pullThroughCache: true },
    });
    const [rule, ...others] = resourcesOf(
      stack,
      "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    );
    assert.deepEqual(others, []);
    assert.deepEqual(rule!.inputs, {
      credentialArn: secretArn,
      ecrRepositoryPrefix: "lgtm-docker-hub",
      upstreamRegistryUrl: "registry-1.docker.io",
    });
    const registry = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/lgtm-docker-hub/grafana/";
    for (const service of servicesOf(stack)) {
      const { name, server, resource } = service;
      const cached = name !== "memcached";
      assert.equal(server.image.startsWith(registry), cached, name);
      assert.ok(both(service).every((one) => one.repositoryCredentials === undefined));
      assert.ok(resource.dependencies.includes(rule!.urn), `${name} waits for the rule`);
      const { statements } = roleOfTask(stack, name, "execution")!;
      for (const action of [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:BatchImportUpstreamImage",
        "ecr:CreateRepository",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
      ]) {
        const allowed = statements.some(({ Action }) => Action.includes(action));
        assert.equal(allowed, cached, `${name} ${action}`);
      }
    }
    assert.deepEqual(wrongKeys("prod", { "images.pullThroughCache": true }), [
      "images.pullThroughCache",
    ]);
  });

  it("S10: the plan prints the pulls of an up, and warns where prod relies on the anonymous limit", async () => {
    const prod = await prodPlan();
    const fromDockerHub = servicesOf(prod)
      .filter(({ server }) => isDockerHub(server))
      .reduce((sum, { inputs }) => sum + inputs.desiredCount, 0);
    const page = pageOf(prod);
    assert.ok(
      page.includes(
        `${fromDockerHub} of them count against Docker Hub's anonymous limit of 100 in 6 hours`,
      ),
    );
    assert.match(page, /docker\.io\/grafana\/mimir:3\.1\.\d+ +3\b/);
    const warning = /images come from Docker Hub anonymously/;
    assert.match(page, warning);
    assert.doesNotMatch(pageOf(await devPlan()), warning);
    const cached = { images: { credentialsSecretArn: secretArn, pullThroughCache: true } };
    assert.doesNotMatch(pageOf(await planWith(prodConfig(), cached)), warning);
  });
});

describe("S11: configuration files", () => {
  it("S11: every file is one readable variable of the init container, which the server waits for", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const { name, init, server } of servicesOf(stack)) {
        const { files, initScript } = tasksOf(stack).find(({ service }) => service === name)!;
        const packed = [...files].filter(([file]) => file.endsWith(".json"));
        // Dashboards and alert rules share one, compressed: they would not fit.
        assert.equal(packed.length > 0, name === "grafana", name);
        assert.equal(
          files.size - packed.length + (packed.length > 0 ? 1 : 0),
          init.environment!.length,
        );
        for (const [file, text] of packed) assert.doesNotThrow(() => void JSON.parse(text), file);
        if (name !== "memcached") assert.ok(files.size > 0, name);
        for (const [file, text] of files) {
          assert.ok(file.startsWith("/etc/lgtm/"), file);
          if (file.endsWith(".json")) continue;
          // Lines of text, so that a diff shows the line that changes.
          assert.match(text, /^(#|\/\/) .*\n/, file);
          assert.ok(text.endsWith("\n"), file);
        }
        assert.deepEqual(init.entryPoint, ["/bin/busybox", "sh", "-c"]);
        assert.equal(init.essential, false);
        assert.deepEqual(server.dependsOn, [{ condition: "SUCCESS", containerName: "init" }]);
        // Server images have no shell: nothing may ask for one of theirs. Tempo's ingester has a stop hook in busybox's (S14).
        if (name.includes("tempo-ingester"))
          assert.deepEqual(server.entryPoint?.slice(0, 3), ["/etc/lgtm/bin/busybox", "sh", "-c"]);
        else assert.equal(server.entryPoint, undefined, name);
        const uid = server.user!;
        assert.match(uid, /^[1-9]\d*:[1-9]\d*$/, name);
        const writable = server.mountPoints!.filter(({ readOnly }) => readOnly === false);
        for (const { containerPath } of writable) {
          assert.ok(initScript.includes(`chown ${uid} '${containerPath}'`), name);
        }
        assert.deepEqual(
          server.mountPoints!.find(({ containerPath }) => containerPath === "/etc/lgtm"),
          { containerPath: "/etc/lgtm", readOnly: true, sourceVolume: "config" },
        );
        assert.equal(server.readonlyRootFilesystem, true, name);
      }
    }
  });

  it("S11: the init container's script, run, leaves the files, the directories and busybox", async function () {
    const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((file) => fs.existsSync(file));
    const shell = busybox === undefined ? ["/bin/sh"] : [busybox, "sh"];
    const stack = await prodPlan();
    for (const name of ["mimir-1", "grafana"]) {
      const root = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-task-"));
      try {
        fs.mkdirSync(path.join(root, "bin"));
        fs.writeFileSync(path.join(root, "bin/busybox"), "the static binary");
        const { init } = serviceNamed(stack, name);
        const { files } = tasksOf(stack).find(({ service }) => service === name)!;
        const { uid, gid } = os.userInfo();
        const script = init
          .command![0]!.replaceAll("'/", `'${root}/`)
          .replace(/chown \d+:\d+/g, `chown ${uid}:${gid}`);
        const variables = init.environment!.map((each) => [each.name, each.value]);
        const env = { PATH: process.env["PATH"], ...Object.fromEntries(variables) } as object;
        const result = spawnSync(shell[0]!, [...shell.slice(1), "-c", script], {
          env: env as NodeJS.ProcessEnv,
          encoding: "utf8",
        });
        assert.equal(result.status, 0, result.stderr);
        for (const [file, text] of files) {
          assert.equal(fs.readFileSync(path.join(root, file), "utf8"), text);
        }
        const left = path.join(root, "/etc/lgtm/bin/busybox");
        assert.equal(fs.readFileSync(left, "utf8"), "the static binary");
        assert.equal(fs.statSync(left).mode & 0o777, 0o755);
        assert.ok(fs.statSync(path.join(root, "/tmp")).isDirectory());
      } finally {
        fs.rmSync(root, { recursive: true, force: true });
      }
    }
  });

  it("S11: a changed configuration is a new task definition of exactly the tasks that read it", async () => {
    const before = await prodPlan();
    const after = await planWith(prodConfig(), { pyroscope: { retentionDays: 20 } });
    const changed = tasksOf(after)
      .filter(({ service, definition }) => {
        const old = tasksOf(before).find((task) => task.service === service)!;
        return JSON.stringify(old.definition.inputs) !== JSON.stringify(definition.inputs);
      })
      .map(({ service }) => service);
    assert.deepEqual(changed, ["pyroscope"]);
  });

  it("S11: every task definition is far below 64 KiB, and one that would not be is refused by the plan", async () => {
    for (const plan of stacks) {
      for (const { name, definition } of servicesOf(await plan())) {
        assert.ok(JSON.stringify(definition.inputs).length < 48 * 1024, name);
      }
    }
    const caBundlePem = `-----BEGIN CERTIFICATE-----\n${"A".repeat(64)}\n`.repeat(800);
    await assert.rejects(
      planOfConfig(configWith(prodConfig(), { caBundlePem })),
      /lgtm-grafana has \d+ bytes; at most \d+ are allowed.*FILE_DATABASE_CA_PEM/s,
    );
  });
});

describe("S12: nothing to change the second time", () => {
  const sortedBy = <T>(values: readonly T[], key: (value: T) => string | number) =>
    [...values].sort((a, b) => (key(a) < key(b) ? -1 : 1));

  it("S12: container definitions say every default that AWS would add, in one order", async () => {
    const secret = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:hub-AbCdEf";
    for (const stack of [
      ...(await Promise.all(stacks.map((plan) => plan()))),
      await planWith(devConfig(), { execEnabled: true, images: { credentialsSecretArn: secret } }),
    ]) {
      for (const { definition } of tasksOf(stack)) {
        const text = String(definition.inputs["containerDefinitions"]);
        const containers = JSON.parse(text) as ContainerDefinition[];
        assert.deepEqual(
          containers.map(({ name }) => name),
          containers.map(({ name }) => name).sort(),
        );
        for (const container of containers) {
          const where = `${definition.name} ${container.name}`;
          assert.deepEqual(Object.keys(container), Object.keys(container).sort(), where);
          assert.equal(typeof container.essential, "boolean", where);
          assert.equal(container.cpu, 0, where);
          assert.deepEqual(container.volumesFrom, [], where);
          assert.deepEqual(container.systemControls, [], where);
          assert.equal(container.versionConsistency, "enabled", where);
          const { environment, mountPoints, portMappings, secrets, healthCheck } = container;
          assert.deepEqual(
            environment,
            sortedBy(environment!, ({ name }) => name),
            where,
          );
          assert.deepEqual(secrets, secrets && sortedBy(secrets, ({ name }) => name), where);
          assert.deepEqual(
            mountPoints,
            sortedBy(mountPoints!, ({ containerPath }) => containerPath),
            where,
          );
          for (const { readOnly } of mountPoints) assert.equal(typeof readOnly, "boolean", where);
          assert.deepEqual(
            portMappings,
            sortedBy(portMappings!, ({ containerPort }) => containerPort),
            where,
          );
          for (const mapping of portMappings) {
            assert.equal(mapping.hostPort, mapping.containerPort, where);
            assert.equal(mapping.protocol, "tcp", where);
          }
          if (healthCheck !== undefined) {
            const { interval, retries, startPeriod, timeout } = healthCheck;
            for (const number of [interval, retries, startPeriod, timeout]) {
              assert.equal(typeof number, "number", where);
            }
          }
          assert.doesNotMatch(text, /":null/, where);
        }
      }
    }
  });

  it("S12: the same stack planned twice is the same, byte by byte", async () => {
    for (const [plan, config] of [
      [prodPlan, prodConfig],
      [devPlan, devConfig],
    ] as const) {
      assert.equal(planText((await planOnce(config())).plan), planText((await plan()).plan));
    }
  });

  it("S12: tasks carry their service's tags and those of ECS", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      for (const { name, inputs, resource } of servicesOf(stack)) {
        assert.equal(inputs["propagateTags"], "SERVICE", name);
        assert.equal(inputs["enableEcsManagedTags"], true, name);
        assert.equal(at(resource.outputs, "tagsAll.lgtm:name"), stack.config.name, name);
      }
    }
  });
});

describe("S14: data", () => {
  it("S14: whatever holds data has 120 seconds to stop, and is never on Spot", async () => {
    const spot = { spot: true };
    for (const stack of [
      ...(await Promise.all(stacks.map((plan) => plan()))),
      await planWith(prodConfig(), {
        loki: { querier: spot, queryFrontend: spot },
        tempo: { querier: spot, queryFrontend: spot },
      }),
    ]) {
      for (const role of holdData) {
        for (const { name, server, inputs } of servicesOfRole(stack, role)) {
          assert.equal(server.stopTimeout, 120, name);
          assert.deepEqual(
            inputs.capacityProviderStrategies.map(({ capacityProvider }) => capacityProvider),
            ["FARGATE"],
            name,
          );
        }
      }
      for (const { name, server } of servicesOf(stack)) {
        // Tempo's query-frontend never ends by itself, and what it takes after SIGTERM hangs.
        const least = name.endsWith("tempo-query-frontend") ? 2 : 30;
        assert.ok(server.stopTimeout! >= least && server.stopTimeout! <= 120, name);
      }
    }
    for (const key of ["mimir", "loki.ingester", "tempo.ingester", "pyroscope", "alloy.gateway"]) {
      assert.deepEqual(wrongKeys("prod", { [`${key}.spot`]: true }), [`${key}.spot`]);
    }
  });

  it("S14: rings flush when they stop", async () => {
    for (const plan of stacks) {
      const stack = await plan();
      const flush = {
        mimir: "blocks_storage.tsdb.flush_blocks_on_shutdown",
        "loki-ingester": "ingester.wal.flush_on_shutdown",
        "tempo-ingester": "ingester.flush_all_on_shutdown",
      } as const;
      for (const [role, key] of Object.entries(flush)) {
        for (const { name } of servicesOfRole(stack, role)) {
          assert.equal(at(yamlOf(stack, name), key), true, name);
        }
      }
      // A stop must fit: nothing waits longer for requests than the task is given.
      for (const { name, server } of servicesOf(stack)) {
        if (!/^(mimir|loki|tempo|pyroscope)/.test(name)) continue;
        const file = yamlOf(stack, name);
        const wait = ["shutdown_delay", "server.graceful_shutdown_timeout"]
          .map((key) => Number(/^(\d+)s$/.exec(String(at(file, key)))?.[1] ?? 0))
          .reduce((sum, each) => sum + each, 0);
        assert.ok(wait > 0 && wait <= server.stopTimeout!, `${name} ${wait}`);
      }
    }
  });

  it("S14: logs of writes and the disk below them are sized by the stack file", async () => {
    const disk = (stack: PlannedStack, name: string) =>
      at(serviceNamed(stack, name).definition.inputs, "ephemeralStorage.sizeInGib");
    const prod = await prodPlan();
    assert.deepEqual(
      ["mimir-0", "loki-ingester-2", "tempo-ingester-0", "grafana"].map((n) => disk(prod, n)),
      // 20 GB is Fargate's own, which its API does not take as a value.
      [30, 30, undefined, undefined],
    );
    assert.equal(disk(await devPlan(), "mimir-0"), undefined);
    const larger = await planWith(prodConfig(), {
      tempo: { ingester: { ephemeralStorageGb: 60 } },
    });
    assert.equal(disk(larger, "tempo-ingester-1"), 60);
    for (const plan of stacks) {
      const stack = await plan();
      for (const { name, definition } of servicesOfRole(stack, "loki-ingester")) {
        const ceiling = String(at(yamlOf(stack, name), "ingester.wal.replay_memory_ceiling"));
        const memory = Number(definition.inputs["memory"]);
        assert.ok(parseInt(ceiling) <= 0.8 * memory && parseInt(ceiling) >= 0.5 * memory, ceiling);
      }
      // Every log of writes lies on the task's own volume, and lives as long as the task.
      for (const role of holdData) {
        const { server } = servicesOfRole(stack, role)[0]!;
        const data = server.mountPoints!.find(({ sourceVolume }) => sourceVolume === "data");
        assert.equal(data?.readOnly, false, role);
        assert.equal(server.restartPolicy?.enabled, true, role);
      }
    }
  });
});

describe("S18: logs", () => {
  it("S18: one group per product, seven days, made by the program; the driver never blocks", async () => {
    const products = ["alloy", "grafana", "loki", "memcached", "mimir", "pyroscope", "tempo"];
    for (const [stack, days] of [
      [await defaultPlan(), 7],
      [await devPlan(), 7],
      [await prodPlan(), 7],
      [await planWith(devConfig(), { logRetentionDays: 30 }), 30],
    ] as const) {
      const groups = resourcesOf(stack, "aws:cloudwatch/logGroup:LogGroup").filter(({ inputs }) =>
        String(inputs["name"]).startsWith("/ecs/"),
      );
      assert.deepEqual(
        groups.map(({ inputs }) => [inputs["name"], inputs["retentionInDays"]]),
        products.map((product) => [`/ecs/${stack.config.name}-${product}`, days]),
      );
      for (const service of servicesOf(stack)) {
        const product = service.name.split("-")[0]!;
        for (const { logConfiguration } of both(service)) {
          assert.equal(logConfiguration!.logDriver, "awslogs");
          const { mode, ...options } = logConfiguration!.options;
          assert.equal(mode, "non-blocking", service.name);
          assert.equal(options["awslogs-group"], `/ecs/${stack.config.name}-${product}`);
          assert.equal(options["awslogs-region"], stack.config.region);
          assert.equal(options["awslogs-create-group"], undefined);
          assert.match(options["max-buffer-size"]!, /^\d+m$/);
        }
        const group = groups.find(({ inputs }) => String(inputs["name"]).endsWith(`-${product}`))!;
        const { dependencies } = service.definition;
        assert.ok(dependencies.includes(group.urn), `${service.name} waits for its group`);
      }
    }
  });
});

describe("S20: health", () => {
  const checks: Readonly<Record<string, string>> = {
    mimir: "9009/ready",
    "loki-distributor": "3100/ready",
    "loki-ingester": "3100/ready",
    "loki-querier": "3100/ready",
    "loki-query-frontend": "3100/loki/api/v1/status/buildinfo",
    "loki-compactor": "3100/ready",
    "tempo-distributor": "3200/ready",
    "tempo-ingester": "3200/ready",
    "tempo-querier": "3200/ready",
    "tempo-query-frontend": "3200/api/echo",
    "tempo-compactor": "3200/ready",
    "tempo-metrics-generator": "3200/ready",
    pyroscope: "4040/ready",
    grafana: "3000/api/health",
    "alloy-collector": "12345/-/ready",
    "alloy-gateway": "12345/-/ready",
  };

  it("S20: every server is asked by the init container's busybox, in one way, with one patience", async () => {
    const busybox = "/etc/lgtm/bin/busybox";
    const patience = { interval: 5, retries: 3, startPeriod: 180, timeout: 5 };
    for (const plan of stacks) {
      const stack = await plan();
      let checked = 0;
      for (const [role, target] of Object.entries(checks)) {
        for (const { name, server } of servicesOfRole(stack, role)) {
          const [port, ...rest] = target.split("/");
          const url = `http://127.0.0.1:${port}/${rest.join("/")}`;
          const command = ["CMD", busybox, "wget", "-q", "-O", "/dev/null", url];
          assert.deepEqual(server.healthCheck, { command, ...patience }, name);
          checked++;
        }
      }
      // memcached speaks no HTTP; this nc has no -z.
      const { server } = serviceNamed(stack, "memcached");
      const probe = `${busybox} nc -w 2 127.0.0.1 11211 </dev/null`;
      assert.deepEqual(server.healthCheck, {
        command: ["CMD", busybox, "sh", "-c", probe],
        ...patience,
      });
      assert.equal(checked + 1, servicesOf(stack).length);
      for (const { name, init } of servicesOf(stack)) {
        assert.ok(init.command![0]!.includes(`'${busybox}'`), name);
        assert.equal(init.healthCheck, undefined, name);
      }
    }
  });

  it("S20: what is not proven is said: the copied binary on Fargate", () => {
    const readme = fs.readFileSync(path.join(__dirname, "../../README.md"), "utf8");
    assert.match(
      readme,
      /Not proven here:[^.]*busybox copied into a task volume runs in a distroless image/s,
    );
  });
});

describe("S21: memory", () => {
  const configs = [
    defaultConfig(),
    devConfig(),
    prodConfig(),
    configWith(prodConfig(), { mimir: { vcpu: 4, memoryGb: 16 } }),
  ];

  it("S21: every Go server knows what its task has, with room for what Go does not count", async () => {
    for (const config of configs) {
      for (const { name, server, definition } of servicesOf(await planOfConfig(config))) {
        const limit = server.environment!.find((each) => each.name === "GOMEMLIMIT")?.value;
        if (name === "memcached") {
          assert.equal(limit, undefined);
          continue;
        }
        const share = Number(/^(\d+)MiB$/.exec(limit!)?.[1]) / Number(definition.inputs["memory"]);
        assert.ok(share >= 0.8 && share <= 0.9, `${name} ${limit}`);
      }
    }
  });

  it("S21: memcached's items and its process fit into the task", async () => {
    for (const config of configs) {
      const { server, definition } = serviceNamed(await planOfConfig(config), "memcached");
      const memory = Number(definition.inputs["memory"]);
      const items = Number(
        server.command!.map((arg) => /^--memory-limit=(\d+)$/.exec(arg)?.[1]).find(Boolean),
      );
      assert.ok(items <= memory - 100 && items >= memory / 2, `${items} of ${memory}`);
    }
  });

  it("S21: Mimir's caches, all full, are a small part of the task; its defaults are 2.6 of 4 GB", async () => {
    const mib = 1024 * 1024;
    const tsdb = "blocks_storage.tsdb";
    const store = "blocks_storage.bucket_store";
    const caches = {
      [`${store}.index_cache.inmemory.max_size_bytes`]: 1024,
      [`${store}.series_hash_cache_max_size_bytes`]: 1024,
      [`${tsdb}.series_hash_cache_max_size_bytes`]: 350,
      [`${tsdb}.head_postings_for_matchers_cache_max_bytes`]: 100,
      [`${tsdb}.block_postings_for_matchers_cache_max_bytes`]: 100,
    };
    const defaults = Object.values(caches).reduce((sum, each) => sum + each, 0);
    assert.equal(Math.round(defaults / 100) / 10, 2.6);
    for (const config of configs) {
      const stack = await planOfConfig(config);
      for (const { name, definition } of servicesOfRole(stack, "mimir")) {
        const file = yamlOf(stack, name, "mimir.yaml");
        // The last is per block, and an ingester keeps eight.
        const sizes = Object.keys(caches).map((key) => {
          const bytes = Number(at(file, key));
          assert.ok(bytes > 0, `${name} ${key}`);
          return key.includes("block_postings") ? bytes * 8 : bytes;
        });
        const sum = sizes.reduce((total, each) => total + each, 0) / mib;
        assert.ok(sum <= 0.15 * Number(definition.inputs["memory"]), `${name} ${sum} MiB`);
      }
    }
  });

  it("S21: Loki's own caches are off, and what waits for memcached fits", async () => {
    for (const config of configs) {
      const stack = await planOfConfig(config);
      for (const [role, where] of [
        ["loki-ingester", "chunk_store_config.chunk_cache_config"],
        ["loki-querier", "chunk_store_config.chunk_cache_config"],
        ["loki-query-frontend", "query_range.results_cache.cache"],
      ] as const) {
        const { name, definition } = servicesOfRole(stack, role)[0]!;
        const cache = at(yamlOf(stack, name), where);
        assert.equal(at(cache, "embedded_cache.enabled"), false, name);
        const waiting = parseInt(String(at(cache, "background.writeback_size_limit")));
        assert.ok(waiting > 0 && waiting <= Number(definition.inputs["memory"]) / 10, name);
      }
    }
  });

  it("S21: a querier of Tempo takes on what its memory holds", async () => {
    const jobs = async (stack: Promise<PlannedStack>) =>
      Number(at(yamlOf(await stack, "tempo-querier"), "querier.max_concurrent_queries"));
    assert.equal(await jobs(prodPlan()), 20);
    assert.ok((await jobs(devPlan())) < 10);
  });
});
