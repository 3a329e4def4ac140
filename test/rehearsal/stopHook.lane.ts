import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { BUSYBOX_PATH } from "../../stacks/initContainer";
import { tempo } from "../../stacks/tempo";
import { stopHookEntryPoint } from "../../stacks/stopHook";
import { toolPath } from "../../tools/install";
import { prodConfig } from "../fixtures/config";

/** Tempo puts what it has cut off by up to so long: a server that is stopped at once has nearly always something waiting. */
const TRIES = 4;

const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((file) => fs.existsSync(file)) ?? "";

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Real Tempo in one process, its blocks in a folder, that is stopped in the moment in which it cuts a block. */
async function stopAfterCut(withHook: boolean): Promise<{ cut: string[]; kept: string[] }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-tempo-stop-"));
  const [http, grpc, otlp] = [await freePort(), await freePort(), await freePort()];
  const file = path.join(folder, "tempo.yaml");
  fs.writeFileSync(
    file,
    stringify({
      server: { http_listen_address: "127.0.0.1", http_listen_port: http, grpc_listen_port: grpc },
      distributor: {
        receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlp}` } } } },
      },
      ingester: {
        max_block_duration: "3s",
        flush_check_period: "1s",
        trace_idle_period: "1s",
        flush_all_on_shutdown: true,
      },
      memberlist: { bind_addr: ["127.0.0.1"], bind_port: await freePort() },
      storage: {
        trace: {
          backend: "local",
          local: { path: path.join(folder, "blocks") },
          wal: { path: path.join(folder, "wal") },
        },
      },
      usage_report: { reporting_enabled: false },
    }),
  );
  const seconds = tempo(prodConfig()).roles.find(({ id }) => id === "tempo-ingester")?.stopHook
    ?.seconds;
  const entryPoint = withHook
    ? stopHookEntryPoint({ port: http, path: "/flush", seconds: seconds ?? 0 })
    : [];
  const words = entryPoint.map((word) => word.replaceAll(BUSYBOX_PATH, busybox));
  const [program = "", ...args] = [...words, await toolPath("tempo"), `-config.file=${file}`];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  try {
    let log = "";
    const cuts = () =>
      [...log.matchAll(/head block cut.*block=([\w-]+)/g)].map(([, id]) => id ?? "");
    const ended = new Promise((resolve) => child.once("close", resolve));
    const cut = new Promise<void>((resolve) =>
      child.stderr.on("data", (chunk: Buffer) => {
        log += chunk.toString();
        if (cuts().length > 0) resolve();
      }),
    );
    const push = setInterval(() => {
      const now = BigInt(Date.now()) * 1_000_000n;
      const ids = {
        traceId: randomBytes(16).toString("hex"),
        spanId: randomBytes(8).toString("hex"),
      };
      const span = { ...ids, name: "x", startTimeUnixNano: `${now}`, endTimeUnixNano: `${now}` };
      void fetch(`http://127.0.0.1:${otlp}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
      }).catch(() => undefined);
    }, 200);
    await cut;
    child.kill("SIGTERM");
    clearInterval(push);
    await ended;
    const kept = cuts().filter((id) =>
      fs.existsSync(path.join(folder, "blocks", "single-tenant", id, "meta.json")),
    );
    return { cut: cuts(), kept };
  } finally {
    child.kill("SIGKILL");
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

describe("a Tempo ingester that is stopped right after it has cut a block", function () {
  this.timeout(300_000);

  it("loses that block by itself, which is why it has a stop hook", async () => {
    let lost = 0;
    for (let attempt = 0; attempt < TRIES && lost === 0; attempt++) {
      const { cut, kept } = await stopAfterCut(false);
      lost = cut.length - kept.length;
    }
    assert.ok(lost > 0, "Tempo has kept everything: the hook is needed no more");
  });

  it("keeps every block where it is asked to flush first", async () => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const { cut, kept } = await stopAfterCut(true);
      assert.ok(cut.length > 0);
      assert.deepEqual(kept, cut);
    }
  });
});
