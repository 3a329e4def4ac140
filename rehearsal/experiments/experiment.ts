import type { Signal } from "../../smoke/items";
import type { Rehearsal } from "../rehearsal";
import type { Service } from "../types";
import type { Plan } from "../../plan/plan";

/** Something that is done to a running stack while a constant load is on it. */
export interface Experiment {
  readonly name: string;
  /** One line for the table: what is done. */
  readonly title: string;
  /** Why it makes no sense for a stack; undefined where it does. */
  readonly notFor?: (rehearsal: Rehearsal) => string | undefined;
  /** Changes to the plan before it is started, each said in one line. */
  readonly change?: (plan: Plan) => { readonly plan: Plan; readonly changes: readonly string[] };
  /** Times the usual load. @default 1 */
  readonly times?: number;
  /** Done before there is any load, on a stack that is ready. */
  readonly prepare?: (context: ExperimentContext) => Promise<void>;
  /** Seconds of load before anything happens. @default 20 */
  readonly beforeSeconds?: number;
  /** Seconds of load after it is over. @default 30 */
  readonly afterSeconds?: number;
  /** Does it. Returns when what it does is over; anything wrong that it saw itself is complained about. */
  readonly run: (context: ExperimentContext) => Promise<void>;
  /** What must hold of the account besides nothing being lost. */
  readonly promises: Promises;
}

/** What a stack promises in an experiment; everything is reported, whatever is promised. */
export interface Promises {
  /** Longest time for which pushes may be refused after a client's retries, in seconds; per signal or for all. */
  readonly refusedSeconds?: number;
  readonly failedReadSeconds?: number;
  /** Signals whose reads may be short of acknowledged data. */
  readonly shortReads?: readonly Signal[];
  /** Signals of whose reads so small a share may be short. @default 0 */
  readonly shortShare?: Readonly<Partial<Record<Signal, number>>>;
  /** Signals of which acknowledged items may be lost. */
  readonly loss?: readonly Signal[];
  /** Refusals that are right, whatever their number. */
  readonly refusals?: RegExp;
  /** Signals of which some pushes must have been refused: else what is done does not bite. */
  readonly refusesSome?: readonly Signal[];
}

export interface ExperimentContext {
  readonly rehearsal: Rehearsal;
  /** Writes what is done into the journal, with the time. */
  readonly note: (what: string) => void;
  /** Something is wrong: the experiment is red. */
  readonly complain: (what: string) => void;
  readonly pause: (seconds: number) => Promise<void>;
  /** Longest wait for a service to be steady again, in seconds. */
  readonly steadySeconds: number;
}

/** Services that are started, by the product they belong to, in the order in which an `up` would update them. */
export function byProduct(rehearsal: Rehearsal): Map<string, Service[]> {
  const groups = new Map<string, Service[]>();
  for (const service of inOrder(rehearsal.rehearsed)) {
    const product = productOf(service);
    groups.set(product, [...(groups.get(product) ?? []), service]);
  }
  return groups;
}

/** Each after those that it depends on. */
function inOrder(services: readonly Service[]): Service[] {
  const ordered: Service[] = [];
  const visit = (service: Service) => {
    if (ordered.includes(service)) return;
    for (const name of service.after) {
      const other = services.find((each) => each.name === name);
      if (other !== undefined) visit(other);
    }
    ordered.push(service);
  };
  services.forEach(visit);
  return ordered;
}

/** The task role is one per product; a product without one (memcached) is its own service. */
export const productOf = (service: Service): string =>
  service.taskDefinition.taskRoleArn?.split("/").at(-1) ?? service.name;

/** Ring replicas of a product: services of one task each whose names differ in their last number only. */
export const isRingReplica = (service: Service): boolean =>
  service.pauseSeconds > 0 || /-\d+$/.test(service.name);
