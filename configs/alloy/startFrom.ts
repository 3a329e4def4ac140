/**
 * Where the CloudWatch Logs receiver starts to read (D5): 15 minutes before the task starts. Without a start point it reads
 * every group from its first event, again at every start (measured); Alloy has no function that tells the time, so the
 * rendered file holds a token, and the init container, which writes the file, puts the time in its place.
 */
export const startFrom = {
  /** Literal text in the rendered file. Present exactly where log groups are collected. */
  token: "@@START_FROM@@",
  /** How far before the start of the task reading begins, in seconds. */
  secondsBeforeStart: 15 * 60,
} as const;

/**
 * Shell command that replaces the token in a file by the start point, in RFC 3339 and UTC. Needs sh, date and sed as
 * busybox has them; `prefix` goes before each of the two, for a shell without a PATH (`/etc/lgtm/bin/busybox `).
 */
export function startFromCommand(path: string, prefix = ""): string {
  const seconds = `$(($(${prefix}date +%s) - ${startFrom.secondsBeforeStart}))`;
  const instant = `$(${prefix}date -u -d "@${seconds}" +%Y-%m-%dT%H:%M:%SZ)`;
  return `${prefix}sed -i "s/${startFrom.token}/${instant}/" ${path}`;
}
