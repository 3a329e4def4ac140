/** One experiment in a sandbox of its own. `command.ts` starts it and hands it an order. */
import * as os from "node:os";
import { Journal } from "../journal";
import { Rehearsal } from "../rehearsal";
import { refusedConnections } from "../report";
import { NotSteadyError } from "../scheduler/scheduler";
import { versionOf } from "../tasks/images";
import type { TrafficReport } from "../traffic/traffic";
import { experimentNamed } from "./catalog";
import type { Experiment, ExperimentContext } from "./experiment";
import { countersOf } from "./counters";
import { brokenPromises } from "./judge";
import { startLoad } from "./load";
import { whenNoticed } from "./notice";
import type { ExperimentOrder, ExperimentNews } from "./order";
import type { ExperimentResult } from "./result";
import { trapNamed, type Trap } from "./traps";

const DEFAULT_BEFORE_SECONDS = 20;
const DEFAULT_AFTER_SECONDS = 30;
/** How long acknowledged data may take until it can be read at the end, in milliseconds. */
const SETTLE_MS = 600_000;
/** The same with a trap in the plan: whether something is found late is another question than whether it is noticed. */
const TRAP_SETTLE_MS = 30_000;

const pause = (seconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

async function conduct({ settings, experiment: name, trap: trapName }: ExperimentOrder) {
  const experiment = experimentNamed(name);
  const trap = trapName === undefined ? undefined : trapNamed(trapName);
  const changed = experiment.change?.(settings.plan) ?? { plan: settings.plan, changes: [] };
  const plan = trap === undefined ? changed.plan : trap.change(changed.plan);
  const date = new Date().toISOString();
  const machine = {
    loadAverage: Math.round((os.loadavg()[0] ?? 0) * 10) / 10,
    processors: os.cpus().length,
  };
  const journal = new Journal(({ seconds, subject, what, detail }) => {
    const tail = detail === undefined ? "" : `: ${detail}`;
    process.stderr.write(`${seconds.toFixed(1).padStart(7)}  ${subject}  ${what}${tail}\n`);
  });
  const broken: string[] = [];
  const rehearsal = new Rehearsal({ ...settings, plan }, journal);
  const began = performance.now();
  await rehearsal.start();
  let readySeconds: number | undefined;
  const tasks = rehearsal.rehearsed.reduce((sum, { desiredCount }) => sum + desiredCount, 0);
  let traffic: TrafficReport | undefined;
  let eventSeconds = 0;
  try {
    await rehearsal.scheduler.steady(settings.readySeconds);
    readySeconds = Math.round((performance.now() - began) / 100) / 10;
    const excuse = experiment.notFor?.(rehearsal);
    if (excuse !== undefined) throw new Error(`${name} is not for this stack: ${excuse}`);
    const measured = await underLoad(
      { ...experiment, afterSeconds: trap?.afterSeconds ?? experiment.afterSeconds },
      rehearsal,
      journal,
      broken,
      trap,
    );
    ({ traffic, eventSeconds } = measured);
    broken.push(...brokenPromises(traffic, experiment.promises));
  } catch (error) {
    if (!(error instanceof NotSteadyError)) throw error;
    for (const complaint of error.complaints) broken.push(`never ready: ${complaint}`);
    for (const task of rehearsal.scheduler.tasks().filter(({ health }) => health !== "HEALTHY"))
      for (const container of task.containers.keys())
        broken.push(...task.lastLines(container, 3).split("\n").filter(Boolean));
  }
  const refused = await refusals(rehearsal);
  const counters = await countersOf(rehearsal);
  broken.push(...refused.map(asComplaint));
  const programs = Object.fromEntries(
    await Promise.all(
      Object.entries(settings.programs)
        .filter(([program]) => program !== "busybox")
        .map(async ([program, file]) => [program, await versionOf(file)] as const),
    ),
  );
  const result: ExperimentResult = {
    version: 1,
    experiment: trapName === undefined ? name : `trap-${trapName}`,
    title: trap?.title ?? experiment.title,
    stack: rehearsal.view.stack,
    date,
    programs,
    machine,
    changes: changed.changes,
    readySeconds,
    tasks,
    happenings: journal.happenings
      .filter(({ seconds }) => seconds >= eventSeconds)
      .map((each) => ({ ...each, seconds: Math.round((each.seconds - eventSeconds) * 10) / 10 })),
    traffic,
    counters,
    stops: rehearsal.scheduler.stops,
    memory: rehearsal.memory?.uses() ?? "not limited",
    refused,
    broken,
    notRehearsed: rehearsal.notRehearsed.map(({ service, reason }) => `${service.name}: ${reason}`),
  };
  return result;
}

async function underLoad(
  experiment: Experiment,
  rehearsal: Rehearsal,
  journal: Journal,
  broken: string[],
  trap: Trap | undefined,
): Promise<{ traffic: TrafficReport; eventSeconds: number }> {
  const context: ExperimentContext = {
    rehearsal,
    note: (what) => journal.note(experiment.name, what),
    complain: (what) => {
      journal.note(experiment.name, "WRONG", what);
      broken.push(what);
    },
    pause,
    steadySeconds: 240,
  };
  await experiment.prepare?.(context);
  const load = await startLoad(rehearsal, experiment.times);
  await pause(experiment.beforeSeconds ?? DEFAULT_BEFORE_SECONDS);
  const eventSeconds = journal.seconds;
  const eventMs = Date.now();
  const all = async () => {
    await experiment.run(context);
    await pause(experiment.afterSeconds ?? DEFAULT_AFTER_SECONDS);
  };
  const soFar = async () => [
    ...broken,
    ...brokenPromises(load.soFar(eventMs), experiment.promises),
    ...(await refusals(rehearsal)).map(asComplaint),
  ];
  await Promise.race([all(), ...(trap === undefined ? [] : [whenNoticed(trap, soFar)])]);
  context.note("load ends; everything acknowledged is read back");
  return {
    traffic: await load.finish(eventMs, trap === undefined ? SETTLE_MS : TRAP_SETTLE_MS),
    eventSeconds,
  };
}

const asComplaint = (refused: string) => `refused: ${refused}`;

/** Connections and requests that were refused, with who wanted what. */
async function refusals(rehearsal: Rehearsal): Promise<string[]> {
  const connections = await refusedConnections(rehearsal);
  const requests = await rehearsal.s3.call("refusals");
  return [
    ...connections.map(
      ({ from, to, protocol, port, packets }) =>
        `connection ${from} -> ${to} ${protocol} ${port} (${packets} packets)`,
    ),
    ...requests.map(
      ({ roleArn, action, resource, requests: count }) =>
        `request ${roleArn.split("/").at(-1)} ${action} on ${resource} (${count} requests)`,
    ),
  ];
}

process.once("disconnect", () => process.exit(130));
process.once("message", (order: ExperimentOrder) => {
  const tell = (news: ExperimentNews) =>
    process.send?.(news, () => process.exit(news.kind === "result" ? 0 : 1));
  conduct(order).then(
    (result) => tell({ kind: "result", result }),
    (error: unknown) =>
      tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) }),
  );
});
