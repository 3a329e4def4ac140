import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { FrontDoor, FrontDoorSettings } from "../parts";
import type { LoadBalancer, TargetGroup } from "../types";
import { haproxyConfiguration, type FrontDoorPlace } from "./configuration";
import { Targets } from "./targets";

/**
 * Starts what stands in for the load balancer: HAProxy with the plan's listeners, rules and target groups. When this
 * returns, it listens. Every request leaves a line in `access.log` of the folder: client, method, host, path, status,
 * target group, target, rule.
 *
 * @param balancer - with the run's own tokens in its header conditions
 * @param listen - where to listen; default: every address, the plan's ports
 * @throws Error with HAProxy's own words, where it does not start.
 */
export async function startFrontDoor(
  balancer: LoadBalancer,
  groups: readonly TargetGroup[],
  settings: FrontDoorSettings,
  listen: Pick<FrontDoorPlace, "address" | "ports"> = { address: "0.0.0.0" },
): Promise<FrontDoor> {
  const { folder, place } = settings;
  fs.mkdirSync(folder, { recursive: true });
  const file = (name: string) => path.join(folder, name);
  const socketFile = file("haproxy.sock");
  const certificateFile = file("certificate.pem");
  fs.writeFileSync(certificateFile, `${settings.certificatePem}\n${settings.privateKeyPem}`, {
    mode: 0o600,
  });
  fs.writeFileSync(
    file("haproxy.cfg"),
    haproxyConfiguration(balancer, groups, { ...listen, certificateFile, socketFile }),
  );
  const log = fs.openSync(file("access.log"), "a");
  const child = place.spawn("haproxy", ["-db", "-f", file("haproxy.cfg")], {
    stdio: ["ignore", log, "pipe"],
  });
  fs.closeSync(log);
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-8000);
  });
  const failure = new Promise<never>((_, reject) => {
    child.once("error", ({ message }) => reject(new Error(`HAProxy does not start: ${message}`)));
    child.once("exit", (code) => reject(new Error(`HAProxy ended (${code}):\n${complaints}`)));
  });
  // Whoever waits below hears of it; afterwards nobody does.
  failure.catch(() => undefined);
  await Promise.race([failure, listening(socketFile, child)]);
  return frontDoorOf(child, groups, new Targets(socketFile, groups));
}

function frontDoorOf(
  child: ChildProcess,
  groups: readonly TargetGroup[],
  targets: Targets,
): FrontDoor {
  const group = (arn: string): TargetGroup => {
    const found = groups.find((candidate) => candidate.arn === arn);
    if (found === undefined) throw new Error(`no target group ${arn}`);
    return found;
  };
  return {
    register: (arn, address, port) => targets.register(group(arn), address, port),
    deregister: (arn, address, port) => targets.deregister(group(arn), address, port),
    targetState: (arn, address, port) => targets.state(group(arn), address, port),
    stop: async () => {
      targets.close();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** HAProxy makes its socket after it has bound its listeners. */
async function listening(socketFile: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (child.exitCode === null && Date.now() < deadline) {
    if (fs.existsSync(socketFile)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (child.exitCode === null) {
    child.kill("SIGKILL");
    throw new Error("HAProxy did not listen within 10 s");
  }
  // The exit itself carries the reason.
  return new Promise(() => undefined);
}
