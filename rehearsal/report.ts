import type { RuleUse } from "./network/firewall";
import type { Rehearsal } from "./rehearsal";
import type { TaskStop } from "./scheduler/scheduler";
import { inOrder, stopText } from "./stops";
import type { MemoryUse } from "./tasks/memory";

/** Connections that the security groups refused, by role. */
export interface RefusedConnection {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: string;
  readonly packets: number;
}

/** What a rehearsal found, as `--json` prints it. */
export interface RehearsalReport {
  readonly version: 1;
  readonly stack: string;
  readonly readySeconds?: number;
  /** Named checks that were made, and what those said that failed. Absent: none were made. */
  readonly checks?: { readonly made: number; readonly failed: readonly string[] };
  readonly tasks: readonly {
    readonly name: string;
    readonly status: string;
    readonly health: string;
    /** From the start of the rehearsal to its first healthy answer. */
    readonly healthySeconds?: number;
    readonly reason?: string;
  }[];
  /** What tasks used of their memory limits, or why nothing was limited. */
  readonly memory: { readonly tasks: readonly MemoryUse[] } | { readonly notLimited: string };
  /** How one task of each role ended at SIGTERM. Absent: nothing was ended. */
  readonly stops?: readonly TaskStop[];
  readonly notRehearsed: readonly { readonly service: string; readonly reason: string }[];
  readonly securityGroupRules: readonly {
    readonly name: string;
    readonly connections: number;
    /** Absent where both ends are rehearsed. */
    readonly notRehearsed?: string;
  }[];
  readonly refusedConnections: readonly RefusedConnection[];
  readonly statements: readonly {
    readonly id: string;
    readonly requests: number;
    readonly notRehearsed?: string;
  }[];
  readonly refusedRequests: readonly {
    readonly role: string;
    readonly action: string;
    readonly resource: string;
    readonly example: string;
    readonly requests: number;
  }[];
  readonly unknownNames: readonly { readonly name: string; readonly questions: number }[];
}

/** Asks every part of a running rehearsal what it has seen. */
export async function reportOf(
  rehearsal: Rehearsal,
  startedAt: number,
  seen: Pick<RehearsalReport, "readySeconds" | "checks">,
): Promise<RehearsalReport> {
  const { view, firewall, s3, names, scheduler } = rehearsal;
  const seconds = (at: number | undefined) =>
    at === undefined ? undefined : Math.round((at - startedAt) / 100) / 10;
  const uses = await firewall.uses();
  const statementUses = await s3.call("statementUses");
  return {
    version: 1,
    stack: view.stack,
    ...seen,
    tasks: scheduler.tasks().map((task) => ({
      name: task.name,
      status: task.status,
      health: task.health,
      healthySeconds: seconds(task.healthyAt),
      reason: task.stoppedReason,
    })),
    memory:
      "ground" in rehearsal.memoryOffer
        ? { tasks: rehearsal.memory?.uses() ?? [] }
        : { notLimited: rehearsal.memoryOffer.reason },
    notRehearsed: rehearsal.notRehearsed.map(({ service, reason }) => ({
      service: service.name,
      reason,
    })),
    securityGroupRules: uses.map((use) => ({
      name: use.rule.name,
      connections: use.connections,
      notRehearsed: ruleNotRehearsed(rehearsal, use),
    })),
    refusedConnections: await refusedConnections(rehearsal),
    statements: statementUses.map(({ id, requests }) => ({
      id,
      requests,
      notRehearsed: statementNotRehearsed(rehearsal, id),
    })),
    refusedRequests: (await s3.call("refusals")).map(
      ({ roleArn, action, resource, example, requests }) => ({
        role: view.taskRoles.find(({ arn }) => arn === roleArn)?.name ?? roleArn,
        action,
        resource,
        example,
        requests,
      }),
    ),
    unknownNames: [...names.unknownNames].map(([name, questions]) => ({ name, questions })),
  };
}

/** Refused connections by role: tasks of one service are one. */
export async function refusedConnections(rehearsal: Rehearsal): Promise<RefusedConnection[]> {
  const byRole = new Map<string, RefusedConnection & { packets: number }>();
  const role = (address: string) => rehearsal.ownerOf(address).replace(/\/\d+$/, "");
  for (const refusal of await rehearsal.firewall.refusals()) {
    const { protocol, port, packets } = refusal;
    const [from, to] = [role(refusal.from), role(refusal.to)];
    const key = `${from} ${to} ${protocol} ${port}`;
    const known = byRole.get(key);
    if (known) known.packets += packets;
    else byRole.set(key, { from, to, port, protocol, packets });
  }
  return [...byRole.values()].sort((a, b) => b.packets - a.packets);
}

/** Why a rule cannot be seen in use: who would answer, or who would ask, is not started. */
export function ruleNotRehearsed(rehearsal: Rehearsal, { rule }: RuleUse): string | undefined {
  const { servers, clients } = rehearsal.startedSecurityGroups;
  const peer = "securityGroupId" in rule.peer ? [rule.peer.securityGroupId] : [];
  const [asks, answers] =
    rule.direction === "ingress" ? [peer, [rule.securityGroupId]] : [[rule.securityGroupId], peer];
  const absent = [
    ...asks.filter((id) => !servers.has(id) && !clients.has(id)),
    ...answers.filter((id) => !servers.has(id)),
  ];
  if (absent.length === 0) return undefined;
  const names = absent.map(
    (id) => rehearsal.view.securityGroups.find((group) => group.id === id)?.name ?? id,
  );
  return `not started: ${[...new Set(names)].join(", ")}`;
}

/** Why a statement cannot be seen in use: no task of its role is started. */
export function statementNotRehearsed(rehearsal: Rehearsal, id: string): string | undefined {
  const role = rehearsal.view.taskRoles.find(({ statements }) =>
    statements.some((statement) => statement.id === id),
  );
  const started = rehearsal.rehearsed.some(
    ({ taskDefinition }) => taskDefinition.taskRoleArn === role?.arn,
  );
  return started ? undefined : `no task of ${role?.name ?? "its role"} is started`;
}

/** The report as a page for people. */
export function reportText(report: RehearsalReport): string {
  const { tasks, securityGroupRules: rules, statements } = report;
  const used = rules.filter(({ connections }) => connections > 0);
  const unused = rules.filter(
    ({ connections, notRehearsed }) => connections === 0 && notRehearsed === undefined,
  );
  const away = rules.filter(
    ({ connections, notRehearsed }) => connections === 0 && notRehearsed !== undefined,
  );
  const lines = [
    "",
    "Tasks",
    ...tasks.map(
      ({ name, health, healthySeconds, reason }) =>
        `  ${name.padEnd(36)} ${
          healthySeconds === undefined
            ? `${health}${reason === undefined ? "" : ` (${reason})`}`
            : `${health.toLowerCase()} after ${healthySeconds.toFixed(1)} s`
        }`,
    ),
    ...report.notRehearsed.map(
      ({ service, reason }) => `  ${service.padEnd(36)} not rehearsed: ${reason}`,
    ),
    "",
    "Memory",
    ...memoryLines(report.memory),
    ...stopLines(report.stops),
    "",
    "Checks",
    ...checkLines(report.checks),
    "",
    "Security groups",
    `  ${used.length} of ${rules.length} rules used; ${away.length} need parts that are not started`,
    ...unused.map(({ name }) => `  not used: ${name}`),
    ...section(
      report.refusedConnections.map(
        ({ from, to, protocol, port, packets }) =>
          `  refused: ${from} -> ${to} ${protocol} ${port} (${packets} packets)`,
      ),
      "  nothing was refused",
    ),
    "",
    "Rights in S3",
    ...statements.map(
      ({ id, requests, notRehearsed }) =>
        `  ${id.padEnd(36)} ${requests > 0 ? `${requests} requests` : (notRehearsed ?? "not used")}`,
    ),
    ...section(
      report.refusedRequests.map(
        ({ role, action, resource, requests }) =>
          `  refused: ${role} ${action} on ${resource} (${requests} requests)`,
      ),
      "  nothing was refused",
    ),
    ...(report.unknownNames.length === 0
      ? []
      : [
          "",
          "Names asked for that do not exist",
          ...report.unknownNames.map(({ name, questions }) => `  ${name} (${questions} questions)`),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

function memoryLines(memory: RehearsalReport["memory"]): string[] {
  if ("notLimited" in memory) return [`  NOT limited: ${memory.notLimited}`];
  const { tasks } = memory;
  const share = ({ peakMiB = 0, limitMiB }: MemoryUse) => peakMiB / limitMiB;
  const [fullest] = [...tasks].sort((a, b) => share(b) - share(a));
  return [
    `  limited as in the task definitions, ${tasks.length} tasks`,
    ...(fullest?.peakMiB === undefined
      ? []
      : [
          `  nearest to its limit: ${fullest.task}, ${fullest.peakMiB} of ${fullest.limitMiB} MiB, files in memory included`,
        ]),
    ...tasks
      .filter(({ outOfMemory }) => outOfMemory > 0)
      .map(({ task, limitMiB }) => `  OUT OF MEMORY: ${task}, with ${limitMiB} MiB`),
  ];
}

function stopLines(stops: RehearsalReport["stops"]): string[] {
  if (stops === undefined) return [];
  const slowest = Math.max(0, ...stops.map(({ seconds }) => seconds));
  const others = stops.filter((stop) => !inOrder(stop));
  return [
    "",
    "Stops",
    `  ${stops.length - others.length} of ${stops.length} ended with exit code 0 at SIGTERM, after at most ${slowest.toFixed(1)} s`,
    ...others.map((stop) => `  NOT IN ORDER: ${stopText(stop)}`),
  ];
}

const checkLines = (checks: RehearsalReport["checks"]): readonly string[] =>
  checks === undefined
    ? ["  none were made: not everything was ready"]
    : [
        `  ${checks.made - checks.failed.length} of ${checks.made} hold`,
        ...checks.failed.map((each) => `  FAILED: ${each}`),
      ];

const section = (lines: readonly string[], none: string): readonly string[] =>
  lines.length === 0 ? [none] : lines;
