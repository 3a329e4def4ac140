import { rolesOnce } from "./experiments/replacements";
import type { Rehearsal } from "./rehearsal";
import type { TaskStop } from "./scheduler/scheduler";

/**
 * Ends one task of each role, as ECS does: SIGTERM, and SIGKILL after the stop timeout. Starts nothing in their places: this is
 * the last that is done to a stack.
 */
export async function endOneOfEachRole({
  rehearsed,
  scheduler,
}: Rehearsal): Promise<readonly TaskStop[]> {
  const tasks = rolesOnce(rehearsed).flatMap(({ name }) =>
    scheduler
      .tasks(name)
      .filter(({ leaving }) => !leaving)
      .slice(0, 1),
  );
  await scheduler.end(tasks);
  return scheduler.stops;
}

/** An alarm takes every other end of a task that holds data for an unclean one (stacks/watchEvents.ts). */
export const inOrder = ({ code, killed }: TaskStop): boolean => code === 0 && !killed;

/** One line of a stop. */
export function stopText({ task, code, signal, seconds, killed }: TaskStop): string {
  const how = killed ? "killed after its stop timeout" : (signal ?? `exit code ${code}`);
  return `${task}: ${how}, ${seconds.toFixed(1)} s after SIGTERM`;
}
