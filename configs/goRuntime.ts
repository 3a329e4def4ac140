/** Part of a task's memory that Go's heap may fill. */
const heapShare = 0.85;

/** Memory of a task, in MiB: 1 GB of Fargate is 1,024 MiB. */
export const memoryMiBOf = (memoryGb: number): number => Math.round(memoryGb * 1024);

/**
 * `GOMEMLIMIT` of a Go server (S21): 85 % of the task's memory, in whole MiB. Go does not read the container's limit;
 * without this its garbage collector lets the heap double and the kernel kills the task. The rest is for what Go does not
 * count: memory-mapped index headers and head chunks, thread stacks, and the health check's process
 * (https://go.dev/doc/gc-guide#Memory_limit advises 5–10 % of headroom at least).
 *
 * @param memoryGb Memory of the task, in GB.
 */
export function goMemoryLimit(memoryGb: number): string {
  return `${goMemoryLimitMiB(memoryGb)}MiB`;
}

/** As {@link goMemoryLimit}, as a number of MiB. */
export const goMemoryLimitMiB = (memoryGb: number): number =>
  Math.floor(memoryMiBOf(memoryGb) * heapShare);
