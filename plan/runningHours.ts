/** How long a service runs in a week that scheduled scaling actions start and stop. */

const minutesPerWeek = 7 * 24 * 60;
const daysPerWeek = 7;

/** A scheduled scaling action of one service: from its time on, the task count is held within min and max. */
export interface ScheduledScaling {
  /** Six-field expression as EventBridge and Application Auto Scaling write it: `cron(0 8 ? * MON-FRI *)`. */
  readonly schedule: string;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
  /** IANA zone of the expression. Default: UTC. */
  readonly timezone?: string;
}

/** An expression that cannot be counted within a week. */
export class UnsupportedScheduleError extends Error {}

const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function numbers(
  field: string,
  low: number,
  high: number,
  parse: (text: string) => number,
): number[] {
  const span = high - low + 1;
  const found = field.split(",").flatMap((part) => {
    const [range = "", stepText] = part.split("/");
    const step = stepText === undefined ? 1 : Number(stepText);
    const [from, to] =
      range === "*" || range === "?"
        ? [low, high]
        : (range.split("-").map(parse) as [number, number?]);
    // `5/10` means from 5 on, every 10.
    const last = to ?? (stepText === undefined ? from : high);
    const valid = [from, last, step].every(Number.isInteger) && step > 0;
    if (!valid || from < low || from > high || last < low || last > high)
      throw new UnsupportedScheduleError(`"${part}" is not within ${low}-${high}`);
    const length = ((last - from + span) % span) + 1;
    return Array.from(
      { length: Math.ceil(length / step) },
      (_, index) => low + ((from - low + index * step) % span),
    );
  });
  return [...new Set(found)];
}

/**
 * The minutes of the week (0 = Sunday 00:00) at which an expression fires.
 *
 * @throws UnsupportedScheduleError for `rate(…)`, `at(…)` and expressions bound to days of the month, months or years.
 */
export function weeklyMinutes(schedule: string): number[] {
  const fields = /^cron\((.*)\)$/.exec(schedule.trim())?.[1]?.trim().split(/\s+/) ?? [];
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year || fields.length !== 6)
    throw new UnsupportedScheduleError(`"${schedule}" is not a six-field cron expression`);
  for (const field of [dayOfMonth, month, year])
    if (field !== "*" && field !== "?")
      throw new UnsupportedScheduleError(`"${schedule}" does not repeat every week`);
  // AWS counts days of the week from 1 = SUN.
  const day = (text: string): number => {
    const named = dayNames.indexOf(text.toUpperCase());
    return named >= 0 ? named + 1 : Number(text);
  };
  const minutes = numbers(minute, 0, 59, Number);
  const hours = numbers(hour, 0, 23, Number);
  return numbers(dayOfWeek, 1, daysPerWeek, day)
    .flatMap((d) => hours.flatMap((h) => minutes.map((m) => ((d - 1) * 24 + h) * 60 + m)))
    .sort((a, b) => a - b);
}

/** Result of {@link weeklyRun}. */
export interface WeeklyRun {
  /** Sum over the week of tasks × hours: 168 for one task that always runs. */
  readonly taskHoursPerWeek: number;
  /** Hours of the week (0–168) with at least one task. */
  readonly hoursPerWeek: number;
  /** Largest task count of the week. */
  readonly peakTasks: number;
}

/**
 * Runs a week of scheduled actions on a service. Application Auto Scaling sets the range and moves the task count only
 * when it lies outside; so does this. Changes of daylight saving time are ignored: the week has 168 hours.
 *
 * @throws UnsupportedScheduleError when an expression is not weekly, or the actions are in different time zones.
 */
export function weeklyRun(desiredCount: number, actions: readonly ScheduledScaling[]): WeeklyRun {
  if (new Set(actions.map((action) => action.timezone ?? "UTC")).size > 1)
    throw new UnsupportedScheduleError("actions of one service are in different time zones");
  const events = actions
    .flatMap((action) => weeklyMinutes(action.schedule).map((at) => ({ at, action })))
    .sort((a, b) => a.at - b.at);
  let tasks = desiredCount;
  const apply = (action: ScheduledScaling): void => {
    tasks = Math.max(tasks, action.minCapacity ?? 0);
    tasks = Math.min(tasks, action.maxCapacity ?? Infinity);
  };
  // The count that the week begins with is the one the previous week ended with.
  for (const { action } of events) apply(action);
  let taskMinutes = 0;
  let minutes = 0;
  let peakTasks = tasks;
  let since = 0;
  for (const { at, action } of [
    ...events,
    { at: minutesPerWeek, action: {} as ScheduledScaling },
  ]) {
    taskMinutes += tasks * (at - since);
    if (tasks > 0) minutes += at - since;
    since = at;
    apply(action);
    peakTasks = Math.max(peakTasks, tasks);
  }
  return { taskHoursPerWeek: taskMinutes / 60, hoursPerWeek: minutes / 60, peakTasks };
}
