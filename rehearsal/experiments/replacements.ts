import type { Rehearsal } from "../rehearsal";
import type { Task } from "../tasks/task";
import {
  byProduct,
  isRingReplica,
  type Experiment,
  type ExperimentContext,
  type Promises,
} from "./experiment";
import type { Service } from "../types";

/**
 * A push of a trace stays open for 100 ms so that its third copy arrives; on a busy machine some copies take longer, and of
 * such a trace one death leaves one copy until it is flushed and listed (`tempo_distributor_ingester_append_failures_total`
 * in each result counts them).
 */
const REPLACED: Promises = { shortShare: { traces: 0.01 } };

/** Products side by side, as `pulumi up` does; inside a product one service after the other. */
const eachProduct = (
  context: ExperimentContext,
  work: (services: readonly Service[]) => Promise<void>,
): Promise<void> =>
  Promise.all([...byProduct(context.rehearsal).values()].map(work)).then(() => undefined);

export const roll: Experiment = {
  name: "roll",
  title: "rolling replacement of every role, in the order and with the pauses of an `up`",
  afterSeconds: 60,
  promises: REPLACED,
  run: (context) => eachProduct(context, (services) => rollInTurn(context, services)),
};

async function rollInTurn(context: ExperimentContext, services: readonly Service[]): Promise<void> {
  const { rehearsal, note, complain, pause } = context;
  let lastSwapMs = Number.NEGATIVE_INFINITY;
  for (const { name, pauseSeconds } of services) {
    if (pauseSeconds > 0) {
      await pause(Math.max(0, (lastSwapMs - Date.now()) / 1000 + pauseSeconds));
      lastSwapMs = Date.now();
    }
    note(`replace ${name}`);
    const outcome = await rehearsal.scheduler.deploy(name);
    if (outcome !== "completed") complain(`${name}: the deployment ended "${outcome}"`);
  }
}

/** What the lane in CI has time for. */
export const rollOne: Experiment = {
  name: "roll-one",
  title: "replacement of one ring replica of each product",
  afterSeconds: 45,
  promises: REPLACED,
  run: (context) =>
    eachProduct(context, (services) =>
      rollInTurn(
        context,
        keeperOf(context.rehearsal, services).map((service) => ({ ...service, pauseSeconds: 0 })),
      ),
    ),
};

/** The service of a product that has data in its memory: one replica of its ring, or all that it is (Pyroscope). */
function keeperOf({ view }: Rehearsal, services: readonly Service[]): readonly Service[] {
  const replica = services.find(isRingReplica);
  if (replica !== undefined) return [replica];
  if (services.length > 1) return [];
  return services.filter(({ taskDefinition }) =>
    view.taskRoles.some(
      ({ arn, statements }) => arn === taskDefinition.taskRoleArn && statements.length > 0,
    ),
  );
}

/** Ring replicas only: the part of a roll in which data can be hidden. */
export const rollRings: Experiment = {
  name: "roll-rings",
  title: "rolling replacement of the ring replicas, with the pauses of an `up`",
  afterSeconds: 60,
  promises: REPLACED,
  run: (context) =>
    eachProduct(context, (services) => rollInTurn(context, services.filter(isRingReplica))),
};

/**
 * A zone is away, and a healthy ring replica of each product is restarted. Two of three are then away for some seconds:
 * pushes may be refused for as long as a restart takes.
 */
export const restartInLoss: Experiment = {
  name: "restart-in-loss",
  title: "a zone away for three minutes; meanwhile a healthy ring replica of each product restarts",
  afterSeconds: 45,
  promises: { ...REPLACED, refusedSeconds: 60, failedReadSeconds: 60 },
  notFor: zonesTooFew,
  run: async (context) => {
    const { rehearsal, note, complain, pause, steadySeconds } = context;
    const { zone, ids } = firstZone(rehearsal);
    note(`lose zone ${zone}`);
    await rehearsal.scheduler.loseSubnets(ids);
    // Loki forgets the dead after a minute: what is left must then still be enough for whole reads.
    await pause(90);
    await eachProduct(context, async (services) => {
      const replica = services.filter(isRingReplica)[1];
      if (replica === undefined) return;
      note(`restart ${replica.name}`);
      void rehearsal.scheduler.deploy(replica.name);
      await pause(5);
      await rehearsal.scheduler.steady(75, [replica.name]).catch(() => {
        complain(`${replica.name}: not ready 80 s after its restart, while another is away`);
      });
      // Time for reads that ask the empty newcomer, before what it flushed is found.
      await pause(30);
    });
    rehearsal.scheduler.restoreSubnets(ids);
    note("zone is back");
    await steady(context, undefined, steadySeconds);
  },
};

function firstZone({ view }: Rehearsal) {
  const zone = view.subnets[0]?.zone;
  return { zone, ids: view.subnets.filter((each) => each.zone === zone).map(({ id }) => id) };
}

export const kill: Experiment = {
  name: "kill",
  title: "`kill -9` of one task of each role, replaced with a new address",
  afterSeconds: 60,
  promises: REPLACED,
  run: (context) =>
    eachProduct(context, async (services) => {
      for (const service of rolesOnce(services)) await killOne(context, service);
    }),
};

export const killOneRing: Experiment = {
  name: "kill-one",
  title: "`kill -9` of one ring replica of each product",
  afterSeconds: 45,
  promises: REPLACED,
  run: (context) =>
    eachProduct(context, async (services) => {
      const [replica] = services.filter(isRingReplica);
      if (replica !== undefined) await killOne(context, replica);
    }),
};

/** RF 3 pays for one unclean death in a flush window: the second one makes reads short until the survivor has flushed. */
export const killTwo: Experiment = {
  name: "kill-two",
  title: "`kill -9` of two ring replicas of each product, one after the other",
  afterSeconds: 60,
  promises: { shortReads: ["metrics", "logs", "traces"] },
  run: (context) =>
    eachProduct(context, async (services) => {
      for (const replica of services.filter(isRingReplica).slice(0, 2))
        await killOne(context, replica);
    }),
};

/** Of the replicas of a ring, each of which is a service, the first one stands for its role. */
export function rolesOnce(services: readonly Service[]): Service[] {
  const seen = new Set<string>();
  return services.filter((service) => {
    const role = isRingReplica(service) ? service.name.replace(/-\d+$/, "") : service.name;
    if (seen.has(role)) return false;
    seen.add(role);
    return true;
  });
}

export async function killOne(context: ExperimentContext, service: Service): Promise<void> {
  const { rehearsal, note, complain, pause, steadySeconds } = context;
  const [task] = rehearsal.scheduler.tasks(service.name).filter(({ leaving }) => !leaving);
  if (task === undefined) return complain(`${service.name} has no task to kill`);
  note(`kill ${task.name}`);
  await rehearsal.scheduler.kill(task);
  // Its successor is not asked for before its death is known.
  await pause(7);
  await steady(context, [service.name], steadySeconds);
  await pause(10);
}

export const zone: Experiment = {
  name: "zone",
  title: "loss of a zone for 90 s, then back",
  afterSeconds: 60,
  promises: REPLACED,
  notFor: zonesTooFew,
  run: async (context) => {
    const { rehearsal, note, pause, steadySeconds } = context;
    const { zone, ids } = firstZone(rehearsal);
    const before = rehearsal.scheduler.tasks().length;
    note(`lose zone ${zone}`);
    await rehearsal.scheduler.loseSubnets(ids);
    const left = rehearsal.scheduler.tasks().filter((task: Task) => !task.leaving).length;
    note(`${before - left} of ${before} tasks are gone`);
    await pause(90);
    note("zone is back");
    rehearsal.scheduler.restoreSubnets(ids);
    await steady(context, undefined, steadySeconds);
  },
};

function zonesTooFew({ view }: Rehearsal): string | undefined {
  const zones = new Set(view.services.flatMap(({ subnetIds }) => subnetIds)).size;
  return zones < 3 ? "fewer than three zones: a quorum goes with one of them" : undefined;
}

/** Waits; a service that does not get steady is a complaint, and no end of the experiment. */
export async function steady(
  { rehearsal, complain }: ExperimentContext,
  services: readonly string[] | undefined,
  seconds: number,
): Promise<void> {
  await rehearsal.scheduler.steady(seconds, services).catch((error: unknown) => {
    complain(`not steady after ${seconds} s: ${error instanceof Error ? error.message : ""}`);
  });
}
