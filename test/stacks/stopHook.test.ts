import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { BUSYBOX_PATH } from "../../stacks/initContainer";
import { stopHookEntryPoint } from "../../stacks/stopHook";
import { devConfig, prodConfig } from "../fixtures/config";
import { buildCatalog } from "../../stacks/catalog";
import { taskDefinitionSpec } from "../../stacks/taskDefinition";

const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((file) => fs.existsSync(file)) ?? "";
const HOOK_SECONDS = 1;

/** A server that says when it is told to end, and takes the exit code that it is given. */
const SERVER = `
  process.on("SIGTERM", () => { console.log("SIGTERM"); process.exit(Number(process.argv[1])); });
  console.log("started " + process.argv.slice(2).join(" "));
  setInterval(() => undefined, 1000);
`;

if (busybox !== "") {
  describe("a stop hook, run with this machine's busybox", () => {
    let asked: { readonly path: string; readonly atMs: number }[];
    let listener: http.Server;
    beforeEach(async () => {
      asked = [];
      listener = http.createServer((request, response) => {
        asked.push({ path: request.url ?? "", atMs: performance.now() });
        // What Tempo answers.
        response.writeHead(204).end();
      });
      await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    });
    afterEach(() => new Promise((resolve) => listener.close(resolve)));

    /** Starts it as ECS does: entry point, then command. */
    function start(...command: readonly string[]) {
      const { port } = listener.address() as AddressInfo;
      const [program = "", ...args] = stopHookEntryPoint({
        port,
        path: "/flush",
        seconds: HOOK_SECONDS,
      }).map((part) => part.replaceAll(BUSYBOX_PATH, busybox));
      const child = spawn(program, [...args, ...command], { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      const started = new Promise<void>((resolve) =>
        child.stdout.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          if (said.includes("started")) resolve();
        }),
      );
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      return { child, started, ended, said: () => said };
    }

    it("is asked at SIGTERM, gets its own later, and ends with the server's code", async () => {
      const { child, started, ended, said } = start(
        ...[process.execPath, "-e", SERVER, "7", "a b", "$HOME"],
      );
      await started;
      assert.equal(said().trim(), "started a b $HOME", "arguments pass as they are");
      const beganMs = performance.now();
      child.kill("SIGTERM");
      assert.equal(await ended, 7);
      const tookMs = performance.now() - beganMs;
      assert.deepEqual(
        asked.map(({ path }) => path),
        ["/flush"],
      );
      assert.ok((asked[0]?.atMs ?? 0) - beganMs < 900);
      assert.ok(tookMs >= HOOK_SECONDS * 1000, `${tookMs} ms`);
      assert.match(said(), /SIGTERM/);
    });

    it("ends at once, with the server's code, where that ends by itself", async () => {
      const { ended } = start(process.execPath, "-e", "process.exit(3)");
      assert.equal(await ended, 3);
      assert.deepEqual(asked, []);
    });
  });
}

describe("a stop hook", () => {
  it("is Tempo's ingester, within its time to stop, and no other", () => {
    for (const config of [devConfig(), prodConfig()]) {
      const catalog = buildCatalog(config);
      for (const product of catalog.products)
        for (const role of product.roles)
          for (const instance of role.instances) {
            const { server } = taskDefinitionSpec(product, role, instance, config);
            if (role.id !== "tempo-ingester") {
              assert.equal(server.entryPoint, undefined, role.id);
              continue;
            }
            assert.equal(server.entryPoint?.[0], BUSYBOX_PATH);
            assert.match(server.entryPoint.at(-1) ?? "", /127\.0\.0\.1:3200\/flush/);
            assert.equal(server.command?.[0], "/tempo");
            // Longer than the 10 s for which Tempo puts off what it has cut; a full flush took 42 s (measured).
            assert.ok((role.stopHook?.seconds ?? 0) > 10);
            assert.ok(role.stopTimeoutSeconds - (role.stopHook?.seconds ?? 0) > 60);
          }
    }
  });
});
