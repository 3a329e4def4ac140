/**
 * Installs moto (a server that answers as AWS does) into a virtual environment in the cache and starts it.
 *
 *   npx tsx tools/moto.ts            installs it and prints the path of its Python
 *
 * The folder's name carries a hash of the pinned requirements, so a bump installs anew.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";
import { promisify } from "node:util";
import { toolsFolder } from "./install";

const run = promisify(execFile);
const requirements = path.join(__dirname, "moto", "requirements.txt");

/** Path of a Python that has moto. @throws Error where there is no python3 >= 3.10 with venv. */
export async function motoPython(): Promise<string> {
  const hash = createHash("sha256")
    .update(await fs.readFile(requirements))
    .digest("hex");
  const folder = path.join(toolsFolder(), `moto-${hash.slice(0, 12)}`);
  const python = path.join(folder, "bin", "python");
  if (await works(python)) return python;
  await fs.mkdir(toolsFolder(), { recursive: true });
  // Beside the final folder and moved when complete: two lanes at once must not see half an installation.
  const fresh = await fs.mkdtemp(path.join(toolsFolder(), "moto-new-"));
  try {
    await run("python3", ["-m", "venv", fresh]).catch((error: unknown) => {
      throw new Error(
        `the tests against AWS's stand-in need python3 >= 3.10 with venv: ${String(error)}`,
      );
    });
    await run(path.join(fresh, "bin", "python"), [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"],
      ...["--requirement", requirements],
    ]);
    await fs.rename(fresh, folder).catch(async (error: unknown) => {
      if (!(await works(python))) throw error;
    });
  } finally {
    await fs.rm(fresh, { recursive: true, force: true });
  }
  return python;
}

const works = (python: string): Promise<boolean> =>
  run(python, ["-c", "import moto.server"]).then(
    () => true,
    () => false,
  );

/** A running moto. */
export interface Moto {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Forgets everything that was made. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts moto on a free loopback port.
 *
 * @param settings Environment of the server (`MOTO_ECS_SERVICE_RUNNING` …).
 */
export async function startMoto(settings: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const python = await motoPython();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
    env: { ...process.env, ...settings },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4000)));
  const deadline = Date.now() + 60_000;
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      server.kill();
      throw new Error(`moto did not start:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    reset: async () => {
      const answer = await fetch(`${url}/moto-api/reset`, { method: "POST" });
      if (!answer.ok) throw new Error(`moto did not reset: ${answer.status}`);
    },
    stop: () => stopped(server),
  };
}

const answers = (url: string) =>
  fetch(`${url}/moto-api/data.json`).then(
    (answer) => answer.ok,
    () => false,
  );

const stopped = (server: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once("exit", () => resolve());
    server.kill();
  });

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });

if (require.main === module) {
  motoPython().then(
    (python) => process.stdout.write(`${python}\n`),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
