import type { Stand } from "./stand";

export interface Check {
  readonly name: string;
  /**
   * `flush` waits for data to get through to where it is kept, `watch` for something that shows only after a while, `patient`
   * for what is done every few minutes.
   */
  readonly kind: "quick" | "flush" | "watch" | "patient";
  /**
   * @param over - nobody wants to know any more: what takes long gives up
   * @throws Error where it does not hold.
   */
  readonly run: (stand: Stand, over?: AbortSignal) => Promise<void>;
}

/** Checks that fail, with what each says. All at once. */
export async function failing(
  stand: Stand,
  which: readonly Check[],
  over?: AbortSignal,
): Promise<string[]> {
  const results = await Promise.all(
    which.map(({ name, run }) =>
      run(stand, over).then(
        () => [],
        (error: unknown) => [`${name}: ${error instanceof Error ? error.message : String(error)}`],
      ),
    ),
  );
  return results.flat();
}

/** Makes some checks until each has held once. @returns those that still fail in the end. */
export async function failingAfter(
  stand: Stand,
  which: readonly Check[],
  seconds: number,
): Promise<string[]> {
  const deadline = performance.now() + seconds * 1000;
  let left = which;
  for (;;) {
    const broken = await failing(stand, left);
    if (broken.length === 0 || performance.now() > deadline) return broken;
    left = left.filter(({ name }) => broken.some((each) => each.startsWith(`${name}:`)));
  }
}
