/** What ECS's service scheduler decides, as a pure function. */
export interface TaskView {
  /** Belongs to the newest deployment. */
  readonly fresh: boolean;
  /** Still counts as running or pending. */
  readonly present: boolean;
  /** On its way out. */
  readonly leaving: boolean;
  /** Healthy in its container's and its target groups' eyes. */
  readonly healthy: boolean;
  /** To be replaced because a check fails. */
  readonly unhealthy: boolean;
}

export interface Decision<T> {
  /** How many tasks of the newest deployment to start. */
  readonly start: number;
  readonly stop: readonly T[];
}

/**
 * Which tasks to start and to stop. As
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html: never more than `maximumPercent` of
 * the desired count running or pending, never fewer than `minimumHealthyPercent` healthy by the scheduler's own doing;
 * percentages are rounded down and up. A task counts until it has stopped; AWS does not say whether one that is stopping
 * still does, and with a ring member's fixed id the other reading would run two of one name at once.
 */
export function decide<T extends TaskView>(
  tasks: readonly T[],
  desired: number,
  percent: { readonly minimum: number; readonly maximum: number },
): Decision<T> {
  const most = Math.floor((desired * percent.maximum) / 100);
  const least = Math.ceil((desired * percent.minimum) / 100);
  const present = tasks.filter((task) => task.present);
  const staying = present.filter((task) => !task.leaving);
  const old = staying.filter((task) => !task.fresh);
  const fresh = staying.filter((task) => task.fresh);

  // Replacing what is broken costs no healthy task.
  const stop: T[] = fresh.filter((task) => task.unhealthy);
  let healthy = staying.filter((task) => task.healthy).length;
  for (const task of [...old].sort((a, b) => Number(a.healthy) - Number(b.healthy))) {
    if (task.healthy && healthy - 1 < least) continue;
    // Old tasks give way to fresh ones; where fresh ones may be added first, they are awaited.
    if (task.healthy) healthy--;
    stop.push(task);
  }
  const missing = desired - (fresh.length - stop.filter((task) => task.fresh).length);
  const room = most - present.length;
  return { start: Math.max(0, Math.min(missing, room)), stop };
}

/** Failed tasks in a row after which a deployment counts as failed: half the desired count, at least 3, at most 200. */
export const circuitBreakerThreshold = (desired: number): number =>
  Math.min(200, Math.max(3, Math.ceil(desired / 2)));
