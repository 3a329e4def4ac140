import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { edges } from "../../stacks/edges";
import { buildCatalog, servicesOf } from "../../stacks/catalog";
import { containersOf, prodPlan, resourceOf } from "../fixtures/plans";
import { prodConfig } from "../fixtures/config";

const script = path.join(__dirname, "..", "..", "operate", "flush-ring.sh");

describe("flush-ring.sh", () => {
  let folder = "";
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-flush-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** An `aws` with a prod cluster of three Mimir and three Loki ingesters. */
  function run(args: readonly string[], exitCode = 42) {
    const services = ["mimir-0", "mimir-1", "mimir-2", "loki-ingester-0", "alloy-collector"]
      .map((service) => `arn:aws:ecs:r:1:service/lgtm-cluster/lgtm-${service}`)
      .join("\t");
    fs.writeFileSync(
      path.join(folder, "aws"),
      `#!/usr/bin/env bash
printf '%s\\n' "$*" >> "${folder}/calls"
case "$*" in
  *taskDefinition*) echo arn:definition ;;
  *networkConfiguration*) echo '{"awsvpcConfiguration":{}}' ;;
  *list-services*) printf '${services}\\n' ;;
  *list-tasks*) echo "task-of-\${6}" ;;
  *privateIPv4Address*) echo "10.0.0.\${6##*-}" ;;
  *run-task*) echo arn:flush ;;
  *exitCode*) echo ${exitCode} ;;
esac
`,
      { mode: 0o755 },
    );
    const { status, stdout, stderr } = spawnSync(script, args, {
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` },
    });
    const calls = fs.existsSync(path.join(folder, "calls"))
      ? fs.readFileSync(path.join(folder, "calls"), "utf8").split("\n")
      : [];
    return { status, stdout, stderr, asked: calls.filter((call) => call.includes("run-task")) };
  }

  it("asks the survivors, and not the dead one", () => {
    const { status, stdout, stderr, asked } = run(["lgtm", "mimir", "1"]);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, "lgtm-mimir-0 (10.0.0.0): flushed\nlgtm-mimir-2 (10.0.0.2): flushed\n");
    assert.equal(asked.length, 2);
    assert.match(asked[0] ?? "", /http:\/\/10\.0\.0\.0:9009\/ingester\/flush\?wait=true/);
    const overrides = /--overrides (\{.*\}) --started-by/.exec(asked[0] ?? "")?.[1] ?? "";
    assert.deepEqual(Object.keys(JSON.parse(overrides) as object), ["containerOverrides"]);
  });

  it("says so where a flush failed, where nobody survived, and where the ring is none", () => {
    const failed = run(["lgtm", "mimir", "1"], 1);
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /lgtm-mimir-0 .*NOT flushed \(exit code 1\)/);
    assert.match(run(["lgtm", "loki-ingester", "0"]).stderr, /no survivors/);
    assert.equal(run(["lgtm", "grafana", "0"]).status, 2);
  });

  it("its request is a flush where the server answers 2xx, and no flush elsewhere", async () => {
    const { asked } = run(["lgtm", "mimir", "1"]);
    const overrides = /--overrides (\{.*\}) --started-by/.exec(asked[0] ?? "")?.[1] ?? "";
    const [override] = (
      JSON.parse(overrides) as { containerOverrides: { name: string; command: string[] }[] }
    ).containerOverrides;
    const seen: string[] = [];
    let status = 204;
    const server = http.createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const command = (override?.command[0] ?? "").replace("10.0.0.0:9009", `127.0.0.1:${port}`);
    // BusyBox's wget where there is one; its stand-in takes the same options.
    fs.writeFileSync(
      path.join(folder, "wget"),
      `#!/usr/bin/env bash
[ "$1 $2 $3 $4 $5" = "-q -O /dev/null --post-data " ] || exit 9
exec node -e 'fetch(process.argv[1],{method:"POST",body:""}).then((r)=>process.exit(r.ok?0:1))' "$6"
`,
      { mode: 0o755 },
    );
    const ask = () =>
      new Promise<number | null>((resolve) => {
        spawn("sh", ["-c", command], {
          env: { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` },
        }).on("close", resolve);
      });
    try {
      assert.equal(await ask(), 42);
      status = 500;
      assert.equal(await ask(), 1);
      assert.deepEqual(seen[0], "POST /ingester/flush?wait=true");
    } finally {
      server.close();
    }
  });

  it("the collector may reach every ring on the port that is asked, and starts only after its init", async () => {
    const config = prodConfig();
    const catalog = buildCatalog(config);
    const text = fs.readFileSync(script, "utf8");
    for (const [ring, port] of [
      ["mimir", 9009],
      ["loki-ingester", 3100],
      ["tempo-ingester", 3200],
    ] as const) {
      assert.match(text, new RegExp(`^${ring}\\) request='${port}/`, "m"));
      const role = servicesOf(catalog).find(({ instance }) => instance.serviceName === `${ring}-0`);
      assert.ok(role, ring);
      assert.ok(
        edges(catalog, config).some((edge) => {
          const text = JSON.stringify(edge);
          return [`"alloy-collector"`, `"${role.role.id}"`, String(port)].every((part) =>
            text.includes(part),
          );
        }),
        `${ring}:${port}`,
      );
    }
    const stack = await prodPlan();
    const containers = containersOf(
      resourceOf(stack, "aws:ecs/taskDefinition:TaskDefinition", "lgtm-alloy-collector"),
    );
    const server = containers.find(({ name }) => name !== "init");
    const init = containers.find(({ name }) => name === "init");
    assert.deepEqual(server?.["dependsOn"], [{ containerName: "init", condition: "SUCCESS" }]);
    assert.deepEqual(init?.["entryPoint"], ["/bin/busybox", "sh", "-c"]);
  });
});
