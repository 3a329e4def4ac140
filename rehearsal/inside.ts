/** The rehearsal's process inside the sandbox. `main.ts` starts it and hands it what to do. */
import * as net from "node:net";
import { Journal, type Happening } from "./journal";
import { measurePrivileges, privilegeText } from "./privilege/measure";
import { Rehearsal } from "./rehearsal";
import { failingAfter } from "./privilege/check";
import { checks } from "./privilege/checks";
import { Stand } from "./privilege/stand";
import { reportOf, reportText, type RehearsalReport } from "./report";
import { NotSteadyError } from "./scheduler/scheduler";
import { exitCodes, type Order } from "./settings";
import { endOneOfEachRole } from "./stops";

async function rehearse({ settings, json, keep, port, removals }: Order): Promise<number> {
  const startedAt = performance.now();
  const say = (text: string) => (json ? process.stderr : process.stdout).write(text);
  const journal = new Journal((happening) => say(progressLine(happening)));
  const rehearsal = new Rehearsal(settings, journal);
  for (const { service, reason } of rehearsal.notRehearsed) {
    say(`         not rehearsed: ${service.name} (${reason})\n`);
  }
  for (const { service, key } of rehearsal.leftOut) {
    say(`         left out: ${key} of ${service} (the server started here is older)\n`);
  }
  await rehearsal.start();
  let code: number = exitCodes.good;
  let readySeconds: number | undefined;
  try {
    await rehearsal.scheduler.steady(settings.readySeconds);
    readySeconds = Math.round((performance.now() - startedAt) / 100) / 10;
    say(`\nEverything that could be started is ready after ${readySeconds.toFixed(1)} s.\n`);
  } catch (error) {
    if (!(error instanceof NotSteadyError)) throw error;
    code = exitCodes.broken;
    say(`\nNot ready after ${settings.readySeconds} s:\n`);
    for (const complaint of error.complaints) say(`  ${complaint}\n`);
    for (const task of rehearsal.scheduler.tasks()) {
      if (task.health === "HEALTHY") continue;
      for (const container of task.containers.keys()) {
        say(`\nLast lines of ${task.name}, ${container}:\n${task.lastLines(container, 15)}\n`);
      }
    }
  }
  if (removals !== undefined && code === exitCodes.good) {
    const privileges = await measurePrivileges(
      rehearsal,
      (line) => say(`${line}\n`),
      new RegExp(removals),
    );
    if (json) process.stdout.write(`${JSON.stringify(privileges, undefined, 2)}\n`);
    else say(`\n${privilegeText(privileges)}`);
    return privileges.broken.length === 0 ? code : exitCodes.broken;
  }
  const checked = code === exitCodes.good ? await check(rehearsal) : undefined;
  if (checked !== undefined && checked.failed.length > 0) code = exitCodes.broken;
  const seen = await reportOf(rehearsal, startedAt, { readySeconds, checks: checked });
  const report = keep ? seen : { ...seen, stops: await endOneOfEachRole(rehearsal) };
  if (json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else say(reportText(report));
  if (keep) {
    say(`\n${openDoor(rehearsal, port)}Running until Ctrl-C.\n`);
    await new Promise(() => undefined);
  }
  return code;
}

/** Longest wait for the first of everything to get through after a cold start. */
const FIRST_SECONDS = 60;

/** Makes the named checks that do not take long. */
async function check(rehearsal: Rehearsal): Promise<NonNullable<RehearsalReport["checks"]>> {
  const stand = await Stand.make(rehearsal);
  try {
    const made = checks.filter(({ kind }) => kind === "quick" || kind === "flush");
    return { made: made.length, failed: await failingAfter(stand, made, FIRST_SECONDS) };
  } finally {
    stand.stop();
  }
}

/** Lets connections from outside the sandbox through to the front door. @returns how to reach it. */
function openDoor(rehearsal: Rehearsal, port: number | undefined): string {
  const address = rehearsal.frontDoorAddress;
  if (address === undefined || port === undefined) return "";
  process.on("message", (_, socket?: unknown) => {
    if (!(socket instanceof net.Socket)) return;
    const onward = net.connect(443, address);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.on("error", () => other.destroy());
      one.pipe(other);
    }
    socket.resume();
  });
  const tokens = Object.entries(rehearsal.secrets.ingestTokens);
  return [
    ...rehearsal.publicHosts.map((host) => `https://${host}:${port}/`),
    `with: curl --insecure --connect-to ::127.0.0.1:${port}`,
    ...tokens.map(([id, token]) => `ingest token ${id}: ${token}`),
    "",
  ].join("\n");
}

function progressLine({ seconds, subject, what, detail }: Happening): string {
  const time = seconds.toFixed(1).padStart(7);
  return `${time}  ${subject.padEnd(36)} ${what}${detail === undefined ? "" : `: ${detail}`}\n`;
}

process.once("disconnect", () => process.exit(130));
process.once("message", (order: Order) => {
  rehearse(order).then(
    (code) => process.exit(code),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      process.stderr.write(`\nThe rehearsal failed: ${message}\n`);
      if (process.env.LGTM_DEBUG !== undefined && error instanceof Error) {
        process.stderr.write(`\n${error.stack}\n`);
      }
      process.exit(exitCodes.impossible);
    },
  );
});
