/** The S3 stand-in's own process: it must not wait for the rehearsal's, nor the other way round. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { spawn } from "node:child_process";
import { serveCalls } from "../../remoteProcess";
import { S3Front } from "./front";
import { Gate } from "./gate";
import type { S3Calls, S3Start } from "./messages";

let gate: Gate | undefined;
let front: S3Front | undefined;

async function start(settings: S3Start): Promise<void> {
  const server = {
    port: 7070,
    accessKeyId: "server",
    secretAccessKey: randomBytes(16).toString("hex"),
  };
  const [objects, meta] = ["objects", "meta"].map((name) => path.join(settings.folder, name));
  if (objects === undefined || meta === undefined) return;
  // Buckets are folders.
  for (const bucket of settings.buckets) {
    fs.mkdirSync(path.join(objects, bucket), { recursive: true });
  }
  fs.mkdirSync(meta, { recursive: true });
  const child = spawn(
    settings.program,
    // Without a folder for it, the server keeps metadata in extended attributes, which not every tmpfs has.
    [
      ...["--port", `127.0.0.1:${server.port}`, "--region", settings.front.region, "--quiet"],
      ...["posix", "--sidecar", meta, objects],
    ],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ROOT_ACCESS_KEY: server.accessKeyId, ROOT_SECRET_KEY: server.secretAccessKey },
    },
  );
  child.once("exit", (code) => {
    process.stderr.write(`the S3 server ended with ${code}\n`);
    process.exit(1);
  });
  await listening(server.port);
  gate = new Gate(settings.roles, settings.bucketStatements);
  front = new S3Front({ ...settings.front, server }, gate);
  await front.listen("0.0.0.0", 443);
}

async function listening(port: number): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the S3 server does not listen");
}

const running = <T>(part: T | undefined): T => {
  if (part === undefined) throw new Error("not started");
  return part;
};

serveCalls<S3Calls>({
  start,
  know: (credentials) => running(gate).know(credentials),
  fault: (fault) => {
    running(front).fault = fault;
  },
  removeStatement: (id) => running(gate).remove(id),
  restoreStatement: (id) => running(gate).restore(id),
  statementUses: () => running(gate).statementUses(),
  refusals: () => running(gate).refusals(),
  forgetRefusals: () => running(gate).forgetRefusals(),
});
