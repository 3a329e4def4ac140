import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toolPath } from "../install";
import { parseExposition, type ExposedMetrics } from "./exposition";

/** A server that is started for its list of metrics. */
export type MeasuredServer = "loki" | "tempo";

/** Longest wait for a server to be ready, and for its background work to have run once, in milliseconds. */
const READY_MILLISECONDS = 180_000;
const SETTLE_MILLISECONDS = 25_000;

/**
 * Starts a server on loopback, gives it something to do, and returns every metric that it exposes. What appears only after
 * the first event of a kind (a vector without children has no line) is in the list only if that event happened here.
 *
 * @throws Error where it does not start, with the end of its log.
 */
export async function exposedMetrics(server: MeasuredServer): Promise<ExposedMetrics> {
  const folder = await mkdtemp(join(tmpdir(), `lgtm-metrics-${server}-`));
  const ports = await freePorts(4);
  const values = { HTTP: ports[0], GRPC: ports[1], GOSSIP: ports[2], OTLP: ports[3], DATA: folder };
  const template = await readFile(join(__dirname, `${server}.yaml`), "utf8");
  const file = join(folder, `${server}.yaml`);
  await writeFile(
    file,
    template.replace(/\b(HTTP|GRPC|GOSSIP|OTLP|DATA)\b/g, (key) =>
      String(values[key as keyof typeof values]),
    ),
  );
  const child = spawn(await toolPath(server), [`-config.file=${file}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  }
  const gone = new Promise<never>((_, fail) =>
    child.once("exit", (code) => fail(new Error(`${server} ended with ${code}:\n${log}`))),
  );
  gone.catch(() => undefined);
  const base = `http://127.0.0.1:${ports[0]}`;
  try {
    await Promise.race([ready(base, () => log), gone]);
    await exercise[server](base, `http://127.0.0.1:${ports[3]}`);
    await Promise.race([sleep(SETTLE_MILLISECONDS), gone]);
    // A second round, so that what was flushed is read from the bucket as well.
    await exercise[server](base, `http://127.0.0.1:${ports[3]}`);
    return parseExposition(await text(`${base}/metrics`));
  } finally {
    const ended = new Promise((done) => child.once("exit", done));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  }
}

const exercise: Readonly<Record<MeasuredServer, (base: string, otlp: string) => Promise<void>>> = {
  async loki(base) {
    const now = BigInt(Date.now()) * 1_000_000n;
    const values = Array.from({ length: 20 }, (_, line) => [
      String(now + BigInt(line)),
      `line ${line}`,
    ]);
    await post(`${base}/loki/api/v1/push`, {
      streams: [{ stream: { job: "metrics", level: "info" }, values }],
    });
    // Too old, so that a line is refused.
    await post(`${base}/loki/api/v1/push`, {
      streams: [{ stream: { job: "metrics" }, values: [["1500000000000000000", "old"]] }],
    });
    const range = `start=${now - 3_600_000_000_000n}&end=${now + 1_000_000_000n}`;
    for (const query of ['{job="metrics"}', 'sum(rate({job="metrics"}[1m]))']) {
      await text(`${base}/loki/api/v1/query_range?${range}&query=${encodeURIComponent(query)}`);
    }
    await text(`${base}/loki/api/v1/labels?${range}`);
  },
  async tempo(base, otlp) {
    const start = BigInt(Date.now()) * 1_000_000n;
    const span = (id: string, kind: number, parent: string) => ({
      traceId: "0123456789abcdef0123456789abcdef",
      spanId: id,
      parentSpanId: parent,
      name: "GET /",
      kind,
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(start + 1_000_000n),
      status: { code: 2 },
    });
    const service = (name: string, spans: unknown[]) => ({
      resource: { attributes: [{ key: "service.name", value: { stringValue: name } }] },
      scopeSpans: [{ spans }],
    });
    await post(`${otlp}/v1/traces`, {
      resourceSpans: [
        service("shop", [span("aaaaaaaaaaaaaaaa", 3, "")]),
        service("cart", [span("bbbbbbbbbbbbbbbb", 2, "aaaaaaaaaaaaaaaa")]),
      ],
    });
    await text(`${base}/api/traces/0123456789abcdef0123456789abcdef`);
    await text(`${base}/api/search?q=${encodeURIComponent('{ resource.service.name = "shop" }')}`);
  },
};

async function ready(base: string, log: () => string): Promise<void> {
  const until = Date.now() + READY_MILLISECONDS;
  while (Date.now() < until) {
    const answer = await fetch(`${base}/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(500);
  }
  throw new Error(`${base} was not ready in time:\n${log()}`);
}

async function text(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  return answer.text();
}

async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  await answer.arrayBuffer();
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
