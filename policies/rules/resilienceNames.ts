import type { Resource } from "../resource";
import { type Judgement, stackRule, resourceRule, type Rule, type Stack } from "../rule";
import { type DiscoveryName, NAME, NAMESPACE, namesIn, portsOf } from "../servers/discovery";
import { containersOf, environmentOf, serversOf, TASK_DEFINITION } from "../servers/server";
import { largestCounts, SCALING_TARGET, SERVICE, tasksOf, taskReads } from "../servers/services";
import { SUBNET } from "../topology";
import type { Value } from "../value";

const subject = "resilience" as const;

const namesExist = stackRule({
  id: "resilience-names-exist",
  subject,
  rationale:
    "A name that a configuration mentions and nobody answers to: ready, and silently cut off.",
  source: "S13",
  mend: "Make the Cloud Map service, register the ECS service with it, or correct the name in the configuration",
  scope: "lgtm",
  reads: {
    ...taskReads,
    [NAMESPACE]: ["name", "vpc"],
    [NAME]: ["name", "dnsConfig.namespaceId"],
    [SUBNET]: ["id", "vpcId"],
    [SERVICE]: ["serviceRegistries.registryArn", "taskDefinition", "networkConfiguration.subnets"],
  },
  severity: "high",
  judge(stack, judgement) {
    judgeForeignNames(stack, judgement);
    judgement.each(stack.ofType(NAMESPACE), (namespace) => {
      judgePlace(stack, namespace, judgement);
      const zone = namespace.at("name").text();
      if (zone === undefined || zone === "") return;
      const names = namesIn(stack, namespace);
      const ports = new Map<DiscoveryName, ReadonlySet<number>>();
      judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
        for (const { name, port } of mentions(taskDefinition, zone)) {
          const report = (finding: string, says: string) =>
            judgement.report(taskDefinition, { finding, says });
          const found = names.get(name);
          if (found === undefined) {
            report(
              `${name}.${zone}`,
              `its configuration names ${name}.${zone}, which is no Cloud Map service of the stack`,
            );
            continue;
          }
          if (found.tasks.length === 0) {
            report(
              `${name}.${zone}:empty`,
              `its configuration names ${name}.${zone}, under which no ECS service registers`,
            );
            continue;
          }
          if (port === undefined) continue;
          const listening = ports.get(found) ?? portsOf(found);
          ports.set(found, listening);
          if (listening.size === 0 || listening.has(port)) continue;
          report(
            `${name}.${zone}:${port}`,
            `its configuration names ${name}.${zone}:${port}, where nothing listens`,
          );
        }
      });
    });
  },
});

/** Private names that stand in no namespace of the stack: a namespace that was renamed, or a typing mistake. */
function judgeForeignNames(stack: Stack, judgement: Judgement): void {
  const namespaces = stack.ofType(NAMESPACE);
  if (namespaces.length === 0 || namespaces.some((each) => each.at("name").isUnknown)) return;
  const zones = namespaces.map((each) => each.at("name").text() ?? "");
  judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
    for (const server of serversOf(taskDefinition)) {
      const hosts = new Set(textsIn(server.settings).flatMap(privateHosts));
      for (const host of hosts) {
        if (zones.some((zone) => host === zone || host.endsWith(`.${zone}`))) continue;
        judgement.report(taskDefinition, {
          finding: host,
          says: `its configuration names ${host}, which is in no namespace of the stack`,
        });
      }
    }
  });
}

/** Every text in a configuration; comments are no part of it. */
function textsIn(value: Value): string[] {
  const known = value.known();
  if (typeof known === "string") return [known];
  return [...value.items(), ...value.entries().map(([, inner]) => inner)].flatMap(textsIn);
}

const privateHosts = (text: string): string[] =>
  text.length > 2000
    ? []
    : (text.match(/\b[a-z0-9][a-z0-9-]{0,62}(\.[a-z0-9-]{1,63}){0,6}\.(local|internal)\b/g) ?? []);

/** A namespace is answered only inside its own VPC. */
function judgePlace(stack: Stack, namespace: Resource, judgement: Judgement): void {
  const home = namespace.at("vpc").text();
  if (home === undefined) return;
  for (const { service } of tasksOf(stack)) {
    const subnets = service.at("networkConfiguration", "subnets");
    for (const id of subnets.isUnknown ? [] : subnets.texts()) {
      const vpc = stack.byId(SUBNET, id)?.at("vpcId");
      const place = vpc === undefined || vpc.isUnknown ? undefined : vpc.text();
      if (place === undefined || place === home) continue;
      judgement.report(namespace, {
        finding: `vpc:${home}`,
        says: `it is answered in ${home}, and ${service.name} runs in ${place}`,
      });
      return;
    }
  }
}

/** Every `name.zone` and `name.zone:port` in the texts of a task definition, each once. */
function mentions(
  taskDefinition: Resource,
  zone: string,
): { name: string; port: number | undefined }[] {
  const found = new Map<string, { name: string; port: number | undefined }>();
  const suffix = `.${zone}`;
  for (const container of containersOf(taskDefinition)) {
    const texts = [
      ...environmentOf(container).map(({ value }) => value),
      ...container.at("command").texts(),
      ...container.at("healthCheck", "command").texts(),
    ];
    for (const text of texts) {
      // By hand and not by a pattern: the zone comes from outside, and the text may be long.
      for (let at = text.indexOf(suffix); at !== -1; at = text.indexOf(suffix, at + 1)) {
        const name = /[A-Za-z0-9_-]{1,63}$/.exec(text.slice(Math.max(0, at - 63), at))?.[0];
        const after = text.slice(at + suffix.length, at + suffix.length + 8);
        if (name === undefined || /^[\w-]|^\.\w/.test(after)) continue;
        const port = /^:(\d{1,5})(?!\d)/.exec(after)?.[1];
        found.set(`${name}:${port}`, { name, port: port === undefined ? undefined : Number(port) });
      }
    }
  }
  return [...found.values()];
}

const nameRecords = resourceRule({
  id: "resilience-name-records",
  subject,
  rationale:
    "A name that is cached for long, gives one address of many, or lists tasks that are not healthy yet, sends pushes to tasks that are gone.",
  source: "S13",
  mend: "A records, TTL 10, MULTIVALUE, and healthCheckCustomConfig so that ECS lists healthy tasks only",
  scope: "any",
  reads: { [NAME]: ["dnsConfig", "healthCheckCustomConfig", "healthCheckConfig"] },
  severity: "high",
  configSchema: {
    maxTtlSeconds: {
      type: "integer",
      minimum: 1,
      default: 10,
      description: "Longest time that an address may be cached, in seconds.",
    },
  },
  judge(service, judgement) {
    const report = (finding: string, says: string) => judgement.report(service, { finding, says });
    const most = judgement.setting("maxTtlSeconds").number() ?? 10;
    judgement.each(service.at("dnsConfig", "dnsRecords").oneOrMore(), (record) => {
      const ttl = record.at("ttl").number();
      if (ttl !== undefined && ttl > most)
        report(`ttl:${ttl}`, `its records are cached for ${ttl} s, longer than ${most} s`);
      const type = record.at("type").text();
      if (type !== undefined && type !== "A")
        report(`type:${type}`, `it has ${type} records; the servers look up A records`);
    });
    judgement.each(["routingPolicy"], (key) => {
      const policy = service.at("dnsConfig", key).text() ?? "MULTIVALUE";
      if (policy !== "MULTIVALUE")
        report(
          `routingPolicy:${policy}`,
          `its routing policy is ${policy}: each answer holds one task only`,
        );
    });
    if (!service.at("healthCheckCustomConfig").exists) {
      report(
        "healthCheckCustomConfig",
        "it has no healthCheckCustomConfig, so it lists tasks before they are healthy",
      );
    }
  },
});

/** Source: docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html, RoutingPolicy MULTIVALUE. */
const MOST_ANSWERS = 8;

const nameAnswers = stackRule({
  id: "resilience-name-answers",
  subject,
  rationale:
    "Cloud Map answers with at most eight of a name's tasks, chosen at random: the others get no work.",
  source: "https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html",
  mend: "Keep the tasks behind one name to eight, or give each replica a name",
  scope: "any",
  reads: {
    [NAMESPACE]: ["name"],
    [NAME]: ["name", "dnsConfig.namespaceId"],
    [SERVICE]: ["serviceRegistries.registryArn", "desiredCount", "name", "taskDefinition"],
    ...taskReads,
    [SCALING_TARGET]: ["resourceId", "maxCapacity"],
  },
  severity: "medium",
  judge(stack, judgement) {
    const largest = largestCounts(stack);
    judgement.each(stack.ofType(NAMESPACE), (namespace) => {
      judgement.each(namesIn(stack, namespace).values(), ({ resource, name, tasks }) => {
        const most = tasks.reduce((sum, { service }) => sum + largest(service), 0);
        if (most <= MOST_ANSWERS) return;
        judgement.report(resource, {
          finding: `${name}:${most}`,
          says: `up to ${most} tasks register under ${name}; an answer holds ${MOST_ANSWERS}`,
        });
      });
    });
  },
});

export const resilienceNameRules: readonly Rule[] = [namesExist, nameRecords, nameAnswers];
