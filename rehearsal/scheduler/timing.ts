/** Delays that AWS has and a machine has not, in seconds. */
export interface Timing {
  /** From asking for a task to its start, at the first start of everything. */
  readonly firstStartSeconds: number;
  /** The same for every later task. Fargate takes about so long to place a task and pull its image. */
  readonly startSeconds: number;
  /** From the death of a task's machine to its name and target being gone. */
  readonly deathNoticeSeconds: number;
}

/** As in the measurements that the design rests on: a replacement starts 25 s after a death, the name goes after 5 s. */
export const defaultTiming: Timing = {
  firstStartSeconds: 0,
  startSeconds: 25,
  deathNoticeSeconds: 5,
};
