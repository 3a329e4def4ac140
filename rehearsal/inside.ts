/** The rehearsal's process inside the sandbox. `main.ts` starts it and hands it what to do. */
import { Journal, type Happening } from "./journal";
import { measurePrivileges, privilegeText } from "./privilege/measure";
import { Rehearsal } from "./rehearsal";
import { reportOf, reportText } from "./report";
import { NotSteadyError } from "./scheduler/scheduler";
import { exitCodes, type Order } from "./settings";

async function rehearse({ settings, json, keep, removals }: Order): Promise<number> {
  const startedAt = performance.now();
  const say = (text: string) => (json ? process.stderr : process.stdout).write(text);
  const journal = new Journal((happening) => say(progressLine(happening)));
  const rehearsal = new Rehearsal(settings, journal);
  for (const { service, reason } of rehearsal.notRehearsed) {
    say(`         not rehearsed: ${service.name} (${reason})\n`);
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
  const report = await reportOf(rehearsal, startedAt, readySeconds);
  if (json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else say(reportText(report));
  if (keep) {
    say("\nRunning until Ctrl-C.\n");
    await new Promise(() => undefined);
  }
  return code;
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
