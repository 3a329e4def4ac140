import { MOST_SECONDS_UNNOTICED, readinessPaths } from "../data/health";
import { resourceRule, stackRule, type Rule } from "../rule";
import { containersOf, serversOf, serverReads } from "../servers/server";
import { SERVICE, serversIn, tasksOf, taskReads } from "../servers/services";
import type { Value } from "../value";

const subject = "resilience" as const;

/** Rings were ready after 17 to 64 s (measured). */
const SLOWEST_START_SECONDS = 64;

/** Their `/ready` is 503 until a querier has found them, by a name that lists healthy tasks only (S20). */
const waitsForOthers = (product: string, targets: readonly string[]) =>
  (product === "loki" || product === "tempo") && targets.includes("query-frontend");

const healthCheck = resourceRule({
  id: "resilience-health-check",
  subject,
  rationale:
    "Without a container health check ECS takes running for ready: names list tasks that answer 500, and the order of a roll means nothing.",
  source: "S20",
  mend: "Give the server CMD busybox wget on its own port and path; query-frontends a path that waits for nobody",
  scope: "lgtm",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    judgement.each(serversOf(taskDefinition), (server) => {
      const report = (finding: string, says: string) =>
        judgement.report(taskDefinition, { finding: `${server.name}:${finding}`, says });
      if (server.container.at("essential").boolean() === false) {
        report("not-essential", `container ${server.name} may end while its task lives on`);
      }
      const check = server.container.at("healthCheck");
      const command = check.at("command").texts();
      if (command.length < 2 || command[0] === "NONE") {
        report("none", `container ${server.name} has no health check`);
        return;
      }
      if (neverFails.test(command.join(" ").trim().slice(-200))) {
        report("never-fails", `the health check of ${server.name} is healthy whatever it hears`);
      }
      const url = /https?:\/\/[^\s/'";|&]+(:\d+)?(\/[^\s'";|&]*)?/.exec(command.join(" "))?.[0];
      const target = url === undefined ? undefined : parsedUrl(url);
      const listens = server.container
        .at("portMappings")
        .oneOrMore()
        .flatMap((mapping) => mapping.at("containerPort").number() ?? []);
      if (target === undefined) {
        const words = command.join(" ").split(/[^0-9]+/);
        if (!listens.some((port) => words.includes(String(port))))
          report("asks-nothing", `the health check of ${server.name} asks none of its ports`);
      } else {
        const paths = readinessPaths[server.product];
        if (paths !== undefined && !paths.includes(target.path)) {
          report(
            `path:${target.path}`,
            `the health check asks ${target.path}, which answers while the server cannot work; ${paths.join(" or ")} tell`,
          );
        }
        if (waitsForOthers(server.product, server.targets) && target.path === "/ready") {
          report(
            "/ready",
            `the health check of ${server.product} query-frontend asks /ready, which waits for queriers that wait for its name`,
          );
        }
        if (target.port !== undefined && listens.length > 0 && !listens.includes(target.port)) {
          report(
            `port:${target.port}`,
            `the health check asks port ${target.port}; the container listens on ${listens.join(", ")}`,
          );
        }
        if (!["127.0.0.1", "localhost", "[::1]"].includes(target.host)) {
          report(
            `host:${target.host}`,
            `the health check asks ${target.host} and not the task itself`,
          );
        }
      }
      const startPeriod = check.at("startPeriod").number() ?? 0;
      const unnoticed = (check.at("interval").number() ?? 30) * (check.at("retries").number() ?? 3);
      if (unnoticed > MOST_SECONDS_UNNOTICED) {
        report(
          `slow:${unnoticed}`,
          `container ${server.name} may be dead for ${unnoticed} s before anybody notices`,
        );
      }
      const patience = startPeriod + unnoticed;
      if (patience <= SLOWEST_START_SECONDS) {
        report(
          "startPeriod",
          `container ${server.name} has ${patience} s to become healthy; a ring was seen to take ${SLOWEST_START_SECONDS}`,
        );
      }
    });
  },
});

/** A shell whose last word is success; looked for in the last 200 characters only, whatever the length. */
const neverFails = /(\|\||;|\n)\s*(true|:|exit\s+0|echo\b[^|;&]*)$/;

function parsedUrl(
  text: string,
): { host: string; port: number | undefined; path: string } | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return {
    host: url.hostname,
    port: url.port === "" ? undefined : Number(url.port),
    path: url.pathname,
  };
}

const startOrder = resourceRule({
  id: "resilience-start-order",
  subject,
  rationale:
    "A container that waits for what never comes keeps its task from ever becoming healthy.",
  source: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html",
  mend: "Let containers wait only for containers of the same task that can reach the condition, and not for each other",
  scope: "any",
  reads: serverReads,
  severity: "high",
  judge(taskDefinition, judgement) {
    const containers = containersOf(taskDefinition);
    const byName = new Map<string, Value>();
    for (const container of containers) {
      const name = container.at("name").text();
      if (name !== undefined) byName.set(name, container);
    }
    const waits = new Map<string, string[]>();
    judgement.each(byName, ([name, container]) => {
      for (const entry of container.at("dependsOn").oneOrMore()) {
        const other = entry.at("containerName").text() ?? "";
        const condition = entry.at("condition").text() ?? "START";
        const report = (says: string) =>
          judgement.report(taskDefinition, { finding: `${name}->${other}:${condition}`, says });
        const found = byName.get(other);
        waits.set(name, [...(waits.get(name) ?? []), other]);
        if (found === undefined) {
          report(`container ${name} waits for ${other}, which is not in the task`);
        } else if (
          condition === "HEALTHY" &&
          found.at("healthCheck", "command").texts().length < 2
        ) {
          report(`container ${name} waits until ${other} is healthy, which has no health check`);
        } else if (
          (condition === "SUCCESS" || condition === "COMPLETE") &&
          (found.at("essential").boolean() ?? true)
        ) {
          report(
            `container ${name} waits until ${other} has ended, which ends the whole task because it is essential`,
          );
        }
      }
    });
    // A container that ends, and writes into a volume that another only reads, writes what that one starts with.
    judgement.each(byName, ([name, container]) => {
      // Who waits for what is not there has that finding already.
      if (waits.get(name)?.some((other) => !byName.has(other)) === true) return;
      const reads = volumesOf(container, true);
      for (const [writer, other] of byName) {
        if (other.at("essential").boolean() !== false) continue;
        const volume = volumesOf(other, false).find((each) => reads.includes(each));
        if (volume === undefined || waits.get(name)?.includes(writer) === true) continue;
        judgement.report(taskDefinition, {
          finding: `${name}:starts-before:${writer}`,
          says: `container ${name} reads ${volume} without waiting for ${writer}, which writes it`,
        });
      }
    });
    const looped = [...waits.keys()].sort().find((name) => reaches(name, name, waits));
    if (looped !== undefined) {
      judgement.report(taskDefinition, {
        finding: `${looped}:loop`,
        says: `container ${looped} waits, through others, for itself`,
      });
    }
  },
});

const volumesOf = (container: Value, readOnly: boolean): string[] =>
  container
    .at("mountPoints")
    .oneOrMore()
    .filter((mount) => (mount.at("readOnly").boolean() ?? false) === readOnly)
    .flatMap((mount) => mount.at("sourceVolume").text() ?? []);

function reaches(from: string, to: string, waits: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>();
  const queue = [...(waits.get(from) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...(waits.get(next) ?? []));
  }
  return false;
}

const gracePeriod = resourceRule({
  id: "resilience-grace-period",
  subject,
  rationale:
    "Behind a load balancer a starting task is killed at its first failed check unless it is given time.",
  source: "S15",
  mend: "Set healthCheckGracePeriodSeconds to 180",
  scope: "any",
  reads: { [SERVICE]: ["loadBalancers", "healthCheckGracePeriodSeconds"] },
  severity: "high",
  judge(service, judgement) {
    if (service.at("loadBalancers").oneOrMore().length === 0) return;
    const seconds = service.at("healthCheckGracePeriodSeconds").number() ?? 0;
    if (seconds > SLOWEST_START_SECONDS) return;
    judgement.report(service, {
      finding: `grace:${seconds}`,
      says: `healthCheckGracePeriodSeconds is ${seconds}; a ring was seen to take ${SLOWEST_START_SECONDS} s`,
    });
  },
});

const registered = stackRule({
  id: "resilience-service-registered",
  subject,
  rationale:
    "A server that is in no Cloud Map name is found by nobody: no scrape, no ring, no query.",
  source: "S13",
  mend: "Name the role's Cloud Map service in serviceRegistries.registryArn",
  scope: "lgtm",
  reads: {
    [SERVICE]: ["serviceRegistries", "taskDefinition"],
    ...taskReads,
  },
  severity: "high",
  judge(stack, judgement) {
    judgement.each(tasksOf(stack), (task) => {
      if (serversIn(task).length === 0) return;
      if (task.service.at("serviceRegistries").oneOrMore().length > 0) return;
      judgement.report(task.service, {
        finding: "serviceRegistries",
        says: "it registers under no name in Cloud Map",
      });
    });
  },
});

export const resilienceHealthRules: readonly Rule[] = [
  healthCheck,
  startOrder,
  gracePeriod,
  registered,
];
