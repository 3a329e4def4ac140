import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { exitCodes, type RehearsalSettings } from "../settings";
import { experimentNamed, experiments } from "./catalog";
import { conduct } from "./conduct";
import { resultPage } from "./page";
import type { ExperimentResult } from "./result";
import { trapNamed, traps, type Trap } from "./traps";

export interface ExperimentRequest {
  readonly settings: RehearsalSettings;
  /** Name of an experiment, `all`, `trap-NAME` or `traps`. */
  readonly names: string;
  /** How often each; what is in the folder already counts. */
  readonly runs: number;
  /** Folder of the results: `EXPERIMENT-STACK-DATE.json`. */
  readonly folder: string;
  readonly json: boolean;
}

/**
 * Conducts experiments, each in a sandbox of its own, until the folder holds as many results of each as were asked for:
 * what was interrupted goes on where it was.
 *
 * @returns {@link exitCodes}; an experiment is good where every promise was kept, a trap where it was noticed.
 */
export async function runExperiments(request: ExperimentRequest): Promise<number> {
  const { settings, runs, folder, json } = request;
  const { stack } = settings.plan;
  fs.mkdirSync(folder, { recursive: true });
  const results: ExperimentResult[] = [];
  let code: number = exitCodes.good;
  for (const { name, trap } of wanted(request)) {
    for (let done = resultsIn(folder, name, stack); done < runs; done++) {
      process.stderr.write(`\n== ${name}, ${stack}, run ${done + 1} of ${runs}\n${busyMachine()}`);
      let result: ExperimentResult;
      try {
        result = await conduct(settings, trap?.experiment ?? name, trap?.name);
      } catch (error) {
        process.stderr.write(
          `${name}: ${error instanceof Error ? error.message : String(error)}\n`,
        );
        if (request.names !== "all" && request.names !== "traps") return exitCodes.impossible;
        break;
      }
      const file = `${name}-${stack}-${result.date.replaceAll(":", "").slice(0, 17)}Z.json`;
      fs.writeFileSync(path.join(folder, file), `${JSON.stringify(result, undefined, 2)}\n`);
      results.push(result);
      if (!json) process.stdout.write(resultPage(result, trap));
      if (!keptPromises(result, trap)) code = exitCodes.broken;
    }
  }
  if (json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  return code;
}

/** What is wrong with a stack that gets no processor time is not the stack. */
function busyMachine(): string {
  const [load = 0] = os.loadavg();
  const processors = os.availableParallelism();
  return load <= 4 * processors
    ? ""
    : `this machine is busy (load average ${load.toFixed(1)} on ${processors} processors): what breaks now may be its fault\n`;
}

/** An experiment: nothing was broken. A trap: it was noticed, by what it is. */
export function keptPromises({ broken }: ExperimentResult, trap?: Trap): boolean {
  return trap === undefined
    ? broken.length === 0
    : broken.some((complaint) => trap.says.test(complaint));
}

function wanted({ names, settings }: ExperimentRequest): { name: string; trap?: Trap }[] {
  const ofTrap = (trap: Trap) => ({ name: `trap-${trap.name}`, trap });
  if (names === "all") return experiments.map(({ name }) => ({ name }));
  if (names === "traps")
    return traps
      .filter(({ stack }) => stack === settings.plan.stack)
      .filter(({ name, needs }) => {
        if (needs === undefined || needs in settings.programs) return true;
        process.stderr.write(`\n== trap-${name} skipped: no binary of ${needs}\n`);
        return false;
      })
      .map(ofTrap);
  return names
    .split(",")
    .map((name) =>
      name.startsWith("trap-")
        ? ofTrap(trapNamed(name.slice("trap-".length)))
        : { name: experimentNamed(name).name },
    );
}

function resultsIn(folder: string, name: string, stack: string): number {
  return fs
    .readdirSync(folder)
    .filter((file) => new RegExp(`^${name}-${stack}-\\d{4}-.*\\.json$`).test(file)).length;
}
