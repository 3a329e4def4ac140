/**
 * The sizes of a Fargate task on Linux: vCPU → GB of memory.
 * Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html (8 and 16 vCPU need platform
 * version 1.4.0, which is LATEST).
 */
export const fargateSizes: ReadonlyMap<number, readonly number[]> = new Map([
  [0.25, [0.5, 1, 2]],
  [0.5, steps(1, 4, 1)],
  [1, steps(2, 8, 1)],
  [2, steps(4, 16, 1)],
  [4, steps(8, 30, 1)],
  [8, steps(16, 60, 4)],
  [16, steps(32, 120, 8)],
]);

function steps(first: number, last: number, step: number): readonly number[] {
  return Array.from({ length: (last - first) / step + 1 }, (_, index) => first + index * step);
}

/** Whether Fargate has a task of that size. */
export function isFargateSize(vcpu: number, memoryGb: number): boolean {
  return fargateSizes.get(vcpu)?.includes(memoryGb) ?? false;
}

/** What goes with a vCPU value, in words; without a vCPU value that exists, the vCPU values. */
export function sizesFor(vcpu: number): string {
  const memory = fargateSizes.get(vcpu);
  if (memory === undefined) return `vcpu ${[...fargateSizes.keys()].join(", ")}`;
  const [first, second] = memory;
  const last = memory.at(-1);
  if (memory.length <= 4 || first === undefined || second === undefined) {
    return `memoryGb ${memory.join(", ")} with vcpu ${vcpu}`;
  }
  return `memoryGb ${first} to ${last} in steps of ${second - first} with vcpu ${vcpu}`;
}
