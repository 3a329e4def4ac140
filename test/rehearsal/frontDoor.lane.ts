import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as tls from "node:tls";
import { startFrontDoor } from "../../rehearsal/frontDoor/frontDoor";
import type { FrontDoor, FrontDoorSettings, Place } from "../../rehearsal/parts";
import { readPlanView } from "../../rehearsal/planView";
import { unmaskListeners } from "../../rehearsal/secrets";
import type { LoadBalancer, TargetGroup } from "../../rehearsal/types";
import { prodPlan } from "../fixtures/plans";

/** HAProxy with the plan's own rules, and dummy servers behind it on loopback: what a client gets on every path. */
const token = "0123456789abcdef".repeat(4);
const second = "fedcba9876543210".repeat(4);
const bearer = { authorization: `Bearer ${token}` };

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

describe("front door with HAProxy", function () {
  this.timeout(60_000);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "front-door-"));
  const closers: (() => void)[] = [];
  let balancer: LoadBalancer;
  let groups: readonly TargetGroup[];
  let settings: FrontDoorSettings;
  let door: FrontDoor;
  let tlsPort: number;
  let plainPort: number;
  const sick = new Set<string>();
  /** Which requests a dummy holds back, by path. */
  const held: http.ServerResponse[] = [];

  /** A dummy of a target group at an address: answers with its name, and with the headers that it saw. */
  async function dummy(name: string, address: string): Promise<void> {
    const group = groupOf(name);
    const serve = (ports: readonly number[]) =>
      Promise.all(
        ports.map((port) => {
          const server = http.createServer((request, response) => {
            if (request.url === group.healthCheck.path) {
              response.writeHead(sick.has(address) ? 503 : 200).end();
            } else if (request.headers["x-hold"] !== undefined) held.push(response);
            else response.end(JSON.stringify({ name, address, headers: request.headers }));
          });
          closers.push(
            () => server.closeAllConnections(),
            () => server.close(),
          );
          return new Promise((resolve) => server.listen(port, address, () => resolve(undefined)));
        }),
      );
    await serve([...new Set([group.port, group.healthCheck.port])]);
  }

  /** A gRPC server that knows no method: every call ends with UNIMPLEMENTED, as collectors answer health checks. */
  async function grpcDummy(address: string): Promise<void> {
    const server = http2.createServer();
    server.on("stream", (stream) =>
      stream.respond(
        { ":status": 200, "content-type": "application/grpc", "grpc-status": "12" },
        { endStream: true },
      ),
    );
    const sessions = new Set<http2.ServerHttp2Session>();
    server.on("session", (session) => sessions.add(session));
    closers.push(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });
    await new Promise((resolve) =>
      server.listen(groupOf("lgtm-otlp-grpc").port, address, () => resolve(undefined)),
    );
  }

  const groupOf = (name: string) => {
    const group = groups.find((candidate) => candidate.name === name);
    assert.ok(group, name);
    return group;
  };

  const stateOf = (name: string, address: string) =>
    door.targetState(groupOf(name).arn, address, groupOf(name).port);
  const register = (name: string, address: string) =>
    door.register(groupOf(name).arn, address, groupOf(name).port);
  const deregister = (name: string, address: string) =>
    door.deregister(groupOf(name).arn, address, groupOf(name).port);
  const addressOf = (name: string) => `127.0.0.${10 + groups.indexOf(groupOf(name))}`;

  const ask = (
    host: string,
    requestPath: string,
    headers: http.OutgoingHttpHeaders = {},
    options: https.RequestOptions = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      https
        .request(
          {
            host: "127.0.0.1",
            port: tlsPort,
            // The certificate is another test's subject: hosts that it does not name are asked for, too.
            servername: "mimir.example.com",
            path: requestPath,
            headers: { host, ...headers },
            ca: fs.readFileSync(path.join(directory, "certificate.pem")),
            ...options,
          },
          (response) => {
            let body = "";
            response.on("data", (chunk: Buffer) => (body += chunk.toString()));
            response.on("end", () =>
              resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
            );
            response.on("error", reject);
          },
        )
        .on("error", reject)
        .end();
    });

  const targetOf = (answer: Answer) =>
    JSON.parse(answer.body) as { address: string; headers: http.IncomingHttpHeaders };

  async function until(name: string, address: string, wanted: string): Promise<number> {
    const started = Date.now();
    let seen: string | undefined;
    while (Date.now() - started < 15_000) {
      seen = await stateOf(name, address);
      if (seen === wanted) return Date.now() - started;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`${name} ${address} is ${seen}, not ${wanted}`);
  }

  before(async () => {
    const { plan } = await prodPlan();
    const view = readPlanView(plan);
    const secrets = { valueOf: () => "", ingestTokens: { a: token, b: second } };
    balancer = unmaskListeners(view.loadBalancer as LoadBalancer, secrets);
    // Loopback: every port by another number, and a second instead of ten between two checks.
    const ports = new Map<number, number>();
    for (const { port, healthCheck } of view.targetGroups)
      for (const each of [port, healthCheck.port])
        if (!ports.has(each)) ports.set(each, await freePort());
    groups = view.targetGroups.map((group) => ({
      ...group,
      port: ports.get(group.port) ?? 0,
      deregistrationDelaySeconds: 2,
      algorithm: "round_robin",
      healthCheck: {
        ...group.healthCheck,
        port: ports.get(group.healthCheck.port) ?? 0,
        intervalSeconds: 1,
      },
    }));
    const hosts = ["grafana", "mimir", "loki", "tempo"].map((name) => `DNS:${name}.example.com`);
    const key = path.join(directory, "key.pem");
    const certificate = path.join(directory, "certificate.pem");
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
        ...["-days", "1", "-subj", "/CN=rehearsal", "-addext", `subjectAltName=${hosts.join(",")}`],
        ...["-keyout", key, "-out", certificate],
      ],
      { stdio: "ignore" },
    );
    tlsPort = await freePort();
    plainPort = await freePort();
    const here: Place = {
      name: "load balancer",
      address: "127.0.0.1",
      spawn: (program, args, options = {}) => spawn(program, args, options),
    };
    settings = {
      place: here,
      folder: path.join(directory, "door"),
      certificatePem: fs.readFileSync(certificate, "utf8"),
      privateKeyPem: fs.readFileSync(key, "utf8"),
    };
    door = await startFrontDoor(balancer, groups, settings, {
      address: "127.0.0.1",
      ports: { 443: tlsPort, 80: plainPort },
    });
    for (const name of [
      "lgtm-grafana",
      "lgtm-mimir",
      "lgtm-loki",
      "lgtm-tempo",
      "lgtm-otlp-http",
    ]) {
      const address = addressOf(name);
      await dummy(name, address);
      await register(name, address);
      await until(name, address, "healthy");
    }
    await grpcDummy("127.0.0.9");
    await register("lgtm-otlp-grpc", "127.0.0.9");
    await until("lgtm-otlp-grpc", "127.0.0.9", "healthy");
  });

  after(async () => {
    for (const close of closers) close();
    await door?.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  const guarded = [
    ["mimir", "/api/v1/push"],
    ["mimir", "/otlp/v1/metrics"],
    ["loki", "/loki/api/v1/push"],
    ["loki", "/otlp/v1/logs"],
    ["tempo", "/v1/traces"],
    ["tempo", "/api/traces/0123"],
  ] as const;

  for (const [host, guardedPath] of guarded) {
    const name = `${host}.example.com`;
    it(`${name}${guardedPath} lets a token in and nothing else`, async () => {
      const statuses = async (headers: http.OutgoingHttpHeaders, wanted = guardedPath as string) =>
        (await ask(name, wanted, headers)).status;
      assert.equal(await statuses(bearer), 200);
      assert.equal(await statuses({ authorization: `Bearer ${second}` }), 200);
      assert.equal(await statuses({ AUTHORIZATION: `bearer ${token.toUpperCase()}` }), 200);
      assert.equal(await statuses({}), 404);
      assert.equal(await statuses({ authorization: `Bearer ${token.slice(1)}` }), 404);
      assert.equal(await statuses({ authorization: `Bearer ${token}0` }), 404);
      assert.equal(await statuses({ authorization: token }), 404);
      assert.equal(await statuses(bearer, guardedPath.toUpperCase()), 404);
      assert.equal(await statuses(bearer, `/x${guardedPath}`), 404);
      assert.equal(await statuses(bearer, `${guardedPath}?a=b`), 200);
      assert.equal((await ask("other.example.com", guardedPath, bearer)).status, 404);
    });
  }

  it("hides the metrics of Grafana and shows everything else of it", async () => {
    assert.equal((await ask("grafana.example.com", "/")).status, 200);
    assert.equal((await ask("GRAFANA.example.com:443", "/d/abc?x=1")).status, 200);
    for (const hidden of ["/metrics", "/metrics/x", "/metrics?a"])
      assert.equal((await ask("grafana.example.com", hidden)).status, 404, hidden);
    assert.equal((await ask("grafana.example.com", "/metricsX")).status, 200);
  });

  it("answers 404 in the plan's words", async () => {
    const { status, body, headers } = await ask("mimir.example.com", "/ready", bearer);
    assert.deepEqual([status, body, headers["content-type"]], [404, "not found", "text/plain"]);
  });

  it("redirects port 80 and serves nothing there", async () => {
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) =>
      http
        .get(
          {
            host: "127.0.0.1",
            port: plainPort,
            path: "/api/v1/push?x=1",
            headers: { host: "mimir.example.com", ...bearer },
          },
          resolve,
        )
        .on("error", reject),
    );
    answer.resume();
    assert.equal(answer.statusCode, 301);
    assert.equal(answer.headers.location, "https://mimir.example.com:443/api/v1/push?x=1");
  });

  it("drops headers with invalid names, and says for whom it asks", async () => {
    const headers = { ...bearer, x_bad: "1", "x-good": "2" };
    const seen = targetOf(await ask("mimir.example.com", "/api/v1/push", headers)).headers;
    assert.equal(seen["x_bad"], undefined);
    assert.equal(seen["x-good"], "2");
    assert.equal(seen["x-forwarded-for"], "127.0.0.1");
    assert.equal(seen["x-forwarded-proto"], "https");
  });

  it("carries gRPC to the traces' service, with a token only", async () => {
    const call = (method: string, headers: http2.OutgoingHttpHeaders) =>
      new Promise<http2.IncomingHttpHeaders>((resolve, reject) => {
        const session = http2.connect(`https://tempo.example.com`, {
          createConnection: () =>
            // Name and address differ: the certificate is the host's.
            tls.connect({
              host: "127.0.0.1",
              port: tlsPort,
              servername: "tempo.example.com",
              ALPNProtocols: ["h2"],
              ca: fs.readFileSync(path.join(directory, "certificate.pem")),
            }),
        });
        session.on("error", reject);
        const stream = session.request({
          ":method": "POST",
          ":path": method,
          "content-type": "application/grpc",
          te: "trailers",
          ...headers,
        });
        stream.on("response", (answer) => {
          resolve(answer);
          session.close();
        });
        stream.on("error", reject);
        stream.resume();
        stream.end();
      });
    const method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    const through = await call(method, bearer);
    assert.equal(through["grpc-status"], "12");
    assert.equal((await call(method, {}))[":status"], 404);
    assert.equal(
      (await call("/opentelemetry.proto.collector.logs.v1.LogsService/Export", bearer))[":status"],
      404,
    );
  });

  it("asks no target before its checks have passed, and none that fails them", async () => {
    const [oldAddress, newAddress] = [addressOf("lgtm-loki"), "127.0.0.30"];
    const push = async () =>
      targetOf(await ask("loki.example.com", "/loki/api/v1/push", bearer)).address;
    const many = async () => new Set(await Promise.all(Array.from({ length: 12 }, push)));
    await dummy("lgtm-loki", newAddress);
    sick.add(newAddress);
    await register("lgtm-loki", newAddress);
    assert.equal(await stateOf("lgtm-loki", newAddress), "initial");
    assert.deepEqual(await many(), new Set([oldAddress]));
    sick.delete(newAddress);
    await until("lgtm-loki", newAddress, "healthy");
    assert.deepEqual(await many(), new Set([oldAddress, newAddress]));
    sick.add(oldAddress);
    await until("lgtm-loki", oldAddress, "unhealthy");
    assert.deepEqual(await many(), new Set([newAddress]));
    sick.add(newAddress);
    await until("lgtm-loki", newAddress, "unhealthy");
    assert.deepEqual(await many(), new Set([oldAddress, newAddress]), "fails open");
    sick.clear();
    await until("lgtm-loki", oldAddress, "healthy");
    await until("lgtm-loki", newAddress, "healthy");
  });

  it("lets a target that leaves finish, within its delay", async () => {
    const address = "127.0.0.30";
    // Both targets take turns: one of two requests is held by the one that leaves.
    const waiting = [1, 2].map(() =>
      ask("loki.example.com", "/loki/api/v1/push", { ...bearer, "x-hold": "1" }).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await deregister("lgtm-loki", address);
    assert.equal(await stateOf("lgtm-loki", address), "draining");
    for (let i = 0; i < 6; i++) {
      const { address: answered } = targetOf(
        await ask("loki.example.com", "/loki/api/v1/push", bearer),
      );
      assert.notEqual(answered, address);
    }
    held.forEach((response) => response.end("late"));
    assert.deepEqual(await Promise.all(waiting), [200, 200]);
    const deadline = Date.now() + 5000;
    while ((await stateOf("lgtm-loki", address)) !== "unused" && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await stateOf("lgtm-loki", address), "unused");
  });

  it("answers 503 where a group has no target", async () => {
    await deregister("lgtm-tempo", addressOf("lgtm-tempo"));
    assert.equal((await ask("tempo.example.com", "/api/traces/1", bearer)).status, 503);
  });

  it("says what HAProxy says, where it cannot start", async () => {
    const folder = path.join(directory, "broken");
    await assert.rejects(
      startFrontDoor(balancer, groups, { ...settings, folder, certificatePem: "none" }),
      /HAProxy ended \(1\):.*certificate\.pem/s,
    );
  });

  it("writes down every request with its rule", () => {
    const log = fs.readFileSync(path.join(directory, "door", "access.log"), "utf8");
    assert.match(
      log,
      /POST|GET mimir\.example\.com \/api\/v1\/push 200 lgtm-mimir target1 rule=lgtm-mimir-1/,
    );
  });
});
