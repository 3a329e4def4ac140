import type { StackConfig } from "../configs/stack/schema";
import type { Instance, Role } from "./types";

const WEEK = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"] as const;
type Day = (typeof WEEK)[number];
type Schedule = NonNullable<StackConfig["schedule"]>;

/** One scheduled action of Application Auto Scaling. */
export interface ScheduledAction {
  readonly name: "start" | "stop";
  /** Six fields: minutes, hours, day of month, month, day of week, year. */
  readonly cron: string;
  readonly timezone: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

/** Bounds of a service's desired count, and who changes them when. */
export interface ScalingSpec {
  readonly minCapacity: number;
  readonly maxCapacity: number;
  /** S19: average CPU that target tracking holds; absent = no scaling policy. */
  readonly targetCpuPercent?: number;
  /** A night and weekend schedule; empty = runs always. */
  readonly actions: readonly ScheduledAction[];
}

/**
 * What Application Auto Scaling does to a service; undefined where it does nothing. A service with a value here owns
 * its desired count, and with actions its bounds too: the program must not write them back.
 */
export function scaling(
  role: Role,
  instance: Instance,
  config: Pick<StackConfig, "schedule">,
): ScalingSpec | undefined {
  if (role.autoscaling === undefined && config.schedule === undefined) return undefined;
  const minCapacity = role.autoscaling?.minReplicas ?? instance.desiredCount;
  const maxCapacity = role.autoscaling?.maxReplicas ?? instance.desiredCount;
  return {
    minCapacity,
    maxCapacity,
    ...(role.autoscaling === undefined
      ? {}
      : { targetCpuPercent: role.autoscaling.targetCpuPercent }),
    actions:
      config.schedule === undefined ? [] : actionsOf(config.schedule, minCapacity, maxCapacity),
  };
}

function actionsOf(
  schedule: Schedule,
  minCapacity: number,
  maxCapacity: number,
): ScheduledAction[] {
  const days = daysOf(schedule.days);
  // A stack that stops after midnight stops on the day after.
  const stopDays = schedule.stopHour > schedule.startHour ? days : days.map(nextDay);
  const { timezone } = schedule;
  return [
    { name: "start", cron: cron(schedule.startHour, days), timezone, minCapacity, maxCapacity },
    {
      name: "stop",
      cron: cron(schedule.stopHour, stopDays),
      timezone,
      minCapacity: 0,
      maxCapacity: 0,
    },
  ];
}

/** Days are listed one by one: in a range Sunday is the first day of the week, so MON-SUN would run backwards. */
const cron = (hour: number, days: readonly Day[]) => `cron(0 ${hour} ? * ${days.join(",")} *)`;

function daysOf(range: string): Day[] {
  const [first, last = first] = range.split("-");
  const start = WEEK.indexOf(first as Day);
  const length = ((WEEK.indexOf(last as Day) - start + 7) % 7) + 1;
  return Array.from({ length }, (_, offset) => WEEK[(start + offset) % 7]!);
}

const nextDay = (day: Day): Day => WEEK[(WEEK.indexOf(day) + 1) % 7]!;
