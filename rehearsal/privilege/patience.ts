/** How long a check goes on trying, or insisting. `over`: nobody wants to know any more. */

export const pause = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Tries until it holds. @throws Error of the last try. */
export async function within(
  seconds: number,
  attempt: () => Promise<void>,
  over?: AbortSignal,
  everySeconds = 0.5,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    over?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(everySeconds * 1000);
    }
  }
}

/** Insists that it goes on holding. */
export async function throughout(
  seconds: number,
  attempt: () => Promise<void>,
  over: AbortSignal | undefined,
  everySeconds = 1,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    over?.throwIfAborted();
    await attempt();
    await pause(everySeconds * 1000);
  }
}

export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
