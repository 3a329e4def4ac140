import type { TrafficReport } from "../traffic/traffic";
import type { Promises } from "./experiment";

/** What of its promises a stack did not keep, each in one line. */
export function brokenPromises(report: TrafficReport, promises: Promises): string[] {
  const broken: string[] = [];
  if (report.settleFailure !== undefined)
    broken.push(`the last reading failed: ${report.settleFailure}`);
  for (const each of report.signals) {
    const { signal, short } = each;
    if (each.lost > 0 && promises.loss?.includes(signal) !== true)
      broken.push(`${signal}: ${each.lost} of ${each.acknowledged} acknowledged items are lost`);
    const allowed = (reason: string) => promises.refusals?.test(reason) ?? false;
    if (promises.refusesSome?.includes(signal) === true && each.pushesRefused === 0)
      broken.push(`${signal}: no push was refused: the load was not above the limit`);
    if (
      each.refusedSeconds > (promises.refusedSeconds ?? 0) &&
      !each.refusals.every((reason) => allowed(reason))
    )
      broken.push(
        `${signal}: pushes refused for ${each.refusedSeconds} s (${each.pushesRefused} of ` +
          `${each.pushes}: ${each.refusals.join("; ")})`,
      );
    if (each.failedReadSeconds > (promises.failedReadSeconds ?? 0))
      broken.push(
        `${signal}: reads failed for ${each.failedReadSeconds} s (${each.readsFailed} of ` +
          `${each.reads}: ${each.failures.join("; ")})`,
      );
    if (
      each.readsShort > each.reads * (promises.shortShare?.[signal] ?? 0) &&
      promises.shortReads?.includes(signal) !== true &&
      short !== undefined
    )
      broken.push(
        `${signal}: ${each.readsShort} of ${each.reads} reads lack acknowledged data, from ` +
          `${short.firstSeconds} to ${short.lastSeconds} s, up to ${short.most} of ${short.mostOf} items`,
      );
    if (each.acknowledged === 0) broken.push(`${signal}: nothing was acknowledged at all`);
    else if (each.reads === 0) broken.push(`${signal}: nothing was read at all`);
  }
  if (report.signals.length === 0) broken.push("no signal could be sent and read");
  return broken;
}
